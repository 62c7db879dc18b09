//! Variables that production sets and nothing reads: left over, or misspelt.
//!
//! A name counts as read wherever a file other than those that set variables has it as a word, or puts names
//! together of which it may be one. It is told only of a project of one program in Python whose code names
//! each variable that it reads.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::known_names::is_read_by_software;
use crate::collect::env::files::is_env_name;
use crate::collect::{Sources, compose};
use crate::fact::{Fact, FactSpec, Facts, Kind, Place, ProjectPath, Value};
use crate::grammar::yaml;
use crate::project::{Project, Role};

/// The fields of one variable.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The variable."),
    FactSpec::new("file", Kind::Text, "The file that sets it."),
];

/// Ways in which a program reads variables that it does not name, or names by a part.
static BY_PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::new([
        "env_prefix",
        "prefixed(",
        "BaseSettings",
        "dynaconf",
        "Dynaconf",
        "import values",
        "from_prefixed_env",
        "auto_envvar_prefix",
        "Prefix",
    ])
    .ok()
});
/// How a program reaches for its environment.
static ENVIRONMENT: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(["environ", "getenv", "process.env"]).ok());
/// Kinds of files that only set variables, unless they put one in by its mark.
const SETTERS: &[&str] = &["yml", "yaml", "toml", "tf", "tfvars"];
/// Kinds of files that are programs.
const PROGRAMS: &[&str] = &["py", "js", "ts", "jsx", "tsx", "mjs", "cjs"];
/// Kinds of files that no program reads.
const SILENT: &[&str] = &["md", "rst", "lock", "svg", "css", "map", "po", "csv", "ipynb"];

/// Those variables; none if it cannot be told.
pub(super) fn variables(sources: &Sources<'_>, facts: &Facts) -> Option<Fact> {
    let is_alone = sources.service.shared.files.is_empty() && !sources.project.is_truncated();
    let is_known = ["django", "flask", "fastapi"].iter().any(|domain| facts.found(domain));
    if !is_alone || !is_known {
        return None;
    }
    let mut set = set_by_files(sources.project, facts);
    if set.is_empty() {
        return None;
    }
    let asked = facts.at("django.variables");
    let by_settings = |name: &str| {
        asked.value.items().iter().any(|variable| variable.text_of("name") == Some(name))
    };
    let name_of = |variable: &Fact| variable.text_of("name").unwrap_or_default().to_owned();
    set.retain(|variable| {
        let name = name_of(variable);
        !is_read_by_software(&name) && !by_settings(&name)
    });
    // The files are searched only for what is left.
    if !set.is_empty() {
        let words = Words::of(set.iter().map(name_of))?;
        let code = Code::of(sources, &words)?;
        set.retain(|variable| !code.reads(&name_of(variable)));
    }
    Some(Fact::derived(set))
}

/// What the files of production set, each name once.
fn set_by_files(project: &Project, facts: &Facts) -> Vec<Fact> {
    let variables = facts.at("env.variables");
    let mut found: Vec<(String, Place)> = Vec::new();
    if let Value::Record(record) = &variables.value {
        for (name, fact) in record.fields.iter() {
            found.extend(fact.provenance.place.clone().map(|place| (name.to_string(), place)));
        }
    }
    for source in facts.at("env.sources").value.items() {
        let path = source.text_of("path").map(ProjectPath::new);
        let plain = path.filter(|_| source.text_of("kind") == Some("plain"));
        let Some((path, entries)) = plain.and_then(|path| {
            let entries = &project.assignments(&path).ok()?.entries;
            Some((path, entries))
        }) else {
            continue;
        };
        found.extend(entries.iter().map(|each| (each.name.clone(), Place::line(&path, each.line))));
    }
    let mut known = BTreeSet::new();
    let for_others = given_to_others(project, facts);
    found.retain(|(name, place)| is_judged(place, &for_others) && known.insert(name.clone()));
    found.into_iter().map(|(name, place)| described(&name, place)).collect()
}

/// Whether a place is an environment file for the program alone: what an image or a platform sets may be for
/// the tools in it.
fn is_judged(place: &Place, for_others: &BTreeSet<String>) -> bool {
    let Place::File { path, .. } = place else {
        return false;
    };
    is_env_name(path.name()) && !for_others.contains(path.name())
}

/// The names of environment files that compose gives to images that are not built here: what they read is
/// not known.
fn given_to_others(project: &Project, facts: &Facts) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let files = facts.at("compose.files");
    for file in files.value.items().iter().filter_map(|file| file.value.text()) {
        let text = project.read(&ProjectPath::new(file));
        let documents = text.ok().and_then(|text| yaml::parse(text).ok()).unwrap_or_default();
        for (_, service) in documents.iter().flat_map(compose::services) {
            if service.get("build").is_none()
                && let Some(given) = service.get("env_file")
            {
                let each = std::iter::once(given).chain(given.items());
                let each = each.filter_map(|file| file.get("path").unwrap_or(file).text());
                names.extend(each.map(|path| ProjectPath::new(path).name().to_owned()));
            }
        }
    }
    names
}

fn described(name: &str, place: Place) -> Fact {
    let file = match &place {
        Place::File { path, .. } => path.as_str().to_owned(),
        Place::Exchange { .. } => String::new(),
    };
    let fields = [("name", Value::from(name)), ("file", Value::from(file))];
    let fields = fields.map(|(field, value)| (field, Fact::derived(value).at(place.clone())));
    Fact::derived(Value::record(fields)).at(place)
}

/// The words of the files in which a variable may be read, of those that matter.
#[derive(Default)]
struct Code<'s> {
    /// Words of programs, templates and other files that are not for people.
    words: HashSet<&'s str>,
    /// Those that `$` stands before, in files that otherwise only set variables.
    marked: HashSet<&'s str>,
    by_parts: bool,
}

impl<'s> Code<'s> {
    /// The files of a project; none if a program may read any variable.
    fn of(sources: &Sources<'s>, words: &Words) -> Option<Self> {
        let mut code = Self::default();
        for path in sources.service.files() {
            let is_other = is_env_name(path.name())
                || SILENT.contains(&path.extension())
                || matches!(Role::of(path), Role::Documentation);
            let Some(text) = (!is_other).then(|| sources.project.read(path).ok()).flatten() else {
                continue;
            };
            if SETTERS.contains(&path.extension()) {
                let marked = words.in_text(text).filter(|(before, _)| before.ends_with(['$', '{']));
                code.marked.extend(marked.map(|(_, word)| word));
                continue;
            }
            if PROGRAMS.contains(&path.extension()) && reads_any(text) {
                return None;
            }
            code.by_parts |= has_one(&BY_PARTS, text);
            code.words.extend(words.in_text(text).map(|(_, word)| word));
        }
        Some(code)
    }

    fn reads(&self, name: &str) -> bool {
        let has = |word: &str| {
            self.words.contains(word) || self.words.contains(word.to_lowercase().as_str())
        };
        has(name)
            || self.marked.contains(name)
            || halves(name).any(|half| self.words.contains(half))
            || self.by_parts && ends(name).any(has)
    }
}

/// What a text may put together to a name: `f"{kind}_HOST"`, `"DB_" + what`.
fn halves(name: &str) -> impl Iterator<Item = &str> {
    let split = |(at, _)| [name.get(..=at), name.get(at..)];
    name.match_indices('_').flat_map(split).flatten().filter(move |half| *half != name)
}

/// What is left of a name without a prefix.
fn ends(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('_').filter_map(|(at, _)| name.get(at + 1..)).filter(|end| !end.is_empty())
}

/// The names that are looked for and their parts, found all at once.
struct Words(AhoCorasick);

impl Words {
    fn of(names: impl Iterator<Item = String>) -> Option<Self> {
        let mut words = HashSet::new();
        for name in names {
            words.extend(halves(&name).map(str::to_owned));
            for whole in ends(&name).chain([name.as_str()]) {
                words.extend([whole.to_owned(), whole.to_lowercase()]);
            }
        }
        AhoCorasick::new(words).ok().map(Self)
    }

    /// Where they stand in a text as words of their own, each with what stands before it.
    fn in_text<'t>(&self, text: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        self.0.find_overlapping_iter(text).filter_map(move |found| {
            let (before, word) = text.get(..found.end())?.split_at_checked(found.start())?;
            // Of `%s_HOST` the rest is a word.
            let begins = !before.ends_with(is_part) || before.ends_with("%s");
            let ends = !text.get(found.end()..)?.starts_with(is_part);
            (begins && ends).then_some((before, word))
        })
    }
}

fn has_one(signs: &LazyLock<Option<AhoCorasick>>, text: &str) -> bool {
    signs.as_ref().is_some_and(|signs| signs.is_match(text))
}

/// What stands before and after each place where a text has a name as a word of its own.
fn uses<'t>(text: &'t str, name: &str) -> impl Iterator<Item = (&'t str, &'t str)> {
    let length = name.len();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).filter_map(move |(at, _)| {
        let (before, rest) = text.split_at_checked(at)?;
        let after = rest.get(length..)?;
        (!before.ends_with(is_part) && !after.starts_with(is_part)).then_some((before, after))
    })
}

/// Whether a program reads variables by a name that it does not write out, or all of them.
fn reads_any(text: &str) -> bool {
    if !has_one(&ENVIRONMENT, text) {
        return false;
    }
    let quoted = |after: &str| after.trim_start().starts_with(['"', '\'']);
    let of_environ = uses(text, "environ").any(|(before, after)| {
        if !before.ends_with('.') {
            // Of an import, or of a module of that name.
            return false;
        }
        let calls = [".get(", ".setdefault(", ".pop(", "["];
        let named = calls.iter().any(|call| after.strip_prefix(call).is_some_and(quoted));
        let asks = before.trim_end_matches("os.").trim_end().ends_with(" in") && !loops(before);
        let writes = after.starts_with(".update(");
        !named && !asks && !writes && before.ends_with("os.")
    });
    let of_getenv = uses(text, "getenv")
        .any(|(_, after)| after.strip_prefix('(').is_some_and(|after| !quoted(after)));
    let of_process = text.match_indices("process.env").any(|(at, sign)| {
        let after = text.get(at + sign.len()..).unwrap_or_default();
        let by_name =
            after.strip_prefix('.').is_some_and(|after| after.starts_with(char::is_alphabetic));
        !by_name && !after.strip_prefix('[').is_some_and(quoted)
    });
    of_environ || of_getenv || of_process
}

/// Whether the line that ends here begins a loop: `for name in`.
fn loops(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or(before);
    line.contains("for ")
}
