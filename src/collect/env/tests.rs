//! The collector at work on small projects.

use super::*;
use crate::collect::collected;
use crate::date::Date;
use crate::fact::Origin;
use crate::project::given::EnvFile as GivenFile;
use crate::project::{Given, Project};

fn facts(files: &[(&str, &str)], given: impl FnOnce(&mut Given), so_far: &Facts) -> Facts {
    let project = Project::of_texts(files.iter().copied());
    let mut known = Given::nothing(Date::parse("2026-11-21").unwrap());
    given(&mut known);
    collected(&Env, &project, &known, so_far)
}

fn nothing(_: &mut Given) {}

fn shown(facts: &Facts, path: &str) -> String {
    facts.at(path).value.to_string()
}

#[test]
fn the_nearest_source_wins() {
    let mut so_far = Facts::default();
    so_far.put("compose.environment.A", Fact::derived("compose"));
    so_far.put("docker.environment.A", Fact::derived("docker"));
    so_far.put("docker.environment.B", Fact::derived("docker"));
    let files =
        [(".env.production", "A=file\nB=file\nC=file\nSECRET_KEY=x7Qm2Vt9"), (".env", "D=1")];
    let facts =
        facts(&files, |given| drop(given.env.insert("Z".to_owned(), "given".to_owned())), &so_far);
    for (name, value) in [
        ("A", "\"compose\""),
        ("B", "\"docker\""),
        ("C", "\"file\""),
        ("Z", "\"given\""),
        ("SECRET_KEY", "a secret of 8 characters"),
        ("D", "unknown (it may be given at deploy time)"),
    ] {
        assert_eq!(shown(&facts, &format!("env.variables.{name}")), value, "{name}");
    }
    let kinds: Vec<String> =
        (0..5).map(|index| shown(&facts, &format!("env.sources.{index}.kind"))).collect();
    assert_eq!(kinds, ["\"given\"", "\"compose\"", "\"docker\"", "\"production\"", "\"plain\""]);
    assert_eq!(facts.at("env.variables.C").provenance.origin, Origin::Environment);
}

#[test]
fn the_env_file_of_a_front_end_is_not_the_programs() {
    let front = [("web/package.json", "{}"), ("web/.env", "INLINE=1")];
    for (more, plain) in [
        (vec![("manage.py", "import django")], false),
        (vec![("manage.py", "import django"), ("web/serve.py", "import flask")], true),
        (vec![], true),
    ] {
        let files: Vec<(&str, &str)> = front.into_iter().chain(more.clone()).collect();
        let facts = facts(&files, nothing, &Facts::default());
        let kind = shown(&facts, "env.sources.0.kind");
        assert_eq!(kind == "\"plain\"", plain, "{more:?}: {kind}");
    }
}

#[test]
fn a_named_file_is_the_whole_environment() {
    let mut so_far = Facts::default();
    so_far.put("compose.environment.A", Fact::derived("compose"));
    let name = |given: &mut Given| {
        let text = "B=1\nC=${NONE}\nD\nPASSWORD=x".to_owned();
        given.env_file = Some(GivenFile { name: "../production.env".to_owned(), text });
    };
    let files = [(".env", "A=1\nSECRET_KEY=changeme"), (".env.example", "B=\nE=\nF= # optional")];
    let facts = facts(&files, name, &so_far);
    assert_eq!(facts.at("env.whole").value, Value::Bool(true));
    for (name, value) in [("A", "not set"), ("B", "\"1\""), ("C", "\"\""), ("D", "not set")] {
        assert_eq!(shown(&facts, &format!("env.variables.{name}")), value, "{name}");
    }
    assert_eq!(shown(&facts, "env.missing-names"), "[\"E\"]");
    assert_eq!(facts.at("env.secrets").value.items().len(), 1);
    assert_eq!(shown(&facts, "env.unfilled"), "[]");
}

#[test]
fn without_a_file_of_production_nothing_is_judged() {
    let facts = facts(&[(".env.example", "SECRET_KEY=changeme")], nothing, &Facts::default());
    assert_eq!(shown(&facts, "env.example-names"), "[\"SECRET_KEY\"]");
    assert!(matches!(facts.at("env.secrets").value, Value::Unknown(_)));
    assert!(matches!(facts.at("env.variables.SECRET_KEY").value, Value::Unknown(_)));
}

#[test]
fn files_of_developers_and_tests_count_for_nothing() {
    for path in [".env.local", ".env.development", "tests/.env", "docs/.env"] {
        let facts = facts(&[(path, "SECRET_KEY=changeme")], nothing, &Facts::default());
        assert!(!facts.found("env"), "{path}");
    }
}

#[test]
fn secrets_are_judged_and_never_shown() {
    let text = "SECRET_KEY=your-secret-key-here\nDB_PASSWORD=postgres\n\
        RAZORPAY_KEY_ID=rzp_test_Zk41pWq0sYb7Lc\nJWT_SECRET=9f86d081884c7d659a2feaa0c55ad015\n\
        OTHER_SECRET=9f86d081884c7d659a2feaa0c55ad015\nDOMAIN=your-domain.com";
    let facts = facts(&[(".env", text)], nothing, &Facts::default());
    for (path, value) in [
        ("env.secrets.0.placeholder", "\"a placeholder\""),
        ("env.secrets.0.value", "a secret of 20 characters"),
        ("env.secrets.1.placeholder", "\"a default password of the software\""),
        ("env.secrets.2.live", "false"),
        ("env.secrets.3.bits", "128"),
        ("env.secrets.3.kind", "\"token-key\""),
        ("env.test-keys.0.provider", "\"Razorpay\""),
        ("env.reused-secrets.0.names", "[\"JWT_SECRET\", \"OTHER_SECRET\"]"),
        ("env.keys.1.name", "\"OTHER_SECRET\""),
        ("env.passwords", "[]"),
        ("env.unfilled.0.name", "\"DOMAIN\""),
    ] {
        assert_eq!(shown(&facts, path), value, "{path}");
    }
    let place = facts.at("env.secrets.1").provenance.place.clone();
    assert_eq!(place.map(|place| place.to_string()).as_deref(), Some(".env:2"));
}

#[test]
fn only_the_loaders_in_use_can_disagree() {
    let files = [(".env", "export A=1\nB=x # c\nA=2")];
    let all = facts(&files, nothing, &Facts::default());
    assert_eq!(all.at("env.syntax-differences").value.items().len(), 2);
    assert_eq!(shown(&all, "env.duplicates.0.conflicting"), "true");
    let mut so_far = Facts::default();
    so_far.put("requirements.names", Fact::derived(vec![Fact::derived("python-dotenv")]));
    let one = facts(&files, nothing, &so_far);
    assert_eq!(shown(&one, "env.syntax-differences"), "[]");
}

#[test]
fn a_file_that_was_not_read_to_its_end_leaves_a_doubt() {
    let text = "A=1\n".repeat(20_000);
    let facts = facts(&[(".env", &text)], nothing, &Facts::default());
    let Value::List(secrets) = facts.at("env.secrets").value.clone() else { panic!("a list") };
    assert!(secrets.items.is_empty() && secrets.rest.is_some());
}

#[test]
fn names_are_expected_where_production_is_given_more_than_is_here() {
    let example = (".env.example", "SECRET_KEY=\n# optional\nA=1");
    let other = ("deploy/.env.prod.example", "B=1");
    let list = |paths: &[&str]| {
        Fact::derived(paths.iter().map(|it| Fact::derived(*it)).collect::<Vec<_>>())
    };
    let open = |path: &str| {
        let mut so_far = Facts::default();
        let rest = Some(Ignorance::new("Secret `shop` is not in the manifests"));
        so_far.put(path, Fact::derived(Record { rest, ..Record::default() }));
        so_far
    };
    let composed = |path: &str| {
        let mut so_far = Facts::default();
        so_far.put("compose.env-files", list(&[path]));
        so_far
    };
    let deployed = || {
        let mut so_far = Facts::default();
        let job = Fact::derived(Value::record([("given", list(&["DEBUG"]))]));
        so_far.put("workflow.deploys", Fact::derived(vec![job]));
        so_far
    };
    for (files, so_far, expected) in [
        (vec![example], composed(".env"), "[\"SECRET_KEY\"]"),
        (vec![example], composed("infra/.env"), "[\"SECRET_KEY\"]"),
        (vec![example, other], composed("deploy/.env.prod"), "[\"B\"]"),
        (vec![example, other], composed("infra/.env.prod"), "[\"SECRET_KEY\"]"),
        (vec![example, (".env", "SECRET_KEY=")], composed(".env"), "[]"),
        (vec![example], open("kubernetes.environment"), "[\"SECRET_KEY\"]"),
        (vec![example], open("platform.environment"), "[\"SECRET_KEY\"]"),
        (vec![("env.example", "A=1")], composed(".env"), "[\"A\"]"),
        (vec![], composed(".env"), "[… perhaps more]"),
        (vec![example], Facts::default(), "[]"),
        (vec![], deployed(), "[\"DEBUG\"]"),
    ] {
        let facts = facts(&files, nothing, &so_far);
        assert_eq!(shown(&facts, "env.expected-names"), expected, "{files:?}");
    }
}
