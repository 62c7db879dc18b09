//! Option files of MySQL and MariaDB: who can reach the server, and what it asks of them.
//!
//! (MySQL 8.4, "Using Option Files" and "Server System Variables", and MariaDB's "Configuring MariaDB with
//! Option Files", read 2026-11-30: without `bind-address` it listens on all addresses. Whether it offers TLS
//! when nothing is said depends on product and version.)

use super::servers::{Server, all_true};
use super::target::like;
use crate::fact::{Fact, Ignorance, Origin, Place, Position, ProjectPath, Value};
use crate::project::Project;

/// Files within files deeper than this are not read.
const MAX_DEPTH: usize = 10;
/// More files are not read, however often they name each other.
const MAX_FILES: usize = 100;

/// Whether a file may hold options of a MySQL server.
pub(super) fn is_server(path: &ProjectPath) -> bool {
    path.extension() == "cnf"
}

/// What a file says of the server; nothing if it has no group of options that a server reads.
pub(super) fn server(
    project: &Project,
    path: &ProjectPath,
    text: &str,
    in_container: bool,
) -> Option<Fact> {
    let mut options = Options {
        project,
        path,
        of_server: false,
        found: Vec::new(),
        unread: None,
        files_left: MAX_FILES,
    };
    options.take(path, text, 0);
    if !options.of_server {
        return None;
    }
    let server = Server {
        product: "mysql",
        listen: listen(&options),
        auth: opposite(&options.switch("skip_grant_tables", Some(false))),
        tls: tls(&options),
        crash_safe: all_true(&[options.switch("innodb_doublewrite", Some(true))]),
        password_hash: Fact::absent(),
        reads_client_files: options.switch("local_infile", None),
        in_container,
    };
    Some(server.record(path))
}

fn listen(options: &Options<'_>) -> Fact {
    let sockets_only = options.switch("skip_networking", Some(false));
    match sockets_only.value {
        Value::Bool(true) => like(&sockets_only, Value::from("")),
        _ => options.get("bind_address", Some("*")),
    }
}

fn opposite(switch: &Fact) -> Fact {
    let value = switch.value.bool().map(|on| Value::Bool(!on));
    like(switch, value.unwrap_or_else(|| switch.value.clone()))
}

fn tls(options: &Options<'_>) -> Fact {
    let required = options.switch("require_secure_transport", Some(false));
    let offered = options.switch("ssl", None);
    match (&required.value, &offered.value) {
        (Value::Bool(true), _) => like(&required, Value::from("required")),
        (Value::Bool(false), Value::Bool(false)) => like(&offered, Value::from("off")),
        (Value::Bool(false), Value::Bool(true)) => like(&offered, Value::from("offered")),
        (Value::Bool(false), Value::Absent) if options.names("ssl_cert") => {
            like(&options.get("ssl_cert", None), Value::from("offered"))
        }
        (Value::Bool(false), _) => {
            let why = "whether TLS is offered depends on the product and its version";
            like(&required, Value::Unknown(Ignorance::new(why)))
        }
        _ => required,
    }
}

/// Groups that a server of one of the products reads, versions aside: `[mysqld-8.4]`.
const GROUPS: &[&str] = &["mysqld", "server", "mariadb", "mariadbd", "galera"];

/// The options of the groups of a server, in their order.
struct Options<'p> {
    project: &'p Project,
    path: &'p ProjectPath,
    /// Whether there is a group of a server at all.
    of_server: bool,
    /// Names with `_` for `-`, values, places.
    found: Vec<(String, String, Place)>,
    /// The last include that cannot be read, and how many options stood before it.
    unread: Option<(String, Place, usize)>,
    files_left: usize,
}

impl Options<'_> {
    fn take(&mut self, path: &ProjectPath, text: &str, depth: usize) {
        let mut of_server = false;
        for (line, number) in text.lines().zip(1_u32..) {
            let line = line.trim();
            let width = u32::try_from(line.chars().count()).unwrap_or(0);
            let place = Place::in_file(path, Position { width, ..Position::line(number) });
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(include) = line.strip_prefix('!') {
                self.include(path, include, &place, depth);
            } else if let Some(group) = line.strip_prefix('[') {
                let name = group.split(']').next().unwrap_or_default().trim();
                let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || "-.".contains(c));
                of_server = GROUPS.contains(&name);
                self.of_server |= of_server;
            } else if of_server {
                let line = without_comment(line);
                let (name, value) = line.split_once('=').unwrap_or((line, ""));
                let name = name.trim().to_ascii_lowercase().replace('-', "_");
                let name = name.strip_prefix("loose_").unwrap_or(&name).to_owned();
                self.found.push((name, unquoted(value.trim()).to_owned(), place));
            }
        }
    }

    fn include(&mut self, path: &ProjectPath, include: &str, place: &Place, depth: usize) {
        let (word, name) = include.split_once(char::is_whitespace).unwrap_or((include, ""));
        let project = self.project;
        let target = path.folder().join(name.trim());
        let files: Vec<&ProjectPath> = match word {
            "includedir" => project
                .below(&target)
                .filter(|file| file.folder() == target && file.extension() == "cnf")
                .collect(),
            _ => project.paths().filter(|file| **file == target).collect(),
        };
        let unread = (name.trim().to_owned(), place.clone(), self.found.len());
        let is_foreign = files.is_empty() || name.trim().starts_with('/');
        for file in files.into_iter().filter(|_| !is_foreign) {
            let left = self.files_left.checked_sub(1).filter(|_| depth < MAX_DEPTH);
            match (left, project.read(file)) {
                (Some(left), Ok(text)) => {
                    self.files_left = left;
                    self.take(file, text, depth + 1);
                }
                _ => self.unread = Some(unread.clone()),
            }
        }
        if is_foreign {
            self.unread = Some(unread);
        }
    }

    fn names(&self, name: &str) -> bool {
        self.found.iter().any(|(known, ..)| known == name)
    }

    /// What an option is set to last; unknown if an include after it may say otherwise.
    fn get(&self, name: &str, default: Option<&str>) -> Fact {
        self.last(&[name], default).1
    }

    /// Of several spellings, the index of the one that stands last, and its value.
    fn last(&self, names: &[&str], default: Option<&str>) -> (usize, Fact) {
        let is_named = |(known, ..): &(String, String, Place)| names.contains(&known.as_str());
        let at = self.found.iter().rposition(is_named);
        let name = names.first().copied().unwrap_or_default();
        if let Some((file, place, before)) = &self.unread
            && at.is_none_or(|at| at < *before)
        {
            let why = format!("`{}` includes `{file}`, which may set `{name}`", self.path);
            return (0, Fact::derived(Value::Unknown(Ignorance::new(why))).at(place.clone()));
        }
        match at.and_then(|at| self.found.get(at)) {
            Some((found, value, place)) => {
                let index = names.iter().position(|name| name == found).unwrap_or(0);
                (index, Fact::literal(value.as_str(), place.clone()))
            }
            None => {
                let value = default.map_or(Value::Absent, Value::from);
                let fact = Fact::derived(value).from_origin(Origin::Default);
                (0, fact.at(Place::whole(self.path)))
            }
        }
    }

    /// A switch: `name`, `name=1`, `name=ON`, `skip-name`, `disable-name`, `enable-name`.
    fn switch(&self, name: &str, default: Option<bool>) -> Fact {
        let [skip, disable, enable] =
            ["skip", "disable", "enable"].map(|word| format!("{word}_{name}"));
        let word = default.map(|on| if on { "1" } else { "0" });
        let (index, asked) = self.last(&[name, &skip, &disable, &enable], word);
        let value = match asked.value.text().map(str::to_ascii_lowercase).as_deref() {
            Some("" | "1" | "on" | "true" | "yes") => Value::Bool(!matches!(index, 1 | 2)),
            Some("0" | "off" | "false" | "no") => Value::Bool(matches!(index, 1 | 2)),
            Some(_) => Value::Unknown(Ignorance::new(format!("`{name}` is neither on nor off"))),
            None => asked.value,
        };
        Fact { value, provenance: asked.provenance }
    }
}

/// The line up to a `#` that stands outside of quotes.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return line.get(..at).unwrap_or(line),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    line
}

fn unquoted(value: &str) -> &str {
    let inside = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 7] = [
        "listen",
        "listen-public",
        "listen-beyond",
        "auth",
        "tls",
        "crash-safe",
        "reads-client-files",
    ];

    fn told(text: &str) -> String {
        let project = Project::of_texts([
            ("mysql/my.cnf", text),
            ("mysql/conf.d/z.cnf", "[mysqld]\nbind-address = 10.0.0.9\n"),
            ("mysql/loop.cnf", "!include loop.cnf"),
        ]);
        let server = server(&project, &ProjectPath::new("mysql/my.cnf"), text, false).unwrap();
        let field = |name| server.value.field(name).unwrap().value.to_string().replace('"', "");
        FIELDS.map(field).join(" ")
    }

    #[test]
    fn options_are_read_with_their_spellings_and_defaults() {
        let depends = "unknown (whether TLS is offered depends on the product and its version)";
        let included = |file: &str, name: &str| {
            format!("unknown (`mysql/my.cnf` includes `{file}`, which may set `{name}`)")
        };
        for (text, answer) in [
            ("[mysqld]", format!("* true true true {depends} true not set")),
            (
                "[client]\nbind-address=1.1.1.1\n[mysqld]\nbind_address = 127.0.0.1 # here\n\
                 require_secure_transport=ON\nlocal-infile=1",
                "127.0.0.1 false false true required true true".to_owned(),
            ),
            (
                "[mariadb-10.11]\nskip-grant-tables\nskip-ssl\nskip-networking\nskip-innodb-doublewrite",
                " false false false off false not set".to_owned(),
            ),
            (
                "[mysqld]\nskip-networking=0\nbind-address='10.0.0.5'\nssl-cert=/c\nloose-local-infile=OFF",
                "10.0.0.5 false true true offered true false".to_owned(),
            ),
            (
                "[mysqld]\nbind-address=127.0.0.1\nssl\n!includedir conf.d",
                "10.0.0.9 false true true offered true not set".to_owned(),
            ),
            (
                "[mysqld]\n!includedir /etc/mysql/conf.d\nbind-address=::1\nskip-grant-tables=0\nssl=1\n\
                 require-secure-transport=0\ninnodb_doublewrite=1",
                format!(
                    "::1 false false true offered true {}",
                    included("/etc/mysql/conf.d", "local_infile")
                ),
            ),
        ] {
            assert_eq!(told(text), answer, "{text}");
        }
        assert!(told("[mysqld]\n!include loop.cnf").starts_with("unknown"));
    }

    #[test]
    fn a_file_without_a_group_of_the_servers_is_none() {
        let path = ProjectPath::new("openssl.cnf");
        for text in ["[req]\nbits = 2048", "[client]\nuser=x", "bind-address=1"] {
            let project = Project::of_texts([("openssl.cnf", text)]);
            assert!(server(&project, &path, text, false).is_none(), "{text}");
        }
    }
}
