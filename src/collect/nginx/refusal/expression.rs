//! Whether a regular expression can be compiled, as far as its brackets and repetitions tell.

/// What is wrong with an expression, if it plainly cannot be compiled. PCRE's finer rules are not known.
pub(super) fn complaint(text: &str) -> Option<String> {
    let mut depth = 0_usize;
    let mut repeatable = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                if letters.next().is_none() {
                    return Some(told("\\ at its end", text));
                }
                repeatable = true;
            }
            '[' => {
                if !skip_class(&mut letters) {
                    return Some(told("no `]` for a `[`", text));
                }
                repeatable = true;
            }
            '(' => {
                depth += 1;
                repeatable = false;
                // `(?:`, `(?i)`, `(?<name>`: the question mark repeats nothing. `(*UTF8)` likewise.
                if matches!(letters.peek(), Some('?' | '*')) {
                    letters.next();
                }
            }
            ')' => {
                let Some(outer) = depth.checked_sub(1) else {
                    return Some(told("a `)` too many", text));
                };
                depth = outer;
                repeatable = true;
            }
            '*' | '+' | '?' if !repeatable => return Some(told("nothing to repeat", text)),
            '|' => repeatable = false,
            // After `*` a `?` or `+` says how to repeat.
            '*' | '+' | '?' => {
                if matches!(letters.peek(), Some('?' | '+')) {
                    letters.next();
                }
                repeatable = false;
            }
            _ => repeatable = true,
        }
    }
    (depth > 0).then(|| told("no `)` for a `(`", text))
}

fn told(what: &str, text: &str) -> String {
    format!("the regular expression \"{text}\" cannot be compiled: {what}")
}

/// Reads to the end of a `[…]`; whether there is one. A `]` at its start stands for itself.
fn skip_class(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    if letters.peek() == Some(&'^') {
        letters.next();
    }
    if letters.peek() == Some(&']') {
        letters.next();
    }
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                letters.next();
            }
            '[' if letters.peek() == Some(&':') => {
                for inner in letters.by_ref() {
                    if inner == ']' {
                        break;
                    }
                }
            }
            ']' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::complaint;

    #[test]
    fn brackets_must_close_and_repetitions_need_something() {
        for (text, wrong) in [
            (r"\.php$", false),
            (r"^/(?<name>[a-z]+)/(?:x|y)?$", false),
            ("[]a]", false),
            ("[[:alnum:]_-]+", false),
            ("a.*?b", false),
            ("(a", true),
            ("a)", true),
            ("[a", true),
            ("*.php", true),
            ("a|*b", true),
            ("a\\", true),
        ] {
            assert_eq!(complaint(text).is_some(), wrong, "{text}");
        }
    }
}
