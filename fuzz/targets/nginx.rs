//! nginx configurations.
#![no_main]

#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|text: &str| world::collect_from(&["nginx.conf", "nginx/site.conf.template"], text));
