//! What the user sees: one file for each format; `wording` alone speaks English.

pub mod wording;
