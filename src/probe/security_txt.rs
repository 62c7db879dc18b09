//! Where the site says whom to tell of a hole in it: `security.txt` (RFC 9116).

use super::answers::{Answers, Exchanged};
use super::question::{Question, Request};
use super::{Probe, Site, all_unknown};
use crate::date::Date;
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};

/// Asks for the file.
pub struct SecurityTxt;

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.security-txt.present",
        Kind::Bool,
        "Whether the site has one; unknown where it leads elsewhere.",
    ),
    FactSpec::new(
        "live.security-txt.content-type",
        Kind::Text,
        "The type that it is sent with, in lower case and without parameters; absent if there is none.",
    ),
    FactSpec::new(
        "live.security-txt.contacts",
        Kind::List(&Kind::Text),
        "What it says of how to reach somebody; unknown if there is no file.",
    ),
    FactSpec::new(
        "live.security-txt.expires",
        Kind::List(&Kind::Text),
        "Until when it counts, as often as it says so; unknown likewise.",
    ),
    FactSpec::new(
        "live.security-txt.days-left",
        Kind::Number,
        "From the day of the audit to the first day that it names there; absent if it names none.",
    )
    .in_unit("days"),
];

const SHOWN: &[&str] = &["content-type"];

/// RFC 9116 §3.
const PATH: &str = "/.well-known/security.txt";

impl Probe for SecurityTxt {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        // No browser asks for it.
        if site.passive { Vec::new() } else { vec![Question::Page(request(site))] }
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let page = match answers.telling(&request(site)) {
            Ok(page) => page,
            Err(unknown) => return all_unknown(SPECS, &unknown),
        };
        let status = page.response.status;
        if status == 200 && is_file(page) {
            return described(site, page);
        }
        let present = if status == 200 || matches!(status, 404 | 410) {
            Value::Bool(false)
        } else {
            let why = format!("the site answers {status}: neither a file nor that there is none");
            Value::Unknown(Ignorance::new(why))
        };
        let none = Ignorance::new("no `security.txt` was found");
        let mut facts = all_unknown(SPECS, &page.fact(none, &["location"]));
        facts.put("live.security-txt.present", page.fact(present, &["location", "content-type"]));
        facts
    }
}

fn request(site: &Site) -> Request {
    site.path(PATH)
}

/// Whether an answer is the file: not the page that some sites have for every path.
fn is_file(page: Exchanged<'_>) -> bool {
    let named = |name| fields(page, name).next().is_some();
    !page.response.body.trim_start().starts_with('<') && (named("contact") || named("expires"))
}

fn described(site: &Site, page: Exchanged<'_>) -> Facts {
    let mut facts = Facts::default();
    facts.put("live.security-txt.present", page.fact(true, &[]));
    let kind = page.response.values("content-type").last().map(|kind| {
        let bare = kind.split_once(';').map_or(kind, |(bare, _)| bare);
        Value::from(bare.trim().to_ascii_lowercase())
    });
    let kind = kind.unwrap_or(Value::Absent);
    facts.put("live.security-txt.content-type", page.fact(kind, SHOWN));
    for (name, path) in
        [("contact", "live.security-txt.contacts"), ("expires", "live.security-txt.expires")]
    {
        let told = |value: &str| vec![format!("{name}: {value}")];
        let item = |value: &str| Fact::live(value, page.place_with(told(value).into_iter()));
        let items: Vec<Fact> = fields(page, name).map(item).collect();
        facts.put(path, page.fact(items, SHOWN));
    }
    let last = fields(page, "expires").next();
    let days = match (site.today, last.and_then(day)) {
        (_, None) => Value::Absent,
        (Some(today), Some(last)) => Value::Int(today.days_until(last)),
        (None, _) => Value::Unknown(Ignorance::new("the day of the audit is not known")),
    };
    let told = last.map(|last| format!("expires: {last}"));
    facts.put("live.security-txt.days-left", Fact::live(days, page.place_with(told.into_iter())));
    facts
}

/// The values of a field, in their order; its name may be written in capitals (RFC 9116 §2.3).
fn fields<'p>(page: Exchanged<'p>, name: &'p str) -> impl Iterator<Item = &'p str> {
    page.response.body.lines().filter_map(move |line| {
        let (known, value) = line.split_once(':')?;
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The day of a time as RFC 3339 writes it.
fn day(time: &str) -> Option<Date> {
    let (day, clock) = time.split_once(['T', 't', ' '])?;
    Date::parse(day).filter(|_| clock.starts_with(|c: char| c.is_ascii_digit()))
}
