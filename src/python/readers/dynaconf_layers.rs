//! The layers of dynaconf's settings: files, each perhaps with a table for every environment, then variables.

use std::rc::Rc;

use indexmap::IndexMap;

use super::dynaconf::{option, prefixes, variable_of};
use super::env_file::Loading;
use crate::fact::{Ignorance, ProjectPath};
use crate::grammar::dotenv::Reader;
use crate::python::flask_config::is_capital;
use crate::python::heap::{Dict, Key, Object, Sequence};
use crate::python::interpreter::{Arguments, Interpreter, Raised};
use crate::python::paths;
use crate::python::term::{From, Kind, Made, Spot, Term};

/// Settings while they are put together.
#[derive(Default)]
pub(super) struct Layers<'a> {
    /// By their names in capitals.
    pub(super) settings: IndexMap<Rc<str>, Term<'a>>,
    /// Whether what a layer says is added to what the lower ones say.
    pub(super) merges: bool,
    /// The tables of a file that count, with commas between; none if files have no such tables.
    pub(super) environments: Option<Term<'a>>,
    /// Why there may be further settings, if there may.
    pub(super) rest: Option<Rc<Ignorance>>,
}

impl Layers<'_> {
    /// A layer is not known: it may set any name, and replace what lower layers say.
    fn leave_open(&mut self, why: Rc<Ignorance>) {
        for term in self.settings.values_mut() {
            term.kind = Kind::Unknown(Rc::clone(&why));
        }
        self.rest.get_or_insert(why);
    }
}

/// Whether a name is one that files of Python give: its first part in capitals.
pub(super) fn is_setting(name: &str) -> bool {
    is_capital(name.split("__").next().unwrap_or_default())
}

/// The key of an entry, in capitals or not.
pub(super) fn folded<'t>(entries: &'t IndexMap<Key, Term<'_>>, name: &str) -> Option<&'t Key> {
    let lower = name.to_lowercase();
    let is_it = |key: &&Key| matches!(key, Key::Text(known) if known.to_lowercase() == lower);
    entries.keys().find(is_it)
}

/// What tells that a value is added to that of the layers below.
const MERGE: &str = "dynaconf_merge";

impl<'a> Interpreter<'a> {
    /// `.env`, which does not replace what is set.
    pub(super) fn dynaconf_dotenv(&mut self, folders: &[ProjectPath]) {
        let mut files = folders.iter().map(|folder| folder.join(".env"));
        if let Some(file) = files.find(|file| self.library.project().has(file)) {
            self.load_file(&file, Loading::by(Reader::PythonDotenv));
        }
    }

    /// The names of files in a list, or in a text with commas.
    pub(super) fn dynaconf_names(
        &mut self,
        term: &Term<'a>,
        layers: &mut Layers<'a>,
        at: Spot,
    ) -> Vec<Rc<str>> {
        let (items, rest) = match &term.kind {
            Kind::Text(text) => {
                let between = if text.contains(';') { ';' } else { ',' };
                let parts = text.split(between).map(str::trim).filter(|part| !part.is_empty());
                (parts.map(|part| Term::text(part, term.from.clone())).collect(), None)
            }
            Kind::Path(_) => (vec![term.clone()], None),
            _ => self.iterated(term, at),
        };
        if let Some(why) = rest {
            layers.leave_open(why);
        }
        let names = items.into_iter().filter_map(|item| match &item.kind {
            Kind::Text(name) | Kind::Path(name) if !name.contains(['*', '?', '[']) => {
                Some(Rc::clone(name))
            }
            _ => {
                layers.leave_open(self.why_unknown(&item, at));
                None
            }
        });
        names.collect()
    }

    /// Takes what these files say, and then those beside them whose names have `.local.` in them.
    pub(super) fn take_files(
        &mut self,
        layers: &mut Layers<'a>,
        names: &[Rc<str>],
        folders: &[ProjectPath],
        taken: &mut Vec<ProjectPath>,
        at: Spot,
    ) -> Result<(), Raised> {
        let own = self.files.get(self.file()).map(|source| source.path.clone());
        let mut found = Vec::new();
        for name in names {
            let all: Vec<ProjectPath> = match paths::project_path(name) {
                Some(path) if name.starts_with('/') => vec![path],
                _ => folders.iter().map(|folder| folder.join(name)).collect(),
            };
            let there = |file: &&ProjectPath| {
                self.library.project().has(file) && Some(*file) != own.as_ref()
            };
            found.extend(all.iter().find(there).cloned());
        }
        let local = found.iter().filter_map(|file| {
            let (name, extension) = file.name().rsplit_once('.')?;
            Some(file.folder().join(&format!("{name}.local.{extension}")))
        });
        let local: Vec<_> = local.filter(|file| self.library.project().has(file)).collect();
        for file in found.into_iter().chain(local) {
            if !taken.contains(&file) {
                taken.push(file.clone());
                self.take_layer(layers, &file, at)?;
            }
        }
        Ok(())
    }

    fn take_layer(
        &mut self,
        layers: &mut Layers<'a>,
        file: &ProjectPath,
        at: Spot,
    ) -> Result<(), Raised> {
        let function = match file.extension() {
            "py" => return self.take_program(layers, file, at),
            "toml" | "tml" => "tomllib.loads",
            "yaml" | "yml" => "yaml.safe_load",
            "json" => "json.loads",
            _ => {
                layers.leave_open(Rc::new(Ignorance::new(format!("`{file}` is not read"))));
                return Ok(());
            }
        };
        let path = Term::new(Kind::Path(paths::in_project(file).into()), From::literal(at));
        if self.data_file(&path).is_none() {
            return Ok(());
        }
        let text = self.text_of_file(&path, at)?;
        let given = Arguments { positional: vec![text], ..Arguments::default() };
        let document = self.document(function, &given, at)?;
        let Kind::Dict(id) = document.kind else {
            if !matches!(document.kind, Kind::None) {
                layers.leave_open(self.why_unknown(&document, at));
            }
            return Ok(());
        };
        let tables = match layers.environments.clone() {
            None => vec![id],
            Some(Term { kind: Kind::Text(names), from }) => {
                let entries = self.heap.dict(id).map(|it| it.entries.clone()).unwrap_or_default();
                let mut seen = Vec::new();
                for name in names.split(',').map(str::trim) {
                    if let Some(Term { kind: Kind::Dict(table), .. }) =
                        folded(&entries, name).and_then(|key| entries.get(key))
                        && !seen.contains(table)
                    {
                        seen.push(*table);
                        self.heap.change_dict(*table, &mut |dict| {
                            for term in dict.entries.values_mut() {
                                term.from.depend_on(&from.variables);
                            }
                        });
                    }
                }
                seen
            }
            Some(unknown) => {
                layers.leave_open(self.why_unknown(&unknown, at));
                return Ok(());
            }
        };
        for table in tables {
            let mut dict = self.heap.dict(table).cloned().unwrap_or_default();
            let merge = dict.take(MERGE).or_else(|| dict.take("DYNACONF_MERGE"));
            let merge = merge.and_then(|term| self.truth(&term));
            for (key, term) in dict.entries {
                if let Key::Text(name) = key {
                    self.set_layer(layers, &name, &term, merge, at)?;
                }
            }
        }
        Ok(())
    }

    /// A file of Python: what it names in capitals. It has no tables for environments.
    fn take_program(
        &mut self,
        layers: &mut Layers<'a>,
        file: &ProjectPath,
        at: Spot,
    ) -> Result<(), Raised> {
        let Some(scope) = self.load(file)?.and_then(|it| self.heap.scope(it)).cloned() else {
            return Ok(());
        };
        if let Some(why) = scope.rest {
            layers.leave_open(why);
        }
        for (name, term) in scope.names {
            let is_value = !matches!(term.kind, Kind::Library(_) | Kind::Module(_));
            if is_setting(&name) && is_value {
                self.set_layer(layers, &name, &term, None, at)?;
            }
        }
        Ok(())
    }

    /// The variables that are given, and for every other setting the one that may be.
    pub(super) fn take_variables(
        &mut self,
        made: &Made<'a>,
        layers: &mut Layers<'a>,
        at: Spot,
    ) -> Result<(), Raised> {
        for (name, term) in &mut layers.settings {
            let variable = variable_of(made, name);
            let place = term.from.at;
            *term = self.defaulted(&variable, term.clone(), at);
            term.from.at = place.or(term.from.at);
        }
        let own = prefixes(made);
        let takes_all = own.is_empty();
        let all = ["DYNACONF".to_owned()].into_iter().chain(own);
        let mut starts: Vec<String> = all.map(|prefix| format!("{prefix}_")).collect();
        starts.dedup();
        starts.extend(takes_all.then(String::new));
        let names: Vec<String> = self.variable_names().into_iter().collect();
        for start in starts {
            for variable in &names {
                let Some(name) = variable.strip_prefix(&start) else {
                    continue;
                };
                let value = self.wished(variable, None, at);
                let value = self.value_of_variable(&value, at)?;
                self.set_layer(layers, name, &value, None, at)?;
            }
        }
        Ok(())
    }

    /// `validators=[Validator("NAME", must_exist=True, default=…)]`.
    pub(super) fn take_validators(
        &mut self,
        made: &Made<'a>,
        layers: &mut Layers<'a>,
        at: Spot,
    ) -> Result<(), Raised> {
        let Some(validators) = option(&made.named, "VALIDATORS").cloned() else {
            return Ok(());
        };
        let (validators, _) = self.iterated(&validators, at);
        for validator in validators {
            let Kind::Made(validator) = &validator.kind else {
                continue;
            };
            let demands = ["must_exist", "required"]
                .iter()
                .any(|name| validator.named(name).is_some_and(|it| self.truth(it) == Some(true)));
            let default = validator.named("default").cloned();
            let names: Vec<Rc<str>> =
                validator.positional.iter().filter_map(|name| name.as_text().cloned()).collect();
            for name in names.iter().filter(|name| !name.contains('.') && !name.contains("__")) {
                let upper: Rc<str> = name.to_uppercase().into();
                if layers.settings.contains_key(&upper) {
                    continue;
                }
                let variable = variable_of(made, &upper);
                let value = match (&default, demands) {
                    (Some(default), _) => self.wished(&variable, Some(default.clone()), at),
                    (None, true) => self.demanded(&variable, "ValidationError", at)?,
                    (None, false) => continue,
                };
                layers.settings.insert(upper, value);
            }
        }
        Ok(())
    }

    /// Sets a name, or an entry below it: `DATABASES__default__NAME`.
    pub(super) fn set_layer(
        &mut self,
        layers: &mut Layers<'a>,
        name: &str,
        value: &Term<'a>,
        merge: Option<bool>,
        at: Spot,
    ) -> Result<(), Raised> {
        self.spend(1)?;
        let mut path: Vec<&str> = name.split("__").flat_map(|part| part.split('.')).collect();
        let first: Rc<str> = path.remove(0).to_uppercase().into();
        let mut value = self.parsed_value(value, at)?;
        let is_deep = !path.is_empty();
        for part in path.into_iter().rev() {
            let mut dict = Dict::default();
            let from = value.from.clone();
            dict.put(part, value);
            value = Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), from);
        }
        let old = layers.settings.get(&first).cloned();
        let value = match old {
            Some(old) if is_deep => self.joined_layers(&old, &value, false, 0),
            Some(old) => self.merged(&old, value, merge.unwrap_or(layers.merges)),
            None => self.merged(&Self::none_at(at), value, false),
        };
        layers.settings.insert(first, value);
        Ok(())
    }

    /// A value on top of an older one, which it replaces unless it says that it is added.
    fn merged(&mut self, old: &Term<'a>, new: Term<'a>, merge: bool) -> Term<'a> {
        let (new, told) = self.without_token(new);
        if told.unwrap_or(merge) { self.joined_layers(old, &new, true, 0) } else { new }
    }

    /// A list or dictionary without the word that says whether it is added, and what it said.
    fn without_token(&mut self, term: Term<'a>) -> (Term<'a>, Option<bool>) {
        match &term.kind {
            Kind::Dict(id) => {
                let Some(mut dict) = self.heap.dict(*id).cloned() else {
                    return (term, None);
                };
                let Some(token) = dict.take(MERGE) else {
                    return (term, None);
                };
                let told = self.truth(&token) == Some(true);
                let dict = Kind::Dict(self.heap.put(Object::Dict(dict)));
                (Term::new(dict, term.from), Some(told))
            }
            Kind::Sequence(shape, id) => {
                let Some(mut sequence) = self.heap.sequence(*id).cloned() else {
                    return (term, None);
                };
                let before = sequence.items.len();
                sequence.items.retain(|item| item.as_text().is_none_or(|it| it.as_ref() != MERGE));
                if sequence.items.len() == before {
                    return (term, None);
                }
                let list = self.made(*shape, sequence, term.from);
                (list, Some(true))
            }
            _ => (term, None),
        }
    }

    /// A value added to an older one: dictionaries entry by entry, lists one after the other.
    pub(super) fn joined_layers(
        &mut self,
        old: &Term<'a>,
        new: &Term<'a>,
        lists: bool,
        depth: usize,
    ) -> Term<'a> {
        const MAX_DEPTH: usize = 24;
        let (new, told) = self.without_token(new.clone());
        if depth > MAX_DEPTH || told == Some(false) {
            return new;
        }
        match (&old.kind, &new.kind) {
            (Kind::Dict(below), Kind::Dict(above)) => {
                let mut all = self.heap.dict(*below).cloned().unwrap_or_default();
                let above = self.heap.dict(*above).cloned().unwrap_or_default();
                for (key, term) in above.entries {
                    let known = match &key {
                        Key::Text(name) => folded(&all.entries, name).cloned(),
                        _ => None,
                    };
                    let key = known.unwrap_or(key);
                    let joined = match all.entries.get(&key).cloned() {
                        Some(old) => self.joined_layers(&old, &term, lists, depth + 1),
                        None => term,
                    };
                    all.entries.insert(key, joined);
                }
                let mut from = new.from.clone();
                from.take_in(&old.from);
                Term::new(Kind::Dict(self.heap.put(Object::Dict(all))), from)
            }
            (Kind::Sequence(shape, below), Kind::Sequence(_, above)) if lists => {
                let mut all = self.heap.sequence(*below).cloned().unwrap_or_default();
                let above: Sequence<'a> = self.heap.sequence(*above).cloned().unwrap_or_default();
                all.extend(&above.items, above.rest.as_ref());
                let mut from = new.from.clone();
                from.take_in(&old.from);
                self.made(*shape, all, from)
            }
            _ => new,
        }
    }
}
