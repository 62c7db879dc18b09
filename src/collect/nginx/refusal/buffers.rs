//! Buffers for answers that do not fit together: `proxy_buffer_size` against `proxy_buffers`.

use super::Refusal;
use super::slot::{natural, size};
use crate::collect::nginx::syntax::{Block, Directive};

const FAMILIES: &[&str] = &["proxy", "fastcgi", "uwsgi", "scgi"];
/// One page of memory, which is what the sizes are by default.
const PAGE: u64 = 4096;

/// What is in force of one family.
#[derive(Clone, Copy)]
struct Buffers<'t> {
    first: u64,
    count: u64,
    each: u64,
    busy: Option<u64>,
    at: Option<&'t Directive>,
}

/// Sizes that nginx refuses together, in every block that sets one of them.
pub(super) fn too_small(http: &Block, found: &mut Vec<Refusal>) {
    for family in FAMILIES {
        let default = Buffers { first: PAGE, count: 8, each: PAGE, busy: None, at: None };
        below(http, family, default, found);
    }
}

fn below<'t>(block: &'t Block, family: &str, around: Buffers<'t>, found: &mut Vec<Refusal>) {
    let own = around.inside(block, family);
    let sets = own.at.map(|at| &at.place) != around.at.map(|at| &at.place);
    if let (Some(at), Some(what)) = (own.at.filter(|_| sets), own.complaint(family)) {
        found.push(Refusal::of(at, what));
        return;
    }
    for directive in &block.directives {
        if matches!(directive.name.as_str(), "server" | "location") && block.rest.is_none() {
            below(directive.inside(), family, own, found);
        }
    }
}

impl<'t> Buffers<'t> {
    fn inside(self, block: &'t Block, family: &str) -> Self {
        let mut own = self;
        let bytes = |directive: &Directive, index| size(directive.word(index)?, "kKmM");
        for directive in &block.directives {
            match directive.name.strip_prefix(family) {
                Some("_buffer_size") => {
                    own.first = bytes(directive, 0).unwrap_or(own.first);
                    own.at = Some(directive);
                }
                Some("_buffers") => {
                    own.count = directive.word(0).and_then(natural).unwrap_or(own.count);
                    own.each = bytes(directive, 1).unwrap_or(own.each);
                    own.at = Some(directive);
                }
                Some("_busy_buffers_size") => {
                    own.busy = bytes(directive, 0);
                    own.at = Some(directive);
                }
                _ => {}
            }
        }
        own
    }

    fn complaint(self, family: &str) -> Option<String> {
        if self.count < 2 {
            return Some(format!("there must be at least 2 \"{family}_buffers\""));
        }
        let larger = self.first.max(self.each);
        let busy = self.busy.unwrap_or(larger.saturating_mul(2));
        if busy < larger {
            return Some(format!(
                "\"{family}_busy_buffers_size\" must be equal to or greater than the maximum of \
                 \"{family}_buffer_size\" and one of the \"{family}_buffers\""
            ));
        }
        (busy > (self.count - 1).saturating_mul(self.each)).then(|| {
            format!(
                "\"{family}_busy_buffers_size\" must be less than the size of all \
                 \"{family}_buffers\" minus one buffer"
            )
        })
    }
}
