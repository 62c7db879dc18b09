//! The law of `pg_hba.conf`, for all files: the first rule that is for a connection decides.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up has failed"
)]

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::{Fact, Value};
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};
use proptest::prelude::*;

/// A rule of a small world: two databases, two users, four clients.
#[derive(Clone, Debug)]
struct Rule {
    kind: &'static str,
    database: &'static str,
    user: &'static str,
    address: &'static str,
}

/// A connection: how it comes in, where to, as whom, and from where.
#[derive(Clone, Copy, Debug)]
struct Connection {
    encrypted: bool,
    database: &'static str,
    user: &'static str,
    client: &'static str,
}

impl Rule {
    fn line(&self) -> String {
        format!("{} {} {} {} md5", self.kind, self.database, self.user, self.address)
    }

    fn is_for(&self, connection: &Connection) -> bool {
        let kind = match self.kind {
            "hostssl" => connection.encrypted,
            "hostnossl" => !connection.encrypted,
            _ => true,
        };
        let names =
            |asked: &str, name: &str| asked == "all" || asked.split(',').any(|one| one == name);
        let address = match self.address {
            "all" => true,
            "0.0.0.0/0" => !connection.client.contains(':'),
            "10.0.0.0/8" => connection.client.starts_with("10."),
            "10.0.0.0 255.255.0.0" => connection.client.starts_with("10.0."),
            _ => connection.client.contains(':'),
        };
        kind && names(self.database, connection.database)
            && names(self.user, connection.user)
            && address
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    use prop::sample::select;
    (
        select(vec!["host", "hostssl", "hostnossl"]),
        select(vec!["all", "shop", "stock", "shop,stock"]),
        select(vec!["all", "app", "app,admin"]),
        select(vec!["all", "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0 255.255.0.0", "::/0"]),
    )
        .prop_map(|(kind, database, user, address)| Rule { kind, database, user, address })
}

fn connections() -> Vec<Connection> {
    let mut all = Vec::new();
    for encrypted in [true, false] {
        for database in ["shop", "stock", "other"] {
            for user in ["app", "admin", "guest"] {
                for client in ["10.0.0.1", "10.9.0.1", "203.0.113.1", "2001:db8::1"] {
                    all.push(Connection { encrypted, database, user, client });
                }
            }
        }
    }
    all
}

fn told(rules: &[Rule]) -> Vec<Fact> {
    let lines: Vec<String> = rules.iter().map(Rule::line).collect();
    let project = Project::of_texts([("pg_hba.conf", lines.join("\n").as_str())]);
    let given = Given::nothing(Date::parse("2026-11-21").unwrap());
    let service = services(&project, "shop").remove(0);
    let facts = collect::service(&project, &service, &given, &catalogue());
    facts.at("stores.postgresql-access").value.items().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// A rule that no connection gets to is not always seen to be one (many narrow rules may cover it
    /// together); but none that a connection gets to is ever said to be unreached.
    #[test]
    fn no_rule_that_decides_is_said_to_be_unreached(rules in prop::collection::vec(rule(), 1..7)) {
        let facts = told(&rules);
        prop_assert_eq!(facts.len(), rules.len());
        for connection in connections() {
            let Some(index) = rules.iter().position(|rule| rule.is_for(&connection)) else {
                continue;
            };
            let says = |name: &str| facts[index].value.field(name).map(|field| field.value.clone());
            prop_assert_eq!(says("reached"), Some(Value::Bool(true)), "{:?}", connection);
            if !connection.encrypted {
                prop_assert_eq!(says("unencrypted"), Some(Value::Bool(true)), "{:?}", connection);
            }
        }
    }
}
