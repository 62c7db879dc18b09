//! Addresses in the environment that become settings: dj-database-url, `env.db`, `env.cache`, `env.email`.

use std::rc::Rc;

use crate::python::heap::{Dict, Key, Object};
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::term::{From, Kind, Spot, Term};

/// Database engines by the scheme of their addresses (dj-database-url 3, django-environ 0.12).
const ENGINES: &[(&str, &str)] = &[
    ("postgres", "django.db.backends.postgresql"),
    ("postgresql", "django.db.backends.postgresql"),
    ("psql", "django.db.backends.postgresql"),
    ("pgsql", "django.db.backends.postgresql"),
    ("postgis", "django.contrib.gis.db.backends.postgis"),
    ("timescale", "timescale.db.backends.postgresql"),
    ("cockroach", "django_cockroachdb"),
    ("mysql", "django.db.backends.mysql"),
    ("mysql2", "django.db.backends.mysql"),
    ("mysql-connector", "mysql.connector.django"),
    ("mysqlgis", "django.contrib.gis.db.backends.mysql"),
    ("mssql", "mssql"),
    ("oracle", "django.db.backends.oracle"),
    ("sqlite", "django.db.backends.sqlite3"),
    ("spatialite", "django.contrib.gis.db.backends.spatialite"),
];

/// Cache backends by the scheme of their addresses (django-environ).
const CACHES: &[(&str, &str)] = &[
    ("dbcache", "django.core.cache.backends.db.DatabaseCache"),
    ("dummycache", "django.core.cache.backends.dummy.DummyCache"),
    ("filecache", "django.core.cache.backends.filebased.FileBasedCache"),
    ("locmemcache", "django.core.cache.backends.locmem.LocMemCache"),
    ("memcache", "django.core.cache.backends.memcached.PyMemcacheCache"),
    ("pymemcache", "django.core.cache.backends.memcached.PyMemcacheCache"),
    ("rediscache", "django.core.cache.backends.redis.RedisCache"),
    ("redis", "django.core.cache.backends.redis.RedisCache"),
    ("rediss", "django.core.cache.backends.redis.RedisCache"),
];

impl<'a> Interpreter<'a> {
    /// `dj_database_url.config(…)` and `.parse(…)`.
    pub(super) fn database_url(
        &mut self,
        function: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let address = match function {
            "config" => {
                let name = arguments.get(0, "env").and_then(|name| name.as_text().cloned());
                let name = name.unwrap_or_else(|| "DATABASE_URL".into());
                let default = arguments.get(1, "default").cloned();
                let default = default.filter(|default| !matches!(default.kind, Kind::None));
                self.wished(&name, default, at)
            }
            "parse" => arguments.get(0, "url").cloned().unwrap_or_else(|| Self::none_at(at)),
            _ => return Ok(self.foreign(&format!("dj_database_url.{function}"), arguments, at)),
        };
        self.each(&address, |this, address| this.setting("db", address, arguments, at))
    }

    /// `urlparse(address)`: an object with the parts of the address.
    pub(in crate::python) fn parsed_address(
        &mut self,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let Some(address) = arguments.first().cloned() else {
            return Ok(self.foreign("urlparse", arguments, at));
        };
        self.each(&address, |this, address| {
            let Some(text) = address.as_text() else {
                return Ok(this.unknown_from(&[address], "this address", at));
            };
            let parts = Address::parse(text);
            let port = parts.port.parse().map_or(Kind::None, Kind::Int);
            let place = match parts.port.as_str() {
                "" => parts.host.clone(),
                port => format!("{}:{port}", parts.host),
            };
            let path = if text.contains("://") && parts.path.is_empty() {
                String::new()
            } else {
                format!("/{}", parts.path)
            };
            let known = |text: &str| match text {
                "" => Kind::None,
                text => Kind::Text(text.into()),
            };
            let named = [
                ("scheme", Kind::Text(parts.scheme.as_str().into())),
                ("hostname", known(&parts.host)),
                ("netloc", Kind::Text(place.into())),
                ("path", Kind::Text(path.into())),
                ("username", known(&parts.user)),
                ("password", known(&parts.password)),
                ("port", port),
            ];
            let from = From::mixed([address], at);
            let made = this.make(&Rc::from("urllib.parse.ParseResult"), &Arguments::default(), at);
            if let Kind::Made(object) = &made.kind
                && let Some(scope) = this.heap.scope_mut(object.fields)
            {
                let fields = named.map(|(name, kind)| (name.into(), Term::new(kind, from.clone())));
                scope.names.extend(fields);
            }
            Ok(made)
        })
    }

    /// `env.db("DATABASE_URL")`, `env.cache(…)`, `env.email(…)`.
    pub(super) fn url_setting(
        &mut self,
        what: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let usual = match what {
            "db" => "DATABASE_URL",
            "cache" => "CACHE_URL",
            _ => "EMAIL_URL",
        };
        let name = arguments.get(0, "var").and_then(|name| name.as_text().cloned());
        let name = name.unwrap_or_else(|| usual.into());
        let address = match arguments.get(1, "default").cloned() {
            Some(default) => self.wished(&name, Some(default), at),
            None => self.demanded(&name, "ImproperlyConfigured", at)?,
        };
        self.each(&address, |this, address| this.setting(what, address, arguments, at))
    }

    /// The record that an address becomes; where it is not known, what the arguments say of it.
    fn setting(
        &mut self,
        what: &str,
        address: &Term<'a>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let from = From { at: Some(at), ..address.from.clone() };
        let mut dict = Dict::default();
        match &address.kind {
            Kind::Text(text) if text.is_empty() => {}
            Kind::Text(text) => {
                let parts = Address::parse(text);
                let known = match what {
                    "db" => ENGINES,
                    "cache" => CACHES,
                    _ => &[],
                };
                let backend = known.iter().find(|(scheme, _)| *scheme == parts.scheme);
                let backend = backend.map(|(_, backend)| *backend);
                if backend.is_none() && what != "email" {
                    let mut raised = Raised::new("ValueError", "an address has an unknown scheme");
                    raised.variables.clone_from(&from.variables);
                    return Err(raised);
                }
                self.parts(what, &parts, backend.unwrap_or_default(), &from, &mut dict);
            }
            Kind::Dict(_) => return Ok(address.clone()),
            Kind::None => {}
            _ => dict.rest = Some(self.why_unknown(address, at)),
        }
        if what == "db" && !(dict.entries.is_empty() && dict.rest.is_none()) {
            self.options(arguments, &mut dict, at);
        }
        Ok(Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), from))
    }

    fn parts(
        &mut self,
        what: &str,
        parts: &Address,
        backend: &str,
        from: &From,
        dict: &mut Dict<'a>,
    ) {
        let text = |text: &str| Term::text(text, from.clone());
        let mut put = |name: &str, value: &str| {
            dict.entries.insert(Key::Text(name.into()), text(value));
        };
        match what {
            "db" => {
                let name = match parts.path.as_str() {
                    "" if backend.ends_with("sqlite3") => ":memory:",
                    path => path,
                };
                put("ENGINE", backend);
                put("NAME", name);
                put("USER", &parts.user);
                put("PASSWORD", &parts.password);
                put("HOST", &parts.host);
                put("PORT", &parts.port);
            }
            "cache" => {
                put("BACKEND", backend);
                put("LOCATION", &parts.whole.replacen("rediscache://", "redis://", 1));
            }
            _ => {
                put("EMAIL_HOST", &parts.host);
                put("EMAIL_PORT", &parts.port);
                put("EMAIL_HOST_USER", &parts.user);
                put("EMAIL_HOST_PASSWORD", &parts.password);
                let mut flag = |name: &str, on: bool| {
                    let term = Term::new(Kind::Bool(on), from.clone());
                    dict.entries.insert(Key::Text(name.into()), term);
                };
                flag("EMAIL_USE_TLS", matches!(parts.scheme.as_str(), "smtp+tls" | "smtps"));
                flag("EMAIL_USE_SSL", parts.scheme == "smtp+ssl");
            }
        }
        if what == "db" && !parts.query.is_empty() {
            let mut options = Dict::default();
            for (name, value) in &parts.query {
                options.entries.insert(Key::Text(name.as_str().into()), text(value));
            }
            let options = Kind::Dict(self.heap.put(Object::Dict(options)));
            dict.entries.insert(Key::Text("OPTIONS".into()), Term::new(options, from.clone()));
        }
    }

    /// `conn_max_age=…`, `conn_health_checks=…`, `ssl_require=…`, `engine=…`.
    fn options(&mut self, arguments: &Arguments<'a>, dict: &mut Dict<'a>, at: Spot) {
        for (argument, name) in [
            ("conn_max_age", "CONN_MAX_AGE"),
            ("conn_health_checks", "CONN_HEALTH_CHECKS"),
            ("disable_server_side_cursors", "DISABLE_SERVER_SIDE_CURSORS"),
            ("engine", "ENGINE"),
        ] {
            if let Some(value) = arguments.named(argument) {
                dict.entries.insert(Key::Text(name.into()), value.clone());
            }
        }
        let Some(required) = arguments.named("ssl_require") else {
            return;
        };
        let (required, from) = (self.truth(required), From::mixed([required], at));
        if required != Some(true) {
            return;
        }
        let known = dict.entries.get(&Key::Text("OPTIONS".into()));
        let mut options = match known.map(|term| &term.kind) {
            Some(Kind::Dict(id)) => self.heap.dict(*id).cloned().unwrap_or_default(),
            _ => Dict { rest: dict.rest.clone(), ..Dict::default() },
        };
        let mode = Term::text("require", from.clone());
        options.entries.insert(Key::Text("sslmode".into()), mode);
        let options = Kind::Dict(self.heap.put(Object::Dict(options)));
        dict.entries.insert(Key::Text("OPTIONS".into()), Term::new(options, from));
    }
}

/// The parts of an address, unescaped.
#[derive(Debug, Default, PartialEq)]
struct Address {
    whole: Rc<str>,
    scheme: String,
    user: String,
    password: String,
    host: String,
    port: String,
    path: String,
    query: Vec<(String, String)>,
}

impl Address {
    /// Takes an address apart as these libraries do: nothing is refused.
    fn parse(text: &str) -> Self {
        let (scheme, rest) = text.split_once("://").unwrap_or((text.trim_end_matches(':'), ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
            _ => (place, ""),
        };
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        Self {
            whole: text.into(),
            scheme: scheme.to_owned(),
            user: unescaped(user),
            password: unescaped(password),
            host: unescaped(host),
            port: port.to_owned(),
            path: unescaped(path),
            query: query.map(|(name, value)| (unescaped(name), unescaped(value))).collect(),
        }
    }
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digits = [ahead.next(), ahead.next()].map(|byte| {
            byte.and_then(|byte| char::from(byte).to_digit(16)).and_then(|it| u8::try_from(it).ok())
        });
        match (byte, digits) {
            (b'%', [Some(high), Some(low)]) => {
                bytes.push(high * 16 + low);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let address = Address::parse("postgres://app:p%40ss@db.example:5432/shop?sslmode=require");
        assert_eq!(
            (address.user.as_str(), address.password.as_str(), address.host.as_str()),
            ("app", "p@ss", "db.example")
        );
        assert_eq!((address.port.as_str(), address.path.as_str()), ("5432", "shop"));
        assert_eq!(address.query, [("sslmode".to_owned(), "require".to_owned())]);
        assert_eq!(Address::parse("sqlite:////srv/db.sqlite3").path, "/srv/db.sqlite3");
        assert_eq!(Address::parse("sqlite:///db.sqlite3").path, "db.sqlite3");
    }
}
