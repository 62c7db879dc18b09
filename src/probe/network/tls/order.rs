//! Who decides among the cipher suites, and in which order.
//!
//! Most servers have one of two orders. Each neighbourhood in it is tried at once, with the less wanted
//! suite offered first; only where that fails, suites are taken out one after the other.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::greeting::Reply;
use super::hello::{Hello, TLS13};
use super::offer::{Desk, eliminate};
use super::suites::{self, GUIDELINE};

/// Suites in the server's order, and whether it is the server's. Where the client decides, or where the
/// order is not known, they stand in the usual one.
pub(super) async fn ordered(
    desk: &Arc<Desk>,
    code: u16,
    accepted: Vec<u16>,
    first: u16,
) -> (Vec<u16>, Option<bool>) {
    let suites = likely(accepted, code, first);
    let (Some(top), Some(bottom)) = (suites.first(), suites.last()) else {
        return (suites, None);
    };
    if suites.len() < 2 {
        return (suites, None);
    }
    let reversed: Vec<u16> = suites.iter().rev().copied().collect();
    let mut asking = JoinSet::new();
    let pairs = suites.windows(2).map(|pair| pair.iter().rev().copied().collect());
    for (index, offer) in [suites.clone(), reversed].into_iter().chain(pairs).enumerate() {
        let desk = desk.clone();
        asking.spawn(async move {
            match desk.greet(&Hello::with_suites(code, offer)).await {
                Reply::Agreed(chosen) => (index, Some(chosen.suite)),
                _ => (index, None),
            }
        });
    }
    let mut chosen = vec![None; suites.len() + 1];
    while let Some(asked) = asking.join_next().await {
        if let Ok((index, suite)) = asked
            && let Some(place) = chosen.get_mut(index)
        {
            *place = suite;
        }
    }
    let mut chosen = chosen.into_iter();
    match (chosen.next().flatten(), chosen.next().flatten()) {
        (Some(forwards), Some(backwards)) if forwards == *top && backwards == *bottom => {
            (suites, Some(false))
        }
        (Some(_), Some(_)) if chosen.zip(&suites).all(|(chosen, own)| chosen == Some(*own)) => {
            (suites, Some(true))
        }
        (Some(_), Some(_)) => {
            let hello = |left: &[u16]| Hello::with_suites(code, left.to_vec());
            let all = suites.clone();
            let (found, open) = eliminate(desk, all, hello, |chosen| Some(chosen.suite)).await;
            let found: Vec<u16> = found.into_iter().map(|chosen| chosen.suite).collect();
            let whole = open.is_none() && found.len() == suites.len();
            if whole { (found, Some(true)) } else { (suites, None) }
        }
        _ => (suites, None),
    }
}

/// The order that is likely for a server with this first choice: that of Mozilla's guideline and the usual
/// one behind it, or the usual one alone. Those of TLS 1.3 were chosen one after the other, which tells it.
fn likely(mut suites: Vec<u16>, code: u16, first: u16) -> Vec<u16> {
    if code == TLS13 {
        suites.sort_by_key(|id| !suites::USUAL_13.contains(id));
        return suites;
    }
    let as_guideline = GUIDELINE.iter().take(2).any(|id| *id == first);
    let place = |id: &u16| GUIDELINE.iter().position(|one| one == id).filter(|_| as_guideline);
    suites.sort_by_key(|id| (place(id).unwrap_or(GUIDELINE.len()), suites::usual_place(*id)));
    suites
}
