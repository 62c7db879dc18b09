//! What accounts of the cluster may do: roles, and the binding of the one that may do everything.

use super::object::{At, Object};
use crate::fact::{Fact, FactSpec, Kind, Value};
use crate::grammar::yaml::Node;

/// The fields of one role or binding.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its kind and name: `ClusterRole/shop`."),
    FactSpec::new(
        "everything",
        Kind::Bool,
        "Whether it allows every act on every kind of object of the core, secrets and pods among them.",
    ),
];

/// The groups of which one holds the core: pods, secrets, service accounts.
const CORE: &[&str] = &["", "*"];

/// A role as a record, or a binding that gives a program's account the rights of `cluster-admin`; none for
/// another kind of object.
pub(super) fn fact(object: &Object) -> Option<Fact> {
    let root = object.root();
    let everything = match object.kind.as_str() {
        "Role" | "ClusterRole" => root.items("rules").find(allows_everything),
        "RoleBinding" | "ClusterRoleBinding" => administrator(root),
        _ => return None,
    };
    let at = everything.unwrap_or(root);
    Some(at.fact(Value::record([
        ("name", at.fact(format!("{}/{}", object.kind, object.name))),
        ("everything", at.fact(everything.is_some())),
    ])))
}

fn allows_everything(rule: &At<'_>) -> bool {
    let holds = |key: &str, words: &[&str]| {
        rule.items(key).filter_map(|item| item.node.scalar()).any(|word| words.contains(&&*word))
    };
    holds("apiGroups", CORE) && holds("resources", &["*"]) && holds("verbs", &["*"])
}

/// The reference to `cluster-admin` of a binding for an account of programs, and not of people.
fn administrator(root: At<'_>) -> Option<At<'_>> {
    let role = root.at(&["roleRef"])?;
    let is_account =
        |subject: At<'_>| subject.node.get("kind").and_then(Node::text) == Some("ServiceAccount");
    let is_admin = role.text("name").is_some_and(|name| name == "cluster-admin");
    (is_admin && root.items("subjects").any(is_account)).then_some(role)
}
