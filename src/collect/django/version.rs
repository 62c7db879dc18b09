//! Which release of Django runs.

use crate::fact::{Fact, Facts, Origin, Provenance, Value};
use crate::project::Given;

/// The newest release whose settings are known here; read November 2026.
const NEWEST: &str = "6.1";

/// The release: as given, as pinned, else the newest that is known.
pub(super) fn version(given: &Given, so_far: &Facts) -> Fact {
    if let Some(version) = &given.django {
        return Fact::derived(version.as_str());
    }
    let pinned = so_far.at("requirements.versions.django");
    if pinned.value.text().is_some() {
        return pinned.into_owned();
    }
    Fact { value: Value::from(NEWEST), provenance: Provenance::new(Origin::Default) }
}
