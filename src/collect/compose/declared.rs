//! What is told of a service of compose.

use super::{mount, port, rights, secrets};
use crate::fact::{FactSpec, Kind};

/// The fields of one service.
pub(super) const SERVICE: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its name."),
    FactSpec::new(
        "image",
        Kind::Text,
        "The image it runs; absent if it is built and given no name.",
    ),
    FactSpec::new(
        "image-pinned",
        Kind::Bool,
        "Whether the image's name stays with one version: a digest, or a tag that says which. Absent if the image is built here.",
    ),
    FactSpec::new(
        "supported",
        Kind::Bool,
        "Whether the version of the image still gets fixes; absent if the version or its lifetime is not known.",
    ),
    FactSpec::new(
        "supported-until",
        Kind::Text,
        "The last day on which it gets fixes; absent likewise.",
    ),
    FactSpec::new("build", Kind::Bool, "Whether its image is built from the project."),
    FactSpec::new(
        "ports",
        Kind::List(&Kind::Record(port::FIELDS)),
        "The ports it publishes on the host.",
    ),
    FactSpec::new(
        "published-to-the-world",
        Kind::Bool,
        "Whether other machines reach one of its ports.",
    ),
    FactSpec::new("privileged", Kind::Bool, "Whether it has all rights of the host's root."),
    FactSpec::new(
        "docker-socket",
        Kind::Bool,
        "Whether it can command Docker itself; not a proxy that lets others ask for parts of it.",
    ),
    FactSpec::new("host-network", Kind::Bool, "Whether it shares the network of the host."),
    FactSpec::new("user", Kind::Text, "The user it runs as; absent if the image decides."),
    FactSpec::new("rights", Kind::Record(rights::FIELDS), "What it may do beyond its container."),
    FactSpec::new("read-only", Kind::Bool, "Whether its file system is read-only."),
    FactSpec::new("restart", Kind::Text, "When it is started again; absent for never."),
    FactSpec::new(
        "one-shot",
        Kind::Bool,
        "Whether others wait for it to complete, so that it is no server.",
    ),
    FactSpec::new("healthcheck", Kind::Bool, "Whether the compose file declares a health check."),
    FactSpec::new(
        "memory-limit",
        Kind::Text,
        "How much memory it may take; absent for all there is.",
    ),
    FactSpec::new("mounts", Kind::List(&Kind::Record(mount::FIELDS)), "What is mounted into it."),
    FactSpec::new(
        "dockerfile",
        Kind::Text,
        "The Dockerfile that its image is built by; absent if it is not.",
    ),
    FactSpec::new(
        "source-mounted",
        Kind::Bool,
        "Whether the project's source is mounted over what was built.",
    ),
    FactSpec::new(
        "datastore",
        Kind::Text,
        "Which kind of datastore it is, such as postgresql or redis; absent if it is none that is known.",
    ),
    FactSpec::new(
        "asks-for-password",
        Kind::Bool,
        "Whether a datastore lets in only who knows a password; absent if it is none.",
    ),
    FactSpec::new(
        "proxy",
        Kind::Bool,
        "Whether it takes requests for others: nginx, traefik, caddy and the like.",
    ),
    FactSpec::new(
        "routed",
        Kind::Bool,
        "Whether it tells a proxy that reads the labels or variables of containers which requests are for it.",
    ),
    FactSpec::new("application", Kind::Bool, "Whether it runs a program of the project's own."),
    FactSpec::new(
        "secrets",
        Kind::List(&Kind::Record(secrets::FIELDS)),
        "The secrets it is given by name.",
    ),
    FactSpec::new("command", Kind::Text, "The command it runs; absent if the image decides."),
];
