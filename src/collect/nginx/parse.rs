//! nginx's grammar, as its own tokenizer reads it (`ngx_conf_read_token`, nginx 1.22).
//!
//! A quote opens only at the start of a word, and after it must come a blank, `;`, `{` or `)`. A bare
//! `{` ends a word unless it follows `$`. A comment begins only where a word could. Blocks of Lua are
//! skipped as Lua. What was read before an error is kept, as something there may be more of.

use winnow::LocatingSlice;
use winnow::ModalResult;
use winnow::Parser;
use winnow::combinator::{alt, delimited, peek, preceded, repeat};
use winnow::stream::Location;
use winnow::token::{any, one_of, take_till, take_while};

use super::source::Source;
use super::syntax::{Block, Directive, Word};
use super::{lua, template};
use crate::fact::{Ignorance, Place};

/// Deeper nesting is not read; the deepest that nginx's own modules allow is about ten.
const MAX_DEPTH: usize = 50;
/// More directives than this are not read.
const MAX_DIRECTIVES: usize = 50_000;

/// What a file says.
#[derive(Debug)]
pub(super) struct Parsed {
    /// Its directives; with a rest if it is broken.
    pub(super) block: Block,
    /// Where it is broken, if it is.
    pub(super) broken: Option<Broken>,
    /// Whether a template engine makes something else of it first.
    pub(super) templated: bool,
}

/// A mistake at which nginx stops reading.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    /// In nginx's own words.
    pub(super) what: String,
    /// Where.
    pub(super) place: Place,
}

/// Reads a file.
pub(super) fn parse(source: &Source<'_>) -> Parsed {
    let mut reader = Reader { source, open: Vec::new(), here: Block::default(), count: 0 };
    let broken = reader.read().err();
    let why = broken.as_ref().map(|broken| {
        Ignorance::new(format!("`{}` cannot be read on from {}", source.path, broken.place))
    });
    while let Some((mut outer, mut directive)) = reader.open.pop() {
        let mut inner = std::mem::take(&mut reader.here);
        inner.rest = inner.rest.or_else(|| why.clone());
        directive.block = Some(inner);
        add(directive, &mut outer);
        reader.here = outer;
    }
    let mut block = reader.here;
    block.rest = block.rest.or(why);
    Parsed { block, broken, templated: source.is_templated() }
}

type Input<'t> = LocatingSlice<&'t str>;

/// What nginx's tokenizer tells apart.
enum Token {
    Word { start: usize, end: usize, quoted: bool },
    Semicolon,
    Open,
    Close,
}

struct Reader<'s, 't> {
    source: &'s Source<'t>,
    /// The blocks around the current one, each with the directive that opened the next.
    open: Vec<(Block, Directive)>,
    here: Block,
    count: usize,
}

impl Reader<'_, '_> {
    fn read(&mut self) -> Result<(), Broken> {
        let source = self.source;
        let mut input = LocatingSlice::new(source.masked.as_str());
        let mut words: Vec<(usize, usize, bool)> = Vec::new();
        loop {
            let _ = blank(&mut input);
            let at = input.current_token_start();
            if input.is_empty() {
                return self.end(at, &words);
            }
            let token = token(&mut input).map_err(|_| self.unexpected(&input, at))?;
            match (token, words.is_empty()) {
                (Token::Word { start, end, quoted }, _) => words.push((start, end, quoted)),
                (Token::Semicolon, false) => {
                    let directive = self.directive(&words, at)?;
                    self.add(directive);
                    words.clear();
                }
                (Token::Open, false) => {
                    let directive = self.directive(&words, at)?;
                    words.clear();
                    if directive.name.ends_with("_by_lua_block") {
                        lua::skip(&mut input).map_err(|()| self.unclosed(at))?;
                        self.here.directives.push(directive);
                    } else {
                        self.enter(directive, at)?;
                    }
                }
                (Token::Close, true) => self.leave(at)?,
                (Token::Semicolon | Token::Open | Token::Close, _) => {
                    return Err(self.unexpected_at(at));
                }
            }
        }
    }

    fn directive(
        &mut self,
        words: &[(usize, usize, bool)],
        until: usize,
    ) -> Result<Directive, Broken> {
        let start = words.first().map_or(0, |(start, ..)| *start);
        let last = words.last().map_or(start, |(_, end, _)| *end);
        let place = self.source.place(start, last);
        let end = self.source.place(until, until + 1);
        self.count += 1;
        if self.count > MAX_DIRECTIVES {
            let what = format!("more than {MAX_DIRECTIVES} directives");
            return Err(Broken { what, place });
        }
        let mut texts = words.iter().map(|word| self.word(*word));
        let name = match texts.next() {
            Some(word) if word.templated => template::ANYTHING.to_owned(),
            Some(word) => word.text,
            None => String::new(),
        };
        Ok(Directive { name, words: texts.collect(), place, end, block: None })
    }

    fn word(&self, (start, end, quoted): (usize, usize, bool)) -> Word {
        let (start, end) = if quoted { (start + 1, end.saturating_sub(1)) } else { (start, end) };
        let read = self.source.masked.get(start..end).unwrap_or_default();
        let templated = read.contains(template::FILLED) || template::has_environment_variable(read);
        let shown =
            if read.contains(template::FILLED) { self.source.written(start, end) } else { read };
        Word { text: unescaped(shown), templated }
    }

    fn add(&mut self, directive: Directive) {
        add(directive, &mut self.here);
    }

    fn enter(&mut self, directive: Directive, at: usize) -> Result<(), Broken> {
        if self.open.len() >= MAX_DEPTH {
            let what = format!("blocks nested more than {MAX_DEPTH} deep");
            return Err(Broken { what, place: self.source.place(at, at + 1) });
        }
        self.open.push((std::mem::take(&mut self.here), directive));
        Ok(())
    }

    fn leave(&mut self, at: usize) -> Result<(), Broken> {
        let (mut outer, mut directive) = self.open.pop().ok_or_else(|| self.unexpected_at(at))?;
        directive.block = Some(std::mem::take(&mut self.here));
        add(directive, &mut outer);
        self.here = outer;
        Ok(())
    }

    fn end(&self, at: usize, words: &[(usize, usize, bool)]) -> Result<(), Broken> {
        match (words.is_empty(), self.open.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => Err(self.unclosed(at)),
            (false, _) => Err(self.broken("unexpected end of file, expecting \";\" or \"}\"", at)),
        }
    }

    fn unclosed(&self, at: usize) -> Broken {
        self.broken("unexpected end of file, expecting \"}\"", at)
    }

    /// A word that does not end as words must: by the end of the file, or by what stands after a quote.
    fn unexpected(&self, input: &Input<'_>, at: usize) -> Broken {
        let rest = self.source.masked.get(at..).unwrap_or_default();
        let closed = quoted(&mut LocatingSlice::new(rest)).map_or(0, |(_, end)| end);
        let after = at + closed;
        match self.source.masked.get(after..).and_then(|rest| rest.chars().next()) {
            Some(_) if closed > 0 => self.unexpected_at(after),
            _ => {
                let _ = input;
                let end = self.source.masked.len();
                self.broken("unexpected end of file, expecting \";\" or \"}\"", end)
            }
        }
    }

    fn unexpected_at(&self, at: usize) -> Broken {
        let found = self.source.masked.get(at..).and_then(|rest| rest.chars().next());
        self.broken(&format!("unexpected \"{}\"", found.unwrap_or(' ')), at)
    }

    fn broken(&self, what: &str, at: usize) -> Broken {
        Broken { what: what.to_owned(), place: self.source.place(at, at + 1) }
    }
}

/// What a template puts somewhere is not known to be one directive, or any.
fn add(directive: Directive, block: &mut Block) {
    if directive.name == template::ANYTHING {
        let why = format!("a template puts more at {}", directive.place);
        block.leave_open(Ignorance::new(why));
    } else {
        block.directives.push(directive);
    }
}

const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

fn blank(input: &mut Input<'_>) -> ModalResult<()> {
    let comment = ('#', take_till(0.., '\n')).void();
    repeat(0.., alt((take_while(1.., BLANK).void(), comment))).parse_next(input)
}

fn token(input: &mut Input<'_>) -> ModalResult<Token> {
    alt((
        ';'.value(()).map(|()| Token::Semicolon),
        '{'.map(|_| Token::Open),
        '}'.map(|_| Token::Close),
        quoted_word,
        bare_word,
    ))
    .parse_next(input)
}

fn quoted_word(input: &mut Input<'_>) -> ModalResult<Token> {
    let (start, end) = quoted(input)?;
    peek(alt((one_of(BLANK).void(), one_of([';', '{', ')']).void()))).parse_next(input)?;
    Ok(Token::Word { start, end, quoted: true })
}

fn quoted(input: &mut Input<'_>) -> ModalResult<(usize, usize)> {
    let start = input.current_token_start();
    let inside = |quote: char| {
        let plain = take_till(1.., move |c| c == quote || c == '\\').void();
        repeat::<_, _, (), _, _>(0.., alt((plain, ('\\', any).void())))
    };
    alt((delimited('"', inside('"'), '"'), delimited('\'', inside('\''), '\'')))
        .parse_next(input)?;
    Ok((start, input.current_token_start()))
}

/// A word without quotes at its start. It ends before a blank, `;` or `{`, and not at the file's end.
fn bare_word(input: &mut Input<'_>) -> ModalResult<Token> {
    let start = input.current_token_start();
    let escaped = || preceded('\\', any).void();
    let variable = || preceded('$', take_while(0.., '{')).void();
    let plain = |c: char| !BLANK.contains(&c) && !matches!(c, ';' | '{' | '\\' | '$');
    let first = one_of(move |c| plain(c) && !matches!(c, '}' | '"' | '\'' | '#')).void();
    let rest =
        repeat::<_, _, (), _, _>(0.., alt((escaped(), variable(), take_while(1.., plain).void())));
    (alt((escaped(), variable(), first)), rest).void().parse_next(input)?;
    let end = input.current_token_start();
    peek(alt((one_of(BLANK).void(), one_of([';', '{']).void()))).parse_next(input)?;
    Ok(Token::Word { start, end, quoted: false })
}

/// nginx takes away the backslash before quotes, backslashes and the letters of white space only.
fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let meant = match (letter, letters.peek()) {
            ('\\', Some('t')) => Some('\t'),
            ('\\', Some('r')) => Some('\r'),
            ('\\', Some('n')) => Some('\n'),
            ('\\', Some(&quote @ ('"' | '\'' | '\\'))) => Some(quote),
            _ => None,
        };
        if meant.is_some() {
            letters.next();
        }
        out.push(meant.unwrap_or(letter));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::ProjectPath;

    /// The directives as one text, blocks in braces, with what broke the reading.
    fn read(text: &str) -> String {
        fn shown(block: &Block) -> String {
            let mut parts: Vec<String> = Vec::new();
            for each in &block.directives {
                let words: Vec<String> =
                    each.words.iter().map(|word| format!("<{}>", word.text)).collect();
                let inner = each.block.as_ref().map(|inner| format!("{{{}}}", shown(inner)));
                parts.push(format!("{}{}{}", each.name, words.concat(), inner.unwrap_or_default()));
            }
            parts.extend(block.rest.is_some().then(|| "…".to_owned()));
            parts.join(" ")
        }
        let parsed = parse(&Source::new(&ProjectPath::new("n"), text));
        let broken = parsed.broken.map(|broken| format!(" ! {} {}", broken.what, broken.place));
        format!("{}{}", shown(&parsed.block), broken.unwrap_or_default())
    }

    #[test]
    fn words_are_those_of_nginx() {
        for (text, words) in [
            ("a b  c;", "a<b><c>"),
            ("a 'b c' \"d;e\";", "a<b c><d;e>"),
            ("a b'c d\"e;", "a<b'c><d\"e>"),
            ("a \"b\\\"c\" d\\.e 'f\\tg';", "a<b\"c><d\\.e><f\tg>"),
            ("a ${b}c $d;", "a<${b}c><$d>"),
            ("a b#c; # d\n e;", "a<b#c> e"),
            ("if ($a ~ \"b\") { c; }", "if<($a><~><b><)>{c}"),
            ("a\r\n{\r\n b;\r\n}\r\n", "a{b}"),
            ("content_by_lua_block { x = '}' } a;", "content_by_lua_block a"),
            ("a é;", "a<é>"),
            ("", ""),
        ] {
            assert_eq!(read(text), words, "{text}");
        }
    }

    #[test]
    fn a_break_is_told_as_nginx_tells_it() {
        for (text, told) in [
            ("a;\n}", "a … ! unexpected \"}\" n:2"),
            ("a { b;", "a{b …} … ! unexpected end of file, expecting \"}\" n:1"),
            ("a b", "… ! unexpected end of file, expecting \";\" or \"}\" n:1"),
            ("a 'b'c;", "… ! unexpected \"c\" n:1"),
            ("a;\n;", "a … ! unexpected \";\" n:2"),
            ("a { b }", "a{…} … ! unexpected \"}\" n:1"),
            ("a '", "… ! unexpected end of file, expecting \";\" or \"}\" n:1"),
        ] {
            assert_eq!(read(text), told, "{text}");
        }
    }

    #[test]
    fn what_a_template_puts_somewhere_leaves_its_block_open() {
        for (text, read_as) in [
            ("a { {{ b }}\n c; }", "a{c …}"),
            ("{{ a }} b { c; }", "…"),
            ("${A} b;", "…"),
            ("a {{ b }};", "a<{{ b }}>"),
        ] {
            assert_eq!(read(text), read_as, "{text}");
        }
    }

    #[test]
    fn a_place_counts_characters_and_covers_the_words() {
        let source = Source::new(&ProjectPath::new("n"), "é;\n  é b  c;\n");
        let Place::File { at: Some(at), .. } = parse(&source).block.directives[1].place.clone()
        else {
            panic!("a place in the file")
        };
        assert_eq!((at.line, at.column, at.width), (2, 3, 6));
    }
}
