//! A Dockerfile as stages of instructions, with the place of each.
//!
//! Variables are not expanded here. What BuildKit would refuse is refused as a whole: no image comes of it.

use parse_dockerfile::{Command, Flag, HealthcheckArguments, Instruction, Source, Span};

use super::heredoc::{self, Script, Without};
use super::pairs::{self, Pair};
use crate::collect::lines::Lines;
use crate::fact::{Ignorance, Position, ProjectPath};

/// A file with more instructions is not read; the longest seen in a real project has 200.
const MAX_INSTRUCTIONS: usize = 2_000;
/// Further sources of one `COPY` are not looked at.
const MAX_SOURCES: usize = 100;

/// A file of instructions.
#[derive(Debug)]
pub(super) struct File {
    /// `ARG` before the first `FROM`.
    pub(super) arguments: Vec<Pair>,
    /// In their order; at least one.
    pub(super) stages: Vec<Stage>,
}

/// What stands from one `FROM` to the next.
#[derive(Debug)]
pub(super) struct Stage {
    /// The name after `AS`.
    pub(super) name: Option<String>,
    /// The image, or an earlier stage's name.
    pub(super) base: String,
    pub(super) base_at: Position,
    pub(super) steps: Vec<Step>,
    /// What `ONBUILD` puts at the front of each stage that begins from this one.
    pub(super) triggers: Vec<Step>,
}

/// An instruction.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: Position,
    pub(super) kind: StepKind,
    /// Whether it is a `RUN` that mounts a cache, whose files are in no layer.
    pub(super) cached: bool,
}

#[derive(Debug)]
pub(super) enum StepKind {
    User(String),
    Environment(Vec<Pair>),
    Argument(Vec<Pair>),
    Start(Words),
    Entrypoint(Words),
    /// The command that asks; none for `HEALTHCHECK NONE`.
    Healthcheck(Option<Words>),
    Expose(Vec<String>),
    Transfer(Transfer),
    Run(String),
    Workdir(String),
}

/// A command line.
#[derive(Clone, Debug)]
pub(super) enum Words {
    /// A list of words, run as they stand.
    Exec(Vec<String>),
    /// A text that a shell runs.
    Shell(String),
}

/// `COPY` or `ADD`.
#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) sources: Vec<String>,
    pub(super) destination: String,
    /// The stage or image the files come from; none for the build context.
    pub(super) from: Option<String>,
    /// The patterns that are left out.
    pub(super) excluded: Vec<String>,
    /// Whether it is an `ADD` that checks nothing it downloads.
    pub(super) unchecked: bool,
    /// The rights that the files are given in the image, if it says so.
    pub(super) mode: Option<String>,
}

/// The stages of a Dockerfile, or why there are none.
pub(super) fn read(path: &ProjectPath, text: &str) -> Result<File, Ignorance> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let broken = |error: parse_dockerfile::Error| {
        Ignorance::new(format!(
            "`{path}` is no Dockerfile that builds: line {}: {error}",
            error.line()
        ))
    };
    let Without { text, scripts } = heredoc::taken_out(text);
    let text = &*text;
    let whole = Whole { text, lines: Lines::of(text), scripts };
    let mut file = File { arguments: Vec::new(), stages: Vec::new() };
    for (index, instruction) in parse_dockerfile::parse_iter(text).map_err(broken)?.enumerate() {
        if index == MAX_INSTRUCTIONS {
            let why = format!("`{path}` has more than {MAX_INSTRUCTIONS} instructions");
            return Err(Ignorance::new(why));
        }
        whole.add(&mut file, instruction.map_err(broken)?);
    }
    if file.stages.is_empty() {
        return Err(Ignorance::new(format!("`{path}` has no `FROM`")));
    }
    Ok(file)
}

/// The text, to tell where its parts stand.
struct Whole<'t> {
    text: &'t str,
    lines: Lines<'t>,
    scripts: Vec<Script<'t>>,
}

impl<'t> Whole<'t> {
    fn add(&self, file: &mut File, instruction: Instruction<'t>) {
        match instruction {
            Instruction::From(from) => file.stages.push(Stage {
                name: from.as_.map(|(_, name)| name.value.to_lowercase()),
                base_at: self.position(&from.image.span),
                base: from.image.value.into_owned(),
                steps: Vec::new(),
                triggers: Vec::new(),
            }),
            Instruction::Onbuild(trigger) => {
                if let (Some(step), Some(stage)) =
                    (self.placed_step(*trigger.instruction), file.stages.last_mut())
                {
                    stage.triggers.push(step);
                }
            }
            Instruction::Arg(arg) if file.stages.is_empty() => {
                let found = pairs::arguments(&arg.arguments.value);
                file.arguments.extend(self.placed(found, &arg.arguments.span));
            }
            other => {
                if let (Some(step), Some(stage)) = (self.placed_step(other), file.stages.last_mut())
                {
                    stage.steps.push(step);
                }
            }
        }
    }

    fn placed_step(&self, instruction: Instruction<'t>) -> Option<Step> {
        let mounts = |flag: &Flag<'_>| {
            let value = flag.value.as_ref().map_or("", |value| &value.value);
            value.contains("type=cache") || value.contains("type=tmpfs")
        };
        let cached =
            matches!(&instruction, Instruction::Run(run) if run.options.iter().any(mounts));
        let (start, kind) = self.step(instruction)?;
        Some(Step { at: self.position(&(start..self.end(start))), kind, cached })
    }

    /// What an instruction inside a stage does, and where it starts.
    fn step(&self, instruction: Instruction<'t>) -> Option<(usize, StepKind)> {
        let (span, kind) = match instruction {
            Instruction::Arg(arg) => {
                let found = pairs::arguments(&arg.arguments.value);
                let found = self.placed(found, &arg.arguments.span);
                (arg.arguments.span, StepKind::Argument(found))
            }
            Instruction::Env(env) => {
                let found = pairs::environment(&env.arguments.value);
                let found = self.placed(found, &env.arguments.span);
                (env.arguments.span, StepKind::Environment(found))
            }
            Instruction::User(user) => {
                (user.arguments.span, StepKind::User(user.arguments.value.into_owned()))
            }
            Instruction::Cmd(cmd) => (cmd.cmd.span, StepKind::Start(words(cmd.arguments))),
            Instruction::Entrypoint(entry) => {
                (entry.entrypoint.span, StepKind::Entrypoint(words(entry.arguments)))
            }
            Instruction::Healthcheck(health) => {
                let asks = match health.arguments {
                    HealthcheckArguments::Cmd { arguments, .. } => Some(words(arguments)),
                    _ => None,
                };
                (health.healthcheck.span, StepKind::Healthcheck(asks))
            }
            Instruction::Expose(expose) => {
                let ports = expose.arguments.iter().map(|port| port.value.to_string()).collect();
                (expose.expose.span, StepKind::Expose(ports))
            }
            Instruction::Copy(copy) => {
                let to = copy.dest.value.into_owned();
                (copy.copy.span, transfer(&copy.options, &copy.src, to, false))
            }
            Instruction::Add(add) => {
                let to = add.dest.value.into_owned();
                (add.add.span, transfer(&add.options, &add.src, to, true))
            }
            Instruction::Run(run) => {
                let mut text = words(run.arguments).text();
                let start = run.run.span.start;
                for script in self.scripts.iter().filter(|script| script.instruction == start) {
                    text.push('\n');
                    text.push_str(script.lines);
                }
                (run.run.span, StepKind::Run(text))
            }
            Instruction::Workdir(dir) => {
                (dir.workdir.span, StepKind::Workdir(dir.arguments.value.into_owned()))
            }
            _ => return None,
        };
        Some((span.start, kind))
    }

    /// The pairs with the place of each: the first that is written `NAME` after those before it.
    fn placed(&self, found: Vec<Pair>, span: &Span) -> Vec<Pair> {
        let mut from = span.start;
        found
            .into_iter()
            .map(|pair| {
                let rest = self.text.get(from..span.end).unwrap_or_default();
                if let Some(start) = rest.find(&pair.name) {
                    from += start;
                }
                let at = self.position(&(from..self.end(from)));
                from += pair.name.len();
                Pair { at, ..pair }
            })
            .collect()
    }

    /// The end of the line on which an offset lies, without spaces and the sign of continuation.
    fn end(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        start + line.trim_end_matches(['\\', '`', ' ', '\t', '\r']).len()
    }

    fn position(&self, span: &Span) -> Position {
        self.lines.position(&(span.start..span.end.min(self.end(span.start))))
    }
}

impl Words {
    /// The command line in one text.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Exec(words) => words.join(" "),
            Self::Shell(text) => text.clone(),
        }
    }
}

fn words(command: Command<'_>) -> Words {
    match command {
        Command::Exec(words) => {
            Words::Exec(words.value.into_iter().map(|word| word.value.into_owned()).collect())
        }
        Command::Shell(text) => Words::Shell(continued(text.value)),
        _ => Words::Shell(String::new()),
    }
}

/// The text with its lines joined where they are continued, and comments between them left out.
fn continued(text: &str) -> String {
    let mut joined = String::new();
    let mut continues = false;
    for line in text.lines() {
        if continues && line.trim_start().starts_with('#') {
            continue;
        }
        let kept = line.trim_end();
        let before = kept.strip_suffix(['\\', '`']);
        if !joined.is_empty() && !continues {
            joined.push('\n');
        }
        joined.push_str(before.unwrap_or(kept));
        continues = before.is_some();
    }
    joined
}

fn transfer(flags: &[Flag<'_>], sources: &[Source<'_>], to: String, adds: bool) -> StepKind {
    let values = |name: &str| -> Vec<String> {
        let named = flags.iter().filter(|flag| flag.name.value.eq_ignore_ascii_case(name));
        named.filter_map(|flag| flag.value.as_ref()).map(|value| value.value.to_string()).collect()
    };
    let paths = sources.iter().filter_map(|source| match source {
        Source::Path(path) if path.value.starts_with(heredoc::SOURCE) => None,
        Source::Path(path) => Some(path.value.trim_matches(['"', '\'']).to_owned()),
        _ => None,
    });
    StepKind::Transfer(Transfer {
        sources: paths.take(MAX_SOURCES).collect(),
        destination: to,
        from: values("from").first().map(|from| from.to_lowercase()),
        excluded: values("exclude"),
        unchecked: adds && values("checksum").is_empty(),
        mode: values("chmod").into_iter().next(),
    })
}
