//! What stands in the place of a statement's placeholders, and the variables that it reads.

use crate::case::Piece;
use crate::expressions::{Reader, Wanted, templates};
use crate::generate::Generator;
use crate::values::{default_text, line, literal, value};

const MIDDLEWARE: &[&str] = &[
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "shop.middleware.Own",
];
const APPLICATIONS: &[&str] =
    &["django.contrib.sessions", "corsheaders", "rest_framework", "shop.orders"];
const WANTED: &[(&str, Wanted)] = &[
    ("bool ", Wanted::Bool),
    ("number ", Wanted::Number),
    ("text ", Wanted::Text),
    ("key ", Wanted::Key),
    ("hosts ", Wanted::Hosts),
    ("origins ", Wanted::Origins),
    ("database ", Wanted::Database),
    ("cache ", Wanted::Cache),
    ("json ", Wanted::Json),
];

impl Generator {
    /// A statement with its placeholders filled in.
    pub(crate) fn expanded(&mut self, statement: &str) -> String {
        let mut text = statement.to_owned();
        for (word, wanted) in WANTED {
            let (of, bare) = (format!("{{{word}"), format!("{{={word}"));
            while let Some(start) = text.find(&bare) {
                let end = start + text[start..].find('}').unwrap();
                let name = text[start + bare.len()..end].to_owned();
                let given = self.given(&name, *wanted);
                if self.random.chance(60) {
                    self.variable(&name.to_uppercase(), &given);
                }
                text.replace_range(start..=end, &name);
            }
            while let Some(start) = text.find(&of) {
                let end = start + text[start..].find('}').unwrap();
                let name = text[start + of.len()..end].to_owned();
                let expression = self.expression(*wanted, &name);
                text.replace_range(start..=end, &expression);
            }
        }
        let middleware = self.random.pick(MIDDLEWARE);
        let last = middleware.rsplit('.').next().unwrap();
        let application = self.random.pick(APPLICATIONS);
        let key = self.random.key(52);
        text.replace("{m}", middleware)
            .replace("{M}", last)
            .replace("{a}", application)
            .replace("{k}", &key)
    }

    /// An expression for a value, which may read a variable.
    fn expression(&mut self, wanted: Wanted, name: &str) -> String {
        if self.random.chance(25) && wanted != Wanted::Key {
            return literal(&mut self.random, wanted);
        }
        let reader = if self.random.chance(15) { Reader::Os } else { self.reader };
        // Only `Env` makes these, and only what is imported can be used.
        let reader =
            if matches!(wanted, Wanted::Database | Wanted::Cache) { self.reader } else { reader };
        let template = self.random.pick(templates(reader, wanted));
        let (demanded, template) =
            template.strip_prefix('!').map_or((false, template), |rest| (true, rest));
        let (t, h) =
            (default_text(&mut self.random, Wanted::Text), default_text(&mut self.random, wanted));
        let o = self.random.pick(&["shop.example", "https://shop.example", "*"]).to_owned();
        let key = self.random.key(52);
        let filled = template
            .replace("{V}", name)
            .replace("{t}", &t)
            .replace("{h}", &h)
            .replace("{o}", &o)
            .replace("{k}", &key);
        self.remember(&filled, wanted, demanded);
        // An operator inside must not catch what stands around it.
        if filled.contains(' ') && !filled.starts_with(['{', '[']) {
            format!("({filled})")
        } else {
            filled
        }
    }

    /// Notes the variables that an expression asks for, and gives some of them.
    fn remember(&mut self, expression: &str, wanted: Wanted, demanded: bool) {
        let names: Vec<String> = expression
            .split(['"', '\''])
            .filter(|part| {
                part.len() > 2
                    && part
                        .chars()
                        .all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
            })
            .map(str::to_owned)
            .collect();
        for name in names {
            if name.starts_with("SCHEME_")
                && !self.schemes.iter().any(|known| known.starts_with(&format!("{name}=")))
            {
                let scheme = match wanted {
                    Wanted::Bool => "(bool, False)",
                    Wanted::Text => "(str, \"scheme\")",
                    _ => "(list, [\"scheme.example\"])",
                };
                self.schemes.push(format!("{name}={scheme}"));
            }
            let often = if demanded { 88 } else { 50 };
            let given = self.given(&name, wanted);
            if self.random.chance(often) {
                self.variable(&name, &given);
            }
        }
    }

    /// What somebody might give a variable, whose name may tell how it is written.
    fn given(&mut self, name: &str, wanted: Wanted) -> String {
        match name.rsplit('_').next() {
            Some("JSON") if wanted != Wanted::Json => "[\"j.example\", \"k.example\"]".to_owned(),
            Some("DICT") => self.random.pick(&["a=b,c=d", "a=1", ""]).to_owned(),
            Some("PY") => self.random.pick(&["['a']", "{'b': (1, None)}", "'x'"]).to_owned(),
            _ => value(&mut self.random, wanted),
        }
    }

    pub(crate) fn variable(&mut self, name: &str, value: &str) {
        if self.seen.iter().any(|known| known == name) {
            return;
        }
        self.seen.push(name.to_owned());
        if self.has_dot_env && self.random.chance(55) {
            let line = line(&mut self.random, name, value);
            self.dot_env.push(line);
            if self.random.chance(80) {
                return;
            }
        }
        self.variables.push(Piece::Variable(name.to_owned(), value.to_owned()));
    }
}
