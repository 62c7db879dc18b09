//! Calls: arguments, functions of the project run in place, classes made into objects.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall};

use super::containers::changes_list;
use super::heap::{Dict, Heap, Key, Object, Sequence};
use super::interpreter::{Arguments, Call, Flow, Frame, Interpreter, Outcome, Raised};
use super::term::{BOUND, Body, Class, From, Function, Kind, Made, Shape, Spot, Term};
use crate::fact::Ignorance;

/// The class of functions of which some arguments are given already.
pub(super) const PARTIAL: &str = "functools.partial";

impl<'a> Arguments<'a> {
    /// The argument at a position or under a name.
    pub(super) fn get(&self, position: usize, name: &str) -> Option<&Term<'a>> {
        self.named(name).or_else(|| self.positional.get(position))
    }

    pub(super) fn named(&self, name: &str) -> Option<&Term<'a>> {
        self.named.iter().find(|(known, _)| known.as_ref() == name).map(|(_, term)| term)
    }

    pub(super) fn first(&self) -> Option<&Term<'a>> {
        self.positional.first()
    }

    fn all(&self) -> impl Iterator<Item = &Term<'a>> {
        self.positional.iter().chain(self.named.iter().map(|(_, term)| term))
    }
}

impl<'a> Interpreter<'a> {
    pub(super) fn call(&mut self, call: &'a ExprCall, at: Spot) -> Outcome<'a> {
        if self.executes(call, at)? {
            return Ok(Self::none_at(at));
        }
        let function = self.eval(&call.func)?;
        let mut arguments = Arguments::default();
        for argument in &call.arguments.args {
            let value = self.eval(argument)?;
            if matches!(argument, Expr::Starred(_)) {
                let (items, rest) = self.iterated(&value, at);
                arguments.positional.extend(items);
                arguments.rest = arguments.rest.or(rest);
            } else {
                arguments.positional.push(value);
            }
        }
        for keyword in &call.arguments.keywords {
            let value = self.eval(&keyword.value)?;
            match &keyword.arg {
                Some(name) => arguments.named.push((name.as_str().into(), value)),
                None => self.spread(&mut arguments, &value, at),
            }
        }
        let called = self.apply(&function, arguments, at)?;
        Ok(called.placed(at))
    }

    /// `**options`.
    fn spread(&mut self, arguments: &mut Arguments<'a>, options: &Term<'a>, at: Spot) {
        let dict = match &options.kind {
            Kind::Dict(id) => self.heap.dict(*id).cloned(),
            _ => None,
        };
        match dict {
            Some(dict) => {
                for (key, term) in dict.entries {
                    if let Key::Text(name) = key {
                        arguments.named.push((name, term));
                    }
                }
                arguments.rest = arguments.rest.take().or(dict.rest);
            }
            None => arguments.rest = Some(self.why_unknown(options, at)),
        }
    }

    /// Calls what a value is.
    pub(super) fn apply(
        &mut self,
        function: &Term<'a>,
        arguments: Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        self.spend(1)?;
        match &function.kind {
            Kind::Function(function) => {
                let function = Rc::clone(function);
                self.invoke(&function, arguments, at)
            }
            Kind::Class(class) => {
                let class = Rc::clone(class);
                self.instantiate(&class, arguments, at)
            }
            Kind::Method(method) => {
                let (object, name) = (method.0.clone(), method.1.clone());
                if name.as_ref() == BOUND {
                    return self.call_bound(&object, arguments, at);
                }
                // The list itself changes, in all its forms; each form alone is a copy.
                if matches!(object.kind, Kind::Sequence(..)) && changes_list(&name) {
                    return self.method(&object, &name, &arguments, at);
                }
                self.each(&object, |this, object| this.method(object, &name, &arguments, at))
            }
            Kind::Library(name) => {
                let name = Rc::clone(name);
                self.note_call(&name, &arguments, at);
                self.library_call(&name, &arguments, at)
            }
            Kind::Made(made) if made.class.as_ref() == PARTIAL => {
                let made = Rc::clone(made);
                self.call_partial(&made, arguments, at)
            }
            Kind::Made(_) | Kind::Path(_) => self.method(function, "__call__", &arguments, at),
            Kind::OneOf(_) => {
                self.each(function, |this, each| this.apply(each, arguments.clone(), at))
            }
            Kind::Instance(..) => {
                let called = self.attribute(function, "__call__", at)?;
                match called.kind {
                    Kind::Instance(..) => Ok(self.opaque("what this object gives", at)),
                    _ => self.apply(&called, arguments, at),
                }
            }
            Kind::Unknown(_) => {
                self.give_names_away(&arguments, at);
                let text = self.called(at);
                Ok(self.unknown_from(&[function], &format!("what `{text}(…)` gives"), at))
            }
            _ => Ok(self.opaque("what this call gives", at)),
        }
    }

    /// Remembers a call of a library for those who look for particular ones.
    pub(super) fn note_call(&mut self, name: &Rc<str>, arguments: &Arguments<'a>, at: Spot) {
        const MAX_CALLS: usize = 5_000;
        if self.calls.len() < MAX_CALLS {
            self.calls.push(Call {
                function: Rc::clone(name),
                arguments: arguments.clone(),
                at,
                deciders: self.deciders.clone(),
            });
        }
    }

    /// The name of what is called at a place, for sentences; never its arguments.
    pub(super) fn called(&self, at: Spot) -> &'a str {
        const SHOWN_BYTES: usize = 60;
        let written = self.written(at);
        let name = written.split(['(', '\n', '"', '\'']).next().unwrap_or_default().trim();
        if name.len() <= SHOWN_BYTES { name } else { "…" }
    }

    /// Calls what `functools.partial(function, …)` made.
    fn call_partial(&mut self, made: &Made<'a>, arguments: Arguments<'a>, at: Spot) -> Outcome<'a> {
        let Some((function, before)) = made.positional.split_first() else {
            return Ok(self.opaque("what this call gives", at));
        };
        let positional = before.iter().cloned().chain(arguments.positional).collect();
        let mut named = arguments.named;
        for (name, term) in &made.named {
            if !named.iter().any(|(known, _)| known == name) {
                named.push((Rc::clone(name), term.clone()));
            }
        }
        self.apply(function, Arguments { positional, named, rest: arguments.rest }, at)
    }

    fn call_bound(
        &mut self,
        pair: &Term<'a>,
        mut arguments: Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let (items, _) = self.iterated(pair, at);
        match items.as_slice() {
            [Term { kind: Kind::Function(function), .. }, object] => {
                arguments.positional.insert(0, object.clone());
                self.invoke(function, arguments, at)
            }
            _ => Ok(self.opaque("what this method gives", at)),
        }
    }

    /// Runs a function of the project.
    pub(super) fn invoke(
        &mut self,
        function: &Function<'a>,
        arguments: Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        if matches!(function.body, Body::Opaque) || !self.budget.enter() {
            self.budget.leave();
            self.give_names_away(&arguments, at);
            return Ok(self.opaque(&format!("what `{}(…)` gives", function.name), at));
        }
        let local = self.scope();
        self.fill(local, function, arguments, at);
        let mut scopes = function.scopes.clone();
        scopes.push(local);
        let yields = matches!(function.body, Body::Generator(_))
            .then(|| self.heap.put(Object::Sequence(Sequence::default())));
        let frame = Frame { yields, is_call: true, ..Frame::new(function.file, scopes) };
        self.frames.push(frame);
        let outcome = match function.body {
            Body::Block(body) | Body::Generator(body) => self.block(body),
            Body::Value(value) => self.eval(value).map(Flow::Return),
            Body::Opaque => Ok(Flow::Next),
        };
        let ended = self.frames.pop().map(|frame| (frame.returns, frame.swayed_by));
        let (returns, swayed_by) = ended.unwrap_or_default();
        self.budget.leave();
        let mut value = self.returned(outcome, returns, at)?;
        value.from.be_swayed_by(&swayed_by);
        if let Some(yields) = yields {
            return Ok(Term::new(Kind::Sequence(Shape::Iterator, yields), From::literal(at)));
        }
        // What a function makes is decided where it is called, with these arguments.
        if let Some(spot) = value.from.at
            && spot.file == function.file
            && function.body.range().is_some_and(|body| body.contains_range(spot.range))
        {
            value.from.at = Some(at);
        }
        Ok(value)
    }

    /// What a call gives, over all the ways on which it may have returned.
    fn returned(
        &mut self,
        outcome: Result<Flow<'a>, Raised>,
        returns: Vec<(Term<'a>, Heap<'a>)>,
        at: Spot,
    ) -> Outcome<'a> {
        let mut values = Vec::new();
        let mut state = match outcome {
            Ok(Flow::Return(value)) => {
                values.push(value);
                Some(std::mem::take(&mut self.heap))
            }
            Ok(Flow::Ended) => None,
            Ok(_) => {
                values.push(Self::none_at(at));
                Some(std::mem::take(&mut self.heap))
            }
            Err(raised) if raised.exhausted || returns.is_empty() => return Err(raised),
            Err(raised) => {
                self.insist(&raised.variables);
                None
            }
        };
        for (value, heap) in returns {
            self.spend(heap.branch_steps())?;
            values.push(value);
            state = Some(match state {
                Some(state) => Heap::joined(&state, &heap, &self.deciders),
                None => heap,
            });
        }
        if let Some(state) = state {
            let made = std::mem::replace(&mut self.heap, state);
            self.heap.adopt(&made);
        }
        if values.is_empty() {
            return Err(Raised::new("Exception", "every way through a function ends"));
        }
        Ok(Term::one_of(values))
    }

    /// Gives the parameters of a function their values.
    fn fill(
        &mut self,
        local: super::heap::Id,
        function: &Function<'a>,
        arguments: Arguments<'a>,
        at: Spot,
    ) {
        let Some(parameters) = function.parameters else {
            return;
        };
        let Arguments { positional, mut named, rest } = arguments;
        let mut positional = positional.into_iter();
        let mut values: Vec<(&'a str, Term<'a>)> = Vec::new();
        let by_position = parameters.posonlyargs.iter().chain(&parameters.args);
        let by_name = parameters.kwonlyargs.iter();
        let all = by_position.map(|each| (each, true)).chain(by_name.map(|each| (each, false)));
        for (parameter, takes_position) in all {
            let name = parameter.name().as_str();
            let given = if takes_position { positional.next() } else { None };
            let given = given.or_else(|| {
                let index = named.iter().position(|(known, _)| known.as_ref() == name)?;
                Some(named.swap_remove(index).1)
            });
            let default = function.defaults.iter().find(|(known, _)| *known == name);
            let value = match (given, &rest, default) {
                (Some(given), ..) => given,
                (None, Some(why), _) => Term::unknown(why.as_ref().clone(), at),
                (None, None, Some((_, default))) => default.clone(),
                (None, None, None) => self.opaque(&format!("the argument `{name}`"), at),
            };
            values.push((name, value));
        }
        if let Some(parameter) = &parameters.vararg {
            let sequence = Sequence { items: positional.collect(), rest: rest.clone() };
            let from = From::literal(at);
            values.push((parameter.name.as_str(), self.made(Shape::Tuple, sequence, from)));
        }
        if let Some(parameter) = &parameters.kwarg {
            let entries = named.into_iter().map(|(name, term)| (Key::Text(name), term)).collect();
            let dict = self.heap.put(Object::Dict(Dict { entries, rest }));
            values.push((parameter.name.as_str(), Term::new(Kind::Dict(dict), From::literal(at))));
        }
        if let Some(scope) = self.heap.scope_mut(local) {
            scope.names.extend(values.into_iter().map(|(name, value)| (name.into(), value)));
        }
    }

    /// Makes an object of a class of the project.
    fn instantiate(
        &mut self,
        class: &Rc<Class<'a>>,
        arguments: Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        if let (true, [value]) = (Self::is_enumeration(class), arguments.positional.as_slice()) {
            let value = value.clone();
            return self.enumeration_member(class, &value, at);
        }
        if let Some(library) = Self::foreign_base(class) {
            if super::readers::reads_fields(&library) {
                return self.settings_object(class, &library, &arguments, at);
            }
            if super::readers::is_model(&library) && self.member(class, "__init__").is_none() {
                return self.model_object(class, &arguments, at);
            }
            if super::flask_config::is_application(&library) {
                return self.make_application(class, &library, arguments, at);
            }
            if library.ends_with("Env") {
                return Ok(self.make(&library, &arguments, at));
            }
        }
        let mut named = arguments.named.clone();
        let mut first = ("__init__", arguments);
        if Self::is_data(class) && self.member(class, "__init__").is_none() {
            named = self.data_fields(class, &first.1, at)?;
            first = ("__post_init__", Arguments::default());
        }
        let fields = self.scope();
        if let Some(scope) = self.heap.scope_mut(fields) {
            scope.names.extend(named);
        }
        let object = Term::new(Kind::Instance(Rc::clone(class), fields), From::literal(at));
        let (name, mut arguments) = first;
        if let Some(Term { kind: Kind::Function(initialise), .. }) = self.member(class, name) {
            arguments.positional.insert(0, object.clone());
            self.invoke(&initialise, arguments, at)?;
        }
        Ok(object)
    }

    /// The first class of a library from which a class inherits.
    pub(super) fn foreign_base(class: &Class<'a>) -> Option<Rc<str>> {
        fn search(class: &Class<'_>, depth: usize) -> Option<Rc<str>> {
            class.bases.iter().find_map(|base| match &base.kind {
                Kind::Library(name) => Some(Rc::clone(name)),
                Kind::Class(base) if depth > 0 => search(base, depth - 1),
                _ => None,
            })
        }
        search(class, 16)
    }

    /// What a library gives that is not known here.
    pub(super) fn foreign(&self, name: &str, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let mut variables = Vec::new();
        for argument in arguments.all() {
            for variable in &argument.from.variables {
                if !variables.contains(variable) {
                    variables.push(Rc::clone(variable));
                }
            }
        }
        let why = format!("what `{name}(…)` gives ({}) is known only when it runs", self.shown(at));
        let mut term = Term::unknown(Ignorance::new(why), at);
        term.from.depend_on(&variables);
        term
    }
}
