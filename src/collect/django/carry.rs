//! Working with facts that may be unknown or one of several: what is not known stays so, and every
//! result points at the place of what it was made from.

use crate::fact::{Fact, Facts, Ignorance, List, Origin, Record, Value};

/// The setting of a name. One that nobody sets is absent, or unknown if there may be further settings.
pub(super) fn setting(settings: &Record, name: &str) -> Fact {
    match (settings.fields.get(name), &settings.rest) {
        (Some(fact), _) => fact.clone(),
        (None, Some(why)) => Fact::derived(Value::Unknown(why.clone())),
        (None, None) => Fact::absent(),
    }
}

/// The setting of a name, or the one of its old name where the new one is not set. `None` is a value, and
/// counts for `nothing`.
pub(super) fn under_either_name(settings: &Record, new: &str, old: &str, nothing: &Value) -> Fact {
    let counted = |mut fact: Fact| {
        if fact.value == Value::Absent && fact.provenance.origin != Origin::Default {
            fact.value = nothing.clone();
        }
        fact
    };
    let fact = settings.fields.get(new).cloned().map(|mut fact| {
        if let Value::OneOf(parts) = fact.value {
            fact.value = Value::OneOf(parts.into_iter().map(counted).collect());
        }
        counted(fact)
    });
    let fact = fact.unwrap_or_else(|| setting(settings, new));
    first_set([fact, setting(settings, old)])
}

/// A field of a record; absent below something absent, unknown below something that is no record.
pub(super) fn field(fact: &Fact, name: &str) -> Fact {
    each(fact, |value| match value {
        Value::Absent => made_from(fact, Value::Absent),
        Value::Record(record) => match (record.fields.get(name), &record.rest) {
            (Some(field), _) => placed(field.clone(), fact),
            (None, Some(why)) => made_from(fact, Value::Unknown(why.clone())),
            (None, None) => made_from(fact, Value::Absent),
        },
        other => made_from(fact, mismatch("a record", other)),
    })
}

/// The value worked out of another. The question is asked of definite values only, absent ones too;
/// if it has no answer, the value is of another kind than `wanted`.
pub(super) fn map(fact: &Fact, wanted: &str, question: impl Fn(&Value) -> Option<Value>) -> Fact {
    each(fact, |value| made_from(fact, question(value).unwrap_or_else(|| mismatch(wanted, value))))
}

/// The same, of values that are there; of one that is not, absent.
pub(super) fn map_present(
    fact: &Fact,
    wanted: &str,
    question: impl Fn(&Value) -> Option<Value>,
) -> Fact {
    map(fact, wanted, |value| match value {
        Value::Absent => Some(Value::Absent),
        present => question(present),
    })
}

/// That what seems to be empty is so, if there may be no more.
fn or_open(rest: Option<&Ignorance>) -> Value {
    rest.cloned().map_or(Value::Bool(false), Value::Unknown)
}

/// Whether Python would take the value for true. A value that is not there is false.
pub(super) fn truth(fact: &Fact) -> Fact {
    map(fact, "a value", |value| {
        Some(match value {
            Value::List(list) if list.items.is_empty() => or_open(list.rest.as_ref()),
            Value::Record(record) if record.fields.is_empty() => or_open(record.rest.as_ref()),
            definite => Value::Bool(is_true(definite)),
        })
    })
}

/// The fact, unless it is empty only because nobody is seen to set the variable that it is read from:
/// what cannot stay empty in production is then given at deploy time.
pub(super) fn awaited(fact: Fact, facts: &Facts) -> Fact {
    if truth(&fact).value != Value::Bool(false) {
        return fact;
    }
    let variables = facts.at("django.variables");
    let is_open = |name: &String| {
        variables.value.items().iter().any(|variable| {
            let set = variable.value.field("set").map(|set| &set.value);
            variable.value.field("name").and_then(|each| each.value.text()) == Some(name)
                && matches!(set, Some(Value::Unknown(_)))
        })
    };
    let Some(name) = fact.provenance.variables.iter().find(|name| is_open(name)) else {
        return fact;
    };
    let why = format!("empty unless `{name}` is given at deploy time");
    let remedy = format!("give `--env-file` or `--env {name}=…`");
    made_from(&fact, Value::Unknown(Ignorance::new(why).settled_by(remedy)))
}

/// The fact itself, or, where it is absent, this default.
pub(super) fn or_default(fact: Fact, default: impl Into<Value>) -> Fact {
    match fact.value {
        Value::Absent => {
            let mut made = fact;
            made.value = default.into();
            made.provenance.origin = Origin::Default;
            made
        }
        Value::OneOf(_) => {
            let default = default.into();
            each(&fact, |value| match value {
                Value::Absent => made_from(&fact, default.clone()).from_origin(Origin::Default),
                present => made_from(&fact, present.clone()),
            })
        }
        _ => fact,
    }
}

/// The first fact that is there; an unknown one that may be there goes before the later ones, and where
/// one is perhaps not there, the later ones may be.
pub(super) fn first_set(facts: impl IntoIterator<Item = Fact>) -> Fact {
    let mut rest = facts.into_iter();
    rest.next().map_or_else(Fact::absent, |first| first_of(first, &mut rest))
}

fn first_of(fact: Fact, rest: &mut dyn Iterator<Item = Fact>) -> Fact {
    let is_absent = |value: &Value| *value == Value::Absent;
    let perhaps = match &fact.value {
        Value::OneOf(parts) => parts.iter().any(|part| is_absent(&part.value)),
        value => is_absent(value),
    };
    let Some(next) = perhaps.then(|| rest.next()).flatten() else {
        return fact;
    };
    let later = first_of(next, rest);
    if is_absent(&fact.value) {
        return later;
    }
    each(
        &fact,
        |value| if is_absent(value) { later.clone() } else { made_from(&fact, value.clone()) },
    )
}

/// Whether any of the answers is yes. One yes suffices, whatever is not known of the others.
pub(super) fn any(answers: impl IntoIterator<Item = Fact>) -> Fact {
    let mut sum = Fact::derived(false);
    for answer in answers {
        match answer.value {
            Value::Bool(true) => return answer,
            Value::Bool(false) | Value::Absent if sum.provenance.place.is_none() => {
                if sum.value == Value::Bool(false) {
                    sum.provenance.place = answer.provenance.place;
                }
            }
            Value::Bool(false) | Value::Absent => {}
            _ => sum = answer,
        }
    }
    sum
}

/// Whether both answers are yes. One no suffices against it, whatever is not known of the other.
pub(super) fn both(one: Fact, other: Fact) -> Fact {
    let is_no = |fact: &Fact| matches!(fact.value, Value::Bool(false) | Value::Absent);
    match (is_no(&one), is_no(&other), &one.value) {
        (true, _, _) => one,
        (_, true, _) | (_, _, Value::Bool(true)) => other,
        _ => one,
    }
}

/// Whether some item of a list is a text that this holds of. An item found counts, whatever may follow.
pub(super) fn some_text(list: &Fact, holds: impl Fn(&str) -> bool) -> Fact {
    each(list, |value| {
        let Value::List(known) = value else {
            let answer = match value {
                Value::Absent => Value::Bool(false),
                other => mismatch("a list", other),
            };
            return made_from(list, answer);
        };
        if let Some(found) = known.items.iter().find(|item| item.value.text().is_some_and(&holds)) {
            return placed(made_from(found, Value::Bool(true)), list);
        }
        let doubt = known.items.iter().find_map(|item| doubt(&item.value, &holds));
        let answer = known.rest.clone().or(doubt).map_or(Value::Bool(false), Value::Unknown);
        made_from(list, answer)
    })
}

/// Why an item might be a text that this holds of, although it is not known to be one.
fn doubt(value: &Value, holds: &impl Fn(&str) -> bool) -> Option<Ignorance> {
    match value {
        Value::Unknown(why) => Some(why.clone()),
        Value::OneOf(parts) => parts.iter().find_map(|part| match part.value.text() {
            Some(text) if holds(text) => {
                Some(Ignorance::new("an item of the list depends on the environment"))
            }
            _ => doubt(&part.value, holds),
        }),
        _ => None,
    }
}

/// The items of a list, each made into something else. What may follow, may follow still.
pub(super) fn map_items(list: &Fact, make: impl Fn(&Fact) -> Fact) -> Fact {
    each(list, |value| match value {
        Value::List(known) => {
            let items = known.items.iter().map(&make).collect();
            made_from(list, Value::from(List { items, rest: known.rest.clone() }))
        }
        Value::Absent => made_from(list, Value::Absent),
        other => made_from(list, mismatch("a list", other)),
    })
}

/// The items of a list for which the answer is yes. Those for which it is not known may be among them.
pub(super) fn filter(list: &Fact, answer: impl Fn(&Fact) -> Fact) -> Fact {
    each(list, |value| match value {
        Value::List(known) => {
            let mut kept = List { items: Vec::new(), rest: known.rest.clone() };
            for item in &known.items {
                match answer(item).value {
                    Value::Bool(true) => kept.items.push(item.clone()),
                    Value::Unknown(why) => kept.rest = Some(why),
                    Value::OneOf(_) => {
                        let why = "an item of the list depends on the environment";
                        kept.rest = Some(Ignorance::new(why));
                    }
                    _ => {}
                }
            }
            made_from(list, Value::from(kept))
        }
        Value::Absent => made_from(list, Value::Absent),
        other => made_from(list, mismatch("a list", other)),
    })
}

/// Answers for each alternative of a fact; what is unknown stays unknown.
pub(super) fn each(fact: &Fact, answer: impl Fn(&Value) -> Fact) -> Fact {
    match &fact.value {
        Value::Unknown(_) => made_from(fact, fact.value.clone()),
        Value::OneOf(parts) => {
            let answers = parts.iter().map(|part| match &part.value {
                Value::Unknown(_) => part.clone(),
                definite => placed(answer(definite), part),
            });
            made_from(fact, Value::one_of(answers.collect()))
        }
        definite => answer(definite),
    }
}

/// Why a value of the wrong kind says nothing.
pub(super) fn mismatch(wanted: &str, found: &Value) -> Value {
    Value::Unknown(Ignorance::new(format!("expected {wanted}, found {}", found.kind_name())))
}

/// A fact worked out of another: it is where the other is.
pub(super) fn made_from(source: &Fact, value: Value) -> Fact {
    Fact { value, provenance: source.provenance.clone() }
}

/// The fact with the place of another, where it has none of its own.
fn placed(mut fact: Fact, source: &Fact) -> Fact {
    if fact.provenance.place.is_none() {
        fact.provenance.place.clone_from(&source.provenance.place);
    }
    fact
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(bool) => *bool,
        Value::Int(int) => *int != 0,
        Value::Float(float) => *float != 0.0,
        Value::List(list) => !list.items.is_empty(),
        Value::Record(record) => !record.fields.is_empty(),
        Value::Absent | Value::OneOf(_) | Value::Unknown(_) => false,
        Value::Text(_) | Value::Secret(_) => value.text().is_some_and(|text| !text.is_empty()),
    }
}
