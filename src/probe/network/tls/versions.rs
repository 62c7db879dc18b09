//! Which versions of TLS a server offers, asked with greetings for each.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::greeting::{Chosen, Reply};
use super::hello::{CODES, Hello};
use super::offer::Desk;
use super::suites;
use crate::fact::Ignorance;
use crate::probe::Unanswered;
use crate::probe::network::why;
use crate::probe::question::{VERSIONS, Versions};

/// A version that was agreed on, and what the server chose in it.
pub(super) type Agreed = (u16, Chosen);

/// A greeting and what was said to it.
type Greeted = (Hello, Reply);

/// Greets in every version, all at once, and those whom the server hung up on once more.
pub(super) async fn agreed(desk: &Arc<Desk>) -> Result<(Versions, Vec<Agreed>), Unanswered> {
    let mut greeted = all_greeted(desk).await;
    let agreed = |(_, reply): &&Greeted| matches!(reply, Reply::Agreed(_));
    // The last is of the newest version.
    if let Some((witness, _)) = greeted.iter().rev().find(agreed) {
        desk.call_witness(witness);
        settle(desk, &mut greeted).await;
    }
    let (mut offered, mut chosen, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for (version, code) in VERSIONS.into_iter().zip(CODES) {
        match reply(&greeted, code) {
            Reply::Agreed(choice) => {
                offered.push(version.to_owned());
                chosen.push((code, choice));
            }
            Reply::Refused => {}
            reply => failed.push((version, reply)),
        }
    }
    let mut open = None;
    for (version, reply) in failed {
        let why = match reply {
            Reply::Closed => why::in_vain("the server hangs up"),
            Reply::Unknown(why) => why,
            _ => why::in_vain("what answers there does not speak TLS"),
        };
        if offered.is_empty() {
            return Err(why);
        }
        let why = format!("{version}: {}", why.ignorance().why);
        open = open.or_else(|| Some(Ignorance::new(why)));
    }
    Ok((Versions { offered, open }, chosen))
}

/// A greeting with what is usual and one with all else in every version, the oldest first. Some firewalls
/// drop a greeting that is very long, so what is rare has one of its own.
fn greetings() -> impl Iterator<Item = Hello> {
    let of_version =
        |code: u16| [suites::all_usual(code), suites::all_rare(code)].map(|s| (code, s));
    let offers = CODES.into_iter().flat_map(of_version);
    offers
        .filter(|(_, suites)| !suites.is_empty())
        .map(|(code, suites)| Hello::with_suites(code, suites))
}

async fn all_greeted(desk: &Arc<Desk>) -> Vec<Greeted> {
    let mut asking = JoinSet::new();
    for (place, hello) in greetings().enumerate() {
        let desk = desk.clone();
        asking.spawn(async move {
            let reply = desk.greet_once(&hello).await;
            (place, (hello, reply))
        });
    }
    let mut greeted = Vec::new();
    while let Some(asked) = asking.join_next().await {
        greeted.extend(asked.ok());
    }
    greeted.sort_by_key(|(place, _)| *place);
    greeted.into_iter().map(|(_, greeted)| greeted).collect()
}

/// Finds out which hang-ups were refusals.
async fn settle(desk: &Arc<Desk>, greeted: &mut [Greeted]) {
    let mut asking = JoinSet::new();
    for (place, (hello, _)) in
        greeted.iter().enumerate().filter(|(_, (_, reply))| matches!(reply, Reply::Closed))
    {
        let (desk, hello) = (desk.clone(), hello.clone());
        asking.spawn(async move { (place, desk.greet_beside_witness(&hello).await) });
    }
    while let Some(asked) = asking.join_next().await {
        if let Ok((place, settled)) = asked
            && let Some((_, reply)) = greeted.get_mut(place)
        {
            *reply = settled;
        }
    }
}

/// What was said to a version: it is agreed on if one greeting was, and refused if all were.
fn reply(greeted: &[Greeted], code: u16) -> Reply {
    let rank = |reply: &Reply| match reply {
        Reply::Agreed(_) => 0,
        Reply::Refused => 2,
        _ => 1,
    };
    let of_version = greeted.iter().filter(|(hello, _)| hello.code == code);
    let best = of_version.map(|(_, reply)| reply).min_by_key(|reply| rank(reply));
    best.cloned().unwrap_or(Reply::Closed)
}
