//! How projects read a value with environs, in the notation of `expressions.rs`.

use crate::expressions::Wanted;

/// The ways in which the library is asked for such a value; none if it has no way of its own.
pub(crate) fn templates(wanted: Wanted) -> Option<&'static [&'static str]> {
    match wanted {
        Wanted::Bool => Some(BOOL),
        Wanted::Number => Some(NUMBER),
        Wanted::Text => Some(TEXT),
        Wanted::Key => Some(KEY),
        Wanted::Hosts | Wanted::Origins => Some(LIST),
        Wanted::Json => Some(JSON),
        Wanted::Database => Some(DATABASE),
        Wanted::Cache => None,
    }
}

const BOOL: &[&str] = &[
    r#"env.bool("{V}", default=False)"#,
    r#"env.bool("{V}", True)"#,
    r#"env.bool("{V}", default=None)"#,
    r#"!env.bool("{V}")"#,
    r#"env("{V}", default="false").lower() == "true""#,
    r#"env("{V}", False)"#,
    r#"env.str("{V}", "no") in ("yes", "1")"#,
    r#"not env.bool("{V}", default=False)"#,
];

const NUMBER: &[&str] = &[
    r#"env.int("{V}", default=3600)"#,
    r#"env.int("{V}", 0)"#,
    r#"!env.int("{V}")"#,
    r#"env.int("{V}", default=None) or 60"#,
    r#"int(env.float("{V}", 1.5))"#,
    r#"60 * env.int("{V}", 60)"#,
    r#"int(env("{V}", "90"))"#,
];

const TEXT: &[&str] = &[
    r#"env("{V}", "{t}")"#,
    r#"env.str("{V}", default="{t}")"#,
    r#"env("{V}", None)"#,
    r#"!env("{V}")"#,
    r#"!env.str("{V}")"#,
    r#"env.str("{V}", "{t}").strip()"#,
    r#"os.environ.get("{V}", "{t}")"#,
];

const KEY: &[&str] = &[
    r#"!env("{V}")"#,
    r#"!env.str("{V}")"#,
    r#"env("{V}", default="{k}")"#,
    r#"env.str("{V}", "django-insecure-{k}")"#,
];

const LIST: &[&str] = &[
    r#"env.list("{V}", default=[])"#,
    r#"env.list("{V}", ["{o}"])"#,
    r#"!env.list("{V}")"#,
    r#"env.list("{V}", default=["{o}"], subcast=str)"#,
    r#"env.list("{V}", [], delimiter=" ")"#,
    r#"[h for h in env.list("{V}", []) if h]"#,
    r#"env("{V}", "{h}").split(",")"#,
    r#"["{o}"] + env.list("{V}", [])"#,
];

const JSON: &[&str] = &[
    r#"env.json("{V}", default={"a": [1]})"#,
    r#"env.json("{V}", {})"#,
    r#"env.dict("{V}_DICT", default={})"#,
    r#"env.dict("{V}_DICT", {"x": "y"})"#,
];

const DATABASE: &[&str] = &[
    r#"{"default": env.dj_db_url("{V}", default="sqlite:///db.sqlite3")}"#,
    r#"{"default": env.dj_db_url("{V}", "postgres://u:p@db:5432/shop", conn_max_age=60)}"#,
    r#"!{"default": env.dj_db_url("{V}")}"#,
    r#"{"default": env.dj_db_url("{V}", default="postgres://u:p@db/shop", ssl_require=True)}"#,
];
