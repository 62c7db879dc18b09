//! What manifests give programs in their environment. (Kubernetes API reference, `Container` and `EnvVar`,
//! read 2026-12: what `env` says wins over `envFrom`, the later of `envFrom` over the earlier.)

use super::object::{At, Object};
use super::pod::Pod;
use super::secrets::{is_filled_in, values};
use crate::collect::compose::{common, of_image};
use crate::fact::{Fact, Ignorance, Record, secret};
use crate::grammar::image_reference::ImageReference;

/// What the project's programs are given that go on until they are stopped; where several differ, one of
/// theirs. None if no program is given anything.
pub(super) fn of_programs(pods: &[Pod<'_>], objects: &[Object]) -> Option<Record> {
    let serving = pods.iter().filter(|pod| pod.serves);
    let records: Vec<Record> = serving
        .flat_map(|pod| pod.spec.items("containers"))
        .filter(|container| is_program(*container))
        .map(|container| of_container(container, objects))
        .filter(|record| !record.fields.is_empty() || record.rest.is_some())
        .collect();
    (!records.is_empty()).then(|| common(records))
}

/// Whether a container runs nothing that is known to be others' software.
fn is_program(container: At<'_>) -> bool {
    let image = container.text("image").as_deref().and_then(ImageReference::parse);
    image.as_ref().and_then(of_image).is_none()
}

fn of_container(container: At<'_>, objects: &[Object]) -> Record {
    let mut given = Record::default();
    for source in container.items("envFrom") {
        let prefix = source.text("prefix").unwrap_or_default();
        let maps = [("ConfigMap", "configMapRef"), ("Secret", "secretRef")];
        for (kind, key) in maps {
            let Some(name) = source.at(&[key]).and_then(|reference| reference.text("name")) else {
                continue;
            };
            match holder(kind, &name, objects) {
                Ok(object) => given.fields.extend(values(object).map(|(name, at, text)| {
                    let name = format!("{prefix}{name}");
                    let fact = secret::concealed(&name, told(at, text));
                    (name.into(), fact)
                })),
                Err(why) => given.rest = Some(why),
            }
        }
    }
    given.fields.extend(container.items("env").filter_map(|variable| {
        let name = variable.text("name")?;
        let fact = secret::concealed(&name, value(variable, objects));
        Some((name.into(), fact))
    }));
    given
}

/// The value of one variable.
fn value(variable: At<'_>, objects: &[Object]) -> Fact {
    if let Some(text) = variable.at(&["value"]).and_then(|value| value.node.scalar()) {
        return told(variable, text);
    }
    let from = |key: &str| variable.at(&["valueFrom", key]);
    for (kind, key) in [("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")] {
        let Some(reference) = from(key) else { continue };
        let (name, field) = (reference.text("name"), reference.text("key"));
        let (name, field) = (name.unwrap_or_default(), field.unwrap_or_default());
        return match holder(kind, &name, objects) {
            Ok(object) => match values(object).filter(|(name, ..)| *name == field).last() {
                Some((_, at, text)) => told(at, text),
                None => variable.fact(Ignorance::new(format!("{kind} `{name}` has no `{field}`"))),
            },
            Err(why) => variable.fact(why),
        };
    }
    if variable.at(&["valueFrom"]).is_some() {
        return variable.fact(Ignorance::new("the cluster fills it in"));
    }
    variable.fact("")
}

/// The object of this kind and name; why not, if not exactly one such is here.
fn holder<'o>(kind: &str, name: &str, objects: &'o [Object]) -> Result<&'o Object, Ignorance> {
    let mut named = objects.iter().filter(|object| object.kind == kind && object.name == name);
    let why = match (named.next(), named.next()) {
        (Some(object), None) => return Ok(object),
        (None, _) => "is not in the manifests",
        (Some(_), Some(_)) => "is in several manifests",
    };
    Err(Ignorance::new(format!("{kind} `{name}` {why}")).settled_by("give `--env-file`"))
}

/// A value as written, unless something else still fills it in.
fn told(at: At<'_>, text: String) -> Fact {
    if is_filled_in(&text) {
        return at.fact(Ignorance::new("it is filled in when it is deployed"));
    }
    at.fact(text)
}

#[cfg(test)]
mod tests {
    use crate::collect::kubernetes::Kubernetes;
    use crate::collect::{Collector, collected};
    use crate::date::Date;
    use crate::fact::{Facts, Value};
    use crate::project::{Given, Project};

    /// The variables of a manifest, then why there may be more.
    fn given(container: &str, more: &str) -> String {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  template:\n    spec:\n      \
             containers:\n      - {container}\n{more}"
        );
        let project = Project::of_texts([("k8s/web.yaml", text.as_str())]);
        let today = Given::nothing(Date::parse("2026-12-01").unwrap());
        let facts = collected(&Kubernetes, &project, &today, &Facts::default());
        assert!(facts.found(Kubernetes.domain().name), "{text}");
        let environment = facts.at("kubernetes.environment");
        let Value::Record(record) = &environment.value else { return "nothing".to_owned() };
        let fields = record.fields.iter().map(|(name, fact)| format!("{name}={}", fact.value));
        let rest = record.rest.iter().map(|why| format!("more: {why}"));
        fields.chain(rest).collect::<Vec<_>>().join("; ").replace('"', "")
    }

    #[test]
    fn variables_are_followed_to_what_holds_them() {
        let map = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {DEBUG: 'False', HOST: a}\n";
        let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: shop}\ndata: {USER: c2hvcA==}\n\
                      stringData: {KEY: x7Qm2Vt9}\n";
        for (container, more, told) in [
            (
                "{image: shop:1, env: [{name: DEBUG, value: 'True'}, {name: A}]}",
                "",
                "A=; DEBUG=True",
            ),
            (
                "{image: shop:1, env: [{name: A, value: $(B)}]}",
                "",
                "A=unknown (it is filled in when it is deployed)",
            ),
            (
                "{image: shop:1, envFrom: [{configMapRef: {name: shop}}]}",
                map,
                "DEBUG=False; HOST=a",
            ),
            (
                "{image: shop:1, envFrom: [{configMapRef: {name: shop}, prefix: X_}]}",
                map,
                "X_DEBUG=False; X_HOST=a",
            ),
            (
                "{image: shop:1, envFrom: [{configMapRef: {name: shop}}], env: [{name: HOST, value: b}]}",
                map,
                "DEBUG=False; HOST=b",
            ),
            (
                "{image: shop:1, envFrom: [{secretRef: {name: shop}}]}",
                secret,
                "KEY=a secret of 8 characters; USER=shop",
            ),
            (
                "{image: shop:1, envFrom: [{secretRef: {name: shop}}]}",
                "",
                "more: Secret `shop` is not in the manifests; give `--env-file`",
            ),
            (
                "{image: shop:1, env: [{name: D, valueFrom: {configMapKeyRef: {name: shop, key: DEBUG}}}]}",
                map,
                "D=False",
            ),
            (
                "{image: shop:1, env: [{name: K, valueFrom: {secretKeyRef: {name: shop, key: key}}}]}",
                "",
                "K=unknown (Secret `shop` is not in the manifests)",
            ),
            (
                "{image: shop:1, env: [{name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]}",
                "",
                "IP=unknown (the cluster fills it in)",
            ),
            ("{image: 'postgres:17', env: [{name: DEBUG, value: 'True'}]}", "", "nothing"),
            ("{image: shop:1}", "", "nothing"),
        ] {
            assert_eq!(given(container, more), told, "{container}");
        }
    }
}
