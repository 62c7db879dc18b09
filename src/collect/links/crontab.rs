//! Crontabs: which files they are, and what a line of one runs when.
//!
//! (crontab(5) of Debian, read 2026-11.)

use crate::fact::ProjectPath;
use crate::project::Role;

/// Whether a file is a crontab, by its name.
pub(super) fn is_crontab(path: &ProjectPath) -> bool {
    let is_kind = matches!(path.extension(), "" | "cron" | "txt" | "crontab" | "tab");
    is_kind && path.as_str().contains("cron") && is_named(path) && Role::of(path).counts()
}

fn is_named(path: &ProjectPath) -> bool {
    path.name().contains("cron") || path.folder_name() == "cron.d"
}

/// The schedule of a line and the command behind it, with the user before the command where there is one.
pub(super) fn job(line: &str) -> Option<(String, &str)> {
    let line = line.trim();
    if let Some((name, command)) = line.strip_prefix('@').and_then(|it| it.split_once(' ')) {
        return Some((format!("@{name}"), command.trim_start()));
    }
    let (mut rest, mut fields) = (line, Vec::new());
    for _ in 0..5 {
        let (field, after) = rest.split_once(char::is_whitespace)?;
        fields.push(field);
        rest = after.trim_start();
    }
    let is_field =
        |field: &&str| field.chars().all(|c| c.is_ascii_alphanumeric() || "*/,-".contains(c));
    let starts = fields
        .first()
        .is_some_and(|first| first.starts_with(|c: char| c.is_ascii_digit() || c == '*'));
    (starts && !rest.is_empty() && fields.iter().all(is_field)).then(|| (fields.join(" "), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_a_schedule_and_a_command() {
        for (line, told) in [
            ("0 3 * * * /app/backup.sh", Some("0 3 * * *|/app/backup.sh")),
            ("*/5\t*  * * * root /app/poll --once", Some("*/5 * * * *|root /app/poll --once")),
            ("@daily /app/backup.sh", Some("@daily|/app/backup.sh")),
            ("# 0 3 * * * x", None),
            ("0 3 * * *", None),
            ("MAILTO=ops@shop.example", None),
            ("this line is a sentence of words", None),
        ] {
            let shown = job(line).map(|(schedule, command)| format!("{schedule}|{command}"));
            assert_eq!(shown.as_deref(), told, "{line}");
        }
    }
}
