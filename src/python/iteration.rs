//! Built-in functions that go through lists: `range`, `map`, `sorted`, `any` and their like.

use std::rc::Rc;

use ruff_python_ast::CmpOp;

use super::budget::MAX_ITEMS;
use super::comparisons::either_bool;
use super::heap::{Id, Sequence};
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::term::{From, Kind, Shape, Spot, Term};
use crate::fact::Ignorance;

impl<'a> Interpreter<'a> {
    /// The items that a loop over a value meets, and why there may be more.
    pub(super) fn iterated(
        &mut self,
        term: &Term<'a>,
        at: Spot,
    ) -> (Vec<Term<'a>>, Option<Rc<Ignorance>>) {
        match &term.kind {
            Kind::Sequence(Shape::Iterator, id) => {
                let all = Term::new(Kind::Sequence(Shape::List, *id), term.from.clone());
                let given = self.iterated(&all, at);
                self.heap.change_sequence(*id, &mut |left| *left = Sequence::default());
                given
            }
            Kind::Sequence(_, id) => match self.heap.sequence(*id) {
                Some(sequence) => (sequence.items.clone(), sequence.rest.clone()),
                None => {
                    let why = Rc::new(super::branches::branching(&term.from.variables));
                    (self.heap.in_all_forms(*id, &why), Some(why))
                }
            },
            Kind::Dict(id) => match self.heap.dict(*id) {
                Some(dict) => {
                    let from = From::mixed([term], at);
                    let keys = dict.entries.keys().map(|key| key.term(from.clone())).collect();
                    (keys, dict.rest.clone())
                }
                None => (Vec::new(), Some(self.why_unknown(term, at))),
            },
            Kind::Text(text) => {
                let from = From::mixed([term], at);
                let letters = text.chars().take(MAX_ITEMS);
                let letters = letters.map(|c| Term::text(c.to_string(), from.clone())).collect();
                (letters, None)
            }
            Kind::Class(class) if Self::is_enumeration(class) => (self.members_of(class), None),
            Kind::Made(made) if made.class.as_ref() == super::data_files::OPENED => {
                let made = Rc::clone(made);
                let lines = self.lines_of(&made, at);
                self.iterated(&lines, at)
            }
            Kind::Library(name) if name.as_ref() == "os.environ" => {
                let all = self.all_variables(at);
                self.iterated(&all, at)
            }
            _ => (Vec::new(), Some(self.why_unknown(term, at))),
        }
    }

    pub(super) fn range(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let numbers: Option<Vec<i64>> = arguments
            .positional
            .iter()
            .map(|term| match term.kind {
                Kind::Int(int) => Some(int),
                _ => None,
            })
            .collect();
        let (from, to, step) = match numbers.as_deref() {
            Some([to]) => (0, *to, 1),
            Some([from, to]) => (*from, *to, 1),
            Some([from, to, step]) if *step != 0 => (*from, *to, *step),
            _ => return self.opaque("this range", at),
        };
        let inside = |int: &i64| if step > 0 { *int < to } else { *int > to };
        let items = std::iter::successors(Some(from), |int| int.checked_add(step))
            .take_while(inside)
            .take(MAX_ITEMS + 1)
            .map(|int| Term::new(Kind::Int(int), From::literal(at)))
            .collect();
        self.made(Shape::List, Sequence { items, rest: None }, From::literal(at))
    }

    pub(super) fn lazy(&mut self, name: &str, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        let mut columns = Vec::new();
        let (function, lists) = match (name, arguments.positional.split_first()) {
            ("map" | "filter", Some((function, lists))) => (Some(function), lists),
            ("enumerate", Some((list, _))) => (None, std::slice::from_ref(list)),
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
                    let mut pair = vec![self.numbered(row, arguments, at)];
                    pair.extend(values.into_iter().take(1));
                    let pair = Sequence { items: pair, rest: None };
                    items.push(self.made(Shape::Tuple, pair, from.clone()));
                }
                _ => {
                    let row = Sequence { items: values, rest: None };
                    items.push(self.made(Shape::Tuple, row, from.clone()));
                }
            }
        }
        Ok(self.made(Shape::Iterator, Sequence { items, rest }, from))
    }

    /// `next(iterator, default)`: the first item that is left.
    pub(super) fn next_item(&mut self, id: Id, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        let left = self.heap.sequence(id).cloned();
        match left {
            Some(Sequence { items, rest: None }) if !items.is_empty() => {
                self.heap.change_sequence(id, &mut |left| {
                    left.items.remove(0);
                });
                Ok(items.into_iter().next().unwrap_or_else(|| Self::none_at(at)))
            }
            Some(Sequence { rest: None, .. }) => match arguments.positional.get(1) {
                Some(default) => Ok(default.clone()),
                None => Err(Raised::new("StopIteration", "a generator has no item left")),
            },
            _ => Ok(self.opaque("the next item", at)),
        }
    }

    /// `itertools.chain(one, other)`: the items of all.
    pub(super) fn chained(
        &mut self,
        in_one: bool,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        let lists = match arguments.first() {
            Some(lists) if in_one => {
                let lists = lists.clone();
                self.iterated(&lists, at)
            }
            _ => (arguments.positional.clone(), arguments.rest.clone()),
        };
        let mut all = Sequence { items: Vec::new(), rest: lists.1 };
        for list in &lists.0 {
            let (items, rest) = self.iterated(list, at);
            all.items.extend(items);
            all.rest = all.rest.or(rest);
        }
        let from = From::mixed(&arguments.positional, at);
        self.made(Shape::Iterator, all, from)
    }

    /// `functools.reduce(function, list, start)`.
    pub(super) fn reduced(&mut self, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        let [function, list, start @ ..] = arguments.positional.as_slice() else {
            return Ok(self.foreign("reduce", arguments, at));
        };
        let (items, rest) = self.iterated(list, at);
        if let Some(why) = rest {
            return Ok(Term::unknown(why.as_ref().clone(), at));
        }
        let mut items = start.iter().take(1).cloned().chain(items);
        let Some(mut sum) = items.next() else {
            return Err(Raised::new("TypeError", "there is nothing to reduce"));
        };
        for item in items {
            let positional = vec![sum, item];
            sum = self.apply(function, Arguments { positional, ..Arguments::default() }, at)?;
        }
        Ok(sum)
    }

    /// The number that `enumerate(list, start)` gives a row.
    fn numbered(&self, row: usize, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let row = i64::try_from(row).ok();
        let number = match arguments.get(1, "start").map(|start| &start.kind) {
            None => row,
            Some(Kind::Int(start)) => row.and_then(|row| start.checked_add(row)),
            Some(_) => None,
        };
        match number {
            Some(number) => Term::new(Kind::Int(number), From::literal(at)),
            None => self.opaque("this number", at),
        }
    }

    /// `list`, `tuple`, `set`, `sorted`, `reversed`.
    pub(super) fn converted(
        &mut self,
        name: &str,
        argument: &Term<'a>,
        arguments: &Arguments<'a>,
        from: From,
        at: Spot,
    ) -> Outcome<'a> {
        if matches!(argument.kind, Kind::Unknown(_) | Kind::Unset(_)) {
            return Ok(self.unknown_from(&[argument], &format!("what `{name}(…)` gives"), at));
        }
        if let Some(raised) = self.not_iterable(argument, at) {
            return Err(raised);
        }
        let (mut items, rest) = self.iterated(argument, at);
        match name {
            "sorted" => match self.in_order(items, arguments, at)? {
                Some(sorted) => items = sorted,
                None => return Ok(self.opaque("the order of these", at)),
            },
            "reversed" => items.reverse(),
            "set" | "frozenset" => items = distinct(items),
            _ => {}
        }
        let shape = match name {
            "tuple" => Shape::Tuple,
            "set" | "frozenset" => Shape::Set,
            "reversed" => Shape::Iterator,
            _ => Shape::List,
        };
        Ok(self.made(shape, Sequence { items, rest }, from))
    }

    /// Items in the order that `key` and `reverse` ask for; none if it is not known.
    pub(super) fn in_order(
        &mut self,
        items: Vec<Term<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Result<Option<Vec<Term<'a>>>, Raised> {
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            self.spend(1)?;
            let key = match arguments.named("key") {
                Some(key) if !matches!(key.kind, Kind::None) => {
                    let key = key.clone();
                    let positional = vec![item.clone()];
                    self.apply(&key, Arguments { positional, ..Arguments::default() }, at)?
                }
                _ => item.clone(),
            };
            keyed.push((key, item));
        }
        let comparable = keyed.windows(2).all(|pair| match pair {
            [(one, _), (other, _)] => self.ordered(one, CmpOp::Lt, other).is_some(),
            _ => true,
        });
        let is_plain = |(key, _): &(Term<'a>, Term<'a>)| {
            matches!(key.kind, Kind::None | Kind::Bool(_) | Kind::Int(_) | Kind::Text(_))
        };
        if !comparable && keyed.iter().all(is_plain) {
            let why = format!("what is sorted here ({}) cannot be compared", self.shown(at));
            return Err(Raised::new("TypeError", why));
        }
        let reverse = arguments.named("reverse").map_or(Some(false), |term| self.truth(term));
        let (true, Some(reverse)) = (comparable, reverse) else {
            return Ok(None);
        };
        let less =
            |one: &Term<'a>, other: &Term<'a>| self.ordered(one, CmpOp::Lt, other) == Some(true);
        keyed.sort_by(|(one, _), (other, _)| {
            let (one, other) = if reverse { (other, one) } else { (one, other) };
            match (less(one, other), less(other, one)) {
                (true, _) => std::cmp::Ordering::Less,
                (_, true) => std::cmp::Ordering::Greater,
                _ => std::cmp::Ordering::Equal,
            }
        });
        Ok(Some(keyed.into_iter().map(|(_, item)| item).collect()))
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

    /// `max`, `min`, `sum`.
    pub(super) fn extreme(
        &mut self,
        name: &str,
        arguments: &Arguments<'a>,
        from: From,
        at: Spot,
    ) -> Outcome<'a> {
        let unknown = |this: &Self| {
            let parts: Vec<&Term<'a>> = arguments.positional.iter().collect();
            this.unknown_from(&parts, &format!("what `{name}(…)` gives"), at)
        };
        let (list, start) = match (name, arguments.positional.as_slice()) {
            (_, [list]) => (Some(list.clone()), arguments.named("start").cloned()),
            ("sum", [list, start]) => (Some(list.clone()), Some(start.clone())),
            _ => (None, None),
        };
        let (items, rest) = match list {
            Some(list) => self.iterated(&list, at),
            None => (arguments.positional.clone(), None),
        };
        if rest.is_some() || arguments.named("default").is_some() && items.is_empty() {
            return Ok(unknown(self));
        }
        if name == "sum" {
            let mut sum = start.unwrap_or_else(|| Term::new(Kind::Int(0), from.clone()));
            for item in &items {
                sum = self.binary(&sum, ruff_python_ast::Operator::Add, item, at)?;
            }
            return Ok(Term { from, ..sum });
        }
        if items.is_empty() {
            return Err(Raised::new("ValueError", "there is nothing to choose from"));
        }
        let Some(ordered) = self.in_order(items, &sorting(name, arguments), at)? else {
            return Ok(unknown(self));
        };
        // The sort keeps the order of equals, so that the first of them is chosen.
        Ok(ordered.into_iter().next().map_or_else(|| unknown(self), |term| Term { from, ..term }))
    }
}

/// The arguments by which a sort brings what `max` or `min` chooses to the front.
fn sorting<'a>(name: &str, arguments: &Arguments<'a>) -> Arguments<'a> {
    let mut named: Vec<_> =
        arguments.named.iter().filter(|(name, _)| name.as_ref() == "key").cloned().collect();
    named.push(("reverse".into(), Term::new(Kind::Bool(name == "max"), From::nowhere())));
    Arguments { named, ..Arguments::default() }
}

/// Every item once, as a set has them.
pub(super) fn distinct<'a>(items: Vec<Term<'a>>) -> Vec<Term<'a>> {
    let mut kept: Vec<Term<'a>> = Vec::with_capacity(items.len());
    for item in items {
        if kept.iter().all(|known| !known.is_same(&item)) {
            kept.push(item);
        }
    }
    kept
}
