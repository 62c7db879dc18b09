//! The deployment checklist, ticked with evidence. This page is the map of the code.
//!
//! **Rust computes facts. TOML judges them. Nothing else decides.** Facts are the waist of the
//! hourglass: what reads files and asks sites knows no check, and checks know no file format. What
//! cannot be known is a fact too, with a reason, and it travels to the report.
//!
//! The modules stand in layers, lowest first; each uses only those above it in this list.
//! `tests/architecture.rs` holds them to that.

// Words. They know nothing of this program: three truth values, days, what a user is told when he is
// wrong, TOML with places, and small grammars that several formats share.
pub mod date;
pub mod problem;
pub mod truth;

pub mod grammar;
pub mod toml_tree;

// Facts: values, and where they came from.
pub mod fact;

// How strong a password, key or token is.
pub mod credential;

// Checks: what ought to be. They know facts, and no file format.
pub mod check;

// Sources of facts: the files of a project, Python read without running it, one collector for each
// format, one probe for each question to a live site. They know facts, and no check.
pub mod project;

pub mod python;

pub mod collect;
pub mod probe;

pub mod knowledge;

// What the project decided: thresholds, waivers, attestations.
pub mod policy;

// What the user sees.
pub mod report;

// The program: one audit, the playing of checks' examples, the command line.
pub mod audit;
pub mod rehearse;

pub mod cli;
