//! What must hold of nginx's files whatever is in them: they are read to an end, and nothing panics.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::{Facts, Value};
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};
use proptest::prelude::*;

/// The facts about a project that has one file of nginx's.
fn facts(name: &str, text: &str) -> Facts {
    let project = Project::of_texts([(name, text)]);
    let given = Given::nothing(Date::parse("2026-11-21").unwrap());
    let catalogue = catalogue();
    let mut facts = Facts::default();
    for service in services(&project, "any") {
        facts.merge(collect::service(&project, &service, &given, &catalogue));
    }
    facts
}

/// Pieces of which files are made, well-formed and not.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("server {\n".to_owned()),
        Just("location / {\n".to_owned()),
        Just("location ~* ^/(a|b)$ {".to_owned()),
        Just("if ($scheme = http) {".to_owned()),
        Just("http {".to_owned()),
        Just("}\n".to_owned()),
        Just("listen 443 ssl;".to_owned()),
        Just("listen [::]:80 default_server;".to_owned()),
        Just("add_header A \"b\nc\" always;".to_owned()),
        Just("proxy_pass http://$a$1/x;".to_owned()),
        Just("set $a '${b}';".to_owned()),
        Just("include nginx.conf;".to_owned()),
        Just("include *;".to_owned()),
        Just("return 301 https://$host$uri;".to_owned()),
        Just("alias /a/;root ../.env;".to_owned()),
        Just("client_max_body_size 99999999999999999999g;".to_owned()),
        Just("send_timeout 9223372036854775807d;".to_owned()),
        Just("content_by_lua_block { [==[ } ]] ".to_owned()),
        Just("{% if a %}".to_owned()),
        Just("{{ a }}".to_owned()),
        Just("{% endif %}".to_owned()),
        Just("# é {\r\n".to_owned()),
        "[ -~\\n]{0,12}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>()) {
        let _ = facts("nginx.conf", &text);
    }

    #[test]
    fn anything_made_of_pieces_is_read_without_a_panic(
        pieces in prop::collection::vec(piece(), 0..40),
        name in prop_oneof![Just("nginx.conf"), Just("nginx/site.conf.j2"), Just("sites-enabled/a")],
    ) {
        let _ = facts(name, &pieces.concat());
    }

    #[test]
    fn what_was_read_before_a_break_is_kept_and_not_taken_for_all(broken in "[;{\"']|\"a\"b;|\\}") {
        let facts = facts("nginx.conf", &format!("server {{ listen 80; }}\n{broken}"));
        let servers = facts.at("nginx.servers");
        let Value::List(list) = &servers.value else { panic!("{servers:?}") };
        prop_assert_eq!(list.items.len(), 1);
        prop_assert!(list.rest.is_some());
    }
}

#[test]
fn nesting_without_end_is_read_to_an_end() {
    for text in
        ["location / {".repeat(80_000), "server {".repeat(80_000), "{% if a %}".repeat(80_000)]
    {
        let _ = facts("nginx.conf", &text);
    }
    let deep = format!("server {{ {} }}", "location / {".repeat(10_000));
    assert!(facts("nginx.conf", &deep).found("nginx"));
}

#[test]
fn many_locations_are_read_in_time() {
    let many = "location ~ ^/a/(b|c)+$ { root /srv/app; }\n".repeat(5_000);
    assert!(facts("nginx.conf", &format!("server {{ {many} }}")).found("nginx"));
    let servers = "server { location / { root /srv/app; } }\n".repeat(5_000);
    assert!(facts("nginx.conf", &servers).found("nginx"));
}
