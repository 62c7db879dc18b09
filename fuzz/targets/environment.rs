//! Environment files and what git ignores.
#![no_main]

#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|text: &str| world::collect_from(&[".env", ".env.production", ".gitignore"], text));
