//! Laws that hold for all inputs.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up has failed"
)]

use std::collections::BTreeMap;

use prodcheck::check::load::{Context, Depth, load};
use prodcheck::check::register::Register;
use prodcheck::check::{Matcher, Predicate, Scalar, Test};
use prodcheck::fact::{Catalogue, Fact, FactPath, Facts, List, Value};
use prodcheck::project::{Advisories, Installed};
use prodcheck::toml_tree::Reader;
use prodcheck::truth::Truth;
use proptest::prelude::*;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn leaf() -> impl Strategy<Value = Predicate> {
    (0..NAMES.len(), 0..6_u8).prop_map(|(name, kind)| {
        let path = FactPath::parse(&format!("x.{}", NAMES[name])).unwrap();
        let is_two = || {
            Box::new(Predicate::Fact {
                path: FactPath::item(),
                test: Test::Value(Matcher::Is(Scalar::Number(2.0))),
                otherwise: None,
            })
        };
        let test = match kind {
            0 => Test::Value(Matcher::Truthy(true)),
            1 => Test::Value(Matcher::AtLeast(2.0)),
            2 => Test::Value(Matcher::Present(true)),
            3 => Test::Some(is_two()),
            4 => Test::None(is_two()),
            _ => Test::Every(is_two()),
        };
        Predicate::Fact { path, test, otherwise: None }
    })
}

fn predicate() -> impl Strategy<Value = Predicate> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Predicate::All),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Predicate::Any),
            inner.prop_map(|part| Predicate::Not(Box::new(part))),
        ]
    })
}

/// A value, and what it could turn out to be once more is known.
fn value() -> impl Strategy<Value = (Value, Value)> {
    let definite = prop_oneof![
        Just(Value::Absent),
        any::<bool>().prop_map(Value::Bool),
        (0..4_i64).prop_map(Value::Int),
        prop::collection::vec(0..4_i64, 0..3)
            .prop_map(|items| Value::list(items.into_iter().map(Fact::derived).collect())),
    ];
    (definite.clone(), definite, 0..4_u8).prop_map(|(truth, other, kind)| {
        let partly = match (kind, &truth) {
            (0, _) => Fact::unknown("not looked at").value,
            (1, _) => Value::one_of(vec![Fact::derived(truth.clone()), Fact::derived(other)]),
            (2, Value::List(list)) => {
                let items = list.items.iter().take(1).cloned().collect();
                Value::from(List { items, rest: Some(prodcheck::fact::Ignorance::new("more")) })
            }
            _ => truth.clone(),
        };
        (partly, truth)
    })
}

fn facts(values: &[Value]) -> Facts {
    let mut facts = Facts::default();
    for (name, value) in NAMES.iter().zip(values) {
        facts.put(&format!("x.{name}"), Fact::derived(value.clone()));
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn learning_more_never_turns_a_judgement_round(
        predicate in predicate(),
        values in prop::collection::vec(value(), NAMES.len()),
    ) {
        let (partly, wholly): (Vec<Value>, Vec<Value>) = values.into_iter().unzip();
        let before = predicate.judge(&facts(&partly), None).truth;
        let after = predicate.judge(&facts(&wholly), None).truth;
        prop_assert!(before == Truth::Unknown || before == after, "{before:?} became {after:?}");
    }

    #[test]
    fn a_judgement_has_its_reasons(
        predicate in predicate(),
        values in prop::collection::vec(value(), NAMES.len()),
    ) {
        let values: Vec<Value> = values.into_iter().map(|(partly, _)| partly).collect();
        prop_assert!(!predicate.judge(&facts(&values), None).because.is_empty());
    }

    #[test]
    fn any_text_is_a_check_or_problems(text in ".{0,400}") {
        let context = Context {
            catalogue: &Catalogue::default(),
            register: &Register::default(),
            checks: &[],
            overrides: &BTreeMap::new(),
            depth: Depth::Whole,
        };
        prop_assert!(load("x/y", "x.toml", &text, &context).is_err_and(|problems| !problems.is_empty()));
    }

    #[test]
    fn any_bytes_are_a_database_of_vulnerabilities_or_none(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        text in "[\\[\\]{}:,\"a-z0-9. -]{0,80}",
    ) {
        let archive = [b"PK\x05\x06", bytes.as_slice()].concat();
        for bytes in [archive.as_slice(), bytes.as_slice(), text.as_bytes()] {
            if let Ok(advisories) = Advisories::read(bytes) {
                advisories.of("a", "1");
            }
            let affected = [Installed { package: "a".to_owned(), version: "1".to_owned() }].into();
            let taken = Advisories::default().take_named("A-1", bytes, &affected);
            prop_assert!(taken.is_err(), "what names no package affects none");
        }
    }

    #[test]
    fn any_lines_of_toml_are_read_without_a_panic(lines in prop::collection::vec("[a-z\\[\\]=\"'{}., 0-9\\-]{0,30}", 0..12)) {
        let text = lines.join("\n");
        let mut reader = Reader::new("x.toml", &text);
        let tree = reader.parse();
        reader.known_keys(&tree, &["title"], "key");
        reader.finish();
    }
}
