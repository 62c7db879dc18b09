//! The words of a Python file, as far as a list of routes needs them: names, texts and signs, in logical
//! lines. It is a scan and no parser: it never fails, and takes one pass over whatever it is given.

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) kind: Kind,
    /// The line it begins on, counted from 1.
    pub(super) line: u32,
    /// How many brackets are open around it.
    pub(super) depth: usize,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword or a number.
    Name(String),
    /// A text, without its quotes. Of a formatted text, with its braces.
    Text(String),
    /// Any other character.
    Sign(char),
}

/// One statement, over as many lines as its brackets are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    /// How far it is indented, in characters.
    pub(super) indent: usize,
    pub(super) words: Vec<Word>,
}

impl Word {
    pub(super) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }
}

/// The statements of a file in their order.
pub(super) fn statements(source: &str) -> Vec<Statement> {
    let mut scan = Scan { rest: source, line: 1, depth: 0, indent: Some(0) };
    let mut statements = Vec::new();
    let mut current = Statement::default();
    while let Some(c) = scan.peek() {
        match c {
            '\n' => {
                scan.take();
                scan.line += 1;
                if scan.depth == 0 {
                    scan.indent = Some(0);
                    finish(&mut statements, &mut current);
                }
            }
            '\\' => {
                scan.take();
                if scan.peek() == Some('\n') {
                    scan.take();
                    scan.line += 1;
                }
            }
            '#' => scan.skip_while(|c| c != '\n'),
            ';' if scan.depth == 0 => {
                scan.take();
                let indent = current.indent;
                finish(&mut statements, &mut current);
                current.indent = indent;
            }
            c if c.is_whitespace() => {
                scan.take();
                scan.indent = scan.indent.map(|indent| indent + 1);
            }
            _ => {
                if let Some(indent) = scan.indent.take() {
                    current.indent = indent;
                }
                current.words.push(scan.word(c));
            }
        }
    }
    finish(&mut statements, &mut current);
    statements
}

fn finish(statements: &mut Vec<Statement>, current: &mut Statement) {
    let finished = std::mem::take(current);
    if !finished.words.is_empty() {
        statements.push(finished);
    }
}

struct Scan<'t> {
    rest: &'t str,
    line: u32,
    depth: usize,
    /// How far the line is indented up to here; none once its first word was met.
    indent: Option<usize>,
}

impl Scan<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
        Some(c)
    }

    fn skip_while(&mut self, holds: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(holds);
    }

    fn word(&mut self, first: char) -> Word {
        let line = self.line;
        let kind = if first == '"' || first == '\'' {
            Kind::Text(self.text(first, false))
        } else if first.is_alphanumeric() || first == '_' {
            self.name_or_text()
        } else {
            self.take();
            match first {
                '(' | '[' | '{' => self.depth += 1,
                ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            Kind::Sign(first)
        };
        Word { kind, line, depth: self.depth }
    }

    /// A name; or a text, if the name is a prefix such as `r` or `f` with a quote behind it.
    fn name_or_text(&mut self) -> Kind {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        match rest.chars().next() {
            Some(quote @ ('"' | '\''))
                if name.len() <= 2 && name.chars().all(|c| "rRbBfFuU".contains(c)) =>
            {
                Kind::Text(self.text(quote, name.contains(['r', 'R'])))
            }
            _ => Kind::Name(name.to_owned()),
        }
    }

    /// A text from its opening quote on. One that is never closed ends with its line, or with the file
    /// if it was opened by three quotes.
    fn text(&mut self, quote: char, raw: bool) -> String {
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let closing = if self.rest.starts_with(&triple) { triple } else { quote.to_string() };
        self.rest = self.rest.get(closing.len()..).unwrap_or_default();
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if self.rest.starts_with(&closing) {
                self.rest = self.rest.get(closing.len()..).unwrap_or_default();
                break;
            }
            if c == '\n' && closing.len() == 1 {
                break;
            }
            self.take();
            if c == '\n' {
                self.line += 1;
            }
            if c == '\\' {
                let escaped = self.take();
                if escaped == Some('\n') {
                    self.line += 1;
                }
                if raw {
                    text.push('\\');
                }
                text.extend(escaped);
            } else {
                text.push(c);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> String {
        let statements = statements(source);
        let shown = statements.iter().map(|statement| {
            let words: Vec<String> = statement
                .words
                .iter()
                .map(|word| match &word.kind {
                    Kind::Name(name) => name.clone(),
                    Kind::Text(text) => format!("'{text}'"),
                    Kind::Sign(sign) => sign.to_string(),
                })
                .collect();
            format!("{}:{}", statement.indent, words.join(" "))
        });
        shown.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn statements_end_with_their_line_unless_a_bracket_is_open() {
        for (source, expected) in [
            ("a = [\n  1,  # one\n]\nb", "0:a = [ 1 , ]|0:b"),
            ("if x:\n    y()\nz", "0:if x :|4:y ( )|0:z"),
            ("a; b", "0:a|0:b"),
            ("a \\\n  b", "0:a b"),
            ("r'^a\\.b$' \"it's\" f'{x}/'", "0:'^a\\.b$' 'it's' '{x}/'"),
            ("'''a\n\"b'''\nc", "0:'a\n\"b'|0:c"),
            ("'never closed\nb", "0:'never closed'|0:b"),
            ("'''never closed", "0:'never closed'"),
            ("'a\\'b' rb", "0:'a'b' rb"),
            (")", "0:)"),
            ("", ""),
        ] {
            assert_eq!(shown(source), expected, "{source}");
        }
    }

    #[test]
    fn words_know_their_lines() {
        let statements = statements("'''a\nb'''\n(\nc\n)");
        let lines: Vec<u32> =
            statements.iter().flat_map(|each| &each.words).map(|word| word.line).collect();
        assert_eq!(lines, [1, 3, 4, 5]);
    }
}
