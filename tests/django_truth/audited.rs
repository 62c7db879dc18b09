//! What prodcheck makes of a case, through the library's public functions.

use prodcheck::check::library::Overrides;
use prodcheck::check::load::Depth;
use prodcheck::check::{Check, Finding, Library, Verdict, evaluate};
use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::{Catalogue, Facts};
use prodcheck::knowledge::catalogue;
use prodcheck::project::given::EnvFile;
use prodcheck::project::{Given, Project, services};

use crate::case::Case;

/// The checks that carry an alias of Django's, and what judges them.
pub(crate) struct Auditor {
    catalogue: Catalogue,
    /// By the id of Django's check.
    checks: Vec<(String, Check)>,
}

impl Auditor {
    pub(crate) fn new() -> Self {
        let catalogue = catalogue();
        let library = Library::built_in(&catalogue, &Overrides::new(), Depth::Judging);
        let library = library.unwrap_or_else(|problems| panic!("{} problems", problems.len()));
        let mut checks = Vec::new();
        for check in &library.checks {
            for alias in &check.aliases {
                let shown = alias.to_string();
                if let Some(id) = shown.strip_prefix("django:") {
                    checks.push((id.to_owned(), check.clone()));
                }
            }
        }
        Self { catalogue, checks }
    }

    /// The ids of Django's checks that have a check here.
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.checks.iter().map(|(id, _)| id.as_str()).collect()
    }

    pub(crate) fn facts(&self, case: &Case) -> Facts {
        let files = case.files();
        let texts = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let project = Project::of_texts(texts);
        let mut given = Given::nothing(Date::parse("2026-11-21").unwrap());
        given.settings = Some(case.module.clone());
        if case.whole {
            given.env_file = Some(EnvFile { name: "/given".to_owned(), text: String::new() });
            given.env = case.environment();
        }
        let mut facts = Facts::default();
        for service in services(&project, "shop") {
            facts.merge(collect::service(&project, &service, &given, &self.catalogue));
        }
        facts
    }

    /// The verdict on each of Django's checks that has a check here.
    pub(crate) fn verdicts(&self, facts: &Facts) -> Vec<(&str, &str, Verdict)> {
        let judged = self.checks.iter().map(|(id, check)| {
            let findings = evaluate(check, facts, &self.catalogue);
            (id.as_str(), check.id.as_str(), Finding::worst(&findings))
        });
        judged.collect()
    }
}
