//! Command lines as Dockerfile, compose, Procfile, systemd and small shell scripts write them.
//!
//! Reads as much of the shell as start commands use: quotes, variables, chains of commands,
//! `sh -c "…"`, `exec`, `env A=b`. What only running it would tell stays an unknown part of a word.

mod scan;

use scan::Scanner;

/// One program that a command line starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Variables that are set for it alone, in the order of the text.
    pub environment: Vec<(String, Word)>,
    /// The program and its arguments; never empty.
    pub words: Vec<Word>,
}

/// One word of a command, in which parts may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// In the order of the text.
    pub parts: Vec<Part>,
}

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Stands for itself.
    Text(String),
    /// `$NAME` or `${NAME:-default}`.
    Variable {
        /// The name; `@` and digits for the arguments of a script.
        name: String,
        /// What stands in for it where it is not set or empty.
        default: Option<Word>,
    },
    /// The output of another command.
    Output,
}

impl Word {
    /// The word, if no part of it is unknown.
    pub fn text(&self) -> Option<String> {
        self.resolved(&|_| None)
    }

    /// The word with its variables filled in; none if one is not known and has no default.
    pub fn resolved(&self, value_of: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(piece) => text.push_str(piece),
                Part::Variable { name, default } => {
                    let value = value_of(name).filter(|value| !value.is_empty());
                    text.push_str(&value.or_else(|| default.as_ref()?.resolved(value_of))?);
                }
                Part::Output => return None,
            }
        }
        Some(text)
    }

    /// The word as a person would write it, with its variables.
    pub fn shown(&self) -> String {
        let shown = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable { name, default: None } => format!("${name}"),
            Part::Variable { name, default: Some(default) } => {
                format!("${{{name}:-{}}}", default.shown())
            }
            Part::Output => "$(…)".to_owned(),
        };
        self.parts.iter().map(shown).collect()
    }

    /// The first unknown variable of the word.
    pub fn variable(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::Variable { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// The text before the first unknown part.
    pub fn start(&self) -> &str {
        match self.parts.first() {
            Some(Part::Text(text)) => text,
            _ => "",
        }
    }

    fn push(&mut self, c: char) {
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.push(c),
            _ => self.parts.push(Part::Text(c.to_string())),
        }
    }
}

/// Longer texts are cut here: no start command comes near it.
const MAX_BYTES: usize = 64 << 10;
/// `sh -c` inside `sh -c`, and defaults inside defaults, are followed so far.
const MAX_DEPTH: usize = 4;
/// Further commands of a line, and further variables before one, are left out.
const MAX_COMMANDS: usize = 500;
const MAX_VARIABLES: usize = 100;

/// The programs that a command line or script starts, in the order of the text.
pub fn commands(text: &str) -> Vec<Command> {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut found = Vec::new();
    gather(text.get(..end).unwrap_or_default(), 0, &[], &mut found);
    found
}

/// One command line of these words, as the exec form (`["gunicorn", "shop"]`) runs them: nothing in
/// them is expanded.
pub fn joined<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let literal = |word: &str| if word.contains('$') { in_quotes(word) } else { quoted(word) };
    words.into_iter().map(literal).collect::<Vec<_>>().join(" ")
}

/// The word as a shell would need it written, its variables left to the shell.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@,+%$".contains(c);
    let is_plain = !word.is_empty() && word.chars().all(plain);
    if is_plain { word.to_owned() } else { in_quotes(word) }
}

fn in_quotes(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn gather(text: &str, depth: usize, around: &[(String, Word)], found: &mut Vec<Command>) {
    for words in Scanner::new(text).chains() {
        if found.len() >= MAX_COMMANDS {
            return;
        }
        let mut command = Command { environment: around.to_vec(), words };
        strip(&mut command);
        let inner = (depth < MAX_DEPTH).then(|| shell_text(&command.words)).flatten();
        match inner {
            Some(inner) => gather(&inner, depth + 1, &command.environment, found),
            None if command.words.is_empty() => {}
            None => found.push(command),
        }
    }
}

/// Words of the shell's own grammar that may stand before a command.
const RESERVED: &[&str] =
    &["if", "then", "else", "elif", "while", "until", "do", "!", "{", "}", "time", "fi", "done"];
/// Programs that start the program named after them and their options without a value.
const STARTERS: &[&str] = &["exec", "command", "nohup", "tini", "dumb-init", "catchsegv", "env"];

/// Takes off what stands before the program: reserved words, `A=b`, `exec`, `env`, `tini --`.
fn strip(command: &mut Command) {
    let mut words = std::mem::take(&mut command.words).into_iter().peekable();
    while let Some(word) = words.peek() {
        let text = word.text().unwrap_or_default();
        let name = text.rsplit('/').next().unwrap_or_default();
        if let Some((name, value)) = assignment(word) {
            if command.environment.len() < MAX_VARIABLES {
                command.environment.push((name, value));
            }
        } else if STARTERS.contains(&name) {
            words.next();
            while words.next_if(|word| word.start().starts_with('-')).is_some() {}
            continue;
        } else if !RESERVED.contains(&text.as_str()) {
            break;
        }
        words.next();
    }
    command.words = words.collect();
}

fn assignment(word: &Word) -> Option<(String, Word)> {
    let (name, first) = word.start().split_once('=')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let rest = word.parts.iter().skip(1).cloned();
    let parts = Some(Part::Text(first.to_owned())).into_iter().chain(rest).collect();
    is_name.then(|| (name.to_owned(), Word { parts }))
}

/// Whether a program is a shell, in whatever folder.
pub fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "dash" | "ash" | "zsh"))
}

/// The text that `sh -c "…"` runs.
fn shell_text(words: &[Word]) -> Option<String> {
    let program = words.first()?.text()?;
    if !is_shell(&program) {
        return None;
    }
    let flag = words.iter().position(|word| {
        let text = word.start();
        text.starts_with('-') && !text.starts_with("--") && text.ends_with('c')
    })?;
    Some(words.get(flag + 1)?.shown())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commands, words joined by `|` and commands by ` ; `.
    fn told(text: &str) -> String {
        let shown = |command: &Command| {
            let set = command
                .environment
                .iter()
                .map(|(name, value)| format!("{name}={}|", value.shown()));
            let words: Vec<String> = command.words.iter().map(Word::shown).collect();
            format!("{}{}", set.collect::<String>(), words.join("|"))
        };
        commands(text).iter().map(shown).collect::<Vec<_>>().join(" ; ")
    }

    #[test]
    fn lines_are_taken_apart_as_the_shell_does() {
        for (line, parts) in [
            ("gunicorn shop.wsgi  --bind 0.0.0.0:8000", "gunicorn|shop.wsgi|--bind|0.0.0.0:8000"),
            (r#"a 'b c' "d e" f\ g '' x"y"z"#, "a|b c|d e|f g||xyz"),
            ("a && b || c; d | e & f", "a ; b ; c ; d ; e ; f"),
            ("a \\\n  b\n# no\nc # no\nd#e", "a|b ; c ; d#e"),
            ("gunicorn app > /log 2>&1 --x", "gunicorn|app|--x"),
            ("exec gunicorn app", "gunicorn|app"),
            ("A=b C=\"d e\" gunicorn app", "A=b|C=d e|gunicorn|app"),
            ("env -i A=b gunicorn app", "A=b|gunicorn|app"),
            ("tini -- gunicorn app", "gunicorn|app"),
            ("sh -c 'a && exec b c'", "a ; b|c"),
            ("A=b /bin/bash -lc \"gunicorn -b :$PORT app\"", "A=b|gunicorn|-b|:$PORT|app"),
            ("sh -c 'sh -c \"a; b\"'", "a ; b"),
            ("sh start.sh -c", "sh|start.sh|-c"),
            ("if [ x ]; then exec gunicorn app; fi", "[|x|] ; gunicorn|app"),
            ("-b :${PORT:-${P:-8000}} ${W-3}x", "-b|:${PORT:-${P:-8000}}|${W:-3}x"),
            ("--workers $(nproc --all) `n`", "--workers|$(…)|$(…)"),
            ("$(command -v uwsgi) --ini `which python3` $(which $X)", "uwsgi|--ini|python3|$(…)"),
            ("a $ 5$", "a|$|5$"),
            ("exec \"$@\"", "$@"),
            ("sh -c", "sh|-c"),
            ("", ""),
            ("A=b", ""),
        ] {
            assert_eq!(told(line), parts, "{line}");
        }
    }

    #[test]
    fn variables_are_filled_in_or_stay_unknown() {
        let word = |text: &str| commands(text)[0].words[0].clone();
        assert_eq!(word("${WORKERS:-3}").text().as_deref(), Some("3"));
        assert_eq!(word(":$PORT").text(), None);
        assert_eq!(word(":$PORT").variable(), Some("PORT"));
        assert_eq!(word("0.0.0.0:$PORT").start(), "0.0.0.0:");
        let value_of = |name: &str| (name == "PORT").then(|| "8080".to_owned());
        assert_eq!(word(":${PORT:-1}$PORT").resolved(&value_of).as_deref(), Some(":80808080"));
        assert_eq!(word("${A:?no}").text(), None);
        assert_eq!(word("x$(y)").text(), None);
        assert_eq!(word("'$PORT'").text().as_deref(), Some("$PORT"));
    }

    #[test]
    fn the_exec_form_is_not_expanded() {
        let line = joined(["gunicorn", "-b", "0.0.0.0:$PORT", "it's", ""]);
        assert_eq!(line, r"gunicorn -b '0.0.0.0:$PORT' 'it'\''s' ''");
        let words: Vec<Option<String>> = commands(&line)[0].words.iter().map(Word::text).collect();
        assert_eq!(words[2].as_deref(), Some("0.0.0.0:$PORT"));
        assert_eq!(told(&joined(["sh", "-c", "a && b $C"])), "a ; b|$C");
    }
}
