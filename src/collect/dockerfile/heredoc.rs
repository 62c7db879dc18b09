//! Here-documents of `RUN`, `COPY` and `ADD`, taken out before the instructions are read: wherever they stand
//! in a line, and however many.
//!
//! (Dockerfile reference, "Here-Documents", and BuildKit's `parser.go`, read 2026-11-30: a word that begins
//! with `<<` names one, `-` takes the tabs from its lines, and a word inside quotes is none.)

use std::borrow::Cow;

use crate::grammar::shell_words::is_shell;

/// What stands for a document among the sources of `COPY`: no path has it.
pub(super) const SOURCE: char = '\u{1a}';

/// A document that a shell runs.
pub(super) struct Script<'t> {
    /// Where its `RUN` begins.
    pub(super) instruction: usize,
    pub(super) lines: &'t str,
}

/// A Dockerfile without its documents.
pub(super) struct Without<'t> {
    /// As long as the whole; what is taken out is blank.
    pub(super) text: Cow<'t, str>,
    /// In their order; those that no shell runs are left out.
    pub(super) scripts: Vec<Script<'t>>,
}

/// A word that names a document.
struct Mark {
    start: usize,
    end: usize,
    delimiter: String,
    strips_tabs: bool,
}

/// Takes the documents out.
pub(super) fn taken_out(text: &str) -> Without<'_> {
    if !text.contains("<<") {
        return Without { text: Cow::Borrowed(text), scripts: Vec::new() };
    }
    let escape = escape(text);
    let mut bytes = text.as_bytes().to_vec();
    let mut scripts = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = instruction_end(text, at, escape);
        let instruction = text.get(at..end).unwrap_or_default();
        let Some((keyword, start)) = keyword(instruction, at) else {
            at = end;
            continue;
        };
        let marks = marks(text, start + keyword.len(), end);
        let is_run = keyword.eq_ignore_ascii_case("run");
        let runs = is_run && is_script(text, start + keyword.len(), end, &marks);
        at = end;
        for mark in &marks {
            let (lines_end, after) = document_end(text, at, mark);
            if let (true, Some(lines)) = (runs, text.get(at..lines_end)) {
                scripts.push(Script { instruction: start, lines });
            }
            blank(&mut bytes, at, after, b' ');
            blank(&mut bytes, mark.start, mark.end, if is_run { b' ' } else { SOURCE as u8 });
            at = after;
        }
        // An instruction without a word is refused.
        if let (true, Some(first)) =
            (runs, marks.first().and_then(|mark| bytes.get_mut(mark.start)))
        {
            *first = b':';
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => Without { text: Cow::Owned(text), scripts },
        Err(_) => Without { text: Cow::Borrowed(text), scripts: Vec::new() },
    }
}

/// The character that continues a line, which a directive at the top may change.
fn escape(text: &str) -> char {
    let directives = text.lines().map_while(|line| line.trim().strip_prefix('#'));
    let asked = directives.filter_map(|line| line.split_once('=')).find_map(|(name, value)| {
        (name.trim().eq_ignore_ascii_case("escape")).then(|| value.trim().chars().next())
    });
    asked.flatten().unwrap_or('\\')
}

/// Where the instruction that begins at an offset ends, the lines that continue it included.
fn instruction_end(text: &str, start: usize, escape: char) -> usize {
    let mut at = start;
    let mut continues = false;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        at += line.len();
        let line = line.trim();
        // Between the lines of an instruction, comments and empty lines are left out.
        if continues && (line.is_empty() || line.starts_with('#')) {
            continue;
        }
        continues = line.ends_with(escape) && !line.starts_with('#');
        if !continues {
            break;
        }
    }
    at
}

/// The word of an instruction that may have documents, and where it stands.
fn keyword(instruction: &str, start: usize) -> Option<(&str, usize)> {
    let mut rest = instruction;
    loop {
        rest = rest.trim_start();
        let word = rest.split(char::is_whitespace).next()?;
        if ["run", "copy", "add"].iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return Some((word, start + instruction.len() - rest.len()));
        }
        if !word.eq_ignore_ascii_case("onbuild") {
            return None;
        }
        rest = rest.get(word.len()..)?;
    }
}

/// The words between two offsets that name documents.
fn marks(text: &str, from: usize, to: usize) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut quote = None;
    let mut word_start = None;
    let part = text.get(from..to).unwrap_or_default();
    let ends = part.char_indices().chain([(part.len(), ' ')]);
    for (index, c) in ends {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            (c, None) if c.is_whitespace() => {
                let start: Option<usize> = word_start.take();
                let word = start.and_then(|start| part.get(start..index));
                let mark = word.and_then(|word| Mark::of(word, from + start.unwrap_or(0)));
                found.extend(mark);
            }
            ('"' | '\'', None) => {
                quote = Some(c);
                word_start = word_start.or(Some(index));
            }
            _ => word_start = word_start.or(Some(index)),
        }
    }
    found
}

impl Mark {
    /// `<<EOF`, `<<-EOF`, `3<<"EOF"`.
    fn of(word: &str, start: usize) -> Option<Self> {
        let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
        let (strips_tabs, name) = match rest.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, rest),
        };
        let delimiter: String = name.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
        let is_name = !delimiter.is_empty() && !delimiter.contains('<');
        is_name.then(|| Self { start, end: start + word.len(), delimiter, strips_tabs })
    }
}

/// Whether the documents of a `RUN` are what its shell runs: nothing else stands in it but options and perhaps a
/// shell.
fn is_script(text: &str, from: usize, to: usize, marks: &[Mark]) -> bool {
    let mut others = String::new();
    let mut at = from;
    for mark in marks {
        others.push_str(text.get(at..mark.start).unwrap_or_default());
        at = mark.end;
    }
    others.push_str(text.get(at..to).unwrap_or_default());
    let mut words = others.split_whitespace().filter(|word| !word.starts_with('-'));
    !marks.is_empty() && words.next().is_none_or(is_shell) && words.next().is_none()
}

/// Where the lines of a document end, and where the line after its last one begins.
fn document_end(text: &str, start: usize, mark: &Mark) -> (usize, usize) {
    let mut at = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let word = line.trim_end_matches(['\n', '\r']);
        let word = if mark.strips_tabs { word.trim_start_matches('\t') } else { word };
        if word == mark.delimiter {
            return (at, at + line.len());
        }
        at += line.len();
    }
    (at, at)
}

fn blank(bytes: &mut [u8], from: usize, to: usize, with: u8) {
    for byte in bytes.get_mut(from..to).unwrap_or_default() {
        if *byte != b'\n' {
            *byte = with;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_blank_and_scripts_are_told() {
        for (text, told, scripts) in [
            ("RUN <<EOF\na\nEOF\nUSER b\n", "RUN :|USER b", "a"),
            ("RUN <<-\"E F\" bash\n\ta\n\tE F\nUSER b\n", "RUN : bash|USER b", "\ta"),
            ("RUN --network=none <<E\na\nE\n", "RUN --network=none :", "a"),
            (
                "run cat <<A >/a && cat <<B\nx\nA\nUSER y\nB\nUSER b\n",
                "run cat >/a && cat|USER b",
                "",
            ),
            ("COPY <<a <<b /c/\nx\na\ny\nb\nUSER b\n", "COPY ^^^ ^^^ /c/|USER b", ""),
            ("RUN echo '<<E'\nUSER b\n", "RUN echo '<<E'|USER b", ""),
            ("RUN cat<<E\nUSER b\n", "RUN cat<<E|USER b", ""),
            ("RUN cat <<<E\nUSER b\n", "RUN cat <<<E|USER b", ""),
            ("RUN a \\\n # c\n <<E\nx\nE\nUSER b", "RUN a \\|# c|USER b", ""),
            ("ONBUILD RUN <<E\nx\nE\nUSER b", "ONBUILD RUN :|USER b", "x"),
            ("# escape=`\nRUN a `\n <<E\nx\nE\n", "# escape=`|RUN a `", ""),
            ("ENV A=<<E\nUSER b", "ENV A=<<E|USER b", ""),
            ("RUN <<E\nä\n", "RUN :", "ä"),
        ] {
            let found = taken_out(text);
            assert_eq!(found.text.len(), text.len(), "{text}");
            let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
            let lines = found.text.replace(SOURCE, "^");
            let lines: Vec<String> =
                lines.lines().map(words).filter(|line| !line.is_empty()).collect();
            assert_eq!(lines.join("|"), told, "{text}");
            let lines: Vec<&str> = found.scripts.iter().map(|it| it.lines.trim_end()).collect();
            assert_eq!(lines.join("|"), scripts, "{text}");
        }
    }
}
