//! A row for each family of refusals; `tests/nginx_refusals.rs` asks nginx itself.

use super::*;
use crate::collect::nginx::parse::parse;
use crate::collect::nginx::source::Source;
use crate::fact::ProjectPath;

fn told(text: &str, context: Context) -> String {
    let parsed = parse(&Source::new(&ProjectPath::new("n"), text));
    let mut found = refusals(&parsed.block, context, None);
    if context == Context::Http {
        found.extend(twice(&parsed.block));
        found.extend(undefined(&parsed.block));
    }
    let told: Vec<String> =
        found.iter().map(|each| format!("{} {}", each.place, each.what)).collect();
    told.join("; ")
}

#[test]
fn a_refusal_names_the_line_where_the_directive_ends() {
    assert_eq!(
        told("listen 80\nserver_name a;", Context::Server),
        "n:2 invalid parameter \"server_name\""
    );
}

#[test]
fn what_is_defined_elsewhere_in_http_is_looked_for() {
    for (text, what) in [
        ("limit_conn_zone $host zone=a:1m; server { limit_conn a 1; }", ""),
        ("server { limit_conn a 1; }", "n:1 \"limit_conn\" zone \"a\" is unknown"),
        ("server { return 200 $colour; }", "n:1 unknown \"colour\" variable"),
        ("map $host $colour { default a; } server { return 200 $colour; }", ""),
        ("server { return 200 $colour; more_x a; }", ""),
        ("upstream a { }", "n:1 no servers are inside upstream"),
    ] {
        assert_eq!(told(text, Context::Http), what, "{text}");
    }
}
