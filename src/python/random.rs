//! Texts that a program makes up anew each time: their length and variety are known, they are not.
//!
//! A made-up text is modelled by one of the same length from the same letters, drawn from a fixed
//! sequence: the same project gives the same report.

use super::interpreter::{Arguments, Interpreter};
use super::term::{From, Kind, Spot, Term};
use crate::fact::Origin;

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// What `get_random_secret_key` draws from (Django 6.0, `django/core/management/utils.py`).
const OF_KEYS: &str = "abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)";

/// Longer texts than this are no keys, and not worth their memory.
const MAX_LENGTH: i64 = 4096;

impl<'a> Interpreter<'a> {
    /// The result of a function that makes something up; none if it is another function, or if its
    /// arguments are not known.
    pub(super) fn made_up(
        &mut self,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Option<Term<'a>> {
        let first = arguments.first();
        let number = |name: &str, usual: i64| match arguments.get(0, name).map(|term| &term.kind) {
            None | Some(Kind::None) => Some(usual),
            Some(Kind::Int(number)) => Some(*number),
            Some(_) => None,
        };
        let (length, letters): (i64, String) = match name {
            "django.core.management.utils.get_random_secret_key" => (50, OF_KEYS.to_owned()),
            "django.utils.crypto.get_random_string" => {
                let allowed = arguments.get(1, "allowed_chars");
                let letters = allowed.map_or(Some(LETTERS), |it| it.as_text().map(AsRef::as_ref));
                (number("length", 12)?, letters?.to_owned())
            }
            // Four letters for three bytes, without padding.
            "secrets.token_urlsafe" => {
                ((number("nbytes", 32)? * 4 + 2) / 3, format!("{LETTERS}-_"))
            }
            "secrets.token_hex" => (number("nbytes", 32)? * 2, "0123456789abcdef".to_owned()),
            "secrets.choice" | "random.choice" | "random.SystemRandom.choice" => {
                (1, first?.as_text()?.to_string())
            }
            _ => return None,
        };
        let letters: Vec<char> = letters.chars().collect();
        if !(0..=MAX_LENGTH).contains(&length) || letters.is_empty() {
            return None;
        }
        let text = (0..length).filter_map(|_| self.drawn(&letters)).collect::<String>();
        Some(Term::text(text, From { origin: Origin::Derived, ..From::literal(at) }))
    }

    /// The next of a fixed sequence of draws (splitmix64, Steele et al. 2014).
    fn drawn(&mut self, letters: &[char]) -> Option<char> {
        self.draws = self.draws.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.draws;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let choice = usize::try_from((mixed ^ (mixed >> 31)) >> 33).ok()?;
        letters.get(choice % letters.len()).copied()
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::each;

    #[test]
    fn what_is_made_up_has_a_length_and_variety() {
        each(&[
            (
                "from django.core.management.utils import get_random_secret_key as key\nX = len(key())",
                "50",
            ),
            (
                "import secrets\nX = [len(secrets.token_urlsafe()), len(secrets.token_urlsafe(50)), len(secrets.token_hex(nbytes=8))]",
                "[43, 67, 16]",
            ),
            (
                "from django.utils.crypto import get_random_string\nX = get_random_string(8, 'ab').strip('ab')",
                "\"\"",
            ),
            (
                "import random, string\nK = ''.join(random.SystemRandom().choice(string.printable) for _ in range(50))\nX = [len(K), len(set(K)) > 5]",
                "[50, true]",
            ),
            ("import secrets\nX = secrets.token_hex() == secrets.token_hex()", "false"),
        ]);
    }
}
