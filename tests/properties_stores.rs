//! Laws of the grammars of addresses and command lines, for all texts.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::fmt::Write;

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::{Facts, Value};
use prodcheck::grammar::connection_url::{ConnectionUrl, Host, decoded};
use prodcheck::grammar::shell_words::{Word, commands, joined};
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};
use proptest::prelude::*;

/// Every character but the unreserved ones, escaped.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(byte.into()),
            _ => write!(out, "%{byte:02X}").unwrap(),
        }
    }
    out
}

/// The address as a careful person writes it.
fn written(url: &ConnectionUrl) -> String {
    let mut out = format!("{}://", url.scheme);
    if url.user.is_some() || url.password.is_some() {
        out += &encoded(url.user.as_deref().unwrap_or_default());
        if let Some(password) = &url.password {
            write!(out, ":{}", encoded(password)).unwrap();
        }
        out.push('@');
    }
    let host = |host: &Host| {
        let name = encoded(&host.name);
        host.port.map_or(name.clone(), |port| format!("{name}:{port}"))
    };
    out += &url.hosts.iter().map(host).collect::<Vec<_>>().join(",");
    write!(out, "/{}", encoded(&url.name)).unwrap();
    for (index, (name, value)) in url.options.iter().enumerate() {
        let joint = if index == 0 { '?' } else { '&' };
        write!(out, "{joint}{}={}", encoded(name), encoded(value)).unwrap();
    }
    out
}

fn host() -> impl Strategy<Value = Host> {
    ("[a-z][a-z0-9.-]{0,12}", any::<Option<u16>>()).prop_map(|(name, port)| Host { name, port })
}

fn url() -> impl Strategy<Value = ConnectionUrl> {
    (
        prop::sample::select(vec!["postgresql", "mysql+pymysql", "mongodb+srv", "rediss", "amqp"]),
        prop::option::of("\\PC{1,12}"),
        prop::option::of("\\PC{0,16}"),
        prop::collection::vec(host(), 1..4),
        "\\PC{0,12}",
        prop::collection::vec(("x[a-z]{1,6}", "\\PC{0,8}"), 0..4),
    )
        .prop_map(|(scheme, user, password, hosts, name, options)| ConnectionUrl {
            scheme: scheme.to_owned(),
            user,
            password,
            hosts,
            name,
            options,
        })
}

/// All facts of a project of these files.
fn facts(files: &[(&str, &str)]) -> Facts {
    let project = Project::of_texts(files.iter().copied());
    let given = Given::nothing(Date::parse("2026-11-21").unwrap());
    let catalogue = catalogue();
    let mut facts = Facts::default();
    for service in services(&project, "shop") {
        facts.merge(collect::service(&project, &service, &given, &catalogue));
    }
    facts
}

/// Every value below another, as reports print it.
fn show(value: &Value, out: &mut String) {
    *out += &value.to_string();
    if let Value::Record(record) = value {
        record.fields.values().for_each(|field| show(&field.value, out));
    }
    value.items().iter().for_each(|item| show(&item.value, out));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_text_in_any_of_the_files_is_facts(
        text in "(pool_mode=|max_prepared_statements = |\\[databases\\]\n|/var/log/\\*.log |\\{|\\}|rotate |postrotate\n|endscript\n|pg_dump | gzip |\\| ?|\\{\"env\": |CREATE USER |PASSWORD |\\$\\$|environment=|\\[env\\]\n|\\[Service\\]\n|Environment=|ExecStart=|User=|services:\n|host all all |hostssl |10.0.0.0/8 |md5|@|\\[mysqld\\]|!include |include |net:|-r |==|\\[|\\]|#|=|:|\n|\\\\|\"|'|bind|include |user default|>|gunicorn |-w|x.sh|\\$[A-Z]|[a-z0-9 .]){0,60}",
        file in prop::sample::select(vec![
            "requirements.txt", "pyproject.toml", "Pipfile", "poetry.lock", "Pipfile.lock",
            "redis.conf", "pgbouncer.ini", "postgresql.conf", "pg_hba.conf", "mongod.conf", "my.cnf", "x.service", "x.sh", "render.yaml",
            "gunicorn.conf.py", "supervisord.conf", "uwsgi.ini", "userlist.txt", "init.sql", "pip.conf", "runtime.txt", "fly.toml", "vercel.json", "app.yaml", "app.json", "logrotate.d/shop", "backup.sh",
        ]),
    ) {
        facts(&[(file, &text), ("Procfile", "web: ./x.sh && gunicorn x && uwsgi uwsgi.ini")]);
    }

    #[test]
    fn a_password_of_a_store_is_never_shown(password in "[a-zA-Z0-9]{12,20}") {
        let settings = format!(
            "DATABASES = {{'default': {{'ENGINE': 'django.db.backends.postgresql', 'PASSWORD': '{password}'}}}}\n\
             CELERY_BROKER_URL = 'amqp://u:{password}@mq/'\n\
             CACHES = {{'default': {{'BACKEND': 'django_redis.cache.RedisCache', \
             'LOCATION': 'redis://c', 'OPTIONS': {{'PASSWORD': '{password}'}}}}}}\n"
        );
        let redis = format!("requirepass {password}\n");
        let facts = facts(&[("settings.py", &settings), ("manage.py", "django"), ("redis.conf", &redis)]);
        for list in ["stores.databases", "stores.brokers", "stores.redis", "stores.redis-server"] {
            let list = facts.at(list);
            prop_assert_eq!(list.value.items().len(), 1);
            let mut shown = String::new();
            show(&list.value, &mut shown);
            prop_assert!(!shown.contains(&password), "{}", shown);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_is_an_address_or_told_why_not(text in "\\PC{0,200}") {
        let _ = ConnectionUrl::parse(&text);
        let _ = ConnectionUrl::parse(&format!("postgresql://{text}"));
    }

    #[test]
    fn an_address_is_read_as_it_was_written(url in url()) {
        prop_assert_eq!(ConnectionUrl::parse(&written(&url)), Ok(url));
    }

    #[test]
    fn a_refusal_shows_no_password(password in "[a-z]{6,12}", bad in "[/#?]") {
        let text = format!("postgres://user:{password}{bad}{password}@host:5432/name");
        let told = ConnectionUrl::parse(&text).unwrap_err();
        prop_assert!(!told.contains(&password), "{}", told);
    }

    #[test]
    fn what_is_escaped_is_read_back(text in "\\PC{0,60}") {
        prop_assert_eq!(decoded(&encoded(&text)), text);
    }

    #[test]
    fn any_text_is_commands(text in "[a-z $`(){}\"'\\\\;&|<>=#:-]{0,200}") {
        for command in commands(&text) {
            prop_assert!(!command.words.is_empty());
        }
    }

    #[test]
    fn words_of_the_exec_form_arrive_as_they_were(words in prop::collection::vec("\\PC{0,12}", 0..6)) {
        let program = "gunicorn";
        let line = joined(std::iter::once(program).chain(words.iter().map(String::as_str)));
        let read = commands(&line);
        let arrived: Vec<String> =
            read.iter().flat_map(|command| &command.words).filter_map(Word::text).collect();
        prop_assert_eq!(arrived.first().map(String::as_str), Some(program));
        prop_assert_eq!(arrived.get(1..).unwrap_or_default(), words.as_slice());
    }
}
