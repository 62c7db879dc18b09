//! PostgreSQL's own files: whom the server lets in, and what it asks of them.

mod conf;
mod hba;
mod method;
mod reach;

use super::host::Class;
use super::servers::{Server, all_true, refused};
use crate::fact::{Fact, FactSpec, Ignorance, Kind, List, Place, ProjectPath, Value};
use crate::project::Project;
use conf::Parameters;
use hba::{Rule, Said};
use reach::{Way, open_ways};

/// The fields of a rule of `pg_hba.conf`.
pub(super) const RULE: &[FactSpec] = &[
    FactSpec::new("kind", Kind::Text, "The connections it is for: `local`, `host`, `hostssl`."),
    FactSpec::new("database", Kind::Text, "The databases it is for, with commas between them."),
    FactSpec::new("user", Kind::Text, "The users it is for, with commas between them."),
    FactSpec::new("address", Kind::Text, "The clients it is for; absent for sockets."),
    FactSpec::new(
        "method",
        Kind::Text,
        "What it asks of them: `scram-sha-256`, `trust`, `reject`.",
    ),
    FactSpec::new("remote", Kind::Bool, "Whether it is for clients on other machines."),
    FactSpec::new("public", Kind::Bool, "Whether it is for clients beyond private networks."),
    FactSpec::new("lets-in", Kind::Bool, "Whether it lets anybody in, and does not only refuse."),
    FactSpec::new(
        "identified",
        Kind::Bool,
        "Whether who is let in has to prove who he is. `ident` over the network asks his own machine.",
    ),
    FactSpec::new(
        "sends-password",
        Kind::Bool,
        "Whether the client hands over its password itself, and no proof that it knows it.",
    ),
    FactSpec::new(
        "reached",
        Kind::Bool,
        "Whether it decides for any connection, and earlier rules not for all of them.",
    ),
    FactSpec::new(
        "unencrypted",
        Kind::Bool,
        "Whether it decides for a connection over the network that is not encrypted.",
    ),
    FactSpec::new("in-container", Kind::Bool, "Whether the server runs in a container."),
];

/// More rules than these are not looked at; earlier ones hide the later.
const MAX_RULES: usize = 500;

/// Whether a file configures a PostgreSQL server.
pub(super) fn is_server(path: &ProjectPath) -> bool {
    let words = ["postgres", "postgresql", "pgsql"];
    let stem = path.name().strip_suffix(".conf").unwrap_or_default();
    stem.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
}

/// Whether a file says whom a PostgreSQL server lets in.
pub(super) fn is_access(path: &ProjectPath) -> bool {
    path.name().starts_with("pg_hba") && path.extension() == "conf"
}

/// What a configuration says of its server, and its lines that the server refuses; nothing if it is no
/// configuration of PostgreSQL's.
pub(super) fn server(
    project: &Project,
    path: &ProjectPath,
    text: &str,
    in_container: bool,
) -> Option<(Fact, Vec<Fact>)> {
    let parameters = Parameters::of(project, path, text);
    if !parameters.is_any() {
        return None;
    }
    let ssl = parameters.switch("ssl", "off");
    let tls = match ssl.value {
        Value::Bool(true) => Value::from("offered"),
        Value::Bool(false) => Value::from("off"),
        ref unknown => unknown.clone(),
    };
    let crash_safe =
        all_true(&[parameters.switch("fsync", "on"), parameters.switch("full_page_writes", "on")]);
    let server = Server {
        product: "postgresql",
        listen: parameters.get("listen_addresses", "localhost"),
        auth: Fact::absent(),
        tls: Fact { value: tls, provenance: ssl.provenance },
        crash_safe,
        password_hash: parameters.get("password_encryption", "scram-sha-256"),
        reads_client_files: Fact::absent(),
        in_container,
    };
    let why = "the line is not a name with a value; a value with other characters needs quotes";
    let lines = parameters.refused.iter().map(|place| refused(place.clone(), why)).collect();
    Some((server.record(path), lines))
}

/// The rules of a file in their order, those that the server refuses aside.
pub(super) fn access(path: &ProjectPath, text: &str, in_container: bool) -> (List, Vec<Fact>) {
    let hba = hba::read(path, text);
    let (mut rules, mut lines) = (List::default(), Vec::new());
    let mut before: Vec<&Rule> = Vec::new();
    for line in &hba.lines {
        if rules.items.len() == MAX_RULES {
            rules.rest = Some(Ignorance::new("there are more rules than are looked at"));
            break;
        }
        match &line.said {
            Said::Rule(rule) => {
                let rest = rules.rest.as_ref();
                rules.items.push(record(rule, &before, rest, &line.place, in_container));
                before.push(rule);
            }
            Said::Include(file) => {
                let why = format!("`{path}` includes `{file}`, which may decide first");
                rules.rest = rules.rest.take().or_else(|| Some(Ignorance::new(why)));
            }
            Said::Refused(why) => lines.push(refused(line.place.clone(), why)),
        }
    }
    (rules, lines)
}

fn record(
    rule: &Rule,
    before: &[&Rule],
    hidden: Option<&Ignorance>,
    place: &Place,
    in_container: bool,
) -> Fact {
    let at = |value: Value| Fact::literal(value, place.clone());
    let open = open_ways(rule, before);
    // Rules that are not here may decide before this one.
    let unless_hidden = |open: bool| match hidden {
        Some(why) if open => at(Value::Unknown(why.clone())),
        _ => at(Value::Bool(open)),
    };
    let class = rule.address.as_ref().map_or(Class::Local, reach::Address::class);
    let names = |names: &[hba::Name]| {
        let texts: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
        at(Value::from(texts.join(",")))
    };
    let certified =
        rule.options.iter().any(|(name, value)| name == "clientcert" && value == "verify-full");
    let identified = match rule.method.as_str() {
        "trust" => certified,
        "ident" => certified || class == Class::Local,
        _ => true,
    };
    let sends = matches!(rule.method.as_str(), "password" | "ldap" | "pam" | "radius" | "bsd");
    let address = rule.address.as_ref().map_or(Value::Absent, |it| Value::from(it.to_string()));
    let record = Value::record([
        ("kind", at(Value::from(rule.kind.word()))),
        ("database", names(&rule.databases)),
        ("user", names(&rule.users)),
        ("address", at(address)),
        ("method", at(Value::from(rule.method.as_str()))),
        ("remote", at(Value::Bool(class != Class::Local))),
        ("public", at(Value::Bool(class == Class::Public))),
        ("lets-in", at(Value::Bool(rule.method != "reject"))),
        ("identified", at(Value::Bool(identified))),
        ("sends-password", at(Value::Bool(sends))),
        ("reached", unless_hidden(!open.is_empty())),
        ("unencrypted", unless_hidden(open.contains(&Way::Plain))),
        ("in-container", at(Value::Bool(in_container))),
    ]);
    Fact::literal(record, place.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(fact: &Fact, name: &str) -> String {
        fact.value.field(name).unwrap().value.to_string().replace('"', "")
    }

    #[test]
    fn a_server_is_told_with_its_defaults() {
        let fields =
            ["listen", "listen-public", "listen-beyond", "tls", "crash-safe", "password-hash"];
        for (text, told) in [
            ("port = 5432", "localhost false false off true scram-sha-256"),
            (
                "listen_addresses = '*'\nssl = on\nfsync = off\npassword_encryption = md5",
                "* true true offered false md5",
            ),
            (
                "listen_addresses = 'localhost, 10.0.0.5'\nfull_page_writes = no",
                "localhost, 10.0.0.5 false true off false scram-sha-256",
            ),
        ] {
            let project = Project::of_texts([("postgresql.conf", text)]);
            let path = ProjectPath::new("postgresql.conf");
            let (server, lines) = server(&project, &path, text, false).unwrap();
            assert_eq!(lines.len(), 0);
            assert_eq!(fields.map(|name| field(&server, name)).join(" "), told, "{text}");
        }
    }

    #[test]
    fn another_programs_file_about_postgresql_is_none_of_its_own() {
        let text = "[program:postgres]\ncommand=/usr/bin/postgres -D /data\nautorestart=true\n\
                    [x]\n[y]\n";
        let project = Project::of_texts([("supervisor/postgres.conf", text)]);
        let path = ProjectPath::new("supervisor/postgres.conf");
        assert!(server(&project, &path, text, false).is_none());
    }

    #[test]
    fn rules_are_told_with_what_they_ask() {
        let text = "local all all peer\nhost all all 127.0.0.1/32 ident\nhost all all all trust\n\
                    hostssl x x 10.0.0.0/8 ldap ldapserver=a\nhost all all\ninclude y\nhost z z all md5";
        let (rules, lines) = access(&ProjectPath::new("pg_hba.conf"), text, false);
        let fields = ["remote", "public", "identified", "sends-password", "reached", "unencrypted"];
        let told: Vec<String> =
            rules.items.iter().map(|rule| fields.map(|name| field(rule, name)).join(" ")).collect();
        assert_eq!(
            told,
            [
                "false false true false true false",
                "false false true false true true",
                "true true false false true true",
                "true false true true false false",
                "true true true false false false",
            ]
        );
        assert_eq!(lines.len(), 1);
        assert!(rules.rest.is_some());
    }
}
