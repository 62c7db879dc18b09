//! Settings of a kind with which Django does not start.

use super::defaults::Release;
use crate::fact::{Fact, Ignorance, Origin, Value};
use crate::python::Namespace;

/// Settings that must be lists or tuples (`django/conf/__init__.py` of 4.2 to 6.1, read November 2026).
const LISTS: &[&str] =
    &["ALLOWED_HOSTS", "INSTALLED_APPS", "LOCALE_PATHS", "SECRET_KEY_FALLBACKS", "TEMPLATE_DIRS"];

/// Why Django refuses to load the settings of a module, if it does.
pub(super) fn refused(namespace: &Namespace, release: Release) -> Option<Ignorance> {
    let lists = LISTS.iter().filter(|name| release >= (4, 1) || **name != "SECRET_KEY_FALLBACKS");
    let (name, fact) = lists
        .filter_map(|name| Some((name, namespace.variables.get(*name)?)))
        .find(|(_, fact)| is_no_list(fact))?;
    let kind = match fact.value {
        Value::Absent => "`None`",
        _ => fact.value.kind_name(),
    };
    let why = format!("`{name}` is {kind}, and Django starts only where it is a list or a tuple");
    Some(Ignorance::new(why).settled_by(format!("make `{name}` a list")))
}

fn is_no_list(fact: &Fact) -> bool {
    match &fact.value {
        Value::List(_) | Value::OneOf(_) | Value::Unknown(_) => false,
        // Not set on some way through the module.
        Value::Absent => fact.provenance.origin != Origin::Default,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: Value, release: Release) -> bool {
        let variables = [("SECRET_KEY_FALLBACKS".to_owned(), Fact::derived(value))].into();
        refused(&Namespace { variables, ..Namespace::default() }, release).is_some()
    }

    #[test]
    fn a_text_in_the_place_of_a_list_is_refused_where_the_setting_is_known() {
        assert!(asked(Value::from("key"), (4, 2)));
        assert!(asked(Value::Absent, (6, 1)));
        assert!(!asked(Value::from("key"), (4, 0)));
        assert!(!asked(Value::list(Vec::new()), (4, 2)));
        assert!(!asked(Value::Unknown(Ignorance::new("a reason")), (4, 2)));
    }
}
