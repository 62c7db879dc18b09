//! Built-in functions that go through lists: `range`, `map`, `sorted`, `any` and their like.

use super::budget::MAX_ITEMS;
use super::comparisons::either_bool;
use super::heap::Sequence;
use super::interpreter::{Arguments, Interpreter, Outcome};
use super::term::{From, Kind, Shape, Spot, Term};

impl<'a> Interpreter<'a> {
    pub(super) fn range(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let numbers: Option<Vec<i64>> = arguments
            .positional
            .iter()
            .map(|term| match term.kind {
                Kind::Int(int) => Some(int),
                _ => None,
            })
            .collect();
        let (from, to) = match numbers.as_deref() {
            Some([to]) => (0, *to),
            Some([from, to]) => (*from, *to),
            _ => return self.opaque("this range", at),
        };
        let limit = i64::try_from(MAX_ITEMS).unwrap_or(i64::MAX);
        let items = (from..to.min(from.saturating_add(limit).saturating_add(1)))
            .map(|int| Term::new(Kind::Int(int), From::literal(at)))
            .collect();
        self.made(Shape::List, Sequence { items, rest: None }, From::literal(at))
    }

    pub(super) fn lazy(&mut self, name: &str, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        let mut columns = Vec::new();
        let (function, lists) = match (name, arguments.positional.split_first()) {
            ("map" | "filter", Some((function, lists))) => (Some(function), lists),
            _ => (None, arguments.positional.as_slice()),
        };
        let mut rest = arguments.rest.clone();
        let mut from = From::literal(at);
        for list in lists {
            from.take_in(&list.from);
            let (items, open) = self.iterated(list, at);
            rest = rest.or(open);
            columns.push(items);
        }
        let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
        let mut items = Vec::with_capacity(rows);
        for row in 0..rows {
            self.spend(1)?;
            let values: Vec<Term<'a>> =
                columns.iter().filter_map(|column| column.get(row).cloned()).collect();
            match (name, function) {
                ("map", Some(function)) => {
                    let arguments = Arguments { positional: values, ..Arguments::default() };
                    items.push(self.apply(function, arguments, at)?);
                }
                ("filter", Some(function)) => {
                    let Some(value) = values.into_iter().next() else {
                        continue;
                    };
                    let kept = match &function.kind {
                        Kind::None => value.clone(),
                        _ => {
                            let positional = vec![value.clone()];
                            let arguments = Arguments { positional, ..Arguments::default() };
                            self.apply(function, arguments, at)?
                        }
                    };
                    match self.truth(&kept) {
                        Some(true) => items.push(value),
                        Some(false) => {}
                        None => rest = Some(self.why_unknown(&kept, at)),
                    }
                }
                ("enumerate", _) => {
                    let number = i64::try_from(row).unwrap_or(i64::MAX);
                    let mut pair = vec![Term::new(Kind::Int(number), From::literal(at))];
                    pair.extend(values);
                    let pair = Sequence { items: pair, rest: None };
                    items.push(self.made(Shape::Tuple, pair, from.clone()));
                }
                _ => {
                    let row = Sequence { items: values, rest: None };
                    items.push(self.made(Shape::Tuple, row, from.clone()));
                }
            }
        }
        Ok(self.made(Shape::List, Sequence { items, rest }, from))
    }

    /// `list`, `tuple`, `set`, `sorted`, `reversed`.
    pub(super) fn converted(
        &mut self,
        name: &str,
        argument: &Term<'a>,
        from: From,
        at: Spot,
    ) -> Term<'a> {
        if matches!(argument.kind, Kind::Unknown(_) | Kind::Unset(_)) {
            return self.unknown_from(&[argument], &format!("what `{name}(…)` gives"), at);
        }
        let (mut items, rest) = self.iterated(argument, at);
        match name {
            "sorted" => items.sort_by(|one, other| match (&one.kind, &other.kind) {
                (Kind::Text(one), Kind::Text(other)) => one.cmp(other),
                (Kind::Int(one), Kind::Int(other)) => one.cmp(other),
                _ => std::cmp::Ordering::Equal,
            }),
            "reversed" => items.reverse(),
            _ => {}
        }
        let shape = match name {
            "tuple" => Shape::Tuple,
            "set" | "frozenset" => Shape::Set,
            _ => Shape::List,
        };
        self.made(shape, Sequence { items, rest }, from)
    }

    pub(super) fn quantified(
        &mut self,
        any: bool,
        list: &Term<'a>,
        mut from: From,
        at: Spot,
    ) -> Term<'a> {
        let (items, rest) = self.iterated(list, at);
        let mut sure = rest.is_none();
        for item in &items {
            from.take_in(&item.from);
            match self.truth(item) {
                Some(truth) if truth == any => return Term::new(Kind::Bool(any), from),
                Some(_) => {}
                None => sure = false,
            }
        }
        if sure { Term::new(Kind::Bool(!any), from) } else { either_bool(&from) }
    }

    pub(super) fn extreme(
        &mut self,
        name: &str,
        arguments: &Arguments<'a>,
        from: From,
        at: Spot,
    ) -> Term<'a> {
        let (items, rest) = match arguments.positional.as_slice() {
            [list] => self.iterated(list, at),
            several => (several.to_vec(), None),
        };
        let numbers: Option<Vec<i64>> = items
            .iter()
            .map(|item| match item.kind {
                Kind::Int(int) => Some(int),
                _ => None,
            })
            .collect();
        let result = numbers.filter(|_| rest.is_none()).and_then(|numbers| match name {
            "max" => numbers.into_iter().max(),
            "min" => numbers.into_iter().min(),
            _ => numbers.into_iter().try_fold(0_i64, i64::checked_add),
        });
        match result {
            Some(int) => Term::new(Kind::Int(int), from),
            None => {
                let parts: Vec<&Term<'a>> = arguments.positional.iter().collect();
                self.unknown_from(&parts, &format!("what `{name}(…)` gives"), at)
            }
        }
    }
}
