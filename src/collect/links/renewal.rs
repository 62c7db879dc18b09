//! Whether nginx reads certificates anew that a container beside it renews. It reads them when it starts,
//! and then goes on with those of that day until they have expired.

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
    let servers = facts.at("nginx.servers");
    let uses = servers.value.items().iter().any(|server| {
        let certificate = server.value.field("certificate").and_then(|fact| fact.value.text());
        certificate.is_some_and(|path| path.contains("letsencrypt") || path.contains("live/"))
    });
    if !uses {
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
