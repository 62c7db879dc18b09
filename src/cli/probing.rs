//! `prodcheck probe`: sites without files, one in full or a whole fleet.

use std::sync::OnceLock;
use std::time::Instant;

use super::arguments::{Judgement, Probe, When};
use super::site::{Asker, Site, only_live};
use super::{code, fleet, output, setup, shown, today};
use crate::audit::{Request, audit};
use crate::check::Library;
use crate::check::load::Depth;
use crate::fact::{Catalogue, Facts};
use crate::knowledge::catalogue;
use crate::policy::Policy;
use crate::problem::Problem;
use crate::project::Given;
use crate::report::{Measured, Report, Target};

/// What judges every site alike.
pub(super) struct Judge<'a> {
    library: &'a Library,
    policy: &'a Policy,
    catalogue: &'a Catalogue,
    given: &'a Given,
    judgement: &'a Judgement,
}

/// Runs the command.
pub(super) fn run(command: &Probe, color: When) -> anyhow::Result<u8> {
    let catalogue = catalogue();
    let config = setup::config(&command.judgement, None)?;
    let library =
        setup::library(&command.judgement.library, config.as_ref(), &catalogue, Depth::Judging)?;
    let mut policy = setup::policy(&command.judgement, config.as_ref(), &library)?;
    only_live(&mut policy, &library);
    if command.network.active && fleet::is_meant(command) {
        return Err(Problem::new("`--active` is for one site")
            .with_hint("name it, and only it")
            .into());
    }
    let given = Given::nothing(command.judgement.today.unwrap_or_else(today));
    let asker = Asker::new(&command.network, &policy, given.today)?;
    let judge = Judge {
        library: &library,
        policy: &policy,
        catalogue: &catalogue,
        given: &given,
        judgement: &command.judgement,
    };
    match command.urls.as_slice() {
        [url] if !fleet::is_meant(command) => {
            let site = asker.site(Some(url))?;
            let report = |report: &Report<'_>| output::publish(report, &command.output, color);
            judge.with_report(url, site.as_ref(), report)
        }
        _ => fleet::run(command, color, &judge, &asker),
    }
}

impl Judge<'_> {
    /// Asks one site, and hands on the report; the answer is the exit code.
    pub(super) fn with_report<E>(
        &self,
        url: &str,
        site: Option<&Site>,
        hand_on: impl FnOnce(&Report<'_>) -> Result<(), E>,
    ) -> Result<u8, E> {
        let measured = OnceLock::new();
        let ask = site.map(|site| {
            let measured = &measured;
            move || {
                let begun = Instant::now();
                let facts = site.ask();
                let seconds = begun.elapsed().as_secs_f64();
                let seconds = site.is_on_the_network().then_some(seconds);
                measured.get_or_init(|| Measured::of(&facts, seconds));
                facts
            }
        });
        let request = Request {
            target: Target { path: None, url: Some(url.to_owned()) },
            project: None,
            name: url.to_owned(),
            given: self.given,
            site: ask.as_ref().map(|ask| ask as &(dyn Fn() -> Facts + Sync)),
        };
        let mut report = audit(&request, self.library, self.policy, self.catalogue);
        report.measured = measured.get().cloned();
        let report = shown(report, self.policy);
        hand_on(&report)?;
        Ok(code(&report, self.judgement))
    }
}
