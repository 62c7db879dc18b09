//! What nginx's facts say of all servers together: other areas' checks judge by these.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::Facts;
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};

fn facts(files: &[(&str, &str)]) -> Facts {
    let project = Project::of_texts(files.iter().copied());
    let given = Given::nothing(Date::parse("2026-11-21").unwrap());
    let service = services(&project, "shop").swap_remove(0);
    collect::service(&project, &service, &given, &catalogue())
}

const HSTS: &str = "add_header Strict-Transport-Security";

#[test]
fn the_whole_is_what_holds_of_all_servers() {
    let tls = |inner: &str| format!("server {{ listen 443 ssl; {inner} }}\n");
    let year = tls(&format!("{HSTS} \"max-age=31536000; includeSubDomains\" always;"));
    let hour = tls(&format!("{HSTS} max-age=3600;"));
    let aside = "server { listen 80; return 301 https://$host$request_uri; }\n";
    let open = "server { listen 80; location / { proxy_pass http://a; } }\n";
    let proxy = |value: &str| {
        tls(&format!(
            "location / {{ proxy_pass http://a; proxy_set_header X-Forwarded-Proto {value}; }}"
        ))
    };
    for (text, path, shown) in [
        (year.clone() + aside, "nginx.hsts-max-age-seconds", "31536000"),
        (year.clone() + &hour, "nginx.hsts-max-age-seconds", "3600"),
        (year.clone() + &hour, "nginx.hsts-include-subdomains", "false"),
        (year.clone() + &tls(""), "nginx.hsts-max-age-seconds", "not set"),
        (year.clone() + open, "nginx.hsts-max-age-seconds", "31536000"),
        (tls(&format!("{HSTS} $h;")), "nginx.hsts-max-age-seconds", "unknown"),
        (year.clone(), "nginx.redirects-to-https", "not set"),
        (year.clone() + aside, "nginx.redirects-to-https", "true"),
        (year.clone() + open, "nginx.redirects-to-https", "false"),
        (tls("include gone.conf;"), "nginx.headers.x-frame-options", "unknown"),
        (tls("add_header X-A b;") + &tls(""), "nginx.headers.x-a", "one of \"b\" or not set"),
        (tls("add_header X-A b;") + open, "nginx.headers.x-a", "\"b\""),
        (proxy("$scheme"), "nginx.forwarded-proto", "\"$scheme\""),
        (
            proxy("$scheme") + &proxy("https"),
            "nginx.forwarded-proto",
            "one of \"$scheme\" or \"https\"",
        ),
        (open.to_owned(), "nginx.forwarded-proto", "not set"),
        (open.to_owned(), "nginx.tls", "false"),
        (year, "nginx.tls", "true"),
        (
            tls("proxy_hide_header X-Frame-Options;"),
            "nginx.hidden-headers",
            "[\"x-frame-options\"]",
        ),
    ] {
        let found = facts(&[("nginx.conf", &text)]).at(path).value.to_string();
        let same = found == shown || (shown == "unknown" && found.starts_with("unknown"));
        assert!(same, "{text}\n{path} is {found}, expected {shown}");
    }
}

#[test]
fn a_header_that_a_map_chooses_is_one_of_its_values() {
    for (map, value, shown) in [
        ("map $scheme $h { https max-age=63072000; }", "$h", "one of 63072000 or not set"),
        ("map $host $t { default 63072000; a 60; }", "max-age=$t", "one of 63072000 or 60"),
        ("map $host $t { default 63072000; }", "max-age=${t}", "63072000"),
    ] {
        let text = format!("{map}\nserver {{ listen 443 ssl; {HSTS} {value}; }}");
        let found = facts(&[("nginx.conf", &text)]);
        let fact = found.at("nginx.hsts-max-age-seconds");
        assert_eq!(fact.value.to_string(), shown, "{text}");
        assert!(fact.provenance.variables.iter().any(|name| name.starts_with('$')), "{text}");
    }
}

#[test]
fn a_server_is_judged_alike_with_and_without_the_blocks_around_it() {
    let server = "server { listen 80; add_header A b; location / { proxy_pass http://a; } }";
    let bare = facts(&[("nginx.conf", server)]);
    let whole = facts(&[("nginx.conf", &format!("events {{}}\nhttp {{ {server} }}"))]);
    for path in ["nginx.tls", "nginx.proxies", "nginx.headers.a", "nginx.limits-requests"] {
        assert_eq!(bare.at(path).value, whole.at(path).value, "{path}");
    }
}

#[test]
fn what_is_no_configuration_of_production_finds_nothing() {
    for (path, text) in [
        ("redis.conf", "bind 127.0.0.1\nrequirepass x\n"),
        ("nginx/local.conf", "server { listen 80; }"),
        ("docs/nginx.conf", "server { listen 80; }"),
        ("apache.conf", "<VirtualHost *:80>\n</VirtualHost>"),
        ("nginx/snippet.conf", "# nothing\n"),
    ] {
        assert!(!facts(&[(path, text)]).found("nginx"), "{path}");
    }
}
