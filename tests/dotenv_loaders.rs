//! What the real loaders make of a file, as `tests/dotenv_loaders.py` asked them, against prodcheck's readers.
#![allow(clippy::expect_used, reason = "a test that cannot set itself up has failed")]

use std::collections::BTreeMap;

use prodcheck::grammar::dotenv::{Dotenv, Reader, read};
use serde_json::Value;

const LOADERS: &str = include_str!("../fixtures/dotenv/loaders.json");

#[test]
fn files_are_read_as_the_loaders_read_them() {
    let told: Vec<BTreeMap<String, Value>> = serde_json::from_str(LOADERS).expect("what was told");
    let mut wrong = Vec::new();
    for case in &told {
        let text = case.get("text").and_then(Value::as_str).expect("the file's text");
        for reader in [Reader::PythonDotenv, Reader::DjangoEnviron, Reader::Decouple] {
            let theirs = case.get(reader.name()).expect("the loader was asked");
            let file = read(&format!("{text}\n"));
            let ours = ours(&file, reader);
            // A quote that is not closed is told as a broken line, and nothing is judged by it.
            if ours != *theirs && file.broken.is_empty() {
                wrong.push(format!("{} of {text:?}: {theirs}, ours {ours}", reader.name()));
            }
        }
    }
    assert!(told.len() >= 50, "only {} files", told.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn ours(file: &Dotenv, reader: Reader) -> Value {
    let readings = file.entries.iter().filter_map(|entry| entry.as_read_by(reader));
    let pairs = readings.map(|reading| {
        (reading.name.clone(), reading.value.clone().map_or(Value::Null, Value::String))
    });
    Value::Object(pairs.collect())
}
