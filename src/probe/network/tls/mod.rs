//! What is asked below HTTP: the certificate by a whole handshake, all else by first messages of our own.

mod certificate;
mod greeting;
mod groups;
pub(super) mod handshake;
mod hello;
pub(super) mod offer;
mod order;
mod resumption;
mod suites;
pub(super) mod trusting;
mod versions;
