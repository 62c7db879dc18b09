//! What the commands of compose tell database servers: `postgres -c fsync=off`, `mysqld --local-infile=1`.
//!
//! Only what a command says: what it leaves out is up to a file, and absent.

use super::servers::Server;
use super::target::like;
use crate::fact::{Fact, Facts, Place, Value};
use crate::grammar::shell_words::{Command, Word, commands};

/// The servers of which a command of compose says something that is judged.
pub(super) fn servers(facts: &Facts) -> Vec<Fact> {
    let services = facts.at("compose.services");
    let services = services.value.items().iter();
    services.filter_map(|service| server(service.text_of("datastore")?, service)).collect()
}

fn server(product: &str, service: &Fact) -> Option<Fact> {
    let product = ["postgresql", "mysql"].into_iter().find(|known| *known == product)?;
    let command = service.value.field("command")?;
    let Some(Place::File { path, .. }) = &command.provenance.place else { return None };
    let options = Options { command, given: options(command.value.text()?) };
    let is_postgresql = product == "postgresql";
    let of = |name: &str, is_here: bool| {
        if is_here { options.switch(name) } else { like(command, Value::Absent) }
    };
    let turned =
        |fact: Fact| like(&fact, fact.value.bool().map_or(Value::Absent, |on| (!on).into()));
    let protects = |fact: Fact| {
        like(&fact, fact.value.bool().filter(|on| !on).map_or(Value::Absent, Value::from))
    };
    let files = ["fsync", "full_page_writes"].map(|name| protects(of(name, is_postgresql)));
    let pages = protects(of("innodb_doublewrite", !is_postgresql));
    let unsafe_files = files.into_iter().chain([pages]).find(|fact| fact.value != Value::Absent);
    let server = Server {
        product,
        listen: like(command, Value::Absent),
        auth: turned(of("skip_grant_tables", !is_postgresql)),
        tls: like(command, Value::Absent),
        crash_safe: unsafe_files.unwrap_or_else(|| like(command, Value::Absent)),
        password_hash: like(command, Value::Absent),
        reads_client_files: of("local_infile", !is_postgresql),
        in_container: true,
    };
    let told = [&server.auth, &server.crash_safe, &server.reads_client_files];
    let says = told.into_iter().any(|fact| fact.value != Value::Absent);
    says.then(|| like(command, server.record(path).value))
}

/// The options of a command, and where it stands.
struct Options<'f> {
    command: &'f Fact,
    /// Names with `_` for `-`, and values.
    given: Vec<(String, String)>,
}

impl Options<'_> {
    /// A switch, the last of its name; absent if the command does not name it.
    fn switch(&self, name: &str) -> Fact {
        let found = self.given.iter().rev().find(|(given, _)| given == name);
        let on = found.and_then(|(_, value)| match value.to_ascii_lowercase().as_str() {
            "" | "1" | "on" | "true" | "yes" => Some(true),
            "0" | "off" | "false" | "no" => Some(false),
            _ => None,
        });
        like(self.command, on.map_or(Value::Absent, Value::Bool))
    }
}

/// `-c name=value`, `--name=value` and `--name` of a command line.
fn options(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for Command { words, .. } in commands(line) {
        let mut words = words.iter().filter_map(Word::text);
        while let Some(word) = words.next() {
            let option = match word.strip_prefix("--") {
                Some(option) => Some(option.to_owned()),
                None if word == "-c" => words.next(),
                None => word.strip_prefix("-c").map(str::to_owned),
            };
            if let Some(option) = option {
                let (name, value) = option.split_once('=').unwrap_or((&option, ""));
                found.push((name.to_ascii_lowercase().replace('-', "_"), value.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_every_form() {
        for (line, told) in [
            ("postgres -c fsync=off -cssl=on", "fsync=off ssl=on"),
            ("docker-entrypoint.sh postgres --full-page-writes=off", "full_page_writes=off"),
            ("mysqld --local-infile --sql-mode='A,B'", "local_infile= sql_mode=A,B"),
            ("-c", ""),
            ("postgres -c max_connections=$N", ""),
        ] {
            let found = options(line);
            let found: Vec<String> =
                found.iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(found.join(" "), told, "{line}");
        }
    }
}
