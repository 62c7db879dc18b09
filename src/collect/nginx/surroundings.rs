//! Whether something before nginx seems to end TLS: then plain connections to nginx are no fault.

use super::listen::Listen;
use super::server::Server;
use super::syntax::{Block, Directive};
use crate::fact::{Facts, Ignorance, ProjectPath};
use crate::project::{Project, Role};

/// Programs that stand before nginx, as the names of their images have them.
const EDGES: &[&str] = &[
    "traefik",
    "caddy",
    "haproxy",
    "cloudflared",
    "nginx-proxy",
    "envoy",
    "swag",
    "nginx-proxy-manager",
];
/// Files of platforms that end TLS themselves.
const PLATFORMS: &[&str] = &[
    "fly.toml",
    "render.yaml",
    "railway.json",
    "railway.toml",
    "heroku.yml",
    "app.yaml",
    "Procfile",
    "captain-definition",
    "Dockerrun.aws.json",
    "cdk8s.yaml",
    "helmfile.yaml",
];
const REMEDY: &str = "give `--url`, so that the site itself shows it";

/// Why something before these servers seems to encrypt, if anything does; never if they do so themselves.
pub(super) fn before(
    servers: &[Server<'_>],
    http: &Block,
    others_encrypt: bool,
    project: &Project,
    so_far: &Facts,
) -> Option<Ignorance> {
    if servers.iter().any(|server| server.tls() == Some(true)) {
        return None;
    }
    let why = if others_encrypt {
        Some(
            "another nginx of the project encrypts, and this one seems to stand behind it"
                .to_owned(),
        )
    } else {
        edge_service(so_far)
            .or_else(|| port_of_platform(servers))
            .or_else(|| trusts_a_proxy(http))
            .or_else(|| platform_file(project))
            .or_else(|| ingress(project))
            .or_else(|| inner_port(servers))
    };
    why.map(|why| Ignorance::new(why).settled_by(REMEDY))
}

/// Why browsers may get Strict-Transport-Security although no nginx sends it: the configuration of a
/// content network in the repository names it.
pub(super) fn hsts_before(project: &Project) -> Option<Ignorance> {
    let mut paths = project.with_extension("tf").chain(project.with_extension("vcl"));
    let path = paths.find(|path| {
        Role::of(path).counts()
            && project.read(path).is_ok_and(|text| text.contains("Strict-Transport-Security"))
    })?;
    let why = format!("`{path}` sets Strict-Transport-Security at an edge before nginx");
    Some(Ignorance::new(why).settled_by(REMEDY))
}

fn edge_service(so_far: &Facts) -> Option<String> {
    let services = so_far.at("compose.services");
    services.value.items().iter().find_map(|service| {
        if service.holds("routed") {
            let name = service.text_of("name").unwrap_or_default();
            return Some(format!(
                "a proxy that reads the labels of `{name}` passes visitors on, and seems to encrypt before nginx"
            ));
        }
        let image = service.text_of("image")?.to_owned();
        let name = image.rsplit('/').next()?.split([':', '@']).next()?;
        EDGES.contains(&name).then(|| {
            format!("a service of compose runs `{image}`, which seems to encrypt before nginx")
        })
    })
}

fn port_of_platform(servers: &[Server<'_>]) -> Option<String> {
    let mut listens = servers.iter().flat_map(|server| &server.listens);
    let given = listens.find(|listen| listen.is_templated() && listen.text.contains("PORT"))?;
    Some(format!(
        "the platform that gives nginx its port (`{}`) seems to encrypt before it",
        given.text
    ))
}

/// Only who stands behind a proxy has a use for what that proxy says.
fn trusts_a_proxy(block: &Block) -> Option<String> {
    block.directives.iter().find_map(|directive| {
        let trusts = matches!(directive.name.as_str(), "real_ip_header" | "set_real_ip_from")
            || directive.words.iter().any(|word| word.text.contains("$http_x_forwarded_proto"));
        if trusts {
            return Some(reason(directive));
        }
        directive.block.as_ref().and_then(trusts_a_proxy)
    })
}

fn reason(directive: &Directive) -> String {
    format!(
        "`{} {}` at {} shows that a proxy stands before nginx, which may encrypt",
        directive.name,
        directive.text(),
        directive.place
    )
}

fn platform_file(project: &Project) -> Option<String> {
    let named = PLATFORMS.iter().flat_map(|name| project.named(name));
    let path = named.filter(|path| Role::of(path).counts()).min()?;
    Some(format!("the platform of `{path}` seems to encrypt before nginx"))
}

/// A cluster takes visitors by an ingress, and hands them on to the nginx in it.
fn ingress(project: &Project) -> Option<String> {
    let is_ingress = |path: &&ProjectPath| {
        let mut parts = path.name().split('.');
        parts.next() == Some("ingress") && parts.any(|part| matches!(part, "yaml" | "yml"))
    };
    let path = project.paths().filter(is_ingress).find(|path| Role::of(path).counts())?;
    Some(format!("the ingress of `{path}` seems to encrypt before nginx"))
}

/// No browser asks for port 8080 by itself, and none can connect to a socket in the file system.
fn inner_port(servers: &[Server<'_>]) -> Option<String> {
    let mut listens = servers.iter().flat_map(|server| &server.listens);
    let first = listens.next()?;
    let takes_visitors = |listen: &Listen<'_>| listen.port == Some(80) || listen.is_templated();
    if takes_visitors(first) || listens.any(takes_visitors) {
        return None;
    }
    Some(format!(
        "it listens on `{}` and not on port 80, so something before it takes visitors and may encrypt",
        first.text
    ))
}
