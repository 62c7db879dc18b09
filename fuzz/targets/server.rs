//! Lists of packages, start commands, configurations of data stores.
#![no_main]

#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|text: &str| world::collect_from(&["requirements.txt", "pyproject.toml", "Procfile", "app.service", "redis.conf", "pgbouncer.ini", "postgresql.conf", "pg_hba.conf", "mongod.conf", "my.cnf", "render.yaml", "fly.toml", "vercel.json", "supervisord.conf", "uwsgi.ini", "userlist.txt", "init.sql", "pip.conf", "runtime.txt"], text));
