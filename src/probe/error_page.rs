//! Whether errors show the inside of the program to whoever caused them.

use super::answers::{Answers, Exchanged};
use super::question::Question;
use super::{Probe, Site};
use crate::fact::{FactSpec, Facts, Ignorance, Kind, Value};

/// Asks for a page that is not there, and looks for the debug pages of frameworks in every answer.
pub struct ErrorPage;

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.error-page.status",
        Kind::Number,
        "The status of the answer for a page that is not there.",
    ),
    FactSpec::new(
        "live.error-page.debugger",
        Kind::Text,
        "The debug page that an answer shows, by the name of its framework; absent if none does.",
    ),
];

/// What gives a debug page away: its name, and words of which all are on it and on no other page.
const MARKS: &[(&str, &[&str])] = &[
    ("Django", &["You're seeing this error because you have <code>DEBUG = True</code>"]),
    ("Django", &["You’re seeing this error because you have <code>DEBUG = True</code>"]),
    ("Django", &["You&#x27;re seeing this error because you have <code>DEBUG = True</code>"]),
    ("Django", &["Using the URLconf defined in", "tried these URL patterns"]),
    ("Django", &["Traceback Switch to copy-and-paste view"]),
    ("Werkzeug", &["The debugger caught an exception in your WSGI application"]),
    ("Werkzeug", &["Werkzeug Debugger", "__debugger__"]),
    ("Flask", &["Traceback (most recent call last)", "flask/app.py"]),
    ("Python", &["Traceback (most recent call last):", "File \""]),
    ("Laravel", &["Whoops, looks like something went wrong", "Illuminate\\"]),
    ("Laravel", &["window.ignite", "solutions"]),
    ("Laravel", &["vendor/laravel/framework", "Exceptions"]),
    ("Symfony", &["Symfony\\Component", "sf-toolbar"]),
    ("Rails", &["Rails.root:", "Application Trace"]),
    ("Rails", &["<h1>Routing Error</h1>", "Rails.root:"]),
    ("Express", &["    at ", "node_modules/express/lib"]),
    ("Express", &["<pre>Error: ", "<br> &nbsp; &nbsp;at "]),
    ("Spring", &["Whitelabel Error Page", "java."]),
    ("ASP.NET", &["Server Error in '/' Application.", "Stack Trace:"]),
    ("PHP", &["<b>Fatal error</b>:", "on line <b>"]),
];

impl Probe for ErrorPage {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        if site.passive { Vec::new() } else { vec![Question::Page(site.absent_page())] }
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = Facts::default();
        let missing = site.absent_page();
        let asked = answers.telling(&missing);
        facts.put(
            "live.error-page.status",
            match &asked {
                Ok(page) => page.fact(i64::from(page.response.status), &[]),
                Err(unknown) => (**unknown).clone(),
            },
        );
        // Any answer may give it away, also one with a status that says nothing else.
        let shown = answers.pages().find_map(|page| debugger(page).map(|name| (page, name)));
        facts.put(
            "live.error-page.debugger",
            match (shown, asked) {
                (Some((page, name)), _) => page.fact(name, &["content-type"]),
                (None, Err(unknown)) => *unknown,
                (None, Ok(page)) if !page.response.is_readable() => {
                    let why = "the error page is compressed, though nobody asked for that";
                    page.fact(Ignorance::new(why), &["content-encoding"])
                }
                (None, Ok(page)) if page.response.status < 400 => {
                    let why = "a missing page is answered like any other, so no error was seen";
                    page.fact(Ignorance::new(why), &["content-type", "location"])
                }
                (None, Ok(page)) => page.fact(Value::Absent, &["content-type"]),
            },
        );
        facts
    }
}

/// The debug page that an answer shows. Only errors are looked at: a page about programming may quote
/// a stack trace.
fn debugger(page: Exchanged<'_>) -> Option<&'static str> {
    if page.response.status < 400 {
        return None;
    }
    let on_page = |word: &&str| page.response.body.contains(*word);
    MARKS.iter().find(|(_, words)| words.iter().all(on_page)).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::question::{Request, Response};

    #[test]
    fn debug_pages_are_known_and_plain_errors_are_not() {
        let url = url::Url::parse("https://shop.test/x").unwrap();
        let request = Request::get(url);
        for (body, name) in [
            ("<h1>Not Found</h1>", None),
            (
                "You’re seeing this error because you have <code>DEBUG = True</code> in",
                Some("Django"),
            ),
            ("<p>The debugger caught an exception in your WSGI application.", Some("Werkzeug")),
            ("Traceback (most recent call last):\n  File \"/app/x.py\", line 1", Some("Python")),
            ("<script>window.ignite = {solutions: []}</script>", Some("Laravel")),
            ("<h1>Routing Error</h1><p>Rails.root: /app</p>", Some("Rails")),
            ("<pre>Error: boom<br> &nbsp; &nbsp;at f (/app/x.js:1:2)</pre>", Some("Express")),
            ("<h1>Whitelabel Error Page</h1><p>No message available</p>", None),
            ("<h1>Whitelabel Error Page</h1>java.lang.NullPointerException", Some("Spring")),
            ("<b>Fatal error</b>: x in y.php on line <b>3</b>", Some("PHP")),
        ] {
            let response = Response { status: 500, body: body.to_owned(), ..Response::default() };
            let page = Exchanged { request: &request, response: &response };
            assert_eq!(debugger(page), name, "{body}");
        }
    }
}
