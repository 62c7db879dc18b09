//! Names of container images: `registry.example/team/name:tag@sha256:…`.
//!
//! Source of the grammar: the reference of `docker image tag`, read 2026-11.

/// The parts of an image's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    /// The name without registry, tag and digest. Docker's own `docker.io/library/` is left out, and so
    /// is the mirror of it at Amazon.
    pub name: String,
    /// The registry, if it is not Docker Hub.
    pub registry: Option<String>,
    /// What stands after the colon.
    pub tag: Option<String>,
    /// What stands after the `@`.
    pub digest: Option<String>,
}

/// Tags that are moved to whatever is newest, or say only what the image is made of.
const MOVING_TAGS: &[&str] = &[
    "latest",
    "stable",
    "edge",
    "nightly",
    "main",
    "master",
    "mainline",
    "develop",
    "dev",
    "development",
    "staging",
    "prod",
    "production",
    "release",
    "current",
    "lts",
    "rolling",
    "canary",
    "beta",
    "alpine",
    "slim",
    "alpine-slim",
    "stable-alpine",
    "stable-slim",
    "mainline-alpine",
    "lts-alpine",
    "lts-slim",
    "nonroot",
    "debug",
    "debug-nonroot",
    "fpm",
    "apache",
];

/// Official images whose tags begin with a version; one that does not names only a variant.
const VERSIONED: &[&str] = &[
    "python",
    "node",
    "nginx",
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "rabbitmq",
    "memcached",
    "httpd",
    "golang",
    "rust",
    "ruby",
    "php",
    "alpine",
    "traefik",
    "caddy",
    "elasticsearch",
    "mongo-express",
    "adminer",
    "phpmyadmin",
    "pypy",
    "eclipse-temurin",
    "openjdk",
    "haproxy",
    "nextcloud",
    "wordpress",
    "valkey/valkey",
    "postgis/postgis",
];

/// Languages of which the first number of the version says next to nothing: 3.8 and 3.14 are both 3.
const NEED_MINOR: &[&str] = &["python", "golang", "php", "ruby", "rust", "pypy"];

impl ImageReference {
    /// The parts of a name; none if it is empty or holds a variable.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c == '$') {
            return None;
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        let name_start = rest.rfind('/').map_or(0, |at| at + 1);
        let (path, tag) = match rest.get(name_start..).and_then(|name| name.split_once(':')) {
            Some((name, tag)) => {
                (rest.get(..name_start + name.len()).unwrap_or(rest), Some(tag.to_owned()))
            }
            None => (rest, None),
        };
        let (registry, name) = match path.split_once('/') {
            Some((first, name)) if first.contains(['.', ':']) || first == "localhost" => {
                (Some(first), name)
            }
            _ => (None, path),
        };
        let (registry, name) = match registry {
            Some("docker.io" | "index.docker.io" | "registry-1.docker.io") | None => {
                (None, name.strip_prefix("library/").unwrap_or(name))
            }
            Some("public.ecr.aws") if name.starts_with("docker/library/") => {
                (None, name.trim_start_matches("docker/library/"))
            }
            Some("mirror.gcr.io") => (None, name.strip_prefix("library/").unwrap_or(name)),
            registry => (registry.map(str::to_owned), name),
        };
        Some(Self { name: name.to_owned(), registry, tag, digest })
    }

    /// Whether the name stays with one version: a digest, or a tag that says which. A tag that names a
    /// minor version is enough: it moves for fixes only.
    pub fn is_pinned(&self) -> bool {
        if self.digest.is_some() {
            return true;
        }
        let Some(tag) = self.tag.as_deref() else {
            return self.name == "scratch" && self.registry.is_none();
        };
        if tag.is_empty() || MOVING_TAGS.contains(&tag.to_lowercase().as_str()) {
            return false;
        }
        if self.registry.is_some() || !VERSIONED.contains(&self.name.as_str()) {
            return true;
        }
        let version = tag.strip_prefix('v').unwrap_or(tag);
        let mut numbers = version.split(['.', '-']);
        let is_number = |part: Option<&str>| {
            part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()))
        };
        let major = is_number(numbers.next());
        major && (!NEED_MINOR.contains(&self.name.as_str()) || minor_follows(version))
    }

    /// The name with its registry, as it identifies the image whatever the version.
    pub fn repository(&self) -> String {
        match &self.registry {
            Some(registry) => format!("{registry}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

fn minor_follows(version: &str) -> bool {
    let rest = version.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (text, registry, name, tag, digest) in [
            ("python", None, "python", None, None),
            ("python:3.13-slim", None, "python", Some("3.13-slim"), None),
            ("docker.io/library/redis:8", None, "redis", Some("8"), None),
            ("public.ecr.aws/docker/library/node:24", None, "node", Some("24"), None),
            ("localhost:5000/app", Some("localhost:5000"), "app", None, None),
            ("ghcr.io/a/b:1@sha256:00", Some("ghcr.io"), "a/b", Some("1"), Some("sha256:00")),
            ("bitnami/redis:latest", None, "bitnami/redis", Some("latest"), None),
        ] {
            let expected = ImageReference {
                name: name.to_owned(),
                registry: registry.map(str::to_owned),
                tag: tag.map(str::to_owned),
                digest: digest.map(str::to_owned),
            };
            assert_eq!(ImageReference::parse(text), Some(expected), "{text}");
        }
        assert_eq!(ImageReference::parse("python:${TAG}"), None);
        assert_eq!(ImageReference::parse(""), None);
    }

    #[test]
    fn a_version_pins_and_a_moving_name_does_not() {
        for (text, pinned) in [
            ("python", false),
            ("python:latest", false),
            ("python:3", false),
            ("python:3-slim", false),
            ("python:3.13", true),
            ("python:3.13-slim-trixie", true),
            ("python:slim-trixie", false),
            ("python:alpine3.22", false),
            ("python:latest@sha256:00", true),
            ("nginx:alpine", false),
            ("nginx:1.29-alpine", true),
            ("postgres:17", true),
            ("node:lts", false),
            ("node:24-alpine", true),
            ("golang:1-alpine", false),
            ("traefik:v3.5", true),
            ("debian:bookworm-slim", true),
            ("ubuntu:24.04", true),
            ("scratch", true),
            ("registry.example/shop:a1b2c3d", true),
            ("registry.example/shop:main", false),
            ("minio/minio:RELEASE.2025-09-07T16-13-09Z", true),
        ] {
            let reference = ImageReference::parse(text).unwrap();
            assert_eq!(reference.is_pinned(), pinned, "{text}");
        }
    }
}
