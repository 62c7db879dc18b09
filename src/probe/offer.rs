//! What a server offers below HTTP, as it was asked.

use super::question::Versions;
use crate::fact::Ignorance;

/// Everything that a server offers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offer {
    /// The versions of TLS.
    pub versions: Versions,
    /// The cipher suites of each of these, the oldest version first.
    pub suites: Vec<Suites>,
    /// The groups for the exchange of keys, in the newest version.
    pub groups: Named,
    /// The bits of the smallest prime of a Diffie-Hellman exchange; none if there is no such exchange.
    pub dh_bits: Option<u32>,
    /// The versions in which a session that was left was taken up again.
    pub resumed: Named,
}

/// The cipher suites of one version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suites {
    /// The version, as in [`super::question::VERSIONS`].
    pub version: String,
    /// Their registered names, the most wanted first.
    pub names: Vec<String>,
    /// Whether the server decides among those that a client offers; none if it has no choice, or if it is
    /// not known.
    pub servers_order: Option<bool>,
    /// Why these may not be all, if they may not.
    pub open: Option<Ignorance>,
}

/// Names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named {
    /// Those that are known.
    pub names: Vec<String>,
    /// Why these may not be all, if they may not.
    pub open: Option<Ignorance>,
}
