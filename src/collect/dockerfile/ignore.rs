//! `.dockerignore`, and the patterns of `COPY`.
//!
//! The rules are not those of `.gitignore`: every pattern counts from the root of the build context, with
//! or without a slash in front, so `.env` says nothing about `backend/.env`; what is in a folder that
//! matches matches; the last pattern that matches decides. Source: Dockerfile reference,
//! ".dockerignore file", read 2026-11.

use regex::Regex;

/// Longer patterns, and further ones, are not read.
const MAX_PATTERN_BYTES: usize = 500;
const MAX_PATTERNS: usize = 1_000;

/// The patterns of a file, in their order.
#[derive(Debug, Default)]
pub(super) struct Ignore {
    rules: Vec<(bool, Pattern)>,
}

/// A path pattern.
#[derive(Debug)]
pub(super) enum Pattern {
    /// The build context itself, and all that is in it: `.`.
    Everything,
    /// Without wildcards, as most are.
    Path(String),
    /// As the expression that it means.
    Expression(Regex),
}

impl Ignore {
    /// The patterns that a text holds, one on each line.
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.trim_start_matches('\u{feff}').lines();
        let rules = lines
            .filter(|line| !line.starts_with('#'))
            .map(str::trim)
            .filter_map(|line| match line.strip_prefix('!') {
                Some(kept) => Some((false, Pattern::parse(kept.trim())?)),
                None => Some((true, Pattern::parse(line)?)),
            })
            .take(MAX_PATTERNS);
        Self { rules: rules.collect() }
    }

    /// Whether a path of the build context is left out.
    pub(super) fn excludes(&self, path: &str) -> bool {
        let last = self.rules.iter().rev().find(|(_, pattern)| pattern.covers(path));
        last.is_some_and(|(excludes, _)| *excludes)
    }
}

impl Pattern {
    /// The pattern that a text means; none if it is empty or broken.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_PATTERN_BYTES {
            return None;
        }
        let clean = cleaned(text);
        if clean.is_empty() {
            return (!text.is_empty()).then_some(Self::Everything);
        }
        if !clean.contains(['*', '?', '[', '\\']) {
            return Some(Self::Path(clean));
        }
        Regex::new(&expression(&clean)).ok().map(Self::Expression)
    }

    /// Whether it matches a path or a folder above it.
    pub(super) fn covers(&self, path: &str) -> bool {
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        let mut prefixes = folders.chain([path]);
        match self {
            Self::Everything => true,
            Self::Path(whole) => prefixes.any(|prefix| prefix == whole),
            Self::Expression(expression) => prefixes.any(|prefix| expression.is_match(prefix)),
        }
    }
}

/// The pattern without slashes at its ends, `.` and `..`.
fn cleaned(text: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn expression(pattern: &str) -> String {
    let mut expression = String::from("^");
    let mut characters = pattern.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '*' if characters.peek() == Some(&'*') => {
                characters.next();
                if characters.peek() == Some(&'/') {
                    characters.next();
                }
                let rest = if characters.peek().is_none() { ".*" } else { "(.*/)?" };
                expression.push_str(rest);
            }
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push_str("[^/]"),
            '[' | ']' | '^' | '-' => expression.push(c),
            '\\' => {
                expression.push_str(&regex::escape(&characters.next().unwrap_or('\\').to_string()));
            }
            c => expression.push_str(&regex::escape(&c.to_string())),
        }
    }
    expression.push('$');
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_count_from_the_root_and_the_last_decides() {
        for (text, path, excluded) in [
            (".env", ".env", true),
            ("/.env", ".env", true),
            ("./.env", ".env", true),
            (".env", "backend/.env", false),
            ("**/.env", "backend/.env", true),
            ("**/.env", ".env", true),
            ("*.env", "prod.env", true),
            ("*.env", "a/prod.env", false),
            (".env*", ".env.prod", true),
            (".env.*", ".env", false),
            ("backend", "backend/.env", true),
            ("backend/", "backend/a/.env", true),
            ("*", ".env", true),
            ("*", "a/b/.env", true),
            ("**", "a/.env", true),
            ("*\n!src", "src/.env", false),
            ("*\n!src\nsrc/.env", "src/.env", true),
            ("!.env", ".env", false),
            (".env\n!.env", ".env", false),
            ("!.env\n.env", ".env", true),
            ("# .env", ".env", false),
            (" .env ", ".env", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "a/b", true),
            ("a/**", "a/b/c", true),
            ("?env", ".env", true),
            ("[.]env", ".env", true),
            ("\\.env", ".env", true),
            ("a/../.env", ".env", true),
            (".", "a", true),
            ("", "a", false),
            ("env", ".env", false),
            ("x.env", "xyenv", false),
        ] {
            assert_eq!(Ignore::parse(text).excludes(path), excluded, "{text:?} and {path}");
        }
    }
}
