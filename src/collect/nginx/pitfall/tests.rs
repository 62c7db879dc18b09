//! A row for each kind: what is one, and what only looks like one.

use super::*;
use crate::collect::nginx::parse::parse;
use crate::collect::nginx::source::Source;
use crate::fact::ProjectPath;

fn kinds(text: &str) -> String {
    let parsed = parse(&Source::new(&ProjectPath::new("n"), text));
    let instance = Instance {
        http: parsed.block,
        misplaced: Vec::new(),
        refused: Vec::new(),
        doubt: None,
        inside_server: false,
    };
    let found = facts(&[instance], None);
    let kinds =
        found.value.items().iter().filter_map(|item| Some(item.text_of("kind")?.to_owned()));
    kinds.collect::<Vec<_>>().join(" ")
}

fn told(inner: &str) -> String {
    kinds(&format!("server {{ {inner} }}"))
}

#[test]
fn origins_are_tried_with_names_of_strangers() {
    for (pattern, loose) in [
        (r"^https://(www\.)?example\.com$", false),
        (r"^https?://([a-z0-9-]+\.)?example\.com(:[0-9]+)?$", false),
        (r"^https://(app|api)\.example\.com$", false),
        (r"^https?://(localhost|127\.0\.0\.1)$", false),
        (r"example\.com", true),
        (r"^https://example\.com", true),
        (r"example\.com$", true),
        (r"^https://.*example\.com$", true),
        (r"^https://(www.)?example.com$", true),
        (".*", true),
        (r"https://(foo|bar)\.example\.com", true),
    ] {
        let text = format!("location / {{ if ($http_origin ~ '{pattern}') {{ set $a 1; }} }}");
        assert_eq!(told(&text) == "origin-expression-loose", loose, "{pattern}");
    }
}

#[test]
fn referers_are_tried_with_paths_of_strangers() {
    for (pattern, loose) in [
        (r"^https://example\.com/", false),
        (r"^https?://([a-z0-9-]+\.)?example\.com/", false),
        (r"^https?://([^/]+\.)?(example|shop)\.com/", false),
        (r"https://example\.com/", true),
        (r"^https://.*\.example\.com/", true),
        (r"^https?://([^/]+\.)?example\.com/|([^/]+\.)?shop\.com/", true),
    ] {
        let text = format!("location / {{ if ($http_referer !~ '{pattern}') {{ return 403; }} }}");
        assert_eq!(told(&text) == "origin-expression-loose", loose, "{pattern}");
    }
}

#[test]
fn line_breaks_are_followed_through_variables() {
    for (text, kind) in [
        (r"location ~ ^/a/([^/]+)/ { proxy_pass http://a/$1; }", "captured-line-break"),
        (r"location ~ ^/a/([^/]+)/ { set $p $1; proxy_pass http://a/$p; }", "captured-line-break"),
        (r"location ~ ^/a/(b|c)/([^/]+)/ { set $p $1; proxy_pass http://a/$p; }", ""),
        (r"rewrite ^/a/(?<p>[^/]+)/ http://a/$p redirect;", "captured-line-break"),
        (r"rewrite ^/a/([^/]+)/ http://a/$1 redirect;", ""),
        (r"rewrite ^/a/([^/]+)/ /b/$1;", ""),
    ] {
        assert_eq!(told(text), kind, "{text}");
    }
}

#[test]
fn expressions_are_slow_that_repeat_what_repeats() {
    for (pattern, slow) in [
        ("^/(a+)+$", true),
        (r"^/(\w+\d*)+$", true),
        ("^/([a-z]*)*x", true),
        ("^/(.*,)*x$", true),
        ("^(/[a-z]+)+$", false),
        (r"^/([a-z0-9-]+\.)+html$", false),
        ("^/a+b*$", false),
        ("^/([a-z]+)/([0-9]+)$", false),
    ] {
        let text = format!("location ~ '{pattern}' {{ return 204; }}");
        assert_eq!(told(&text).contains("expression-slow"), slow, "{pattern}");
    }
}

#[test]
fn access_is_limited_only_by_what_denies() {
    for (text, kind) in [
        ("location /a { allow 10.0.0.0/8; }", "allow-without-deny"),
        ("location /a { allow 10.0.0.0/8; deny all; }", ""),
        ("location /a { satisfy any; allow 10.0.0.0/8; auth_basic x; }", ""),
        ("location /a { deny all; return 200; }", "return-before-access-rules"),
        ("location /a { deny all; return 404; }", ""),
        ("location /s { stub_status; }", "status-page-open"),
        ("location /s { stub_status; allow 127.0.0.1; deny all; }", ""),
        ("location /protected/ { alias /srv/x/; }", "internal-missing"),
        ("location /protected/ { internal; alias /srv/x/; }", ""),
        ("location /files/ { alias /srv/x/; }", ""),
    ] {
        assert_eq!(told(text), kind, "{text}");
    }
}

#[test]
fn what_is_handed_on_is_looked_at_with_its_surroundings() {
    for (text, kind) in [
        ("location /api { proxy_pass http://a/; }", "path-without-slash"),
        ("location /api/ { proxy_pass http://a/; }", ""),
        ("location = /api { proxy_pass http://a/; }", ""),
        ("location / { resolver 8.8.8.8; }", "resolver-outside"),
        ("location / { resolver 127.0.0.11 [fd00::1] valid=5s; }", ""),
        ("location / { set $u app; proxy_pass http://$u:1; }", "resolver-missing"),
        ("resolver 10.0.0.1; location / { set $u app; proxy_pass http://$u:1; }", ""),
        ("set_real_ip_from 0.0.0.0/0;", "everyone-trusted"),
        ("rewrite ^/a/(.*)$ /b/$2;", "group-missing"),
        ("rewrite ^/a/(.*)$ /b/$1;", ""),
        (r"location ~ \.php { }", "expression-open-ended"),
        (r"location ~ \.php$ { }", ""),
        (r"location ~ /\.git { }", ""),
    ] {
        assert_eq!(told(text), kind, "{text}");
    }
}

#[test]
fn servers_of_one_socket_are_compared() {
    for (text, kind) in [
        (
            "server { listen 80; server_name a; } server { listen 80; server_name b; }",
            "no-default-server",
        ),
        ("server { listen 80 default_server; } server { listen 80; server_name b; }", ""),
        ("server { listen 80; server_name a; } server { listen 443; server_name a; }", ""),
        (
            "server { listen 80 default_server; server_name a; } server { listen 80; server_name a; }",
            "server-name-taken",
        ),
    ] {
        assert_eq!(kinds(text), kind, "{text}");
    }
}
