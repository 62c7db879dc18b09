//! A small project around the text that the fuzzer invents.

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};

/// Collects everything from a project in which each of these files holds the text.
pub fn collect_from(files: &[&str], text: &str) {
    for file in files {
        collect_all(&[(file, text)]);
    }
}

/// Collects everything from a project whose settings read the text as data of each kind.
#[allow(dead_code, reason = "only one of the targets reads data")]
pub fn collect_data(text: &str) {
    for reading in [
        "json.load(open('data'))",
        "tomllib.load(open('data', 'rb'))",
        "yaml.safe_load(open('data'))",
        "[line.strip() for line in open('data')]",
        "dynaconf.Dynaconf(settings_files=['data.toml', 'data.yaml'], environments=True).HOSTS",
    ] {
        let settings = format!("import dynaconf, json, tomllib, yaml\nALLOWED_HOSTS = {reading}\n");
        collect_all(&[("settings.py", &settings), ("data", text), ("data.toml", text), ("data.yaml", text)]);
    }
}

fn collect_all(files: &[(&str, &str)]) {
    let Some(today) = Date::parse("2026-11-21") else { return };
    let given = Given::nothing(today);
    let catalogue = catalogue();
    let manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n";
    let project =
        Project::of_texts([("manage.py", manage)].into_iter().chain(files.iter().copied()));
    for service in services(&project, "fuzzed") {
        let _ = collect::service(&project, &service, &given, &catalogue);
    }
}
