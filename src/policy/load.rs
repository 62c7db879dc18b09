//! `prodcheck.toml` → [`Policy`]. Tells every mistake at once, each with its place.

use std::collections::BTreeMap;

use super::{Attestation, Django, Live, Policy, Threshold, Waiver};
use crate::check::library::Overrides;
use crate::check::{CheckId, Library, Scalar, Severity};
use crate::probe::active::Active;
use crate::problem::{Problem, SourcePlace};
use crate::toml_tree::{Node, Reader};

const KEYS: &[&str] = &[
    "fail-on",
    "min-severity",
    "fail-on-unknown",
    "only",
    "skip",
    "checks-from",
    "live",
    "django",
    "checks",
    "waiver",
    "attestation",
];

/// The thresholds that a policy changes. They are needed to read the checks, and the checks are needed
/// to read the rest of the policy; what is wrong here is told by [`load`].
pub fn overrides(file: &str, text: &str) -> Overrides {
    let mut reader = Reader::new(file, text);
    let tree = reader.parse();
    let mut overrides = Overrides::new();
    for check in tree.get("checks").map_or(&[][..], Node::entries) {
        for param in check.value.get("params").map_or(&[][..], Node::entries) {
            if let Some(value) = Scalar::of(&param.value) {
                overrides.entry(check.key.clone()).or_default().insert(param.key.clone(), value);
            }
        }
    }
    overrides
}

/// Reads a policy.
pub fn load(file: &str, text: &str, library: &Library) -> Result<Policy, Vec<Problem>> {
    let mut reader = Reader::new(file, text);
    let tree = reader.parse();
    reader.known_keys(&tree, KEYS, "key");
    let mut loader = Loader { reader: &mut reader, library, file, text };
    let policy = loader.policy(&tree);
    let problems = reader.finish();
    if problems.is_empty() { Ok(policy) } else { Err(problems) }
}

struct Loader<'r, 't> {
    reader: &'r mut Reader<'t>,
    library: &'r Library,
    file: &'t str,
    text: &'t str,
}

impl Loader<'_, '_> {
    fn policy(&mut self, tree: &Node) -> Policy {
        let severities = Severity::ALL.map(|severity| (severity.word(), severity));
        Policy {
            file: Some(self.file.to_owned()),
            fail_on: self.word(tree, "fail-on", &Threshold::words()),
            min_severity: self.word(tree, "min-severity", &severities),
            fail_on_unknown: tree
                .get("fail-on-unknown")
                .and_then(|node| self.reader.bool(node, "fail-on-unknown"))
                .unwrap_or(false),
            only: self.selection(tree, "only"),
            skip: self.selection(tree, "skip"),
            checks: self.texts(tree, "checks-from"),
            severities: self.checks(tree),
            waivers: self.tables(tree, "waiver", Self::waiver),
            attestations: self.tables(tree, "attestation", Self::attestation),
            live: self.live(tree),
            django: self.django(tree),
        }
    }

    fn word<T: Copy>(&mut self, table: &Node, key: &str, words: &[(&str, T)]) -> Option<T> {
        let node = table.get(key)?;
        let text = self.reader.text(node, key)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.reader.unknown_word(&node.span, text, &known, key);
        }
        found
    }

    fn text(&mut self, table: &Node, key: &str) -> Option<String> {
        table.get(key).and_then(|node| self.reader.text(node, key)).map(str::to_owned)
    }

    fn texts(&mut self, table: &Node, key: &str) -> Vec<String> {
        table.get(key).map(|node| self.reader.texts(node, key)).unwrap_or_default()
    }

    fn selection(&mut self, tree: &Node, key: &str) -> Vec<CheckId> {
        let Some(node) = tree.get(key) else {
            return Vec::new();
        };
        let mut ids = Vec::new();
        for item in self.reader.list(node, key) {
            if let Some(word) = self.reader.text(item, key) {
                match self.library.select(word) {
                    Ok(selected) => ids.extend(selected),
                    Err(problem) => self.reader.note_with(&item.span, problem.what, problem.hint),
                }
            }
        }
        ids
    }

    /// `[checks."id"]`: severities; the names of parameters are only proved here.
    fn checks(&mut self, tree: &Node) -> BTreeMap<CheckId, Severity> {
        let words = Severity::ALL.map(|severity| (severity.word(), severity));
        let mut severities = BTreeMap::new();
        for entry in tree.get("checks").map_or(&[][..], Node::entries) {
            self.reader.known_keys(&entry.value, &["params", "severity"], "key");
            let Some(check) = self.library.get(&entry.key) else {
                let problem = self.library.unknown(&entry.key);
                self.reader.note_with(&entry.key_span, problem.what, problem.hint);
                continue;
            };
            let known: Vec<&str> = check.params.keys().map(String::as_str).collect();
            if let Some(params) = entry.value.get("params") {
                self.reader.known_keys(params, &known, "parameter");
            }
            if let Some(severity) = self.word(&entry.value, "severity", &words) {
                severities.insert(check.id.clone(), severity);
            }
        }
        severities
    }

    fn tables<T>(
        &mut self,
        tree: &Node,
        key: &str,
        read: fn(&mut Self, &Node) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = tree.get(key) else {
            return Vec::new();
        };
        let items = self.reader.list(node, key);
        items.iter().filter_map(|item| read(self, item)).collect()
    }

    fn waiver(&mut self, table: &Node) -> Option<Waiver> {
        self.reader.known_keys(table, &["check", "where", "because", "until"], "key");
        let check = self.check(table);
        let because = self.stated(table, "because", "say why the failure is accepted");
        let until =
            self.reader.required(table, "until").and_then(|node| self.reader.date(node, "until"));
        let at = self.text(table, "where");
        Some(Waiver { check: check?, at, because: because?, until: until?, line: self.line(table) })
    }

    fn attestation(&mut self, table: &Node) -> Option<Attestation> {
        let keys = ["check", "by", "on", "answer", "evidence", "until"];
        self.reader.known_keys(table, &keys, "key");
        let check = self.check(table);
        let by = self.stated(table, "by", "say who answers for it");
        let answer = self.stated(table, "answer", "say what was done, and what came of it");
        let on = self.reader.required(table, "on").and_then(|node| self.reader.date(node, "on"));
        let until = table.get("until").and_then(|node| self.reader.date(node, "until"));
        let evidence = self.texts(table, "evidence");
        let line = self.line(table);
        Some(Attestation {
            check: check?,
            by: by?,
            on: on?,
            answer: answer?,
            evidence,
            until,
            line,
        })
    }

    fn check(&mut self, table: &Node) -> Option<CheckId> {
        let node = self.reader.required(table, "check")?;
        let text = self.reader.text(node, "check")?;
        let check = self.library.get(text);
        if check.is_none() {
            let problem = self.library.unknown(text);
            self.reader.note_with(&node.span, problem.what, problem.hint);
        }
        check.map(|check| check.id.clone())
    }

    /// A text that must be there and say something.
    fn stated(&mut self, table: &Node, key: &str, hint: &str) -> Option<String> {
        let node = self.reader.required(table, key)?;
        let text = self.reader.text(node, key)?.trim();
        if text.is_empty() {
            self.reader.note_with(&node.span, format!("`{key}` is empty"), Some(hint.to_owned()));
            return None;
        }
        Some(text.to_owned())
    }

    fn live(&mut self, tree: &Node) -> Live {
        let Some(table) = tree.get("live") else {
            return Live::default();
        };
        let known = [
            "url",
            "http-url",
            "paths",
            "health",
            "privacy",
            "terms",
            "logout",
            "frontend",
            "mail-domain",
            "dkim-selectors",
            "active",
        ];
        self.reader.known_keys(table, &known, "key");
        Live {
            url: self.text(table, "url"),
            http_url: self.text(table, "http-url"),
            paths: self.texts(table, "paths"),
            health: self.text(table, "health"),
            privacy: self.text(table, "privacy"),
            terms: self.text(table, "terms"),
            logout: self.text(table, "logout"),
            frontend: self.text(table, "frontend"),
            mail_domain: self.text(table, "mail-domain"),
            dkim_selectors: self.texts(table, "dkim-selectors"),
            active: self.active(table),
        }
    }

    fn active(&mut self, live: &Node) -> Active {
        let Some(table) = live.get("active") else {
            return Active::default();
        };
        let known =
            ["login", "login-json", "protected", "tokens", "webhooks", "uploads", "requests"];
        self.reader.known_keys(table, &known, "key");
        let usual = Active::default();
        let requests = table.get("requests").and_then(|node| self.reader.int(node, "requests"));
        Active {
            allowed: false,
            login: self.text(table, "login"),
            login_json: self.flag(table, "login-json"),
            protected: self.texts(table, "protected"),
            tokens: self.texts(table, "tokens"),
            webhooks: self.texts(table, "webhooks"),
            uploads: self.texts(table, "uploads"),
            most_requests: requests
                .and_then(|number| usize::try_from(number).ok())
                .unwrap_or(usual.most_requests),
        }
    }

    fn flag(&mut self, table: &Node, key: &str) -> bool {
        table.get(key).and_then(|node| self.reader.bool(node, key)).unwrap_or_default()
    }

    fn django(&mut self, tree: &Node) -> Django {
        let Some(table) = tree.get("django") else {
            return Django::default();
        };
        self.reader.known_keys(table, &["settings", "version", "env-file"], "key");
        Django {
            settings: self.text(table, "settings"),
            version: self.text(table, "version"),
            env_file: self.text(table, "env-file"),
        }
    }

    fn line(&self, table: &Node) -> usize {
        SourcePlace::of(self.file, self.text, &table.span).line
    }
}

/// The folders of checks that a policy adds, relative to its file. Like [`overrides`] they are needed
/// before the rest can be read.
pub fn check_folders(file: &str, text: &str) -> Vec<String> {
    let mut reader = Reader::new(file, text);
    let tree = reader.parse();
    tree.get("checks-from").map(|node| reader.texts(node, "checks-from")).unwrap_or_default()
}
