//! A small project around the text that the fuzzer invents.

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};

/// Collects everything from a project in which each of these files holds the text.
pub fn collect_from(files: &[&str], text: &str) {
    let Some(today) = Date::parse("2026-11-21") else { return };
    let given = Given::nothing(today);
    let catalogue = catalogue();
    let manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n";
    for file in files {
        let project = Project::of_texts([("manage.py", manage), (file, text)]);
        for service in services(&project, "fuzzed") {
            let _ = collect::service(&project, &service, &given, &catalogue);
        }
    }
}
