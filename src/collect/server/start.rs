//! How the program is started: every command line that says so, with scripts followed.

use super::files::{self, Line};
use super::program::{Program, Started, is_shell_script, started};
use crate::collect::Sources;
use crate::fact::{Fact, Facts, Ignorance, Place, ProjectPath, Value};
use crate::grammar::shell_words::{Command, Word, commands, joined};
use crate::project::Role;

/// A program that production starts.
pub(super) struct Start {
    /// The command line, as a person would write it.
    pub(super) line: String,
    /// Where it stands.
    pub(super) place: Place,
    /// What it starts.
    pub(super) started: Started,
    /// The command in full.
    pub(super) command: Command,
    /// Whether a container runs it.
    pub(super) in_container: bool,
    /// Why it may not be what production starts.
    pub(super) doubt: Option<Ignorance>,
}

/// Scripts that start scripts are followed so far.
const MAX_DEPTH: usize = 3;
/// More commands are not looked at.
const MAX_STARTS: usize = 200;
/// More scripts are not followed, however often they name each other.
const MAX_SCRIPTS: usize = 50;

/// Every program that production starts, in the order of the sources: compose files, images, other files.
pub(super) fn starts(sources: &Sources<'_>, facts: &Facts) -> Vec<Start> {
    let mut trail = Trail { sources, starts: Vec::new(), scripts_left: MAX_SCRIPTS };
    for path in ["compose.commands", "docker.commands"] {
        for line in told_lines(facts, path) {
            trail.follow(&line, true, 0);
        }
    }
    let wanted =
        sources.wanted.iter().filter(|path| files::is_start_file(path) && Role::of(path).counts());
    for path in wanted {
        if let Ok(text) = sources.project.read(path) {
            for line in files::lines(path, text) {
                let first = trail.starts.len();
                trail.follow(&line, false, 0);
                if path.name() == "Procfile" && files::is_of_developers(text) {
                    let why = "the Procfile also starts what only developers run";
                    trail.doubt(first, why);
                }
            }
        }
    }
    let mut starts = trail.starts;
    doubt_local_servers(facts, &mut starts);
    starts
}

/// A compose file that starts a server for development serves developers, if the image or another file
/// starts one for production; unless its name says that it is for production itself.
fn doubt_local_servers(facts: &Facts, starts: &mut [Start]) {
    let elsewhere = starts.iter().find(|start| is_for_production(start) && !start.in_container);
    let elsewhere = elsewhere.map(|start| start.place.to_string());
    let images = facts.at("docker.images");
    let image = images.value.items().iter().find_map(|image| {
        let command = image.value.field("command")?;
        let is_server = commands(command.value.text()?)
            .iter()
            .filter_map(started)
            .any(|started| matches!(started.program, Program::Server(_)));
        command.provenance.place.as_ref().filter(|_| is_server).map(ToString::to_string)
    });
    let Some(other) = elsewhere.or(image) else {
        return;
    };
    for start in starts.iter_mut().filter(|start| start.in_container && is_for_development(start)) {
        let role = match &start.place {
            Place::File { path, .. } => Role::of(path),
            Place::Exchange(_) => Role::Neutral,
        };
        if role != Role::Production {
            let why = format!(
                "{other} starts a server for production, and which of the two runs is not told"
            );
            start.doubt = Some(
                Ignorance::new(why)
                    .settled_by("name this file for what it is: `docker-compose.local.yml`"),
            );
        }
    }
}

fn is_for_production(start: &Start) -> bool {
    matches!(start.started.program, Program::Server(_))
}

fn is_for_development(start: &Start) -> bool {
    matches!(start.started.program, Program::DevelopmentServer(_))
}

fn is_server(start: &Start) -> bool {
    matches!(start.started.program, Program::Server(_) | Program::DevelopmentServer(_))
}

/// The command lines of a list of another collector.
fn told_lines(facts: &Facts, path: &str) -> Vec<Line> {
    let list = facts.at(path);
    let line = |item: &Fact| {
        let command = item.value.field("command")?;
        let place = command.provenance.place.clone().or_else(|| item.provenance.place.clone())?;
        Some(Line { text: command.value.text()?.to_owned(), place })
    };
    list.value.items().iter().filter_map(line).collect()
}

/// The programs found so far, on the way through scripts.
struct Trail<'s> {
    sources: &'s Sources<'s>,
    starts: Vec<Start>,
    scripts_left: usize,
}

impl Trail<'_> {
    fn follow(&mut self, line: &Line, in_container: bool, depth: usize) {
        for command in commands(&line.text) {
            if self.starts.len() >= MAX_STARTS {
                return;
            }
            // What a script's variables name is seldom the server: helpers such as wait-for-it run so.
            let is_named =
                depth == 0 || command.words.first().is_some_and(|word| word.text().is_some());
            let Some(found) = started(&command).filter(|_| is_named) else {
                continue;
            };
            let before = self.starts.len();
            let is_script = self.follow_script(&found.program, line, in_container, depth);
            let starts_server =
                self.starts.get(before..).is_some_and(|starts| starts.iter().any(is_server));
            let (found, command) = match after_script(&command) {
                _ if starts_server => continue,
                Some(own) => own,
                None if is_script => continue,
                None => (found, command),
            };
            let words: Vec<String> = command.words.iter().map(Word::shown).collect();
            self.starts.push(Start {
                line: words.join(" "),
                place: line.place.clone(),
                started: found,
                command,
                in_container,
                doubt: None,
            });
        }
    }

    /// Doubts the servers for development from this start on.
    fn doubt(&mut self, from: usize, why: &str) {
        let starts = self.starts.get_mut(from..).unwrap_or_default();
        for start in starts.iter_mut().filter(|start| is_for_development(start)) {
            start.doubt = Some(Ignorance::new(why));
        }
    }

    /// Follows a script of the shell that a line starts, if it is one of the project's. Says whether it is.
    fn follow_script(
        &mut self,
        program: &Program,
        line: &Line,
        in_container: bool,
        depth: usize,
    ) -> bool {
        let file = match program {
            Program::Script(name) if depth < MAX_DEPTH && is_shell_script(name) => {
                script_file(self.sources, name, &line.place)
            }
            _ => None,
        };
        let Some((path, text)) =
            file.and_then(|path| Some((path, self.sources.project.read(path).ok()?)))
        else {
            return false;
        };
        let Some(left) = self.scripts_left.checked_sub(1) else {
            return false;
        };
        self.scripts_left = left;
        let before = self.starts.len();
        let mut branches = Branches::default();
        for line in script_lines(path, text) {
            let is_open = branches.read(&line.text);
            let first = self.starts.len();
            self.follow(&line, in_container, depth + 1);
            if is_open {
                let why = "the script starts this server under a condition only";
                self.doubt(first, why);
            }
        }
        if self.starts.get(before..).unwrap_or_default().iter().any(is_for_production) {
            self.doubt(before, "the script starts this server or another one");
        }
        true
    }
}

/// The conditions that a line of a script stands under.
#[derive(Default)]
struct Branches {
    open: usize,
}

impl Branches {
    /// Reads a line, and says whether what it starts depends on a condition.
    fn read(&mut self, line: &str) -> bool {
        let before = self.open;
        for word in line.split([';', ' ', '\t']).filter(|word| !word.is_empty()) {
            match word {
                "if" | "case" => self.open += 1,
                "fi" | "esac" => self.open = self.open.saturating_sub(1),
                word if word.starts_with('#') => break,
                _ => {}
            }
        }
        before > 0 || self.open > 0
    }
}

/// `entrypoint.sh gunicorn …` runs what follows its own name, if that is a server; so does
/// `entrypoint.sh sh -c "gunicorn …"`.
fn after_script(command: &Command) -> Option<(Started, Command)> {
    let first = command.words.first()?.text()?;
    if !is_shell_script(&first) {
        return None;
    }
    let words = command.words.get(1..)?.to_vec();
    let shown: Vec<String> = words.iter().map(Word::shown).collect();
    let inner = commands(&joined(shown.iter().map(String::as_str)));
    let rest = Command { environment: command.environment.clone(), words };
    [rest].into_iter().chain(inner).find_map(|rest| {
        let found = started(&rest)?;
        let is_server = matches!(found.program, Program::Server(_) | Program::DevelopmentServer(_));
        is_server.then_some((found, rest))
    })
}

/// The lines of a script, those of one command joined.
fn script_lines(path: &ProjectPath, text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut open = false;
    for (line, number) in text.lines().zip(1_u32..) {
        let (part, goes_on) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        match lines.last_mut().filter(|_| open) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(part.trim_start());
            }
            None => lines.push(Line { text: part.to_owned(), place: Place::line(path, number) }),
        }
        open = goes_on;
    }
    lines.retain(|line| !line.text.trim_start().starts_with('#'));
    lines
}

/// The file of the project that a script's name means: the one beside the file that starts it, else the
/// service's own.
fn script_file<'s>(
    sources: &Sources<'s>,
    name: &str,
    started_at: &Place,
) -> Option<&'s ProjectPath> {
    let same = |path: &&ProjectPath| path.name() == name && Role::of(path).counts();
    let is_beside = |path: &&ProjectPath| match started_at {
        Place::File { path: by, .. } => path.folder() == by.folder(),
        Place::Exchange(_) => false,
    };
    let all = || sources.wanted.iter().copied().filter(same);
    all().find(is_beside).or_else(|| all().next())
}

/// The value of an environment variable as production has it, for what a command leaves open.
pub(super) fn variable(facts: &Facts, command: &Command, name: &str) -> Option<Fact> {
    let own = command.environment.iter().find(|(variable, _)| variable == name);
    if let Some((_, word)) = own {
        return word.text().map(|text| Fact::derived(Value::from(text)));
    }
    let variables = facts.at("env.variables");
    let known = variables.value.field(name).cloned();
    known.filter(|fact| fact.value.text().is_some() || fact.value.int().is_some())
}
