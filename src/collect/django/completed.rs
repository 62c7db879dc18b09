//! Settings that a module completes which only production has.

use crate::fact::{Fact, Ignorance, Value};
use crate::python::Namespace;

/// The settings as they may be in production. Without a key Django does not start: where nothing here sets one, and
/// a module is left out of the project whose names the settings take if it is there, production has that module, and
/// it may replace every other setting too.
pub(super) fn completed(mut namespace: Namespace) -> Namespace {
    let Some(missing) = namespace.missing.clone().filter(|_| has_no_key(&namespace)) else {
        return namespace;
    };
    let why =
        Ignorance::new(format!("`{missing}`, which must set SECRET_KEY, is not in the project"))
            .settled_by("run this where it is, or name the settings with `--settings`");
    for fact in namespace.variables.values_mut() {
        let replaced = Fact { value: Value::Unknown(why.clone()), ..fact.clone() };
        fact.value = Value::one_of(vec![fact.clone(), replaced]);
    }
    namespace.rest.get_or_insert(why);
    namespace
}

fn has_no_key(namespace: &Namespace) -> bool {
    namespace.variables.get("SECRET_KEY").is_none_or(|key| match &key.value {
        Value::Absent => true,
        value => value.text() == Some("") && key.provenance.variables.is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use crate::collect::django::tests::facts;

    #[test]
    fn a_module_that_must_set_the_key_may_set_everything() {
        let host = |settings: &str| {
            let files = [("manage.py", "import django"), ("shop/settings.py", settings)];
            facts(&files, None).at("django.settings.ALLOWED_HOSTS").value.to_string()
        };
        let local = "ALLOWED_HOSTS = ['shop.example']\ntry:\n    from .local import *\nexcept ImportError:\n    pass\n";
        assert!(host(local).contains("unknown (`shop/local`, which must set SECRET_KEY"));
        assert_eq!(host(&format!("SECRET_KEY = 'x'\n{local}")), "[\"shop.example\"]");
        let variable = format!("import os\nSECRET_KEY = os.environ.get('KEY', '')\n{local}");
        assert_eq!(host(&variable), "[\"shop.example\"]");
    }
}
