//! Whether mail leaves the house, and whether it does so encrypted.

use crate::collect::django::carry::{any, awaited, each, made_from, map, setting, truth};
use crate::fact::secret::is_secret_name;
use crate::fact::{Fact, Facts, Ignorance, Record, Value};

const SMTP: &str = "django.core.mail.backends.smtp.EmailBackend";

/// Backends that deliver nothing.
const UNDELIVERING: &[&str] = &["console", "dummy", "filebased", "locmem"];

/// Judges the `EMAIL_…` settings.
pub(super) fn derive(settings: &Record, facts: &mut Facts) {
    let backend = setting(settings, "EMAIL_BACKEND");
    let host = setting(settings, "EMAIL_HOST");
    let encrypted = any([
        truth(&setting(settings, "EMAIL_USE_TLS")),
        truth(&setting(settings, "EMAIL_USE_SSL")),
    ]);
    let remote = map(&host, "a text", |value| match value {
        Value::Absent => Some(Value::Bool(false)),
        value => Some(Value::Bool(!is_local(value.text()?))),
    });
    // Since 6.1 `MAILERS` replaces all of these settings.
    let elsewhere = settings.fields.contains_key("MAILERS");
    // A password cannot have a default: without it a program may well print its mail.
    let waits = backend.provenance.variables.iter().any(|name| is_secret_name(name));
    let known = |fact: Fact| match (elsewhere, waits) {
        (true, _) => mailers_unread(&fact),
        (false, true) => awaited(fact, facts),
        (false, false) => fact,
    };
    let [delivers, over_smtp] = [delivers(&backend), over_smtp(&backend, &remote)].map(known);
    let encrypted = if elsewhere { mailers_unread(&encrypted) } else { encrypted };
    facts.put("django.email.delivers", delivers);
    facts.put("django.email.over-smtp", over_smtp);
    facts.put("django.email.encrypted", encrypted);
    facts.put("django.email.backend", backend);
    facts.put("django.email.host", host);
}

fn mailers_unread(fact: &Fact) -> Fact {
    let why = "mail is configured by `MAILERS`, which is not read yet";
    made_from(fact, Value::Unknown(Ignorance::new(why)))
}

fn is_local(host: &str) -> bool {
    let host = host.trim().to_lowercase();
    host.is_empty() || host == "localhost" || host.starts_with("127.") || host == "::1"
}

/// Whether the backend hands mail on to anybody.
fn delivers(backend: &Fact) -> Fact {
    map(backend, "a text", |value| {
        let class = value.text()?;
        let of_django = class.strip_prefix("django.core.mail.backends.");
        let undelivering =
            of_django.is_some_and(|rest| UNDELIVERING.iter().any(|name| rest.starts_with(name)));
        Some(Value::Bool(!undelivering))
    })
}

/// Whether mail goes to another machine by SMTP.
fn over_smtp(backend: &Fact, remote: &Fact) -> Fact {
    each(backend, |value| match value.text() {
        Some(SMTP) => remote.clone(),
        _ => made_from(backend, Value::Bool(false)),
    })
}
