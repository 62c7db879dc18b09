//! Access that is meant to be limited and is not.

use super::{Found, Here};
use crate::collect::nginx::scope::Setting;
use crate::collect::nginx::syntax::{Block, Directive};

/// Words in the paths of locations that only nginx itself should come to.
const INSIDE: &[&str] =
    &["internal", "protected", "private", "x-accel", "xaccel", "accel", "sendfile", "secured"];

/// What a block as a whole says about access.
pub(super) fn of_block(here: &Here<'_, '_>, found: &mut Found) {
    if here.block.rest.is_some() {
        return;
    }
    if let Some(allow) = lonely_allow(here) {
        found.add("allow-without-deny", allow);
    }
    if let Some(answer) = answer_before_rules(here) {
        found.add("return-before-access-rules", answer);
    }
    if let Some(status) = here.block.first("stub_status").filter(|_| !is_closed(here)) {
        found.add("status-page-open", status);
    }
    if let Some(location) = here.location.filter(|_| !here.in_if && is_meant_inside(here)) {
        found.add("internal-missing", location);
    }
}

/// An `allow` in a block that denies nobody: rules are inherited all or nothing, so all are let in.
fn lonely_allow<'t>(here: &Here<'_, 't>) -> Option<&'t Directive> {
    let first = here.block.first("allow").filter(|allow| !allow.has("all"))?;
    // Who is not let in by address must then sign in.
    let signs_in = matches!(here.scope.nearest("satisfy"), Setting::Found(each) if each.has("any"))
        && is_signed(here);
    (here.block.first("deny").is_none() && !signs_in).then_some(first)
}

fn is_signed(here: &Here<'_, '_>) -> bool {
    let by_name =
        matches!(here.scope.nearest("auth_basic"), Setting::Found(each) if !each.has("off"));
    by_name
        || matches!(here.scope.nearest("auth_request"), Setting::Found(each) if !each.has("off"))
}

/// A `return` of something beside rules of access, which nginx asks only later.
fn answer_before_rules<'t>(here: &Here<'_, 't>) -> Option<&'t Directive> {
    let limits = here.block.first("deny").is_some()
        || here.block.first("auth_basic").is_some_and(|each| !each.has("off"));
    let answer = here.block.first("return").filter(|_| limits && !here.in_if)?;
    let code = answer.word(0).and_then(|code| code.parse::<u32>().ok());
    let gives = code.is_none_or(|code| code < 400);
    // A server that sends everyone to HTTPS gives nothing away.
    let only_redirects = here.location.is_none() && code.is_none_or(|code| code >= 300);
    (gives && !only_redirects).then_some(answer)
}

/// Whether strangers are kept out: by address, by password, by being inside or by the socket.
pub(super) fn is_closed(here: &Here<'_, '_>) -> bool {
    let (denies, rest) = here.scope.together("deny");
    denies.iter().any(|deny| deny.has("all"))
        || rest.is_some()
        || is_signed(here)
        || here.block.first("internal").is_some()
        || listens_inside(here)
}

fn listens_inside(here: &Here<'_, '_>) -> bool {
    let (listens, _) = here.scope.together("listen");
    let inside = |listen: &&Directive| {
        let address = listen.word(0).unwrap_or_default();
        ["127.", "localhost", "[::1]", "unix:", "10.", "192.168."]
            .iter()
            .any(|start| address.starts_with(start))
    };
    !listens.is_empty() && listens.iter().all(inside)
}

/// Whether a location serves files, is by its path meant for nginx alone, and open to all.
fn is_meant_inside(here: &Here<'_, '_>) -> bool {
    let Some(location) = here.location else {
        return false;
    };
    let path = location.words.last().map(|word| word.text.to_lowercase()).unwrap_or_default();
    let named = path.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|part| {
        INSIDE.contains(&part)
            || part.strip_suffix("-files").is_some_and(|stem| INSIDE.contains(&stem))
    });
    let serves = ["alias", "root"].iter().any(|name| here.block.first(name).is_some());
    named && serves && !path.starts_with('@') && !is_closed(here) && !refuses(here.block)
}

fn refuses(block: &Block) -> bool {
    block.first("return").is_some() || block.first("auth_request").is_some()
}
