//! Laws of the evaluator of Python: it ends, and it never panics, whatever it is given.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::time::{Duration, Instant};

use prodcheck::fact::ProjectPath;
use prodcheck::project::{Project, services};
use prodcheck::python::{Environment, Namespace, interpret};
use proptest::prelude::*;

/// What becomes of a program; an unoptimised build may take ten times as long as a released one.
fn evaluated(program: &str) -> Namespace {
    evaluated_beside(program, "")
}

/// Likewise of one that reads a file.
fn evaluated_beside(program: &str, data: &str) -> Namespace {
    let project = Project::of_texts([
        ("settings.py", program),
        ("data", data),
        ("data.toml", data),
        ("data.yaml", data),
    ]);
    let service = services(&project, "shop").swap_remove(0);
    let started = Instant::now();
    let path = ProjectPath::new("settings.py");
    let namespace = interpret(&project, &service, &Environment::default(), |interpreter| {
        let namespace = interpreter.module(&path);
        (namespace, interpreter.reads(), interpreter.calls())
    })
    .unwrap()
    .0;
    assert!(started.elapsed() < Duration::from_secs(20), "took {:?}", started.elapsed());
    namespace
}

const LEAVES: &[&str] = &[
    "None",
    "True",
    "X",
    "os.environ['A']",
    "os.environ.get('A')",
    "os.environ.get('B', 'b')",
    "Path(__file__)",
    "timedelta(days=1)",
    "env('C', default=False)",
    "[]",
    "{}",
    "'a'",
    "'%s{}'",
    "3",
    "-9223372036854775808",
];
const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "//", "**", "|", "&", "<<", "==", "<", "in", "is", "not in", "and",
    "or",
];
const FUNCTIONS: &[&str] =
    &["bool", "int", "str", "list", "sorted", "len", "any", "dict", "set", "reversed", "max"];
const METHODS: &[&str] = &[
    "append",
    "split",
    "get",
    "update",
    "insert",
    "format",
    "join",
    "pop",
    "lower",
    "items",
    "strip",
    "remove",
    "setdefault",
    "replace",
];

/// Expressions of all kinds, nested.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let two = || (inner.clone(), inner.clone());
        prop_oneof![
            (two(), prop::sample::select(OPERATORS))
                .prop_map(|((a, b), operator)| format!("({a} {operator} {b})")),
            (inner.clone(), prop::sample::select(FUNCTIONS))
                .prop_map(|(a, name)| format!("{name}({a})")),
            (two(), prop::sample::select(METHODS))
                .prop_map(|((a, b), name)| format!("{a}.{name}({b})")),
            two().prop_map(|(a, b)| format!("[{a}, *{b}]")),
            two().prop_map(|(a, b)| format!("{{{a}: {b}, **X}}")),
            two().prop_map(|(a, b)| format!("{a}[{b}]")),
            two().prop_map(|(a, b)| format!("{a}[{b}:-1]")),
            two().prop_map(|(a, b)| format!("({a} if {b} else X)")),
            two().prop_map(|(a, b)| format!("[{a} for X in {b} if X]")),
            two().prop_map(|(a, b)| format!("(lambda X: {a})({b})")),
            inner.clone().prop_map(|a| format!("f'{{X}}-{{{}}}'", a.replace('\'', ""))),
        ]
    })
}

/// Statements around them.
fn program() -> impl Strategy<Value = String> {
    let statement = (expression(), expression(), 0..12_u8).prop_map(|(a, b, kind)| match kind {
        0 => format!("X = {a}"),
        1 => format!("X += {a}"),
        2 => format!("if {a}:\n    X = {b}\nelse:\n    Y = {b}"),
        3 => format!("for Y in {a}:\n    X = {b}\n    if Y:\n        continue"),
        4 => format!("try:\n    X = {a}\nexcept KeyError:\n    X = {b}\nfinally:\n    Z = 1"),
        5 => format!(
            "def f(X, *args, k={a}, **kw):\n    if k:\n        return X\n    return {b}\nY = f({a})"
        ),
        6 => format!("X[{a}] = {b}"),
        7 => format!("X, *Y = {a}"),
        8 => format!("class X:\n    Y = {a}\n    Z = [Y for _ in {b}]"),
        9 => format!(
            "match {a}:\n    case 'a' | 1:\n        X = {b}\n    case Y:\n        raise ValueError"
        ),
        10 => format!("while {a}:\n    X = {b}\n    break"),
        _ => format!("if not {a}:\n    raise ImproperlyConfigured\nassert {b}"),
    });
    let head = "import os\nimport environ\nfrom pathlib import Path\nfrom datetime import timedelta\n\
                env = environ.Env()\nX = ['a', 1, None]\nY = {'a': 1}\n";
    prop::collection::vec(statement, 1..8)
        .prop_map(move |statements| format!("{head}{}\n", statements.join("\n")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_an_outcome(text in "(?s).{0,400}") {
        evaluated(&text);
    }

    #[test]
    fn any_data_have_an_outcome(data in prop_oneof!["(?s).{0,200}", "[\\[\\]{}:,\"'#\\-a1.= \n]{0,60}"]) {
        for reading in ["json.load(f)", "tomllib.load(f)", "yaml.safe_load(f)", "list(f)"] {
            let head = "import json, tomllib, yaml\nwith open('data') as f:";
            evaluated_beside(&format!("{head}\n    X = {reading}\n"), &data);
        }
        for way in ["", ", environments=True", ", merge_enabled=True"] {
            let made = format!("Dynaconf(settings_files=['data.toml', 'data.yaml']{way})");
            evaluated_beside(&format!("from dynaconf import Dynaconf\nS = {made}\nX = S.a\n"), &data);
        }
    }

    #[test]
    fn any_variable_of_dynaconf_has_an_outcome(text in prop_oneof!["(?s).{0,60}", "@[a-z]{3,6} [\\[\\]{}a-z=,0-9\"]{0,20}"]) {
        let given = format!("os.environ['DYNACONF_A'] = {text:?}");
        evaluated(&format!("import os\n{given}\nfrom dynaconf import Dynaconf\nX = Dynaconf(a=[1]).A\n"));
    }

    #[test]
    fn any_program_has_an_outcome(program in program()) {
        evaluated(&program);
    }

    #[test]
    fn the_same_program_has_the_same_outcome(program in program()) {
        prop_assert_eq!(format!("{:?}", evaluated(&program)), format!("{:?}", evaluated(&program)));
    }
}

/// Five megabytes of nested comprehensions come to the end of their steps, and nothing is told of them.
#[test]
fn a_hostile_file_ends_by_its_steps() {
    let line = "X = [[[d for d in range(2000)] for c in range(2000)] for b in range(2000)]\n";
    let program = line.repeat(5_000_000 / line.len());
    let namespace = evaluated(&program);
    let rest = namespace.rest.map(|why| why.why).unwrap_or_default();
    assert!(rest.contains("more steps to evaluate than an audit makes"), "{rest}");
    assert!(namespace.variables.is_empty());
}

#[test]
fn hostile_nesting_has_an_outcome() {
    let deep = 40_000;
    for program in [
        format!("X = {}", "(".repeat(deep)),
        format!("X = {}1{}", "[".repeat(deep), "]".repeat(deep)),
        format!("X = {}1", "not ".repeat(deep)),
        format!("X = a{}", ".b".repeat(deep)),
        format!("X = a{}", "()".repeat(deep)),
        format!("X = 1{}", " if 1 else 1".repeat(deep)),
        format!("X = {}1", "lambda: ".repeat(deep)),
        format!("X = {}", vec!["1"; deep].join("+")),
        format!("X = {}", "f'{".repeat(100)),
        (0..90).fold(String::new(), |text, depth| text + &" ".repeat(depth) + "if a:\n"),
        format!("X = [{}]", "a for a in b ".repeat(2_000)),
        format!("X = {}", "[0 for a in range(2000) for b in range(2000)] + ".repeat(200) + "[]"),
        format!("X = 'a' * 100000\n{}", "X = X.replace('a', 'aa')\n".repeat(10_000)),
        format!("X = {{}}\n{}", "X['a'] = X\nX = {**X, **X}\n".repeat(5_000)),
        format!("X = []\n{}", "if a: X.append(1)\n".repeat(30_000)),
    ] {
        evaluated(&program);
    }
}
