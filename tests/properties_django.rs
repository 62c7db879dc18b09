//! Laws of Django's facts that hold for all inputs.
#![allow(clippy::expect_used, reason = "a test that cannot set itself up has failed")]

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::Facts;
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};
use proptest::prelude::*;

/// The facts of a project of these two files.
fn facts(settings: &str, urls: &str) -> Facts {
    let files = [("settings.py", settings), ("urls.py", urls), ("manage.py", "")];
    let project = Project::of_texts(files);
    let given = Given::nothing(Date::parse("2026-11-21").expect("a date"));
    let catalogue = catalogue();
    let mut facts = Facts::default();
    for service in services(&project, "shop") {
        facts.merge(collect::service(&project, &service, &given, &catalogue));
    }
    facts
}

/// Pieces that lists of routes are made of, and pieces that they are not.
fn routes() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "urlpatterns",
        " = ",
        " += ",
        "[",
        "]",
        "(",
        ")",
        "path(",
        "re_path(",
        "include(",
        "'urls'",
        "'health/'",
        "r'^a$'",
        "f'{x}/'",
        "admin.site.urls",
        "api.urls",
        ",",
        "\n",
        "\n    ",
        "if ",
        "settings.DEBUG",
        ":",
        "#",
        "'",
        "\"\"\"",
        "\\",
        "from urls import urlpatterns as x",
        "x",
        ";",
        "🦀",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

/// Whole lines, after which a file goes on as if they were not there.
const LINES: &[&str] = &[
    "urlpatterns = []",
    "urlpatterns += [path('a/', view)]",
    "urlpatterns = [\n    path('a/', include([path('b/', view)])),\n]",
    "if settings.DEBUG:\n    urlpatterns += [path('debug/', view)]",
    "'''a text\nof lines'''",
    "# it's",
    "x = 'path(' # [",
    "x = a \\\n  + b",
    "def view(request): return {'[': ']'}",
    "x = ')'; y = \"'\"",
    "",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_list_of_routes_is_too_strange(urls in routes()) {
        facts("ROOT_URLCONF = 'urls'", &urls);
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,200}") {
        facts("ROOT_URLCONF = 'urls'", &text);
    }

    #[test]
    fn a_route_is_found_among_others(
        before in prop::collection::vec(prop::sample::select(LINES), 0..20),
        path in "[a-z]{1,8}",
    ) {
        let urls = format!("{}\nurlpatterns += [path('{path}/health/', view)]\n", before.join("\n"));
        let facts = facts("ROOT_URLCONF = 'urls'", &urls);
        let found = facts.at("django.health-paths").value.clone();
        let wanted = format!("/{path}/health/");
        prop_assert!(found.items().iter().any(|item| item.value.text() == Some(&wanted)), "{found}");
    }

    #[test]
    fn every_expression_for_origins_is_read_or_unknown(regex in "\\PC{0,40}") {
        let quoted = regex.replace('\\', "\\\\").replace('\'', "\\'");
        facts(&format!("CORS_ALLOWED_ORIGIN_REGEXES = ['{quoted}']"), "");
    }
}

/// Files that include each other come to an end.
#[test]
fn routes_that_include_themselves_end() {
    let urls = "urlpatterns = [path('a/', include('urls')), path('b/', include('urls'))]";
    let facts = facts("ROOT_URLCONF = 'urls'", urls);
    assert_eq!(facts.at("django.health-paths").value.items().len(), 0);
}

/// Brackets that never close cost no more than their number.
#[test]
fn routes_that_never_close_are_read_once() {
    let urls = format!("urlpatterns = [{}", "path('a/', ".repeat(50_000));
    let facts = facts("ROOT_URLCONF = 'urls'", &urls);
    assert_eq!(facts.at("django.health-paths").value.items().len(), 0);
}
