//! Python sources: settings, applications, the configuration of gunicorn; and the data that settings read.
#![no_main]

#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|text: &str| {
    world::collect_from(&["settings.py", "app.py", "main.py", "gunicorn.conf.py"], text);
    world::collect_data(text);
});
