//! Users of Redis and their rules: `user app on >secret ~app:* +@read`. Rules count from left to right.
//!
//! (Redis 8.2, "ACL", read 2026-11-30.)

/// Commands by which one client takes the server away from all others.
pub(super) const RUINOUS: &[&str] = &["CONFIG", "FLUSHALL", "SHUTDOWN"];
/// Categories that hold all of them.
const CATEGORIES: &[&str] = &["@all", "@dangerous", "@admin"];

/// A user as its rules leave it.
#[derive(Debug, Default)]
pub(super) struct User<'t> {
    pub(super) name: &'t str,
    is_on: bool,
    asks_nothing: bool,
    reaches_keys: bool,
    /// The rules about commands, in their order, in small letters.
    commands: Vec<String>,
}

impl<'t> User<'t> {
    /// From what stands after `user`.
    pub(super) fn of(rules: &'t str) -> Self {
        let mut words = rules.split_whitespace();
        let mut user = Self { name: words.next().unwrap_or_default(), ..Self::default() };
        for rule in words {
            user.take(rule);
        }
        user
    }

    fn take(&mut self, rule: &str) {
        match rule.to_ascii_lowercase().as_str() {
            "on" => self.is_on = true,
            "off" => self.is_on = false,
            "nopass" => self.asks_nothing = true,
            "resetpass" => self.asks_nothing = false,
            "allkeys" => self.reaches_keys = true,
            "resetkeys" => self.reaches_keys = false,
            "allcommands" => self.commands.push("+@all".to_owned()),
            "nocommands" => self.commands.push("-@all".to_owned()),
            "reset" => *self = Self { name: self.name, ..Self::default() },
            rule if rule.starts_with(['>', '#']) => self.asks_nothing = false,
            rule if rule.starts_with(['~', '%']) => self.reaches_keys = true,
            rule if rule.starts_with(['+', '-']) => self.commands.push(rule.to_owned()),
            _ => {}
        }
    }

    /// Whether everybody is this user who says so, and does something with keys as such.
    pub(super) fn is_open(&self) -> bool {
        let can_some = self.commands.iter().any(|rule| rule.starts_with('+') && rule != "+ping");
        self.is_on && self.asks_nothing && self.reaches_keys && can_some
    }

    /// Whether it can give one of the ruinous commands. What is denied in part counts as denied.
    pub(super) fn can(&self, command: &str) -> bool {
        let command = command.to_ascii_lowercase();
        let about = |rule: &&String| {
            let named = rule.get(1..).unwrap_or_default();
            named.split('|').next() == Some(command.as_str()) || CATEGORIES.contains(&named)
        };
        let last = self.commands.iter().rev().find(about);
        self.is_on && last.is_some_and(|rule| rule.starts_with('+'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_count_from_left_to_right() {
        for (rules, open, can) in [
            ("app on nopass ~* +@all", true, true),
            ("app on nopass ~* +@all -@dangerous", true, false),
            ("app on nopass ~* +@all -config -flushall -shutdown", true, false),
            ("app on >word ~* +@all -@dangerous +config", false, true),
            ("app on nopass >word ~* +@all", false, true),
            ("app on >word nopass allkeys allcommands", true, true),
            ("app off nopass ~* +@all", false, false),
            ("probe on nopass ~* +ping", false, false),
            ("probe on nopass +@all", false, true),
            ("app on nopass ~* +@all reset", false, false),
            ("app", false, false),
            ("", false, false),
        ] {
            let user = User::of(rules);
            assert_eq!((user.is_open(), user.can("CONFIG")), (open, can), "{rules}");
        }
    }
}
