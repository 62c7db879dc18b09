//! Files and pages that are not for the public: can the public read them?
//!
//! What is in them is looked at to know them, and then forgotten: no line of it becomes a fact.

use super::answers::{Answers, Exchanged, unknown};
use super::question::{Question, Request, Unanswered};
use super::{Probe, Site};
use crate::fact::{Fact, FactSpec, Facts, Kind, Value};

/// Asks for paths where such files are found, and for one where nothing is.
pub struct Exposed;

const ITEM: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "The path."),
    FactSpec::new("kind", Kind::Text, "`env`, `git`, `metrics`, `backup` or `api-docs`."),
    FactSpec::new(
        "exposed",
        Kind::Bool,
        "Whether the answer has the content of such a file; a page that comes for every path has not.",
    ),
];

const SPECS: &[FactSpec] = &[
    FactSpec::new("live.exposed", Kind::List(&Kind::Record(ITEM)), "What was looked for."),
    FactSpec::new("live.env-exposed", Kind::Bool, "Whether an environment file can be read."),
    FactSpec::new("live.git-exposed", Kind::Bool, "Whether the repository can be read."),
    FactSpec::new(
        "live.metrics-exposed",
        Kind::Bool,
        "Whether metrics or the server's status can be read.",
    ),
    FactSpec::new(
        "live.backup-exposed",
        Kind::Bool,
        "Whether a dump of a database or an archive lies at a usual path.",
    ),
    FactSpec::new(
        "live.api-docs-exposed",
        Kind::Bool,
        "Whether the description of the site's interface can be read, or the page that shows it.",
    ),
];

/// A path and what is recognised there.
struct Target {
    path: &'static str,
    kind: &'static str,
    known_by: fn(&str) -> bool,
}

/// `/static../.env` is the way out of an nginx `location /static` whose `alias` ends in a slash.
const TARGETS: &[Target] = &[
    Target { path: "/.env", kind: "env", known_by: is_environment },
    Target { path: "/.env.production", kind: "env", known_by: is_environment },
    Target { path: "/static../.env", kind: "env", known_by: is_environment },
    Target { path: "/.git/HEAD", kind: "git", known_by: is_git_head },
    Target { path: "/metrics", kind: "metrics", known_by: is_metrics },
    Target { path: "/server-status", kind: "metrics", known_by: is_server_status },
    Target { path: "/backup.sql", kind: "backup", known_by: is_dump },
    Target { path: "/backup.zip", kind: "backup", known_by: is_archive },
    Target { path: "/openapi.json", kind: "api-docs", known_by: is_interface },
    Target { path: "/docs", kind: "api-docs", known_by: shows_interface },
];

/// What is looked for only if a request is left for it: many show it on purpose.
const MAYBE: &str = "api-docs";

/// A kind and the fact that sums it up.
const SUMS: [(&str, &str); 5] = [
    ("env", "live.env-exposed"),
    ("git", "live.git-exposed"),
    ("metrics", "live.metrics-exposed"),
    ("backup", "live.backup-exposed"),
    ("api-docs", "live.api-docs-exposed"),
];

impl Probe for Exposed {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        if site.passive {
            return Vec::new();
        }
        let targets = TARGETS.iter().filter(|target| target.kind != MAYBE);
        let requests = targets.map(|target| site.path(target.path));
        requests.chain([site.absent_page()]).map(Question::Page).collect()
    }

    fn wishes(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        let targets = TARGETS.iter().filter(|target| target.kind == MAYBE && !site.passive);
        targets.map(|target| Question::Page(site.path(target.path))).collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let absent = site.absent_page();
        let elsewhere = answers.page(&absent).ok();
        let looked: Vec<(&Target, Looked)> = TARGETS
            .iter()
            .map(|target| (target, look(target, &site.path(target.path), answers, elsewhere)))
            .collect();
        let mut facts = Facts::default();
        let items = looked.iter().map(|(target, looked)| {
            Fact::derived(Value::record([
                ("path", Fact::derived(target.path)),
                ("kind", Fact::derived(target.kind)),
                ("exposed", looked.fact.clone()),
            ]))
        });
        facts.put("live.exposed", Fact::derived(items.collect::<Vec<Fact>>()));
        for (kind, path) in SUMS {
            let same = looked.iter().filter(|(target, _)| target.kind == kind);
            if let Some(sum) = summed(same.map(|(_, looked)| looked)) {
                facts.put(path, sum);
            }
        }
        facts
    }
}

/// What came of one look.
struct Looked {
    asked: bool,
    fact: Fact,
}

fn look(
    target: &Target,
    request: &Request,
    answers: &Answers,
    elsewhere: Option<Exchanged<'_>>,
) -> Looked {
    match answers.page(request) {
        Ok(page) => Looked { asked: true, fact: judged(target, page, elsewhere) },
        Err(why) => {
            let asked = !matches!(why, Unanswered::NotAsked(_));
            Looked { asked, fact: unknown(why.ignorance(), request) }
        }
    }
}

fn judged(target: &Target, page: Exchanged<'_>, elsewhere: Option<Exchanged<'_>>) -> Fact {
    let response = page.response;
    match response.status {
        200 => {}
        // "Forbidden" is what a closed door answers; a limit or a fault says nothing.
        403 => return page.fact(false, &[]),
        _ => {
            return match response.refusal() {
                Some(why) => page.fact(why, &["retry-after"]),
                None => page.fact(false, &[]),
            };
        }
    }
    let everywhere = elsewhere.is_some_and(|other| response.is_same_page(other.response));
    let exposed = !everywhere && (target.known_by)(&response.body);
    let headers = ["content-type", "content-length"]
        .iter()
        .flat_map(|name| response.values(name).map(move |value| format!("{name}: {value}")));
    let not_shown = exposed.then(|| "(the content is not shown here)".to_owned());
    Fact::live(exposed, page.place_with(headers.chain(not_shown)))
}

/// The worst of several looks, the first of equals; those that were not taken count only if none was.
fn summed<'l>(looks: impl Iterator<Item = &'l Looked>) -> Option<Fact> {
    let worse =
        |worst: &'l Looked, look: &'l Looked| if rank(look) > rank(worst) { look } else { worst };
    looks.reduce(worse).map(|look| look.fact.clone())
}

fn rank(look: &Looked) -> u8 {
    match (&look.fact.value, look.asked) {
        (Value::Bool(true), _) => 3,
        (Value::Unknown(_), true) => 2,
        (_, true) => 1,
        (_, false) => 0,
    }
}

/// A line such as `NAME=value` and no markup, or nothing but lines such as `name=value`.
fn is_environment(body: &str) -> bool {
    let name = |line: &str| {
        let line = line.trim().trim_start_matches("export ");
        let name = line.split_once('=').map(|(name, _)| name.trim().to_owned());
        name.filter(|name| {
            name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
    };
    let shouted = |line: &str| {
        name(line).is_some_and(|name| name.len() > 1 && name == name.to_ascii_uppercase())
    };
    let mut lines =
        body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    !is_markup(body)
        && (body.lines().any(shouted)
            || (lines.clone().next().is_some() && lines.all(|line| name(line).is_some())))
}

fn is_git_head(body: &str) -> bool {
    let line = body.trim();
    line.starts_with("ref: refs/")
        || (line.len() == 40 && line.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_metrics(body: &str) -> bool {
    !is_markup(body) && body.lines().any(|line| line.starts_with("# TYPE "))
}

fn is_server_status(body: &str) -> bool {
    body.contains("<title>Apache Status</title>") || body.starts_with("Active connections:")
}

/// How the tools of PostgreSQL, MySQL, MariaDB and SQLite begin what they write.
fn is_dump(body: &str) -> bool {
    let begins =
        ["-- PostgreSQL database dump", "-- MySQL dump", "-- MariaDB dump", "PRAGMA foreign_keys"];
    let start = body.trim_start().trim_start_matches(['-', '\n', '\r', ' ']);
    let told = begins.iter().any(|begin| start.starts_with(begin.trim_start_matches(['-', ' '])));
    !is_markup(body) && (told || (body.contains("CREATE TABLE") && body.contains("INSERT INTO")))
}

/// A ZIP file by its first bytes (APPNOTE 4.3.7).
fn is_archive(body: &str) -> bool {
    body.starts_with("PK\u{3}\u{4}")
}

/// A description as `OpenAPI` or Swagger has it, in JSON.
fn is_interface(body: &str) -> bool {
    let named = |name: &str| body.contains(&format!("\"{name}\""));
    body.trim_start().starts_with('{') && (named("openapi") || named("swagger")) && named("paths")
}

/// A page of Swagger UI or `ReDoc`.
fn shows_interface(body: &str) -> bool {
    is_markup(body) && (body.contains("SwaggerUIBundle") || body.contains("<redoc "))
}

fn is_markup(body: &str) -> bool {
    body.trim_start().starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_content() {
        assert!(is_environment("# x\nexport SECRET_KEY='abc'\n"));
        assert!(is_environment("DEBUG=1"));
        assert!(is_environment("# local\ndb_host=db\n\ndb_port=5432\n"));
        assert!(!is_environment("") && !is_environment("a=b\nplease log in"));
        assert!(!is_environment("<html>A=1\nDEBUG=1"));
        assert!(!is_environment("not found: a=b"));
        assert!(is_git_head("ref: refs/heads/main\n") && !is_git_head("reference"));
        assert!(is_dump("--\n-- PostgreSQL database dump\n--\n") && !is_dump("-- a note"));
        assert!(
            is_dump("-- MySQL dump 10.13")
                && is_dump("CREATE TABLE a (b int);\nINSERT INTO a VALUES (1);")
        );
        assert!(!is_dump("<pre>-- PostgreSQL database dump") && !is_dump("CREATE TABLE a (b int)"));
        assert!(is_archive("PK\u{3}\u{4}\u{14}") && !is_archive("PK"));
        assert!(
            is_interface("{\"openapi\":\"3.1.0\",\"paths\":{}}")
                && !is_interface("{\"openapi\":1}")
        );
        assert!(
            is_interface(" {\"swagger\": \"2.0\", \"paths\": {}}")
                && !is_interface("\"swagger\" \"paths\"")
        );
        assert!(shows_interface("<!doctype html><script>SwaggerUIBundle({})</script>"));
        assert!(shows_interface("<redoc spec-url=\"/openapi.json\"></redoc>"));
        assert!(!shows_interface("<p>docs</p>") && !shows_interface("SwaggerUIBundle"));
        assert!(is_metrics("# HELP a b\n# TYPE a counter\na 1") && !is_metrics("<p># TYPE "));
    }
}
