//! Unit files of systemd: sections of settings, of which some gather and some replace.
//!
//! (systemd 257, `systemd.syntax(7)` and `systemd.exec(5)`, read 2026-11-30.)

/// One assignment of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The section, without its brackets.
    pub section: String,
    /// The name of the setting.
    pub name: String,
    /// What it is set to; empty where the setting is reset.
    pub value: String,
    /// The line where it begins, counted from 1.
    pub line: u32,
}

/// The assignments of a unit in their order. What is no assignment is left out, as systemd does.
pub fn read(text: &str) -> Vec<Assignment> {
    let mut found: Vec<Assignment> = Vec::new();
    let (mut section, mut open) = (String::new(), false);
    for (line, number) in text.lines().zip(1_u32..) {
        let trimmed = line.trim();
        // A comment in the middle of a setting that goes on is skipped.
        if trimmed.starts_with(['#', ';']) || (trimmed.is_empty() && !open) {
            continue;
        }
        let (part, goes_on) = match trimmed.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (trimmed, false),
        };
        if open {
            if let Some(last) = found.last_mut() {
                let joint = if last.value.ends_with(' ') { "" } else { " " };
                last.value.push_str(joint);
                last.value.push_str(part.trim());
            }
            open = goes_on;
        } else if let Some(name) = part.strip_prefix('[') {
            name.split(']').next().unwrap_or_default().clone_into(&mut section);
        } else if let Some((name, value)) = part.split_once('=') {
            found.push(Assignment {
                section: section.clone(),
                name: name.trim().to_owned(),
                value: value.trim().to_owned(),
                line: number,
            });
            open = goes_on;
        }
    }
    found
}

/// The variables of one `Environment=`: words that may stand in quotes, each `NAME=value`.
pub fn variables(value: &str) -> Vec<(String, String)> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut quote, mut started) = (String::new(), None, false);
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (None, '"' | '\'') => (quote, started) = (Some(c), true),
            (Some(open), c) if open == c => quote = None,
            (_, '\\') => {
                word.extend(rest.next());
                started = true;
            }
            (None, c) if c.is_whitespace() => {
                if started {
                    words.push(std::mem::take(&mut word));
                }
                started = false;
            }
            (_, c) => {
                word.push(c);
                started = true;
            }
        }
    }
    if started {
        words.push(word);
    }
    let pair = |word: &String| {
        let (name, value) = word.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    };
    words.iter().filter_map(pair).collect()
}

/// The words that systemd takes for yes and no.
pub fn switch(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "yes" | "y" | "true" | "t" | "on" => Some(true),
        "0" | "no" | "n" | "false" | "f" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_with_the_lines_that_go_on() {
        let text = "[Unit]\nAfter=x\n# no\n[Service]\nExecStart=/bin/a \\\n# within\n  -b \\\n  c\n\nUser =www\n\
                    nonsense\n; no\nEnvironment=\n";
        let told: Vec<String> = read(text)
            .iter()
            .map(|it| format!("{} {} {}={}", it.line, it.section, it.name, it.value))
            .collect();
        assert_eq!(
            told,
            [
                "2 Unit After=x",
                "5 Service ExecStart=/bin/a -b c",
                "10 Service User=www",
                "13 Service Environment="
            ]
        );
    }

    #[test]
    fn variables_stand_in_quotes_or_not() {
        for (value, told) in [
            ("A=1 B=2", vec![("A", "1"), ("B", "2")]),
            ("\"A=1 2\" 'B=x y'", vec![("A", "1 2"), ("B", "x y")]),
            ("A=\"1 2\"", vec![("A", "1 2")]),
            ("A=a\\ b word", vec![("A", "a b")]),
            ("A=", vec![("A", "")]),
            ("", vec![]),
        ] {
            let told: Vec<(String, String)> =
                told.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            assert_eq!(variables(value), told, "{value}");
        }
    }
}
