//! By whose clock jobs run that have an hour of the day: that of the container, or that of the program.
//!
//! A container has UTC unless `TZ` says otherwise. (cron(8) and crontab(5) of Debian; Kubernetes, "`CronJob`:
//! Time zones", read 2026-11.)

use std::collections::BTreeSet;

use super::crontab::{is_crontab, job};
use super::inside::{Around, mounts};
use crate::fact::{Fact, FactSpec, Kind, Origin, Place, ProjectPath, Value};

/// The fields of one job.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("schedule", Kind::Text, "When it runs, as written."),
    FactSpec::new("zone", Kind::Text, "The time zone by which it runs."),
    FactSpec::new("program-zone", Kind::Text, "The time zone of the program (`TIME_ZONE`)."),
    FactSpec::new("alike", Kind::Bool, "Whether the two are one clock all year."),
];

/// Names of the clock that has no summer time and no offset.
const UTC: &[&str] =
    &["UTC", "Etc/UTC", "Etc/GMT", "GMT", "Z", "Zulu", "Etc/Zulu", "Universal", "UCT", "Etc/UCT"];

/// The jobs that run at an hour of the day in containers; none if the project does not say the program's
/// own zone.
pub(super) fn schedules(around: &Around<'_>) -> Option<Fact> {
    let zone = around.facts.at("django.settings.TIME_ZONE").into_owned();
    let program = zone.value.text().filter(|_| zone.provenance.origin != Origin::Default)?;
    let mut found = Vec::new();
    for job in around.facts.at("kubernetes.schedules").value.items() {
        let (Some(schedule), Some(zone)) = (job.text_of("schedule"), job.text_of("zone")) else {
            continue;
        };
        if has_hour(schedule) {
            let place = job.provenance.place.clone();
            found.extend(place.map(|place| record(schedule, zone, program, place)));
        }
    }
    let of_containers = zone_of_containers(around);
    for path in crontabs(around) {
        let Ok(text) = around.project.read(&path) else { continue };
        let zone = of_file(text).unwrap_or(&of_containers);
        for (line, number) in text.lines().zip(1_u32..) {
            if let Some((schedule, _)) = job(line).filter(|(schedule, _)| has_hour(schedule)) {
                found.push(record(&schedule, zone, program, Place::line(&path, number)));
            }
        }
    }
    (!found.is_empty()).then(|| Fact::derived(found))
}

/// The time zone of the program's containers.
fn zone_of_containers(around: &Around<'_>) -> String {
    let named = ["compose.environment.TZ", "docker.environment.TZ"]
        .iter()
        .find_map(|variable| around.facts.at(variable).value.text().map(str::to_owned));
    named.unwrap_or_else(|| "UTC".to_owned())
}

/// The crontabs that are brought into containers.
fn crontabs(around: &Around<'_>) -> BTreeSet<ProjectPath> {
    let is_listed = |path: &ProjectPath| is_crontab(path) && around.project.has_listed(path);
    let mut found = BTreeSet::new();
    for image in around.facts.at("docker.images").value.items() {
        let copies = image.value.field("copies").map_or(&[][..], |copies| copies.value.items());
        let paths = copies.iter().filter_map(|copy| copy.text_of("path").map(ProjectPath::new));
        found.extend(paths.filter(is_listed));
    }
    // What the image of another sets is not known.
    for service in around.facts.at("compose.services").value.items() {
        let mounted = mounts(service).filter(|_| service.holds("application")).unwrap_or_default();
        found.extend(mounted.into_iter().filter_map(|mount| mount.path).filter(is_listed));
    }
    found
}

fn record(schedule: &str, zone: &str, program: &str, place: Place) -> Fact {
    let alike = zone == program || UTC.contains(&zone) && UTC.contains(&program);
    let fields = [
        ("schedule", Value::from(schedule)),
        ("zone", Value::from(zone)),
        ("program-zone", Value::from(program)),
        ("alike", Value::from(alike)),
    ];
    let fields = fields.map(|(name, value)| (name, Fact::derived(value).at(place.clone())));
    Fact::derived(Value::record(fields)).at(place)
}

/// The zone that a crontab names for all of its jobs.
fn of_file(text: &str) -> Option<&str> {
    let zone = |line: &'_ str| -> Option<usize> {
        ["CRON_TZ=", "TZ="]
            .iter()
            .find(|start| line.trim_start().starts_with(**start))
            .map(|it| it.len())
    };
    text.lines().find_map(|line| {
        let length = zone(line)?;
        Some(line.trim().get(length..)?.trim_matches(['"', '\'']))
    })
}

/// Whether a schedule names an hour of the day.
fn has_hour(schedule: &str) -> bool {
    let hour = schedule.split_whitespace().nth(1).unwrap_or("*");
    hour.chars().all(|c| c.is_ascii_digit() || c == ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_the_day_is_a_number() {
        for (schedule, told) in [
            ("0 3 * * *", true),
            ("0 3,15 * * 1-5", true),
            ("*/5 * * * *", false),
            ("@daily", false),
        ] {
            assert_eq!(has_hour(schedule), told, "{schedule}");
        }
    }
}
