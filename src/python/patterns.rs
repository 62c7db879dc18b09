//! Patterns of `match`, as far as settings use them: values, alternatives, names.

use ruff_python_ast::{Pattern, Singleton};

use super::interpreter::{Interpreter, Raised};
use super::term::{Kind, Term};

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
            Pattern::MatchSequence(_)
            | Pattern::MatchMapping(_)
            | Pattern::MatchClass(_)
            | Pattern::MatchStar(_) => Ok(None),
        }
    }
}
