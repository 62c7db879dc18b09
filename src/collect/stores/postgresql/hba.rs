//! `pg_hba.conf` as the server reads it: one rule a line, each with who it is for and what it asks.
//!
//! (PostgreSQL 15, `src/backend/libpq/hba.c`, and PostgreSQL 18, "The `pg_hba.conf` File", read 2026-11-30.
//! `include` and its kin came with 16.)

use super::method::fits;
use super::reach::{Address, Network, numeric};
use crate::fact::{Place, Position, ProjectPath};

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Hba {
    pub(super) lines: Vec<Line>,
}

/// A line that is not empty, and its place.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) place: Place,
    pub(super) said: Said,
}

/// What a line says.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// Whom the server lets in, and how.
    Rule(Rule),
    /// Rules stand in another file.
    Include(String),
    /// Nothing: the server refuses the line, and with it the file.
    Refused(&'static str),
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    pub(super) kind: Transport,
    pub(super) databases: Vec<Name>,
    pub(super) users: Vec<Name>,
    /// Nothing for sockets.
    pub(super) address: Option<Address>,
    pub(super) method: String,
    /// Names with values.
    pub(super) options: Vec<(String, String)>,
}

/// The connections that the first word of a rule covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Local,
    Host,
    HostSsl,
    HostNoSsl,
    HostGss,
    HostNoGss,
}

impl Transport {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Host => "host",
            Self::HostSsl => "hostssl",
            Self::HostNoSsl => "hostnossl",
            Self::HostGss => "hostgssenc",
            Self::HostNoGss => "hostnogssenc",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        let all = [
            Self::Local,
            Self::Host,
            Self::HostSsl,
            Self::HostNoSsl,
            Self::HostGss,
            Self::HostNoGss,
        ];
        all.into_iter().find(|transport| transport.word() == word)
    }
}

/// The name of a database or user; without quotes it may be a keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) quoted: bool,
}

impl Name {
    /// Whether it is this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        !self.quoted && self.text == keyword
    }
}

/// The rules of a file.
pub(super) fn read(path: &ProjectPath, text: &str) -> Hba {
    let mut hba = Hba::default();
    for (line, number) in joined(text) {
        let mut fields = fields(&line).into_iter();
        let Some(first) = fields.next() else {
            continue;
        };
        let width = u32::try_from(line.trim_end().chars().count()).unwrap_or(0);
        let place = Place::in_file(path, Position { width, ..Position::line(number) });
        let said = said(&first, &mut fields).unwrap_or_else(Said::Refused);
        hba.lines.push(Line { place, said });
    }
    hba
}

/// The lines with those joined that end in a backslash, each with the number of its first.
fn joined(text: &str) -> Vec<(String, u32)> {
    let mut lines: Vec<(String, u32)> = Vec::new();
    let mut open = false;
    for (line, number) in text.lines().zip(1_u32..) {
        let (part, goes_on) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        match lines.last_mut().filter(|_| open) {
            Some((whole, _)) => whole.push_str(part),
            None => lines.push((part.to_owned(), number)),
        }
        open = goes_on;
    }
    lines
}

/// The fields of a line: each a list of names with commas between them.
fn fields(line: &str) -> Vec<Vec<Name>> {
    let mut fields: Vec<Vec<Name>> = Vec::new();
    let mut goes_on = false;
    let mut rest = line;
    while let Some((name, comma, after)) = token(rest) {
        match fields.last_mut().filter(|_| goes_on) {
            Some(field) => field.push(name),
            None => fields.push(vec![name]),
        }
        goes_on = comma;
        rest = after;
    }
    fields
}

/// The next name, whether a comma follows it, and the rest of the line.
fn token(line: &str) -> Option<(Name, bool, &str)> {
    let start = line.trim_start_matches([' ', '\t', '\r', ',']);
    let (mut text, mut in_quotes, mut was_quote, mut saw_quote) =
        (String::new(), false, false, false);
    let quoted = start.starts_with('"');
    let mut rest = start.chars();
    let mut comma = false;
    loop {
        let before = rest.as_str();
        let Some(c) = rest.next() else {
            break;
        };
        match c {
            ' ' | '\t' | '\r' if !in_quotes => {
                rest = before.chars();
                break;
            }
            '#' if !in_quotes => {
                rest = "".chars();
                break;
            }
            ',' if !in_quotes => {
                comma = true;
                break;
            }
            '"' => {
                if was_quote {
                    text.push('"');
                }
                was_quote = in_quotes && !was_quote;
                in_quotes = !in_quotes;
                saw_quote = true;
            }
            c => {
                text.push(c);
                was_quote = false;
            }
        }
    }
    (saw_quote || !text.is_empty()).then_some((Name { text, quoted }, comma, rest.as_str()))
}

type Fields = std::vec::IntoIter<Vec<Name>>;

fn said(first: &[Name], rest: &mut Fields) -> Result<Said, &'static str> {
    let word = single(first, "several words stand for the kind of connection")?;
    if matches!(word, "include" | "include_if_exists" | "include_dir") {
        let file = rest.next().ok_or("no file to include is named")?;
        return Ok(Said::Include(single(&file, "several files are named")?.to_owned()));
    }
    let kind = Transport::of_word(word).ok_or("it begins with no kind of connection")?;
    let databases = rest.next().ok_or("no database is named")?;
    let users = rest.next().ok_or("no user is named")?;
    let address = match kind {
        Transport::Local => None,
        _ => Some(address(rest)?),
    };
    let method = rest.next().ok_or("no method is named")?;
    // Over a socket `ident` asks the kernel, which is what `peer` does.
    let method = match single(&method, "several methods are named")? {
        "ident" if kind == Transport::Local => "peer".to_owned(),
        method => method.to_owned(),
    };
    let mut options = Vec::new();
    for option in rest.flatten() {
        let (name, value) = option.text.split_once('=').ok_or("an option has no value")?;
        options.push((name.to_owned(), value.to_owned()));
    }
    let rule = Rule { kind, databases, users, address, method, options };
    fits(&rule).map(|()| Said::Rule(rule))
}

fn single<'n>(field: &'n [Name], otherwise: &'static str) -> Result<&'n str, &'static str> {
    match field {
        [one] => Ok(&one.text),
        _ => Err(otherwise),
    }
}

fn address(rest: &mut Fields) -> Result<Address, &'static str> {
    let field = rest.next().ok_or("no address is named")?;
    let text = single(&field, "several addresses are named")?;
    let keyword = |word: &str| field.iter().all(|name| name.is(word));
    if keyword("all") {
        return Ok(Address::All);
    }
    if keyword("samehost") {
        return Ok(Address::SameHost);
    }
    if keyword("samenet") {
        return Ok(Address::SameNet);
    }
    let (host, length) = match text.split_once('/') {
        Some((host, length)) => (host, Some(length)),
        None => (text, None),
    };
    match (numeric(host), length) {
        (Some(ip), Some(length)) => {
            let length = length.parse().ok().filter(|length| *length <= Network::longest(ip));
            let length = length.ok_or("the length of the network is none")?;
            Ok(Address::Network(Network::new(ip, length)))
        }
        (Some(ip), None) => {
            let field = rest.next().ok_or("the mask of the network is missing")?;
            let mask = single(&field, "several masks are named")?;
            let mask = numeric(mask).ok_or("the mask of the network is none")?;
            Network::masked(ip, mask).map(Address::Network)
        }
        (None, Some(_)) => Err("a name cannot have the length of a network"),
        (None, None) => Ok(Address::Name(host.to_ascii_lowercase())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> String {
        let hba = read(&ProjectPath::new("pg_hba.conf"), line);
        let shown = |line: &Line| match &line.said {
            Said::Rule(rule) => {
                let names = |names: &[Name]| {
                    let texts: Vec<&str> = names.iter().map(|name| &*name.text).collect();
                    texts.join("+")
                };
                let address = rule.address.as_ref().map_or("-".to_owned(), ToString::to_string);
                format!(
                    "{} {} {address} {}",
                    names(&rule.databases),
                    names(&rule.users),
                    rule.method
                )
            }
            Said::Include(file) => format!("include {file}"),
            Said::Refused(why) => format!("refused: {why}"),
        };
        hba.lines.iter().map(shown).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn lines_are_rules_as_the_server_has_them() {
        for (line, rule) in [
            ("", ""),
            ("# host all all all trust", ""),
            ("local all postgres peer", "all postgres - peer"),
            ("host a,b\tc,d 10.0.0.0/8 md5 # x", "a+b c+d 10.0.0.0/8 md5"),
            ("host a c , d 10.0.0.0/8", "refused: the method is none of PostgreSQL's"),
            ("host a, b c 10.0.0.0/8 md5", "a+b c 10.0.0.0/8 md5"),
            ("host all all 10.0.0.0 255.0.0.0 md5", "all all 10.0.0.0/8 md5"),
            ("host all all ::1/128 trust", "all all ::1/128 trust"),
            ("host \"a b\" \"x\"\"y\" .Example.com md5", "a b x\"y .example.com md5"),
            ("host all \\\n all all reject", "all all all reject"),
            ("hostssl all all samenet cert clientcert=verify-full", "all all samenet cert"),
            ("include_if_exists more.conf", "include more.conf"),
            ("host all", "refused: no user is named"),
            ("host all all", "refused: no address is named"),
            ("host all all 10.0.0.1", "refused: the mask of the network is missing"),
            ("host all all 10.0.0.1 md5", "refused: the mask of the network is none"),
            ("host all all 10.0.0.0/33 md5", "refused: the length of the network is none"),
            ("host all all db/8 md5", "refused: a name cannot have the length of a network"),
            ("host all all all", "refused: no method is named"),
            ("host all all all scram", "refused: the method is none of PostgreSQL's"),
            ("host all all all peer", "refused: `peer` is for sockets only"),
            ("host all all all cert", "refused: `cert` is for `hostssl` only"),
            ("host all all all md5 x", "refused: an option has no value"),
            ("trust all", "refused: it begins with no kind of connection"),
        ] {
            assert_eq!(told(line), rule, "{line}");
        }
    }

    /// `fixtures/postgresql/server.json` is what a real server said; `tests/postgresql_server.py` asks it.
    #[test]
    fn lines_are_taken_and_refused_as_by_the_server() {
        let told: serde_json::Value =
            serde_json::from_str(include_str!("../../../../fixtures/postgresql/server.json"))
                .unwrap();
        let cases = told["access"].as_array().unwrap();
        let mut wrong = Vec::new();
        for case in cases {
            let text = case["text"].as_str().unwrap();
            let theirs: Vec<String> =
                case["rules"].as_array().unwrap().iter().map(theirs).collect();
            let hba = read(&ProjectPath::new("pg_hba.conf"), text);
            let ours: Vec<String> = hba.lines.iter().map(ours).collect();
            if ours != theirs {
                wrong.push(format!("{text:?}: {theirs:?}, ours {ours:?}"));
            }
        }
        assert!(cases.len() > 80, "only {} lines", cases.len());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn theirs(rule: &serde_json::Value) -> String {
        let text = |name: &str| rule[name].as_str().unwrap_or_default().to_owned();
        if !rule["error"].is_null() || rule["type"].is_null() {
            return "refused".to_owned();
        }
        let names = |name: &str| {
            let names: Vec<&str> =
                rule[name].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
            names.join(",")
        };
        let address = match (text("address").parse(), text("netmask").parse()) {
            (Ok(ip), Ok(mask)) => Network::masked(ip, mask)
                .map(|network| Address::Network(network).to_string())
                .unwrap(),
            _ => text("address"),
        };
        let (kind, method) = (text("type"), text("auth_method"));
        format!("{kind} {} {} {address} {method}", names("database"), names("user_name"))
    }

    fn ours(line: &Line) -> String {
        let Said::Rule(rule) = &line.said else {
            return "refused".to_owned();
        };
        let names = |names: &[Name]| {
            names.iter().map(|name| name.text.clone()).collect::<Vec<_>>().join(",")
        };
        let address = rule.address.as_ref().map(ToString::to_string).unwrap_or_default();
        let (databases, users) = (names(&rule.databases), names(&rule.users));
        format!("{} {databases} {users} {address} {}", rule.kind.word(), rule.method)
    }
}
