//! The tree of all that is known about one service: put, get, merge.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use litemap::LiteMap;

use super::{Fact, FactPath, Ignorance, Record, Value};

/// All facts about one service, a record for each domain that was found.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    found: LiteMap<String, Arc<Fact>>,
    missing: BTreeMap<String, Ignorance>,
}

impl Facts {
    /// States that a domain was found, even if nothing else comes to be known of it.
    pub fn find(&mut self, domain: &str) {
        if !self.found(domain) {
            self.found.insert(domain.to_owned(), Arc::new(Fact::derived(Record::default())));
        }
    }

    /// States why nothing is known of a domain, in case nothing comes to be known of it.
    pub fn miss(&mut self, domain: &str, why: Ignorance) {
        self.missing.insert(domain.to_owned(), why);
    }

    /// Sets the fact at a dotted path (`nginx.server-tokens`) and thereby finds its domain.
    pub fn put(&mut self, path: &str, fact: Fact) {
        let mut segments = path.split('.');
        let domain = segments.next().unwrap_or_default();
        self.find(domain);
        let Some(root) = self.found.get_mut(domain) else {
            return;
        };
        let mut place = Arc::make_mut(root);
        for segment in segments {
            if !matches!(place.value, Value::Record(_)) {
                place.value = Value::from(Record::default());
            }
            let Value::Record(record) = &mut place.value else {
                return;
            };
            let fields = &mut Arc::make_mut(record).fields;
            place = fields.entry(segment.to_owned().into()).or_insert_with(Fact::absent);
        }
        *place = fact;
    }

    /// The fact at a path; of a path that starts at an item, below that item. Never fails:
    /// what is not there is absent, and what lies behind something unknown is unknown.
    pub fn get<'f>(&'f self, path: &FactPath, item: Option<&'f Fact>) -> Cow<'f, Fact> {
        if path.asks_found() {
            let found = path.domain().is_some_and(|domain| self.found(domain));
            return Cow::Owned(Fact::derived(found));
        }
        let mut segments = path.segments.iter().map(String::as_str);
        let fact = if path.of_item {
            item.map_or_else(|| Cow::Owned(Fact::absent()), |item| below(item, segments))
        } else {
            let domain = segments.next().unwrap_or_default();
            self.in_domain(domain, segments)
        };
        if path.origin { Cow::Owned(origin_of(&fact)) } else { fact }
    }

    /// The fact at a dotted path of a domain, for those who know it by heart.
    pub fn at(&self, path: &str) -> Cow<'_, Fact> {
        let mut segments = path.split('.');
        let domain = segments.next().unwrap_or_default();
        self.in_domain(domain, segments)
    }

    fn in_domain<'s>(
        &self,
        domain: &str,
        segments: impl Iterator<Item = &'s str> + Clone,
    ) -> Cow<'_, Fact> {
        match self.root(domain) {
            Some(root) => below(root, segments),
            None => Cow::Owned(Fact::derived(Value::Unknown(self.why_missing(domain)))),
        }
    }

    /// The record of a domain. There are a dozen, which the length of a name tells apart sooner than its order.
    fn root(&self, domain: &str) -> Option<&Fact> {
        self.found.iter().find(|(name, _)| *name == domain).map(|(_, root)| root.as_ref())
    }

    /// Whether anything is known of a domain.
    pub fn found(&self, domain: &str) -> bool {
        self.root(domain).is_some()
    }

    /// Why nothing is known of a domain.
    pub fn why_missing(&self, domain: &str) -> Ignorance {
        self.missing
            .get(domain)
            .cloned()
            .unwrap_or_else(|| Ignorance::new(format!("nothing was found out about `{domain}`")))
    }

    /// The domains that were found, with the record of each.
    pub fn domains(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.found.iter().map(|(name, root)| (name.as_str(), root.as_ref()))
    }

    /// Adds all that others know; where both know, the others are right.
    pub fn merge(&mut self, others: Self) {
        for (domain, theirs) in others.found {
            match self.found.get_mut(&domain) {
                Some(ours) => merge_into(Arc::make_mut(ours), Arc::unwrap_or_clone(theirs)),
                None => {
                    self.found.insert(domain, theirs);
                }
            }
        }
        self.missing.extend(others.missing);
    }
}

fn merge_into(ours: &mut Fact, theirs: Fact) {
    match (&mut ours.value, theirs.value) {
        (Value::Record(ours), Value::Record(theirs)) => {
            let (ours, theirs) = (Arc::make_mut(ours), Arc::unwrap_or_clone(theirs));
            for (name, field) in theirs.fields {
                match ours.fields.get_mut(&name) {
                    Some(known) => merge_into(known, field),
                    None => {
                        ours.fields.insert(name, field);
                    }
                }
            }
            ours.rest = ours.rest.take().or(theirs.rest);
        }
        (_, value) => *ours = Fact { value, provenance: theirs.provenance },
    }
}

fn below<'f, 's>(
    fact: &'f Fact,
    mut segments: impl Iterator<Item = &'s str> + Clone,
) -> Cow<'f, Fact> {
    let whole = segments.clone();
    let Some(segment) = segments.next() else {
        return Cow::Borrowed(fact);
    };
    let inside = |value: Value| Cow::Owned(Fact { value, provenance: fact.provenance.clone() });
    match &fact.value {
        Value::Record(record) => match (record.fields.get(segment), &record.rest) {
            (Some(field), _) => below(field, segments),
            (None, Some(why)) => inside(Value::Unknown(why.clone())),
            (None, None) => inside(Value::Absent),
        },
        Value::List(list) => match segment.parse::<usize>().ok().map(|index| list.items.get(index))
        {
            Some(Some(item)) => below(item, segments),
            Some(None) => inside(list.rest.clone().map_or(Value::Absent, Value::Unknown)),
            None => inside(Value::Unknown(Ignorance::new("expected a record, found a list"))),
        },
        Value::OneOf(alternatives) => {
            let each = alternatives.iter().map(|each| below(each, whole.clone()).into_owned());
            inside(Value::one_of(each.collect()))
        }
        Value::Absent | Value::Unknown(_) => Cow::Borrowed(fact),
        other => {
            let why = format!("expected a record, found {}", other.kind_name());
            inside(Value::Unknown(Ignorance::new(why)))
        }
    }
}

fn origin_of(fact: &Fact) -> Fact {
    let value = match &fact.value {
        Value::Absent => Value::Absent,
        Value::OneOf(alternatives) => Value::one_of(alternatives.iter().map(origin_of).collect()),
        _ => Value::from(fact.provenance.origin.word()),
    };
    Fact { value, provenance: fact.provenance.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let mut facts = Facts::default();
        facts.miss("live", Ignorance::new("no URL was given"));
        facts.put("django.settings.DEBUG", Fact::derived(true));
        facts.put(
            "django.settings.DATABASES",
            Fact::derived(Value::one_of(vec![
                Fact::derived(Value::record([("HOST", Fact::derived("a"))])),
                Fact::derived(Value::record([("HOST", Fact::derived("b"))])),
            ])),
        );
        facts.put("nginx.servers", Fact::unknown("the include is not here"));
        facts
    }

    #[test]
    fn every_path_has_an_answer() {
        for (path, shown) in [
            ("django.settings.DEBUG", "true"),
            ("django.settings.OTHER", "not set"),
            ("django.settings.OTHER.deeper", "not set"),
            ("django.settings.DATABASES.HOST", "one of \"a\" or \"b\""),
            ("django.settings.DEBUG.deeper", "unknown (expected a record, found true or false)"),
            ("django.settings.DEBUG@origin", "\"derived\""),
            ("nginx.servers.0.name", "unknown (the include is not here)"),
            ("nginx.found", "true"),
            ("live.found", "false"),
            ("live.https.status", "unknown (no URL was given)"),
        ] {
            let asked = FactPath::parse(path).unwrap();
            assert_eq!(facts().get(&asked, None).value.to_string(), shown, "{path}");
        }
    }

    #[test]
    fn merging_keeps_what_only_one_side_knows() {
        let mut facts = facts();
        let mut site = Facts::default();
        site.put("live.https.status", Fact::derived(200));
        site.put("django.settings.DEBUG", Fact::derived(false));
        facts.merge(site);
        assert_eq!(facts.at("live.https.status").value, Value::Int(200));
        assert_eq!(facts.at("django.settings.DEBUG").value, Value::Bool(false));
        assert!(facts.found("nginx"));
    }

    #[test]
    fn an_item_is_asked_by_paths_that_begin_with_a_dot() {
        let item = Fact::derived(Value::record([("path", Fact::derived("/static/"))]));
        let facts = facts();
        let path = FactPath::parse(".path").unwrap();
        assert_eq!(facts.get(&path, Some(&item)).value, Value::from("/static/"));
    }
}
