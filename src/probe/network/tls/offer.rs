//! All that a server offers below HTTP: in each version the cipher suites in its own order, and the groups
//! for the exchange of keys.
//!
//! Few round trips matter more than few greetings: a suite that is chosen is taken out of the offer until
//! the server refuses the rest, in small packs at the same time.

use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::greeting::{self, Chosen, Reply};
use super::groups::groups;
use super::hello::Hello;
use super::order;
use super::resumption;
use super::suites::{self, PACK};
use super::versions;
use crate::fact::Ignorance;
use crate::probe::Unanswered;
use crate::probe::network::{Shared, why};
use crate::probe::offer::{Offer, Suites};
use crate::probe::question::VERSIONS;

/// Greetings to one server at the same time.
const AT_ONCE: usize = 32;

/// The same to a server that has hung up: browsers do not send more, so that a limit on connections lets
/// them pass.
const FEW_AT_ONCE: usize = 6;

/// Greetings that are not answered before no further one is sent.
const MOST_SILENCE: usize = 3;

/// Hang-ups beside an answered greeting that make a refusal.
const HANG_UPS: usize = 2;

/// Where greetings to one server are sent from.
pub(in crate::probe::network) struct Desk {
    shared: Arc<Shared>,
    url: Url,
    until: Instant,
    seats: Semaphore,
    left: AtomicUsize,
    silent: AtomicUsize,
    hung_up: AtomicBool,
    /// A greeting that the server has agreed to.
    witness: OnceLock<Hello>,
}

impl Desk {
    /// For the server at an address.
    pub(in crate::probe::network) fn new(shared: Arc<Shared>, url: Url, until: Instant) -> Self {
        Self {
            shared,
            url,
            until,
            seats: Semaphore::new(AT_ONCE),
            left: AtomicUsize::new(AT_ONCE),
            silent: AtomicUsize::new(0),
            hung_up: AtomicBool::new(false),
            witness: OnceLock::new(),
        }
    }

    /// Takes a greeting that the server has agreed to for the one that tells a refusal from a limit.
    pub(super) fn call_witness(&self, hello: &Hello) {
        self.witness.get_or_init(|| hello.clone());
    }

    /// Greets, and finds out what a hang-up means.
    pub(super) async fn greet(&self, hello: &Hello) -> Reply {
        self.greet_on(Line::default(), hello).await
    }

    /// The same on a connection that was made ready.
    async fn greet_on(&self, line: Line<'_>, hello: &Hello) -> Reply {
        if self.silent.load(Ordering::Relaxed) >= MOST_SILENCE {
            return Reply::Unknown(why::in_vain(
                "the server fell silent when it was asked for more",
            ));
        }
        let mut reply = self.greet_once_on(line, hello).await;
        if matches!(reply, Reply::Closed) {
            reply = self.greet_beside_witness(hello).await;
        }
        if matches!(reply, Reply::Unknown(_)) {
            self.silent.fetch_add(1, Ordering::Relaxed);
        }
        reply
    }

    /// Greets a server again that has hung up, with a greeting right behind that it has agreed to. It hangs
    /// up on the one and answers the other: then it refuses. It hangs up on both: then it may be a limit
    /// on connections, and nothing is known.
    pub(super) async fn greet_beside_witness(&self, hello: &Hello) -> Reply {
        let Some(witness) = self.witness.get() else { return Reply::Closed };
        for _ in 0..HANG_UPS {
            match tokio::join!(self.greet_once(hello), self.greet_once(witness)) {
                (Reply::Closed, Reply::Agreed(_)) => {}
                (Reply::Closed, _) => {
                    return Reply::Unknown(why::in_vain(
                        "the server hangs up, also on what it agreed to before; it limits \
                         connections, perhaps",
                    ));
                }
                (reply, _) => return reply,
            }
        }
        Reply::Refused
    }

    /// Greets; a hang-up may mean anything.
    pub(super) async fn greet_once(&self, hello: &Hello) -> Reply {
        self.greet_once_on(Line::default(), hello).await
    }

    async fn greet_once_on(&self, line: Line<'_>, hello: &Hello) -> Reply {
        let Line { seat, connecting } = line;
        let seat = match seat {
            Some(seat) => Ok(Ok(seat)),
            None => timeout_at(self.until, self.seats.acquire()).await,
        };
        let Ok(Ok(seat)) = seat else {
            return Reply::Unknown(self.shared.out_of_time());
        };
        let greeting = greeting::greet(self.connected(connecting), &self.url, hello, false);
        let reply = timeout_at(self.shared.limit(self.until), greeting).await;
        let reply = reply.unwrap_or_else(|_| Reply::Unknown(self.shared.silent()));
        if matches!(reply, Reply::Closed) {
            self.hung_up.store(true, Ordering::Relaxed);
        }
        if self.hung_up.load(Ordering::Relaxed) && self.has_seats_to_spare() {
            seat.forget();
        }
        reply
    }

    /// Begins a connection for the greeting after the next, if a seat is free; not to a server that has hung
    /// up.
    fn prepare(&self) -> Line<'_> {
        let mut line = Line::default();
        if !self.hung_up.load(Ordering::Relaxed)
            && let Ok(seat) = self.seats.try_acquire()
        {
            let (shared, url) = (self.shared.clone(), self.url.clone());
            line.connecting.spawn(async move { shared.connect(&url).await });
            line.seat = Some(seat);
        }
        line
    }

    /// The connection that was made ready, or a new one.
    async fn connected(&self, mut ready: Connecting) -> Result<TcpStream, Unanswered> {
        let is_open = |stream: &TcpStream| {
            let read = stream.try_read(&mut [0]);
            read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
        };
        match ready.join_next().await {
            Some(Ok(Ok(stream))) if is_open(&stream) => Ok(stream),
            _ => self.shared.connect(&self.url).await,
        }
    }

    /// Takes one seat off the count, unless few are left.
    fn has_seats_to_spare(&self) -> bool {
        let fewer = |left: usize| (left > FEW_AT_ONCE).then(|| left - 1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer).is_ok()
    }
}

/// A connection that is made while the answer to another greeting is on its way, so that a row of greetings
/// takes one round trip each; perhaps none. Some servers serve one connection after the other: so a row gives
/// up what it does not use, and what it does use has a seat already.
#[derive(Default)]
struct Line<'d> {
    connecting: Connecting,
    seat: Option<SemaphorePermit<'d>>,
}

type Connecting = JoinSet<Result<TcpStream, Unanswered>>;

/// What was chosen until the server refused the rest, in that order, and why it is not all, if it is not.
pub(super) type Found = (Vec<Chosen>, Option<Unanswered>);

/// Finds all of a pack that is accepted: a long one that is not refused as a whole falls into short ones.
pub(super) async fn find(
    desk: Arc<Desk>,
    all: Vec<u16>,
    hello: impl Fn(&[u16]) -> Hello + Copy + Send + Sync + 'static,
    pick: fn(&Chosen) -> Option<u16>,
) -> Found {
    if all.len() <= PACK {
        return eliminate(&desk, all, hello, pick).await;
    }
    let (mut found, mut open, left) = match choose(&desk, Line::default(), all, hello, pick).await {
        Ok(Some((chosen, left))) => (vec![chosen], None, left),
        Ok(None) => return (Vec::new(), None),
        Err(why) => return (Vec::new(), Some(why)),
    };
    let mut asking = JoinSet::new();
    for few in left.chunks(PACK) {
        let (desk, few) = (desk.clone(), few.to_vec());
        asking.spawn(async move { eliminate(&desk, few, hello, pick).await });
    }
    while let Some(asked) = asking.join_next().await {
        let Ok((more, why)) = asked else { continue };
        found.extend(more);
        open = open.or(why);
    }
    (found, open)
}

/// What is chosen of an offer, and what is left of it; none if it is refused.
async fn choose(
    desk: &Desk,
    line: Line<'_>,
    mut left: Vec<u16>,
    hello: impl Fn(&[u16]) -> Hello,
    pick: impl Fn(&Chosen) -> Option<u16>,
) -> Result<Option<(Chosen, Vec<u16>)>, Unanswered> {
    let chosen = match desk.greet_on(line, &hello(&left)).await {
        Reply::Agreed(chosen) => chosen,
        Reply::Refused => return Ok(None),
        Reply::Closed | Reply::NotTls => return Err(why::in_vain("the server answers amiss")),
        Reply::Unknown(why) => return Err(why),
    };
    let Some(at) = pick(&chosen).and_then(|id| left.iter().position(|one| *one == id)) else {
        return Err(why::in_vain("the server chose what was not offered"));
    };
    left.remove(at);
    Ok(Some((chosen, left)))
}

/// Takes out of an offer what is chosen of it, until nothing is.
pub(super) async fn eliminate(
    desk: &Desk,
    mut left: Vec<u16>,
    hello: impl Fn(&[u16]) -> Hello,
    pick: impl Fn(&Chosen) -> Option<u16>,
) -> Found {
    let mut found = Vec::new();
    let mut ready = Line::default();
    while !left.is_empty() {
        let line = if left.len() > 1 { desk.prepare() } else { Line::default() };
        let line = std::mem::replace(&mut ready, line);
        match choose(desk, line, left, &hello, &pick).await {
            Ok(Some((chosen, rest))) => {
                found.push(chosen);
                left = rest;
            }
            Ok(None) => break,
            Err(why) => return (found, Some(why)),
        }
    }
    (found, None)
}

/// Asks for everything.
pub(in crate::probe::network) async fn offer(desk: Arc<Desk>) -> Result<Offer, Unanswered> {
    let (versions, agreed) = versions::agreed(&desk).await?;
    let mut asking = JoinSet::new();
    for (code, first) in agreed.clone() {
        let desk = desk.clone();
        asking.spawn(async move { (code, suites_of(&desk, code, first.suite).await) });
    }
    let coming_back = resumption::resumed(&desk.shared, &desk.url, &versions.offered, desk.until);
    let (groups, resumed) = tokio::join!(groups(&desk, &agreed), coming_back);
    let mut of_versions = Vec::new();
    while let Some(asked) = asking.join_next().await {
        of_versions.extend(asked.ok());
    }
    of_versions.sort_by_key(|(code, _)| *code);
    let chosen = agreed.iter().map(|(_, chosen)| chosen);
    let mut dh_bits = chosen.filter_map(|chosen| chosen.dh_bits).min();
    let mut suites = Vec::new();
    for (_, (of_version, bits)) in of_versions {
        dh_bits = dh_bits.into_iter().chain(bits).min();
        suites.push(of_version);
    }
    Ok(Offer { versions, suites, groups, dh_bits, resumed })
}

/// The suites of one version, and the bits of the smallest prime among them.
async fn suites_of(desk: &Arc<Desk>, code: u16, first: u16) -> (Suites, Option<u32>) {
    let mut asking = JoinSet::new();
    for pack in suites::packs(code) {
        let hello = move |left: &[u16]| Hello::with_suites(code, left.to_vec());
        asking.spawn(find(desk.clone(), pack, hello, |chosen| Some(chosen.suite)));
    }
    let (accepted, open) = gathered(asking).await;
    let bits = accepted.iter().filter_map(|chosen| chosen.dh_bits).min();
    let accepted: Vec<u16> = accepted.into_iter().map(|chosen| chosen.suite).collect();
    let (ordered, servers_order) = order::ordered(desk, code, accepted, first).await;
    let index = usize::from(code & 0xff);
    let suites = Suites {
        version: VERSIONS.get(index).copied().unwrap_or_default().to_owned(),
        names: ordered.into_iter().map(suites::name).collect(),
        servers_order,
        open,
    };
    (suites, bits)
}

pub(super) async fn gathered(mut asking: JoinSet<Found>) -> (Vec<Chosen>, Option<Ignorance>) {
    let (mut all, mut open) = (Vec::new(), None);
    while let Some(asked) = asking.join_next().await {
        let Ok((found, why)) = asked else { continue };
        all.extend(found);
        open = open.or_else(|| why.map(|why| why.ignorance()));
    }
    (all, open)
}
