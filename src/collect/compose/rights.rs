//! What a service may do beyond its container: capabilities, confinement, name spaces, folders of the host.

use super::mount;
use super::service::image;
use super::tree::Item;
use crate::fact::{Fact, FactSpec, Kind, Value};

const TEXTS: Kind = Kind::List(&Kind::Text);

/// The fields of a service's rights.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("capabilities", TEXTS, "Capabilities it adds that lead out of the container."),
    FactSpec::new("unconfined", TEXTS, "Options that take a confinement of the kernel off."),
    FactSpec::new(
        "no-new-privileges",
        Kind::Bool,
        "Whether its programs cannot gain rights by set-uid.",
    ),
    FactSpec::new("host-namespaces", TEXTS, "Name spaces that it shares with the host."),
    FactSpec::new(
        "host-folders",
        TEXTS,
        "System folders of the host that it can write to, and folders of keys that it can read.",
    ),
];

/// Capabilities by which the host can be changed (capabilities(7), read 2026-11).
const STRONG: &[&str] = &[
    "ALL",
    "SYS_ADMIN",
    "SYS_PTRACE",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_BOOT",
    "DAC_READ_SEARCH",
    "NET_ADMIN",
    "BPF",
    "PERFMON",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "SYSLOG",
    "SYS_TIME",
    "DAC_OVERRIDE_ALL",
];
/// Programs whose work it is to measure the host, and which see its processes only so.
const METERS: &[&str] = &[
    "node-exporter",
    "node_exporter",
    "cadvisor",
    "metricbeat",
    "netdata",
    "telegraf",
    "beszel-agent",
    "opentelemetry-collector-contrib",
];
/// Proxies that let through only some questions to Docker.
const SOCKET_PROXIES: &[&str] = &["docker-socket-proxy", "socket-proxy"];
const SPACES: &[&str] = &["pid", "ipc", "uts", "userns_mode", "cgroup"];
/// Folders whose content decides over the host.
const SYSTEM: &[&str] = &[
    "/etc",
    "/etc/kubernetes",
    "/etc/ssh",
    "/etc/sudoers.d",
    "/etc/cron.d",
    "/etc/systemd",
    "/var/lib/kubelet",
    "/var/lib/containerd",
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/boot",
    "/dev",
    "/proc",
    "/sys",
    "/run",
    "/var/run",
    "/var/lib/docker",
    "/root",
    "/home",
    "/opt",
    "/var",
];
/// Folders and files of which reading is enough.
const KEYS: &[&str] = &[".ssh", ".aws", ".gnupg", ".kube", ".docker", "shadow"];

/// The rights of one service.
pub(super) fn fact(item: &Item) -> Fact {
    let list = |key: &str, items: Vec<Fact>| item.get(key).unwrap_or(item).fact(items);
    item.fact(Value::record([
        ("capabilities", list("cap_add", capabilities(item))),
        ("unconfined", list("security_opt", unconfined(item))),
        ("no-new-privileges", no_new_privileges(item)),
        ("host-namespaces", item.fact(namespaces(item))),
        ("host-folders", list("volumes", folders(item))),
    ]))
}

/// Whether a service can command Docker itself. A proxy that is made for it lets those inside ask for parts
/// only, unless other machines reach it.
pub(super) fn docker_socket(item: &Item, published: &Fact) -> Fact {
    let volumes = item.get("volumes").map_or(&[][..], Item::items);
    let socket = volumes.iter().find(|volume| {
        mount::parse(volume).and_then(|mount| mount.source).is_some_and(|source| {
            source.ends_with("docker.sock") || source.ends_with("podman.sock")
        })
    });
    let filters = runs(item, SOCKET_PROXIES) && published.value == Value::Bool(false);
    socket.map_or_else(|| item.fact(false), |socket| socket.fact(!filters))
}

/// Whether the image of a service has one of these names, whoever made it.
fn runs(item: &Item, names: &[&str]) -> bool {
    image(item).is_some_and(|image| {
        image.name.rsplit('/').next().is_some_and(|name| names.contains(&name))
    })
}

fn texts<'i>(item: &'i Item, key: &str) -> impl Iterator<Item = (String, &'i Item)> {
    let items = item.get(key).map_or(&[][..], Item::items);
    items.iter().filter_map(|each| Some((each.text()?, each)))
}

fn capabilities(item: &Item) -> Vec<Fact> {
    texts(item, "cap_add")
        .filter(|(text, _)| is_strong_capability(text))
        .map(|(text, at)| at.fact(text))
        .collect()
}

/// Whether a capability leads out of the container.
pub(crate) fn is_strong_capability(name: &str) -> bool {
    let upper = name.to_uppercase();
    STRONG.contains(&upper.strip_prefix("CAP_").unwrap_or(&upper))
}

/// Whether a folder of the host gives the host away to whoever can read it, or write to it.
pub(crate) fn is_dangerous_folder(path: &str, read_only: bool) -> bool {
    let path = if path == "/" { "/" } else { path.trim_end_matches('/') };
    let keys = path.split('/').any(|part| KEYS.contains(&part));
    let system = path == "/" || path == "~" || SYSTEM.contains(&path);
    keys || (system && !read_only)
}

/// `seccomp:unconfined` and `seccomp=unconfined` are the same.
fn option(text: &str) -> (String, String) {
    let (name, value) = text.split_once([':', '=']).unwrap_or((text, ""));
    (name.trim().to_lowercase(), value.trim().to_lowercase())
}

fn unconfined(item: &Item) -> Vec<Fact> {
    texts(item, "security_opt")
        .filter(|(text, _)| {
            let (name, value) = option(text);
            value == "unconfined" || (name == "label" && value == "disable")
        })
        .map(|(text, at)| at.fact(text))
        .collect()
}

fn no_new_privileges(item: &Item) -> Fact {
    let said = texts(item, "security_opt").find(|(text, _)| option(text).0 == "no-new-privileges");
    said.map_or_else(|| item.fact(false), |(text, at)| at.fact(option(&text).1 != "false"))
}

fn namespaces(item: &Item) -> Vec<Fact> {
    let measures = runs(item, METERS);
    let shared = SPACES.iter().filter_map(|key| {
        let at = item.get(key)?;
        let meant = measures && *key == "pid";
        (at.text()? == "host" && !meant).then(|| at.fact(*key))
    });
    shared.collect()
}

fn folders(item: &Item) -> Vec<Fact> {
    let volumes = item.get("volumes").map_or(&[][..], Item::items);
    volumes
        .iter()
        .filter_map(|volume| {
            let mount = mount::parse(volume).filter(|mount| mount.bind)?;
            let source = mount.source?;
            // All of the host holds keys, of which reading is enough.
            let read_only = mount.read_only && (source != "/" || runs(item, METERS));
            is_dangerous_folder(&source, read_only).then(|| volume.fact(source.as_str()))
        })
        .collect()
}
