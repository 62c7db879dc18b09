//! The lines of the project that reports show, with every secret in them masked.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use crate::fact::secret::{MASK, is_secret_name, masked};
use crate::fact::value::printable;
use crate::fact::{Fact, Facts, Place, ProjectPath, Value};
use crate::project::Project;

/// Shows lines of the project's files.
#[derive(Debug, Default)]
pub struct Excerpts<'p> {
    project: Option<&'p Project>,
    /// Every secret value that became known, the longest first.
    secrets: Vec<String>,
    /// Tells that a line holds none of them, which is the rule.
    any_secret: Option<AhoCorasick>,
}

/// A line as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The line, secrets masked and control characters made visible.
    pub text: String,
    /// The characters meant, from and to; the whole line if masking moved them.
    pub marked: (usize, usize),
}

impl<'p> Excerpts<'p> {
    /// Excerpts of a project that show none of these secrets.
    pub fn masking(project: Option<&'p Project>, secrets: BTreeSet<String>) -> Self {
        let mut secrets: Vec<String> = secrets.into_iter().collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { project, any_secret: AhoCorasick::new(&secrets).ok(), secrets }
    }

    /// The line at a place in a file.
    pub fn line(&self, place: &Place) -> Option<Excerpt> {
        let Place::File { path, at: Some(at) } = place else {
            return None;
        };
        let text = self.project?.read(path).ok()?;
        let line = text.lines().nth(usize::try_from(at.line).ok()?.checked_sub(1)?)?;
        let line = line.trim_end();
        let shown = printable(&self.mask(path, line)).replace('\t', " ");
        let length = shown.chars().count();
        let start = line.len() - line.trim_start().len();
        let marked = if shown == line.replace('\t', " ") && at.width > 0 {
            let from = usize::try_from(at.column).unwrap_or(1).saturating_sub(1).min(length);
            (from, from.saturating_add(usize::try_from(at.width).unwrap_or(1)).min(length))
        } else {
            (start.min(length), length)
        };
        Some(Excerpt { text: shown, marked })
    }

    /// The line without its secrets: those that became known as facts, and whatever stands under a
    /// secret's name or looks random.
    fn mask(&self, path: &ProjectPath, line: &str) -> String {
        if is_environment(path) && !line.contains('=') && !line.trim_start().starts_with('#') {
            // Perhaps the second line of a value, or a name without its equals sign.
            return if line.trim().is_empty() { line.to_owned() } else { MASK.to_owned() };
        }
        let mut shown = line.to_owned();
        let holds_some = self.any_secret.as_ref().is_none_or(|any| any.is_match(line));
        for secret in self.secrets.iter().filter(|_| holds_some) {
            shown = without(&shown, secret);
        }
        let shown =
            if path.extension() == "py" { mask_literals(&shown) } else { mask_after_names(&shown) };
        mask_random(&masked(&shown))
    }
}

/// Secrets shorter than this are left to the other rules: masking every `a` shows nothing.
const SHORTEST_SECRET: usize = 4;

/// Every secret that is known, line by line.
pub fn secrets(facts: &Facts) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for (_, root) in facts.domains() {
        gather(root, &mut secrets);
    }
    secrets
}

fn gather(fact: &Fact, secrets: &mut BTreeSet<String>) {
    match &fact.value {
        Value::Secret(secret) => {
            let lines = secret.expose().lines().map(str::trim);
            secrets.extend(lines.filter(|line| line.len() >= SHORTEST_SECRET).map(str::to_owned));
        }
        Value::List(list) => list.items.iter().for_each(|item| gather(item, secrets)),
        Value::OneOf(alternatives) => alternatives.iter().for_each(|each| gather(each, secrets)),
        Value::Record(record) => record.fields.values().for_each(|field| gather(field, secrets)),
        _ => {}
    }
}

fn is_environment(path: &ProjectPath) -> bool {
    path.name().starts_with(".env") || path.extension() == "env"
}

/// A secret of fewer characters is masked only where it is a word of its own: `postgres` as a password
/// does not hide half of `django.db.backends.postgresql`.
const WORD_LENGTH: usize = 12;

/// The line with every occurrence of a secret masked.
fn without(line: &str, secret: &str) -> String {
    let joins =
        |c: Option<char>| secret.len() < WORD_LENGTH && c.is_some_and(char::is_alphanumeric);
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(secret) {
        let (before, found) = rest.split_at(at);
        let (word, after) = found.split_at(secret.len());
        let last = before.chars().next_back().or_else(|| out.chars().next_back());
        out.push_str(before);
        out.push_str(if joins(last) || joins(after.chars().next()) { word } else { MASK });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// In program text: if the line speaks of a secret, every literal that is not itself such a name.
fn mask_literals(line: &str) -> String {
    if !names(line).any(is_secret_name) {
        return line.to_owned();
    }
    let mut out = String::new();
    let mut rest = line;
    while let Some(open) = rest.find(['"', '\'']) {
        let quote = rest.get(open..=open).unwrap_or("\"");
        let (before, after) = rest.split_at(open + 1);
        out.push_str(before);
        let end = after.find(quote).unwrap_or(after.len());
        let (literal, tail) = after.split_at(end);
        out.push_str(if literal.is_empty() || is_secret_name(literal) { literal } else { MASK });
        let close = tail.chars().next().map_or(0, char::len_utf8);
        out.push_str(tail.get(..close).unwrap_or_default());
        rest = tail.get(close..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// In configuration: what follows a secret's name, unless it only refers to a variable.
fn mask_after_names(line: &str) -> String {
    let mut end_of_name = None;
    for name in names(line) {
        if is_secret_name(name) {
            let start = name.as_ptr() as usize - line.as_ptr() as usize;
            end_of_name = Some(start + name.len());
            break;
        }
    }
    let Some(end) = end_of_name else {
        return line.to_owned();
    };
    let (head, tail) = line.split_at(end);
    let value =
        tail.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '=' | '"' | '\''));
    if value.is_empty() || is_reference(value) {
        return line.to_owned();
    }
    let separator = tail.get(..tail.len() - value.len()).unwrap_or_default();
    format!("{head}{separator}{MASK}")
}

/// Whether a value only names a variable, without a default: `$NAME` or `${NAME}`.
fn is_reference(value: &str) -> bool {
    let value =
        value.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';'));
    let name = value
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .or_else(|| value.strip_prefix('$'));
    name.is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// The words of a line that could be names.
fn names(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .map(|word| word.trim_matches('-'))
        .filter(|word| !word.is_empty())
}

/// Words of this length that mix letters and digits are taken for random.
const RANDOM_LENGTH: usize = 24;

fn mask_random(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut word = String::new();
    for c in line.chars().chain(['\n']) {
        if c.is_alphanumeric() || matches!(c, '_' | '+' | '-') {
            word.push(c);
            continue;
        }
        out.push_str(if looks_random(&word) { MASK } else { &word });
        word.clear();
        if c != '\n' {
            out.push(c);
        }
    }
    out
}

fn looks_random(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    word.chars().count() >= RANDOM_LENGTH && digits >= 3 && letters >= 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Position, Secret};

    fn shown(path: &str, line: &str) -> String {
        let excerpts = Excerpts::masking(None, BTreeSet::from(["hunter2".to_owned()]));
        excerpts.mask(&ProjectPath::new(path), line)
    }

    #[test]
    fn no_secret_is_shown_wherever_it_stands() {
        for (path, line, expected) in [
            ("s.py", "SECRET_KEY = \"abc\"", "SECRET_KEY = \"***\""),
            (
                "s.py",
                "K = env(\"SECRET_KEY\", default='abc')",
                "K = env(\"SECRET_KEY\", default='***')",
            ),
            (
                "s.py",
                "DEBUG = env(\"DEBUG\", default=True)",
                "DEBUG = env(\"DEBUG\", default=True)",
            ),
            ("s.py", "x = 'hunter2'", "x = '***'"),
            ("s.py", "x = 'hunter2hunter2'", "x = 'hunter2hunter2'"),
            (".env", "BROKEN LINE abc", "***"),
            (".env", "# a comment", "# a comment"),
            (".env", "API_TOKEN=abc def", "API_TOKEN=***"),
            (".env", "DEBUG=True", "DEBUG=True"),
            ("compose.yaml", "  POSTGRES_PASSWORD: ${PW}", "  POSTGRES_PASSWORD: ${PW}"),
            ("compose.yaml", "  POSTGRES_PASSWORD: ${PW:-abc}", "  POSTGRES_PASSWORD: ***"),
            ("users.conf", "password = $2b$12$abc", "password = ***"),
            (
                "compose.yaml",
                "  command: redis-server --requirepass abc",
                "  command: redis-server --requirepass ***",
            ),
            ("redis.conf", "requirepass abc", "requirepass ***"),
            ("Dockerfile", "ENV DB_URL=postgres://a:b@db/x", "ENV DB_URL=postgres://***@db/x"),
            ("run.sh", "curl -H 'X: AKIA0000AAAA1111BBBB2222CCCC'", "curl -H 'X: ***'"),
        ] {
            assert_eq!(shown(path, line), expected);
        }
    }

    #[test]
    fn the_marked_part_is_the_place_unless_masking_moved_it() {
        let project = Project::of_texts([("s.py", "DEBUG = True\nSECRET_KEY = 'abc'\n")]);
        let mut facts = Facts::default();
        facts.put("x.y", Fact::derived(Value::Secret(Secret::new("abc"))));
        let excerpts = Excerpts::masking(Some(&project), secrets(&facts));
        let at = |line, column, width| {
            let place = Place::in_file(&ProjectPath::new("s.py"), Position { line, column, width });
            excerpts.line(&place).unwrap()
        };
        assert_eq!(at(1, 9, 4), Excerpt { text: "DEBUG = True".to_owned(), marked: (8, 12) });
        assert_eq!(
            at(2, 14, 5),
            Excerpt { text: "SECRET_KEY = '***'".to_owned(), marked: (0, 18) }
        );
    }
}
