//! The facts under `django`, told as the answer to what Django sees in production: the module, what the
//! project sets, which variables change it, Django's own defaults, and what was worked out of all that.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{entry, rest};
use crate::fact::value::printable;
use crate::fact::{Fact, Origin, Record, Value};

/// What the head and the sections of their own tell; the others are worked out.
const TOLD: &[&str] = &["loads", "settings", "settings-module", "variables", "version"];

/// Writes the domain.
pub(super) fn write(root: &Fact, out: &mut dyn Write) -> io::Result<()> {
    let Value::Record(domain) = &root.value else {
        return entry("django", root, 0, out);
    };
    writeln!(out, "django:")?;
    head(domain, out)?;
    let nothing = Record::default();
    let settings = match domain.fields.get("settings").map(|settings| &settings.value) {
        Some(Value::Record(settings)) => settings,
        Some(_) | None => &nothing,
    };
    let (default, set): (Vec<_>, Vec<_>) =
        settings.fields.iter().partition(|(_, fact)| is_default(fact));
    section("set by the project", &set, out)?;
    rest(settings.rest.as_ref().map(ToString::to_string), 1, out)?;
    variables(domain, settings, out)?;
    section("Django's defaults, which the project leaves as they are", &default, out)?;
    let others = || domain.fields.iter().filter(|(name, _)| !TOLD.contains(&&***name));
    section("worked out of the settings", &others().collect::<Vec<_>>(), out)?;
    rest(domain.rest.as_ref().map(ToString::to_string), 0, out)
}

/// Which module it is and why, which Django runs it, and whether it loads.
fn head(domain: &Record, out: &mut dyn Write) -> io::Result<()> {
    let module = domain.fields.get("settings-module");
    let text = |name: &str| module.and_then(|module| module.text_of(name));
    if let Some(name) = text("name") {
        let class = text("class").map_or_else(String::new, |class| format!(":{class}"));
        let (file, because) = (text("file").unwrap_or_default(), text("because"));
        writeln!(
            out,
            "  settings module: {} ({})",
            printable(&format!("{name}{class}")),
            printable(file)
        )?;
        writeln!(out, "    because {}", printable(because.unwrap_or("it was found")))?;
    }
    if let Some(version) = domain.fields.get("version") {
        let origin = match (version.provenance.origin, &version.provenance.place) {
            (Origin::Default, _) => "the newest known, for the project pins none".to_owned(),
            (_, Some(place)) => place.to_string(),
            (_, None) => "as it was given".to_owned(),
        };
        let version = version.value.text().map_or_else(|| version.value.to_string(), printable);
        writeln!(out, "  Django: {version} ({origin})")?;
    }
    let why = || match domain.fields.get("settings").map(|settings| &settings.value) {
        Some(Value::Record(settings)) => settings.rest.as_ref().map(ToString::to_string),
        _ => None,
    };
    match domain.fields.get("loads").map(|loads| &loads.value) {
        Some(Value::Bool(true)) => writeln!(out, "  it loads"),
        Some(Value::Bool(false)) => {
            writeln!(out, "  it does not load: {}", why().unwrap_or_else(|| "it stops".to_owned()))
        }
        Some(other) => writeln!(out, "  whether it loads is {other}"),
        None => Ok(()),
    }
}

fn is_default(fact: &Fact) -> bool {
    fact.provenance.origin == Origin::Default
}

fn section(
    title: &str,
    entries: &[(&Cow<'static, str>, &Fact)],
    out: &mut dyn Write,
) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {title}:")?;
    entries.iter().try_for_each(|(name, fact)| entry(name, fact, 2, out))
}

/// Every variable: what is known of it, and the settings that it changes.
fn variables(domain: &Record, settings: &Record, out: &mut dyn Write) -> io::Result<()> {
    let Some(Value::List(asked)) = domain.fields.get("variables").map(|each| &each.value) else {
        return Ok(());
    };
    if asked.items.is_empty() {
        return Ok(());
    }
    let mut changes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, fact) in &settings.fields {
        note(name, fact, 0, &mut changes);
    }
    writeln!(out, "\n  environment variables that the settings ask for:")?;
    for variable in &asked.items {
        let field = |name: &str| variable.value.field(name).map(|field| &field.value);
        let Some(name) = field("name").and_then(Value::text) else {
            continue;
        };
        let is = |name: &str| variable.holds(name);
        let known = match field("default") {
            _ if is("set") => "it is set".to_owned(),
            _ if is("expected") => "given by a file that is not here".to_owned(),
            _ if is("required") => "the settings do not load without it".to_owned(),
            _ if is("sometimes-required") => {
                "not set; the settings may not load without it".to_owned()
            }
            Some(Value::Absent) | None => "not set; nothing stands for it".to_owned(),
            Some(default) => format!("not set; {default} stands for it"),
        };
        let told = match changes.get(name) {
            Some(settings) => format!("; changes {}", settings.join(", ")),
            None => String::new(),
        };
        let place = variable.provenance.place.as_ref();
        let at = place.map_or_else(String::new, |place| format!("; {place}"));
        writeln!(out, "    {}: {known}{}{at}", printable(name), printable(&told))?;
    }
    rest(asked.rest.as_ref().map(ToString::to_string), 1, out)
}

/// Notes for each variable on which a setting or a part of it depends that it changes the setting.
fn note<'f>(
    setting: &'f str,
    fact: &'f Fact,
    depth: usize,
    changes: &mut BTreeMap<&'f str, Vec<&'f str>>,
) {
    for variable in &fact.provenance.variables {
        let those = changes.entry(variable).or_default();
        if !those.contains(&setting) {
            those.push(setting);
        }
    }
    if depth >= super::DEEPEST {
        return;
    }
    let parts: Vec<&Fact> = match &fact.value {
        Value::Record(record) => record.fields.values().collect(),
        Value::List(list) => list.items.iter().collect(),
        Value::OneOf(alternatives) => alternatives.iter().collect(),
        _ => Vec::new(),
    };
    for part in parts {
        note(setting, part, depth + 1, changes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Place, ProjectPath};

    #[test]
    fn what_django_sees_is_told_with_its_place_and_what_changes_it() {
        let at = Place::line(&ProjectPath::new("shop/settings.py"), 3);
        let mut debug = Fact::derived(false).from_origin(Origin::Literal).at(at.clone());
        debug.provenance.variables.push("DJANGO_DEBUG".to_owned());
        let hosts = Fact::derived(Vec::new()).from_origin(Origin::Default);
        let variable = [
            ("name", Fact::derived("DJANGO_DEBUG")),
            ("required", Fact::derived(false)),
            ("set", Fact::derived(false)),
            ("default", Fact::derived("0")),
        ];
        let module = [
            ("name", Fact::derived("shop.settings")),
            ("file", Fact::derived("shop/settings.py")),
            ("because", Fact::derived("`Procfile:1` names it")),
        ];
        let domain = Value::record([
            ("loads", Fact::derived(true)),
            (
                "settings",
                Fact::derived(Value::record([("DEBUG", debug), ("ALLOWED_HOSTS", hosts)])),
            ),
            ("settings-module", Fact::derived(Value::record(module))),
            ("variables", Fact::derived(vec![Fact::derived(Value::record(variable)).at(at)])),
            ("version", Fact::derived("6.0").from_origin(Origin::Default)),
        ]);
        let mut out = Vec::new();
        write(&Fact::derived(domain), &mut out).unwrap();
        let expected = "\
django:
  settings module: shop.settings (shop/settings.py)
    because `Procfile:1` names it
  Django: 6.0 (the newest known, for the project pins none)
  it loads

  set by the project:
    DEBUG = false   (literal; shop/settings.py:3; changed by DJANGO_DEBUG)

  environment variables that the settings ask for:
    DJANGO_DEBUG: not set; \"0\" stands for it; changes DEBUG; shop/settings.py:3

  Django's defaults, which the project leaves as they are:
    ALLOWED_HOSTS = []   (default)
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
