//! What a fact is: a value, and where it came from. The page to read first.
//!
//! Facts are the waist of prodcheck: collectors and probes produce them, checks judge them, and neither
//! side knows the other. What cannot be known is a fact too ([`Value::Unknown`]), with the reason.

use std::sync::Arc;

pub mod catalogue;
pub mod facts;
pub mod path;
pub mod provenance;
pub mod secret;
pub mod value;

pub use catalogue::{Catalogue, Domain, FactSpec, Kind, WhenMissing};
pub use facts::Facts;
pub use path::FactPath;
pub use provenance::{Exchange, Origin, Place, Position, ProjectPath, Provenance};
pub use secret::Secret;
pub use value::{Fields, Ignorance, List, Record, Value};

use crate::truth::Truth;

/// A value, and where it came from. The items of a list and the fields of a record are facts too.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What is known, down to "nothing, because".
    pub value: Value,
    /// How it came to be known, and where to look.
    pub provenance: Provenance,
}

impl Fact {
    /// A fact without a place, worked out from others.
    pub fn derived(value: impl Into<Value>) -> Self {
        Self { value: value.into(), provenance: Provenance::new(Origin::Derived) }
    }

    /// A fact written literally at a place.
    pub fn literal(value: impl Into<Value>, place: Place) -> Self {
        Self { value: value.into(), provenance: Provenance::new(Origin::Literal).at(place) }
    }

    /// Whether a text in the code stands for this where its variable is missing; unknown if what stands
    /// for it is.
    #[must_use]
    pub fn has_fallback(&self) -> Self {
        let value = match self.provenance.fallback {
            Truth::Unknown => Value::Unknown(Ignorance::new("what stands for it is not known")),
            known => Value::Bool(known == Truth::True),
        };
        // It stands in the code, wherever the variable is set.
        Self { value, provenance: Provenance { written: None, ..self.provenance.clone() } }
    }

    /// A fact that a live site showed.
    pub fn live(value: impl Into<Value>, exchange: Place) -> Self {
        Self { value: value.into(), provenance: Provenance::new(Origin::Live).at(exchange) }
    }

    /// Something that was looked for and is not there.
    pub fn absent() -> Self {
        Self::derived(Value::Absent)
    }

    /// Something that cannot be known, and why.
    pub fn unknown(why: impl Into<Arc<str>>) -> Self {
        Self::derived(Value::Unknown(Ignorance::new(why)))
    }

    /// The same fact, seen at a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.provenance.place = Some(place);
        self
    }

    /// The text of a field, if this is a record that has it.
    pub fn text_of(&self, field: &str) -> Option<&str> {
        self.value.field(field)?.value.text()
    }

    /// Whether a field is known to be true, if this is a record that has it.
    pub fn holds(&self, field: &str) -> bool {
        self.value.field(field).is_some_and(|field| field.value == Value::Bool(true))
    }

    /// The same fact with another origin.
    #[must_use]
    pub fn from_origin(mut self, origin: Origin) -> Self {
        self.provenance.origin = origin;
        self
    }
}
