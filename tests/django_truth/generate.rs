//! Cases from seeds: settings projects put together from the idioms of real ones.

use crate::blocks::{BLOCKS, FRAMES};
use crate::case::{Case, Piece};
use crate::expressions::{Reader, Wanted, templates};
use crate::random::Random;
use crate::statements::{
    APPS, DEBUGS, EDITS, HELPERS, HOSTS, IMPORTS, KEYS, LOADS, MIDDLEWARES, READS,
};
use crate::values::{default_text, line, literal, value};

const MIDDLEWARE: &[&str] = &[
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "shop.middleware.Own",
];
const APPLICATIONS: &[&str] =
    &["django.contrib.sessions", "corsheaders", "rest_framework", "shop.orders"];

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
}

struct Generator {
    random: Random,
    reader: Reader,
    variables: Vec<Piece>,
    dot_env: Vec<String>,
    seen: Vec<String>,
    schemes: Vec<String>,
    pieces: Vec<Piece>,
    has_dot_env: bool,
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
    ]);
    let reader = *random.pick_value(&[
        Reader::Os,
        Reader::Os,
        Reader::Os,
        Reader::Environ,
        Reader::Environ,
        Reader::Decouple,
    ]);
    let root = (*random.pick_value(&["", "", "", "src/", "backend/"])).to_owned();
    // A whole environment is given instead of the files beside the code.
    let has_dot_env = !whole && random.chance(60);
    let mut generator = Generator {
        random,
        reader,
        variables: Vec::new(),
        dot_env: Vec::new(),
        seen: Vec::new(),
        schemes: Vec::new(),
        pieces: Vec::new(),
        has_dot_env,
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
                self.production(&file("components/production"), "from shop.components.base import DEBUG, MIDDLEWARE, INSTALLED_APPS, ALLOWED_HOSTS, SECRET_KEY, BASE_DIR, env");
                self.more(&file("components/production"), blocks);
                self.edits(&file("components/production"));
                let include = "from split_settings.tools import include, optional\n\ninclude(\n    \"components/base.py\",\n    optional(\"components/local.py\"),\n    \"components/production.py\",\n)";
                self.text(&file("settings"), include.to_owned());
                "shop.settings".to_owned()
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
            let statement = self.random.pick(BLOCKS).to_owned();
            let mut statement = self.expanded(&statement);
            if self.random.chance(22) {
                let frame = self.random.pick(FRAMES).to_owned();
                let indented: Vec<String> = statement
                    .lines()
                    .map(|line| if line.is_empty() { String::new() } else { format!("    {line}") })
                    .collect();
                statement = self.expanded(&frame).replace("{S}", &indented.join("\n"));
            }
            self.text(file, statement);
        }
    }

    fn edits(&mut self, file: &str) {
        for _ in 0..self.random.below(4) {
            let statement = self.random.pick(EDITS).to_owned();
            let statement = self.expanded(&statement);
            self.text(file, statement);
        }
    }

    /// A statement with its placeholders filled in.
    fn expanded(&mut self, statement: &str) -> String {
        let mut text = statement.to_owned();
        for (word, wanted) in [
            ("{bool ", Wanted::Bool),
            ("{number ", Wanted::Number),
            ("{text ", Wanted::Text),
            ("{key ", Wanted::Key),
            ("{hosts ", Wanted::Hosts),
            ("{origins ", Wanted::Origins),
            ("{database ", Wanted::Database),
            ("{cache ", Wanted::Cache),
            ("{json ", Wanted::Json),
        ] {
            while let Some(start) = text.find(word) {
                let end = start + text[start..].find('}').unwrap();
                let name = text[start + word.len()..end].to_owned();
                let expression = self.expression(wanted, &name);
                text.replace_range(start..=end, &expression);
            }
        }
        let middleware = self.random.pick(MIDDLEWARE);
        let last = middleware.rsplit('.').next().unwrap();
        let application = self.random.pick(APPLICATIONS);
        let key = self.random.key(52);
        text.replace("{m}", middleware)
            .replace("{M}", last)
            .replace("{a}", application)
            .replace("{k}", &key)
    }

    /// An expression for a value, which may read a variable.
    fn expression(&mut self, wanted: Wanted, name: &str) -> String {
        if self.random.chance(25) && wanted != Wanted::Key {
            return literal(&mut self.random, wanted);
        }
        let reader = if self.random.chance(15) { Reader::Os } else { self.reader };
        // Only `Env` makes these, and only what is imported can be used.
        let reader =
            if matches!(wanted, Wanted::Database | Wanted::Cache) { self.reader } else { reader };
        let template = self.random.pick(templates(reader, wanted));
        let (demanded, template) =
            template.strip_prefix('!').map_or((false, template), |rest| (true, rest));
        let (t, h) =
            (default_text(&mut self.random, Wanted::Text), default_text(&mut self.random, wanted));
        let o = self.random.pick(&["shop.example", "https://shop.example", "*"]).to_owned();
        let key = self.random.key(52);
        let filled = template
            .replace("{V}", name)
            .replace("{t}", &t)
            .replace("{h}", &h)
            .replace("{o}", &o)
            .replace("{k}", &key);
        self.remember(&filled, wanted, demanded);
        // An operator inside must not catch what stands around it.
        if filled.contains(' ') && !filled.starts_with(['{', '[']) {
            format!("({filled})")
        } else {
            filled
        }
    }

    /// Notes the variables that an expression asks for, and gives some of them.
    fn remember(&mut self, expression: &str, wanted: Wanted, demanded: bool) {
        let names: Vec<String> = expression
            .split(['"', '\''])
            .filter(|part| {
                part.len() > 2
                    && part
                        .chars()
                        .all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
            })
            .map(str::to_owned)
            .collect();
        for name in names {
            if name.starts_with("SCHEME_")
                && !self.schemes.iter().any(|known| known.starts_with(&format!("{name}=")))
            {
                let scheme = match wanted {
                    Wanted::Bool => "(bool, False)",
                    Wanted::Text => "(str, \"scheme\")",
                    _ => "(list, [\"scheme.example\"])",
                };
                self.schemes.push(format!("{name}={scheme}"));
            }
            let often = if demanded { 88 } else { 50 };
            let given = match name.rsplit('_').next() {
                Some("JSON") => "[\"j.example\", \"k.example\"]".to_owned(),
                Some("DICT") => self.random.pick(&["a=b,c=d", "a=1", ""]).to_owned(),
                Some("PY") => self.random.pick(&["['a']", "{'b': (1, None)}", "'x'"]).to_owned(),
                _ => value(&mut self.random, wanted),
            };
            if self.random.chance(often) {
                self.variable(&name, &given);
            }
        }
    }

    fn variable(&mut self, name: &str, value: &str) {
        if self.seen.iter().any(|known| known == name) {
            return;
        }
        self.seen.push(name.to_owned());
        if self.has_dot_env && self.random.chance(55) {
            let line = line(&mut self.random, name, value);
            self.dot_env.push(line);
            if self.random.chance(80) {
                return;
            }
        }
        self.variables.push(Piece::Variable(name.to_owned(), value.to_owned()));
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
