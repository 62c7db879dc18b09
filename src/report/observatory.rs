//! What MDN's HTTP Observatory would say of the site, for comparing: the same names, codes and numbers.

use serde_json::{Map, Value as Json, json};

use crate::fact::{Fact, Value};
use crate::probe::observatory::{ALGORITHM, PRELOAD_LIST};

/// One of its tests.
pub(super) struct Test<'f> {
    /// The name.
    pub(super) name: &'f str,
    /// The outcome and what it adds to the score, or why neither is known.
    pub(super) outcome: Result<(&'f str, i64), String>,
    /// Whether it counts as passed.
    pub(super) pass: Option<bool>,
}

/// The grade and the score, or why there are none.
pub(super) fn grade(fact: &Fact) -> Result<(&str, i64), String> {
    match (field(fact, "grade"), field(fact, "score").and_then(Value::int)) {
        (Some(Value::Text(grade)), Some(score)) => Ok((grade, score)),
        (Some(Value::Unknown(why)), _) => Err(why.to_string()),
        _ => Err(match &fact.value {
            Value::Unknown(why) => why.to_string(),
            _ => "the site was not asked".to_owned(),
        }),
    }
}

/// Its tests in their order; none where it would not begin.
pub(super) fn tests(fact: &Fact) -> Vec<Test<'_>> {
    let items = field(fact, "tests").map_or(&[][..], Value::items);
    items.iter().filter_map(test).collect()
}

fn test(fact: &Fact) -> Option<Test<'_>> {
    let Value::Text(name) = field(fact, "test")? else {
        return None;
    };
    let modifier = field(fact, "score-modifier").and_then(Value::int);
    let outcome = match (field(fact, "result")?, modifier) {
        (Value::Text(result), Some(modifier)) => Ok((result.as_str(), modifier)),
        (Value::Unknown(why), _) => Err(why.to_string()),
        _ => return None,
    };
    Some(Test { name, outcome, pass: field(fact, "pass").and_then(Value::bool) })
}

fn field<'f>(fact: &'f Fact, name: &str) -> Option<&'f Value> {
    fact.value.field(name).map(|field| &field.value)
}

/// The block for programs.
pub(super) fn block(fact: &Fact) -> Json {
    let tests = tests(fact);
    let of = |test: &Test<'_>| match &test.outcome {
        Ok((result, modifier)) => {
            json!({ "result": result, "score_modifier": modifier, "pass": test.pass })
        }
        Err(why) => json!({ "result": null, "score_modifier": null, "pass": null, "unknown": why }),
    };
    let passed = tests.iter().filter(|test| test.pass == Some(true)).count();
    let failed = tests.iter().filter(|test| test.pass == Some(false)).count();
    let by_name: Map<String, Json> =
        tests.iter().map(|test| (test.name.to_owned(), of(test))).collect();
    let (grade, score, unknown) = match grade(fact) {
        Ok((grade, score)) => (json!(grade), json!(score), Json::Null),
        Err(why) => (Json::Null, Json::Null, json!(why)),
    };
    json!({
        "algorithm": ALGORITHM,
        "grade": grade,
        "score": score,
        "unknown": unknown,
        "tests_passed": passed,
        "tests_failed": failed,
        "preload_list": PRELOAD_LIST,
        "tests": by_name,
    })
}
