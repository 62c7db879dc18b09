//! The routes of the program, as far as its `urls.py` files tell: where its health is asked for, and where
//! its administration site is.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::collect::Sources;
use crate::fact::{Fact, Facts, Ignorance, List, Place, ProjectPath, Record, Value};
use crate::project::Role;

mod scan;

use scan::{Route, Routes, Target};

/// Includes nested deeper than this are not followed.
const MAX_DEPTH: usize = 8;
/// No more routes than this are looked at; the largest project measured has a tenth.
const MAX_ROUTES: usize = 20_000;

/// Last parts of a path at which a program tells whether it is well, beside any that contain `health`.
const HEALTH_NAMES: &[&str] = &[
    "alive",
    "heartbeat",
    "ht",
    "livez",
    "liveness",
    "lbheartbeat",
    "ping",
    "readiness",
    "ready",
    "readyz",
    "status",
    "up",
];

/// Puts the facts about routes, of which `ROOT_URLCONF` names the first file.
pub(super) fn derive(sources: &Sources<'_>, settings: &Record, facts: &mut Facts) {
    let root = settings.fields.get("ROOT_URLCONF").map(|fact| &fact.value);
    let mut walk = Walk::new(sources, settings);
    match root.and_then(Value::text) {
        Some(module) => match walk.file(module) {
            Some(file) => walk.module(file, "", 0),
            None => {
                walk.unread(format!("`{module}`, the first list of routes, is not in the project"));
            }
        },
        None => walk.unread("which file lists the routes is not known (`ROOT_URLCONF`)".to_owned()),
    }
    let by_middleware = settings
        .fields
        .get("MIDDLEWARE")
        .into_iter()
        .flat_map(|fact| fact.value.items().iter().filter_map(|item| item.value.text()));
    if by_middleware.into_iter().any(|class| class.to_lowercase().contains("health")) {
        let why = "a middleware answers for the program's health at a path of its own";
        walk.unread_health.get_or_insert_with(|| Ignorance::new(why));
    }
    facts.put("django.health-paths", walk.health_paths());
    facts.put("django.admin-paths", walk.admin_paths());
}

struct Walk<'a> {
    sources: &'a Sources<'a>,
    /// The Python files that count for production, by the name of the module that each is.
    modules: BTreeMap<&'a str, Vec<&'a ProjectPath>>,
    /// The files read so far; one may be included at many paths.
    scanned: BTreeMap<&'a ProjectPath, Rc<Routes>>,
    settings: &'a Record,
    visited: BTreeSet<(&'a ProjectPath, String)>,
    seen: usize,
    health: Vec<Fact>,
    admin: Vec<Fact>,
    /// Why there may be routes that were not seen.
    unread: Option<Ignorance>,
    /// Why there may be further paths at which the program tells whether it is well.
    unread_health: Option<Ignorance>,
}

impl<'a> Walk<'a> {
    fn new(sources: &'a Sources<'a>, settings: &'a Record) -> Self {
        let mut modules: BTreeMap<&str, Vec<&ProjectPath>> = BTreeMap::new();
        for file in sources.service.programs() {
            let name = module_path(file).rsplit('/').next().unwrap_or_default();
            modules.entry(name).or_default().push(file);
        }
        Self {
            sources,
            modules,
            scanned: BTreeMap::new(),
            settings,
            visited: BTreeSet::new(),
            seen: 0,
            health: Vec::new(),
            admin: Vec::new(),
            unread: None,
            unread_health: None,
        }
    }

    fn unread(&mut self, why: String) {
        self.unread.get_or_insert_with(|| Ignorance::new(why));
    }

    fn health_paths(&self) -> Fact {
        let rest = self.unread.clone().or_else(|| self.unread_health.clone());
        Fact::derived(List { items: self.health.clone(), rest })
    }

    fn admin_paths(&self) -> Fact {
        Fact::derived(List { items: self.admin.clone(), rest: self.unread.clone() })
    }

    /// The file of a module of the project that counts for production: the one nearest to the root of
    /// the service.
    fn file(&self, module: &str) -> Option<&'a ProjectPath> {
        let path = module.replace('.', "/");
        let name = path.rsplit('/').next().unwrap_or_default();
        let fits = |file: &&&ProjectPath| {
            let start = module_path(file).strip_suffix(path.as_str());
            start.is_some_and(|start| start.is_empty() || start.ends_with('/'))
        };
        let files = self.modules.get(name).into_iter().flatten().filter(fits).copied();
        files.filter(|file| Role::of(file).counts()).min_by_key(|file| file.as_str().len())
    }

    fn module(&mut self, file: &'a ProjectPath, prefix: &str, depth: usize) {
        if depth > MAX_DEPTH || !self.visited.insert((file, prefix.to_owned())) {
            return;
        }
        let known = self.scanned.get(file).cloned();
        let routes = match known.map_or_else(|| self.scan(file), Ok) {
            Ok(routes) => routes,
            Err(why) => return self.unread(why.why.to_string()),
        };
        self.follow(&routes, "urlpatterns", file, prefix, depth);
    }

    fn scan(&mut self, file: &'a ProjectPath) -> Result<Rc<Routes>, Ignorance> {
        let routes = Rc::new(scan::routes(self.sources.project.read(file)?));
        self.scanned.insert(file, Rc::clone(&routes));
        Ok(routes)
    }

    /// Follows the routes of one list of a file.
    fn follow(
        &mut self,
        routes: &Routes,
        list: &str,
        file: &'a ProjectPath,
        prefix: &str,
        depth: usize,
    ) {
        for route in routes.lists.get(list).into_iter().flatten() {
            self.seen += 1;
            if self.seen > MAX_ROUTES || depth > MAX_DEPTH {
                self.unread("there are more routes than are looked at".to_owned());
                return;
            }
            self.note(route, file, prefix);
            if let Target::Include(name) = &route.target {
                let below = format!("{prefix}{}", route.path);
                let module = routes.imports.get(name).unwrap_or(name);
                if routes.lists.contains_key(name) {
                    self.follow(routes, name, file, &below, depth + 1);
                } else if let Some(included) = self.file(module) {
                    self.module(included, &below, depth + 1);
                }
            }
        }
    }

    fn note(&mut self, route: &Route, file: &ProjectPath, prefix: &str) {
        let place = Place::line(file, route.line);
        match &route.target {
            Target::Admin => {
                let path = self.resolved(&route.path, prefix);
                self.admin.push(path.at(place));
            }
            Target::Object(name) => {
                let why = format!("the routes of `{name}` are not read");
                self.unread_health.get_or_insert_with(|| Ignorance::new(why));
            }
            Target::Include(module) if module.starts_with("health_check") => {
                self.health.push(Fact::literal(format!("/{prefix}{}", route.path), place));
            }
            Target::View if is_health(&route.path) => {
                self.health.push(Fact::literal(format!("/{prefix}{}", route.path), place));
            }
            Target::View | Target::Include(_) => {}
        }
    }

    /// The whole path; a path that is a setting is looked up.
    fn resolved(&self, path: &str, prefix: &str) -> Fact {
        let expression = path.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let setting = expression
            .and_then(|expression| expression.strip_prefix("settings."))
            .and_then(|name| self.settings.fields.get(name));
        match (setting, expression) {
            (Some(setting), _) => match &setting.value {
                Value::Text(text) => Fact::derived(format!("/{prefix}{text}")),
                other => Fact::derived(other.clone()),
            },
            (None, Some(expression)) => Fact::unknown(format!(
                "the path is worked out when the program runs: `{expression}`"
            )),
            (None, None) => Fact::derived(format!("/{prefix}{path}")),
        }
    }
}

/// The path of the module that a Python file is, without what its name ends in: `shop/urls`.
fn module_path(file: &ProjectPath) -> &str {
    let path = file.as_str();
    let path = path.strip_suffix(".py").unwrap_or(path);
    path.strip_suffix("/__init__").unwrap_or(path)
}

fn is_health(path: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_lowercase();
    last.contains("health") || HEALTH_NAMES.contains(&last.trim_matches('_'))
}
