//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::collect;
use crate::date::Date;
use crate::fact::{Fact, Value};
use crate::knowledge;
use crate::problem::Problem;
use crate::project::{Given, Project, services};

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print every fact of a project
    Facts {
        /// Only this domain
        domain: Option<String>,
        /// The folder of the project
        #[arg(long, default_value = ".")]
        path: PathBuf,
    },
}

/// Runs the program.
pub fn run() -> Result<(), Problem> {
    let Command::Facts { domain, path } = Arguments::parse().command;
    let project = Project::open(&path)?;
    let given = Given::nothing(Date::parse("2026-11-21").unwrap_or(Date::from_unix_seconds(0)));
    let catalogue = knowledge::catalogue();
    for service in services(&project, "project") {
        anstream::println!("service {}", service.name);
        let facts = collect::service(&project, &service, &given, &catalogue);
        for (name, root) in facts.domains() {
            if domain.as_ref().is_none_or(|wanted| wanted == name) {
                print(name, root, 1);
            }
        }
    }
    Ok(())
}

fn print(name: &str, fact: &Fact, depth: usize) {
    let indent = "  ".repeat(depth);
    let place =
        fact.provenance.place.as_ref().map(|place| format!("  [{place}]")).unwrap_or_default();
    match &fact.value {
        Value::Record(record) => {
            anstream::println!("{indent}{name}:{place}");
            for (name, field) in &record.fields {
                print(name, field, depth + 1);
            }
        }
        Value::List(list) if !list.items.is_empty() => {
            anstream::println!("{indent}{name}:{place}");
            for (index, item) in list.items.iter().enumerate() {
                print(&index.to_string(), item, depth + 1);
            }
        }
        other => anstream::println!("{indent}{name} = {other}{place}"),
    }
}
