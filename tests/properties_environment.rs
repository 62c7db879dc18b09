//! A law of the evaluator: what a variable changes names it.
//!
//! More of the environment never makes another value of a setting, known or not, without the variable
//! standing among those on which the value depends: otherwise a verdict could turn unexplained.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use prodcheck::fact::{Fact, Origin, Place, ProjectPath, Provenance, Value};
use prodcheck::project::{Project, services};
use prodcheck::python::{Environment, Namespace, interpret};
use proptest::prelude::*;

/// Ways to read the variable `{v}`, each a truth value or a text that becomes one in a test.
const READS: &[&str] = &[
    "os.environ.get('{v}')",
    "os.environ.get('{v}', 'no')",
    "os.getenv('{v}', 'yes') == 'yes'",
    "os.environ.get('{v}', '').lower() in ('1', 'true', 'yes')",
    "bool(os.environ.get('{v}'))",
    "'{v}' in os.environ",
    "env.bool('{v}', default=False)",
    "env('{v}', default='no')",
    "env.list('{v}', default=[])",
    "config('{v}', default='no', cast=bool)",
    "config('{v}', default='a,b', cast=Csv())",
    "(os.environ.get('{v}') or 'yes')",
    "dj_database_url.config('{v}', default='sqlite:///x')",
    "quote_plus(os.environ.get('{v}', 'a b'))",
    "'%-4s' % os.environ.get('{v}', 'no')",
    "'{:>4}'.format(os.environ.get('{v}', 'no'))",
    "re.sub('o', 'a', os.environ.get('{v}', 'no'))",
    "list(chain(os.environ.get('{v}', 'a').split(','), ['z']))",
    "wished('{v}')",
    "wished('{v}', None)",
];

/// Statements that put what was read, `{r}`, and an earlier setting, `{s}`, into the setting `{n}`.
const STATEMENTS: &[&str] = &[
    "{n} = {r}",
    "{n} = not {r}",
    "{n} = {r} if {s} else 'other'",
    "{n} = {s}\nif {r}:\n    {n} = 'set'",
    "if {r}:\n    {n} = True\nelse:\n    {n} = False",
    "{n} = [{s}]\nif {r}:\n    {n}.append('more')",
    "{n} = {'a': {s}}\nif {r}:\n    {n}['a'] = {r}",
    "{n} = {s} and {r}",
    "def read_{n}():\n    if {r}:\n        return 'yes'\n    return {s}\n{n} = read_{n}()",
    "try:\n    {n} = os.environ['{v}']\nexcept KeyError:\n    {n} = {s}",
    "{n} = f'{{r}}' + '-'",
    "{n} = 'x'\nfor each in ['a', 'b']:\n    if {r}:\n        {n} = each",
    "{n} = [each for each in ['a', {s}] if {r}]",
    "match {r}:\n    case str(text):\n        {n} = text\n    case [first, *_]:\n        {n} = first\n    case _:\n        {n} = {s}",
    "try:\n    {n} = {s}.split(',')\nexcept AttributeError:\n    {n} = {r}",
    "{n} = [{s}]\nfor each in str({r}).split(','):\n    if each == '1':\n        {n}.append(each)",
    "{n} = [{s}]\n{n}.extend([{r}] if {r} else [])",
    "{n} = [*([{r}] if {r} == 'yes' else []), {s}]",
    "{n} = {'a': {s}}\n{n}.update({'b': 1} if {r} == 'yes' else {})",
];

const VARIABLES: &[&str] = &["ALPHA", "BETA", "GAMMA"];
const VALUES: &[&str] = &["yes", "no", "1", "0", "True", "", "a,b"];
const SETTINGS: usize = 5;

/// A program, and which variable is given which value besides those that are given anyway.
fn cases() -> impl Strategy<Value = (String, Vec<(String, String)>, (String, String))> {
    let statement = (
        prop::sample::select(STATEMENTS),
        prop::sample::select(READS),
        prop::sample::select(VARIABLES),
        0..SETTINGS,
    );
    let given = prop::collection::vec(
        (prop::sample::select(VARIABLES), prop::sample::select(VALUES)),
        0..2,
    );
    let more = (prop::sample::select(VARIABLES), prop::sample::select(VALUES));
    (prop::collection::vec(statement, 1..SETTINGS), given, more).prop_map(
        |(statements, given, (name, value))| {
            let head = "import os\nimport environ\nimport dj_database_url\n\
                        import re\nfrom decouple import config, Csv\nfrom itertools import chain\n\
                        from urllib.parse import quote_plus\nenv = environ.Env()\nS0 = 'first'\n\
                        MISSING = object()\ndef wished(name, default=MISSING):\n    \
                        if name in os.environ:\n        return os.environ[name]\n    \
                        return 'none' if default is MISSING else default\n";
            let mut program = head.to_owned();
            for (index, (statement, read, variable, earlier)) in statements.iter().enumerate() {
                let read = read.replace("{v}", variable);
                let text = statement
                    .replace(
                        "{r}",
                        &read.replace('\'', if statement.contains("f'") { "\"" } else { "'" }),
                    )
                    .replace("{v}", variable)
                    .replace("{s}", &format!("S{}", (*earlier).min(index)))
                    .replace("{n}", &format!("S{}", index + 1));
                program.push_str(&text);
                program.push('\n');
            }
            let given = given.into_iter().filter(|(known, _)| *known != name);
            let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
            (program, given.collect(), (name.to_owned(), value.to_owned()))
        },
    )
}

fn evaluated(program: &str, variables: &[(String, String)]) -> Namespace {
    let project = Project::of_texts([("settings.py", program)]);
    let service = services(&project, "shop").swap_remove(0);
    let place = Place::line(&ProjectPath::new("production.env"), 1);
    let variables = variables
        .iter()
        .map(|(name, value)| {
            let provenance = Provenance::new(Origin::Environment).at(place.clone());
            (name.clone().into(), Fact { value: value.as_str().into(), provenance })
        })
        .collect();
    let environment = Environment { variables, ..Environment::default() };
    let path = ProjectPath::new("settings.py");
    interpret(&project, &service, &environment, |interpreter| interpreter.module(&path)).unwrap()
}

/// Whether a variable stands anywhere among those that a value depends on.
fn names(fact: &Fact, variable: &str) -> bool {
    fact.provenance.variables.iter().any(|known| known == variable)
        || match &fact.value {
            Value::List(list) => list.items.iter().any(|item| names(item, variable)),
            Value::Record(record) => record.fields.values().any(|field| names(field, variable)),
            Value::OneOf(several) => several.iter().any(|each| names(each, variable)),
            _ => false,
        }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_variable_changes_names_it((program, given, more) in cases()) {
        let before = evaluated(&program, &given);
        let with_more: Vec<_> = given.iter().cloned().chain([more.clone()]).collect();
        let after = evaluated(&program, &with_more);
        // A value that is refused stops the program, and that is another finding.
        prop_assume!(before.raised.is_none() && after.raised.is_none());
        for (name, fact) in &after.variables {
            let earlier = before.variables.get(name);
            let same = earlier.is_some_and(|earlier| earlier.value.to_string() == fact.value.to_string());
            prop_assert!(
                same || names(fact, &more.0) || earlier.is_some_and(|earlier| names(earlier, &more.0)),
                "{name} was {:?} and is {} with {more:?}:\n{program}",
                earlier.map(|earlier| earlier.value.to_string()),
                fact.value
            );
        }
    }
}
