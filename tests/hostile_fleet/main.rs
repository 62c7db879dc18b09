//! All hostile servers at once: a fleet ends in time, in little memory, and tells of each.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot set itself up has failed")]
#![allow(dead_code, reason = "what is there for one site is not used for many")]

#[path = "../hostile_servers/cases.rs"]
mod cases;
#[path = "../loopback/mod.rs"]
mod loopback;
#[path = "../memory/mod.rs"]
mod memory;
#[path = "../hostile_servers/site.rs"]
mod site;

use site::{Case, faults, fleet};

#[test]
fn a_fleet_of_all_of_them_ends_and_tells_of_each() {
    let cases: Vec<Case> = cases::all();
    let ended = fleet(&cases);
    // A line for each site, and the table.
    assert_eq!(faults(&ended, &[&format!("{} sites", cases.len())]), None, "{}", ended.out);
    for (number, (name, ..)) in cases.iter().enumerate() {
        let url = format!("https://host-{number}.test:");
        assert!(ended.out.contains(&url), "{name}\n{}", ended.out);
    }
}
