//! What the stages of a Dockerfile come to, as tables. Source: the Dockerfile reference of Docker's
//! documentation, read 2026-11-30.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};

/// A fact of the image that a Dockerfile makes, of a stage if one is named.
fn of_image(dockerfile: &str, target: Option<&str>, fact: &str) -> String {
    let target = target.map_or_else(String::new, |target| format!(", target: {target}"));
    let compose = format!("services:\n  web:\n    build: {{context: .{target}}}\n");
    let project = Project::of_texts([("Dockerfile", dockerfile), ("compose.yaml", &*compose)]);
    let given = Given::nothing(Date::parse("2026-11-21").unwrap());
    let service = &services(&project, "shop").remove(0);
    let facts = collect::service(&project, service, &given, &catalogue());
    facts.at(&format!("docker.images.0.{fact}")).value.to_string()
}

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
            "FROM python:3.13\nUSER app\nRUN cat <<A >/a && cat <<B >/b\nUSER root\nA\nUSER x\nB\nCMD [\"a\"]\n",
            "final-user",
            "\"app\"",
        ),
        (
            "FROM python:3.13\nUSER app\nCOPY <<a <<b /c/\nUSER root\na\nUSER x\nb\nCMD [\"a\"]\n",
            "command",
            "\"a\"",
        ),
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
