//! SQL as words: statements of words, names and texts, without comments. What they mean is not known here.
//!
//! Reads what PostgreSQL's and MySQL's clients read alike: `--`, `#` at the start of a line, `/* … */`, texts
//! in `'…'` and `$tag$…$tag$`, names in `"…"` and backquotes.

/// One word of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The text, without quotes.
    pub text: String,
    /// How it is written.
    pub kind: WordKind,
    /// The line where it begins, counted from 1.
    pub line: u32,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// A keyword, a name or a number.
    Bare,
    /// A name in quotes.
    Name,
    /// A text.
    Text,
    /// Anything else, one character.
    Sign,
}

impl Word {
    /// Whether it is this keyword.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == WordKind::Bare && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this sign.
    pub fn is_sign(&self, sign: &str) -> bool {
        self.kind == WordKind::Sign && self.text == sign
    }
}

/// The statements of a text, empty ones left out.
pub fn statements(text: &str) -> Vec<Vec<Word>> {
    let mut scanner = Scanner { rest: text, line: 1 };
    let mut all = vec![Vec::new()];
    while let Some(word) = scanner.next() {
        if word.is_sign(";") {
            all.push(Vec::new());
        } else if let Some(statement) = all.last_mut() {
            statement.push(word);
        }
    }
    all.retain(|statement| !statement.is_empty());
    all
}

struct Scanner<'t> {
    rest: &'t str,
    line: u32,
}

impl<'t> Scanner<'t> {
    fn next(&mut self) -> Option<Word> {
        self.skip();
        let first = self.rest.chars().next()?;
        let line = self.line;
        let (kind, text) = match first {
            '\'' => (WordKind::Text, self.quoted('\'')),
            '"' => (WordKind::Name, self.quoted('"')),
            '`' => (WordKind::Name, self.quoted('`')),
            '$' => match self.dollar_quoted() {
                Some(text) => (WordKind::Text, text),
                None => (WordKind::Sign, self.take(1).to_owned()),
            },
            c if is_bare(c) => {
                let end = self.rest.find(|c| !is_bare(c)).unwrap_or(self.rest.len());
                (WordKind::Bare, self.take(end).to_owned())
            }
            c => (WordKind::Sign, self.take(c.len_utf8()).to_owned()),
        };
        Some(Word { text, kind, line })
    }

    fn take(&mut self, end: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.line += u32::try_from(taken.matches('\n').count()).unwrap_or(0);
        self.rest = rest;
        taken
    }

    /// Blanks and comments.
    fn skip(&mut self) {
        loop {
            let blanks = self.rest.len() - self.rest.trim_start().len();
            let starts_line = self.rest.get(..blanks).is_some_and(|it| it.contains('\n'));
            self.take(blanks);
            let end = if self.rest.starts_with("--") || (starts_line && self.rest.starts_with('#'))
            {
                self.rest.find('\n').unwrap_or(self.rest.len())
            } else if self.rest.starts_with("/*") {
                self.rest.find("*/").map_or(self.rest.len(), |end| end + 2)
            } else {
                return;
            };
            self.take(end);
        }
    }

    /// What stands between quotes; twice the quote is the quote itself.
    fn quoted(&mut self, quote: char) -> String {
        self.take(1);
        let mut text = String::new();
        loop {
            let end = self.rest.find(quote).unwrap_or(self.rest.len());
            text.push_str(self.take(end));
            self.take(1);
            if !self.rest.starts_with(quote) {
                return text;
            }
            self.take(1);
            text.push(quote);
        }
    }

    fn dollar_quoted(&mut self) -> Option<String> {
        let tag_end = self.rest.get(1..)?.find(|c| !is_bare(c))? + 1;
        let tag = self.rest.get(..=tag_end).filter(|tag| tag.ends_with('$') && tag.len() > 1)?;
        let body = self.rest.get(tag.len()..)?.find(tag)?;
        self.take(tag.len());
        let text = self.take(body).to_owned();
        self.take(tag.len());
        Some(text)
    }
}

fn is_bare(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let word = |word: &Word| {
            let (open, close) = match word.kind {
                WordKind::Bare | WordKind::Sign => ("", ""),
                WordKind::Name => ("<", ">"),
                WordKind::Text => ("[", "]"),
            };
            format!("{}{open}{}{close}", word.line, word.text)
        };
        let statement = |words: &Vec<Word>| words.iter().map(word).collect::<Vec<_>>().join(" ");
        statements(text).iter().map(statement).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn statements_are_words_with_their_lines() {
        for (text, words) in [
            ("CREATE ROLE a;\n-- no; no\nb /* c; */ d", "1CREATE 1ROLE 1a | 3b 3d"),
            ("x 'it''s; y' \"a b\" `c`", "1x 1[it's; y] 1<a b> 1<c>"),
            ("DO $$ a; b $$; c", "1DO 1[ a; b ] | 1c"),
            ("DO $f$ a $$ b $f$", "1DO 1[ a $$ b ]"),
            ("\n# no\na#b", "3a 3# 3b"),
            ("GRANT ALL ON *.* TO u@'%'", "1GRANT 1ALL 1ON 1* 1. 1* 1TO 1u 1@ 1[%]"),
            ("'open", "1[open]"),
            ("$1 :'pw' ${X}", "1$ 11 1: 1[pw] 1$ 1{ 1X 1}"),
            (";;", ""),
        ] {
            assert_eq!(told(text), words, "{text}");
        }
    }
}
