//! A repository of several services: what is told of each, and what is told once.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use prodcheck::audit::{Request, audit};
use prodcheck::check::library::Overrides;
use prodcheck::check::load::Depth;
use prodcheck::check::{CheckId, Library};
use prodcheck::date::Date;
use prodcheck::knowledge::catalogue;
use prodcheck::policy::{Policy, Status};
use prodcheck::project::{Given, Project};
use prodcheck::report::{Report, Target};

/// How a check stands, and of which service that is told.
fn told(files: &[(&str, &str)], check: &str) -> Vec<(Option<String>, Status)> {
    audited(files, &[check], |report| {
        let lines = report.lines.iter();
        lines.map(|line| (line.service.as_deref().map(str::to_owned), line.status())).collect()
    })
}

/// What is to be seen in the report of an audit by some checks.
fn audited<T>(files: &[(&str, &str)], checks: &[&str], seen: impl FnOnce(&Report<'_>) -> T) -> T {
    let catalogue = catalogue();
    let library =
        Library::built_in(&catalogue, &Overrides::new(), Depth::Judging).map_err(drop).unwrap();
    let only = checks.iter().map(|id| CheckId::new(id)).collect();
    let policy = Policy { only, ..Policy::default() };
    let project = Project::of_texts(files.iter().copied());
    let given = Given::nothing(Date::parse("2026-11-30").unwrap());
    let request = Request {
        target: Target::default(),
        project: Some(&project),
        name: "shop".to_owned(),
        given: &given,
        site: None,
    };
    seen(&audit(&request, &library, &policy, &catalogue))
}

const SERVICES: [(&str, &str); 4] = [
    ("a/manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a.settings')\n"),
    ("a/a/settings.py", "DEBUG = True\nSECRET_KEY = 'x'\n"),
    ("b/manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'b.settings')\n"),
    ("b/b/settings.py", "DEBUG = False\nSECRET_KEY = 'x'\n"),
];

#[test]
fn each_service_is_judged_by_its_own_files() {
    assert_eq!(
        told(&SERVICES, "django/debug-off"),
        [(Some("a".to_owned()), Status::Fail), (Some("b".to_owned()), Status::Pass)]
    );
}

#[test]
fn that_a_check_applies_to_no_service_is_told_once() {
    assert_eq!(
        told(&SERVICES, "nginx/autoindex-off"),
        [(None, Status::NotApplicable)],
        "no nginx is here"
    );
}

#[test]
fn what_no_service_can_tell_is_told_once() {
    assert_eq!(told(&SERVICES, "tls/https-answers"), [(None, Status::Unknown)], "no URL was given");
}

#[test]
fn a_check_that_applies_to_one_service_is_told_of_both() {
    let nginx = [("a/deploy/nginx.conf", "server { location /media/ { alias /srv/media/; } }")];
    let files: Vec<_> = SERVICES.into_iter().chain(nginx).collect();
    assert_eq!(
        told(&files, "nginx/autoindex-off"),
        [(Some("a".to_owned()), Status::Pass), (Some("b".to_owned()), Status::NotApplicable)]
    );
}

#[test]
fn what_a_shared_file_tells_is_told_once() {
    let nginx =
        [("deploy/nginx.conf", "server { location /media/ { alias /srv/media/; autoindex on; } }")];
    let files: Vec<_> = SERVICES.into_iter().chain(nginx).collect();
    assert_eq!(told(&files, "nginx/autoindex-off"), [(None, Status::Fail)]);
}

#[test]
fn a_shared_item_is_told_once_whatever_its_number_in_each_service() {
    let image = "FROM python:3.9-slim\nCMD [\"gunicorn\", \"shop.wsgi\"]";
    let own = [("b/Dockerfile", image), ("tools/Dockerfile", image), ("web/Dockerfile", image)];
    let files = [&SERVICES[..], &own[..]].concat();
    let found = told(&files, "docker/base-image-supported");
    let of = |service: Option<&str>| {
        found.iter().filter(|(told_of, _)| told_of.as_deref() == service).count()
    };
    assert_eq!((of(Some("a")), of(Some("b")), of(None)), (0, 1, 2), "{found:?}");
}

#[test]
fn a_failure_is_told_by_the_graver_check_of_the_same_control_where_that_fails_too() {
    let both = ["cookies/session-secure", "django/session-cookie-secure"];
    let files = [
        ("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n"),
        (
            "settings.py",
            "INSTALLED_APPS = ['django.contrib.sessions']\n\
             MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']\n",
        ),
    ];
    let told_by = |checks: &[&str]| {
        audited(&files, checks, |report| {
            let failures = report.lines.iter().filter(|line| line.status() == Status::Fail);
            let told_by = |id: Option<&CheckId>| id.map(ToString::to_string);
            failures
                .map(|line| (line.check.id.to_string(), told_by(line.told_by)))
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(
        told_by(&both),
        [(both[0].to_owned(), None), (both[1].to_owned(), Some(both[0].to_owned()))]
    );
    assert_eq!(told_by(&both[1..]), [(both[1].to_owned(), None)]);
}
