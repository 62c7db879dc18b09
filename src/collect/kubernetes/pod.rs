//! What starts containers, and what they share with their machine.

use super::object::{At, Object};
use crate::collect::compose::is_dangerous_folder;
use crate::fact::{Fact, FactSpec, Kind, Value};

/// The fields of one pod.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its kind and name: `Deployment/web`."),
    FactSpec::new(
        "host-namespaces",
        Kind::List(&Kind::Text),
        "The name spaces of its machine that it is in: `hostNetwork`, `hostPID`, `hostIPC`.",
    ),
    FactSpec::new(
        "host-folders",
        Kind::List(&Kind::Text),
        "System folders of its machine that a container can write to, folders of keys that one can read, and sockets of container engines.",
    ),
];

/// Keys that put a pod into a name space of its machine.
const HOST_SPACES: &[&str] = &["hostNetwork", "hostPID", "hostIPC"];
/// Names of the sockets by which containers are started.
const SOCKETS: &[&str] = &["docker.sock", "containerd.sock", "crio.sock", "podman.sock"];

/// What starts containers.
pub(super) struct Pod<'o> {
    pub(super) name: String,
    /// Whether it goes on until it is stopped.
    pub(super) serves: bool,
    pub(super) spec: At<'o>,
}

impl<'o> Pod<'o> {
    /// The pod that an object starts; none if it starts none, or may be a patch of a kustomization, which names
    /// no image.
    pub(super) fn of(object: &'o Object, is_kustomized: bool) -> Option<Self> {
        let way: &[&str] = match object.kind.as_str() {
            "Pod" => &["spec"],
            "Deployment"
            | "StatefulSet"
            | "DaemonSet"
            | "ReplicaSet"
            | "ReplicationController"
            | "Rollout"
            | "DeploymentConfig"
            | "Job" => &["spec", "template", "spec"],
            "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
            _ => return None,
        };
        let spec = object.root().at(way)?;
        let is_whole = !is_kustomized
            || spec.items("containers").all(|container| container.text("image").is_some());
        // A pod by itself is started again, and so goes on, unless it says otherwise.
        let ends = spec.text("restartPolicy").is_some_and(|policy| policy != "Always");
        let serves = !matches!(object.kind.as_str(), "Job" | "CronJob") && !ends;
        let name = format!("{}/{}", object.kind, object.name);
        is_whole.then_some(Self { name, serves, spec })
    }

    /// The pod as a record.
    pub(super) fn fact(&self) -> Fact {
        let shared = HOST_SPACES.iter().filter_map(|key| {
            let at = self.spec.at(&[key])?;
            (self.spec.is(&[key]) == Some(true)).then(|| at.fact(*key))
        });
        let folders = self.spec.items("volumes").filter_map(|volume| self.dangerous(volume));
        self.spec.fact(Value::record([
            ("name", self.spec.fact(self.name.as_str())),
            ("host-namespaces", self.spec.fact(shared.collect::<Vec<_>>())),
            ("host-folders", self.spec.fact(folders.collect::<Vec<_>>())),
        ]))
    }

    /// The folder of the machine that a volume is, if it gives away too much.
    fn dangerous(&self, volume: At<'_>) -> Option<Fact> {
        let host = volume.at(&["hostPath"])?;
        let (path, name) = (host.text("path")?, volume.text("name")?);
        let containers = self.spec.items("containers").chain(self.spec.items("initContainers"));
        let mut mounts = containers
            .flat_map(|container| container.items("volumeMounts"))
            .filter(|mount| mount.text("name").as_deref() == Some(name.as_str()))
            .peekable();
        let read_only =
            mounts.peek().is_some() && mounts.all(|mount| mount.is(&["readOnly"]) == Some(true));
        let is_socket = SOCKETS.iter().any(|socket| path.ends_with(socket));
        (is_socket || is_dangerous_folder(&path, read_only)).then(|| host.fact(path.as_str()))
    }
}
