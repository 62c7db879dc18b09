//! Statements about facts, and why each holds, fails, or cannot be judged.

use std::borrow::Cow;

use super::Outcome;
use super::layers::first_known;
use super::outcome::{gathered, negated};
use super::question::{Judged, Test, subject};
use crate::fact::{Fact, FactPath, Facts};
use crate::truth::Truth;

/// A statement about facts.
#[derive(Clone, Debug)]
pub enum Predicate {
    /// All of these hold.
    All(Vec<Self>),
    /// At least one of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// The first of these that is not unknown decides.
    FirstKnown(Vec<Self>),
    /// A fact passes a test.
    Fact {
        /// Which fact.
        path: FactPath,
        /// What is asked of it.
        test: Test,
        /// The sentence to print when this part decides against the project.
        otherwise: Option<String>,
    },
    /// Always the same. Only mutants are made of it; no file can say it.
    Constant(Truth),
}

/// The item that a path with a leading dot starts at.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The item.
    pub fact: &'a Fact,
    /// What it is called in reasons.
    pub subject: &'a str,
}

impl Predicate {
    /// The judgement alone. Most parts of a check decide nothing, and reasons cost more than answers.
    pub fn truth(&self, facts: &Facts, item: Option<&Fact>) -> Truth {
        let of = |part: &Self| part.truth(facts, item);
        match self {
            Self::All(parts) => settled(parts.iter().map(of), Truth::False, Truth::True),
            Self::Any(parts) => settled(parts.iter().map(of), Truth::True, Truth::False),
            Self::Not(part) => of(part).negated(),
            Self::FirstKnown(parts) => parts
                .iter()
                .map(of)
                .find(|truth| *truth != Truth::Unknown)
                .unwrap_or(Truth::Unknown),
            Self::Fact { path, test, .. } => test.truth(&facts.get(path, item), facts, item),
            Self::Constant(truth) => *truth,
        }
    }

    /// The judgement with its reasons.
    pub fn judge(&self, facts: &Facts, item: Option<Item<'_>>) -> Outcome<'_> {
        self.reasons(facts, item, &self.answer(facts, item.map(|item| item.fact)))
    }

    /// The judgement, with all that its reasons are made of. To look a fact up and test it is most of the
    /// work of an audit, and done once.
    pub(super) fn answer<'f>(&self, facts: &'f Facts, item: Option<&'f Fact>) -> Answer<'f> {
        let of = |part: &Self| part.answer(facts, item);
        let of_parts = |parts: &[Self], extreme, rest| {
            let parts: Vec<Answer<'f>> = parts.iter().map(of).collect();
            let truth = settled(parts.iter().map(|part| part.truth), extreme, rest);
            Answer { truth, parts, found: None }
        };
        match self {
            Self::All(parts) => of_parts(parts, Truth::False, Truth::True),
            Self::Any(parts) => of_parts(parts, Truth::True, Truth::False),
            Self::Not(part) => {
                let part = of(part);
                Answer { truth: part.truth.negated(), parts: vec![part], found: None }
            }
            Self::Fact { path, test, .. } => {
                let found = facts.get(path, item);
                let truth = test.truth(&found, facts, item);
                Answer { truth, parts: Vec::new(), found: Some(found) }
            }
            Self::FirstKnown(_) | Self::Constant(_) => {
                Answer { truth: self.truth(facts, item), parts: Vec::new(), found: None }
            }
        }
    }

    /// The judgement with its reasons, where the judgement alone is known.
    pub(super) fn reasons(
        &self,
        facts: &Facts,
        item: Option<Item<'_>>,
        answer: &Answer<'_>,
    ) -> Outcome<'_> {
        let truth = answer.truth;
        match (self, &answer.found) {
            (Self::All(parts) | Self::Any(parts), _) => {
                let parts = parts.iter().zip(&answer.parts);
                let decisive = parts.filter(|(_, answer)| answer.truth == truth);
                let (because, contrary) =
                    gathered(decisive.map(|(part, answer)| part.reasons(facts, item, answer)));
                Outcome { truth, because, contrary }
            }
            (Self::Not(part), _) => {
                let inside = answer.parts.first().map(|answer| part.reasons(facts, item, answer));
                negated(inside.unwrap_or_else(|| part.judge(facts, item)))
            }
            (Self::FirstKnown(parts), _) => first_known(parts, facts, item),
            (Self::Fact { path, test, otherwise }, Some(fact)) => {
                let subject = subject(path, item);
                let otherwise = otherwise.as_deref();
                test.judge(Judged { subject, fact, facts, item, otherwise }, truth)
            }
            (Self::Fact { .. }, None) | (Self::Constant(_), _) => {
                Outcome { truth, because: Vec::new(), contrary: Vec::new() }
            }
        }
    }
}

/// The judgement of a part, without its reasons.
pub(super) struct Answer<'f> {
    pub(super) truth: Truth,
    /// Those of the parts that it is made of.
    parts: Vec<Self>,
    /// The fact, of a part that speaks of one.
    found: Option<Cow<'f, Fact>>,
}

impl Predicate {
    /// Whether it speaks of a fact of a domain, over and above asking whether the domain was found.
    pub fn speaks_of(&self, domain: &str) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::FirstKnown(parts) => {
                parts.iter().any(|part| part.speaks_of(domain))
            }
            Self::Not(part) => part.speaks_of(domain),
            Self::Fact { path, test, .. } => {
                let inside = match test {
                    Test::Every(inner) | Test::Some(inner) | Test::None(inner) => {
                        inner.speaks_of(domain)
                    }
                    Test::Value(_) | Test::SameAs(_) => false,
                };
                inside || (path.domain() == Some(domain) && !path.asks_found())
            }
            Self::Constant(_) => false,
        }
    }
}

/// `extreme` is the answer that one part alone can force; `rest` the answer if no part says otherwise.
pub(super) fn settled(truths: impl Iterator<Item = Truth>, extreme: Truth, rest: Truth) -> Truth {
    let mut settled = rest;
    for truth in truths {
        if truth == extreme {
            return extreme;
        }
        if truth == Truth::Unknown {
            settled = Truth::Unknown;
        }
    }
    settled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Matcher, Scalar};
    use crate::fact::{Ignorance, List};

    fn path(text: &str) -> FactPath {
        FactPath::parse(text).unwrap()
    }

    fn is_true(fact: &str) -> Predicate {
        test(fact, Test::Value(Matcher::Is(Scalar::Bool(true))))
    }

    fn test(fact: &str, test: Test) -> Predicate {
        Predicate::Fact { path: path(fact), test, otherwise: None }
    }

    fn three_facts() -> Facts {
        let mut facts = Facts::default();
        facts.put("x.yes", Fact::derived(true));
        facts.put("x.no", Fact::derived(false));
        facts.put("x.maybe", Fact::unknown("not here"));
        facts
    }

    fn told<'o>(outcome: &'o Outcome<'_>) -> Vec<&'o str> {
        outcome.because.iter().map(|reason| &*reason.subject).collect()
    }

    #[test]
    fn only_the_parts_that_decided_are_told() {
        let facts = three_facts();
        let parts = || vec![is_true("x.yes"), is_true("x.no"), is_true("x.maybe")];
        let (all, any) = (Predicate::All(parts()), Predicate::Any(parts()));
        let not = Predicate::Not(Box::new(all.clone()));
        let all = all.judge(&facts, None);
        assert_eq!((all.truth, told(&all)), (Truth::False, vec!["x.no"]));
        let any = any.judge(&facts, None);
        assert_eq!((any.truth, told(&any)), (Truth::True, vec!["x.yes"]));
        let not = not.judge(&facts, None);
        assert_eq!((not.truth, not.because[0].negated), (Truth::True, true));
    }

    #[test]
    fn the_first_that_is_known_decides_and_later_contradictions_are_kept() {
        let facts = three_facts();
        let layers =
            Predicate::FirstKnown(vec![is_true("x.maybe"), is_true("x.no"), is_true("x.yes")]);
        let outcome = layers.judge(&facts, None);
        assert_eq!((outcome.truth, told(&outcome)), (Truth::False, vec!["x.no"]));
        assert_eq!(outcome.contrary[0].subject, "x.yes");
        let none = Predicate::FirstKnown(vec![is_true("x.maybe")]);
        let none = none.judge(&facts, None);
        assert_eq!((none.truth, told(&none)), (Truth::Unknown, vec!["x.maybe"]));
    }

    #[test]
    fn a_promise_that_another_layer_hinders_is_told_with_what_hinders_it() {
        let mut facts = three_facts();
        facts.put("y.no", Fact::derived(false));
        let contrary = |parts: [&str; 2]| {
            let promise = Predicate::All(parts.map(is_true).to_vec());
            let layers = vec![is_true("x.no"), Predicate::Any(vec![promise])];
            let outcome = Predicate::FirstKnown(layers);
            let outcome = outcome.judge(&facts, None);
            outcome
                .contrary
                .into_iter()
                .map(|reason| reason.subject.into_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(contrary(["x.yes", "y.no"]), ["x.yes", "y.no"]);
        assert!(contrary(["x.yes", "x.no"]).is_empty());
        assert!(contrary(["x.no", "y.no"]).is_empty());
    }

    #[test]
    fn quantifiers_name_the_items_that_decided() {
        let mut facts = Facts::default();
        let hosts = ["a.example", "*"].map(Fact::derived).to_vec();
        facts.put("x.hosts", Fact::derived(hosts));
        facts.put("x.none", Fact::derived(Vec::new()));
        let star = || Box::new(test(".", Test::Value(Matcher::Is(Scalar::Text("*".to_owned())))));
        for (fact, quantifier, truth, subjects) in [
            ("x.hosts", Test::None(star()), Truth::False, vec!["x.hosts[1]"]),
            ("x.hosts", Test::Some(star()), Truth::True, vec!["x.hosts[1]"]),
            ("x.hosts", Test::Every(star()), Truth::False, vec!["x.hosts[0]"]),
            ("x.none", Test::Every(star()), Truth::True, vec!["x.none"]),
            ("x.none", Test::None(star()), Truth::True, vec!["x.none"]),
            ("x.none", Test::Some(star()), Truth::False, vec!["x.none"]),
            ("x.absent", Test::Some(star()), Truth::False, vec!["x.absent"]),
            ("x.absent", Test::Every(star()), Truth::False, vec!["x.absent"]),
            ("x.absent", Test::None(star()), Truth::False, vec!["x.absent"]),
        ] {
            let predicate = test(fact, quantifier.clone());
            let outcome = predicate.judge(&facts, None);
            assert_eq!(
                (outcome.truth, told(&outcome)),
                (truth, subjects),
                "{quantifier:?} of {fact}"
            );
        }
    }

    #[test]
    fn a_list_that_may_go_on_is_known_only_by_what_it_shows() {
        let mut facts = Facts::default();
        let list =
            List { items: vec![Fact::derived("*")], rest: Some(Ignorance::new("an import")) };
        facts.put("x.hosts", Fact::derived(list));
        let is = |text: &str| {
            Box::new(test(".", Test::Value(Matcher::Is(Scalar::Text(text.to_owned())))))
        };
        for (quantifier, truth) in [
            (Test::None(is("*")), Truth::False),
            (Test::None(is("x")), Truth::Unknown),
            (Test::Some(is("*")), Truth::True),
            (Test::Some(is("x")), Truth::Unknown),
        ] {
            let predicate = test("x.hosts", quantifier);
            assert_eq!(predicate.judge(&facts, None).truth, truth);
        }
    }

    #[test]
    fn sameness_needs_two_definite_values() {
        let mut facts = three_facts();
        facts.put("x.also", Fact::derived(true));
        for (one, other, truth) in [
            ("x.yes", "x.also", Truth::True),
            ("x.yes", "x.no", Truth::False),
            ("x.yes", "x.maybe", Truth::Unknown),
            ("x.absent", "x.absent", Truth::False),
        ] {
            let predicate = test(one, Test::SameAs(path(other)));
            assert_eq!(predicate.judge(&facts, None).truth, truth, "{one} and {other}");
        }
    }
}
