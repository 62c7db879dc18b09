//! Check files of a user's own.
#![no_main]

use prodcheck::check::Library;
use prodcheck::check::library::{CheckFile, Overrides};
use prodcheck::check::load::Depth;
use prodcheck::knowledge::catalogue;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let catalogue = catalogue();
    let overrides = Overrides::new();
    if let Ok(mut library) = Library::built_in(&catalogue, &overrides, Depth::Judging) {
        let file = CheckFile {
            path: "own/check.toml".into(),
            shown: "own/check.toml".into(),
            text: text.to_owned().into(),
            head: None,
        };
        let _ = library.add(&[file], &catalogue, &overrides, Depth::Whole, false);
    }
});
