//! Characters to words: quotes, variables and operators of the shell.

use super::{MAX_DEPTH, Part, Word};

/// Reads characters and gives words.
pub(super) struct Scanner<'t> {
    rest: std::iter::Peekable<std::str::Chars<'t>>,
    chains: Vec<Vec<Word>>,
    words: Vec<Word>,
    word: Option<Word>,
    /// The next word is the target of a redirection, no argument.
    redirected: bool,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            rest: text.chars().peekable(),
            chains: Vec::new(),
            words: Vec::new(),
            word: None,
            redirected: false,
        }
    }

    /// The words of each simple command.
    pub(super) fn chains(mut self) -> Vec<Vec<Word>> {
        while let Some(c) = self.rest.next() {
            match c {
                '\n' | ';' | '&' | '|' | '(' | ')' => self.end_command(),
                '#' if self.word.is_none() => while self.rest.next_if(|c| *c != '\n').is_some() {},
                '<' | '>' => self.redirect(),
                _ if c.is_whitespace() => self.end_word(),
                '\'' => self.single_quoted(),
                '"' => self.double_quoted(),
                '\\' => self.escaped(),
                '`' => self.output('`'),
                '$' => self.dollar(0),
                _ => self.word().push(c),
            }
        }
        self.end_command();
        self.chains
    }

    fn word(&mut self) -> &mut Word {
        self.word.get_or_insert_default()
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take()
            && !std::mem::take(&mut self.redirected)
        {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirected = false;
        if !self.words.is_empty() {
            self.chains.push(std::mem::take(&mut self.words));
        }
    }

    /// `2>&1`, `> file`, `< file`: neither the number before nor the target after is an argument.
    fn redirect(&mut self) {
        let is_number = |word: &Word| word.start().chars().all(|c| c.is_ascii_digit());
        if self.word.as_ref().is_some_and(is_number) {
            self.word = None;
        }
        self.end_word();
        while self.rest.next_if(|c| matches!(c, '<' | '>' | '&')).is_some() {}
        self.redirected = true;
    }

    fn single_quoted(&mut self) {
        self.word();
        while let Some(c) = self.rest.next().filter(|c| *c != '\'') {
            self.word().push(c);
        }
    }

    fn double_quoted(&mut self) {
        self.word();
        while let Some(c) = self.rest.next() {
            match c {
                '"' => return,
                '$' => self.dollar(0),
                '`' => self.output('`'),
                '\\' => match self.rest.next_if(|c| matches!(c, '"' | '\\' | '$' | '`' | '\n')) {
                    Some('\n') => {}
                    Some(c) => self.word().push(c),
                    None => self.word().push('\\'),
                },
                _ => self.word().push(c),
            }
        }
    }

    /// A backslash joins lines and takes the meaning from any other character.
    fn escaped(&mut self) {
        match self.rest.next() {
            Some('\n') | None => {}
            Some('\r') => {
                self.rest.next_if_eq(&'\n');
            }
            Some(c) => self.word().push(c),
        }
    }

    fn dollar(&mut self, depth: usize) {
        match self.rest.peek() {
            Some('(') => {
                self.rest.next();
                self.output(')');
            }
            Some('{') => {
                self.rest.next();
                let inside = self.inside_braces();
                let part = braced(&inside, depth);
                self.word().parts.push(part);
            }
            Some(c) if c.is_ascii_alphabetic() || *c == '_' => {
                let mut name = String::new();
                while let Some(c) = self.rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    name.push(c);
                }
                self.word().parts.push(Part::Variable { name, default: None });
            }
            Some(c) if c.is_ascii_digit() || matches!(c, '@' | '*' | '#' | '?' | '!') => {
                let name = c.to_string();
                self.rest.next();
                self.word().parts.push(Part::Variable { name, default: None });
            }
            _ => self.word().push('$'),
        }
    }

    /// Reads over the text of another command, to its end. What it prints is unknown, unless it looks a
    /// program up: `$(command -v gunicorn)` stands for that program.
    fn output(&mut self, end: char) {
        let (mut depth, mut inside) = (0_u32, String::new());
        for c in self.rest.by_ref() {
            match c {
                '(' if end == ')' => depth += 1,
                _ if c == end && depth == 0 => break,
                ')' if end == ')' => depth -= 1,
                _ => {}
            }
            inside.push(c);
        }
        let part = looked_up(&inside).map_or(Part::Output, |name| Part::Text(name.to_owned()));
        self.word().parts.push(part);
    }

    fn inside_braces(&mut self) -> String {
        let (mut depth, mut inside) = (0_u32, String::new());
        for c in self.rest.by_ref() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                _ => {}
            }
            inside.push(c);
        }
        inside
    }
}

/// The program that a command looks up.
fn looked_up(command: &str) -> Option<&str> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let (["command", "-v", name] | ["type", "-p", name] | ["which", name]) = words.as_slice()
    else {
        return None;
    };
    name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)).then_some(name)
}

/// What stands between the braces of `${NAME:-default}`.
fn braced(inside: &str, depth: usize) -> Part {
    let end = inside
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '@'))
        .unwrap_or(inside.len());
    let (name, operator) = inside.split_at(end);
    let operator = operator.strip_prefix(':').unwrap_or(operator);
    let name = name.to_owned();
    match operator.strip_prefix(['-', '=']) {
        _ if name.is_empty() || depth >= MAX_DEPTH => Part::Output,
        Some(default) => Part::Variable { name, default: Some(default_word(default, depth + 1)) },
        None if operator.is_empty() || operator.starts_with('?') => {
            Part::Variable { name, default: None }
        }
        None => Part::Output,
    }
}

/// A default is one word, whatever blanks are in it.
fn default_word(text: &str, depth: usize) -> Word {
    let mut scanner = Scanner::new(text);
    scanner.word();
    while let Some(c) = scanner.rest.next() {
        match c {
            '"' | '\'' => {}
            '$' => scanner.dollar(depth),
            _ => scanner.word().push(c),
        }
    }
    scanner.word.unwrap_or_default()
}
