//! The table of nginx's own directives: where each is accepted, with how many words, of what kind.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A version of nginx: 1.25.1 is `(1, 25, 1)`.
pub(super) type Number = (u32, u32, u32);

/// What one module of nginx says of a directive. Several may have one of the same name.
#[derive(Debug)]
pub(super) struct Row {
    contexts: &'static str,
    counts: &'static str,
    /// Whether it opens a block.
    pub(super) opens: bool,
    /// The kind of its value, as the table names it.
    pub(super) kind: &'static str,
    /// Whether a block may have it only once.
    pub(super) once: bool,
    /// Whether a block may have it several times, unless one of them is `off`.
    pub(super) once_if_off: bool,
    /// The first version that has it, if it came later than 1.22.
    pub(super) since: Option<Number>,
    /// The first version that has it no more.
    pub(super) before: Option<Number>,
}

impl Row {
    /// Whether it is accepted in the context of a letter.
    pub(super) fn is_for(&self, letter: char) -> bool {
        self.contexts.contains(letter) || self.contexts == "*"
    }

    /// Whether it takes so many words after its name.
    pub(super) fn takes(&self, count: usize) -> bool {
        match self.counts {
            "*" => true,
            "1+" => count >= 1,
            "2+" => count >= 2,
            exact => exact.chars().any(|digit| digit.to_digit(10) == u32::try_from(count).ok()),
        }
    }

    /// The smallest and the largest number of words it takes; none if any number will do.
    pub(super) fn counts(&self) -> &'static str {
        self.counts
    }
}

/// What the modules we know say of a directive; empty if none has it.
pub(super) fn rows(name: &str) -> &'static [Row] {
    static TABLE: OnceLock<BTreeMap<&'static str, Vec<Row>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table: BTreeMap<&'static str, Vec<Row>> = BTreeMap::new();
        let lines = include_str!("directives.txt").lines();
        for (name, row) in lines.filter(|line| !line.starts_with('#')).filter_map(row) {
            table.entry(name).or_default().push(row);
        }
        table
    });
    table.get(name).map_or(&[], Vec::as_slice)
}

fn row(line: &'static str) -> Option<(&'static str, Row)> {
    let mut words = line.split(' ');
    let (name, contexts, counts, kind) =
        (words.next()?, words.next()?, words.next()?, words.next()?);
    let (word, version) = (words.next(), words.next().and_then(number));
    let row = Row {
        contexts,
        counts: counts.trim_end_matches('{'),
        opens: counts.ends_with('{'),
        kind: kind.trim_end_matches(['!', '?']),
        once: kind.ends_with('!'),
        once_if_off: kind.ends_with('?'),
        since: version.filter(|_| word == Some("since")),
        before: version.filter(|_| word == Some("before")),
    };
    Some((name, row))
}

fn number(text: &str) -> Option<Number> {
    let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

/// Beginnings of the names that well-known modules give their directives; nginx itself has none such.
const FOREIGN: &[&str] = &[
    "lua_",
    "more_",
    "brotli",
    "zstd",
    "geoip2",
    "js_",
    "echo",
    "vhost_traffic_status",
    "otel_",
    "opentracing",
    "opentelemetry",
    "modsecurity",
    "pagespeed",
    "rtmp",
    "upload",
    "nchan",
    "push_stream",
    "vod",
    "passenger",
    "auth_jwt",
    "auth_ldap",
    "auth_pam",
    "auth_digest",
    "auth_gss",
    "auth_oidc",
    "check",
    "fancyindex",
    "subs_filter",
    "replace_filter",
    "fair",
    "redis",
    "memc_",
    "srcache_",
    "drizzle",
    "postgres",
    "encrypted_session",
    "dav_ext",
    "xss_",
    "eval",
    "sysguard",
    "shib_",
    "aws_",
    "njs",
    "wasm",
    "testcookie",
    "set_",
    "array_",
    "iconv",
    "header_filter_by",
    "body_filter_by",
    "content_by",
    "access_by",
    "rewrite_by",
    "log_by",
    "balancer_by",
    "init_by",
    "init_worker_by",
    "exit_worker_by",
    "ssl_certificate_by",
    "ssl_client_hello_by",
    "server_rewrite_by",
    "preread_by",
    "ct_",
    "ssl_ct",
    "cookie_",
    "limit_traffic",
    "dynamic_",
    "health_check",
    "api",
    "status",
    "keyval",
    "session_log",
    "f4f",
    "hls",
    "live",
    "mgmt",
    "oidc",
    "jwt",
    "match",
    "consul",
    "vts",
    "acme",
    "loop_detect",
    "delay",
    "concat",
    "trim",
    "user_agent",
    "tfs",
    "sec_",
    "cas_",
    "shibboleth",
    "security_",
    "hsts",
    "headers_",
    "footer",
    "slowfs",
    "cache_purge",
    "proxy_cache_purge",
    "fastcgi_cache_purge",
    "uwsgi_cache_purge",
    "proxy_connect",
    "graphite",
    "statsd",
    "prometheus",
    "accounting",
    "form_",
    "bot_",
    "captcha",
    "rds_",
    "coolkit",
    "doh",
    "ipscrub",
    "snmp",
    "sticky",
    "zone_sync",
    "application",
    "naxsi",
    "app_protect",
    "usage_report",
    "license_",
    "deployment_context",
    "client_cert",
    "num_map",
    "least_",
    "ntlm",
];

/// Whether a directive that nginx itself has not is by its name one of a module that can be added.
pub(super) fn is_of_another_module(name: &str) -> bool {
    name.contains("_by_lua")
        || name.starts_with(|c: char| c.is_ascii_uppercase())
        || (FOREIGN.iter().any(|start| name.starts_with(start)) && !name.starts_with("set_real"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_contexts_counts_and_kind() {
        for (name, letter, count, takes) in [
            ("listen", 's', 3, true),
            ("listen", 's', 0, false),
            ("root", 'l', 2, false),
            ("limit_req", 's', 4, false),
            ("return", 'v', 1, true),
        ] {
            let found =
                rows(name).iter().find(|row| row.is_for(letter)).map(|row| row.takes(count));
            assert_eq!(found, Some(takes), "{name} {count}");
        }
        assert!(rows("http2").iter().all(|row| row.since == Some((1, 25, 1))));
        assert!(rows("ssl").iter().all(|row| row.before == Some((1, 25, 1))));
        assert!(rows("location").iter().all(|row| row.opens && !row.once));
    }

    #[test]
    fn names_of_added_modules_are_known_by_their_beginning() {
        for (name, foreign) in [
            ("more_set_headers", true),
            ("access_by_lua_block", true),
            ("SecRulesEnabled", true),
            ("proxy_pas", false),
            ("sever_name", false),
        ] {
            assert_eq!(is_of_another_module(name), foreign, "{name}");
        }
    }
}
