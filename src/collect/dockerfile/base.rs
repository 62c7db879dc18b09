//! What is known about images that others begin from: which user they run as, and whether they give up
//! being root by themselves.

use crate::grammar::image_reference::ImageReference;

/// The user that an image runs as where nothing says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DefaultUser {
    Root,
    /// Root at the start; its entrypoint or main process steps down to another.
    StepsDown,
    Unprivileged,
    Unknown,
}

/// Images that set no user. Read in their Dockerfiles, 2026-11.
const ROOT: &[&str] = &[
    "scratch",
    "alpine",
    "debian",
    "ubuntu",
    "busybox",
    "fedora",
    "centos",
    "rockylinux",
    "almalinux",
    "amazonlinux",
    "buildpack-deps",
    "python",
    "pypy",
    "node",
    "golang",
    "rust",
    "ruby",
    "php",
    "perl",
    "openjdk",
    "eclipse-temurin",
    "amazoncorretto",
    "gcc",
    "swift",
    "elixir",
    "erlang",
    "haskell",
    "bash",
    "traefik",
    "caddy",
    "continuumio/miniconda3",
    "continuumio/anaconda3",
    "tiangolo/uvicorn-gunicorn",
    "tiangolo/uvicorn-gunicorn-fastapi",
    "tiangolo/uwsgi-nginx-flask",
    "tiangolo/meinheld-gunicorn-flask",
    "tiangolo/meinheld-gunicorn",
    "nvidia/cuda",
    "pytorch/pytorch",
    "tensorflow/tensorflow",
    "astral-sh/uv",
    "astral/uv",
    "certbot/certbot",
];

/// Official images of servers whose entrypoint or main process changes to a user of its own.
const STEP_DOWN: &[&str] = &[
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "valkey/valkey",
    "rabbitmq",
    "nginx",
    "httpd",
    "postgis/postgis",
    "timescale/timescaledb",
    "pgvector/pgvector",
    "openresty/openresty",
];

const UNPRIVILEGED: &[&str] = &[
    "nginxinc/nginx-unprivileged",
    "memcached",
    "elasticsearch",
    "grafana/grafana",
    "prom/prometheus",
    "jenkins/jenkins",
    "haproxy",
];

/// The user of an image that is not built here.
pub(super) fn default_user(image: &ImageReference) -> DefaultUser {
    let name = image.name.as_str();
    let tag = image.tag.as_deref().unwrap_or_default();
    match image.registry.as_deref() {
        Some("gcr.io") if name.starts_with("distroless/") => {
            if tag.contains("nonroot") {
                DefaultUser::Unprivileged
            } else {
                DefaultUser::Root
            }
        }
        Some("cgr.dev") if !tag.contains("dev") && !name.ends_with("wolfi-base") => {
            DefaultUser::Unprivileged
        }
        Some("ghcr.io") | None if ROOT.contains(&name) => DefaultUser::Root,
        None if STEP_DOWN.contains(&name) => DefaultUser::StepsDown,
        None if UNPRIVILEGED.contains(&name) || name.starts_with("bitnami/") => {
            DefaultUser::Unprivileged
        }
        _ => DefaultUser::Unknown,
    }
}

/// Programs with which a script gives up being root.
const STEPPING_DOWN: &[&str] =
    &["gosu", "su-exec", "setpriv", "runuser", "chpst", "s6-setuidgid", "setuidgid"];

/// Whether a text calls one of them.
pub(super) fn steps_down(text: &str) -> bool {
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let words: Vec<&str> = text.split(word).collect();
    words.iter().any(|word| STEPPING_DOWN.contains(word))
        || words
            .windows(2)
            .any(|pair| matches!(pair, ["su", "-" | "-c" | "-s" | "-l"] | ["sudo", "-u"]))
}

/// The languages in which the project's own programs are written here.
pub(super) fn is_python(image: &ImageReference) -> bool {
    let short = image.name.rsplit('/').next().unwrap_or_default();
    ["python", "pypy", "uv", "uvicorn", "gunicorn", "meinheld", "uwsgi", "conda", "django", "flask"]
        .iter()
        .any(|word| short.contains(word))
}

/// Whether an image is that of a language or its tools, so that nothing of another runs in it.
pub(super) fn is_language(image: &ImageReference) -> bool {
    [
        "node",
        "golang",
        "rust",
        "ruby",
        "php",
        "openjdk",
        "eclipse-temurin",
        "oven/bun",
        "denoland/deno",
    ]
    .contains(&image.name.as_str())
}
