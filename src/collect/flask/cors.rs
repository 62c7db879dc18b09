//! What Flask-CORS admits.

use crate::collect::application::admits_all;
use crate::fact::{Fact, FactSpec, Kind, Value};
use crate::python::Called;

/// The fields of `flask.cors`; those of `fastapi.cors` too.
pub(in crate::collect) const SPECS: &[FactSpec] = &[
    FactSpec::new("origins", Kind::Any, "The origins that are admitted, as they are given."),
    FactSpec::new("allow-all", Kind::Bool, "Whether every origin is admitted."),
    FactSpec::new("credentials", Kind::Bool, "Whether the visitor's cookies come along."),
];

/// What is admitted at its widest, over all uses of Flask-CORS; absent if it is not used.
pub(super) fn cors(calls: &[Called], config: &Fact) -> Fact {
    const USES: &[&str] =
        &["flask_cors.CORS", "flask_cors.CORS.init_app", "flask_cors.cross_origin"];
    let uses: Vec<&Called> =
        calls.iter().filter(|call| USES.contains(&call.function.as_str())).collect();
    // `CORS()` at the top, `cors.init_app(app, …)` later: the options may be given at either.
    let bare = |call: &&Called| call.positional.is_empty() && call.named.is_empty();
    let settled = uses.iter().any(|call| call.function.ends_with("init_app") && !bare(call));
    let judged =
        uses.iter().filter(|call| !(bare(call) && call.function == "flask_cors.CORS" && settled));
    let each: Vec<Fact> = judged.flat_map(|call| rules(call, config)).collect();
    widest(each)
}

/// The widest of several rules: one that admits all, else one of which that is not known.
pub(in crate::collect) fn widest(rules: Vec<Fact>) -> Fact {
    let width = |rule: &Fact| match rule.value.field("allow-all").map(|fact| &fact.value) {
        Some(Value::Bool(true)) => 2,
        Some(Value::Bool(false)) | None => 0,
        Some(_) => 1,
    };
    let credentials = |rule: &Fact| rule.holds("credentials");
    // Of equals the first one: the key is smallest for the widest.
    rules
        .into_iter()
        .min_by_key(|rule| std::cmp::Reverse((width(rule), credentials(rule))))
        .unwrap_or_else(Fact::absent)
}

/// The rules of one use: one for all paths, or one for each path in `resources`.
fn rules(call: &Called, config: &Fact) -> Vec<Fact> {
    let option = |name: &str| {
        let configured = format!("CORS_{}", name.to_uppercase());
        call.named.get(name).or_else(|| config.value.field(&configured)).cloned()
    };
    let credentials = option("supports_credentials");
    let general = option("origins").or_else(|| left_open(config));
    let resources = option("resources");
    let by_path: Vec<Fact> = match resources.as_ref().map(|resources| &resources.value) {
        Some(Value::Record(record)) => record
            .fields
            .values()
            .map(|options| {
                let own = options.value.field("origins").cloned();
                let own_credentials = options.value.field("supports_credentials").cloned();
                rule(
                    call,
                    own.or_else(|| general.clone()),
                    own_credentials.or_else(|| credentials.clone()),
                )
            })
            .collect(),
        _ => Vec::new(),
    };
    if by_path.is_empty() { vec![rule(call, general, credentials)] } else { by_path }
}

/// What the origins are that a configuration may have which is not known as a whole.
fn left_open(config: &Fact) -> Option<Fact> {
    let why = match &config.value {
        Value::Unknown(why) => why.clone(),
        Value::Record(record) => record.rest.clone()?,
        _ => return None,
    };
    Some(Fact::derived(Value::Unknown(why)))
}

fn rule(call: &Called, origins: Option<Fact>, credentials: Option<Fact>) -> Fact {
    let unknown = call.rest.clone().map(|why| Fact::derived(Value::Unknown(why)));
    let origins = origins
        .or(unknown)
        .unwrap_or_else(|| Fact::derived("*").from_origin(crate::fact::Origin::Default));
    record(origins, credentials, call)
}

/// A rule as a fact.
pub(in crate::collect) fn record(origins: Fact, credentials: Option<Fact>, call: &Called) -> Fact {
    let admits = Fact { value: admits_all(&origins.value), provenance: origins.provenance.clone() };
    let mut admits = admits;
    admits.provenance.place.get_or_insert_with(|| call.place.clone());
    let credentials = credentials.unwrap_or_else(|| Fact::derived(false).at(call.place.clone()));
    Fact::literal(
        Value::record([("origins", origins), ("allow-all", admits), ("credentials", credentials)]),
        call.place.clone(),
    )
}
