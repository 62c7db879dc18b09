//! What classes of the project and their objects have: own names, inherited ones, bound functions.

use std::rc::Rc;

use super::heap::{Id, Object, Sequence};
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::term::{BOUND, Class, Decorator, From, Kind, Shape, Spot, Term};

/// Classes are not followed further up than this.
const MAX_DEPTH: usize = 16;

/// Whether a class inherits, at whatever distance, from something that is not of the project.
fn is_foreign(class: &Class<'_>, depth: usize) -> bool {
    class.bases.iter().any(|base| match &base.kind {
        Kind::Class(base) => depth == 0 || is_foreign(base, depth - 1),
        _ => true,
    })
}

impl<'a> Interpreter<'a> {
    /// `object.name`, of an object of a class of the project.
    pub(super) fn object_attribute(
        &mut self,
        object: &Term<'a>,
        class: &Rc<Class<'a>>,
        fields: Id,
        name: &str,
        at: Spot,
    ) -> Outcome<'a> {
        let own = self.heap.scope(fields).and_then(|scope| scope.names.get(name)).cloned();
        if let Some(term) = own.or_else(|| self.application_attribute(fields, name)) {
            return Ok(term);
        }
        match self.member(class, name) {
            Some(Term { kind: Kind::Function(function), .. })
                if function.decorator == Decorator::Property =>
            {
                let positional = vec![object.clone()];
                let arguments = Arguments { positional, ..Arguments::default() };
                self.invoke(&function, arguments, at)
            }
            Some(term) => Ok(self.bound(term, object, at)),
            None if name == "__class__" => {
                Ok(Term::new(Kind::Class(Rc::clone(class)), From::literal(at)))
            }
            None => match (self.as_plain(object), self.member(class, "__getattr__")) {
                (Some(plain), _) => self.attribute(&plain, name, at),
                (None, Some(finds)) if !name.starts_with("__") => {
                    let finds = self.bound(finds, object, at);
                    self.applied(&finds, Term::text(name, From::literal(at)), at)
                }
                _ => self.inherited_unknown(class, name, at),
            },
        }
    }

    /// A member of a class or of the classes it inherits from.
    pub(super) fn member(&self, class: &Class<'a>, name: &str) -> Option<Term<'a>> {
        self.member_to_depth(class, name, MAX_DEPTH)
    }

    fn member_to_depth(&self, class: &Class<'a>, name: &str, depth: usize) -> Option<Term<'a>> {
        if depth == 0 {
            return None;
        }
        if let Some(term) = self.heap.scope(class.scope).and_then(|scope| scope.names.get(name)) {
            return Some(term.clone());
        }
        class.bases.iter().find_map(|base| match &base.kind {
            Kind::Class(base) => self.member_to_depth(base, name, depth - 1),
            _ => None,
        })
    }

    /// What a class that inherits from something unknown may have; and what Python gives to every class.
    pub(super) fn inherited_unknown(
        &mut self,
        class: &Rc<Class<'a>>,
        name: &str,
        at: Spot,
    ) -> Outcome<'a> {
        if is_foreign(class, MAX_DEPTH) || name.starts_with("__") {
            return Ok(self.opaque(&format!("`{}.{name}`", class.name), at));
        }
        let why = format!("`{}` has no `{name}` ({})", class.name, self.shown(at));
        Err(Raised::new("AttributeError", why))
    }

    /// A function taken from a class or object, with what it was taken from.
    pub(super) fn bound(&mut self, term: Term<'a>, object: &Term<'a>, at: Spot) -> Term<'a> {
        let Kind::Function(function) = &term.kind else {
            return term;
        };
        let takes_object = match function.decorator {
            Decorator::Static => false,
            Decorator::Class => true,
            Decorator::None | Decorator::Property => matches!(object.kind, Kind::Instance(..)),
        };
        if !takes_object {
            return term;
        }
        // A class method taken from an object gets its class.
        let object = match (&function.decorator, &object.kind) {
            (Decorator::Class, Kind::Instance(class, _)) => {
                Term::new(Kind::Class(Rc::clone(class)), object.from.clone())
            }
            _ => object.clone(),
        };
        // A bound function is called with its object first, under the name `__call__`.
        let pair = self
            .heap
            .put(Object::Sequence(Sequence { items: vec![term.clone(), object], rest: None }));
        let pair = Term::new(Kind::Sequence(Shape::Tuple, pair), From::literal(at));
        Term::new(Kind::Method(Rc::new((pair, BOUND.into()))), From::literal(at))
    }
}
