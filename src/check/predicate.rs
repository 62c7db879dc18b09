//! Statements about facts, and why each holds, fails, or cannot be judged.

use super::layers::first_known;
use super::outcome::{gathered, negated};
use super::{Matcher, Outcome, Reason};
use crate::fact::{Fact, FactPath, Facts, List, Value};
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

/// What is asked of a fact.
#[derive(Clone, Debug)]
pub enum Test {
    /// A question to the value alone.
    Value(Matcher),
    /// It equals another fact.
    SameAs(FactPath),
    /// Every item of it does so.
    Every(Box<Predicate>),
    /// Some item of it does so.
    Some(Box<Predicate>),
    /// No item of it does so.
    None(Box<Predicate>),
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
    /// Judges the statement.
    pub fn judge(&self, facts: &Facts, item: Option<Item<'_>>) -> Outcome {
        match self {
            Self::All(parts) => decided(parts, facts, item, Truth::False, Truth::True),
            Self::Any(parts) => decided(parts, facts, item, Truth::True, Truth::False),
            Self::Not(part) => negated(part.judge(facts, item)),
            Self::FirstKnown(parts) => first_known(parts, facts, item),
            Self::Fact { path, test, otherwise } => {
                let subject = subject(path, item);
                let found = facts.get(path, item.map(|item| item.fact));
                let judged =
                    Judged { subject, fact: &found, facts, item, otherwise: otherwise.as_deref() };
                test.judge(&judged)
            }
            Self::Constant(truth) => {
                Outcome { truth: *truth, because: Vec::new(), contrary: Vec::new() }
            }
        }
    }
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
fn decided(
    parts: &[Predicate],
    facts: &Facts,
    item: Option<Item<'_>>,
    extreme: Truth,
    rest: Truth,
) -> Outcome {
    let outcomes: Vec<Outcome> = parts.iter().map(|part| part.judge(facts, item)).collect();
    let any = |wanted: Truth| outcomes.iter().any(|outcome| outcome.truth == wanted);
    let truth = if any(extreme) {
        extreme
    } else if any(Truth::Unknown) {
        Truth::Unknown
    } else {
        rest
    };
    let (because, contrary) =
        gathered(outcomes.into_iter().filter(|outcome| outcome.truth == truth));
    Outcome { truth, because, contrary }
}

/// A fact before a test.
struct Judged<'a> {
    subject: String,
    fact: &'a Fact,
    facts: &'a Facts,
    item: Option<Item<'a>>,
    otherwise: Option<&'a str>,
}

impl Test {
    fn judge(&self, judged: &Judged<'_>) -> Outcome {
        match (self, &judged.fact.value) {
            (Self::Value(matcher), value) => {
                judged.outcome(matcher.holds(value), Some(matcher.to_string()))
            }
            (Self::SameAs(other), value) => {
                let theirs = judged.facts.get(other, judged.item.map(|item| item.fact));
                let wanted = format!("the same as {}", subject(other, judged.item));
                judged.outcome(same(value, &theirs.value), Some(wanted))
            }
            (_, Value::OneOf(alternatives)) => {
                let answers = alternatives.iter().map(|fact| {
                    let subject = judged.subject.clone();
                    self.judge(&Judged { subject, fact, ..*judged }).truth
                });
                judged.outcome(Truth::common(answers), None)
            }
            (_, Value::Absent) => judged.outcome(Truth::False, None),
            (Self::Every(inner), Value::List(list)) => {
                judged.items(list, inner, Truth::False, Truth::True)
            }
            (Self::Some(inner), Value::List(list)) => {
                judged.as_a_whole(judged.items(list, inner, Truth::True, Truth::False))
            }
            (Self::None(inner), Value::List(list)) => {
                negated(judged.items(list, inner, Truth::True, Truth::False))
            }
            _ => judged.outcome(Truth::Unknown, None),
        }
    }
}

impl Judged<'_> {
    fn outcome(&self, truth: Truth, wanted: Option<String>) -> Outcome {
        let reason = Reason {
            subject: self.subject.clone(),
            wanted,
            negated: false,
            found: self.fact.clone(),
            truth,
            otherwise: self.otherwise.map(str::to_owned),
        };
        Outcome { truth, because: vec![reason], contrary: Vec::new() }
    }

    /// `extreme` is the answer that one item alone can force; `rest` that of a list without such an item.
    fn items(&self, list: &List, inner: &Predicate, extreme: Truth, rest: Truth) -> Outcome {
        let outcomes: Vec<Outcome> = list
            .items
            .iter()
            .enumerate()
            .map(|(index, fact)| {
                let subject = format!("{}[{index}]", self.subject);
                inner.judge(self.facts, Some(Item { fact, subject: &subject }))
            })
            .collect();
        let truth = if outcomes.iter().any(|outcome| outcome.truth == extreme) {
            extreme
        } else if list.rest.is_some()
            || outcomes.iter().any(|outcome| outcome.truth == Truth::Unknown)
        {
            Truth::Unknown
        } else {
            rest
        };
        self.settled(truth, outcomes, list)
    }

    /// Where no item of several is as wanted, the list is told, and not each of its items.
    fn as_a_whole(&self, outcome: Outcome) -> Outcome {
        match outcome.because.as_slice() {
            [first, _, ..] if outcome.truth == Truth::False => {
                let wanted =
                    first.wanted.as_ref().map(|wanted| format!("a list with {wanted} in it"));
                self.outcome(Truth::False, wanted)
            }
            _ => outcome,
        }
    }

    /// The outcome for a list: the items that decided, or the list itself where none of them did.
    fn settled(&self, truth: Truth, outcomes: Vec<Outcome>, list: &List) -> Outcome {
        let decisive = outcomes.into_iter().filter(|outcome| outcome.truth == truth);
        let (mut because, contrary) = gathered(decisive);
        for reason in &mut because {
            reason.otherwise =
                reason.otherwise.take().or_else(|| self.otherwise.map(str::to_owned));
        }
        if because.is_empty() || (truth == Truth::Unknown && list.rest.is_some()) {
            because = self.outcome(truth, None).because;
        }
        Outcome { truth, because, contrary }
    }
}

/// Whether two values are equal; unknown if either is not definite.
fn same(ours: &Value, theirs: &Value) -> Truth {
    match (ours, theirs) {
        (Value::Unknown(_), _) | (_, Value::Unknown(_)) => Truth::Unknown,
        (Value::OneOf(alternatives), other) | (other, Value::OneOf(alternatives)) => {
            Truth::common(alternatives.iter().map(|each| same(&each.value, other)))
        }
        (Value::Absent, _) | (_, Value::Absent) => Truth::False,
        (ours, theirs) => match (ours.text(), theirs.text()) {
            (Some(ours), Some(theirs)) => (ours == theirs).into(),
            _ => (ours == theirs).into(),
        },
    }
}

/// What a fact is called in a reason.
fn subject(path: &FactPath, item: Option<Item<'_>>) -> String {
    match (path.of_item, item) {
        (true, Some(item)) if path.segments.is_empty() => item.subject.to_owned(),
        (true, Some(item)) => format!("{}{path}", item.subject),
        _ => path.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Scalar;
    use crate::fact::Ignorance;

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

    fn told(outcome: &Outcome) -> Vec<&str> {
        outcome.because.iter().map(|reason| reason.subject.as_str()).collect()
    }

    #[test]
    fn only_the_parts_that_decided_are_told() {
        let facts = three_facts();
        let parts = || vec![is_true("x.yes"), is_true("x.no"), is_true("x.maybe")];
        let all = Predicate::All(parts()).judge(&facts, None);
        assert_eq!((all.truth, told(&all)), (Truth::False, vec!["x.no"]));
        let any = Predicate::Any(parts()).judge(&facts, None);
        assert_eq!((any.truth, told(&any)), (Truth::True, vec!["x.yes"]));
        let not = Predicate::Not(Box::new(Predicate::All(parts()))).judge(&facts, None);
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
        let none = Predicate::FirstKnown(vec![is_true("x.maybe")]).judge(&facts, None);
        assert_eq!((none.truth, told(&none)), (Truth::Unknown, vec!["x.maybe"]));
    }

    #[test]
    fn a_promise_that_another_layer_hinders_is_told_with_what_hinders_it() {
        let mut facts = three_facts();
        facts.put("y.no", Fact::derived(false));
        let contrary = |parts: [&str; 2]| {
            let promise = Predicate::All(parts.map(is_true).to_vec());
            let layers = vec![is_true("x.no"), Predicate::Any(vec![promise])];
            let outcome = Predicate::FirstKnown(layers).judge(&facts, None);
            outcome.contrary.into_iter().map(|reason| reason.subject).collect::<Vec<_>>()
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
            let outcome = test(fact, quantifier.clone()).judge(&facts, None);
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
        facts.put("x.hosts", Fact::derived(Value::List(list)));
        let is = |text: &str| {
            Box::new(test(".", Test::Value(Matcher::Is(Scalar::Text(text.to_owned())))))
        };
        for (quantifier, truth) in [
            (Test::None(is("*")), Truth::False),
            (Test::None(is("x")), Truth::Unknown),
            (Test::Some(is("*")), Truth::True),
            (Test::Some(is("x")), Truth::Unknown),
        ] {
            assert_eq!(test("x.hosts", quantifier).judge(&facts, None).truth, truth);
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
            let outcome = test(one, Test::SameAs(path(other))).judge(&facts, None);
            assert_eq!(outcome.truth, truth, "{one} and {other}");
        }
    }
}
