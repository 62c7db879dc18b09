//! What Dockerfiles and compose files come to, as tables: the facts of small projects.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::Facts;
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};

fn facts(files: &[(&str, &str)]) -> Facts {
    let project = Project::of_texts(files.iter().copied());
    let given = Given::nothing(Date::parse("2026-11-21").unwrap());
    let service = &services(&project, "shop").remove(0);
    collect::service(&project, service, &given, &catalogue())
}

/// A fact in one line, with its line if it has one.
fn told(facts: &Facts, path: &str) -> String {
    let fact = facts.at(path);
    match &fact.provenance.place {
        Some(place) => format!("{} [{place}]", fact.value),
        None => fact.value.to_string(),
    }
}

/// The service of a base file with an overlay of production on top.
fn merged(base: &str, over: &str) -> Facts {
    let wrap = |service: &str| format!("services:\n  web:\n{service}");
    let base = wrap(&format!("    build: .\n{base}"));
    facts(&[
        ("docker-compose.yml", base.as_str()),
        ("docker-compose.prod.yml", wrap(over).as_str()),
    ])
}

#[test]
fn an_overlay_is_merged_as_compose_does() {
    for (base, over, path, expected) in [
        // Single values are replaced.
        ("    restart: always", "    restart: unless-stopped", "restart", "\"unless-stopped\""),
        ("    user: app", "    restart: always", "user", "\"app\""),
        // Commands are replaced as a whole.
        ("    command: [a, b, c]", "    command: [x]", "command", "\"x\""),
        ("    command: a b", "    command: [x, y z]", "command", "\"x 'y z'\""),
        // Ports are joined, and the same port is one.
        ("    ports: ['1:1']", "    ports: ['2:2']", "ports.1.target", "\"2\""),
        ("    ports: ['1:1']", "    ports: ['1:1']", "ports.1", "not set"),
        ("    ports: ['1:1']", "    ports: !override ['2:2']", "ports.1", "not set"),
        ("    ports: ['1:1']", "    ports: !reset []", "ports", "[]"),
        // Mounts are one for each path inside.
        ("    volumes: ['.:/app']", "    volumes: ['code:/app']", "source-mounted", "false"),
        ("    volumes: ['.:/app']", "    volumes: ['data:/data']", "source-mounted", "true"),
        // Maps are merged to their depth.
        (
            "    deploy: {resources: {limits: {memory: 1G}}}",
            "    deploy: {resources: {limits: {cpus: '1'}}}",
            "memory-limit",
            "\"1G\"",
        ),
        (
            "    healthcheck: {test: [CMD, 'true']}",
            "    healthcheck: {disable: true}",
            "healthcheck",
            "false",
        ),
    ] {
        let facts = merged(base, over);
        let found = facts.at(&format!("compose.services.0.{path}")).value.to_string();
        assert_eq!(found, expected, "{base}\nunder\n{over}");
    }
}

#[test]
fn environments_are_merged_by_name_in_either_form() {
    let base = "    environment: [A=1, B=1, 'C']\n    env_file: [a.env]";
    let over = "    environment: {B: 2, D: !!str 4, E: true, F: }\n    env_file: b.env";
    let wrap = |service: &str| format!("services:\n  web:\n    build: .\n{service}");
    let facts = facts(&[
        ("docker-compose.yml", &wrap(base)),
        ("docker-compose.prod.yml", &format!("services:\n  web:\n{over}")),
        ("a.env", "A=9\nX=1\nY=1"),
        ("b.env", "Y=2\nZ=${W:-z}"),
        (".env", "C=3"),
    ]);
    for (name, expected) in [
        ("A", "\"1\" [docker-compose.yml:4]"),
        ("B", "\"2\" [docker-compose.prod.yml:3]"),
        ("C", "\"3\" [docker-compose.yml:4]"),
        ("D", "\"4\" [docker-compose.prod.yml:3]"),
        ("E", "\"true\" [docker-compose.prod.yml:3]"),
        ("F", "unknown (`F` is given when the containers are started) [docker-compose.prod.yml:3]"),
        ("X", "\"1\" [a.env:2]"),
        ("Y", "\"2\" [b.env:1]"),
        ("Z", "\"z\" [b.env:2]"),
        ("NONE", "not set"),
    ] {
        assert_eq!(told(&facts, &format!("compose.environment.{name}")), expected, "{name}");
    }
    assert_eq!(facts.at("compose.env-files").value.to_string(), "[\"a.env\", \"b.env\"]");
}

#[test]
fn an_environment_file_that_is_not_here_leaves_the_rest_unknown() {
    let compose = |entry: &str| format!("services:\n  web:\n    build: .\n    env_file: {entry}");
    for (entry, expected) in [
        (".env.prod", "unknown (`.env.prod` is not in the project)"),
        ("[{path: .env.prod, required: true}]", "unknown (`.env.prod` is not in the project)"),
        ("[{path: .env.prod, required: false}]", "not set"),
        ("${FILE}", "unknown (`FILE` is given when the containers are started)"),
    ] {
        let facts = facts(&[("compose.yaml", &compose(entry))]);
        assert_eq!(facts.at("compose.environment.DEBUG").value.to_string(), expected, "{entry}");
    }
}

#[test]
fn production_is_told_from_the_rest() {
    let web = "services:\n  web:\n    build: .";
    let overlay = "services:\n  web:\n    restart: always";
    for (files, expected) in [
        (vec![("docker-compose.yml", web)], "[\"docker-compose.yml\"]"),
        (vec![("compose.yaml", web), ("compose.override.yaml", overlay)], "[\"compose.yaml\"]"),
        (
            vec![("compose.yaml", web), ("compose.prod.yaml", overlay)],
            "[\"compose.yaml\", \"compose.prod.yaml\"]",
        ),
        (vec![("compose.yaml", web), ("compose.prod.yaml", web)], "[\"compose.prod.yaml\"]"),
        (
            vec![
                ("compose.yaml", web),
                ("compose.prod.yaml", web),
                ("README.md", "docker compose -f compose.yaml -f compose.prod.yaml up -d"),
            ],
            "[\"compose.yaml\", \"compose.prod.yaml\"]",
        ),
        (vec![("production.yml", web), ("local.yml", web)], "[\"production.yml\"]"),
        (
            vec![("docker-compose.yml", web), ("deploy/compose.yml", web)],
            "[\"deploy/compose.yml\"]",
        ),
        (
            vec![("docker-compose.yml", web), ("a/docker-compose.yml", web)],
            "[\"docker-compose.yml\"]",
        ),
    ] {
        let facts = facts(&files);
        assert_eq!(facts.at("compose.files").value.to_string(), expected, "{files:?}");
    }
}

#[test]
fn compose_files_for_development_are_not_judged() {
    let service = |line: &str| format!("services:\n  web:\n    build: .\n    {line}");
    for text in [
        "services:\n  db:\n    image: postgres:17".to_owned(),
        "services:\n  web:\n    build: {context: ., dockerfile: docker/local.Dockerfile}"
            .to_owned(),
        "services:\n  web:\n    build: {context: ., target: development}".to_owned(),
        service("env_file: .env.dev"),
        service("environment: [DJANGO_SETTINGS_MODULE=shop.settings.local]"),
        service("entrypoint: ./docker-entrypoint.dev.sh"),
        format!("# For local development.\n{}", service("restart: always")),
    ] {
        let program = ("shop/app.py", "");
        assert!(!facts(&[("docker-compose.yml", &text), program]).found("compose"), "{text}");
        assert!(facts(&[("docker-compose.prod.yml", &text), program]).found("compose"), "{text}");
    }
    // Without a program that could be started by hand, the databases are all there is.
    let alone = "services:\n  db:\n    image: postgres:17";
    assert!(facts(&[("docker-compose.yml", alone)]).found("compose"));
}

#[test]
fn the_dockerfile_of_production_is_found() {
    let from = "FROM python:3.13";
    let compose = "services:\n  web:\n    build: {context: ., dockerfile: docker/Dockerfile}";
    for (files, expected) in [
        (vec![("Dockerfile", from), ("Dockerfile.dev", from)], "Dockerfile"),
        (vec![("Dockerfile", from), ("Dockerfile.prod", from)], "Dockerfile.prod"),
        (
            vec![("Dockerfile", from), ("docker/production.Dockerfile", from)],
            "docker/production.Dockerfile",
        ),
        (
            vec![
                ("compose/production/django/Dockerfile", from),
                ("compose/local/django/Dockerfile", from),
            ],
            "compose/production/django/Dockerfile",
        ),
        (
            vec![("Dockerfile", from), ("docker/Dockerfile", from), ("compose.yaml", compose)],
            "docker/Dockerfile",
        ),
    ] {
        let facts = facts(&files);
        let images = facts.at("docker.images");
        let paths: Vec<&str> = images
            .value
            .items()
            .iter()
            .filter_map(|image| image.value.field("path")?.value.text())
            .collect();
        assert_eq!(paths, [expected], "{files:?}");
    }
}

#[test]
fn what_an_image_starts_is_one_command_line() {
    for (text, expected) in [
        ("CMD [\"gunicorn\", \"a b\"]", "\"gunicorn 'a b'\""),
        ("CMD gunicorn $X", "\"gunicorn $X\""),
        ("ENTRYPOINT [\"/run.sh\"]\nCMD [\"gunicorn\"]", "\"/run.sh gunicorn\""),
        ("ENTRYPOINT [\"/run.sh\"]\nCMD gunicorn x", "\"/run.sh /bin/sh -c 'gunicorn x'\""),
        ("ENTRYPOINT gunicorn x\nCMD [\"y\"]", "\"gunicorn x\""),
        ("CMD [\"a\"]\nCMD [\"b\"]", "\"b\""),
        ("CMD gunicorn \\\n  # note\n  x", "\"gunicorn   x\""),
    ] {
        let facts = facts(&[("Dockerfile", &format!("FROM python:3.13\n{text}\n"))]);
        assert_eq!(facts.at("docker.commands.0.command").value.to_string(), expected, "{text}");
    }
}

#[test]
fn a_command_that_compose_replaces_does_not_count() {
    let facts = facts(&[
        ("Dockerfile", "FROM python:3.13\nCMD python manage.py runserver\n"),
        ("compose.yaml", "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi"),
    ]);
    assert_eq!(facts.at("docker.commands").value.to_string(), "[]");
    assert_eq!(
        told(&facts, "compose.commands.0.command"),
        "\"gunicorn shop.wsgi\" [compose.yaml:4]"
    );
}

#[test]
fn published_ports_are_read_in_every_form() {
    for (port, published, target, public) in [
        ("'5432'", "not set", "\"5432\"", "true"),
        ("5432", "not set", "\"5432\"", "true"),
        ("'1:2'", "\"1\"", "\"2\"", "true"),
        ("'127.0.0.1:1:2/udp'", "\"1\"", "\"2\"", "false"),
        ("'127.0.0.1::2'", "not set", "\"2\"", "false"),
        ("'[::1]:1:2'", "\"1\"", "\"2\"", "false"),
        ("'[::]:1:2'", "\"1\"", "\"2\"", "true"),
        ("'10.0.0.3:1:2'", "\"1\"", "\"2\"", "false"),
        ("'203.0.113.9:1:2'", "\"1\"", "\"2\"", "true"),
        ("'3000-3005:3000-3005'", "\"3000-3005\"", "\"3000-3005\"", "true"),
        ("{target: 2, published: 1}", "\"1\"", "\"2\"", "true"),
        ("{target: 2, published: '1', host_ip: 127.0.0.1}", "\"1\"", "\"2\"", "false"),
        ("'${PORT:-1}:2'", "\"1\"", "\"2\"", "true"),
        (
            "'127.0.0.1:${PORT}:2'",
            "unknown (the port is given when the containers are started)",
            "\"2\"",
            "false",
        ),
    ] {
        let compose = format!("services:\n  web:\n    build: .\n    ports: [{port}]");
        let facts = facts(&[("compose.yaml", &compose)]);
        let field =
            |name: &str| facts.at(&format!("compose.services.0.ports.0.{name}")).value.to_string();
        assert_eq!(
            [field("published"), field("target"), field("public")],
            [published, target, public],
            "{port}"
        );
    }
}

#[test]
fn includes_extends_and_profiles_are_followed() {
    let facts = facts(&[
        (
            "compose.yaml",
            "include: [data.yaml, {path: [more.yaml]}]\nservices:\n  web:\n    extends: {file: base.yaml, service: app}\n    user: '1000'\n  shell:\n    build: .\n    profiles: [debug]",
        ),
        ("data.yaml", "services:\n  db:\n    image: postgres:17"),
        ("more.yaml", "services:\n  cache:\n    image: redis:8"),
        (
            "base.yaml",
            "services:\n  app:\n    extends: root\n    restart: always\n  root:\n    build: .\n    read_only: true",
        ),
    ]);
    let services = facts.at("compose.services");
    let names: Vec<&str> = services
        .value
        .items()
        .iter()
        .filter_map(|each| each.value.field("name")?.value.text())
        .collect();
    assert_eq!(names, ["db", "cache", "web"]);
    for (path, expected) in [
        ("user", "\"1000\" [compose.yaml:5]"),
        ("restart", "\"always\" [base.yaml:4]"),
        ("read-only", "true [base.yaml:7]"),
        ("build", "true [base.yaml:6]"),
    ] {
        assert_eq!(told(&facts, &format!("compose.services.2.{path}")), expected, "{path}");
    }
}

#[test]
fn what_cannot_be_read_is_unknown_and_not_empty() {
    for (compose, why) in [
        ("services: {{ x }}", "no YAML: line 1"),
        ("include: compose.yaml", "included through too many files"),
        (
            "services:\n  web:\n    extends: none",
            "extends a service that `compose.yaml` does not have",
        ),
        ("include: none.yaml", "`none.yaml` is not in the project"),
    ] {
        let facts = facts(&[("compose.yaml", compose)]);
        let found = facts.at("compose.services").value.to_string();
        assert_eq!(found, "[… perhaps more]", "{compose}");
        let rest = facts.at("compose.environment.X").value.to_string();
        assert!(rest.contains(why), "{compose}: {rest}");
    }
}
