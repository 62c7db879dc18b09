//! What a check file may say, and what its author is told when it is wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up has failed"
)]

use std::collections::BTreeMap;

use prodcheck::check::Verdict;
use prodcheck::check::library::{CheckFile, Overrides};
use prodcheck::check::load::{Context, Depth, load};
use prodcheck::check::register::Register;
use prodcheck::check::{Check, Demand, Library, Scalar, Severity, evaluate};
use prodcheck::fact::{
    Catalogue, Domain, Fact, FactSpec, Facts, Ignorance, Kind, List, Value, WhenMissing,
};
use prodcheck::toml_tree::Reader;

const ITEM: &[FactSpec] =
    &[FactSpec::new("lost-headers", Kind::List(&Kind::Text), "Headers dropped.")];

fn catalogue() -> Catalogue {
    let domain = |name, when_missing| Domain { name, means: "", when_missing };
    Catalogue {
        domains: vec![
            domain("django", WhenMissing::NotApplicable("no Django settings here")),
            domain(
                "live",
                WhenMissing::Unknown { why: "no URL was given", remedy: "give `--url`" },
            ),
        ],
        specs: vec![
            FactSpec::new("django.settings", Kind::Open(&Kind::Any), "The settings."),
            FactSpec::new("live.status", Kind::Number, "The status."),
            FactSpec::new("live.locations", Kind::List(&Kind::Record(ITEM)), "The locations."),
        ],
    }
}

fn register() -> Register {
    let text = "[guides.leather]\ntitle = 'L'\nitems = ['2.1']\n[aliases.cwe]\ntitle = 'C'\n";
    let mut register = Register::default();
    let mut reader = Reader::new("guides.toml", text);
    register.read(&mut reader);
    assert!(reader.finish().is_empty());
    register
}

fn read(text: &str) -> Result<Check, Vec<String>> {
    let (catalogue, register, overrides) = (catalogue(), register(), BTreeMap::new());
    let context = Context {
        catalogue: &catalogue,
        register: &register,
        checks: &["django/x"],
        overrides: &overrides,
        depth: Depth::Whole,
    };
    load("django/x", "x.toml", text, &context)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// A check that is right but for the lines added.
fn with(lines: &str) -> Result<Check, Vec<String>> {
    read(&format!("{HEAD}{lines}\n"))
}

const HEAD: &str = "title = 'T'\nseverity = 'high'\nwhy = 'W'\nfix = 'F'\n";

fn first_lines(told: Result<Check, Vec<String>>) -> Vec<String> {
    told.err()
        .unwrap_or_default()
        .iter()
        .map(|told| told.lines().next().unwrap().to_owned())
        .collect()
}

#[test]
fn a_whole_check_is_read() {
    let check = with(
        "needs = ['django']\nguides = ['leather:2.1']\naliases = ['cwe:489']\nparams.least = 3\n\
         when = { fact = 'django.found', is = true }\n\
         require.all = [{ fact = 'django.settings.X', at-least = '$least' }]\n\
         [[example]]\nname = 'one'\nverdict = 'pass'\nfacts.\"django.settings.X\" = 3\n",
    )
    .unwrap();
    assert_eq!((check.title.as_str(), check.severity), ("T", Severity::High));
    assert_eq!(check.params["least"], Scalar::Number(3.0));
    assert_eq!(check.examples.len(), 1);
    assert!(matches!(check.demand, Demand::Require(_)));
}

/// Lines of a check file, and what is told about them.
const MISTAKES: &[(&str, &str)] = &[
    ("", "x.toml:1:1: `require` is missing; or `attest`, where only a person can know"),
    ("requier = 1", "x.toml:5:1: unknown key `requier`; did you mean `require`?"),
    (
        "require = { fact = 'django.settings.X', atleast = 3 }",
        "x.toml:5:41: unknown matcher `atleast`; did you mean `at-least`?",
    ),
    (
        "require = { fact = 'django.settings.X', at-least = '3' }",
        "x.toml:5:52: `at-least` takes a number, not '3'",
    ),
    (
        "require = { fact = 'djnago.settings.X', is = 3 }",
        "x.toml:5:20: unknown domain `djnago`; did you mean `django`?",
    ),
    (
        "require = { fact = 'live.statsu', is = 3 }",
        "x.toml:5:20: unknown fact `live.statsu`; did you mean `live.status`?",
    ),
    (
        "require = { fact = 'live.status', starts-with = 'a' }",
        "x.toml:5:35: `starts-with` does not suit this fact, which is a number",
    ),
    (
        "require = { fact = 'live.status', is = 1, at-most = 2 }",
        "x.toml:5:43: one matcher at a time; use `all` for several",
    ),
    (
        "require = { fact = 'live.status' }",
        "x.toml:5:11: a matcher is missing, such as `is = true`",
    ),
    ("require = { al = [] }", "x.toml:5:13: unknown word in a predicate `al`; did you mean `all`?"),
    ("require = { all = [] }", "x.toml:5:19: `all` needs at least one part"),
    (
        "require = { fact = '.x', is = 1 }",
        "x.toml:5:20: `.x` starts at an item, but there is no item here",
    ),
    (
        "require = { fact = 'live.status', at-least = '$max' }",
        "x.toml:5:46: unknown parameter `max`",
    ),
    (
        "require = { fact = 'django.settings.X', matches = 'a(' }",
        "x.toml:5:51: not a regular expression: error: unclosed group",
    ),
    (
        "require = { fact = 'django.settings.X@origin', is = 'literl' }",
        "x.toml:5:53: unknown origin `literl`; did you mean `literal`?",
    ),
    (
        "for-each = 'live.status'\nrequire = { fact = 'live.status', is = 1 }",
        "x.toml:5:12: `for-each` takes a list, and `live.status` is a number",
    ),
    (
        "for-each = 'live.locations'\nrequire = { fact = '.lost', is = 1 }",
        "x.toml:6:20: unknown field `lost` in `.lost`",
    ),
    (
        "attest = { question = 'Q', valid-day = 3 }",
        "x.toml:5:28: unknown key `valid-day`; did you mean `valid-days`?",
    ),
    ("guides = ['lether:2.1']", "x.toml:5:11: unknown guide `lether`; did you mean `leather`?"),
    (
        "guides = ['leather:2.2']",
        "x.toml:5:11: unknown item of `leather` `2.2`; did you mean `2.1`?",
    ),
    ("aliases = ['cew:1']", "x.toml:5:12: unknown name space `cew`; did you mean `cwe`?"),
    ("needs = ['ngnix']", "x.toml:5:10: unknown domain `ngnix`; known: django, live"),
    ("status = 'stabel'", "x.toml:5:10: unknown status `stabel`; did you mean `stable`?"),
    (
        "[params]\nx = 1",
        "x.toml:5:2: only `[[example]]` may be a table with a header; write `params.… = …`",
    ),
    (
        "[[example]]\nname = 'n'\nverdict = 'pas'",
        "x.toml:7:11: unknown verdict `pas`; did you mean `pass`?",
    ),
    (
        "[[example]]\nname = 'n'\nverdict = 'pass'\nfacts.\"live.statsu\" = 1",
        "x.toml:8:7: unknown fact `live.statsu`; did you mean `live.status`?",
    ),
];

#[test]
fn every_mistake_is_told_with_its_place_and_the_nearest_right_word() {
    for (lines, told) in MISTAKES {
        let lines_told = first_lines(with(lines));
        assert!(
            lines_told.iter().any(|line| line == told),
            "{lines}\n  expected {told}\n  found    {lines_told:#?}"
        );
    }
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let told = first_lines(read(
        "titel = 'T'\nseverity = 'hihg'\nwhy = 3\nrequire = { fact = 'x.y', is = 1 }\n",
    ));
    assert_eq!(
        told,
        [
            "x.toml:1:1: unknown key `titel`; did you mean `title`?",
            "x.toml:1:1: `title` is missing",
            "x.toml:1:1: `fix` is missing",
            "x.toml:2:12: unknown severity `hihg`; did you mean `high`?",
            "x.toml:3:7: `why` takes a text, not 3",
            "x.toml:4:20: unknown domain `x`",
        ]
    );
}

#[test]
fn a_check_is_told_by_one_that_there_is() {
    let require = "require = { fact = 'live.status', is = 1 }";
    let told = first_lines(with(&format!("told-by = ['django/y']\n{require}")));
    assert_eq!(told, ["x.toml:5:12: unknown check `django/y`; did you mean `django/x`?"]);
    assert!(with(&format!("told-by = ['django/x']\n{require}")).is_ok());
}

#[test]
fn a_project_may_change_a_threshold() {
    let (catalogue, register) = (catalogue(), register());
    let overrides = BTreeMap::from([(
        "django/x".to_owned(),
        BTreeMap::from([("least".to_owned(), Scalar::Number(9.0))]),
    )]);
    let context = Context {
        catalogue: &catalogue,
        register: &register,
        checks: &["django/x"],
        overrides: &overrides,
        depth: Depth::Judging,
    };
    let text = format!(
        "{HEAD}params.least = 3\nrequire = {{ fact = 'live.status', at-least = '$least' }}\n"
    );
    let check = load("django/x", "x.toml", &text, &context).unwrap();
    let mut facts = Facts::default();
    facts.put("live.status", Fact::derived(5));
    assert_eq!(evaluate(&check, &facts, &catalogue)[0].verdict, Verdict::Fail);
}

#[test]
fn two_checks_of_one_name_are_a_mistake_unless_one_replaces_the_other() {
    let file = |title: &str| CheckFile {
        path: "a/b.toml".into(),
        shown: "mine/a/b.toml".to_owned(),
        text: (HEAD.replace('T', title) + "require = { fact = 'live.status', is = 1 }\n").into(),
        head: None,
    };
    let mut library = Library::default();
    let mut add = |title: &str, replace| {
        library.add(&[file(title)], &catalogue(), &Overrides::new(), Depth::Whole, replace)
    };
    add("one", false).unwrap();
    let problems = add("two", false).unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "there is a check `a/b` already; give it another name, or replace the built-in one with `--replace`"
    );
    add("two", true).unwrap();
    assert_eq!(library.get("a/b").unwrap().title, "two");
    assert_eq!(library.select("a").unwrap().len(), 1);
    assert_eq!(library.select("a/c").unwrap_err().hint.as_deref(), Some("did you mean `a/b`?"));
}

/// The table of the format: *when* against *require*.
#[test]
fn a_false_when_is_no_pass() {
    let known = |truth: Option<bool>| truth.map_or(Fact::unknown("not here"), Fact::derived);
    for (when, require, verdict) in [
        (Some(true), Some(true), Verdict::Pass),
        (Some(true), None, Verdict::Unknown),
        (Some(true), Some(false), Verdict::Fail),
        (None, Some(true), Verdict::Pass),
        (None, None, Verdict::Unknown),
        (None, Some(false), Verdict::Unknown),
        (Some(false), Some(true), Verdict::NotApplicable),
        (Some(false), None, Verdict::NotApplicable),
        (Some(false), Some(false), Verdict::NotApplicable),
    ] {
        let check = with(
            "when = { fact = 'django.settings.W', is = true }\nrequire = { fact = 'django.settings.R', is = true }",
        )
        .unwrap();
        let mut facts = Facts::default();
        facts.put("django.settings.W", known(when));
        facts.put("django.settings.R", known(require));
        assert_eq!(
            evaluate(&check, &facts, &catalogue())[0].verdict,
            verdict,
            "{when:?} {require:?}"
        );
    }
}

#[test]
fn what_is_needed_and_missing_decides_by_its_kind() {
    let mut facts = Facts::default();
    facts.miss("live", Ignorance::new("no URL was given"));
    for (domain, verdict) in [("django", Verdict::NotApplicable), ("live", Verdict::Unknown)] {
        let check =
            with(&format!("needs = ['{domain}']\nrequire = {{ fact = 'live.status', is = 1 }}"))
                .unwrap();
        assert_eq!(evaluate(&check, &facts, &catalogue())[0].verdict, verdict, "{domain}");
    }
}

#[test]
fn items_are_judged_one_by_one() {
    let check = with(
        "for-each = 'live.locations'\nrequire = { fact = '.lost-headers', length-at-most = 0 }",
    )
    .unwrap();
    let location = |lost: &[&str]| {
        let lost = lost.iter().map(|name| Fact::derived(*name)).collect();
        Fact::derived(Value::record([("lost-headers", Fact::derived(Value::list(lost)))]))
    };
    let judged = |list: Value| {
        let mut facts = Facts::default();
        facts.put("live.locations", Fact::derived(list));
        let findings = evaluate(&check, &facts, &catalogue());
        findings.iter().map(|finding| finding.verdict).collect::<Vec<_>>()
    };
    let items = vec![location(&[]), location(&["x-frame-options"])];
    assert_eq!(judged(Value::list(items.clone())), [Verdict::Pass, Verdict::Fail]);
    let open = List { items, rest: Some(Ignorance::new("an include")) };
    assert_eq!(judged(Value::from(open)), [Verdict::Pass, Verdict::Fail, Verdict::Unknown]);
    assert_eq!(judged(Value::list(Vec::new())), [Verdict::NotApplicable]);
    assert_eq!(judged(Value::Absent), [Verdict::NotApplicable]);
    assert_eq!(judged(Value::Unknown(Ignorance::new("unread"))), [Verdict::Unknown]);
}
