//! Enumerations of the project: classes that inherit from `enum.Enum`, and their members.

use std::rc::Rc;

use super::interpreter::{Interpreter, Outcome, Raised};
use super::term::{Class, From, Kind, Spot, Term};

impl<'a> Interpreter<'a> {
    /// Whether a class is an enumeration.
    pub(super) fn is_enumeration(class: &Class<'a>) -> bool {
        inherits(class, &|name| name.starts_with("enum.") && name.ends_with("Enum"), 0)
    }

    /// Makes the values of an enumeration's body its members.
    pub(super) fn make_members(&mut self, class: &Rc<Class<'a>>, at: Spot) {
        let is_text = inherits(class, &|name| name == "enum.StrEnum", 0);
        let mut last = 0;
        let mut members: Vec<(Term<'a>, Term<'a>)> = Vec::new();
        for name in class.members.iter().copied().filter(|name| !name.starts_with('_')) {
            let value = self.heap.scope(class.scope).and_then(|it| it.names.get(name)).cloned();
            let Some(value) = value.filter(|term| !matches!(term.kind, Kind::Function(_))) else {
                continue;
            };
            let is_auto =
                matches!(&value.kind, Kind::Made(made) if made.class.as_ref() == "enum.auto");
            let value = match (is_auto, is_text) {
                (false, _) => value,
                (true, true) => Term::text(name.to_lowercase(), value.from),
                (true, false) => Term::new(Kind::Int(last + 1), value.from),
            };
            if let Kind::Int(int) = value.kind {
                last = int;
            }
            let same = members.iter().find(|(known, _)| self.equal(known, &value) == Some(true));
            let member = match same.map(|(_, member)| member.clone()) {
                Some(member) => member,
                None => {
                    let fields = self.scope();
                    let from = value.from.clone();
                    let text = Term::text(name, from.clone());
                    if let Some(scope) = self.heap.scope_mut(fields) {
                        for (field, term) in [("value", &value), ("_value_", &value)] {
                            scope.names.insert(field.into(), term.clone());
                        }
                        for field in ["name", "_name_"] {
                            scope.names.insert(field.into(), text.clone());
                        }
                    }
                    Term::new(Kind::Instance(Rc::clone(class), fields), from)
                }
            };
            members.push((value, member.clone()));
            if let Some(scope) = self.heap.scope_mut(class.scope) {
                scope.names.insert(name.into(), member.placed(at));
            }
        }
    }

    /// The members of an enumeration in their order, each once.
    pub(super) fn members_of(&self, class: &Class<'a>) -> Vec<Term<'a>> {
        let mut members: Vec<Term<'a>> = Vec::new();
        for name in &class.members {
            if let Some(term) = self.member(class, name)
                && matches!(&term.kind, Kind::Instance(..))
                && !members.iter().any(|known| known.is_same(&term))
            {
                members.push(term);
            }
        }
        members
    }

    /// `Level("low")`: the member of a value.
    pub(super) fn enumeration_member(
        &mut self,
        class: &Rc<Class<'a>>,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        self.each(value, |this, value| {
            let mut sure = !matches!(value.kind, Kind::Unknown(_) | Kind::Unset(_));
            for member in this.members_of(class) {
                let Kind::Instance(_, fields) = &member.kind else {
                    continue;
                };
                let own = this.heap.scope(*fields).and_then(|it| it.names.get("value")).cloned();
                let equal = own.and_then(|own| this.equal(&own, value));
                if equal == Some(true) || member.is_same(value) {
                    let mut found = member;
                    found.from.take_in(&value.from);
                    return Ok(found);
                }
                sure &= equal.is_some();
            }
            if sure {
                let why = "an enumeration has no such value";
                return Err(Raised::of_value("ValueError", why, &value.from));
            }
            Ok(this.unknown_from(&[value], "which member this is", at))
        })
    }

    /// The text or number that a member of an enumeration is as well (`class Level(str, Enum)`).
    pub(super) fn as_plain(&self, term: &Term<'a>) -> Option<Term<'a>> {
        let Kind::Instance(class, fields) = &term.kind else {
            return None;
        };
        let mixed = |name: &str| matches!(name, "str" | "int" | "enum.StrEnum" | "enum.IntEnum");
        if !Self::is_enumeration(class) || !inherits(class, &mixed, 0) {
            return None;
        }
        let value = self.heap.scope(*fields)?.names.get("value")?.clone();
        Some(Term::new(value.kind, From { at: term.from.at, ..term.from.clone() }))
    }

    /// What `str` makes of a member of an enumeration.
    pub(super) fn member_shown(&self, term: &Term<'a>) -> Option<String> {
        let Kind::Instance(class, fields) = &term.kind else {
            return None;
        };
        if !Self::is_enumeration(class) {
            return None;
        }
        let plain = |name: &str| matches!(name, "enum.StrEnum" | "enum.IntEnum");
        if inherits(class, &plain, 0) {
            return super::formats::shown(&self.as_plain(term)?);
        }
        let name = self.heap.scope(*fields)?.names.get("name")?.as_text()?.clone();
        Some(format!("{}.{name}", class.name))
    }
}

/// Whether a class inherits from something of a library.
fn inherits(class: &Class<'_>, wanted: &dyn Fn(&str) -> bool, depth: usize) -> bool {
    const MAX_DEPTH: usize = 16;
    class.bases.iter().any(|base| match &base.kind {
        Kind::Library(name) => wanted(name),
        Kind::Class(base) => depth < MAX_DEPTH && inherits(base, wanted, depth + 1),
        _ => false,
    })
}
