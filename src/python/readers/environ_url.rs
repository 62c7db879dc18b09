//! django-environ's addresses: `env.db`, `env.cache`, `env.email` (version 0.14, read November 2026).

use std::rc::Rc;

use super::address::{Address, BadPort, refused, unescaped, with_spaces};
use crate::python::heap::{Dict, Object, Sequence};
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::term::{From, Kind, Shape, Spot, Term};

/// Database engines by the scheme of their addresses; any other scheme is taken for the engine itself.
const ENGINES: &[(&str, &str)] = &[
    ("postgres", "django.db.backends.postgresql"),
    ("postgresql", "django.db.backends.postgresql"),
    ("psql", "django.db.backends.postgresql"),
    ("pgsql", "django.db.backends.postgresql"),
    ("postgis", "django.contrib.gis.db.backends.postgis"),
    ("prometheus_postgresql", "django_prometheus.db.backends.postgresql"),
    ("prometheus_postgis", "django_prometheus.db.backends.postgis"),
    ("cockroachdb", "django_cockroachdb"),
    ("mysql", "django.db.backends.mysql"),
    ("mysql2", "django.db.backends.mysql"),
    ("mysql-connector", "mysql.connector.django"),
    ("mysqlgis", "django.contrib.gis.db.backends.mysql"),
    ("prometheus_mysql", "django_prometheus.db.backends.mysql"),
    ("mssql", "mssql"),
    ("oracle", "django.db.backends.oracle"),
    ("pyodbc", "sql_server.pyodbc"),
    ("redshift", "django_redshift_backend"),
    ("spatialite", "django.contrib.gis.db.backends.spatialite"),
    ("prometheus_spatialite", "django_prometheus.db.backends.spatialite"),
    ("sqlite", "django.db.backends.sqlite3"),
    ("prometheus_sqlite", "django_prometheus.db.backends.sqlite3"),
    ("ldap", "ldapdb.backends.ldap"),
];

/// The schemes whose path may be that of a socket.
const POSTGRES: &[&str] = &[
    "postgres",
    "postgresql",
    "psql",
    "pgsql",
    "postgis",
    "prometheus_postgresql",
    "prometheus_postgis",
];

/// Cache backends by the scheme of their addresses.
const CACHES: &[(&str, &str)] = &[
    ("dbcache", "django.core.cache.backends.db.DatabaseCache"),
    ("dummycache", "django.core.cache.backends.dummy.DummyCache"),
    ("filecache", "django.core.cache.backends.filebased.FileBasedCache"),
    ("locmemcache", "django.core.cache.backends.locmem.LocMemCache"),
    ("memcache", "django.core.cache.backends.memcached.MemcachedCache"),
    ("pylibmc", "django.core.cache.backends.memcached.PyLibMCCache"),
    ("rediscache", REDIS),
    ("redis", REDIS),
    ("rediss", REDIS),
    ("valkey", REDIS),
    ("valkeys", REDIS),
];
const REDIS: &str = "django.core.cache.backends.redis.RedisCache";

/// E-mail backends by the scheme of their addresses.
const MAILS: &[(&str, &str)] = &[
    ("smtp", "django.core.mail.backends.smtp.EmailBackend"),
    ("smtps", "django.core.mail.backends.smtp.EmailBackend"),
    ("smtp+tls", "django.core.mail.backends.smtp.EmailBackend"),
    ("smtp+ssl", "django.core.mail.backends.smtp.EmailBackend"),
    ("consolemail", "django.core.mail.backends.console.EmailBackend"),
    ("filemail", "django.core.mail.backends.filebased.EmailBackend"),
    ("memorymail", "django.core.mail.backends.locmem.EmailBackend"),
    ("dummymail", "django.core.mail.backends.dummy.EmailBackend"),
];

/// Options of an address that stand beside `OPTIONS`, not in it.
const OF_DATABASES: &[&str] = &[
    "CONN_MAX_AGE",
    "ATOMIC_REQUESTS",
    "AUTOCOMMIT",
    "DISABLE_SERVER_SIDE_CURSORS",
    "CONN_HEALTH_CHECKS",
];
const OF_CACHES: &[&str] = &["TIMEOUT", "KEY_PREFIX", "VERSION", "KEY_FUNCTION", "BINARY"];
const OF_MAIL: &[&str] = &["EMAIL_USE_TLS", "EMAIL_USE_SSL"];

impl<'a> Interpreter<'a> {
    /// The record that an address becomes: `what` is `db`, `cache` or `email`.
    pub(super) fn environ_url(
        &mut self,
        what: &str,
        address: &Term<'a>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        self.each(address, |this, address| {
            let from = From { at: Some(at), ..address.from.clone() };
            let mut dict = Dict::default();
            match &address.kind {
                Kind::Text(text) => {
                    let parts = Address::parse(text);
                    match what {
                        // Without a scheme there is no engine, and django-environ warns and gives up.
                        "db" if parts.scheme.is_empty() => {}
                        "db" => this.environ_db(text, &parts, &from, &mut dict)?,
                        "cache" => this.environ_cache(&parts, arguments, &from, &mut dict)?,
                        _ => this.environ_mail(&parts, arguments, &from, &mut dict)?,
                    }
                }
                Kind::None if what == "cache" => {}
                Kind::Unknown(_) | Kind::Unset(_) => {
                    dict.rest = Some(this.why_unknown(address, at));
                }
                _ => return Ok(this.unknown_from(&[address], "this address", at)),
            }
            let given = match what {
                "db" => arguments.get(2, "engine").map(|term| ("ENGINE", term)),
                "cache" => arguments.get(2, "backend").map(|term| ("BACKEND", term)),
                _ => arguments.get(2, "backend").map(|term| ("EMAIL_BACKEND", term)),
            };
            if let Some((name, term)) = given {
                dict.put(name, term.clone());
            }
            Ok(Term::new(Kind::Dict(this.heap.put(Object::Dict(dict))), from))
        })
    }

    fn environ_db(
        &mut self,
        text: &str,
        parts: &Address,
        from: &From,
        dict: &mut Dict<'a>,
    ) -> Result<(), Raised> {
        let put = |dict: &mut Dict<'a>, name: &str, value: &str| {
            dict.put(name, Term::text(value, from.clone()));
        };
        let engine = ENGINES.iter().find(|(scheme, _)| *scheme == parts.scheme);
        put(dict, "ENGINE", engine.map_or(parts.scheme.as_str(), |(_, engine)| engine));
        if text == "sqlite://:memory:" {
            put(dict, "NAME", ":memory:");
            return Ok(());
        }
        let several = POSTGRES.contains(&parts.scheme.as_str()) && parts.netloc.contains(',');
        if several || parts.scheme == "ldap" || (parts.scheme == "oracle" && parts.path.len() < 2) {
            let why =
                crate::fact::Ignorance::new("an address of this kind is not taken apart here");
            dict.rest = Some(Rc::new(why));
            return Ok(());
        }
        let mut name = with_spaces(parts.path.get(1..).unwrap_or_default());
        if name.is_empty() && parts.scheme == "sqlite" {
            ":memory:".clone_into(&mut name);
        }
        let mut host = parts.host().unwrap_or_default();
        let is_socket = POSTGRES.contains(&parts.scheme.as_str()) || name.contains("cloudsql");
        if let (true, true, Some((folder, file))) =
            (is_socket, name.starts_with('/'), name.clone().rsplit_once('/'))
        {
            folder.clone_into(&mut host);
            file.clone_into(&mut name);
        }
        let (user, password) = parts.user();
        put(dict, "NAME", &name);
        put(dict, "USER", &unescaped(user.unwrap_or_default()));
        put(dict, "PASSWORD", &unescaped(password.unwrap_or_default()));
        put(dict, "HOST", &host);
        let port = match environ_port(parts, from)? {
            Some(port) if parts.scheme == "oracle" => Kind::Text(port.to_string().into()),
            Some(port) => Kind::Int(port),
            None => Kind::Text("".into()),
        };
        dict.put("PORT", Term::new(port, from.clone()));
        self.environ_options(parts, OF_DATABASES, str::to_owned, from, dict);
        Ok(())
    }

    fn environ_cache(
        &mut self,
        parts: &Address,
        arguments: &Arguments<'a>,
        from: &From,
        dict: &mut Dict<'a>,
    ) -> Result<(), Raised> {
        let backend = CACHES.iter().find(|(scheme, _)| *scheme == parts.scheme);
        let backend = match (backend, parts.scheme.as_str()) {
            (Some((_, backend)), _) => Term::text(backend, from.clone()),
            // Which of two it is depends on Django's release.
            (None, "pymemcache") => {
                let why = "which class `pymemcache` means depends on the release of Django";
                let why = Rc::new(crate::fact::Ignorance::new(why));
                Term::new(Kind::Unknown(why), from.clone())
            }
            _ => {
                let why = "an address has an unknown scheme";
                return Err(refused("ImproperlyConfigured", why, from));
            }
        };
        dict.put("BACKEND", backend);
        let redis = parts.scheme.starts_with("redis");
        let locations: Vec<String> = match parts.scheme.as_str() {
            "filecache" => vec![format!("{}{}", parts.netloc, parts.path)],
            "memcache" | "pymemcache" if parts.netloc.is_empty() => {
                vec![format!("unix:{}", parts.path)]
            }
            scheme if redis => {
                let scheme = if parts.host().is_some() {
                    scheme.replace("cache", "")
                } else {
                    "unix".to_owned()
                };
                let each = parts.netloc.split(',');
                each.map(|place| format!("{scheme}://{place}{}", parts.path)).collect()
            }
            _ => parts.netloc.split(',').map(str::to_owned).collect(),
        };
        let location = match locations.as_slice() {
            [only] => Term::text(only, from.clone()),
            several => {
                let items = several.iter().map(|text| Term::text(text, from.clone())).collect();
                self.made(Shape::List, Sequence { items, rest: None }, from.clone())
            }
        };
        dict.put("LOCATION", location);
        let given = arguments.get(2, "backend").map(|backend| backend.as_text().cloned());
        let is_django = match given {
            Some(backend) => backend.as_deref() == Some(REDIS),
            None => redis || parts.scheme.starts_with("valkey"),
        };
        let change = |name: &str| if is_django { name.to_lowercase() } else { name.to_uppercase() };
        self.environ_options(parts, OF_CACHES, change, from, dict);
        Ok(())
    }

    fn environ_mail(
        &mut self,
        parts: &Address,
        arguments: &Arguments<'a>,
        from: &From,
        dict: &mut Dict<'a>,
    ) -> Result<(), Raised> {
        let backend = MAILS.iter().find(|(scheme, _)| *scheme == parts.scheme);
        match backend {
            Some((_, backend)) => dict.put("EMAIL_BACKEND", Term::text(backend, from.clone())),
            None if arguments.get(2, "backend").is_some() => {}
            None => {
                let why = "an address has an unknown scheme";
                return Err(refused("ImproperlyConfigured", why, from));
            }
        }
        let optional = |text: Option<String>| {
            let kind = text.map_or(Kind::None, |text| Kind::Text(text.into()));
            Term::new(kind, from.clone())
        };
        let (user, password) = parts.user();
        let path = with_spaces(parts.path.get(1..).unwrap_or_default());
        dict.put("EMAIL_FILE_PATH", Term::text(path, from.clone()));
        dict.put("EMAIL_HOST_USER", optional(user.map(unescaped)));
        dict.put("EMAIL_HOST_PASSWORD", optional(password.map(unescaped)));
        dict.put("EMAIL_HOST", optional(parts.host()));
        let port = environ_port(parts, from)?.map_or(Kind::None, Kind::Int);
        dict.put("EMAIL_PORT", Term::new(port, from.clone()));
        let on = || Term::new(Kind::Bool(true), from.clone());
        match parts.scheme.as_str() {
            "smtps" | "smtp+tls" => dict.put("EMAIL_USE_TLS", on()),
            "smtp+ssl" => dict.put("EMAIL_USE_SSL", on()),
            _ => {}
        }
        self.environ_options(parts, OF_MAIL, str::to_uppercase, from, dict);
        Ok(())
    }

    /// The query of an address: some names stand in the record itself, the others in `OPTIONS`.
    fn environ_options(
        &mut self,
        parts: &Address,
        own: &[&str],
        change: impl Fn(&str) -> String,
        from: &From,
        dict: &mut Dict<'a>,
    ) {
        if parts.query.is_empty() {
            return;
        }
        let mut options = Dict::default();
        for (name, value) in parts.options().into_iter().rev() {
            let upper = name.to_uppercase();
            let is_own = own.contains(&upper.as_str());
            let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            let literal = is_own || own == OF_CACHES;
            let kind = match (value.parse(), value.as_str()) {
                (Ok(int), _) if digits => Kind::Int(int),
                (_, "True") if literal => Kind::Bool(true),
                (_, "False") if literal => Kind::Bool(false),
                (_, "None") if literal => Kind::None,
                _ => Kind::Text(value.into()),
            };
            let term = Term::new(kind, from.clone());
            match is_own {
                true if own == OF_CACHES => dict.put(&change(&name), term),
                true => dict.put(&upper, term),
                false => options.put(&change(&name), term),
            }
        }
        let options = Kind::Dict(self.heap.put(Object::Dict(options)));
        dict.put("OPTIONS", Term::new(options, from.clone()));
    }
}

fn environ_port(parts: &Address, from: &From) -> Result<Option<i64>, Raised> {
    parts
        .port()
        .map_err(|BadPort| refused("ValueError", "an address has a port that is no number", from))
}
