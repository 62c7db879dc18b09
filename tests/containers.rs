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

/// A fact of the image that a Dockerfile makes, of a stage if one is named.
fn of_image(dockerfile: &str, target: Option<&str>, fact: &str) -> String {
    let target = target.map_or_else(String::new, |target| format!(", target: {target}"));
    let compose = format!("services:\n  web:\n    build: {{context: .{target}}}\n");
    let facts = facts(&[("Dockerfile", dockerfile), ("compose.yaml", &compose)]);
    facts.at(&format!("docker.images.0.{fact}")).value.to_string()
}

/// Source: the Dockerfile reference of Docker's documentation, read 2026-11-30.
#[test]
fn the_last_stage_or_the_one_that_is_named_makes_the_image() {
    let two = "FROM python:3.13 AS build\nUSER root\nCMD [\"a\"]\nFROM node:24 AS web\nUSER app\nCMD [\"b\"]\n";
    let based = "FROM python:3.13 AS base\nUSER app\nENV A=1\nCMD [\"a\"]\nFROM base AS prod\nENV B=$A\n\
                 FROM base AS dev\nUSER root\nCMD [\"d\"]\n";
    for (dockerfile, target, fact, expected) in [
        (two, None, "base", "\"node\""),
        (two, None, "command", "\"b\""),
        (two, Some("build"), "base", "\"python\""),
        (two, Some("BUILD"), "final-user", "\"root\""),
        (two, Some("0"), "command", "\"a\""),
        (two, Some("1"), "command", "\"b\""),
        // What a stage begins from is part of it.
        (based, None, "runs-as-root", "true"),
        (based, Some("prod"), "runs-as-root", "false"),
        (based, Some("prod"), "command", "\"a\""),
        (based, Some("prod"), "base", "\"python\""),
        // What is only copied from is not.
        (
            "FROM a:1 AS x\nUSER app\nFROM python:3.13\nCOPY --from=x /a /a\n",
            None,
            "runs-as-root",
            "true",
        ),
        // The name of an image may be that of a later stage.
        (
            "FROM node:24\nUSER node\nFROM python:3.13 AS node\nUSER app\n",
            Some("0"),
            "base",
            "\"node\"",
        ),
        // Two stages of a name: the last one before counts.
        ("FROM a:1 AS x\nFROM b:1 AS x\nFROM x\nUSER u\n", None, "base", "\"b\""),
        ("FROM a:1 as x\nFROM X\nUSER u\n", None, "base", "\"a\""),
        ("from a:1\nuser app\ncmd [\"x\"]\n", None, "final-user", "\"app\""),
        ("FROM --platform=$BUILDPLATFORM a:1 AS x\nUSER app\n", None, "base", "\"a\""),
        ("FROM scratch\nUSER 1000\nCOPY app /\n", None, "runs-as-root", "false"),
    ] {
        let found = of_image(dockerfile, target, fact);
        assert_eq!(found, expected, "{dockerfile}\n{target:?} {fact}");
    }
}

#[test]
fn arguments_and_variables_are_what_the_build_makes_of_them() {
    for (dockerfile, fact, expected) in [
        // Before the first stage an argument is for FROM alone.
        ("ARG TAG=3.13\nFROM python:$TAG\nUSER app\n", "base-tag", "\"3.13\""),
        ("ARG TAG=3.13\nFROM python:${TAG}-slim\nUSER app\n", "base-tag", "\"3.13-slim\""),
        ("ARG TAG\nFROM python:${TAG:-3.12}\nUSER app\n", "base-tag", "\"3.12\""),
        ("ARG V=3\nARG TAG=$V.13\nFROM python:$TAG\nUSER app\n", "base-tag", "\"3.13\""),
        ("ARG BASE=build\nFROM python:3.13 AS build\nUSER app\nFROM $BASE\n", "base", "\"python\""),
        (
            "ARG BASE=build\nFROM python:3.13 AS build\nUSER app\nFROM $BASE\n",
            "runs-as-root",
            "false",
        ),
        ("ARG WHO=app\nFROM python:3.13\nARG WHO\nUSER $WHO\n", "final-user", "\"app\""),
        ("FROM python:3.13\nARG WHO=app\nUSER ${WHO}\n", "final-user", "\"app\""),
        (
            "FROM python:3.13 AS x\nARG WHO=app\nFROM python:3.13\nUSER u$WHO\n",
            "final-user",
            "unknown",
        ),
        ("FROM python:3.13\nARG WHO=app\nENV WHO=www\nUSER $WHO\n", "final-user", "\"www\""),
        ("FROM python:3.13\nENV A=1 B=$A\nUSER u$B\n", "final-user", "unknown"),
        ("FROM python:3.13\nENV A=1\nENV A=2 B=$A\nUSER u$B\n", "final-user", "\"u1\""),
        ("FROM python:3.13\nENV WHO app\nUSER $WHO\n", "final-user", "\"app\""),
        ("FROM python:3.13\nUSER '1000'\n", "runs-as-root", "false"),
        ("FROM python:3.13\nUSER 0\n", "runs-as-root", "true"),
        ("FROM python:3.13\nUSER 00:1000\n", "runs-as-root", "true"),
        ("FROM python:3.13\nUSER root:app\n", "runs-as-root", "true"),
        ("FROM python:3.13\nUSER app:root\n", "runs-as-root", "false"),
        ("FROM python:3.13\nUSER app\nUSER root\nUSER 1000:1000\n", "runs-as-root", "false"),
        (
            "FROM python:3.13\nEXPOSE 80 443/tcp\nEXPOSE 53/udp\n",
            "exposed-ports",
            "[\"80\", \"443\", \"53\"]",
        ),
        ("FROM python:3.13\nENV PORT=8000\nEXPOSE $PORT\n", "exposed-ports", "[\"8000\"]"),
    ] {
        let found = of_image(dockerfile, None, fact);
        assert!(found.starts_with(expected), "{dockerfile}\n{fact}: {found}, not {expected}");
    }
}

#[test]
fn lines_heredocs_and_triggers_are_read_as_the_build_reads_them() {
    for (dockerfile, fact, expected) in [
        ("FROM python:3.13\nRUN <<EOF\nUSER root\nCMD x\nEOF\nUSER app\n", "final-user", "\"app\""),
        ("FROM python:3.13\nUSER app\nRUN <<EOF\nUSER root\nEOF\n", "final-user", "\"app\""),
        (
            "FROM python:3.13\nUSER app\nCOPY <<-\"EOF\" /x\n\tUSER root\n\tEOF\nCMD [\"a\"]\n",
            "command",
            "\"a\"",
        ),
        ("FROM python:3.13\nUSER \\\n  app\n", "final-user", "\"app\""),
        ("FROM python:3.13\nRUN a \\\n# USER x\n  && b\nUSER app\n", "final-user", "\"app\""),
        ("# escape=`\nFROM python:3.13\nUSER `\n  app\n", "final-user", "\"app\""),
        // A trigger is for the image that is built on this one.
        ("FROM python:3.13\nUSER app\nONBUILD USER root\n", "final-user", "\"app\""),
        (
            "FROM python:3.13 AS base\nUSER app\nONBUILD USER root\nFROM base\n",
            "final-user",
            "\"root\"",
        ),
        ("FROM python:3.13\nCMD [\"a\", \"b c\"]\n", "command", "\"a 'b c'\""),
        ("FROM python:3.13\nCMD a b\n", "command-form", "\"shell\""),
        ("FROM python:3.13\nCMD [\"a\"\n", "command-form", "\"shell\""),
        ("FROM python:3.13\nENTRYPOINT [\"e\"]\nCMD [\"a\"]\n", "command", "\"e a\""),
        // An entrypoint of a later stage forgets the command of the one below.
        ("FROM python:3.13 AS x\nCMD [\"a\"]\nFROM x\nENTRYPOINT [\"e\"]\n", "command", "\"e\""),
        // An entrypoint for a shell takes no command.
        ("FROM python:3.13\nENTRYPOINT e\nCMD [\"a\"]\n", "command", "\"e\""),
        ("FROM python:3.13\nHEALTHCHECK CMD a\nHEALTHCHECK NONE\n", "healthcheck", "false"),
        ("FROM python:3.13 AS x\nHEALTHCHECK CMD a\nFROM x\n", "healthcheck", "true"),
    ] {
        let found = of_image(dockerfile, None, fact);
        assert!(found.starts_with(expected), "{dockerfile}\n{fact}: {found}, not {expected}");
    }
}
