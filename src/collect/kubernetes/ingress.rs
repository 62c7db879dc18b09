//! What takes requests from outside, and whether it has certificates for its hosts.

use super::object::{At, Object};
use crate::credential::unfilled;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Value};

/// The fields of one ingress.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its name."),
    FactSpec::new("hosts", Kind::List(&Kind::Text), "The hosts that it answers for."),
    FactSpec::new(
        "encrypted",
        Kind::Bool,
        "Whether `tls` names a certificate for each of them. Unknown where an annotation, or a controller of a cloud, gives it another way.",
    ),
];

/// Parts of annotations by which controllers are told of certificates, or that they need none.
const CERTIFICATES: &[&str] = &["cert", "tls", "ssl", "alb.", "gce", "gke", "https", "tunnel"];

/// The ingress as a record; none for another kind of object, and for one that answers for names of a
/// developer's machine alone.
pub(super) fn fact(object: &Object, patched: Option<&Ignorance>) -> Option<Fact> {
    let root = object.root();
    let spec = root.at(&["spec"]).filter(|_| object.kind == "Ingress")?;
    let hosts: Vec<(String, At<'_>)> =
        spec.items("rules").filter_map(|rule| Some((rule.text("host")?, rule))).collect();
    if !hosts.is_empty() && hosts.iter().all(|(host, _)| is_local(host)) {
        return None;
    }
    let covered: Vec<String> = spec
        .items("tls")
        .flat_map(|tls| tls.items("hosts").collect::<Vec<_>>())
        .filter_map(|host| host.node.scalar())
        .collect();
    let has_tls = spec.items("tls").next().is_some();
    // `tls` without hosts is for all of them.
    let for_all = has_tls && covered.is_empty();
    let missing =
        hosts.iter().find(|(host, _)| !for_all && !covered.iter().any(|name| covers(name, host)));
    let class = spec.text("ingressClassName");
    let told = elsewhere(root.at(&["metadata", "annotations"]), class);
    let encrypted = match (missing, has_tls, told.or_else(|| patched.cloned())) {
        (None, true, _) => spec.fact(true),
        (Some((_, rule)), _, None) => rule.fact(false),
        (None, false, None) => spec.fact(false),
        (_, _, Some(why)) => spec.fact(Value::Unknown(why)),
    };
    let hosts = hosts.iter().map(|(host, rule)| rule.fact(host.as_str()));
    Some(spec.fact(Value::record([
        ("name", spec.fact(object.name.as_str())),
        ("hosts", spec.fact(hosts.collect::<Vec<_>>())),
        ("encrypted", encrypted),
    ])))
}

/// The ingress that values ask a chart for; none if they ask for none, or leave its hosts to be filled in.
pub(super) fn of_values(at: At<'_>) -> Option<Fact> {
    let host = |item: At<'_>| item.text("host").or_else(|| item.node.scalar());
    let hosts: Vec<String> = at.items("hosts").filter_map(host).collect();
    let is_real = |host: &String| !is_local(host) && unfilled(host).is_none();
    let is_asked = at.is(&["enabled"]) == Some(true) && hosts.iter().any(is_real);
    let tls = at.at(&["tls"]);
    let has_tls =
        at.items("tls").next().is_some() || tls.is_some_and(|tls| tls.is(&[]) == Some(true));
    let told = elsewhere(at.at(&["annotations"]), at.text("className"));
    let encrypted = match told.filter(|_| !has_tls) {
        Some(why) => at.fact(Value::Unknown(why)),
        None => at.fact(has_tls),
    };
    let hosts = hosts.into_iter().map(|host| at.fact(host)).collect::<Vec<_>>();
    is_asked.then(|| {
        at.fact(Value::record([
            ("name", at.fact("values of a chart")),
            ("hosts", at.fact(hosts)),
            ("encrypted", encrypted),
        ]))
    })
}

/// Whether a name leads to the machine of whoever asks.
fn is_local(host: &str) -> bool {
    let ends = [".localhost", ".local", ".test", ".nip.io", ".sslip.io"];
    host == "localhost" || ends.iter().any(|end| host.ends_with(end))
}

fn covers(certificate: &str, host: &str) -> bool {
    certificate == host
        || certificate
            .strip_prefix("*.")
            .is_some_and(|domain| host.split_once('.').is_some_and(|(_, parent)| parent == domain))
}

/// Why certificates may be given another way than by `tls`.
fn elsewhere(annotations: Option<At<'_>>, class: Option<String>) -> Option<Ignorance> {
    let keys = annotations.map_or(&[][..], |at| at.node.entries()).iter();
    let told = keys
        .flat_map(|(key, value)| [Some(key.name.clone()), value.scalar()])
        .flatten()
        .chain(class)
        .find(|text| CERTIFICATES.iter().any(|part| text.contains(part)))?;
    Some(Ignorance::new(format!("`{told}` may give the certificate another way")))
}
