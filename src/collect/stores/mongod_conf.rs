//! `mongod.conf`: who can reach a MongoDB server, and what it asks of them.
//!
//! (MongoDB 8.2, "Configuration File Options", read 2026-11-30: without `net.bindIp` it listens on
//! `localhost`, and without `security.authorization` it lets everybody do everything.)

use super::servers::{Server, all_true, refused, told};
use super::target::like;
use crate::fact::{Fact, Ignorance, Origin, Place, Position, ProjectPath, Value};
use crate::grammar::yaml::{Kind, Node, parse};

/// Whether a file configures a MongoDB server.
pub(super) fn is_server(path: &ProjectPath) -> bool {
    let stem = path.name().strip_suffix(".conf").unwrap_or_default();
    stem.split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word, "mongod" | "mongodb" | "mongo"))
}

/// What a configuration says of its server, and its lines that the server refuses; nothing if it is not in
/// MongoDB's own format. `asked` is whether its container asks for a password by other means.
pub(super) fn server(
    path: &ProjectPath,
    text: &str,
    in_container: bool,
    asked: Option<Fact>,
) -> Option<(Fact, Vec<Fact>)> {
    let document = match parse(text) {
        Ok(documents) => documents.into_iter().next()?,
        Err(problem) => {
            let place = Place::line(path, problem.line.max(1));
            return Some((
                Fact::unknown(format!("`{path}` is no YAML: {}", problem.what))
                    .at(Place::whole(path)),
                vec![refused(place, &problem.what)],
            ));
        }
    };
    if !matches!(document.kind, Kind::Map(_)) {
        return None;
    }
    let file = Options { path, document: &document };
    let server = Server {
        product: "mongodb",
        listen: listen(&file),
        auth: auth(&file, asked),
        tls: tls(&file),
        crash_safe: all_true(&[file.switch(&["storage", "journal", "enabled"], true)]),
        password_hash: Fact::absent(),
        reads_client_files: Fact::absent(),
        in_container,
    };
    Some((server.record(path), Vec::new()))
}

fn listen(file: &Options<'_>) -> Fact {
    let everywhere = file.switch(&["net", "bindIpAll"], false);
    match everywhere.value {
        Value::Bool(false) => file.text(&["net", "bindIp"], "localhost"),
        Value::Bool(true) => like(&everywhere, Value::from("*")),
        _ => everywhere,
    }
}

/// Members of a replica set that identify themselves make the clients do so too.
fn auth(file: &Options<'_>, asked: Option<Fact>) -> Fact {
    let members =
        ["keyFile", "clusterAuthMode"].into_iter().find_map(|name| file.node(&["security", name]));
    if let Some(node) = members {
        return Fact::literal(true, file.place(node));
    }
    let authorization = told(&file.text(&["security", "authorization"], "disabled"), |word| {
        Value::Bool(word == "enabled")
    });
    match asked {
        Some(asked) if authorization.value == Value::Bool(false) => asked,
        _ => authorization,
    }
}

fn tls(file: &Options<'_>) -> Fact {
    let old = file.node(&["net", "ssl", "mode"]).is_some();
    let mode = file.text(&["net", if old { "ssl" } else { "tls" }, "mode"], "disabled");
    told(&mode, |mode| {
        Value::from(match mode {
            "requireTLS" | "requireSSL" => "required",
            "preferTLS" | "preferSSL" | "allowTLS" | "allowSSL" => "offered",
            _ => "off",
        })
    })
}

/// The options of a file.
struct Options<'d> {
    path: &'d ProjectPath,
    document: &'d Node,
}

impl Options<'_> {
    /// The value at a path; `net.bindIp` may also stand as one key with a dot.
    fn node(&self, names: &[&str]) -> Option<&Node> {
        let mut node = self.document;
        for (index, name) in names.iter().enumerate() {
            let whole = names.get(index..).unwrap_or_default().join(".");
            if let Some(found) = node.get(&whole) {
                return Some(found);
            }
            node = node.get(name)?;
        }
        Some(node)
    }

    fn text(&self, names: &[&str], default: &str) -> Fact {
        let Some(node) = self.node(names) else {
            return Fact::derived(default).from_origin(Origin::Default).at(Place::whole(self.path));
        };
        let parts: Option<Vec<String>> = match &node.kind {
            Kind::List(items) => items.iter().map(Node::scalar).collect(),
            Kind::Null => Some(vec![default.to_owned()]),
            _ => node.scalar().map(|text| vec![text]),
        };
        let name = names.join(".");
        let why = || Ignorance::new(format!("`{name}` is found out when the server starts"));
        let value =
            parts.map_or_else(|| Value::Unknown(why()), |parts| Value::from(parts.join(",")));
        Fact::literal(value, self.place(node))
    }

    fn switch(&self, names: &[&str], default: bool) -> Fact {
        told(&self.text(names, if default { "true" } else { "false" }), |word| {
            Value::Bool(word == "true")
        })
    }

    fn place(&self, node: &Node) -> Place {
        let (line, column, width) = (node.at.line, node.at.column, node.at.width);
        Place::in_file(self.path, Position { line, column, width })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 6] =
        ["listen", "listen-public", "listen-beyond", "auth", "tls", "crash-safe"];

    fn told(text: &str, asked: Option<Fact>) -> String {
        let (server, _) = server(&ProjectPath::new("mongod.conf"), text, false, asked).unwrap();
        let field = |name| server.value.field(name).unwrap().value.to_string().replace('"', "");
        FIELDS.map(field).join(" ")
    }

    #[test]
    fn options_are_read_with_their_defaults() {
        for (text, answer) in [
            ("storage:\n  dbPath: /data", "localhost false false false off true"),
            (
                "net:\n  bindIp: 0.0.0.0\n  tls:\n    mode: requireTLS\nsecurity:\n  authorization: enabled",
                "0.0.0.0 true true true required true",
            ),
            (
                "net:\n  bindIpAll: true\n  ssl:\n    mode: preferSSL\nsecurity:\n  keyFile: /k",
                "* true true true offered true",
            ),
            (
                "net.bindIp: 127.0.0.1,10.0.0.5\nstorage.journal.enabled: false",
                "127.0.0.1,10.0.0.5 false true false off false",
            ),
            (
                "net:\n  bindIp:\n    __exec: hostname",
                "unknown (`net.bindIp` is found out when the server starts) unknown (`net.bindIp` is found out \
                 when the server starts) unknown (`net.bindIp` is found out when the server starts) false off true",
            ),
        ] {
            assert_eq!(told(text, None), answer, "{text}");
        }
    }

    #[test]
    fn a_container_may_ask_for_passwords_by_itself() {
        let asked = Some(Fact::derived(true));
        assert_eq!(told("net:\n  port: 1", asked), "localhost false false true off true");
    }

    #[test]
    fn other_formats_are_none_of_its_own() {
        let path = ProjectPath::new("mongodb.conf");
        assert!(server(&path, "auth = true", false, None).is_none());
        assert!(server(&path, "", false, None).is_none());
    }
}
