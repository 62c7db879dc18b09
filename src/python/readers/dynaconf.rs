//! dynaconf: settings out of files, with a layer for each environment, and variables with a prefix that win
//! (version 3.3, read November 2026).
//!
//! What stands in the files is what runs when nobody gives the variable. A name that stands nowhere is one
//! that the program demands of the environment.

use std::rc::Rc;

use super::dynaconf_layers::{Layers, is_setting};
use crate::fact::ProjectPath;
use crate::python::heap::Id;
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::paths;
use crate::python::term::{From, Kind, Made, Spot, Term};

/// The class of dictionaries whose entries are attributes, too.
pub(super) const BOX: &str = "dynaconf.Box";

/// The files that are looked for where none are named, in their order.
const USUAL: &[&str] = &[
    "settings.py",
    "settings.toml",
    "settings.yaml",
    "settings.yml",
    "settings.json",
    ".secrets.py",
    ".secrets.toml",
    ".secrets.yaml",
    ".secrets.yml",
    ".secrets.json",
];

/// A way in which the library is used, and what holds for it unless it is told otherwise.
#[derive(Clone, Copy)]
struct Usage {
    /// What the names of its variables begin with.
    prefix: &'static str,
    /// The variable that chooses the environment.
    switcher: &'static str,
    /// Whether it has layers for environments, reads `.env` and looks for the usual files.
    is_extension: bool,
}

fn usage(class: &str) -> Option<Usage> {
    let name = class.strip_prefix("dynaconf.")?;
    let (prefix, switcher) = match name.strip_prefix("contrib.").unwrap_or(name) {
        "Dynaconf" | "LazySettings" => ("DYNACONF", "ENV_FOR_DYNACONF"),
        "DjangoDynaconf" => ("DJANGO", "DJANGO_ENV"),
        "FlaskDynaconf" => ("FLASK", "FLASK_ENV"),
        _ => return None,
    };
    Some(Usage { prefix, switcher, is_extension: prefix != "DYNACONF" })
}

/// Whether objects of a class hold such settings.
pub(in crate::python) fn holds_settings(class: &str) -> bool {
    usage(class).is_some()
}

/// Whether a name is one of the library's own options, which it keeps among the settings.
pub(super) fn is_of_library(name: &str) -> bool {
    name.ends_with("_FOR_DYNACONF")
}

/// What an object was told, whichever way its name is written.
pub(super) fn option<'t, 'a>(named: &'t [(Rc<str>, Term<'a>)], name: &str) -> Option<&'t Term<'a>> {
    let told = |written: &str| {
        let upper = written.to_uppercase();
        let bare = upper.strip_suffix("_FOR_DYNACONF").unwrap_or(&upper);
        let bare = match bare {
            "SETTINGS_FILES" => "SETTINGS_FILE",
            "ENVIRONMENT" => "ENVIRONMENTS",
            bare => bare,
        };
        bare == name
    };
    named.iter().find(|(written, _)| told(written)).map(|(_, term)| term)
}

impl<'a> Interpreter<'a> {
    /// `Dynaconf(…)`, `DjangoDynaconf(__name__)`, `FlaskDynaconf(app)`; none if it is no such call.
    pub(super) fn dynaconf_call(
        &mut self,
        class: &Rc<str>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Option<Outcome<'a>> {
        let usage = usage(class)?;
        let made = self.make(class, arguments, at);
        let Kind::Made(object) = &made.kind else {
            return None;
        };
        let object = Rc::clone(object);
        Some(match usage.prefix {
            "DJANGO" => self.dynaconf_of_django(&object, usage, at),
            "FLASK" => {
                let app = arguments.get(0, "app").cloned();
                let configured = match app {
                    Some(app) => self.dynaconf_of_flask(&object, &app, at),
                    None => Ok(()),
                };
                configured.map(|()| made)
            }
            _ => self.dynaconf_settings(&object, usage, Vec::new(), at).map(|layers| {
                self.hold(object.fields, layers);
                made
            }),
        })
    }

    /// The names of the settings module are settings to begin with, and all settings become its names: Django
    /// reads the object from then on.
    fn dynaconf_of_django(&mut self, made: &Made<'a>, usage: Usage, at: Spot) -> Outcome<'a> {
        let told = made.positional.first().and_then(Term::as_text).cloned();
        let running = told.and_then(|name| self.running_module(&name));
        let module = running.or_else(|| self.frames.last()?.scopes.first().copied());
        let Some(module) = module else {
            return Ok(self.opaque("these settings", at));
        };
        let names = self.heap.scope(module).map(|scope| scope.names.clone()).unwrap_or_default();
        let given = names.into_iter().filter(|(name, _)| is_setting(name)).collect();
        let mut layers = self.dynaconf_settings(made, usage, given, at)?;
        // Django runs with no module that lacks it.
        if !layers.settings.contains_key("SECRET_KEY") && !self.environment.is_whole() {
            let variable = variable_of(made, "SECRET_KEY");
            let key = self.demanded(&variable, "ImproperlyConfigured", at)?;
            layers.settings.insert("SECRET_KEY".into(), key);
        }
        self.hold(module, layers);
        let own = Made {
            class: Rc::clone(&made.class),
            positional: made.positional.clone(),
            named: made.named.clone(),
            fields: module,
        };
        Ok(Term::new(Kind::Made(Rc::new(own)), From::literal(at)))
    }

    /// The settings become the application's configuration: also `FlaskDynaconf().init_app(app)`.
    pub(super) fn dynaconf_of_flask(
        &mut self,
        made: &Made<'a>,
        app: &Term<'a>,
        at: Spot,
    ) -> Result<(), Raised> {
        let fields = match &app.kind {
            Kind::Made(app) => app.fields,
            Kind::Instance(_, fields) => *fields,
            _ => return Ok(()),
        };
        let config = self.heap.scope(fields).and_then(|scope| scope.names.get("config")).cloned();
        let (Some(Term { kind: Kind::Dict(config), .. }), Some(usage)) =
            (config, usage(&made.class))
        else {
            return Ok(());
        };
        let layers = self.dynaconf_settings(made, usage, Vec::new(), at)?;
        self.mark_boxes(&layers);
        for (name, term) in &layers.settings {
            self.heap.change_dict(config, &mut |dict| dict.put(name, term.clone()));
        }
        if let Some(why) = layers.rest {
            self.heap.change_dict(config, &mut |dict| {
                dict.rest.get_or_insert_with(|| Rc::clone(&why));
            });
        }
        Ok(())
    }

    fn hold(&mut self, scope: Id, layers: Layers<'a>) {
        self.mark_boxes(&layers);
        if let Some(scope) = self.heap.scope_mut(scope) {
            scope.names.extend(layers.settings);
            scope.rest = scope.rest.take().or(layers.rest);
        }
    }

    /// All settings, from the weakest layer to the strongest.
    fn dynaconf_settings(
        &mut self,
        made: &Made<'a>,
        usage: Usage,
        given: Vec<(Rc<str>, Term<'a>)>,
        at: Spot,
    ) -> Result<Layers<'a>, Raised> {
        let told = |name: &str| option(&made.named, name).cloned();
        let folders = self.dynaconf_folders(told("ROOT_PATH").as_ref(), usage);
        let is_on = |this: &Self, name: &str| match told(name) {
            Some(term) => this.truth(&term) != Some(false),
            None => usage.is_extension,
        };
        if is_on(self, "LOAD_DOTENV") {
            self.dynaconf_dotenv(&folders);
        }
        let mut layers = Layers {
            merges: told("MERGE_ENABLED").is_some_and(|it| self.truth(&it) == Some(true)),
            ..Layers::default()
        };
        layers.settings.extend(given);
        for (name, term) in &made.named {
            let is_option = ["SETTINGS_FILE", "SECRETS", "PRELOAD", "INCLUDES", "VALIDATORS"]
                .iter()
                .any(|known| option(&[(Rc::clone(name), term.clone())], known).is_some());
            if !is_option {
                self.set_layer(&mut layers, name, term, None, at)?;
            }
        }
        if is_on(self, "ENVIRONMENTS") {
            layers.environments = Some(self.dynaconf_environments(made, usage, at));
        }
        let usual = || USUAL.iter().map(|name| Rc::from(*name)).collect::<Vec<Rc<str>>>();
        let settings_files = match told("SETTINGS_FILE") {
            Some(files) => self.dynaconf_names(&files, &mut layers, at),
            None if usage.is_extension => usual(),
            None => Vec::new(),
        };
        let mut files = Vec::new();
        for option in ["PRELOAD", "SETTINGS_FILE", "SECRETS", "INCLUDES"] {
            let names = match (option, told(option)) {
                ("SETTINGS_FILE", _) => settings_files.clone(),
                (_, Some(term)) => self.dynaconf_names(&term, &mut layers, at),
                (_, None) => Vec::new(),
            };
            self.take_files(&mut layers, &names, &folders, &mut files, at)?;
        }
        self.take_variables(made, &mut layers, at)?;
        self.take_validators(made, &mut layers, at)?;
        self.settle_references(made, &mut layers, at)?;
        Ok(layers)
    }

    /// The layers that count, lowest first, as a text with commas; unknown if the environment is.
    fn dynaconf_environments(&mut self, made: &Made<'a>, usage: Usage, at: Spot) -> Term<'a> {
        let told = |name: &str| option(&made.named, name).cloned();
        let switcher = told("ENV_SWITCHER").and_then(|it| it.as_text().cloned());
        let switcher = switcher.as_deref().unwrap_or(usage.switcher).to_owned();
        let usual = told("ENV").unwrap_or_else(|| Term::text("development", From::literal(at)));
        let current = self.wished(&switcher, Some(usual), at);
        let lowest = told("DEFAULT_ENV").and_then(|it| it.as_text().cloned());
        let lowest = lowest.as_deref().unwrap_or("default").to_owned();
        let prefix = prefixes(made).into_iter().next().unwrap_or_else(|| "dynaconf".into());
        let layers = self.each(&current, |_, current| {
            Ok(match current.as_text() {
                Some(name) => {
                    let all = format!("{lowest},{prefix},{name},global");
                    Term::text(all.to_lowercase(), current.from.clone())
                }
                None => current.clone(),
            })
        });
        layers.unwrap_or_else(|_| self.opaque("which environment this is", at))
    }

    /// The folders in which files are looked for: of the object, and of the program, each with those above.
    fn dynaconf_folders(&self, root: Option<&Term<'a>>, usage: Usage) -> Vec<ProjectPath> {
        let here = self.files.get(self.file()).map(|source| source.path.folder());
        let root = match root.map(|root| &root.kind) {
            Some(Kind::Text(path) | Kind::Path(path)) => paths::project_path(path),
            _ if usage.is_extension => here.clone(),
            _ => None,
        };
        let mut folders: Vec<ProjectPath> = Vec::new();
        for start in root.into_iter().chain(self.roots.iter().cloned()).chain(here) {
            let mut folder = start;
            loop {
                for each in [folder.clone(), folder.join("config")] {
                    if !folders.contains(&each) {
                        folders.push(each);
                    }
                }
                if folder.as_str().is_empty() {
                    break;
                }
                folder = folder.folder();
            }
        }
        folders
    }

    fn mark_boxes(&mut self, layers: &Layers<'a>) {
        const MAX_BOXES: usize = 1_000;
        let mut open: Vec<Term<'a>> = layers.settings.values().cloned().collect();
        let mut boxes = 0;
        while let Some(term) = open.pop() {
            if let Kind::Dict(id) = term.kind
                && boxes < MAX_BOXES
            {
                boxes += 1;
                self.objects.push((BOX.into(), id));
                open.extend(
                    self.heap.dict(id).into_iter().flat_map(|it| it.entries.values().cloned()),
                );
            }
        }
    }
}

/// What the variables begin with: none if every variable is a setting.
pub(super) fn prefixes(made: &Made<'_>) -> Vec<String> {
    let usual = usage(&made.class).map_or("DYNACONF", |usage| usage.prefix);
    match option(&made.named, "ENVVAR_PREFIX").map(|term| &term.kind) {
        Some(Kind::Text(text)) => text.split(',').map(str::to_uppercase).collect(),
        Some(Kind::Bool(false)) => Vec::new(),
        _ => vec![usual.to_owned()],
    }
}

/// The variable that gives a setting its value.
pub(super) fn variable_of(made: &Made<'_>, name: &str) -> String {
    match prefixes(made).last() {
        Some(prefix) => format!("{prefix}_{name}"),
        None => name.to_owned(),
    }
}
