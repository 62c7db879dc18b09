//! What is written into environments and `.env` files, by what a value is for; traps among it.

use crate::expressions::Wanted;
use crate::random::Random;

const BOOLS: &[&str] = &[
    "True", "False", "true", "false", "1", "0", "yes", "no", "on", "off", "TRUE", "FALSE", "t",
    "f", "y", "n", "", " true ", "ok", "2", "enabled", "None",
];
const PLAIN_BOOLS: &[&str] = &["True", "False", "true", "false", "1", "0"];
const NUMBERS: &[&str] =
    &["0", "1", "60", "3600", "31536000", "63072000", "-1", "007", " 5 ", "1_000"];
const ODD_NUMBERS: &[&str] = &["", "ten", "1.5", "1e3"];
const TEXTS: &[&str] = &[
    "prod",
    "production",
    "dev",
    "local",
    "staging",
    "",
    "DENY",
    "SAMEORIGIN",
    "same-origin",
    "strict-origin, origin",
    "redis://redis:6379/1",
    "Lax",
    "a b",
    "smtp.shop.example",
    "https://shop.example",
    "HS256",
    "10/minute",
    "INFO",
    "unsafe-none",
    "ünïcode",
    "$OTHER",
    "50/day",
    "a-b-c",
    "None",
];
const HOSTS: &[&str] = &[
    "shop.example",
    "shop.example,www.shop.example",
    "a.example, b.example,,c.example",
    "*",
    "",
    " ",
    "shop.example ",
    ".shop.example",
    "a.example b.example",
    "a.example,",
    "localhost,127.0.0.1",
    "[::1],a.example",
];
const ORIGINS: &[&str] = &[
    "https://shop.example",
    "https://shop.example,http://localhost:3000",
    "",
    "shop.example",
    "https://a.example, ",
    "https://a.example/",
    "*",
    "https://a.example,https://b.example:8443",
];
const DATABASES: &[&str] = &[
    "postgres://u:p@db:5432/shop",
    "postgresql://user:s%40cret@10.0.0.5/shop?sslmode=require",
    "sqlite:///db.sqlite3",
    "sqlite:////var/lib/shop/db.sqlite3",
    "sqlite://:memory:",
    "mysql://root:@127.0.0.1:3306/shop",
    "postgis://u:p@db/shop",
    "postgres://u:p@db:5432/shop?connect_timeout=10&sslmode=verify-full",
    "",
];
const CACHES: &[&str] = &[
    "redis://redis:6379/0",
    "rediscache://:p@redis:6379/1",
    "locmemcache://",
    "dummycache://",
    "filecache:///var/tmp/cache",
    "rediss://redis:6379/0",
];
const JSONS: &[&str] = &[
    "{}",
    "[]",
    "{\"a\": [1, 2.5, null, true]}",
    "\"text\"",
    "[\"a\", {\"b\": \"c\"}]",
    "null",
    "3",
];

/// A text that somebody might give a variable for this.
pub(crate) fn value(random: &mut Random, wanted: Wanted) -> String {
    match wanted {
        Wanted::Bool if random.chance(60) => random.pick(PLAIN_BOOLS).to_owned(),
        Wanted::Bool => random.pick(BOOLS).to_owned(),
        Wanted::Number if random.chance(6) => random.pick(ODD_NUMBERS).to_owned(),
        Wanted::Number => random.pick(NUMBERS).to_owned(),
        Wanted::Text => random.pick(TEXTS).to_owned(),
        Wanted::Key if random.chance(70) => random.key(50),
        Wanted::Key => {
            let insecure = format!("django-insecure-{}", random.key(50));
            let short = random.key(20);
            random
                .pick(&[
                    "",
                    "changeme",
                    insecure.as_str(),
                    short.as_str(),
                    "$ecret-that-begins-like-a-name",
                ])
                .to_owned()
        }
        Wanted::Hosts => random.pick(HOSTS).to_owned(),
        Wanted::Origins => random.pick(ORIGINS).to_owned(),
        Wanted::Database => random.pick(DATABASES).to_owned(),
        Wanted::Cache => random.pick(CACHES).to_owned(),
        Wanted::Json => random.pick(JSONS).to_owned(),
    }
}

/// Python for such a value that no environment decides.
pub(crate) fn literal(random: &mut Random, wanted: Wanted) -> String {
    match wanted {
        Wanted::Bool if random.chance(80) => random.pick(&["True", "False"]).to_owned(),
        Wanted::Bool => random.pick(&["1", "0", "\"False\"", "None", "not True", "\"\"", "\"yes\""]).to_owned(),
        Wanted::Number => random.pick(&["0", "1", "3600", "31536000", "60 * 60", "None", "30"]).to_owned(),
        Wanted::Text | Wanted::Key | Wanted::Json => format!("{:?}", random.pick(TEXTS)),
        Wanted::Hosts => random.pick(&["[\"shop.example\"]", "[]", "(\"a.example\", \"b.example\")", "[\"*\"]"]).to_owned(),
        Wanted::Origins => random.pick(&["[\"https://shop.example\"]", "[]", "(\"https://a.example\",)"]).to_owned(),
        Wanted::Database => {
            "{\"default\": {\"ENGINE\": \"django.db.backends.sqlite3\", \"NAME\": BASE_DIR / \"db.sqlite3\"}}".to_owned()
        }
        Wanted::Cache => {
            "{\"default\": {\"BACKEND\": \"django.core.cache.backends.db.DatabaseCache\", \"LOCATION\": \"cache\"}}".to_owned()
        }
    }
}

/// The default that a template has for a text.
pub(crate) fn default_text(random: &mut Random, wanted: Wanted) -> String {
    let of = match wanted {
        Wanted::Hosts => HOSTS,
        Wanted::Origins => ORIGINS,
        _ => TEXTS,
    };
    random.pick(of).replace('$', "S")
}

/// A line of a `.env` file, as people write them.
pub(crate) fn line(random: &mut Random, name: &str, value: &str) -> String {
    // Quotes inside of quotes are read by some loaders only.
    if value.contains('"') {
        return format!("{name}={value}");
    }
    match random.below(14) {
        0 => format!("{name}='{value}'"),
        1 | 2 => format!("{name}=\"{value}\""),
        3 => format!("export {name}={value}"),
        4 => format!("{name} = {value}"),
        5 => format!("{name}={value} # of production"),
        6 => format!("# {name}={value}"),
        7 => format!("{name}={value}  "),
        8 => format!("{name}={value}#x"),
        9 => format!("\n# another\n{name}={value}"),
        _ => format!("{name}={value}"),
    }
}
