//! Names that browsers ask over HTTPS only, without having been told to: the preload list.
//!
//! Only its top-level domains are here, which their registries put on it as a whole. The hundred thousand
//! single names change every week; a site that is listed by its own name is judged as if it were not.

/// What a report tells of this.
pub(super) const EXTENT: &str = "top-level domains only";

/// Top-level domains on the list, with all names below them (Chromium's
/// `transport_security_state_static.json` and the registries' own announcements, read 2026-11-30).
const TOP_LEVEL: [&str; 36] = [
    "android",
    "app",
    "bank",
    "boo",
    "channel",
    "chrome",
    "dad",
    "day",
    "dev",
    "eat",
    "esq",
    "fly",
    "foo",
    "gle",
    "gmail",
    "google",
    "hangout",
    "ing",
    "insurance",
    "meet",
    "meme",
    "mov",
    "new",
    "nexus",
    "page",
    "phd",
    "play",
    "prof",
    "rsvp",
    "search",
    "youtube",
    "zip",
    "azure",
    "bing",
    "hotmail",
    "windows",
];

/// Whether a host is on the list, as far as is known here.
pub(super) fn is_preloaded(host: &str) -> bool {
    let top = host.rsplit('.').next().unwrap_or_default();
    TOP_LEVEL.contains(&top)
}
