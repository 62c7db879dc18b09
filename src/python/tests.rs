//! Programs and what becomes of their names.

use super::*;
use crate::fact::{Fact, Place, ProjectPath, Provenance, Value};
use crate::project::services;

/// What the names of a settings file are, shown; with the environment, which is whole if it is given.
pub(super) fn names(files: &[(&str, &str)], environment: Option<&[(&str, &str)]>) -> Namespace {
    let project = Project::of_texts(files.iter().copied());
    let service = services(&project, "shop").swap_remove(0);
    let variables = environment.unwrap_or_default().iter().map(|(name, value)| {
        let provenance = Provenance::new(crate::fact::Origin::Environment)
            .at(Place::line(&ProjectPath::new("production.env"), 1));
        ((*name).to_owned().into(), Fact { value: (*value).into(), provenance })
    });
    let environment = Environment {
        variables: variables.collect(),
        whole: environment.is_some(),
        ..Environment::default()
    };
    let entry = ProjectPath::new(files[0].0);
    interpret(&project, &service, &environment, |interpreter| interpreter.module(&entry)).unwrap()
}

pub(super) fn value_of(namespace: &Namespace, name: &str) -> String {
    namespace.variables.get(name).map_or_else(|| "undefined".to_owned(), |it| it.value.to_string())
}

/// Checks `X` after each program.
pub(super) fn each(cases: &[(&str, &str)]) {
    for (program, expected) in cases {
        let namespace = names(&[("settings.py", program)], None);
        assert_eq!(value_of(&namespace, "X"), *expected, "{program}\n{:?}", namespace.raised);
    }
}

/// Checks `X` after each program in an environment that is whole.
pub(super) fn each_in(environment: &[(&str, &str)], cases: &[(&str, &str)]) {
    for (program, expected) in cases {
        let namespace = names(&[("settings.py", program)], Some(environment));
        assert_eq!(value_of(&namespace, "X"), *expected, "{program}\n{:?}", namespace.raised);
    }
}

const DEPLOY: &str = "unknown (read from the environment (`A`), given at deploy time)";

#[test]
fn lists_change_and_are_ordered_as_in_python() {
    each(&[
        ("X = list(map(str.strip, [' a ']))", "[\"a\"]"),
        ("X = list(dict.fromkeys(['b', 'a', 'b']))", "[\"b\", \"a\"]"),
        ("X = [1, 2, 3]\nX[0:2] = [9]", "[9, 3]"),
        ("X = [1, 2, 3]\ndel X[:1]", "[2, 3]"),
        ("X = [1, 2, 3]\nX.pop(1)", "[1, 3]"),
        (
            "import os\nA = [1]\nif os.getenv('A') == '1':\n    A += [2]\nX = list(A)\ndel X[0]",
            "one of [2] or []",
        ),
        ("X = [3, 1, 2]\nX.sort(reverse=True)", "[3, 2, 1]"),
        ("X = sorted(['bb', 'a'], key=len)", "[\"a\", \"bb\"]"),
        ("X = [n for n, _ in enumerate('ab', start=1)]", "[1, 2]"),
        ("X = max(['a', 'bbb', 'cc'], key=len)", "\"bbb\""),
        ("X = 'a;b'.split(sep=';')", "[\"a\", \"b\"]"),
        ("X = ['a'] * False", "[]"),
        ("X = True | False", "true"),
        ("X = -7 // 2", "-4"),
        ("import re\nX = bool(re.match('^y', 'yes'))", "true"),
        ("import sys\nX = 'test' in sys.argv", "false"),
        ("X = 1\ntry:\n    X = ['a'] + 'b'\nexcept TypeError:\n    X = 2", "2"),
    ]);
}

#[test]
fn values_are_what_python_makes_of_them() {
    each(&[
        ("X = 60 * 60 * 24 * 365", "31536000"),
        ("X = 'a' 'b' + 'c'", "\"abc\""),
        ("X = 7 // 2 + 2 ** 3 - 1 % 2", "10"),
        ("X = 1 / 4", "0.25"),
        ("A = ['a']\nX = A + ['b']\nA.append('c')", "[\"a\", \"b\"]"),
        ("X = A = ['a']\nA += ('b',)\nA.insert(0, 'z')", "[\"z\", \"a\", \"b\"]"),
        ("A = ('a',)\nX = [*A, 'b']", "[\"a\", \"b\"]"),
        ("X = {'a': {'b': 1}}\nX['a']['c'] = 2\nX['a'].update(d=3)", "{a: {b: 1, c: 2, d: 3}}"),
        ("X = {**{'a': 1}, 'b': 2}", "{a: 1, b: 2}"),
        ("H, P = 'h', 5\nX = f'redis://{H}:{P}/0'", "\"redis://h:5/0\""),
        ("X = '%s-%d' % ('a', 3) + '{}{x}'.format('b', x='c')", "\"a-3bc\""),
        ("X = [h.strip() for h in 'a, b,,'.split(',') if h.strip()]", "[\"a\", \"b\"]"),
        ("X = ','.join(sorted({'b', 'a'}))", "\"a,b\""),
        ("X = [1, 2, 3][-1] + [1, 2, 3][0:2][1]", "5"),
        ("from datetime import timedelta\nX = timedelta(minutes=5) * 2", "600"),
        ("import datetime as d\nX = d.timedelta(1).total_seconds()", "86400"),
        ("X = None or '' or 'c'", "\"c\""),
        ("X = not ('a' and [])", "true"),
        ("X = 'DEBUG' if 1 > 2 else 'INFO'", "\"INFO\""),
        ("X = 'true'.lower() in ('1', 'true')", "true"),
        ("X = bool('False')", "true"),
        ("for A in ('a', 'b'):\n    X = A\n    if A == 'a':\n        break", "\"a\""),
        ("X = []\nfor i, a in enumerate('ab'):\n    X += [a + str(i)]", "[\"a0\", \"b1\"]"),
        (
            "A = 'a'\nmatch A:\n    case 'b':\n        X = 1\n    case 'a' | 'c':\n        X = 2",
            "2",
        ),
        ("if (A := 'a') == 'a':\n    X = A", "\"a\""),
        ("A, *X = [1, 2, 3]", "[2, 3]"),
        ("X = len('abc') + int('4') + sum([1, 2])", "10"),
        ("import json\nX = json.loads('{\"a\": [1, true, null]}')", "{a: [1, true, not set]}"),
        ("class A:\n    X = 1\nclass B(A):\n    Y = A.X + 1\nX = B.X + B.Y", "3"),
        ("def f(n, *, d=2, **k):\n    return n + d + k['z']\nX = f(1, z=4)", "7"),
        ("f = lambda a: a * 2\nX = f(4)", "8"),
        ("def f(n):\n    return 1 if n < 2 else n * f(n - 1)\nX = f(5)", "120"),
        ("globals()['X'] = 3", "3"),
        ("X: int = 3", "3"),
        ("X = Y = 2\ndel Y", "2"),
        (
            "from urllib.parse import urlparse\nU = urlparse('https://a.example:81/b')\nX = [U.hostname, U.port, U.path]",
            "[\"a.example\", 81, \"/b\"]",
        ),
        (
            "from contextlib import suppress\nX = 1\nwith suppress(ImportError):\n    from local_settings import *",
            "1",
        ),
        ("import os.path\nX = os.path.exists('local_settings.py')", "false"),
    ]);
}

/// The variables that a program asks for in an environment of which nothing is known.
pub(super) fn reads_of(files: &[(&str, &str)]) -> Vec<Read> {
    let project = Project::of_texts(files.iter().copied());
    let service = services(&project, "shop").swap_remove(0);
    let entry = ProjectPath::new(files[0].0);
    let reads = interpret(&project, &service, &Environment::default(), |interpreter| {
        interpreter.module(&entry);
        interpreter.reads()
    });
    reads.unwrap()
}

#[test]
fn what_only_one_way_asks_for_is_not_required() {
    let program = "import os\nif os.environ.get('A'):\n    X = os.environ['B']\nY = os.environ['C']\nif os.getenv('D', '') == '':\n    Z = os.environ['E']\nF = os.environ.get('F')[1:]\nG = os.environ.get('G')[0]\ntry:\n    H = os.environ.get('H')[0]\nexcept TypeError:\n    H = ''";
    let reads = reads_of(&[("settings.py", program)]);
    let asked = reads.iter().map(|it| (it.name.as_str(), it.required, it.sometimes_required));
    let asked: Vec<_> = asked.filter(|(_, always, sometimes)| *always || *sometimes).collect();
    let sure = ["C", "E", "F", "G"].map(|name| (name, true, false));
    assert_eq!(asked, [&[("B", false, true)], &sure[..]].concat());
}

#[test]
fn what_lies_outside_of_the_project_stops_nothing() {
    each(&[
        (
            "from django.db import models\nclass A(models.Field):\n    pass\nclass B(A):\n    pass\n\
             B.register_lookup(1)\nX = 1",
            "1",
        ),
        ("from split_settings.tools import include\ninclude('/etc/shop/settings.py')\nX = 1", "1"),
        ("import os\nA = os.environ.get('A', '')\nassert A, 'it is wanted'\nX = 1", "1"),
        ("import os\nX = os.environ.get('A', '')\nassert X, 'it is wanted'", DEPLOY),
    ]);
}

#[test]
fn nothing_has_no_parts() {
    let program = "import os\nX = os.environ.get('A').split(',')";
    let whole = names(&[("settings.py", program)], Some(&[]));
    assert!(whole.raised.is_some_and(|why| why.why.contains("`None` has no `split`")));
    each(&[
        (program, DEPLOY),
        ("X = 1\ntry:\n    None.split(',')\nexcept AttributeError:\n    X = 2", "2"),
    ]);
}

#[test]
fn paths_poison_nothing() {
    each(&[
        (
            "from pathlib import Path\nB = Path(__file__).resolve().parent\nX = B / 'db'",
            "\"/<project>/db\"",
        ),
        (
            "import os\nB = os.path.dirname(os.path.abspath(__file__))\nX = os.path.join(B, 'a', 'b')",
            "\"/<project>/a/b\"",
        ),
        ("import environ\nX = environ.Path(__file__) - 1", "\"/<project>\""),
    ]);
}

#[test]
fn a_variable_that_nobody_sets_is_judged_by_what_stands_for_it() {
    each(&[
        ("X = os.environ['A']", DEPLOY),
        ("X = os.environ.get('A')", DEPLOY),
        ("from os import environ as e, getenv\nX = getenv('A') or e.get('B', 'b')", "\"b\""),
        ("X = os.environ.get('A', 'False')", "\"False\""),
        ("X = os.environ.get('A', 'False') == 'True'", "false"),
        ("X = os.environ.get('A') == '1'", "one of true or false"),
        ("X = bool(os.environ.get('A', 0))", "false"),
        ("X = bool(os.environ.get('A', '0'))", "true"),
        ("X = int(os.environ.get('A', '3600'))", "3600"),
        ("X = int(os.environ['A'])", DEPLOY),
        ("X = os.environ.get('A', '').split(',')", "[\"\"]"),
        (
            "X = [os.environ['A'], 'b']",
            "[unknown (read from the environment (`A`), given at deploy time), \"b\"]",
        ),
        ("X = 'A' in os.environ", "one of true or false"),
        ("try:\n    X = os.environ['A']\nexcept KeyError:\n    X = 'd'", "\"d\""),
        (
            "try:\n    X = os.environ['A']\nexcept KeyError:\n    raise ImproperlyConfigured('A')",
            DEPLOY,
        ),
        ("X = os.environ.get('A')\nif not X:\n    raise ImproperlyConfigured('A')", DEPLOY),
        ("X = os.environ.get('A', '')\nif not X:\n    raise ImproperlyConfigured('A')", DEPLOY),
        ("X = os.environ.get('A')\nif X is None:\n    X = 'd'", "\"d\""),
        ("X = os.environ.get('A')\nassert X", DEPLOY),
        ("X = os.getenv('A')\nif not (X or '').strip() or X == 'x':\n    raise Exception", DEPLOY),
        ("if os.environ.get('A'):\n    X = 1\nelse:\n    X = 2", "one of 1 or 2"),
        ("X = 1\nif os.environ.get('A') == 'b':\n    X = 2", "one of 2 or 1"),
        (
            "X = ['a']\nif os.environ.get('A'):\n    X.append('b')",
            "one of [\"a\", \"b\"] or [\"a\"]",
        ),
        (
            "def f(n, d=False):\n    v = os.getenv(n)\n    return d if v is None else v.lower() == 'true'\nX = f('A')",
            "false",
        ),
        (
            "def f(n):\n    v = os.getenv(n)\n    if not v:\n        raise Exception(n)\n    return v\nX = f('A')",
            DEPLOY,
        ),
        (
            "def f(n):\n    try:\n        return os.environ[n]\n    except KeyError:\n        raise Exception\nX = f('A')",
            DEPLOY,
        ),
    ]);
}

#[test]
fn what_a_test_run_sets_is_not_there_in_production() {
    each(&[
        ("import os\nX = 1\nif os.environ.get('GITHUB_WORKFLOW'):\n    X = 2", "1"),
        ("import os\nX = os.getenv('CI', 'false') == 'true'", "false"),
        ("import os\nX = 'CI' in os.environ", "false"),
    ]);
}

#[test]
fn a_variable_that_is_set_counts() {
    each_in(
        &[
            ("A", "False"),
            ("N", "10"),
            ("L", "a, b,,c"),
            ("U", "postgres://u:p@h:1/n?sslmode=require"),
        ],
        &[
            ("X = os.environ.get('A', True)", "\"False\""),
            ("X = os.environ.get('B', 'b')", "\"b\""),
            ("X = os.environ.get('B') == '1'", "false"),
            ("X = int(os.getenv('N')) * 2", "20"),
            ("import environ\nenv = environ.Env(A=(bool, True))\nX = env('A')", "false"),
            ("import environ\nenv = environ.Env()\nX = env('A', default=False)", "false"),
            ("import environ\nenv = environ.Env()\nX = env('A')", "\"False\""),
            ("import environ\nenv = environ.Env()\nX = env.list('L')", "[\"a\", \" b\", \"c\"]"),
            (
                "from environs import Env\nenv = Env()\nX = env.list('L')",
                "[\"a\", \" b\", \"\", \"c\"]",
            ),
            ("from environs import Env\nX = Env().bool('B', True)", "true"),
            (
                "from decouple import config, Csv\nX = config('L', cast=Csv())",
                "[\"a\", \"b\", \"c\"]",
            ),
            ("from decouple import config\nX = config('A', cast=bool)", "false"),
            ("from decouple import config\nX = config('B', default='no', cast=bool)", "false"),
            ("from decouple import config\nX = config('A', cast=lambda v: v + '!')", "\"False!\""),
            (
                "import dj_database_url\nX = dj_database_url.config('U', conn_max_age=60)['CONN_MAX_AGE']",
                "60",
            ),
            (
                "import dj_database_url\nX = dj_database_url.config('U')['OPTIONS']",
                "{sslmode: \"require\"}",
            ),
            ("import dj_database_url\nX = dj_database_url.config()", "{}"),
            (
                "import environ\nX = environ.Env().db('U')['ENGINE']",
                "\"django.db.backends.postgresql\"",
            ),
        ],
    );
}

#[test]
fn modules_build_on_each_other() {
    let namespace = names(
        &[
            (
                "shop/settings/production.py",
                "from .base import *\nfrom shop import VERSION\nM += ['p']\nX = [M, D, VERSION]\n",
            ),
            ("shop/settings/base.py", "import os.path\nM = ['b']\n_hidden = 1\nD = False\n"),
            ("shop/settings/__init__.py", ""),
            ("shop/settings.py", "raise Exception"),
            ("shop/__init__.py", "VERSION = 3"),
            ("manage.py", ""),
        ],
        None,
    );
    assert_eq!(value_of(&namespace, "X"), "[[\"b\", \"p\"], false, 3]");
    assert_eq!(value_of(&namespace, "_hidden"), "undefined");
}

#[test]
fn a_module_that_is_not_there_is_absent_only_where_the_program_expects_it() {
    let guarded = "X = 1\ntry:\n    from .local import *\nexcept ImportError:\n    pass";
    let namespace = names(&[("shop/settings.py", guarded), ("shop/__init__.py", "")], None);
    assert_eq!((value_of(&namespace, "X").as_str(), namespace.rest), ("1", None));
    for program in [
        "X = 1\nfrom .local import *",
        "X = 1\ntry:\n    from .local import *\nexcept ImportError:\n    raise Exception('copy local.py.example')",
        "import sys\nX = 1\ntry:\n    from .local import *\nexcept ImportError:\n    sys.exit('no settings')",
    ] {
        let needed = names(&[("shop/settings.py", program)], None);
        let value = value_of(&needed, "X");
        assert!(value.starts_with("one of 1 or unknown"), "{program}: {value}");
        assert!(needed.rest.is_some() && needed.raised.is_none(), "{program}");
    }
}

#[test]
fn a_value_tells_where_it_comes_from() {
    let program =
        "import os\nA = os.environ.get('A', 'x')\nB = os.environ['B']\nif A == 'x':\n    C = 1\n";
    let namespace = names(&[("settings.py", program)], Some(&[("B", "b")]));
    let told = |name: &str| {
        let provenance = &namespace.variables[name].provenance;
        let place = |place: Option<&Place>| {
            place.map_or_else(String::new, |place| match place {
                Place::File { path, at: Some(at) } => {
                    format!("{path}:{}:{}+{}", at.line, at.column, at.width)
                }
                other => other.to_string(),
            })
        };
        format!(
            "{} {} {} {}",
            provenance.origin.word(),
            place(provenance.place.as_ref()),
            place(provenance.written.as_deref()),
            provenance.variables.join(",")
        )
    };
    assert_eq!(told("A"), "literal settings.py:2:5+24  A");
    assert_eq!(told("B"), "environment settings.py:3:5+15 production.env:1:1+0 B");
    assert_eq!(told("C"), "literal settings.py:5:9+1  A");
}

#[test]
fn what_stops_or_does_not_parse_says_so() {
    let stopped = names(&[("settings.py", "X = 1\nraise ImproperlyConfigured('no')\nX = 2")], None);
    assert_eq!(value_of(&stopped, "X"), "1");
    assert!(stopped.raised.is_some());
    let broken = names(&[("settings.py", "X = 1\nB = = 2\n")], None);
    assert_eq!(value_of(&broken, "X"), "undefined");
    assert!(broken.rest.unwrap().why.contains("line 2"));
}

#[test]
fn hostile_programs_end() {
    let deep = format!("X = {}1{}", "(".repeat(3_000), ")".repeat(3_000));
    let sum = format!("X = {}", vec!["1"; 60_000].join(" + "));
    let doubling = format!("X = 'ab'\n{}", "X = X + X\n".repeat(200));
    let lists = format!("X = [1]\n{}", "X = [X, X]\n".repeat(200));
    let branches = "if Y:\n  X = [1]\nelse:\n  X = [2]\n".repeat(3_000);
    let comprehension = "X = [a for a in range(1000) for b in range(1000) for c in range(1000)]";
    for program in [
        deep.as_str(),
        &sum,
        &doubling,
        &lists,
        &branches,
        comprehension,
        "while True:\n    X = 1",
        "def f(n):\n    return f(n) + f(n)\nX = f(1)",
        "X = []\nX.append(X)",
        "X = 2 ** 62 * 4",
        "from settings import *\nX = 1",
    ] {
        let namespace = names(&[("settings.py", program)], None);
        let _ = Value::from(value_of(&namespace, "X"));
    }
}
