//! What is listed wherever it stands: headers added, limits, upstreams, and what should not be there.

use super::flow;
use super::instance::Instance;
use super::location::text;
use super::scope::{Header, Scope};
use super::syntax::{Block, Directive};
use crate::fact::{Fact, Ignorance, List, Origin, Value};

/// The lists over all that production's nginx are told. `rest` is why each may go on.
pub(super) fn facts(instances: &[Instance], rest: Option<&Ignorance>) -> Vec<(&'static str, Fact)> {
    let mut found = Found::default();
    for instance in instances {
        found.block(&instance.http, &Scope::of(&instance.http), instance);
    }
    let misplaced = instances.iter().flat_map(|instance| &instance.misplaced);
    let misplaced = misplaced
        .map(|(directive, context)| {
            directive.states(Value::record([
                ("name", directive.states(directive.name.as_str())),
                ("context", directive.states(context.name())),
                ("accepted-in", directive.states(super::context::accepted_in(&directive.name))),
            ]))
        })
        .collect();
    let list = |items: Vec<Fact>| Fact::derived(List { items, rest: rest.cloned() });
    vec![
        ("nginx.added-headers", list(found.headers)),
        ("nginx.hidden-headers", list(found.hidden)),
        ("nginx.upstreams", list(found.upstreams)),
        ("nginx.limits", list(found.limits)),
        ("nginx.unescaped-variables", list(found.unescaped)),
        ("nginx.multiline-headers", list(found.multiline)),
        // What is missing is not known to be misplaced; what is here is judged whole.
        ("nginx.misplaced-directives", Fact::derived(Value::list(misplaced))),
        ("nginx.refused-directives", refused(instances)),
    ]
}

fn refused(instances: &[Instance]) -> Fact {
    let items = instances
        .iter()
        .flat_map(|instance| &instance.refused)
        .map(|refusal| {
            let states = |value: &str| Fact::literal(value.to_owned(), refusal.place.clone());
            let fields = [("name", states(&refusal.name)), ("why", states(&refusal.what))];
            Fact::literal(Value::record(fields), refusal.place.clone())
        })
        .collect();
    let rest = instances.iter().find_map(|instance| instance.doubt.clone());
    Fact::derived(List { items, rest })
}

#[derive(Default)]
struct Found {
    headers: Vec<Fact>,
    hidden: Vec<Fact>,
    upstreams: Vec<Fact>,
    limits: Vec<Fact>,
    unescaped: Vec<Fact>,
    multiline: Vec<Fact>,
}

impl Found {
    fn block(&mut self, block: &Block, scope: &Scope<'_>, instance: &Instance) {
        for directive in &block.directives {
            self.directive(directive, scope, instance);
            let judged = matches!(directive.name.as_str(), "server" | "location" | "if");
            if let (Some(inner), true) = (&directive.block, judged) {
                self.block(inner, &scope.inside(inner), instance);
            }
        }
    }

    fn directive(&mut self, directive: &Directive, scope: &Scope<'_>, instance: &Instance) {
        let set = Header::of_more_set_headers(directive);
        for header in set.iter().chain(&Header::of_add_header(directive)) {
            if header.value.contains('\n') {
                self.multiline.push(directive.states(header.name.as_str()));
            }
        }
        if let Some(header) = Header::of_add_header(directive) {
            self.headers.push(directive.states(Value::record([
                ("name", directive.states(header.name.as_str())),
                ("value", header.fact()),
                ("always", directive.states(header.always)),
            ])));
        }
        if puts_decoded_path(directive, scope) {
            let text = format!("{} {}", directive.name, directive.text());
            self.unescaped.push(directive.states(text));
        }
        match (directive.name.as_str(), directive.word(0)) {
            ("proxy_hide_header", Some(name)) => {
                self.hidden.push(directive.states(name.to_lowercase()));
            }
            ("upstream", Some(name)) => self.upstreams.push(upstream(directive, name)),
            ("limit_req", _) => self.limits.push(limit(directive, scope, instance)),
            _ => {}
        }
    }
}

/// Whether a directive puts the decoded path into a header or a request line, where a line break that
/// was written `%0a` begins a new header.
fn puts_decoded_path(directive: &Directive, scope: &Scope<'_>) -> bool {
    put_into_messages(directive).is_some_and(|value| {
        let leaves = flow::leaves(value, scope);
        leaves.contains("uri") || leaves.contains("document_uri")
    })
}

/// The part of a directive that becomes a header or a request line.
pub(super) fn put_into_messages(directive: &Directive) -> Option<&str> {
    match directive.name.as_str() {
        "proxy_pass" => directive.word(0),
        "return" if directive.words.len() == 1 => directive.word(0),
        "return" if directive.word(0).is_some_and(|code| code.starts_with('3')) => {
            directive.word(1)
        }
        "add_header" | "proxy_set_header" => directive.word(1),
        "rewrite" => directive.word(1).filter(|target| target.contains("://")),
        _ => None,
    }
}

fn upstream(directive: &Directive, name: &str) -> Fact {
    let block = directive.inside();
    let items = block.named("server").map(|server| server.states_word(0)).collect();
    directive.states(Value::record([
        ("name", directive.states(name)),
        ("servers", directive.states(Value::from(List { items, rest: block.rest.clone() }))),
    ]))
}

fn limit(directive: &Directive, scope: &Scope<'_>, instance: &Instance) -> Fact {
    let option = |at: &Directive, name: &str| {
        let mut words = at.words.iter();
        words.find_map(|word| word.text.strip_prefix(name).map(str::to_owned))
    };
    let zone = option(directive, "zone=").unwrap_or_default();
    let of_zone = |each: &&Directive| {
        option(each, "zone=").is_some_and(|text| text.split(':').next() == Some(zone.as_str()))
    };
    // One that stands where nginx does not accept it is told as misplaced, not as missing.
    let misplaced = instance.misplaced.iter().map(|(directive, _)| directive);
    let zones = instance.http.directives.iter().chain(misplaced);
    let defined = zones.filter(|each| each.name == "limit_req_zone").find(of_zone);
    let rate = defined.and_then(|each| Some(each.states(per_minute(&option(each, "rate=")?)?)));
    let unseen = || match &instance.http.rest {
        Some(why) => Fact::derived(Value::Unknown(why.clone())),
        None => directive.states(false),
    };
    let burst = option(directive, "burst=").and_then(|burst| burst.parse::<i64>().ok());
    let status = text(scope, "limit_req_status");
    let status = match &status.value {
        Value::Text(code) => {
            Fact { value: code.parse::<i64>().map_or(Value::Absent, Value::Int), ..status }
        }
        Value::Absent => {
            Fact::derived(503).from_origin(Origin::Default).at(directive.place.clone())
        }
        _ => status,
    };
    directive.states(Value::record([
        ("zone", directive.states(zone.as_str())),
        ("defined", defined.map_or_else(unseen, |each| each.states(true))),
        ("rate-per-minute", rate.unwrap_or_else(Fact::absent)),
        ("burst", directive.states(burst.map_or(Value::Absent, Value::Int))),
        ("status", status),
    ]))
}

/// A rate as nginx writes it: `10r/s`, `5r/m`; without a unit it is by the second.
fn per_minute(rate: &str) -> Option<i64> {
    let (number, factor) = match rate.strip_suffix("r/s") {
        Some(number) => (number, 60),
        None => rate.strip_suffix("r/m").map_or((rate, 60), |number| (number, 1)),
    };
    number.parse::<i64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_by_the_second_or_the_minute() {
        assert_eq!(per_minute("10r/s"), Some(600));
        assert_eq!(per_minute("5r/m"), Some(5));
        assert_eq!(per_minute("5"), Some(300));
        assert_eq!(per_minute("5r/h"), None);
    }
}
