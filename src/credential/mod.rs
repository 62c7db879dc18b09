//! How strong a password, key or token is, and whether the world knows it already.
//!
//! Three questions, each with one function: how hard a text is to guess ([`bits`]), whether it only stands
//! where a secret should be ([`placeholder`], [`unfilled`]), and who issued it ([`provider`]).

mod encoded;
mod provider;
mod sample;
mod strength;
mod words;

pub use provider::{Provider, provider, sandbox_mode};
pub use sample::{placeholder, unfilled};
pub use strength::bits;

/// Whether a text is no known or sample value, and guessing it costs at least so many bits: somebody made it
/// to be a secret.
pub fn is_made(text: &str, least_bits: f64) -> bool {
    placeholder(text).is_none() && bits(text) >= least_bits
}
