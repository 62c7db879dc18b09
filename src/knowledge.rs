//! Everything that can be known: what all collectors and all probes declare.

use crate::collect::COLLECTORS;
use crate::fact::Catalogue;
use crate::probe::{self, PROBES};

/// The catalogue of all domains and facts, in the order in which their sources run.
pub fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    for collector in COLLECTORS {
        catalogue.domains.push(collector.domain());
        catalogue.specs.extend(collector.facts());
    }
    catalogue.domains.push(probe::DOMAIN);
    for probe in PROBES {
        catalogue.specs.extend(probe.facts());
    }
    catalogue
}
