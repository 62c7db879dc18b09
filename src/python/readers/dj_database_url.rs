//! dj-database-url: the entry of `DATABASES` that an address becomes (version 3.1, read November 2026).

use super::address::{Address, BadPort, refused, unescaped};
use crate::python::heap::{Dict, Key, Object, Sequence};
use crate::python::interpreter::{Arguments, Interpreter, Outcome};
use crate::python::term::{From, Kind, Shape, Spot, Term};

/// Database engines by the scheme of their addresses.
const ENGINES: &[(&str, &str)] = &[
    ("postgres", "django.db.backends.postgresql"),
    ("postgresql", "django.db.backends.postgresql"),
    ("pgsql", "django.db.backends.postgresql"),
    ("postgis", "django.contrib.gis.db.backends.postgis"),
    ("redshift", "django_redshift_backend"),
    ("timescale", "timescale.db.backends.postgresql"),
    ("timescalegis", "timescale.db.backends.postgis"),
    ("cockroach", "django_cockroachdb"),
    ("mysql", "django.db.backends.mysql"),
    ("mysql2", "django.db.backends.mysql"),
    ("mysql-connector", "mysql.connector.django"),
    ("mysqlgis", "django.contrib.gis.db.backends.mysql"),
    ("mssql", "sql_server.pyodbc"),
    ("mssqlms", "mssql"),
    ("oracle", "django.db.backends.oracle"),
    ("oraclegis", "django.contrib.gis.db.backends.oracle"),
    ("sqlite", "django.db.backends.sqlite3"),
    ("spatialite", "django.contrib.gis.db.backends.spatialite"),
];

/// The options of both functions after the first two, in their order, with what stands for them.
const OPTIONS: &[(&str, &str, Kind<'static>)] = &[
    ("conn_max_age", "CONN_MAX_AGE", Kind::Int(0)),
    ("conn_health_checks", "CONN_HEALTH_CHECKS", Kind::Bool(false)),
    ("disable_server_side_cursors", "DISABLE_SERVER_SIDE_CURSORS", Kind::Bool(false)),
];

impl<'a> Interpreter<'a> {
    /// `dj_database_url.config(…)` and `.parse(…)`.
    pub(super) fn database_url(
        &mut self,
        function: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let (address, first) = match function {
            "config" => {
                let name = arguments.get(0, "env").and_then(|name| name.as_text().cloned());
                let name = name.unwrap_or_else(|| "DATABASE_URL".into());
                let default = arguments.get(1, "default").cloned();
                let default = default.filter(|default| !matches!(default.kind, Kind::None));
                let address = self.wished(&name, default, at);
                // Nothing is parsed where the variable is missing or empty.
                let nothing = matches!(&address.kind, Kind::None)
                    || address.as_text().is_some_and(|text| text.is_empty());
                if nothing {
                    let dict = self.heap.put(Object::Dict(Dict::default()));
                    return Ok(Term::new(Kind::Dict(dict), From { at: Some(at), ..address.from }));
                }
                (address, 2)
            }
            "parse" => (arguments.get(0, "url").cloned().unwrap_or_else(|| Self::none_at(at)), 1),
            _ => return Ok(self.foreign(&format!("dj_database_url.{function}"), arguments, at)),
        };
        self.database_entry(&address, arguments, first, at)
    }

    /// The entry that an address becomes; the option `engine` has this position.
    pub(in crate::python) fn database_entry(
        &mut self,
        address: &Term<'a>,
        arguments: &Arguments<'a>,
        first: usize,
        at: Spot,
    ) -> Outcome<'a> {
        self.each(address, |this, address| {
            let from = From { at: Some(at), ..address.from.clone() };
            let mut dict = Dict::default();
            match &address.kind {
                Kind::Text(text) if text.as_ref() == "sqlite://:memory:" => {
                    dict.put("ENGINE", Term::text("django.db.backends.sqlite3", from.clone()));
                    dict.put("NAME", Term::text(":memory:", from.clone()));
                    return Ok(Term::new(Kind::Dict(this.heap.put(Object::Dict(dict))), from));
                }
                Kind::Text(text) => this.database_parts(text, &from, &mut dict)?,
                // Other values are refused (`None`, a record that is an entry already).
                Kind::Unknown(_) | Kind::Unset(_) => {
                    dict.rest = Some(this.why_unknown(address, at));
                }
                _ => return Err(refused("ValueError", "an address is no text", &from)),
            }
            this.database_options(arguments, first, &mut dict, at);
            Ok(Term::new(Kind::Dict(this.heap.put(Object::Dict(dict))), from))
        })
    }

    fn database_parts(
        &mut self,
        text: &str,
        from: &From,
        dict: &mut Dict<'a>,
    ) -> Result<(), crate::python::interpreter::Raised> {
        let parts = Address::parse(text);
        let engine = ENGINES.iter().find(|(scheme, _)| *scheme == parts.scheme);
        let Some((scheme, engine)) = engine else {
            return Err(refused("UnknownSchemeError", "an address has an unknown scheme", from));
        };
        let port = match parts.port() {
            Ok(None) => Kind::Text("".into()),
            Ok(Some(port)) if matches!(*scheme, "oracle" | "mssql" | "mssqlms") => {
                Kind::Text(port.to_string().into())
            }
            Ok(Some(port)) => Kind::Int(port),
            Err(BadPort) => {
                return Err(refused("ParseError", "an address has a port that is no number", from));
            }
        };
        let text = |text: &str| Term::text(text, from.clone());
        let (user, password) = parts.user();
        let name = unescaped(parts.path.get(1..).unwrap_or_default());
        let name =
            if name.is_empty() && *scheme == "sqlite" { ":memory:".to_owned() } else { name };
        dict.put("ENGINE", text(engine));
        dict.put("NAME", text(&name));
        dict.put("USER", text(&unescaped(user.unwrap_or_default())));
        dict.put("PASSWORD", text(&unescaped(password.unwrap_or_default())));
        dict.put("HOST", text(&unescaped(&parts.host().unwrap_or_default())));
        dict.put("PORT", Term::new(port, from.clone()));
        let mut options = self.query_options(&parts, from);
        if let ("mysql" | "mysql2", Some(file)) = (*scheme, options.take("ssl-ca")) {
            let mut ssl = Dict::default();
            ssl.put("ca", file);
            let ssl = Kind::Dict(self.heap.put(Object::Dict(ssl)));
            options.put("ssl", Term::new(ssl, from.clone()));
        }
        let is_postgres = engine.contains("postg") || engine.contains("redshift");
        if let (true, Some(schema)) = (is_postgres, options.take("currentSchema")) {
            let path = schema.as_text().map(ToString::to_string).unwrap_or_default();
            options.put("options", text(&format!("-c search_path={path}")));
        }
        if !options.entries.is_empty() {
            let options = Kind::Dict(self.heap.put(Object::Dict(options)));
            dict.put("OPTIONS", Term::new(options, from.clone()));
        }
        Ok(())
    }

    /// The query of an address; digits are numbers, `true` and `false` truth values.
    fn query_options(&mut self, parts: &Address, from: &From) -> Dict<'a> {
        let mut all: Vec<(String, Vec<Term<'a>>)> = Vec::new();
        for (name, value) in parts.options() {
            let kind = match value.parse() {
                Ok(int) if value.bytes().all(|byte| byte.is_ascii_digit()) => Kind::Int(int),
                _ if value.eq_ignore_ascii_case("true") => Kind::Bool(true),
                _ if value.eq_ignore_ascii_case("false") => Kind::Bool(false),
                _ => Kind::Text(value.into()),
            };
            let term = Term::new(kind, from.clone());
            match all.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => values.push(term),
                None => all.push((name, vec![term])),
            }
        }
        let mut options = Dict::default();
        for (name, mut values) in all {
            let value = match values.len() {
                1 => values.swap_remove(0),
                _ => self.made(Shape::List, Sequence { items: values, rest: None }, from.clone()),
            };
            options.put(&name, value);
        }
        options
    }

    /// `engine=…`, `conn_max_age=…`, `ssl_require=…`, `test_options=…`.
    fn database_options(
        &mut self,
        arguments: &Arguments<'a>,
        first: usize,
        dict: &mut Dict<'a>,
        at: Spot,
    ) {
        for (position, (argument, name, default)) in (first + 1..).zip(OPTIONS) {
            let given = arguments.get(position, argument).cloned();
            let usual = || Term::new(default.clone(), From::literal(at));
            dict.put(name, given.unwrap_or_else(usual));
        }
        if let Some(engine) = arguments.get(first, "engine").cloned()
            && self.truth(&engine) != Some(false)
        {
            dict.put("ENGINE", engine);
        }
        if let Some(options) = arguments.get(first + 5, "test_options").cloned()
            && self.truth(&options) != Some(false)
        {
            dict.put("TEST", options);
        }
        if arguments.rest.is_some() {
            dict.rest = dict.rest.take().or_else(|| arguments.rest.clone());
        }
        let required = arguments.get(first + 4, "ssl_require").cloned();
        let Some(required) = required.filter(|term| self.truth(term) != Some(false)) else {
            return;
        };
        let from = From::mixed([&required], at);
        let known = dict.entries.get(&Key::Text("OPTIONS".into()));
        let mut options = match known.map(|term| &term.kind) {
            Some(Kind::Dict(id)) => self.heap.dict(*id).cloned().unwrap_or_default(),
            _ => Dict { rest: dict.rest.clone(), ..Dict::default() },
        };
        match self.truth(&required) {
            Some(_) => options.put("sslmode", Term::text("require", from.clone())),
            None => options.rest = Some(self.why_unknown(&required, at)),
        }
        let options = Kind::Dict(self.heap.put(Object::Dict(options)));
        dict.put("OPTIONS", Term::new(options, from));
    }
}
