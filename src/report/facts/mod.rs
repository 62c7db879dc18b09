//! Everything that is known, and everything there is to know: `prodcheck facts`.

mod django;
pub mod json;

use std::io::{self, Write};

use crate::fact::value::printable;
use crate::fact::{Catalogue, Fact, FactSpec, Facts, Ignorance, Kind, Value};

/// Writes the facts of one service, of one domain or of all: value, origin, place, and the environment
/// variables that can change it.
pub fn write(facts: &Facts, domain: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    for (name, root) in
        facts.domains().filter(|(name, _)| domain.is_none_or(|wanted| wanted == *name))
    {
        match name {
            "django" => django::write(root, out)?,
            _ => entry(name, root, 0, out)?,
        }
    }
    Ok(())
}

/// Levels that are written out; what lies deeper is summarised in a line.
const DEEPEST: usize = 12;

fn entry(name: &str, fact: &Fact, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    let name = printable(name);
    match &fact.value {
        Value::Record(record) if depth < DEEPEST && (!record.fields.is_empty() || depth == 0) => {
            writeln!(out, "{indent}{name}:")?;
            for (name, field) in &record.fields {
                entry(name, field, depth + 1, out)?;
            }
            rest(record.rest.as_ref().map(ToString::to_string), depth, out)
        }
        Value::List(list) if depth < DEEPEST && list.items.iter().any(is_nested) => {
            writeln!(out, "{indent}{name}:")?;
            for (index, item) in list.items.iter().enumerate() {
                entry(&format!("[{index}]"), item, depth + 1, out)?;
            }
            rest(list.rest.as_ref().map(ToString::to_string), depth, out)
        }
        value => {
            writeln!(out, "{indent}{name} = {value}{}", provenance(fact))?;
            rest(why_open(value).map(ToString::to_string), depth, out)
        }
    }
}

/// Why a list or record may hold more than it shows, or one of several that a value may be.
fn why_open(value: &Value) -> Option<&Ignorance> {
    match value {
        Value::List(list) => list.rest.as_ref(),
        Value::Record(record) => record.rest.as_ref(),
        Value::OneOf(several) => several.iter().find_map(|each| why_open(&each.value)),
        _ => None,
    }
}

fn is_nested(fact: &Fact) -> bool {
    matches!(fact.value, Value::Record(_) | Value::List(_))
}

fn rest(why: Option<String>, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    why.map_or(Ok(()), |why| writeln!(out, "{}… perhaps more: {why}", "  ".repeat(depth + 1)))
}

fn provenance(fact: &Fact) -> String {
    let provenance = &fact.provenance;
    let mut told = vec![provenance.origin.word().to_owned()];
    told.extend(provenance.place.as_ref().map(ToString::to_string));
    told.extend(provenance.written.as_ref().map(|place| format!("set in {place}")));
    if !provenance.variables.is_empty() {
        told.push(format!("changed by {}", printable(&provenance.variables.join(", "))));
    }
    format!("   ({})", told.join("; "))
}

/// Writes what there is to know: every declared fact with its kind and meaning.
pub fn catalogue(
    catalogue: &Catalogue,
    domain: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for each in
        catalogue.domains.iter().filter(|each| domain.is_none_or(|wanted| wanted == each.name))
    {
        writeln!(out, "{}   {}", each.name, each.means)?;
        let prefix = format!("{}.", each.name);
        for spec in catalogue.specs.iter().filter(|spec| spec.path.starts_with(&prefix)) {
            specification(spec, 1, out)?;
        }
    }
    Ok(())
}

fn specification(spec: &FactSpec, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    let unit = if spec.unit.is_empty() { String::new() } else { format!(" in {}", spec.unit) };
    let secret = if spec.secret { ", secret" } else { "" };
    writeln!(out, "{indent}{} ({}{unit}{secret})", spec.path, spec.kind.name())?;
    writeln!(out, "{indent}    {}", spec.means)?;
    let fields = match spec.kind {
        Kind::Record(fields) => fields,
        Kind::List(Kind::Record(fields)) | Kind::Open(Kind::Record(fields)) => *fields,
        _ => &[],
    };
    fields.iter().try_for_each(|field| specification(field, depth + 1, out))
}
