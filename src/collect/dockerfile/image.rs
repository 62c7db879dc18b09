//! What the stages of a Dockerfile come to: the chain that ends in the image, and what variables are then.

use std::collections::BTreeMap;

use super::pairs::Pair;
use super::read::{File, Stage, Step, StepKind, Words};
use crate::fact::{Fact, Ignorance, Origin, Place, ProjectPath, Provenance, Value};
use crate::grammar::interpolation;

/// A Dockerfile with the stage that is built.
pub(super) struct Image<'f> {
    pub(super) path: &'f ProjectPath,
    pub(super) file: &'f File,
    /// The stages that the image is made of: the one that begins from an image of elsewhere first.
    pub(super) chain: Vec<&'f Stage>,
    /// What build arguments are, where the compose file says it.
    given: &'f BTreeMap<String, Fact>,
    /// The build arguments before the first stage.
    globals: Arguments,
}

/// A command line and where it stands.
pub(super) type Placed<'f> = Option<(&'f Words, Place)>;

/// A word of a Dockerfile with its variables replaced, or why that cannot be done.
pub(super) type Resolved = Result<String, Ignorance>;

/// Longer values are not followed; none that decides anything comes near it.
const MAX_VALUE_BYTES: usize = 8 << 10;

/// The build arguments at a point of a Dockerfile.
type Arguments = BTreeMap<String, Resolved>;

/// The variables at a point of a Dockerfile; those of the image hide the build's.
struct Scope<'s> {
    environment: &'s BTreeMap<String, Fact>,
    arguments: &'s Arguments,
}

impl<'f> Image<'f> {
    /// The image that a target names, or the last stage; none if there is no such stage.
    pub(super) fn of(
        path: &'f ProjectPath,
        file: &'f File,
        target: Option<&str>,
        given: &'f BTreeMap<String, Fact>,
    ) -> Option<Self> {
        let named = |name: &str, before: usize| {
            let by_name = stage_named(file, name, before);
            by_name.or_else(|| name.parse().ok().filter(|index| *index < before))
        };
        let mut image = Self { path, file, chain: Vec::new(), given, globals: Arguments::new() };
        for pair in &file.arguments {
            let value = image.argument(pair, &BTreeMap::new(), &image.globals);
            image.globals.insert(pair.name.clone(), value);
        }
        let mut index = match target {
            Some(target) => named(target, file.stages.len())?,
            None => file.stages.len().checked_sub(1)?,
        };
        loop {
            let stage = file.stages.get(index)?;
            image.chain.push(stage);
            match image.name_of_base(stage).ok().and_then(|name| stage_named(file, &name, index)) {
                Some(below) => index = below,
                None => break,
            }
        }
        image.chain.reverse();
        Some(image)
    }

    /// The instructions of the chain, in the order in which they take effect.
    pub(super) fn steps(&self) -> impl DoubleEndedIterator<Item = &'f Step> {
        (0..self.chain.len()).flat_map(|index| self.steps_of(index))
    }

    /// The instructions of one stage of the chain; first those that the one before left for it.
    fn steps_of(&self, index: usize) -> impl DoubleEndedIterator<Item = &'f Step> + use<'f> {
        let before = index.checked_sub(1).and_then(|index| self.chain.get(index));
        let triggers = before.map_or(&[][..], |stage| &stage.triggers);
        triggers.iter().chain(self.chain.get(index).map_or(&[][..], |stage| &stage.steps))
    }

    /// Whether a stage is part of the image, and not only builds for it.
    pub(super) fn holds(&self, stage: &Stage) -> bool {
        self.chain.iter().any(|held| std::ptr::eq(*held, stage))
    }

    /// The name of the image that a stage begins from; none if that is another stage.
    pub(super) fn base_of(&self, stage: &Stage) -> Option<Resolved> {
        let name = self.name_of_base(stage);
        let index = self.file.stages.iter().position(|other| std::ptr::eq(other, stage));
        let is_stage = name
            .as_ref()
            .is_ok_and(|name| stage_named(self.file, name, index.unwrap_or(0)).is_some());
        (!is_stage).then_some(name)
    }

    /// What stands after `FROM`, its variables replaced.
    fn name_of_base(&self, stage: &Stage) -> Resolved {
        let scope = Scope { environment: &BTreeMap::new(), arguments: &self.globals };
        resolved(&stage.base, &scope)
    }

    /// The variables of the finished image, with the place of each.
    pub(super) fn environment(&self) -> BTreeMap<String, Fact> {
        let mut environment = BTreeMap::new();
        for index in 0..self.chain.len() {
            let mut arguments = Arguments::new();
            for step in self.steps_of(index) {
                match &step.kind {
                    StepKind::Argument(pairs) => self.declare(pairs, &environment, &mut arguments),
                    StepKind::Environment(pairs) => {
                        // All pairs of one instruction see the values from before it.
                        let scope = Scope { environment: &environment, arguments: &arguments };
                        let value = |pair: &Pair| {
                            let value = resolved(pair.value.as_deref().unwrap_or_default(), &scope);
                            (pair.name.clone(), self.fact(pair, value))
                        };
                        let values: Vec<(String, Fact)> = pairs.iter().map(value).collect();
                        environment.extend(values);
                    }
                    _ => {}
                }
            }
        }
        environment
    }

    /// The build arguments of every stage that have a value in the Dockerfile, with their place.
    pub(super) fn written_arguments(&self) -> Vec<(&'f Pair, Fact)> {
        let stages = self.file.stages.iter().flat_map(|stage| &stage.steps);
        let declared = stages.filter_map(|step| match &step.kind {
            StepKind::Argument(pairs) => Some(pairs),
            _ => None,
        });
        let all = self.file.arguments.iter().chain(declared.flatten());
        let written = all.filter(|pair| pair.value.is_some());
        written
            .map(|pair| {
                let scope = Scope { environment: &BTreeMap::new(), arguments: &self.globals };
                let value = resolved(pair.value.as_deref().unwrap_or_default(), &scope);
                (pair, self.fact(pair, value))
            })
            .collect()
    }

    /// The last `USER`, with its place.
    pub(super) fn user(&self) -> Option<(Resolved, Place)> {
        self.steps().rev().find_map(|step| match &step.kind {
            StepKind::User(user) => Some((self.at_end(user), self.place(step))),
            _ => None,
        })
    }

    /// A word with the variables of the finished image and the arguments of its last stage.
    pub(super) fn at_end(&self, word: &str) -> Resolved {
        let environment = self.environment();
        let mut arguments = Arguments::new();
        for step in self.chain.last().map_or(&[][..], |stage| &stage.steps) {
            if let StepKind::Argument(pairs) = &step.kind {
                self.declare(pairs, &environment, &mut arguments);
            }
        }
        resolved(word, &Scope { environment: &environment, arguments: &arguments })
    }

    /// What the container starts: entrypoint and command, each with its place. An entrypoint forgets the
    /// command of the stage below (Dockerfile reference, `CMD` and `ENTRYPOINT`), and a shell takes none.
    pub(super) fn command(&self) -> (Placed<'f>, Placed<'f>) {
        let (mut entrypoint, mut command): (Placed<'f>, Placed<'f>) = (None, None);
        for index in 0..self.chain.len() {
            let mut is_own = false;
            for step in self.steps_of(index) {
                match &step.kind {
                    StepKind::Entrypoint(words) => {
                        entrypoint = Some((words, self.place(step)));
                        command = command.filter(|_| is_own);
                    }
                    StepKind::Start(words) => {
                        command = Some((words, self.place(step)));
                        is_own = true;
                    }
                    _ => {}
                }
            }
        }
        let is_shell = matches!(entrypoint, Some((Words::Shell(_), _)));
        (entrypoint, command.filter(|_| !is_shell))
    }

    /// Where an instruction stands.
    pub(super) fn place(&self, step: &Step) -> Place {
        Place::in_file(self.path, step.at)
    }

    fn fact(&self, pair: &Pair, value: Resolved) -> Fact {
        let value = value.map_or_else(Value::Unknown, Value::from);
        let place = Place::in_file(self.path, pair.at);
        Fact { value, provenance: Provenance::new(Origin::Literal).at(place) }
    }

    /// Build arguments that come into being inside a stage.
    fn declare(
        &self,
        pairs: &[Pair],
        environment: &BTreeMap<String, Fact>,
        arguments: &mut Arguments,
    ) {
        for pair in pairs {
            let value = match (&pair.value, self.globals.get(&pair.name)) {
                (None, Some(global)) => global.clone(),
                _ => self.argument(pair, environment, arguments),
            };
            arguments.insert(pair.name.clone(), value);
        }
    }

    /// The value of a build argument: what the compose file gives, else the default in the Dockerfile.
    fn argument(
        &self,
        pair: &Pair,
        environment: &BTreeMap<String, Fact>,
        arguments: &Arguments,
    ) -> Resolved {
        let given = self.given.get(&pair.name);
        match (given.and_then(|fact| fact.value.text()), &pair.value, given) {
            (Some(text), ..) => Ok(text.to_owned()),
            (None, Some(default), None) => resolved(default, &Scope { environment, arguments }),
            (None, ..) => {
                let name = &pair.name;
                let why = format!("the build argument `{name}` is given when the image is built");
                let remedy = format!(
                    "give it in the Dockerfile (`ARG {name}=…`), or under `build.args` in the compose file"
                );
                Err(Ignorance::new(why).settled_by(remedy))
            }
        }
    }
}

/// The last stage of a name before another.
fn stage_named(file: &File, name: &str, before: usize) -> Option<usize> {
    let name = name.to_lowercase();
    let earlier = file.stages.get(..before)?;
    earlier.iter().rposition(|stage| stage.name.as_deref() == Some(&name))
}

impl Scope<'_> {
    /// The value of a variable, if there is one of the name.
    fn value(&self, name: &str) -> Option<Resolved> {
        match self.environment.get(name).map(|fact| &fact.value) {
            Some(Value::Unknown(why)) => Some(Err(why.clone())),
            Some(value) => Some(Ok(value.text().unwrap_or_default().to_owned())),
            None => self.arguments.get(name).cloned(),
        }
    }
}

/// The word without its quotes and with its variables replaced.
fn resolved(word: &str, scope: &Scope<'_>) -> Resolved {
    let template = unquoted(word);
    if !template.contains('$') {
        return Ok(template);
    }
    // What is given when the image is built may be left out: then a default counts.
    let mut open: Vec<(String, Ignorance)> = Vec::new();
    let expanded = interpolation::expand(&template, &mut |name| match scope.value(name)? {
        Ok(value) => Some(value),
        Err(why) => {
            open.push((name.to_owned(), why));
            None
        }
    });
    let missing = expanded.missing.first();
    let why = open.iter().find(|(name, _)| missing == Some(name) || template.contains('+'));
    match (why, missing) {
        (Some((_, why)), _) => Err(why.clone()),
        (None, Some(name)) => {
            Err(Ignorance::new(format!("`{name}` comes from the base image or the build")))
        }
        (None, None) if expanded.text.len() > MAX_VALUE_BYTES => {
            Err(Ignorance::new("the value is too long to be followed"))
        }
        (None, None) => Ok(expanded.text),
    }
}

/// The word without its quotes; a `$` that is quoted by `'` or `\` becomes `$$`.
fn unquoted(word: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut characters = word.chars();
    while let Some(c) = characters.next() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('$', Some('\'')) => out.push_str("$$"),
            ('\\', None | Some('"')) => match characters.next() {
                Some('$') => out.push_str("$$"),
                Some(next) if quote.is_none() || matches!(next, '"' | '\\') => out.push(next),
                Some(next) => out.extend(['\\', next]),
                None => out.push('\\'),
            },
            (c, _) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::dockerfile::read::read;

    #[test]
    fn variables_are_replaced_and_stages_inherited() {
        let text = "ARG TAG=3.13\nFROM python:${TAG}-slim AS base\nARG TAG\nENV A=1 B=\"$A x\" T=$TAG\nENV B2=$B\n\
                    FROM node:24 AS web\nENV W=1\nFROM base\nARG Q\nENV C='$A' D=${Q} E=${NONE:-d} F=$HOME G=\\$A\nUSER ${U:-app}\n";
        let path = ProjectPath::new("Dockerfile");
        let file = read(&path, text).unwrap();
        let arguments = BTreeMap::new();
        let image = Image::of(&path, &file, None, &arguments).unwrap();
        let bases: Vec<Option<String>> =
            file.stages.iter().map(|stage| image.base_of(stage).and_then(Result::ok)).collect();
        assert_eq!(bases, [Some("python:3.13-slim".to_owned()), Some("node:24".to_owned()), None]);
        let told: Vec<String> = image
            .environment()
            .iter()
            .map(|(name, fact)| format!("{name}={}", fact.value))
            .collect();
        assert_eq!(
            told,
            [
                "A=\"1\"",
                "B=unknown (`A` comes from the base image or the build)",
                "B2=unknown (`A` comes from the base image or the build)",
                "C=\"$A\"",
                "D=unknown (the build argument `Q` is given when the image is built)",
                "E=\"d\"",
                "F=unknown (`HOME` comes from the base image or the build)",
                "G=\"$A\"",
                "T=\"3.13\"",
            ]
        );
        assert_eq!(
            image.user().map(|(user, place)| (user, place.to_string())),
            Some((Ok("app".to_owned()), "Dockerfile:11".to_owned()))
        );
    }

    #[test]
    fn a_target_and_given_arguments_decide() {
        let text = "ARG BASE\nFROM $BASE AS dev\nUSER root\nFROM dev AS prod\nUSER app\nFROM dev\n";
        let path = ProjectPath::new("Dockerfile");
        let file = read(&path, text).unwrap();
        let arguments = BTreeMap::from([("BASE".to_owned(), Fact::derived("python:3.13"))]);
        let image = Image::of(&path, &file, Some("prod"), &arguments).unwrap();
        assert_eq!(image.user().map(|(user, _)| user), Some(Ok("app".to_owned())));
        assert_eq!(image.base_of(&file.stages[0]), Some(Ok("python:3.13".to_owned())));
        assert!(Image::of(&path, &file, Some("none"), &arguments).is_none());
        let unknown = BTreeMap::new();
        let image = Image::of(&path, &file, None, &unknown).unwrap();
        assert!(image.base_of(&file.stages[0]).is_some_and(|base| base.is_err()));
    }
}
