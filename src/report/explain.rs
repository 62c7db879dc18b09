//! One check as a page.

use std::io::{self, Write};

use crate::check::register::Register;
use crate::check::{Check, Demand, Predicate, Stage, Test};
use crate::fact::Catalogue;

/// Writes everything about a check.
pub fn write(
    check: &Check,
    register: &Register,
    catalogue: &Catalogue,
    out: &mut dyn Write,
) -> io::Result<()> {
    let severity = format!("severity {}", check.severity.word());
    let gap = " ".repeat(80usize.saturating_sub(check.id.as_str().len() + severity.len()).max(2));
    writeln!(out, "{}{gap}{severity}", check.id)?;
    writeln!(out, "{}", check.title)?;
    match check.stage {
        Stage::Stable => {}
        Stage::Draft => writeln!(out, "a draft: it runs only when it is named with `--only`")?,
        Stage::Retired => writeln!(out, "retired: it no longer runs")?,
    }
    writeln!(out, "\nWHAT IT CHECKS")?;
    demand(check, catalogue, out)?;
    for id in &check.told_by {
        writeln!(out, "  Where `{id}` fails as well, the report leaves it to that.")?;
    }
    section("WHY", &check.why, out)?;
    section("FIX", &check.fix, out)?;
    params(check, out)?;
    citations(check, register, out)
}

fn demand(check: &Check, catalogue: &Catalogue, out: &mut dyn Write) -> io::Result<()> {
    for domain in &check.needs {
        let means = catalogue.domain(domain).map_or("", |domain| domain.means);
        writeln!(out, "  It needs `{domain}`: {means}.")?;
    }
    if let Some(path) = &check.for_each {
        writeln!(out, "  It judges each item of `{path}` by itself.")?;
    }
    if let Some(when) = &check.when {
        writeln!(out, "  It applies when")?;
        predicate(when, 2, out)?;
    }
    match &check.demand {
        Demand::Require(requirement) => {
            writeln!(out, "  It requires that")?;
            predicate(requirement, 2, out)
        }
        Demand::Attest { question, valid_days } => {
            writeln!(out, "  Only a person can know: {question}")?;
            writeln!(out, "  An answer holds for {valid_days} days. Give it in prodcheck.toml:\n")?;
            writeln!(out, "    [[attestation]]\n    check  = \"{}\"", check.id)?;
            writeln!(
                out,
                "    by     = \"you@example.com\"\n    on     = 2026-11-21\n    answer = \"…\""
            )
        }
    }
}

/// A predicate as nested English, a part a line.
fn predicate(each: &Predicate, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    let parts = |heading: &str, parts: &[Predicate], out: &mut dyn Write| -> io::Result<()> {
        writeln!(out, "{indent}{heading}")?;
        parts.iter().try_for_each(|part| predicate(part, depth + 1, out))
    };
    match each {
        Predicate::All(all) => parts("all of these hold:", all, out),
        Predicate::Any(any) => parts("one of these holds:", any, out),
        Predicate::FirstKnown(first) => parts(
            "the first of these that can be known decides, and overrules the rest:",
            first,
            out,
        ),
        Predicate::Not(part) => parts("this does not hold:", std::slice::from_ref(part), out),
        Predicate::Constant(truth) => writeln!(out, "{indent}always {truth:?}"),
        Predicate::Fact { path, test, .. } => {
            let fact = if path.of_item && path.segments.is_empty() {
                "it".to_owned()
            } else {
                format!("`{path}`")
            };
            let items = |which: &str, inner: &Predicate, out: &mut dyn Write| -> io::Result<()> {
                writeln!(out, "{indent}of {fact}, {which}:")?;
                predicate(inner, depth + 1, out)
            };
            match test {
                Test::Value(matcher) => writeln!(out, "{indent}{fact} is {matcher}"),
                Test::SameAs(other) => writeln!(out, "{indent}{fact} is the same as `{other}`"),
                Test::Every(inner) => items("for every item", inner, out),
                Test::Some(inner) => items("for some item", inner, out),
                Test::None(inner) => items("for no item", inner, out),
            }
        }
    }
}

fn section(heading: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{heading}")?;
    for line in text.lines() {
        writeln!(out, "{}", format!("  {line}").trim_end())?;
    }
    Ok(())
}

fn params(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    if check.params.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nTHRESHOLDS\n  In force; change them in prodcheck.toml:\n\n    [checks.\"{}\".params]",
        check.id
    )?;
    check.params.iter().try_for_each(|(name, value)| writeln!(out, "    {name} = {value}"))
}

fn citations(check: &Check, register: &Register, out: &mut dyn Write) -> io::Result<()> {
    if !check.guides.is_empty() {
        writeln!(out, "\nASKED FOR BY")?;
        for citation in &check.guides {
            let title =
                register.guides.get(&citation.namespace).map_or("", |guide| guide.title.as_str());
            writeln!(out, "  {citation}   {title}")?;
        }
    }
    if !check.aliases.is_empty() {
        writeln!(out, "\nELSEWHERE")?;
        for citation in &check.aliases {
            let url = register.url(citation).map(|url| format!("   {url}")).unwrap_or_default();
            writeln!(out, "  {citation}{url}")?;
        }
    }
    check.references.iter().try_for_each(|url| writeln!(out, "  {url}"))
}
