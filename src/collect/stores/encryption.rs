//! Whether a connection is encrypted and the server verified, as each driver reads its options.
//!
//! The drivers' defaults matter more than their options: libpq encrypts if the server offers it and
//! verifies nobody (PostgreSQL 18 documentation §32.19), pymongo verifies as soon as it encrypts
//! (MongoDB connection string options), redis-py likewise. Read 2026-11-21.

use super::target::{Target, follows, like};
use crate::fact::{Fact, Ignorance, Origin, Value};

/// What a connection's options say about TLS.
pub(super) struct Encryption {
    /// The mode in the driver's words; `none` if it never encrypts.
    pub(super) mode: Fact,
    /// Whether a connection without encryption is refused.
    pub(super) required: Fact,
    /// Whether connections are encrypted; unknown if the server decides.
    pub(super) encrypted: Fact,
    /// Whether the server has to prove that it is the one that was asked for.
    pub(super) verified: Fact,
}

impl Encryption {
    /// The encryption of a connection to a product that is known, else unknown.
    pub(super) fn of(target: &Target) -> Self {
        match target.kind.value.text() {
            Some("postgresql") => Self::of_postgresql(target),
            Some("mysql") => Self::of_mysql(target),
            Some("mongodb") => Self::of_mongodb(target),
            Some("redis" | "rabbitmq" | "elasticsearch") => Self::of_scheme(target),
            Some("sqlite") => Self::all(like(&target.kind, Value::Absent)),
            Some(other) => {
                let why =
                    format!("how `{other}` encrypts its connections is not known to prodcheck");
                Self::all(like(&target.kind, Value::Unknown(Ignorance::new(why))))
            }
            None => Self::all(follows(&target.kind, &|_| Value::Absent)),
        }
    }

    fn all(fact: Fact) -> Self {
        Self { mode: fact.clone(), required: fact.clone(), encrypted: fact.clone(), verified: fact }
    }

    fn of_postgresql(target: &Target) -> Self {
        let asked = target.option(&["sslmode", "ssl"]);
        let is_default = asked.value == Value::Absent;
        let mode = follows(&asked, &|value| match value {
            Value::Absent => Value::from("prefer"),
            Value::Bool(true) => Value::from("require"),
            Value::Bool(false) => Value::from("disable"),
            other => match other.text().map(str::to_ascii_lowercase).as_deref() {
                Some("true" | "1" | "on") => Value::from("require"),
                Some("false" | "0" | "off") => Value::from("disable"),
                Some(mode) => Value::from(mode),
                None => unreadable(),
            },
        });
        let mode = if is_default { mode.from_origin(Origin::Default) } else { mode };
        let has_root = target.option(&["sslrootcert"]).value != Value::Absent;
        Self {
            required: follows(&mode, &|mode| match mode.text() {
                Some("require" | "verify-ca" | "verify-full") => Value::Bool(true),
                Some("disable" | "allow" | "prefer") => Value::Bool(false),
                _ => unreadable(),
            }),
            encrypted: follows(&mode, &|mode| match mode.text() {
                Some("require" | "verify-ca" | "verify-full") => Value::Bool(true),
                Some("disable") => Value::Bool(false),
                Some("allow" | "prefer") => server_decides(),
                _ => unreadable(),
            }),
            verified: follows(&mode, &|mode| match mode.text() {
                Some("verify-full") => Value::Bool(true),
                Some("verify-ca") => any_certificate(),
                // For old clients' sake libpq reads `require` with a root certificate as `verify-ca`.
                Some("require") if has_root => any_certificate(),
                Some("disable" | "allow" | "prefer" | "require") => Value::Bool(false),
                _ => unreadable(),
            }),
            mode,
        }
    }

    fn of_mysql(target: &Target) -> Self {
        let asked = target.option(&["ssl_mode", "sslmode"]);
        let certificates = target.option(&["ssl_ca", "ssl", "tls", "ssl_verify_cert"]);
        let mode = match &asked.value {
            Value::Absent => follows(&certificates, &|value| match value {
                Value::Record(record) if !record.fields.is_empty() || record.rest.is_some() => {
                    Value::from("ssl")
                }
                Value::Bool(true) => Value::from("ssl"),
                Value::Absent | Value::Bool(false) | Value::Record(_) => Value::from("default"),
                other => match other.text().map(str::to_ascii_lowercase).as_deref() {
                    Some("" | "false" | "0" | "off") => Value::from("default"),
                    Some(_) => Value::from("ssl"),
                    None => unreadable(),
                },
            }),
            _ => follows(&asked, &|value| {
                value.text().map_or_else(unreadable, |mode| {
                    Value::from(mode.to_ascii_lowercase().replace('-', "_"))
                })
            }),
        };
        Self {
            required: follows(&mode, &|mode| match mode.text() {
                Some("ssl" | "required" | "verify_ca" | "verify_identity") => Value::Bool(true),
                Some("default" | "disabled" | "preferred") => Value::Bool(false),
                _ => unreadable(),
            }),
            encrypted: follows(&mode, &|mode| match mode.text() {
                Some("ssl" | "required" | "verify_ca" | "verify_identity") => Value::Bool(true),
                Some("disabled") => Value::Bool(false),
                Some("default" | "preferred") => server_decides(),
                _ => unreadable(),
            }),
            verified: follows(&mode, &|mode| match mode.text() {
                Some("verify_identity") => Value::Bool(true),
                Some("verify_ca") => any_certificate(),
                Some("ssl") => Value::Unknown(
                    Ignorance::new("whether `ssl` alone verifies the server depends on the driver")
                        .settled_by("set `ssl_mode` to `VERIFY_IDENTITY`"),
                ),
                Some("default" | "disabled" | "preferred" | "required") => Value::Bool(false),
                _ => unreadable(),
            }),
            mode,
        }
    }

    fn of_mongodb(target: &Target) -> Self {
        let asked = target.option(&["tls", "ssl"]);
        let by_name = target.engine.value.text().is_some_and(|scheme| scheme.ends_with("+srv"));
        let on = follows(&asked, &|value| match value {
            Value::Absent => Value::Bool(by_name),
            other => switch(other).map_or_else(unreadable, Value::Bool),
        });
        let careless = target.option(&[
            "tlsinsecure",
            "tlsallowinvalidcertificates",
            "tlsallowinvalidhostnames",
            "ssl_cert_reqs",
        ]);
        let trusting = match careless.value.text() {
            Some("CERT_NONE") => Some(true),
            _ => switch(&careless.value),
        };
        let verified = match (&on.value, trusting) {
            (Value::Bool(true), None) if matches!(careless.value, Value::Unknown(_)) => careless,
            _ => follows(&on, &|on| Value::Bool(on.bool() == Some(true) && trusting != Some(true))),
        };
        Self::switched(on, verified)
    }

    /// Redis, RabbitMQ and search engines say it by the scheme; a Python client can also be told by `ssl`.
    fn of_scheme(target: &Target) -> Self {
        let by_name = follows(&target.engine, &|scheme| {
            let scheme = scheme.text().unwrap_or_default();
            let encrypted = matches!(scheme, "rediss" | "valkeys" | "amqps" | "pyamqps" | "https");
            Value::Bool(encrypted || scheme.starts_with("rediss+"))
        });
        let asked = target.option(&["ssl", "use_ssl", "broker_use_ssl"]);
        let on = match (&by_name.value, &asked.value) {
            (Value::Bool(true), _) | (_, Value::Absent) => by_name,
            _ => follows(&asked, &|asked| match asked {
                Value::Record(_) => Value::Bool(true),
                other => switch(other).map_or_else(unreadable, Value::Bool),
            }),
        };
        let certificates = target.option(&["ssl_cert_reqs"]);
        let verified = match &certificates.value {
            Value::Unknown(_) if on.value == Value::Bool(true) => certificates,
            asked => {
                let trusting = match asked.text().map(str::to_ascii_lowercase).as_deref() {
                    Some("none" | "cert_none" | "optional" | "cert_optional") => true,
                    // Python's `ssl_cert_reqs: None` is there, but empty.
                    None => asked == &Value::Absent && target.options.contains_key("ssl_cert_reqs"),
                    Some(_) => false,
                };
                follows(&on, &|on| Value::Bool(on.bool() == Some(true) && !trusting))
            }
        };
        Self::switched(on, verified)
    }

    fn switched(on: Fact, verified: Fact) -> Self {
        let mode =
            follows(&on, &|on| Value::from(if on.bool() == Some(true) { "tls" } else { "none" }));
        Self { mode, required: on.clone(), encrypted: on, verified }
    }
}

/// What a switch says, in Python's and in an address's words.
fn switch(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(on) => Some(*on),
        Value::Int(int) => Some(*int != 0),
        other => match other.text()?.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "required" | "cert_required" => Some(true),
            "false" | "0" | "no" | "off" | "" => Some(false),
            _ => None,
        },
    }
}

fn unreadable() -> Value {
    Value::Unknown(Ignorance::new("this mode of encryption is not known to prodcheck"))
}

fn server_decides() -> Value {
    Value::Unknown(Ignorance::new("the driver encrypts only if the server offers it"))
}

fn any_certificate() -> Value {
    Value::Unknown(Ignorance::new(
        "any server with a certificate of that authority passes; whether others can get one is not known",
    ))
}
