//! What there is to know: every fact that a collector or probe can yield, declared beside it.

use super::{FactPath, Ignorance};
use crate::problem::did_you_mean;

/// The kind of a fact's value. A fact of any kind can also be absent or unknown.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list of one kind of item.
    List(&'static Kind),
    /// A record with these fields; the paths of the specs are the names of the fields.
    Record(&'static [FactSpec]),
    /// A record with names of the project's choosing, each of this kind.
    Open(&'static Kind),
    /// Whatever the project put there.
    Any,
}

impl Kind {
    /// What a value of this kind is called, with its article.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List(_) => "a list",
            Self::Record(_) | Self::Open(_) => "a record",
            Self::Any => "any value",
        }
    }
}

/// The declaration of one fact.
#[derive(Clone, Copy, Debug)]
pub struct FactSpec {
    /// Dotted, from the domain on; of a record's field, its name.
    pub path: &'static str,
    /// What kind of value it has.
    pub kind: Kind,
    /// What a number counts: seconds, days, bits; empty where that makes no sense.
    pub unit: &'static str,
    /// Whether reports may show only its length.
    pub secret: bool,
    /// What it says, in one sentence; when it is absent or unknown, if that is not plain.
    pub means: &'static str,
}

impl FactSpec {
    /// A fact that may be shown and counts nothing.
    pub const fn new(path: &'static str, kind: Kind, means: &'static str) -> Self {
        Self { path, kind, unit: "", secret: false, means }
    }

    /// The same, counting something.
    #[must_use]
    pub const fn in_unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// The same, never to be shown.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// One source of facts: a kind of file, or the live site. Its name is the first part of its facts' paths.
#[derive(Clone, Copy, Debug)]
pub struct Domain {
    /// `django`, `nginx`, `live`.
    pub name: &'static str,
    /// What it covers, in a few words.
    pub means: &'static str,
    /// What its absence says about a check that needs it.
    pub when_missing: WhenMissing,
}

/// What it says about a check that a domain it needs was not found.
#[derive(Clone, Copy, Debug)]
pub enum WhenMissing {
    /// There is nothing to judge, because of this.
    NotApplicable(&'static str),
    /// It cannot be judged, because of this, unless the user does that.
    Unknown {
        /// Why.
        why: &'static str,
        /// What would settle it.
        remedy: &'static str,
    },
}

impl WhenMissing {
    /// The reason, for facts that are asked for all the same.
    pub fn ignorance(self) -> Ignorance {
        match self {
            Self::NotApplicable(why) => Ignorance::new(why),
            Self::Unknown { why, remedy } => Ignorance::new(why).settled_by(remedy),
        }
    }
}

/// All domains and all declared facts.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// In the order in which the sources run.
    pub domains: Vec<Domain>,
    /// In the order of declaration.
    pub specs: Vec<FactSpec>,
}

impl Catalogue {
    /// The declaration of a domain.
    pub fn domain(&self, name: &str) -> Option<&Domain> {
        self.domains.iter().find(|domain| domain.name == name)
    }

    /// The kind of the fact at a path. `item` is the kind of the current item, where there is one.
    /// If there is no such fact, what is wrong with the path.
    pub fn kind_of(&self, path: &FactPath, item: Option<Kind>) -> Result<Kind, String> {
        if path.asks_found() {
            let domain = path.domain().unwrap_or_default();
            return self
                .domain(domain)
                .map(|_| Kind::Bool)
                .ok_or_else(|| self.unknown_domain(domain));
        }
        let kind = match (path.of_item, item) {
            (true, None) => Err(format!("`{path}` starts at an item, but there is no item here")),
            (true, Some(item)) => kind_below(item, &path.segments, path),
            (false, _) => self.kind_from_root(path),
        }?;
        Ok(if path.origin { Kind::Text } else { kind })
    }

    fn kind_from_root(&self, path: &FactPath) -> Result<Kind, String> {
        let domain = path.domain().unwrap_or_default();
        if self.domain(domain).is_none() {
            return Err(self.unknown_domain(domain));
        }
        for taken in (1..=path.segments.len()).rev() {
            let (head, rest) = path.segments.split_at(taken);
            let head = head.join(".");
            if let Some(spec) = self.specs.iter().find(|spec| spec.path == head) {
                return kind_below(spec.kind, rest, path);
            }
        }
        let dotted = path.segments.join(".");
        let known = self.specs.iter().map(|spec| spec.path);
        Err(unknown(&format!("fact `{path}`"), did_you_mean(&dotted, known)))
    }

    fn unknown_domain(&self, name: &str) -> String {
        let known = self.domains.iter().map(|domain| domain.name);
        unknown(&format!("domain `{name}`"), did_you_mean(name, known))
    }
}

fn kind_below(kind: Kind, segments: &[String], path: &FactPath) -> Result<Kind, String> {
    let Some((segment, rest)) = segments.split_first() else {
        return Ok(kind);
    };
    match kind {
        Kind::Any => Ok(Kind::Any),
        Kind::Open(each) => kind_below(*each, rest, path),
        Kind::Record(fields) => match fields.iter().find(|field| field.path == segment) {
            Some(field) => kind_below(field.kind, rest, path),
            None => {
                let hint = did_you_mean(segment, fields.iter().map(|field| field.path));
                Err(unknown(&format!("field `{segment}` in `{path}`"), hint))
            }
        },
        Kind::List(item) if segment.parse::<usize>().is_ok() => kind_below(*item, rest, path),
        Kind::Bool | Kind::Number | Kind::Text | Kind::List(_) => {
            Err(format!("`{path}` goes too deep: before `{segment}` stands {}", kind.name()))
        }
    }
}

fn unknown(what: &str, hint: Option<String>) -> String {
    hint.map_or_else(|| format!("unknown {what}"), |hint| format!("unknown {what}; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCATION: &[FactSpec] = &[
        FactSpec::new("path", Kind::Text, "The path."),
        FactSpec::new("lost-headers", Kind::List(&Kind::Text), "The headers dropped."),
    ];

    fn catalogue() -> Catalogue {
        let when_missing = WhenMissing::NotApplicable("none is here");
        Catalogue {
            domains: ["django", "nginx"]
                .map(|name| Domain { name, means: "", when_missing })
                .to_vec(),
            specs: vec![
                FactSpec::new("django.settings", Kind::Open(&Kind::Any), "The settings."),
                FactSpec::new(
                    "nginx.locations",
                    Kind::List(&Kind::Record(LOCATION)),
                    "The locations.",
                ),
            ],
        }
    }

    fn kind_of(path: &str, item: Option<Kind>) -> Result<&'static str, String> {
        catalogue().kind_of(&FactPath::parse(path).unwrap(), item).map(Kind::name)
    }

    #[test]
    fn declared_facts_have_their_kind() {
        let item = Some(Kind::Record(LOCATION));
        assert_eq!(kind_of("django.settings.DEBUG", None), Ok("any value"));
        assert_eq!(kind_of("django.settings.DATABASES.default.HOST", None), Ok("any value"));
        assert_eq!(kind_of("django.found", None), Ok("true or false"));
        assert_eq!(kind_of("nginx.locations", None), Ok("a list"));
        assert_eq!(kind_of("nginx.locations.0.path", None), Ok("a text"));
        assert_eq!(kind_of(".lost-headers", item), Ok("a list"));
        assert_eq!(kind_of("django.settings.DEBUG@origin", None), Ok("a text"));
    }

    #[test]
    fn undeclared_facts_are_refused_with_the_nearest() {
        let item = Some(Kind::Record(LOCATION));
        for (path, item, told) in [
            ("ngnix.found", None, "unknown domain `ngnix`; did you mean `nginx`?"),
            (
                "nginx.location",
                None,
                "unknown fact `nginx.location`; did you mean `nginx.locations`?",
            ),
            (
                ".lost-header",
                item,
                "unknown field `lost-header` in `.lost-header`; did you mean `lost-headers`?",
            ),
            (".path", None, "`.path` starts at an item, but there is no item here"),
            (".path.x", item, "`.path.x` goes too deep: before `x` stands a text"),
        ] {
            assert_eq!(kind_of(path, item), Err(told.to_owned()), "{path}");
        }
    }
}
