//! The fields that a class of settings declares, with those that it inherits.

use ruff_python_ast::Expr;

use super::field_types::FieldType;
use crate::python::heap::Id;
use crate::python::term::{Class, Kind, Term};

/// A field of a class.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    /// None where release 1 takes a plain assignment for a field.
    pub(super) annotation: Option<&'a Expr>,
    /// The scope of the class that declares it.
    pub(super) scope: Id,
    /// What that class found in its annotation: a class of the project, or what `Annotated` says beside the type.
    pub(super) found: Vec<Term<'a>>,
}

impl<'a> Field<'a> {
    /// The class of the project that is its type.
    pub(super) fn class(&self) -> Option<&Term<'a>> {
        self.found.iter().find(|term| matches!(term.kind, Kind::Class(_)))
    }

    /// Whether it takes the text of its variable as it stands, which is otherwise read as JSON.
    pub(super) fn is_raw(&self) -> bool {
        let is = |term: &Term<'a>| matches!(&term.kind, Kind::Library(name) if name.ends_with(".NoDecode"));
        self.found.iter().any(is)
    }
}

/// The fields of a class, each where it is declared last, those that it inherits first. Release 1
/// takes plain values for fields, too.
pub(super) fn fields_of<'a>(class: &Class<'a>, first: bool) -> Vec<Field<'a>> {
    let mut all = Vec::new();
    collect_fields(class, first, 0, &mut all);
    all
}

fn collect_fields<'a>(class: &Class<'a>, first: bool, depth: usize, all: &mut Vec<Field<'a>>) {
    const MAX_DEPTH: usize = 16;
    for base in &class.bases {
        if let Kind::Class(base) = &base.kind
            && depth < MAX_DEPTH
        {
            collect_fields(base, first, depth + 1, all);
        }
    }
    let annotated = class.annotations.iter().map(|(name, annotation)| (*name, Some(*annotation)));
    let plain = class.members.iter().filter(|_| first).map(|name| (*name, None));
    for (name, annotation) in annotated.chain(plain) {
        if name == "model_config"
            || name.starts_with('_')
            || annotation.is_some_and(FieldType::is_no_field)
        {
            continue;
        }
        let found = class.found.iter().filter(|(known, _)| *known == name);
        let found = found.map(|(_, term)| term.clone()).collect();
        all.retain(|known| known.name != name);
        all.push(Field { name, annotation, scope: class.scope, found });
    }
}
