//! The sites of the differential test: those written down in `scenarios.txt`, and generated ones.

use std::collections::BTreeMap;

/// A site: what each of its addresses answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) answers: BTreeMap<String, Reply>,
    /// To OPTIONS, at every address.
    pub(crate) options: Vec<(String, String)>,
    pub(crate) plain: bool,
    pub(crate) secure: bool,
    pub(crate) certificate: Shown,
}

/// The certificate that a site shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shown {
    #[default]
    Fine,
    Untrusted,
    Expired,
    WrongName,
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Default for Reply {
    fn default() -> Self {
        Self { status: 200, headers: Vec::new(), body: String::new() }
    }
}

/// All sites that are written down.
pub(crate) fn written() -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let mut name = "";
    for line in include_str!("scenarios.txt").lines() {
        if line.is_empty() || line.starts_with("# ") || line == "#" {
            continue;
        }
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(next) => {
                if !name.is_empty() {
                    scenarios.push(scenario(name, &lines));
                }
                (name, lines) = (next, Vec::new());
            }
            None => lines.push(line),
        }
    }
    scenarios.push(scenario(name, &lines));
    scenarios
}

/// A site from its name and the lines that tell what is not as usual.
pub(crate) fn scenario(name: &str, lines: &[&str]) -> Scenario {
    let top = lines.iter().find_map(|line| line.strip_prefix("top ")).unwrap_or("test");
    let host = format!("{name}.{top}");
    let mut site = Scenario {
        name: name.to_owned(),
        plain: !lines.contains(&"http none"),
        secure: !lines.contains(&"https none"),
        ..Scenario::default()
    };
    let (front, plain) = (format!("https://{host}/"), format!("http://{host}/"));
    let typed = !lines.contains(&"no content-type");
    for line in lines {
        let line = line.replace("other-site.test", &format!("other-{host}")).replace("HOST", &host);
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match word {
            "top" | "no" => {}
            "certificate" => {
                site.certificate = match rest {
                    "untrusted" => Shown::Untrusted,
                    "expired" => Shown::Expired,
                    _ => Shown::WrongName,
                }
            }
            "options" => site.options.push(header(rest)),
            "http" | "https" if rest == "none" => {}
            "http" if rest == "page" => {
                site.answers.insert(plain.clone(), Reply::default());
            }
            "http" => tell(site.answers.entry(plain.clone()).or_default(), rest),
            "at" => {
                let (url, rest) = rest.split_once(' ').expect("an address and what it answers");
                tell(site.answers.entry(url.to_owned()).or_default(), rest);
            }
            _ => tell(site.answers.entry(front.clone()).or_default(), &line),
        }
    }
    let redirect = Reply {
        status: 301,
        headers: vec![("Location".to_owned(), front.clone())],
        body: String::new(),
    };
    site.answers.entry(plain).or_insert(redirect);
    site.answers.entry(front).or_default();
    for reply in site.answers.values_mut().filter(|reply| typed && reply.status != 301) {
        if !reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            reply.headers.push(("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned()));
        }
    }
    site.host = host;
    site
}

fn tell(reply: &mut Reply, line: &str) {
    if let Some(text) = line.strip_prefix("| ") {
        reply.body.push_str(text);
        reply.body.push('\n');
    } else if let Some(status) = line.strip_prefix("status ") {
        reply.status = status.parse().expect("a status");
    } else {
        reply.headers.push(header(line));
    }
}

fn header(line: &str) -> (String, String) {
    let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no header: {line}"));
    (name.to_owned(), value.trim().to_owned())
}

/// What the generated sites are put together from; an empty choice leaves the header away.
const CHOICES: &[&[&str]] = &[
    &[
        "",
        "Strict-Transport-Security: max-age=31536000; includeSubDomains",
        "Strict-Transport-Security: max-age=300",
        "Strict-Transport-Security: max-age=0",
        "Strict-Transport-Security: includeSubDomains",
    ],
    &["", "X-Content-Type-Options: nosniff", "X-Content-Type-Options: no-sniff"],
    &[
        "",
        "X-Frame-Options: DENY",
        "X-Frame-Options: SAMEORIGIN",
        "X-Frame-Options: ALLOW-FROM https://a.test",
        "X-Frame-Options: none",
    ],
    &[
        "",
        "Referrer-Policy: no-referrer",
        "Referrer-Policy: origin",
        "Referrer-Policy: strict-origin, unsafe-url",
        "Referrer-Policy: x",
    ],
    &[
        "",
        "Cross-Origin-Resource-Policy: same-origin",
        "Cross-Origin-Resource-Policy: cross-origin",
        "Cross-Origin-Resource-Policy: x",
    ],
    &[
        "",
        "Set-Cookie: sessionid=1; Secure; HttpOnly; SameSite=Lax",
        "Set-Cookie: sessionid=1; HttpOnly",
        "Set-Cookie: theme=1",
        "Set-Cookie: token=1; Secure",
    ],
    &[
        "",
        "Set-Cookie: csrftoken=1; Secure; SameSite=Strict",
        "Set-Cookie: csrftoken=1; Secure",
        "Set-Cookie: a=1; SameSite=None",
    ],
    &[
        "",
        "options Access-Control-Allow-Origin: *",
        "options Access-Control-Allow-Origin: https://a.test",
    ],
    &["", "http page", "http none", "http Location: http://www.HOST/", "http status 500"],
    &["", "status 403", "status 401"],
    &[
        "",
        "| <script src='/a.js' integrity='sha256-x'></script>",
        "| <script src='https://cdn.other.test/a.js'></script>",
        "| <script src='http://cdn.other.test/a.js'></script>",
        "| <script>1</script>",
    ],
    &[
        "",
        "| <script src='https://cdn.other.test/b.js' integrity='sha256-x'></script>",
        "| <script src='//HOST/b.js'></script>",
        "| <meta name=referrer content=same-origin>",
        "| <meta http-equiv=content-security-policy content=\"object-src 'none'; script-src 'self'\">",
    ],
];

/// The directives and sources of generated policies.
const DIRECTIVES: &[&str] = &[
    "default-src",
    "script-src",
    "style-src",
    "object-src",
    "img-src",
    "connect-src",
    "frame-ancestors",
    "base-uri",
    "report-uri",
];
const SOURCES: &[&str] = &[
    "'none'",
    "'self'",
    "'unsafe-inline'",
    "'unsafe-eval'",
    "'nonce-abc'",
    "'sha256-abc'",
    "'strict-dynamic'",
    "https:",
    "http:",
    "data:",
    "*",
    "https://a.test",
    "https://a.test/x",
    "http://b.test",
    "*.c.test",
    "https://*",
];

/// Sites put together at random, the same ones in every run.
pub(crate) fn generated(count: usize) -> Vec<Scenario> {
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    (0..count)
        .map(|number| {
            let name = format!("generated-{number}");
            let mut lines: Vec<String> = Vec::new();
            for choices in CHOICES {
                lines.push(dice.one_of(choices).to_owned());
            }
            if dice.below(4) > 0 {
                lines.push(format!("Content-Security-Policy: {}", policy(&mut dice)));
            }
            let lines: Vec<&str> =
                lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
            scenario(&name, &lines)
        })
        .collect()
}

fn policy(dice: &mut Dice) -> String {
    let mut directives: Vec<String> = Vec::new();
    for name in DIRECTIVES {
        if dice.below(2) == 0 {
            let count = 1 + dice.below(3);
            let sources: Vec<&str> = (0..count).map(|_| dice.one_of(SOURCES)).collect();
            directives.push(format!("{name} {}", sources.join(" ")));
        }
    }
    if directives.is_empty() { "default-src 'self'".to_owned() } else { directives.join("; ") }
}

/// A small generator of numbers (xorshift), so that a failure can be seen again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one_of<'c>(&mut self, choices: &[&'c str]) -> &'c str {
        choices[self.below(choices.len())]
    }
}
