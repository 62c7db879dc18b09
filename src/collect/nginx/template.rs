//! Files that something other than nginx fills in: Jinja, Go and ERB tags, Python's `%(name)s`, and `envsubst`
//! variables.
//!
//! Tags are masked so that what is around them can be read. What stands between an `if` and its end is
//! not read at all: which of it production gets is decided elsewhere.

/// Stands for one byte of a word that a template fills in.
pub(super) const FILLED: char = '\u{1}';
/// The name of a directive that stands for whatever a template puts there.
pub(super) const ANYTHING: &str = "\u{2}";

/// Endings of file names that a template engine takes away.
pub(super) const ENDINGS: &[&str] =
    &[".template", ".tmpl", ".tpl", ".j2", ".jinja2", ".jinja", ".erb", ".in"];

/// Whether a word has a variable as `envsubst` fills it in: in capitals, which nginx's never are.
pub(super) fn has_environment_variable(word: &str) -> bool {
    word.split('$')
        .skip(1)
        .any(|after| after.trim_start_matches('{').starts_with(|c: char| c.is_ascii_uppercase()))
}

/// The text with tags masked, byte for byte as long as before.
pub(super) fn masked(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    if text.contains("{{") || text.contains("{%") {
        blank_comments(text, &mut out);
    }
    let uncommented = String::from_utf8(out.clone()).unwrap_or_default();
    let text = uncommented.as_str();
    let mut at = 0;
    let mut open: Vec<usize> = Vec::new();
    while let Some(tag) = Tag::next(text, at) {
        at = tag.end;
        match tag.act {
            Act::Opens => open.push(tag.start),
            Act::Closes => {
                if let Some(start) = open.pop()
                    && open.is_empty()
                {
                    if opens_blocks(&out, start, tag.end) {
                        mask(&mut out, start, text.len(), true);
                        break;
                    }
                    mask(&mut out, start, tag.end, stands_alone(text, start, tag.end));
                }
            }
            Act::Says(says) if open.is_empty() => {
                let alone = says != Says::Nothing && stands_alone(text, tag.start, tag.end);
                if says == Says::Nothing {
                    blank(&mut out, tag.start, tag.end);
                } else {
                    mask(&mut out, tag.start, tag.end, alone);
                }
            }
            Act::Says(_) => {}
        }
    }
    if let Some(start) = open.first() {
        mask(&mut out, *start, text.len(), true);
    }
    mask_lone_variables(text, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Whether what stands between an `if` and its end opens another number of blocks than it closes: then
/// nobody can say how the rest of the file is nested.
fn opens_blocks(text: &[u8], start: usize, end: usize) -> bool {
    let inside = text.get(start..end).unwrap_or_default();
    let count = |wanted: u8| memchr::memchr_iter(wanted, inside).count();
    count(b'{') != count(b'}')
}

/// `${BLOCK}` alone on a line: `envsubst` puts whole directives there.
fn mask_lone_variables(text: &str, out: &mut [u8]) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let word = line.trim();
        let is_alone = word.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        if is_alone.is_some_and(|name| name.chars().all(is_capital)) {
            let at = start + line.len() - line.trim_start().len();
            mask(out, at, at + word.len(), true);
        }
        start += line.len();
    }
}

/// Whether a variable of the environment has such a character in its name; those of nginx have none.
fn is_capital(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
}

/// `{# … #}`, over several lines too. Only templates have them: nginx's own `{` may open a block of which
/// the first line is a comment.
fn blank_comments(text: &str, out: &mut [u8]) {
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("{#")) {
        let start = from + start;
        let Some(length) = text.get(start..).and_then(|rest| rest.find("#}")) else {
            return;
        };
        from = start + length + 2;
        blank(out, start, from);
    }
}

struct Tag {
    start: usize,
    end: usize,
    act: Act,
}

enum Act {
    Opens,
    Closes,
    Says(Says),
}

#[derive(PartialEq)]
enum Says {
    Nothing,
    Something,
}

const BRACKETS: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("<%", "%>")];
const OPENERS: &[&str] = &[
    "if", "unless", "for", "range", "with", "macro", "block", "raw", "call", "filter", "while",
    "define",
];

impl Tag {
    /// The next tag at or after a byte. A tag ends on its line: `{{` in a regular expression opens none.
    fn next(text: &str, from: usize) -> Option<Self> {
        let mut at = from;
        loop {
            let rest = text.get(at..)?;
            let offset = memchr::memchr3(b'{', b'<', b'%', rest.as_bytes())?;
            let start = at + offset;
            at = start + 1;
            let here = text.get(start..)?;
            if let Some(length) = placeholder(here)
                && !text.get(..start)?.ends_with('$')
            {
                return Some(Self { start, end: start + length, act: Act::Says(Says::Something) });
            }
            let Some((open, close)) = BRACKETS.iter().find(|(open, _)| here.starts_with(open))
            else {
                continue;
            };
            let line = here.split('\n').next().unwrap_or(here);
            let Some(length) = line.find(close) else {
                continue;
            };
            let inner = line.get(open.len()..length).unwrap_or_default();
            let end = start + length + close.len();
            return Some(Self { start, end, act: act(inner, open) });
        }
    }
}

/// The length of `{NAME}` in capitals or of `%(name)s`, as programs that fill in a text write it.
fn placeholder(text: &str) -> Option<usize> {
    if let Some(rest) = text.strip_prefix("%(") {
        let name = rest.split(')').next()?;
        let closed = rest.get(name.len()..)?.starts_with(")s");
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        return (closed && !name.is_empty() && is_name).then_some(name.len() + 4);
    }
    let name = text.strip_prefix('{')?.split('}').next()?;
    let closed = text.get(name.len() + 1..)?.starts_with('}');
    (closed && name.len() > 1 && name.chars().all(is_capital)).then_some(name.len() + 2)
}

fn act(inner: &str, open: &str) -> Act {
    let inner = inner.trim_matches(|c: char| c == '-' || c == '~' || c.is_whitespace());
    let word = inner.split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let word = word.trim_start_matches('#');
    if word.starts_with('/') || (word.starts_with("end") && open != "{{") || word == "end" {
        return Act::Closes;
    }
    if OPENERS.contains(&word)
        || (open == "<%" && (inner.ends_with(" do") || inner.contains(" do |")))
    {
        return Act::Opens;
    }
    let quiet = (open == "{%" && !matches!(word, "include" | "import" | "from"))
        || (open == "<%" && !inner.starts_with('='))
        || inner.starts_with("/*");
    Act::Says(if quiet { Says::Nothing } else { Says::Something })
}

/// Whether a tag stands where a directive could: alone on its lines.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let line_before = before.rsplit('\n').next().unwrap_or_default().trim();
    let line_after = after.split('\n').next().unwrap_or_default().trim();
    (line_before.is_empty() || line_before.ends_with([';', '{', '}']))
        && (line_after.is_empty()
            || line_after.starts_with(['#', '}'])
            || BRACKETS.iter().any(|(open, _)| line_after.starts_with(open)))
}

fn mask(out: &mut [u8], start: usize, end: usize, alone: bool) {
    if alone {
        blank(out, start, end);
        for (byte, mark) in out.iter_mut().skip(start).zip(*b"\x02;") {
            *byte = mark;
        }
    } else {
        fill(out, start, end, 1);
    }
}

fn blank(out: &mut [u8], start: usize, end: usize) {
    fill(out, start, end, b' ');
}

fn fill(out: &mut [u8], start: usize, end: usize, with: u8) {
    for byte in out.iter_mut().take(end).skip(start) {
        *byte = with;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_template_fills_in_is_masked_in_place() {
        for (text, read) in [
            ("listen {{ p }};", "listen \u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1};"),
            ("a b;\n{{ x }}\nc d;", "a b;\n\u{2};     \nc d;"),
            ("{% if x %}\na b;\n{% endif %}\nc;", &format!("\u{2};{}\nc;", " ".repeat(25))),
            ("a {% if x %}b{% endif %};", &format!("a {};", "\u{1}".repeat(22))),
            ("{% set x = 1 %}\na;", "               \na;"),
            (
                "{% for a in b %}{% if c %}x;{% endif %}{% endfor %}",
                &format!("\u{2};{}", " ".repeat(49)),
            ),
            ("server_name {SERVER_NAME};", &format!("server_name {};", "\u{1}".repeat(13))),
            ("server_name ${NAME};", "server_name ${NAME};"),
            ("root /srv/%(user)s/www;", &format!("root /srv/{}/www;", "\u{1}".repeat(8))),
            ("root /a%20b;", "root /a%20b;"),
            ("a {\n  ${BLOCK}\n}", "a {\n  \u{2};      \n}"),
            ("{% if x %}a {{% else %}b {{% endif %}c; }", &format!("\u{2};{}", " ".repeat(39))),
            ("{# a {\n#}{{ b }}\n", &format!("{}\u{2};     \n", " ".repeat(9))),
            ("{{ a }}{{ b }}\nc;", "\u{2};     \u{2};     \nc;"),
            ("server {# a\n#}\n}", "server {# a\n#}\n}"),
            ("a '{\"b\": 1}';", "a '{\"b\": 1}';"),
            ("location ~ ^/a{2}/ {", "location ~ ^/a{2}/ {"),
            ("{{ range x }}\nserver a;\n{{ end }}", &format!("\u{2};{}", " ".repeat(31))),
            ("<% if x %>a;<% end %>", &format!("\u{2};{}", " ".repeat(19))),
            ("listen <%= ENV['P'] %>;", &format!("listen {};", "\u{1}".repeat(15))),
        ] {
            assert_eq!(masked(text), read, "{text}");
        }
    }

    #[test]
    fn variables_in_capitals_are_those_of_the_environment() {
        for (word, is) in [("$host", false), ("${HOST}", true), ("a.$DOMAIN", true), ("$1", false)]
        {
            assert_eq!(has_environment_variable(word), is, "{word}");
        }
    }
}
