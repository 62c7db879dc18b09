//! Whether certificates are renewed before they expire, and whether nginx then reads them anew. It reads them
//! when it starts, and then goes on with those of that day until they have expired.

use crate::fact::{Fact, Facts, ProjectPath, Value};
use crate::project::{Project, Role};

/// What makes nginx read its files again.
const RELOADS: &[&str] = &[
    "nginx -s reload",
    "-s reload",
    "nginx reload",
    "reload nginx",
    "restart nginx",
    "nginx restart",
    "kill -HUP",
    "-s HUP",
    "--signal HUP",
    "inotifywait",
];

/// Whether something does; none if no container renews certificates for an nginx that uses them.
pub(super) fn reloaded(project: &Project, facts: &Facts) -> Option<Fact> {
    let services = facts.at("compose.services");
    let commands: Vec<Fact> = services
        .value
        .items()
        .iter()
        .filter_map(|service| service.value.field("command").cloned())
        .filter(|command| command.value.text().is_some())
        .collect();
    let text = |fact: &Fact| fact.value.text().unwrap_or_default().to_owned();
    let renews = commands.iter().find(|command| {
        let text = text(command);
        text.contains("certbot") && text.contains("renew")
    })?;
    if !uses_certificates(facts) {
        return None;
    }
    let reloads = |text: &str| RELOADS.iter().any(|word| text.contains(word));
    let by_command = commands.iter().any(|command| reloads(&text(command)));
    let by_file = || {
        let mut files = project.paths().filter(|path| may_reload(path));
        files.any(|path| project.read(path).is_ok_and(reloads))
    };
    Some(Fact {
        value: Value::Bool(by_command || by_file()),
        provenance: renews.provenance.clone(),
    })
}

/// What renews certificates: words that stand beside each other in a file.
const RENEWERS: &[(&str, &str)] = &[
    ("certbot", "renew"),
    ("letsencrypt", "renew"),
    ("acme.sh", "--cron"),
    ("acme.sh", "--install-cronjob"),
    ("lego", "renew"),
    ("dehydrated", "--cron"),
];

/// Whether something renews the certificates that a container of compose fetches once; none if none does so
/// for an nginx that uses them.
pub(super) fn renewed(project: &Project, facts: &Facts) -> Option<Fact> {
    let services = facts.at("compose.services");
    let fetches = services.value.items().iter().find_map(|service| {
        let command = service.value.field("command")?;
        command.value.text()?.contains("certonly").then(|| command.clone())
    })?;
    if !uses_certificates(facts) {
        return None;
    }
    let renews = |text: &str| {
        RENEWERS.iter().any(|(program, act)| text.contains(program) && text.contains(act))
    };
    let mut files = project.paths().filter(|path| may_renew(path));
    let found = files.any(|path| project.read(path).is_ok_and(renews));
    Some(Fact { value: Value::Bool(found), provenance: fetches.provenance })
}

/// Whether nginx uses certificates that expire within months.
fn uses_certificates(facts: &Facts) -> bool {
    let servers = facts.at("nginx.servers");
    servers.value.items().iter().any(|server| {
        let certificate = server.value.field("certificate").and_then(|fact| fact.value.text());
        certificate.is_some_and(|path| path.contains("letsencrypt") || path.contains("live/"))
    })
}

/// Files in which a renewal would stand: a document may tell of one on the machine.
fn may_renew(path: &ProjectPath) -> bool {
    may_reload(path) || matches!(path.extension(), "md" | "rst" | "txt" | "py" | "")
}

/// Files in which a reload would stand.
fn may_reload(path: &ProjectPath) -> bool {
    let name = path.name().to_lowercase();
    let is_kind = path.extension() == "sh"
        || name.contains("dockerfile")
        || name.contains("cron")
        || matches!(path.extension(), "service" | "timer" | "yml" | "yaml")
        || matches!(name.as_str(), "makefile" | "justfile");
    is_kind && !matches!(Role::of(path), Role::Documentation | Role::Example)
}
