//! `prodcheck probe`: sites without files, one in full or many in a line each.

use std::io::Write;

use super::arguments::{Judgement, Probe, When};
use super::site::{Asker, Site, only_live, write_line};
use super::{code, graver, output, setup, shown, today};
use crate::audit::{Request, audit};
use crate::check::Library;
use crate::check::load::Depth;
use crate::fact::{Catalogue, Facts};
use crate::knowledge::catalogue;
use crate::policy::Policy;
use crate::problem::Problem;
use crate::project::Given;
use crate::report::{Report, Target};

/// Sites that are asked at the same time.
const SITES_AT_ONCE: usize = 32;

/// What judges every site alike.
struct Judge<'a> {
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
    let given = Given::nothing(command.judgement.today.unwrap_or_else(today));
    if command.network.http_url.is_some() && command.urls.len() > 1 {
        let problem = Problem::new("`--http-url` is for one site, and several are named");
        return Err(problem.with_hint("probe them one by one").into());
    }
    let asker = Asker::new(&command.network, &policy, given.today)?;
    let mut sites = Vec::new();
    for url in &command.urls {
        sites.push((url.as_str(), asker.site(Some(url))?));
    }
    let judge = Judge {
        library: &library,
        policy: &policy,
        catalogue: &catalogue,
        given: &given,
        judgement: &command.judgement,
    };
    match sites.as_slice() {
        [(url, site)] => judge.with_report(url, site.as_ref(), |report| {
            output::publish(report, &command.output, color)
        }),
        many => judge.in_lines(many, command, color),
    }
}

impl Judge<'_> {
    /// Asks one site, and hands on the report; the answer is the exit code.
    fn with_report<E>(
        &self,
        url: &str,
        site: Option<&Site>,
        hand_on: impl FnOnce(&Report<'_>) -> Result<(), E>,
    ) -> Result<u8, E> {
        let ask = site.map(|site| || site.ask());
        let request = Request {
            target: Target { path: None, url: Some(url.to_owned()) },
            project: None,
            name: url.to_owned(),
            given: self.given,
            site: ask.as_ref().map(|ask| ask as &(dyn Fn() -> Facts + Sync)),
        };
        let report = audit(&request, self.library, self.policy, self.catalogue);
        let report = shown(report, self.policy);
        hand_on(&report)?;
        Ok(code(&report, self.judgement))
    }

    /// Asks many sites, and tells of each in a line, in the order in which they were named.
    fn in_lines(
        &self,
        sites: &[(&str, Option<Site>)],
        command: &Probe,
        color: When,
    ) -> anyhow::Result<u8> {
        let line = |url: &str, site: Option<&Site>| {
            let mut line = Vec::new();
            self.with_report(url, site, |report| {
                write_line(report, command.output.format, &mut line)
            })
            .map(|code| (line, code))
        };
        let mut out = output::stdout(color);
        let mut worst = 0;
        for together in sites.chunks(SITES_AT_ONCE) {
            let told: Vec<_> = std::thread::scope(|scope| {
                let ask = |(url, site): &'_ (&str, Option<Site>)| line(url, site.as_ref());
                let asking: Vec<_> =
                    together.iter().map(|site| scope.spawn(move || ask(site))).collect();
                asking.into_iter().filter_map(|asking| asking.join().ok()).collect()
            });
            for told in told {
                let (line, code) = told?;
                output::quiet_end(out.write_all(&line))?;
                worst = graver(worst, code);
            }
        }
        Ok(worst)
    }
}
