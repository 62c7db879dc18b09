//! How projects read a value from their environment, by library and by what the value is for. `{V}` stands
//! for the variable; a template that begins with `!` cannot do without it.

use crate::environs;

/// The library by which a project reads its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Os,
    Environ,
    Decouple,
    Environs,
}

/// What a value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Bool,
    Number,
    Text,
    Key,
    Hosts,
    Origins,
    Database,
    Cache,
    Json,
}

/// The ways in which a library is asked for such a value.
pub(crate) fn templates(reader: Reader, wanted: Wanted) -> &'static [&'static str] {
    match (reader, wanted) {
        (Reader::Environs, _) => environs::templates(wanted).unwrap_or(OTHER_CACHE),
        (Reader::Os, Wanted::Bool) => OS_BOOL,
        (Reader::Environ, Wanted::Bool) => ENVIRON_BOOL,
        (Reader::Decouple, Wanted::Bool) => DECOUPLE_BOOL,
        (Reader::Os, Wanted::Number) => OS_NUMBER,
        (Reader::Environ, Wanted::Number) => ENVIRON_NUMBER,
        (Reader::Decouple, Wanted::Number) => DECOUPLE_NUMBER,
        (Reader::Os, Wanted::Text) => OS_TEXT,
        (Reader::Environ, Wanted::Text) => ENVIRON_TEXT,
        (Reader::Decouple, Wanted::Text) => DECOUPLE_TEXT,
        (Reader::Os, Wanted::Key) => OS_KEY,
        (Reader::Environ, Wanted::Key) => ENVIRON_KEY,
        (Reader::Decouple, Wanted::Key) => DECOUPLE_KEY,
        (Reader::Os, Wanted::Hosts | Wanted::Origins) => OS_LIST,
        (Reader::Environ, Wanted::Hosts | Wanted::Origins) => ENVIRON_LIST,
        (Reader::Decouple, Wanted::Hosts | Wanted::Origins) => DECOUPLE_LIST,
        (Reader::Environ, Wanted::Database) => ENVIRON_DATABASE,
        (Reader::Os | Reader::Decouple, Wanted::Database) => OTHER_DATABASE,
        (Reader::Environ, Wanted::Cache) => ENVIRON_CACHE,
        (Reader::Os | Reader::Decouple, Wanted::Cache) => OTHER_CACHE,
        (Reader::Environ, Wanted::Json) => ENVIRON_JSON,
        (Reader::Os, Wanted::Json) => OS_JSON,
        (Reader::Decouple, Wanted::Json) => DECOUPLE_JSON,
    }
}

const OS_BOOL: &[&str] = &[
    r#"os.environ.get("{V}", "False") == "True""#,
    r#"os.getenv("{V}", "True") == "True""#,
    r#"os.getenv("{V}") == "1""#,
    r#"os.environ.get("{V}", "") != """#,
    r#"os.environ.get("{V}") != "False""#,
    r#"os.environ.get("{V}", "false").lower() == "true""#,
    r#"os.getenv("{V}", "False").lower() in ("true", "1", "yes")"#,
    r#"os.getenv("{V}", "on").strip().lower() in ["1", "true", "on"]"#,
    r#"str(os.getenv("{V}", False)).lower() in {"true", "1", "t"}"#,
    r#"os.environ.get("{V}", "0") not in ("0", "false", "")"#,
    r#"bool(int(os.environ.get("{V}", "0")))"#,
    r#"bool(os.environ.get("{V}"))"#,
    r#"bool(os.environ.get("{V}", False))"#,
    r#"bool(os.environ.get("{V}", ""))"#,
    r#"bool(os.environ.get("{V}", 0))"#,
    r#"os.environ.get("{V}", False)"#,
    r#"os.environ.get("{V}", True)"#,
    r#"os.environ.get("{V}") or False"#,
    r#"not os.environ.get("{V}")"#,
    r#""{V}" in os.environ"#,
    r#""{V}" not in os.environ"#,
    r#"!os.environ["{V}"] == "1""#,
    r#"!os.environ["{V}"].lower() == "true""#,
    r#"!environ["{V}"] in ("yes", "True")"#,
    r#"True if os.environ.get("{V}") else False"#,
    r#"False if os.getenv("{V}", "").lower() in ("false", "0", "no") else True"#,
    r#"{"true": True, "false": False}.get(os.environ.get("{V}", "").lower(), False)"#,
    r#"os.environ.get("{V}", "f").startswith(("t", "T", "1"))"#,
    r#"os.environ.get("{V}", "f")[0:1].lower() in "ty1""#,
    r#"int(os.getenv("{V}") or 0) > 0"#,
    r#"any(os.environ.get("{V}", "") == each for each in ("1", "True"))"#,
    r#"flag("{V}")"#,
    r#"flag("{V}", True)"#,
    r#"flag("{V}", default=False)"#,
    r#"switch("{V}", "no")"#,
    r#"switch(name="{V}")"#,
    r#"to_bool(os.environ.get("{V}", "False"))"#,
    r#"to_bool(os.getenv("{V}"))"#,
    r#"bool(strtobool(os.getenv("{V}", "no")))"#,
    r#"strtobool(os.environ.get("{V}", "true")) == 1"#,
    r#"json.loads(os.environ.get("{V}", "false").lower())"#,
    r#"ast.literal_eval(os.environ.get("{V}", "False").capitalize())"#,
    r#"eval_flag(os.environ.get("{V}"))"#,
    r#"Flags.read("{V}")"#,
    r#"(lambda v: v is not None and v.lower() == "true")(os.environ.get("{V}"))"#,
    r#"os.environ.get("{V}", "False").title() == str(True)"#,
    r#"bool(re.match(r"^(true|1|yes)$", os.environ.get("{V}", ""), re.I))"#,
];

const ENVIRON_BOOL: &[&str] = &[
    r#"env.bool("{V}", default=False)"#,
    r#"env.bool("{V}", default=True)"#,
    r#"env.bool("{V}", False)"#,
    r#"env("{V}", default=False)"#,
    r#"env("{V}", default=True)"#,
    r#"env("{V}", cast=bool, default=False)"#,
    r#"env("{V}", bool, True)"#,
    r#"env("{V}", default="False")"#,
    r#"env.str("{V}", default="") == "True""#,
    r#"env("SCHEME_{V}")"#,
    r#"env.bool("SCHEME_{V}")"#,
    r#"not env.bool("{V}", default=True)"#,
    r#"env.get_value("{V}", cast=bool, default=False)"#,
    r#"!env.bool("{V}")"#,
    r#"!env("{V}")"#,
    r#"bool(env.int("{V}", default=0))"#,
    r#"env("{V}", default=None)"#,
    r#"env.bool("{V}", default=None)"#,
];

const DECOUPLE_BOOL: &[&str] = &[
    r#"config("{V}", default=False, cast=bool)"#,
    r#"config("{V}", default=True, cast=bool)"#,
    r#"config("{V}", default="False", cast=bool)"#,
    r#"config("{V}", default="on", cast=bool)"#,
    r#"config("{V}", cast=bool, default="")"#,
    r#"config("{V}", False, cast=bool)"#,
    r#"config("{V}", default=0, cast=bool)"#,
    r#"!config("{V}", cast=bool)"#,
    r#"config("{V}", default=False)"#,
    r#"config("{V}", default="True") == "True""#,
    r#"config("{V}", default="x", cast=lambda v: v.lower() == "true")"#,
    r#"config("{V}", default=0, cast=int) == 1"#,
    r#"config("{V}", default="no", cast=strtobool)"#,
    r#"bool(config("{V}", default=""))"#,
    r#"!config("{V}") in ("True", "1")"#,
    r#"config("{V}", default="no", cast=to_bool)"#,
];

const OS_NUMBER: &[&str] = &[
    r#"int(os.environ.get("{V}", "3600"))"#,
    r#"int(os.environ.get("{V}", 31536000))"#,
    r#"int(os.environ.get("{V}", 0))"#,
    r#"int(os.getenv("{V}") or 0)"#,
    r#"int(os.getenv("{V}") or "60") * 60"#,
    r#"int(float(os.getenv("{V}", "1.5")))"#,
    r#"!int(os.environ["{V}"])"#,
    r#"!int(os.environ["{V}"]) * 24"#,
    r#"int(os.environ["{V}"]) if "{V}" in os.environ else 60 * 60"#,
    r#"int(os.getenv("{V}", "0").strip() or 7)"#,
    r#"max(int(os.getenv("{V}", 10)), 60)"#,
    r#"min(3600, int(os.environ.get("{V}", 10)))"#,
    r#"number("{V}", 30)"#,
    r#"number("{V}")"#,
    r#"os.environ.get("{V}", 3600)"#,
    r#"json.loads(os.environ.get("{V}", "300"))"#,
    r#"round(float(os.environ.get("{V}", 2.4)))"#,
    r#"abs(int(os.getenv("{V}", "-5")))"#,
    r#"int(os.getenv("{V}", "7")) // 2"#,
    r#"int(os.getenv("{V}", "7")) % 5 + 2 ** 3"#,
    r#"sum(int(part) for part in os.getenv("{V}", "1,2").split(",") if part.strip().isdigit())"#,
];

const ENVIRON_NUMBER: &[&str] = &[
    r#"env.int("{V}", default=3600)"#,
    r#"env.int("{V}", 0)"#,
    r#"env("{V}", default=60)"#,
    r#"env("{V}", cast=int, default=31536000)"#,
    r#"env("{V}", int, 5)"#,
    r#"!env.int("{V}")"#,
    r#"env.int("{V}", default="12")"#,
    r#"60 * env.int("{V}", default=60)"#,
    r#"int(env("{V}", default="90"))"#,
    r#"int(env.float("{V}", default=1.5) * 10)"#,
];

const DECOUPLE_NUMBER: &[&str] = &[
    r#"config("{V}", default=3600, cast=int)"#,
    r#"config("{V}", default="3600", cast=int)"#,
    r#"config("{V}", 0, cast=int)"#,
    r#"!config("{V}", cast=int)"#,
    r#"config("{V}", default=60)"#,
    r#"int(config("{V}", default=7))"#,
    r#"config("{V}", default=2, cast=float)"#,
    r#"config("{V}", cast=lambda n: int(n) * 60, default=5)"#,
];

const OS_TEXT: &[&str] = &[
    r#"os.environ.get("{V}", "{t}")"#,
    r#"os.getenv("{V}", "{t}")"#,
    r#"os.environ.get("{V}")"#,
    r#"os.getenv("{V}") or "{t}""#,
    r#"os.environ.get("{V}", "").strip() or "{t}""#,
    r#"!os.environ["{V}"]"#,
    r#"f"{os.environ.get('{V}', '{t}')}""#,
    r#"f"a-{os.getenv('{V}', '{t}')!s}""#,
    r#""%s/%s" % (os.getenv("{V}", "{t}"), 1)"#,
    r#""{}".format(os.environ.get("{V}", "{t}"))"#,
    r#""{0}-{name}".format(os.environ.get("{V}", "{t}"), name="x")"#,
    r#""-".join(["a", os.getenv("{V}", "{t}")])"#,
    r#"os.getenv("{V}", "{t}").upper()"#,
    r#"os.getenv("{V}", "{t}").replace("a", "b").rstrip("/")"#,
    r#"str(os.getenv("{V}"))"#,
    r#"os.environ.get("{V}", os.environ.get("OTHER_{V}", "{t}"))"#,
    r#"os.environ.get("OTHER_{V}") or os.environ.get("{V}") or "{t}""#,
    r#"os.environ.setdefault("{V}", "{t}")"#,
    r#"text("{V}", "{t}")"#,
    r#"must("{V}", "{t}")"#,
    r#"os.environ.get("{V}", "{t}").split(":")[0]"#,
    r#"os.environ.get("{V}", "{t}").partition("-")[2] or None"#,
    r#"(os.environ.get("{V}") or "{t}")[:6]"#,
];

const ENVIRON_TEXT: &[&str] = &[
    r#"env("{V}", default="{t}")"#,
    r#"env.str("{V}", default="{t}")"#,
    r#"env("{V}", default=None)"#,
    r#"!env("{V}")"#,
    r#"!env.str("{V}")"#,
    r#"env("{V}", str, "{t}")"#,
    r#"env("SCHEME_TEXT_{V}")"#,
    r#"os.environ.get("{V}", "{t}")"#,
    r#"env.str("{V}", multiline=True, default="{t}")"#,
];

const DECOUPLE_TEXT: &[&str] = &[
    r#"config("{V}", default="{t}")"#,
    r#"config("{V}", "{t}")"#,
    r#"!config("{V}")"#,
    r#"config("{V}", default=None)"#,
    r#"config("{V}", default="{t}", cast=str)"#,
    r#"config("{V}", default="{t}", cast=str.upper)"#,
    r#"config("{V}", default="{t}", cast=Choices(["{t}", "other"]))"#,
    r#"os.getenv("{V}", "{t}")"#,
    r#"config("{V}", default="")"#,
];

const OS_KEY: &[&str] = &[
    r#"!os.environ["{V}"]"#,
    r#"os.environ.get("{V}", "{k}")"#,
    r#"os.environ.get("{V}") or "{k}""#,
    r#"os.getenv("{V}", "django-insecure-{k}")"#,
    r#"os.getenv("{V}", "changeme")"#,
    r#"os.environ.get("{V}", "")"#,
    r#"must("{V}")"#,
    r#"must("{V}", "{k}")"#,
    r#"os.environ.get("{V}", "{k}").strip()"#,
];

const ENVIRON_KEY: &[&str] = &[
    r#"!env("{V}")"#,
    r#"!env.str("{V}")"#,
    r#"env("{V}", default="{k}")"#,
    r#"env.str("{V}", "django-insecure-{k}")"#,
    r#"env("{V}", default="")"#,
];

const DECOUPLE_KEY: &[&str] = &[
    r#"!config("{V}")"#,
    r#"config("{V}", default="{k}")"#,
    r#"config("{V}", default="django-insecure-{k}")"#,
    r#"config("{V}", default="unsafe")"#,
];

const OS_LIST: &[&str] = &[
    r#"os.environ.get("{V}", "").split(",")"#,
    r#"os.environ.get("{V}", "{h}").split(",")"#,
    r#"os.getenv("{V}", "{h}").split()"#,
    r#"os.getenv("{V}", "").split()"#,
    r#"[h.strip() for h in os.getenv("{V}", "").split(",") if h.strip()]"#,
    r#"[h for h in os.getenv("{V}", "{h}").split(",") if h]"#,
    r#"list(map(str.strip, os.environ.get("{V}", "{h}").split(",")))"#,
    r#"list(filter(None, os.environ.get("{V}", "").split(",")))"#,
    r#"[os.environ.get("{V}", "{o}")]"#,
    r#"["{o}", *os.environ.get("{V}", "").split(",")]"#,
    r#"["{o}"] + os.environ.get("{V}", "").split(",")"#,
    r#"os.environ["{V}"].split(",") if "{V}" in os.environ else []"#,
    r#"os.environ.get("{V}").split(",") if os.environ.get("{V}") else ["{o}"]"#,
    r#"!os.environ["{V}"].split(",")"#,
    r#"!os.environ["{V}"].strip().split(" ")"#,
    r#"listed("{V}")"#,
    r#"listed("{V}", "{h}")"#,
    r#"(os.getenv("{V}") or "{h}").split(",")"#,
    r#"[f"{h!s}" for h in os.getenv("{V}", "{h}").split(",")]"#,
    r#"list({h: 1 for h in os.getenv("{V}", "{h}").split(",")})"#,
    r#"sorted(set(os.getenv("{V}", "{h}").split(",")))"#,
    r#"tuple(os.getenv("{V}", "{h}").split(","))"#,
    r#"os.getenv("{V}", "{h}").replace(" ", "").split(",")"#,
    r#"re.split(r"[,\s]+", os.getenv("{V}", "{h}"))"#,
    r#"[] if os.getenv("{V}") is None else os.getenv("{V}").split(",")"#,
    r#"json.loads(os.getenv("{V}_JSON", '["{o}"]'))"#,
    r#"os.environ.get("{V}", "{h}").split(",", 1)"#,
    r#"list(dict.fromkeys(os.environ.get("{V}", "{h}").split(",")))"#,
    r#"[*map(lambda h: h.strip().lower(), os.environ.get("{V}", "{h}").split(","))]"#,
];

const ENVIRON_LIST: &[&str] = &[
    r#"env.list("{V}", default=[])"#,
    r#"env.list("{V}", default=["{o}"])"#,
    r#"env("{V}", default=["{o}"])"#,
    r#"env("{V}", cast=list, default=[])"#,
    r#"env("{V}", cast=[str], default=["{o}"])"#,
    r#"env("{V}", list, ["{o}"])"#,
    r#"env.list("{V}", default="{h}")"#,
    r#"!env.list("{V}")"#,
    r#"env("{V}", default="{h}").split(",")"#,
    r#"env.str("{V}", default="").split(",")"#,
    r#"env.tuple("{V}", default=("{o}",))"#,
    r#"env.list("{V}", str, ["{o}"])"#,
    r#"[h.strip() for h in env.list("{V}", default=[])]"#,
    r#"["{o}"] + env.list("{V}", default=[])"#,
    r#"env("SCHEME_LIST_{V}")"#,
    r#"env.json("{V}_JSON", default=["{o}"])"#,
];

const DECOUPLE_LIST: &[&str] = &[
    r#"config("{V}", default="", cast=Csv())"#,
    r#"config("{V}", default="{h}", cast=Csv())"#,
    r#"!config("{V}", cast=Csv())"#,
    r#"config("{V}", default="{h}", cast=Csv(post_process=tuple))"#,
    r#"config("{V}", default="{h}", cast=Csv(str, strip=" /"))"#,
    r#"config("{V}", default="{o}", cast=Csv(delimiter=" "))"#,
    r#"config("{V}", default="{h}").split(",")"#,
    r#"config("{V}", default="").split(",")"#,
    r#"config("{V}", default="{h}", cast=lambda v: [s.strip() for s in v.split(",")])"#,
    r#"list(config("{V}", default="{h}", cast=Csv()))"#,
    r#"["{o}"] + config("{V}", default="", cast=Csv())"#,
    r#"config("{V}", default=[], cast=lambda v: v if isinstance(v, list) else v.split(","))"#,
];

const ENVIRON_DATABASE: &[&str] = &[
    r#"{"default": env.db("{V}", default="sqlite:///db.sqlite3")}"#,
    r#"{"default": env.db("{V}", default="postgres://u:p@db:5432/shop")}"#,
    r#"!{"default": env.db("{V}")}"#,
    r#"{"default": env.db_url("{V}", default="mysql://u:p%40ss@db/shop?charset=utf8mb4")}"#,
    r#"{"default": env.db_url_config(env("{V}", default="postgis://u@db/shop"))}"#,
    r#"{"default": env.db("{V}", default="postgres:///shop")}"#,
];

const OTHER_DATABASE: &[&str] = &[
    r#"{"default": dj_database_url.config("{V}", default="sqlite:///db.sqlite3")}"#,
    r#"{"default": dj_database_url.config(env="{V}", default="postgres://u:p@db:5432/shop", conn_max_age=600)}"#,
    r#"{"default": dj_database_url.config(env="{V}", conn_max_age=60, ssl_require=True)}"#,
    r#"{"default": dj_database_url.config(env="{V}", default="postgresql://u:p@db/shop?sslmode=verify-full", conn_health_checks=True)}"#,
    r#"{"default": dj_database_url.parse(os.environ.get("{V}", "mysql://u:p%23@db:3306/shop"))}"#,
    r#"{"default": dj_database_url.parse("postgis://u:p@db/shop", conn_max_age=5)}"#,
    r#"{"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ.get("{V}_NAME", "shop"), "HOST": os.getenv("{V}_HOST", "db"), "PORT": os.getenv("{V}_PORT", 5432)}}"#,
    r#"{"default": {"ENGINE": f"django.db.backends.{os.environ.get('{V}_ENGINE', 'sqlite3')}", "NAME": BASE_DIR / "db.sqlite3"}}"#,
    r#"dict(default=dict(ENGINE="django.db.backends.sqlite3", NAME=os.path.join(BASE_DIR, "db.sqlite3")))"#,
];

const ENVIRON_CACHE: &[&str] = &[
    r#"{"default": env.cache("{V}", default="locmemcache://")}"#,
    r#"{"default": env.cache("{V}", default="rediscache://redis:6379/1")}"#,
    r#"{"default": env.cache_url("{V}", default="dummycache://")}"#,
    r#"{"default": env.cache("{V}", default="pymemcache://memcached:11211")}"#,
];

const OTHER_CACHE: &[&str] = &[
    r#"{"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ.get("{V}", "redis://redis:6379/0")}}"#,
    r#"{"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}"#,
    r#"{"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": BASE_DIR / "media" / "cache"}}"#,
    r#"{"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "/var/tmp/shop"}}"#,
    r#"{"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "cache"}}"#,
    r#"{"other": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}"#,
];

const OS_JSON: &[&str] = &[
    r#"json.loads(os.environ.get("{V}", '{"a": [1, 2.5, null, true]}'))"#,
    r#"json.loads(os.environ.get("{V}") or "[]")"#,
    r#"ast.literal_eval(os.environ.get("{V}_PY", "['a', ('b', 1), {'c': None}]"))"#,
];

const ENVIRON_JSON: &[&str] = &[
    r#"env.json("{V}", default={"a": 1})"#,
    r#"env.dict("{V}_DICT", default={})"#,
    r#"env("{V}_DICT", cast=dict, default={"x": "y"})"#,
    r#"env.dict("{V}_DICT", default={"n": 1})"#,
];

const DECOUPLE_JSON: &[&str] = &[
    r#"config("{V}", default="{}", cast=json.loads)"#,
    r#"dict(item.split("=") for item in config("{V}_DICT", default="a=1,b=2", cast=Csv()))"#,
];
