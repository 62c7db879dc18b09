//! One site being asked: what is on its way, what waits, and how much the site is sent in all.

use std::collections::{BTreeMap, VecDeque};
use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use url::Origin;

use super::Network;
use crate::fact::Ignorance;
use crate::probe::{Answered, Hearing, Question, Transport, Unanswered};

/// Requests to one origin at the same time; browsers do not send more.
const AT_ONCE: usize = 6;

/// What a site gets beyond its time before it is no longer waited for.
const GRACE: Duration = Duration::from_secs(1);

/// One site being asked.
pub struct Visit<'n> {
    network: &'n Network,
    until: Instant,
    allowance: Arc<Allowance>,
}

/// The requests that a site may still be sent.
pub(super) struct Allowance {
    left: AtomicUsize,
}

impl Allowance {
    /// Takes one off, if any is left.
    pub(super) fn admits(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

/// Why a request was not sent to a site that was sent enough of them.
pub(in crate::probe) fn none_left() -> Unanswered {
    Unanswered::NotAsked(Ignorance::new("no request is left of those that a site is sent"))
}

impl<'n> Visit<'n> {
    /// Begins; the site's time runs from here on.
    pub(super) fn new(network: &'n Network) -> Self {
        let manner = &network.shared.manner;
        let allowance = Allowance { left: AtomicUsize::new(manner.most_requests) };
        let until = Instant::now() + manner.timeout;
        Self { network, until, allowance: Arc::new(allowance) }
    }
}

/// Questions that are not answered yet.
#[derive(Default)]
struct Open {
    asked: BTreeMap<Question, JoinHandle<()>>,
    waiting: VecDeque<Question>,
}

impl Open {
    /// The first page that waits and need not: few others of its origin are on their way.
    fn next_page(&mut self) -> Option<Question> {
        let at_once = |origin: &Option<Origin>| {
            let asked = self.asked.keys().filter(|asked| origin_of(asked) == *origin);
            asked.count()
        };
        let ready = |page: &Question| at_once(&origin_of(page)) < AT_ONCE;
        let place = self.waiting.iter().position(ready)?;
        self.waiting.remove(place)
    }
}

/// Where a page is asked for.
fn origin_of(question: &Question) -> Option<Origin> {
    match question {
        Question::Page(request) => Some(request.url.origin()),
        _ => None,
    }
}

impl Transport for Visit<'_> {
    fn requests_left(&self) -> usize {
        self.allowance.left.load(Ordering::Relaxed)
    }

    fn converse(&self, questions: Vec<Question>, hear: &mut Hearing<'_>) {
        let (sender, answered) = mpsc::channel();
        let mut open = Open::default();
        // This clock is not the runtime's: a server that never stops talking can keep that one busy.
        let end = self.until + GRACE;
        self.put(questions, &mut open, &sender);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let left = if open.asked.is_empty() { Duration::ZERO } else { left };
            let Ok(first) = answered.recv_timeout(left) else { break };
            // What came in the meantime is heard with it.
            let heard: Vec<Answered> = iter::once(first).chain(answered.try_iter()).collect();
            for (question, _) in &heard {
                open.asked.remove(question);
            }
            self.put(hear(heard), &mut open, &sender);
        }
        for asking in open.asked.values() {
            asking.abort();
        }
        let late = |question| (question, Err(self.network.shared.out_of_time()));
        let mut next: Vec<Question> = open.asked.into_keys().chain(open.waiting).collect();
        while !next.is_empty() {
            next = hear(next.into_iter().map(late).collect());
        }
    }
}

impl Visit<'_> {
    /// Puts what can be put now. What answers have led to goes before what waits already.
    fn put(&self, questions: Vec<Question>, open: &mut Open, sender: &mpsc::Sender<Answered>) {
        let (pages, others): (Vec<_>, Vec<_>) =
            questions.into_iter().partition(|question| matches!(question, Question::Page(_)));
        let (pages, too_many): (Vec<_>, Vec<_>) =
            pages.into_iter().partition(|_| self.allowance.admits());
        for question in too_many {
            // Whoever no longer waits does not miss it.
            let _ = sender.send((question, Err(none_left())));
        }
        for page in pages.into_iter().rev() {
            open.waiting.push_front(page);
        }
        for question in others {
            self.begin(question, open, sender);
        }
        while let Some(page) = open.next_page() {
            self.begin(page, open, sender);
        }
    }

    /// Begins to ask; the answer is sent.
    fn begin(&self, question: Question, open: &mut Open, sender: &mpsc::Sender<Answered>) {
        let shared = self.network.shared.clone();
        let (allowance, until) = (self.allowance.clone(), self.until);
        let (asked, sender) = (question.clone(), sender.clone());
        let asking = self.network.handle.spawn(async move {
            let answer = shared.answer(&asked, &allowance, until).await;
            let _ = sender.send((asked, answer));
        });
        open.asked.insert(question, asking);
    }
}
