//! Cases from seeds: settings projects put together from the idioms of real ones.

use crate::blocks::{BLOCKS, FRAMES};
use crate::case::{Case, Piece};
use crate::class_settings;
use crate::expressions::Reader;
use crate::idioms::IDIOMS;
use crate::random::Random;
use crate::statements::{
    APPS, DEBUGS, EDITS, HELPERS, HOSTS, IMPORTS, KEYS, LOADS, MIDDLEWARES, READS,
};

/// The parts in which a project keeps its settings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// `shop/settings.py`.
    Single,
    /// `shop/settings/base.py` and `…/production.py`.
    Package,
    /// The same, and `shop/settings/__init__.py` chooses.
    Dispatched,
    /// `shop/settings.py` puts `shop/components/*.py` together.
    Split,
    /// `settings_base.py` and `settings_prod.py`, and a `settings/` beside a `settings.py`.
    Flat,
    /// `shop/settings.py` has a class of django-configurations for each environment.
    Classes,
}

/// A case on its way.
pub(crate) struct Generator {
    pub(crate) random: Random,
    pub(crate) reader: Reader,
    pub(crate) variables: Vec<Piece>,
    pub(crate) dot_env: Vec<String>,
    pub(crate) seen: Vec<String>,
    /// What `Env` is made with.
    pub(crate) schemes: Vec<String>,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) has_dot_env: bool,
    root: String,
}

/// The case of a seed.
pub(crate) fn case(seed: u64, releases: &[String]) -> Case {
    let mut random = Random::new(seed);
    let release = random.below(releases.len());
    let whole = !random.chance(20);
    let layout = *random.pick_value(&[
        Layout::Single,
        Layout::Single,
        Layout::Package,
        Layout::Package,
        Layout::Dispatched,
        Layout::Split,
        Layout::Flat,
        Layout::Classes,
    ]);
    let reader = *random.pick_value(&[
        Reader::Os,
        Reader::Os,
        Reader::Os,
        Reader::Environ,
        Reader::Environ,
        Reader::Decouple,
        Reader::Environs,
    ]);
    let root = (*random.pick_value(&["", "", "", "src/", "backend/"])).to_owned();
    // A whole environment is given instead of the files beside the code.
    // environs keeps what such a file says to itself.
    let has_dot_env = !whole && reader != Reader::Environs && random.chance(60);
    let mut generator = Generator {
        random,
        reader,
        variables: Vec::new(),
        dot_env: Vec::new(),
        seen: Vec::new(),
        schemes: Vec::new(),
        pieces: Vec::new(),
        has_dot_env,
        root: root.clone(),
    };
    let mut fixed = vec![
        (format!("{root}manage.py"), "import django\n".to_owned()),
        (format!("{root}shop/__init__.py"), String::new()),
        (format!("{root}requirements.txt"), format!("Django=={}\n", releases[release])),
    ];
    let module = generator.project(layout, &root, &mut fixed);
    generator.finish(&root, whole);
    Case { seed, release, whole, module, root, fixed, pieces: generator.pieces }
}

impl Generator {
    fn project(&mut self, layout: Layout, root: &str, fixed: &mut Vec<(String, String)>) -> String {
        let file = |name: &str| format!("{root}shop/{name}.py");
        let package = |fixed: &mut Vec<(String, String)>, name: &str| {
            fixed.push((format!("{root}shop/{name}/__init__.py"), String::new()));
        };
        let blocks = self.random.below(9);
        match layout {
            Layout::Single => {
                self.base(&file("settings"), 2);
                self.more(&file("settings"), blocks + 3);
                "shop.settings".to_owned()
            }
            Layout::Package | Layout::Dispatched => {
                package(fixed, "settings");
                self.base(&file("settings/base"), 3);
                self.more(&file("settings/base"), blocks);
                self.production(&file("settings/production"), "from .base import *");
                self.more(&file("settings/production"), blocks);
                self.edits(&file("settings/production"));
                if layout == Layout::Package {
                    return "shop.settings.production".to_owned();
                }
                let dispatch = self.random.pick(&[
                    "import os\n\nif os.environ.get(\"DEPLOYED\", \"production\") == \"production\":\n    from .production import *\nelse:\n    from .base import *",
                    "from .production import *",
                    "from .base import *\n\nif not DEBUG:\n    from .production import *",
                    "import os\n\nfrom shop.settings.base import *\n\ntry:\n    from .local import *\nexcept ImportError:\n    from .production import *",
                    "import importlib\nimport os\n\n_chosen = importlib.import_module(f\"shop.settings.{os.getenv('DEPLOYED', 'production')}\")\nfor _name in dir(_chosen):\n    if _name.isupper():\n        globals()[_name] = getattr(_chosen, _name)",
                ]);
                self.text(&file("settings/__init__"), dispatch.to_owned());
                self.variable("DEPLOYED", "production");
                "shop.settings".to_owned()
            }
            Layout::Split => {
                package(fixed, "components");
                self.base(&file("components/base"), 4);
                self.production(&file("components/production"), "from shop.components.base import DEBUG, MIDDLEWARE, INSTALLED_APPS, ALLOWED_HOSTS, SECRET_KEY, env");
                self.more(&file("components/production"), blocks);
                self.edits(&file("components/production"));
                let include = "from split_settings.tools import include, optional\n\ninclude(\n    \"components/base.py\",\n    optional(\"components/local.py\"),\n    \"components/production.py\",\n)";
                self.text(&file("settings"), include.to_owned());
                "shop.settings".to_owned()
            }
            Layout::Classes => {
                self.classes(&file("settings"), blocks);
                "shop.settings:Production".to_owned()
            }
            Layout::Flat => {
                self.base(&file("settings_base"), 3);
                let import = self.random.pick(&[
                    "from shop.settings_base import *",
                    "from .settings_base import *",
                    "from shop import settings_base as base\nfrom .settings_base import *",
                ]);
                self.production(&file("settings_prod"), import);
                self.more(&file("settings_prod"), blocks);
                self.edits(&file("settings_prod"));
                "shop.settings_prod".to_owned()
            }
        }
    }

    fn text(&mut self, file: &str, text: String) {
        self.pieces.push(Piece::Text(file.to_owned(), text));
    }

    /// The beginning of a file: imports, the project's folder `depth` folders up, and what reads variables.
    fn head(&mut self, file: &str, depth: usize) {
        self.text(file, IMPORTS.to_owned());
        self.text(file, "from django.core.exceptions import ImproperlyConfigured".to_owned());
        let up = ".parent".repeat(depth);
        let nested = "os.path.dirname(".repeat(depth - 1);
        let close = ")".repeat(depth - 1);
        let base = match self.random.below(4) {
            0 => format!("BASE_DIR = Path(os.path.abspath(__file__)){up}"),
            1 => format!("BASE_DIR = Path(__file__).resolve(strict=True).parents[{}]", depth - 1),
            2 => format!(
                "BASE_DIR = Path({nested}os.path.dirname(os.path.abspath(__file__)){close})"
            ),
            _ => format!("BASE_DIR = Path(__file__).resolve(){up}"),
        };
        self.text(file, base);
        match self.reader {
            Reader::Os => {
                self.text(file, "import dj_database_url".to_owned());
                self.text(file, "env = None".to_owned());
                if self.has_dot_env || self.random.chance(20) {
                    self.text(file, "from dotenv import find_dotenv, load_dotenv".to_owned());
                    let load = self.random.pick(LOADS).to_owned();
                    self.text(file, load);
                }
            }
            Reader::Environ => {
                self.text(file, "import environ as environ_lib".to_owned());
                self.text(file, "env = environ_lib.Env(<schemes>)".to_owned());
                if self.has_dot_env {
                    let read = self.random.pick(READS).to_owned();
                    let read = self.expanded(&read);
                    self.text(file, read);
                }
            }
            Reader::Environs => {
                self.text(file, "from environs import Env".to_owned());
                self.text(file, "env = Env()".to_owned());
            }
            Reader::Decouple => {
                self.text(file, "import dj_database_url".to_owned());
                self.text(file, "env = None".to_owned());
                let import = self.random.pick(&[
                    "from decouple import Choices, Csv, config",
                    "from decouple import AutoConfig, Choices, Csv\n\nconfig = AutoConfig(search_path=BASE_DIR)",
                    "from decouple import Choices, Config, Csv, RepositoryEnv, config",
                ]);
                self.text(file, import.to_owned());
            }
        }
        for helper in HELPERS {
            self.text(file, (*helper).to_owned());
        }
    }

    fn base(&mut self, file: &str, depth: usize) {
        // `__file__` of a file that is included is that of the file that includes it.
        let depth = if file.contains("settings/") { 3 } else { depth.min(2) };
        self.head(file, depth);
        for group in [KEYS, DEBUGS, HOSTS, APPS, MIDDLEWARES] {
            let statement = self.random.pick(group).to_owned();
            let statement = self.expanded(&statement);
            self.text(file, statement);
        }
    }

    fn production(&mut self, file: &str, import: &str) {
        if import.contains('*') {
            self.text(file, import.to_owned());
            if self.random.chance(60) {
                self.text(file, "DEBUG = False".to_owned());
            }
        } else {
            self.head(file, 2);
            self.text(file, import.to_owned());
        }
    }

    /// Some statements, a few of them on condition.
    fn more(&mut self, file: &str, count: usize) {
        for _ in 0..count {
            let among = if self.random.chance(40) { IDIOMS } else { BLOCKS };
            let statement = self.random.pick(among).to_owned();
            let whole = self.expanded(&statement);
            let mut parts = whole.split("\n@@ ");
            let mut statement = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let (path, text) = part.split_once('\n').unwrap_or((part, ""));
                let path = format!("{}{path}", self.root);
                let is_new =
                    |piece: &Piece| !matches!(piece, Piece::Text(file, _) if *file == path);
                if self.pieces.iter().all(is_new) {
                    self.text(&path, text.to_owned());
                }
            }
            if self.random.chance(22) {
                let frame = self.random.pick(FRAMES).to_owned();
                statement = self.expanded(&frame).replace("{S}", &indented(&statement));
            }
            self.text(file, statement);
        }
    }

    /// A base class and the class that is chosen.
    fn classes(&mut self, file: &str, count: usize) {
        // These read variables without a library of their own.
        self.reader = Reader::Os;
        self.text(file, class_settings::IMPORTS.to_owned());
        self.text(file, "\n\nclass Base(Configuration):\n    BASE = True".to_owned());
        self.in_class(file, class_settings::FIRST);
        for _ in 0..count + 4 {
            self.in_class(file, class_settings::COMMON);
        }
        self.text(file, "\n\nclass Production(Base):\n    CHOSEN = True".to_owned());
        for _ in 0..=count / 2 {
            self.in_class(file, class_settings::CHOSEN);
        }
    }

    fn in_class(&mut self, file: &str, of: &[&str]) {
        let statement = self.random.pick(of).to_owned();
        let statement = self.expanded(&statement);
        self.text(file, indented(&statement));
    }

    fn edits(&mut self, file: &str) {
        for _ in 0..self.random.below(4) {
            let statement = self.random.pick(EDITS).to_owned();
            let statement = self.expanded(&statement);
            self.text(file, statement);
        }
    }

    fn finish(&mut self, root: &str, whole: bool) {
        let schemes = self.schemes.join(", ");
        for piece in &mut self.pieces {
            if let Piece::Text(_, text) = piece {
                *text = text.replace("<schemes>", &schemes);
            }
        }
        let folder = *self.random.pick_value(&[root, root, root, "", "shop/"]);
        let file = format!("{folder}.env").replace("shop/", &format!("{root}shop/"));
        for line in std::mem::take(&mut self.dot_env) {
            self.text(&file, line);
        }
        if whole {
            self.pieces.append(&mut self.variables);
        }
    }
}

/// A statement as it stands in a block.
fn indented(statement: &str) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("    {line}") };
    statement.lines().map(line).collect::<Vec<_>>().join("\n")
}
