//! What is told of whole sets of files that start a program.

use super::*;
use crate::collect::collected;
use crate::date::Date;
use crate::project::{Given, Project};

fn facts(files: &[(&str, &str)], so_far: &Facts) -> Facts {
    let project = Project::of_texts(files.iter().copied());
    let given = Given::nothing(Date::parse("2026-11-21").unwrap());
    collected(&Server, &project, &given, so_far)
}

/// Facts of containers: their commands.
fn commands(path: &str, lines: &[&str]) -> Facts {
    let place = || crate::fact::Place::line(&ProjectPath::new("Dockerfile"), 9);
    let command = |line: &&str| {
        let record = Value::record([("command", Fact::literal(*line, place()))]);
        Fact::literal(record, place())
    };
    let mut facts = Facts::default();
    facts.put(path, Fact::derived(lines.iter().map(command).collect::<Vec<_>>()));
    facts
}

fn told(facts: &Facts, list: &str, fields: &[&str]) -> Vec<String> {
    let list = facts.at(list);
    let row = |item: &Fact| {
        let field = |name: &&str| item.value.field(name).unwrap().value.to_string();
        fields.iter().map(field).collect::<Vec<_>>().join(" ").replace('"', "")
    };
    list.value.items().iter().map(row).collect()
}

const SETTINGS: &[&str] =
    &["bind", "bind-loopback", "workers", "timeout", "reload", "forwarded-allow-ips", "proxy-only"];

fn settings_of(line: &str, config: &str) -> Vec<String> {
    let unit = format!("[Service]\nExecStart={line}\n");
    let mut files = vec![("shop.service", unit.as_str())];
    if !config.is_empty() {
        files.push(("gunicorn.conf.py", config));
    }
    told(&facts(&files, &Facts::default()), "server.gunicorns", SETTINGS)
}

#[test]
fn the_file_is_found_in_every_form_that_names_it() {
    for (asked, file) in [
        ("gunicorn.conf", "gunicorn.conf"),
        ("file:deploy/gunicorn.py", "deploy/gunicorn.py"),
        ("python:deploy.gunicorn_config", "deploy/gunicorn_config.py"),
    ] {
        let start = format!("web: gunicorn -c {asked} x");
        let files = [("Procfile", start.as_str()), (file, "workers = 3")];
        let seen = told(&facts(&files, &Facts::default()), "server.gunicorns", &["workers"]);
        assert_eq!(seen, ["3"], "{asked}");
    }
}

#[test]
fn flags_win_over_the_file_and_the_file_over_defaults() {
    let file = "from machine import cores\nbind = \"0.0.0.0:9000\"\nworkers = 4  # four\ntimeout = cores() * 2\n";
    for (line, config, settings) in [
        ("gunicorn x", "", "127.0.0.1:8000 true 1 30 false 127.0.0.1,::1 true"),
        (
            "gunicorn x -b 0.0.0.0:8000 --reload --timeout 0 --forwarded-allow-ips=\"*\"",
            "",
            "0.0.0.0:8000 false 1 0 true * false",
        ),
        (
            "gunicorn x -w4 -b unix:/run/x.sock",
            "",
            "unix:/run/x.sock true 4 30 false 127.0.0.1,::1 true",
        ),
        (
            "gunicorn x",
            file,
            "0.0.0.0:9000 false 4 unknown (what `machine.cores(…)` gives (gunicorn.conf.py:4) is known only when it runs) false 127.0.0.1,::1 false",
        ),
        (
            "gunicorn x --workers $N",
            "import multiprocessing\nworkers = multiprocessing.cpu_count() * 2 + 1",
            "127.0.0.1:8000 true unknown (`N` is given when the server starts) 30 false 127.0.0.1,::1 true",
        ),
        (
            "gunicorn x --workers 2 -t 5 -b [::1]:1",
            file,
            "[::1]:1 true 2 5 false 127.0.0.1,::1 true",
        ),
    ] {
        assert_eq!(settings_of(line, config), [settings], "{line}");
    }
}

#[test]
fn a_platform_may_say_how_many_workers_a_procfile_starts() {
    for (line, workers) in [
        ("gunicorn x", "unknown (the platform may give `WEB_CONCURRENCY`)"),
        ("gunicorn x -w 3", "3"),
    ] {
        let procfile = format!("web: {line}");
        let facts = facts(&[("Procfile", &procfile)], &Facts::default());
        assert_eq!(told(&facts, "server.gunicorns", &["workers"]), [workers], "{line}");
    }
}

#[test]
fn what_the_environment_gives_is_filled_in_or_unknown() {
    for (line, config, settings) in [
        ("gunicorn x -b 0.0.0.0:$PORT", "", "0.0.0.0:$PORT false 1 30 false 127.0.0.1,::1 true"),
        (
            "gunicorn x --workers $N --bind $ADDRESS",
            "",
            "unknown (`ADDRESS` is given when the server starts) unknown (`ADDRESS` is given when the \
             server starts) unknown (`N` is given when the server starts) 30 false 127.0.0.1,::1 unknown \
             (`ADDRESS` is given when the server starts)",
        ),
        ("gunicorn x --workers ${N:-3}", "", "127.0.0.1:8000 true 3 30 false 127.0.0.1,::1 true"),
        ("WEB_CONCURRENCY=5 gunicorn x", "", "127.0.0.1:8000 true 5 30 false 127.0.0.1,::1 true"),
        (
            "GUNICORN_CMD_ARGS='--workers 6 --reload' gunicorn x -w 2",
            "",
            "127.0.0.1:8000 true 2 30 true 127.0.0.1,::1 true",
        ),
    ] {
        assert_eq!(settings_of(line, config), [settings], "{line}");
    }
}

#[test]
fn a_configuration_that_is_not_here_hides_what_it_may_set() {
    let files = [("Procfile", "web: gunicorn -c /etc/g.py x -w 3")];
    let facts = facts(&files, &Facts::default());
    assert_eq!(
        told(&facts, "server.gunicorns", &["workers", "timeout"]),
        ["3 unknown (gunicorn's configuration `/etc/g.py` is not in the project)"]
    );
}

#[test]
fn scripts_are_followed_to_the_server_they_start() {
    let script = "#!/bin/sh\nset -e\n# gunicorn old\npython manage.py migrate\nexec gunicorn shop.wsgi \\\n  -w 4\n";
    let files = [("docker/entrypoint.sh", script)];
    let facts = facts(&files, &commands("docker.commands", &["/entrypoint.sh"]));
    assert_eq!(
        told(&facts, "server.commands", &["program", "command", "in-container"]),
        ["other python manage.py migrate true", "gunicorn gunicorn shop.wsgi -w 4 true"]
    );
    assert_eq!(facts.at("server.gunicorn.workers").value, Value::Int(4));
}

#[test]
fn an_entry_point_runs_what_follows_it() {
    let files = [("entrypoint.sh", "python manage.py migrate\nexec \"$@\"\n")];
    for line in ["./entrypoint.sh gunicorn x", "./entrypoint.sh sh -c ' gunicorn x '"] {
        let facts = facts(&files, &commands("docker.commands", &[line]));
        assert_eq!(told(&facts, "server.programs", &["name"]), ["gunicorn"], "{line}");
    }
}

#[test]
fn a_development_server_beside_one_for_production_is_doubted() {
    let why = "starts a server for production, and which of the two runs is not told";
    let compose = commands("compose.commands", &["python manage.py runserver"]);
    let procfile = [("Procfile", "web: gunicorn x")];
    let expected = format!("runserver unknown (Procfile:1 {why})");
    let found = facts(&procfile, &compose);
    let rows = told(&found, "server.commands", &["program", "development"]);
    assert_eq!(rows, [expected, "gunicorn false".to_owned()]);
    let script = [("run.sh", "if dev; then\n python manage.py runserver\nelse\n gunicorn x\nfi\n")];
    let found = facts(&script, &commands("docker.commands", &["./run.sh"]));
    let rows = told(&found, "server.commands", &["program", "development"]);
    let why = "the script starts this server or another one";
    assert_eq!(rows[1..], [format!("runserver unknown ({why})"), "gunicorn false".to_owned()]);
}

#[test]
fn scripts_serve_by_themselves_by_a_server_or_not_at_all() {
    for (text, answer) in [
        ("app.run(host='0.0.0.0')", "python-script true true"),
        ("uvicorn.run('main:app')", "python-script true false"),
        ("# app.run()\nprint(1)", "other false false"),
        (
            "serve(app)\napp.run()",
            "python-script true unknown (`app.py` can start by a real server or by its framework's own)",
        ),
    ] {
        let so_far = commands("docker.commands", &["python backend/app.py"]);
        let facts = facts(&[("backend/app.py", text)], &so_far);
        assert_eq!(
            told(&facts, "server.commands", &["program", "web", "development"]),
            [answer],
            "{text}"
        );
    }
}

#[test]
fn development_servers_reload_unless_told_not_to() {
    for (line, answer) in [
        ("python manage.py runserver 0:80", "runserver true true false"),
        ("python manage.py runserver --noreload", "runserver true false false"),
        ("flask run --debug", "flask-run true true true"),
        ("FLASK_DEBUG=1 flask run", "flask-run true true true"),
        ("flask run", "flask-run true false false"),
        ("uvicorn main:app --reload", "uvicorn false true false"),
        ("uvicorn main:app", "uvicorn false false false"),
    ] {
        let facts = facts(&[("Procfile", &format!("web: {line}"))], &Facts::default());
        assert_eq!(
            told(&facts, "server.commands", &["program", "development", "reload", "debug"]),
            [answer],
            "{line}"
        );
    }
}

#[test]
fn uwsgi_is_told_by_its_flags_and_its_file() {
    let fields = ["reload", "harakiri", "need-app", "stats-open"];
    let depends = "unknown (it depends on the environment it is started in)";
    for (line, ini, settings) in [
        ("uwsgi --http :8000 --module x", "", "false 0 false not set".to_owned()),
        (
            "uwsgi --ini /srv/uwsgi.ini",
            "[uwsgi]\nmodule = x  # the program\nharakiri = 30 ; seconds\nneed-app\nstats = :1717\npy_autoreload = 1",
            "true 30 true true".to_owned(),
        ),
        (
            "uwsgi uwsgi.ini --harakiri 5",
            "[uwsgi]\nharakiri = 30\nstats = /run/stats.sock\n[other]\nneed-app = true",
            "false 5 false false".to_owned(),
        ),
        (
            "uwsgi --ini=uwsgi.ini",
            "[uwsgi]\nif-env = DEV\npython-autoreload = 1\nendif =\nharakiri = $(HARAKIRI)\nneed-app = false",
            format!("{depends} {depends} false not set"),
        ),
        (
            "uwsgi --ini /etc/other.ini",
            "",
            ["unknown (uWSGI's configuration `/etc/other.ini` is not in the project)"; 4].join(" "),
        ),
    ] {
        let procfile = format!("web: {line}");
        let mut files = vec![("Procfile", procfile.as_str())];
        if !ini.is_empty() {
            files.push(("deploy/uwsgi.ini", ini));
        }
        let found = facts(&files, &Facts::default());
        assert_eq!(told(&found, "server.uwsgis", &fields).join("; "), settings, "{line}");
        let reload = settings.split(' ').next().unwrap();
        let told = told(&found, "server.commands", &["reload"]);
        assert!(told[0].starts_with(reload), "{line}: {told:?}");
    }
}

#[test]
fn of_several_files_the_one_whose_path_fits_is_meant() {
    let named = |unit: &str| {
        let unit = format!("[Service]\nExecStart=uwsgi --ini {unit}\n");
        let files = [
            ("shop.service", unit.as_str()),
            ("docker/uwsgi.ini", "[uwsgi]\nharakiri = 1"),
            ("uwsgi.ini", "[uwsgi]\nharakiri = 2"),
            ("other/web.ini", "[uwsgi]\nharakiri = 3"),
        ];
        told(&facts(&files, &Facts::default()), "server.uwsgis", &["harakiri"]).remove(0)
    };
    assert_eq!(named("/srv/shop/uwsgi.ini"), "2");
    assert_eq!(named("/srv/shop/docker/uwsgi.ini"), "1");
    assert_eq!(named("/etc/web.ini"), "3");
    assert!(named("/etc/none.ini").starts_with("unknown"));
}
