//! Lists of packages and what is known of them, start commands, configurations of data stores, logs, backups.
#![no_main]

#[path = "../world.rs"]
mod world;

use prodcheck::project::{Advisories, Installed};

const FILES: &[&str] = &[
    "requirements.txt",
    "pyproject.toml",
    "Procfile",
    "app.service",
    "redis.conf",
    "pgbouncer.ini",
    "postgresql.conf",
    "pg_hba.conf",
    "mongod.conf",
    "my.cnf",
    "render.yaml",
    "fly.toml",
    "vercel.json",
    "app.json",
    "supervisord.conf",
    "uwsgi.ini",
    "userlist.txt",
    "init.sql",
    "pip.conf",
    "runtime.txt",
    "logrotate.d/shop",
    "backup.sh",
];

libfuzzer_sys::fuzz_target!(|text: &str| {
    world::collect_from(FILES, text);
    if let Ok(advisories) = Advisories::read(text.as_bytes()) {
        advisories.of("a", "1");
    }
    let affected = [Installed { package: "a".to_owned(), version: "1".to_owned() }].into();
    let _ = Advisories::default().take_named("A-1", text.as_bytes(), &affected);
});
