//! Which versions of TLS a server offers, asked with a greeting for each.

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

/// Greets in every version, all at once.
pub(super) async fn agreed(desk: &Desk) -> Result<(Versions, Vec<Agreed>), Unanswered> {
    // Some firewalls drop a greeting that is very long, so what is rare has one of its own.
    let greet = |code: u16| async move {
        let usual = Hello::with_suites(code, suites::all_usual(code));
        let rare = Hello::with_suites(code, suites::all_rare(code));
        if rare.suites.is_empty() {
            return desk.greet_once(&usual, true).await;
        }
        let both = tokio::join!(desk.greet_once(&usual, true), desk.greet_once(&rare, true));
        match both {
            (Reply::Refused | Reply::Closed, agreed @ Reply::Agreed(_)) => agreed,
            (reply, _) => reply,
        }
    };
    let [ssl3, tls10, tls11, tls12, tls13] = CODES.map(greet);
    let (ssl3, tls10, tls11, tls12, tls13) = tokio::join!(ssl3, tls10, tls11, tls12, tls13);
    let replies = CODES.into_iter().zip([ssl3, tls10, tls11, tls12, tls13]);
    let (mut offered, mut chosen, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for (version, (code, reply)) in VERSIONS.into_iter().zip(replies) {
        match reply {
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
            Reply::Closed if !offered.is_empty() => continue,
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
