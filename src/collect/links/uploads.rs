//! Whether nginx lets through the request bodies that the program says it takes.

use super::targets;
use crate::fact::{Fact, Facts, Origin, Value};

/// The limits of both, and whether they agree.
pub(super) fn limits(facts: &Facts) -> Vec<(&'static str, Fact)> {
    let nginx = of_nginx(facts);
    let program = of_program(facts);
    let mut found = Vec::new();
    if let (Some(nginx), Some(program)) = (&nginx, &program) {
        let fits = match (nginx.value.int(), program.value.int()) {
            (Some(limit), Some(taken)) => Value::Bool(limit >= taken),
            _ => Value::Absent,
        };
        let fact = Fact { value: fits, provenance: nginx.provenance.clone() };
        found.push(("links.bodies-reach-program", fact));
    }
    found.extend(nginx.map(|fact| ("links.body-limit-of-nginx", fact)));
    found.extend(program.map(|fact| ("links.body-limit-of-program", fact)));
    found
}

/// The widest limit of the locations that pass requests on; none if one has no limit, or is not known.
fn of_nginx(facts: &Facts) -> Option<Fact> {
    let locations = facts.at("nginx.locations");
    let passing =
        locations.value.items().iter().filter(|location| targets::reaches_program(location, facts));
    let mut widest: Option<Fact> = None;
    for location in passing {
        let limit = location.value.field("client-max-body-size-bytes")?;
        let bytes = limit.value.int().filter(|bytes| *bytes > 0)?;
        if widest.as_ref().and_then(|fact| fact.value.int()).is_none_or(|known| bytes > known) {
            widest = Some(limit.clone());
        }
    }
    widest
}

/// What the project itself says; a framework's default is nobody's intention.
fn of_program(facts: &Facts) -> Option<Fact> {
    let paths = ["django.settings.DATA_UPLOAD_MAX_MEMORY_SIZE", "flask.config.MAX_CONTENT_LENGTH"];
    let said = paths.iter().map(|path| facts.at(path).into_owned());
    let mut said =
        said.filter(|fact| fact.provenance.origin != Origin::Default && fact.value.int().is_some());
    said.next()
}
