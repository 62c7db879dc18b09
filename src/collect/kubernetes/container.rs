//! One container: its image, its rights, its limits, how it is watched, and its secrets.

use super::object::At;
use super::pod::Pod;
use super::secrets;
use crate::collect::compose::is_strong_capability;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Value};
use crate::grammar::image_reference::ImageReference;

const PROBE: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "The path that is asked for."),
    FactSpec::new("host", Kind::Text, "The name it is asked by; absent for the pod's own address."),
];

/// The fields of one container.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("pod", Kind::Text, "What starts it: `Deployment/web`."),
    FactSpec::new("name", Kind::Text, "Its name."),
    FactSpec::new("image", Kind::Text, "The image it runs."),
    FactSpec::new(
        "image-pinned",
        Kind::Bool,
        "Whether the image's name stays with one version. Unknown where a kustomization gives the tag.",
    ),
    FactSpec::new(
        "serves",
        Kind::Bool,
        "Whether it goes on until it is stopped: no job, and none that prepares others.",
    ),
    FactSpec::new("takes-connections", Kind::Bool, "Whether it names ports that it listens on."),
    FactSpec::new("privileged", Kind::Bool, "Whether it has all rights of its machine's root."),
    FactSpec::new(
        "capabilities",
        Kind::List(&Kind::Text),
        "Capabilities it adds that lead out of the container.",
    ),
    FactSpec::new(
        "unconfined",
        Kind::List(&Kind::Text),
        "The settings that take a confinement by the kernel off: `seccompProfile`, `appArmorProfile`, `procMount`.",
    ),
    FactSpec::new(
        "root-refused",
        Kind::Bool,
        "Whether it is not started as root: by `runAsNonRoot`, or a user other than 0.",
    ),
    FactSpec::new(
        "escalation-refused",
        Kind::Bool,
        "Whether its programs cannot gain rights by set-uid (`allowPrivilegeEscalation: false`).",
    ),
    FactSpec::new("read-only", Kind::Bool, "Whether its file system is read-only."),
    FactSpec::new("mounts", Kind::List(&Kind::Text), "Where volumes are mounted into it."),
    FactSpec::new("memory-limited", Kind::Bool, "Whether it may take only so much memory."),
    FactSpec::new("readiness", Kind::Bool, "Whether it is asked if it can take requests."),
    FactSpec::new("liveness", Kind::Bool, "Whether it is asked if it still works."),
    FactSpec::new(
        "http-probes",
        Kind::List(&Kind::Record(PROBE)),
        "The requests by which it is asked.",
    ),
    FactSpec::new(
        "secrets",
        Kind::List(&Kind::Record(secrets::FIELDS)),
        "The secrets that the manifest itself gives it.",
    ),
];

/// The containers of a pod as records. `patched` is why what they leave out may be said elsewhere.
/// `ranged` is what gives limits to containers that have none.
pub(super) fn of_pod(
    pod: &Pod<'_>,
    patched: Option<&Ignorance>,
    ranged: Option<&Ignorance>,
) -> Vec<Fact> {
    let one = |container: At<'_>, serves: bool| {
        Described { pod, container, serves: serves && pod.serves, patched, ranged }.fact()
    };
    let first = pod.spec.items("initContainers").map(|container| one(container, false));
    first.chain(pod.spec.items("containers").map(|container| one(container, true))).collect()
}

struct Described<'d> {
    pod: &'d Pod<'d>,
    container: At<'d>,
    serves: bool,
    patched: Option<&'d Ignorance>,
    ranged: Option<&'d Ignorance>,
}

impl Described<'_> {
    fn fact(&self) -> Fact {
        let at = self.container;
        let text = |key: &str| at.fact(at.text(key).map_or(Value::Absent, Value::Text));
        at.fact(Value::record([
            ("pod", at.fact(self.pod.name.as_str())),
            ("name", text("name")),
            ("image", text("image")),
            ("image-pinned", self.image_pinned()),
            ("serves", at.fact(self.serves)),
            ("takes-connections", at.fact(at.items("ports").next().is_some())),
            ("privileged", self.said(&["securityContext", "privileged"], true)),
            ("capabilities", self.capabilities()),
            ("unconfined", self.container.fact(self.unconfined())),
            ("root-refused", self.root_refused()),
            ("escalation-refused", self.escalation_refused()),
            ("read-only", self.demanded(&["securityContext", "readOnlyRootFilesystem"])),
            ("mounts", at.fact(self.mounts())),
            ("memory-limited", self.memory_limited()),
            ("readiness", self.present(&["readinessProbe"])),
            ("liveness", self.present(&["livenessProbe"])),
            ("http-probes", at.fact(self.http_probes())),
            ("secrets", at.fact(self.secrets())),
        ]))
    }

    /// What counts where the manifest says nothing: `false`, unless a patch may say it.
    fn unsaid(&self) -> Fact {
        let value = self.patched.map_or(Value::Bool(false), |why| Value::Unknown(why.clone()));
        self.container.fact(value)
    }

    /// Whether a truth value is there and is this.
    fn said(&self, way: &[&str], value: bool) -> Fact {
        match self.container.at(way) {
            Some(at) => at.fact(self.container.is(way) == Some(value)),
            None => self.container.fact(!value),
        }
    }

    fn demanded(&self, way: &[&str]) -> Fact {
        match self.container.at(way) {
            Some(at) => at.fact(self.container.is(way) == Some(true)),
            None => self.unsaid(),
        }
    }

    fn present(&self, way: &[&str]) -> Fact {
        self.container.at(way).map_or_else(|| self.unsaid(), |at| at.fact(true))
    }

    /// By itself, or by the limit of the whole pod (Kubernetes 1.34, "Pod-level resource specification").
    fn memory_limited(&self) -> Fact {
        let way = ["resources", "limits", "memory"];
        let said = self.container.at(&way).or_else(|| self.pod.spec.at(&way));
        match (said, self.ranged) {
            (Some(at), _) => at.fact(true),
            (None, Some(why)) => self.container.fact(Value::Unknown(why.clone())),
            (None, None) => self.unsaid(),
        }
    }

    fn escalation_refused(&self) -> Fact {
        let way = ["securityContext", "allowPrivilegeEscalation"];
        match self.container.at(&way) {
            Some(at) => at.fact(self.container.is(&way) == Some(false)),
            None => self.unsaid(),
        }
    }

    /// What the container says wins over what the pod says (Kubernetes API reference, `SecurityContext`).
    fn root_refused(&self) -> Fact {
        let of = |key: &str| {
            let here = self.container.at(&["securityContext", key]);
            here.or_else(|| self.pod.spec.at(&["securityContext", key]))
        };
        let is_root =
            |at: At<'_>| at.node.scalar().and_then(|user| user.parse::<u64>().ok()) == Some(0);
        if let Some(user) = of("runAsUser") {
            return user.fact(!is_root(user));
        }
        match of("runAsNonRoot") {
            Some(refused) => refused.fact(refused.is(&[]) == Some(true)),
            None => self.unsaid(),
        }
    }

    fn capabilities(&self) -> Fact {
        let Some(added) = self.container.at(&["securityContext", "capabilities"]) else {
            return self.container.fact(Vec::new());
        };
        let strong = added.items("add").filter_map(|at| {
            let name = at.node.scalar()?;
            is_strong_capability(&name).then(|| at.fact(name))
        });
        added.fact(strong.collect::<Vec<_>>())
    }

    /// What the container says wins over what the pod says.
    fn unconfined(&self) -> Vec<Fact> {
        let of = |key: &str| {
            let way = ["securityContext", key, "type"];
            self.container.at(&way).or_else(|| self.pod.spec.at(&way))
        };
        let settings = [
            ("seccompProfile", of("seccompProfile"), "Unconfined"),
            ("appArmorProfile", of("appArmorProfile"), "Unconfined"),
            ("procMount", self.container.at(&["securityContext", "procMount"]), "Unmasked"),
        ];
        let taken_off = settings.into_iter().filter_map(|(name, at, word)| {
            let at = at?;
            (at.node.scalar().as_deref() == Some(word)).then(|| at.fact(name))
        });
        taken_off.collect()
    }

    fn image_pinned(&self) -> Fact {
        let image = self.container.at(&["image"]);
        let (Some(at), Some(name)) = (image, image.and_then(|at| at.node.scalar())) else {
            return self.container.fact(Value::Absent);
        };
        if name.contains(['$', '<']) {
            return at.fact(Ignorance::new("the tag is filled in when it is deployed"));
        }
        let pinned = ImageReference::parse(&name).is_some_and(|image| image.is_pinned());
        match self.patched {
            Some(why) if !pinned => at.fact(Value::Unknown(why.clone())),
            _ => at.fact(pinned),
        }
    }

    fn mounts(&self) -> Vec<Fact> {
        let mounts = self.container.items("volumeMounts");
        mounts.filter_map(|mount| Some(mount.fact(mount.text("mountPath")?))).collect()
    }

    fn http_probes(&self) -> Vec<Fact> {
        let keys = ["startupProbe", "readinessProbe", "livenessProbe"];
        let asked = keys.iter().filter_map(|key| self.container.at(&[key, "httpGet"]));
        let probe = |at: At<'_>| {
            let path = at.text("path").unwrap_or_else(|| "/".to_owned());
            let mut headers = at.items("httpHeaders");
            let host = headers.find(|header| {
                header.text("name").is_some_and(|name| name.eq_ignore_ascii_case("host"))
            });
            let host = host.and_then(|header| header.text("value")).or_else(|| at.text("host"));
            at.fact(Value::record([
                ("path", at.fact(path)),
                ("host", at.fact(host.map_or(Value::Absent, Value::Text))),
            ]))
        };
        asked.map(probe).collect()
    }

    fn secrets(&self) -> Vec<Fact> {
        let variables = self.container.items("env");
        variables
            .filter_map(|variable| {
                let (name, value) = (variable.text("name")?, variable.at(&["value"])?);
                secrets::of_variable(&name, value)
            })
            .collect()
    }
}
