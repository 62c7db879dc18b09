//! Settings and what they amount to, as a table.

use super::derive;
use crate::fact::{Fact, Facts, Ignorance, Origin, Place, ProjectPath, Record, Value};

fn text_list(items: &[&str]) -> Fact {
    Fact::derived(items.iter().map(|item| Fact::derived(*item)).collect::<Vec<_>>())
}

fn record(fields: &[(&str, Fact)]) -> Fact {
    let fields = fields.iter().map(|(name, fact)| ((*name).to_owned(), fact.clone()));
    Fact::derived(Value::record(fields))
}

fn unknown() -> Fact {
    Fact::unknown("given at deploy time")
}

fn one_of(parts: &[Fact]) -> Fact {
    Fact::derived(Value::one_of(parts.to_vec()))
}

/// What the facts at a path are, derived from these settings alone.
fn shown(settings: &[(&str, Fact)], path: &str) -> String {
    let fields = settings.iter().map(|(name, fact)| ((*name).to_owned(), fact.clone()));
    let mut facts = Facts::default();
    derive(&Record::new(fields, None), &Facts::default(), &mut facts);
    facts.at(path).value.to_string()
}

#[test]
fn what_is_not_known_stays_so() {
    let mut facts = Facts::default();
    let rest = Some(Ignorance::new("an import"));
    derive(&Record { rest, ..Record::default() }, &Facts::default(), &mut facts);
    for path in [
        "django.secret-key.bits",
        "django.secret-key-fallbacks",
        "django.middleware.csrf",
        "django.middleware.answering-before-security",
        "django.uses.drf",
        "django.development-apps",
        "django.drf.permission-classes",
        "django.drf.rates",
        "django.jwt.access-token-seconds",
        "django.jwt.rotates",
        "django.cors.allow-all",
        "django.cors.origins",
        "django.password-validators",
        "django.password-min-length",
        "django.password-hasher",
        "django.email.delivers",
        "django.email.encrypted",
        "django.logging.error-handlers",
        "django.logging.keeps-loggers",
        "django.logging.rotates",
        "django.referrer-policies",
    ] {
        let found = facts.at(path).value.clone();
        let known_of_it = match &found {
            Value::List(list) => !(list.items.is_empty() && list.rest.is_some()),
            value => !matches!(value, Value::Unknown(_)),
        };
        assert!(!known_of_it, "{path} is {found}");
    }
}

#[test]
fn middleware_is_known_by_what_is_seen_of_it() {
    let security = "django.middleware.security.SecurityMiddleware";
    let common = "django.middleware.common.CommonMiddleware";
    let open = |item: Fact| Fact::derived(vec![item, Fact::derived(security)]);
    for (middleware, path, expected) in [
        (text_list(&[security]), "security", "true"),
        (text_list(&["shop.security.MySecurityMiddleware"]), "security", "true"),
        (text_list(&[common]), "security", "false"),
        (open(unknown()), "security", "true"),
        (open(unknown()), "csrf", "unknown (given at deploy time)"),
        (open(unknown()), "answering-before-security", "[… perhaps more]"),
        (text_list(&[common, security]), "answering-before-security", &format!("[\"{common}\"]")),
        (text_list(&[security, common]), "answering-before-security", "[]"),
        (text_list(&[common]), "answering-before-security", "not set"),
        (one_of(&[text_list(&[security]), text_list(&[])]), "security", "one of true or false"),
        (one_of(&[text_list(&[security]), text_list(&[security, common])]), "security", "true"),
        (Fact::derived(1), "security", "unknown (expected a list, found a number)"),
    ] {
        let found =
            shown(&[("MIDDLEWARE", middleware.clone())], &format!("django.middleware.{path}"));
        assert_eq!(found, expected, "{path} of {middleware:?}");
    }
}

#[test]
fn tokens_have_the_defaults_of_their_package() {
    let jwt = |fields: &[(&str, Fact)]| record(fields);
    for (settings, path, expected) in [
        (vec![], "access-token-seconds", "300"),
        (
            vec![("SIMPLE_JWT", jwt(&[("ACCESS_TOKEN_LIFETIME", Fact::derived(60))]))],
            "access-token-seconds",
            "60",
        ),
        (
            vec![("SIMPLE_JWT", jwt(&[("ACCESS_TOKEN_LIFETIME", Fact::derived("1h"))]))],
            "access-token-seconds",
            "unknown (expected a timedelta, found a text)",
        ),
        (
            vec![("SIMPLE_JWT", jwt(&[("ROTATE_REFRESH_TOKENS", unknown())]))],
            "rotates",
            "unknown (given at deploy time)",
        ),
        (vec![], "rotates", "false"),
        (vec![("SECRET_KEY", Fact::derived("a"))], "signing-key-is-secret-key", "true"),
        (
            vec![
                ("SECRET_KEY", Fact::derived("a")),
                ("SIMPLE_JWT", jwt(&[("SIGNING_KEY", Fact::derived("b"))])),
            ],
            "signing-key-is-secret-key",
            "false",
        ),
        (
            vec![("SECRET_KEY", unknown()), ("SIMPLE_JWT", jwt(&[("SIGNING_KEY", unknown())]))],
            "signing-key-is-secret-key",
            "unknown (given at deploy time)",
        ),
        (
            vec![
                ("SECRET_KEY", one_of(&[Fact::derived("a"), Fact::derived("b")])),
                ("SIMPLE_JWT", jwt(&[("SIGNING_KEY", Fact::derived("a"))])),
            ],
            "signing-key-is-secret-key",
            "one of true or false",
        ),
        (
            vec![("SIMPLE_JWT", jwt(&[("ALGORITHM", Fact::derived("RS256"))]))],
            "signs-with-shared-key",
            "false",
        ),
    ] {
        assert_eq!(
            shown(&settings, &format!("django.jwt.{path}")),
            expected,
            "{path} of {settings:?}"
        );
    }
}

#[test]
fn origins_go_by_their_new_and_their_old_names() {
    for (settings, path, expected) in [
        (vec![], "allow-all", "false"),
        (vec![("CORS_ORIGIN_ALLOW_ALL", Fact::derived(true))], "allow-all", "true"),
        (
            vec![
                ("CORS_ALLOW_ALL_ORIGINS", Fact::derived(false)),
                ("CORS_ORIGIN_ALLOW_ALL", Fact::derived(true)),
            ],
            "allow-all",
            "false",
        ),
        (vec![("CORS_ALLOW_ALL_ORIGINS", Fact::derived("False"))], "allow-all", "true"),
        // `None` is a value, and no lack of one.
        (
            vec![
                ("CORS_ALLOW_ALL_ORIGINS", Fact::absent().from_origin(Origin::Environment)),
                ("CORS_ORIGIN_ALLOW_ALL", Fact::derived(true)),
            ],
            "allow-all",
            "false",
        ),
        (
            vec![("CORS_ORIGIN_WHITELIST", text_list(&["https://a.example"]))],
            "origins",
            "[\"https://a.example\"]",
        ),
        // What is perhaps not set under the new name is then what the old one says.
        (
            vec![
                (
                    "CORS_ALLOWED_ORIGINS",
                    Fact::derived(Value::one_of(vec![
                        text_list(&["https://b.example"]),
                        Fact::absent().from_origin(Origin::Default),
                    ])),
                ),
                ("CORS_ORIGIN_WHITELIST", text_list(&["https://a.example"])),
            ],
            "origins",
            "one of [\"https://b.example\"] or [\"https://a.example\"]",
        ),
        (
            vec![("CORS_ALLOWED_ORIGIN_REGEXES", text_list(&[".*", "^https://a$"]))],
            "unbounded-regexes",
            "[\".*\"]",
        ),
        (
            vec![("CORS_ALLOWED_ORIGIN_REGEXES", text_list(&["(?<!x)a"]))],
            "unbounded-regexes",
            "[… perhaps more]",
        ),
    ] {
        assert_eq!(
            shown(&settings, &format!("django.cors.{path}")),
            expected,
            "{path} of {settings:?}"
        );
    }
}

#[test]
fn a_message_goes_where_the_loggers_send_it() {
    let handlers = record(&[
        ("console", record(&[("class", Fact::derived("logging.StreamHandler"))])),
        ("custom", record(&[("()", Fact::derived("shop.Handler"))])),
    ]);
    let logging = |fields: &[(&str, Fact)]| {
        let mut all = vec![("handlers", handlers.clone())];
        all.extend(fields.to_vec());
        ("LOGGING", record(&all))
    };
    let keep = || ("disable_existing_loggers", Fact::derived(false));
    let root = |name: &str| ("root", record(&[("handlers", text_list(&[name]))]));
    let loggers =
        |name: &str, fields: &[(&str, Fact)]| ("loggers", record(&[(name, record(fields))]));
    let console = "[\"logging.StreamHandler\"]";
    for (settings, expected) in [
        (logging(&[keep(), root("console")]), console),
        (logging(&[root("console")]), "[]"),
        (logging(&[keep(), loggers("", &[("handlers", text_list(&["console"]))])]), console),
        (logging(&[keep(), root("custom")]), "[\"shop.Handler\"]"),
        (
            logging(&[
                keep(),
                root("console"),
                loggers("django", &[("propagate", Fact::derived(false))]),
            ]),
            "[]",
        ),
        (logging(&[root("console"), loggers("django", &[])]), console),
        (logging(&[keep(), ("root", unknown())]), "[… perhaps more]"),
        (("LOGGING", record(&[])), "not set"),
        (("LOGGING", unknown()), "unknown (given at deploy time)"),
    ] {
        let given = [settings, ("LOGGING_CONFIG", Fact::derived("logging.config.dictConfig"))];
        assert_eq!(shown(&given, "django.logging.error-handlers"), expected, "{given:?}");
    }
}

#[test]
fn a_fact_stands_where_its_setting_stands() {
    let place = Place::line(&ProjectPath::new("settings.py"), 7);
    let settings = [("SECRET_KEY", Fact::literal("short", place.clone()))];
    let mut facts = Facts::default();
    derive(&Record::new(settings, None), &Facts::default(), &mut facts);
    for path in ["django.secret-key.length", "django.jwt.signing-key-length"] {
        assert_eq!(facts.at(path).provenance.place.as_ref(), Some(&place), "{path}");
    }
}
