//! Whether a program prepares statements under names, which only that connection of the server knows on which it
//! did so.
//!
//! Django switches this off for psycopg 3 unless `OPTIONS` has a `prepare_threshold`. By itself psycopg 3 prepares
//! what it has sent five times, and asyncpg whatever it sends. (Django 6.0, the back end of PostgreSQL; psycopg 3.2,
//! "Prepared statements"; asyncpg 0.30, "Frequently Asked Questions"; read 2026-11-30.)

use super::target::{Target, follows};
use crate::collect::Sources;
use crate::fact::{Fact, Ignorance, Value};

/// The arguments by which a program switches it off.
const SWITCHES: &[&str] =
    &["prepare_threshold", "statement_cache_size", "prepared_statement_name_func"];

/// Whether the program's code names one of those arguments.
pub(super) fn are_switched(sources: &Sources<'_>) -> bool {
    let mut programs = sources.service.programs();
    programs.any(|path| {
        let text = sources.project.read(path);
        text.is_ok_and(|text| SWITCHES.iter().any(|switch| text.contains(switch)))
    })
}

/// Of an entry of `DATABASES`; none if it is of another product than PostgreSQL.
pub(super) fn of_django(target: &Target) -> Option<Fact> {
    let is_postgresql = target.kind.value.text() == Some("postgresql");
    is_postgresql.then(|| {
        follows(&target.option(&["prepare_threshold"]), &|threshold| match threshold {
            Value::Absent => Value::Bool(false),
            Value::Int(_) => Value::Bool(true),
            _ => Value::Unknown(Ignorance::new("`prepare_threshold` is not a number")),
        })
    })
}

/// Of an address that names its driver, as those of `SQLAlchemy` do; absent if the driver prepares nothing.
pub(super) fn of_address(target: &Target, switched: bool) -> Fact {
    let is_postgresql = target.kind.value.text() == Some("postgresql");
    follows(&target.engine, &|engine| {
        let driver = engine.text().and_then(|engine| engine.split_once('+')).map(|(_, it)| it);
        match driver {
            Some("asyncpg" | "psycopg" | "psycopg_async") if is_postgresql && switched => {
                let why = "the program's code decides whether its driver prepares statements";
                Value::Unknown(Ignorance::new(why))
            }
            Some("asyncpg" | "psycopg" | "psycopg_async") if is_postgresql => Value::Bool(true),
            _ => Value::Absent,
        }
    })
}
