//! Patterns of `match`, as far as settings use them: values, alternatives, names.

use ruff_python_ast::{Pattern, PatternMatchClass, PatternMatchMapping, Singleton};

use super::heap::{Key, Sequence};
use super::interpreter::{Arguments, Interpreter, Raised};
use super::term::{From, Kind, Shape, Term};

impl<'a> Interpreter<'a> {
    /// Whether a value matches a pattern, if that is known; binds the names of the pattern.
    pub(super) fn pattern(
        &mut self,
        subject: &Term<'a>,
        pattern: &'a Pattern,
    ) -> Result<Option<bool>, Raised> {
        match pattern {
            Pattern::MatchValue(value) => {
                let value = self.eval(&value.value)?;
                let equal: Vec<Option<bool>> =
                    self.forms(subject).iter().map(|form| self.equal(form, &value)).collect();
                let first = equal.first().copied().flatten();
                Ok(first.filter(|_| equal.iter().all(|each| *each == first)))
            }
            Pattern::MatchSingleton(singleton) => Ok(match (singleton.value, &subject.kind) {
                (_, Kind::Unknown(_) | Kind::Unset(_) | Kind::OneOf(_)) => None,
                (Singleton::None, kind) => Some(matches!(kind, Kind::None)),
                (Singleton::True, kind) => Some(matches!(kind, Kind::Bool(true))),
                (Singleton::False, kind) => Some(matches!(kind, Kind::Bool(false))),
            }),
            Pattern::MatchAs(name) => {
                let inner = match &name.pattern {
                    Some(inner) => self.pattern(subject, inner)?,
                    None => Some(true),
                };
                if let (Some(name), true) = (&name.name, inner != Some(false)) {
                    self.bind(name.as_str(), subject.clone());
                }
                Ok(inner)
            }
            Pattern::MatchOr(several) => {
                let mut answer = Some(false);
                for pattern in &several.patterns {
                    self.spend(1)?;
                    answer = match (answer, self.pattern(subject, pattern)?) {
                        (Some(true), _) | (_, Some(true)) => Some(true),
                        (None, _) | (_, None) => None,
                        _ => Some(false),
                    };
                }
                Ok(answer)
            }
            Pattern::MatchSequence(sequence) => self.sequence_pattern(subject, &sequence.patterns),
            Pattern::MatchMapping(mapping) => self.mapping_pattern(subject, mapping),
            Pattern::MatchClass(class) => self.class_pattern(subject, class),
            Pattern::MatchStar(_) => Ok(None),
        }
    }

    /// `case [first, *others]:`, of a list whose items are all known.
    fn sequence_pattern(
        &mut self,
        subject: &Term<'a>,
        patterns: &'a [Pattern],
    ) -> Result<Option<bool>, Raised> {
        let items = match &subject.kind {
            Kind::Sequence(Shape::List | Shape::Tuple, id) => match self.heap.sequence(*id) {
                Some(Sequence { items, rest: None }) => items.clone(),
                _ => return Ok(None),
            },
            _ if subject.is_open() || matches!(subject.kind, Kind::Instance(..)) => {
                return Ok(None);
            }
            _ => return Ok(Some(false)),
        };
        let star = patterns.iter().position(|pattern| matches!(pattern, Pattern::MatchStar(_)));
        let (before, after) = match star {
            Some(star) => (star, patterns.len() - star - 1),
            None => (patterns.len(), 0),
        };
        let fits = match star {
            Some(_) => items.len() >= before + after,
            None => items.len() == before,
        };
        if !fits {
            return Ok(Some(false));
        }
        let others = items.len() - after;
        if let Some(Pattern::MatchStar(star)) = star.and_then(|star| patterns.get(star))
            && let Some(name) = &star.name
        {
            let items = items.get(before..others).unwrap_or_default().to_vec();
            let from = From::mixed([subject], self.spot(star));
            let rest = self.made(Shape::List, Sequence { items, rest: None }, from);
            self.bind(name.as_str(), rest);
        }
        let first = patterns.iter().take(before).zip(items.iter());
        let last = patterns.iter().rev().take(after).zip(items.iter().rev());
        let pairs: Vec<_> = first.chain(last).collect();
        self.all_match(pairs.into_iter().map(|(pattern, item)| (item, pattern)))
    }

    /// `case {"kind": "shop", **others}:`, of a dictionary whose entries are all known.
    fn mapping_pattern(
        &mut self,
        subject: &Term<'a>,
        mapping: &'a PatternMatchMapping,
    ) -> Result<Option<bool>, Raised> {
        let dict = match &subject.kind {
            Kind::Dict(id) => match self.heap.dict(*id) {
                Some(dict) if dict.rest.is_none() => dict.clone(),
                _ => return Ok(None),
            },
            _ if subject.is_open() || matches!(subject.kind, Kind::Instance(..)) => {
                return Ok(None);
            }
            _ => return Ok(Some(false)),
        };
        if mapping.rest.is_some() {
            return Ok(None);
        }
        let mut pairs = Vec::new();
        for (key, pattern) in mapping.keys.iter().zip(&mapping.patterns) {
            let key = self.eval(key)?;
            let Some(key) = Key::of(&key) else {
                return Ok(None);
            };
            match dict.entries.get(&key) {
                Some(term) if term.alternatives().iter().any(Term::is_missing) => return Ok(None),
                Some(term) => pairs.push((term, pattern)),
                None => return Ok(Some(false)),
            }
        }
        self.all_match(pairs.into_iter())
    }

    /// `case str(text):`, of a class that is built in.
    fn class_pattern(
        &mut self,
        subject: &Term<'a>,
        class: &'a PatternMatchClass,
    ) -> Result<Option<bool>, Raised> {
        let at = self.spot(class);
        let wanted = self.eval(&class.cls)?;
        let takes_itself = matches!(&wanted.kind, Kind::Library(name)
            if matches!(name.as_ref(), "str" | "int" | "float" | "bool" | "list" | "tuple" | "dict"));
        if !takes_itself || !class.arguments.keywords.is_empty() {
            return Ok(None);
        }
        let positional = vec![subject.clone(), wanted];
        let arguments = Arguments { positional, ..Arguments::default() };
        let is = self.builtin("isinstance", &arguments, at)?;
        match (self.truth(&is), class.arguments.patterns.as_slice()) {
            (Some(true), [inner]) => self.pattern(subject, inner),
            (answer, _) => Ok(answer),
        }
    }

    /// Gives the names of a pattern something that is not known, where it is not known whether it matches.
    pub(super) fn name_parts(&mut self, subject: &Term<'a>, pattern: &'a Pattern) {
        let inner: Vec<&'a Pattern> = match pattern {
            Pattern::MatchAs(named) => named.pattern.as_deref().into_iter().collect(),
            Pattern::MatchOr(several) => several.patterns.iter().collect(),
            Pattern::MatchSequence(sequence) => sequence.patterns.iter().collect(),
            Pattern::MatchMapping(mapping) => mapping.patterns.iter().collect(),
            Pattern::MatchClass(class) => {
                let named = class.arguments.keywords.iter().map(|keyword| &keyword.pattern);
                class.arguments.patterns.iter().chain(named).collect()
            }
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) | Pattern::MatchStar(_) => {
                Vec::new()
            }
        };
        let name = match pattern {
            Pattern::MatchAs(named) => named.name.as_ref(),
            Pattern::MatchStar(rest) => rest.name.as_ref(),
            Pattern::MatchMapping(mapping) => mapping.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            let part = self.unknown_from(&[subject], "this part", self.spot(pattern));
            self.bind(name.as_str(), part);
        }
        for pattern in inner {
            self.name_parts(subject, pattern);
        }
    }

    fn all_match<'t>(
        &mut self,
        pairs: impl Iterator<Item = (&'t Term<'a>, &'a Pattern)>,
    ) -> Result<Option<bool>, Raised>
    where
        'a: 't,
    {
        let mut answer = Some(true);
        for (item, pattern) in pairs {
            self.spend(1)?;
            match self.pattern(item, pattern)? {
                Some(true) => {}
                Some(false) => return Ok(Some(false)),
                None => answer = None,
            }
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::each;

    #[test]
    fn a_guard_asks_for_a_part_that_is_not_known() {
        each(&[(
            "import os\nX = ''\nmatch int(os.environ['A']) if 'A' in os.environ else 70:\n    case 0:\n        X = 'no'\n    case int(level) if level > 60:\n        X = 'high'\n    case _:\n        X = 'low'\nX = X in ('no', 'high', 'low')",
            "true",
        )]);
    }
}
