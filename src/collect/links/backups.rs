//! Dumps of databases that scripts and crontabs of the project make for a backup: whether the script goes on when the dump has
//! failed, and whether the dump leaves the machine.
//!
//! That nothing here makes one says nothing: platforms do, and machines.

use super::crontab::{is_crontab, job};
use super::inside::Around;
use crate::fact::{Fact, FactSpec, Kind, Place, ProjectPath, Value};
use crate::project::Role;

/// The fields of one dump.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("file", Kind::Text, "The script."),
    FactSpec::new("program", Kind::Text, "What makes it: `pg_dump`, `mysqldump`."),
    FactSpec::new(
        "failure-hidden",
        Kind::Bool,
        "Whether the shell takes the last program of a pipe for all of it, so that the failure of the first is not seen.",
    ),
    FactSpec::new(
        "leaves",
        Kind::Bool,
        "Whether something here sends backups to another machine, or may write them to the disk of one.",
    ),
];

/// What dumps a database.
const PROGRAMS: &[&str] =
    &["pg_dump", "pg_dumpall", "mysqldump", "mariadb-dump", "mongodump", "pg_basebackup"];

/// Words of a command by which a file gets to another machine.
const SENDERS: &[&str] = &[
    "aws s3",
    "s3:",
    "s3cmd",
    "s5cmd",
    "boto3",
    "rclone",
    "rsync",
    "scp ",
    "sftp",
    "ssh ",
    "ftp",
    "gsutil",
    "gs:",
    "gcloud storage",
    "az storage",
    "azcopy",
    "blob",
    "restic",
    "borg",
    "kopia",
    "duplicity",
    "wal-g",
    "barman",
    "pgbackrest",
    "mc cp",
    "mc mirror",
    "mc pipe",
    "b2 ",
    "swift ",
    "curl",
    "wget",
    "dropbox",
    "nfs",
    "/mnt/",
    "/media/",
    "dbbackup",
    "volume-backup",
    "offsite",
    "off-site",
];

/// Endings of crontabs; most have none.
const CRONTABS: &[&str] = &["", "cron", "crontab"];

/// The dumps of all scripts that are for backups and of all crontabs; none if there is none.
pub(super) fn dumps(around: &Around<'_>) -> Option<Fact> {
    let of_kind = |extension: &'static str| around.project.with_extension(extension);
    let mut found: Vec<(&ProjectPath, Dump)> = Vec::new();
    for path in of_kind("sh").filter(|path| is_of_backup(path)) {
        let text = around.project.read(path).unwrap_or_default();
        found.extend(text_dumps(text).into_iter().map(|dump| (path, dump)));
    }
    for path in CRONTABS.iter().copied().flat_map(of_kind).filter(|path| is_crontab(path)) {
        let text = around.project.read(path).unwrap_or_default();
        found.extend(crontab_dumps(text).into_iter().map(|dump| (path, dump)));
    }
    if found.is_empty() {
        return None;
    }
    let leaves = are_sent(around);
    let record = |(path, dump): (&ProjectPath, Dump)| {
        let place = Place::line(path, dump.line);
        let at = |value: Value| Fact::literal(value, place.clone());
        at(Value::record([
            ("file", at(path.as_str().into())),
            ("program", at(dump.program.into())),
            ("failure-hidden", at(dump.hides_failure.into())),
            ("leaves", at(leaves.into())),
        ]))
    };
    Some(Fact::derived(found.into_iter().map(record).collect::<Vec<_>>()))
}

/// Whether a script is there to make backups, and not to bring them back.
fn is_of_backup(path: &ProjectPath) -> bool {
    let name = path.name().to_lowercase();
    path.as_str().to_lowercase().contains("backup")
        && !["restore", "clean", "test"].iter().any(|word| name.contains(word))
        && Role::of(path).counts()
}

/// Whether a script, a schedule, a compose file or a document says how backups get elsewhere.
fn are_sent(around: &Around<'_>) -> bool {
    let may_say = |path: &&ProjectPath| {
        let is_of_backup = path.as_str().to_lowercase().contains("backup");
        let is_kind = matches!(
            path.extension(),
            "sh" | "service" | "timer" | "yml" | "yaml" | "md" | "rst" | "tf" | ""
        );
        is_of_backup || is_kind || path.name().contains("cron")
    };
    around.project.paths().filter(may_say).any(|path| {
        let whole = path.as_str().to_lowercase().contains("backup");
        around.project.read(path).is_ok_and(|text| says_so(text, whole))
    })
}

/// Whether a text says that backups are sent; one that is about other things too, on a line about backups.
fn says_so(text: &str, whole: bool) -> bool {
    let text = text.to_lowercase();
    let mut lines = text.lines().filter(|line| whole || line.contains("backup"));
    lines.any(|line| SENDERS.iter().any(|word| line.contains(word)))
}

/// A command that makes a file of a database.
struct Dump {
    program: &'static str,
    line: u32,
    hides_failure: bool,
}

/// The dumps of a script that end in a file on its machine.
fn text_dumps(text: &str) -> Vec<Dump> {
    let sees = ["pipefail", "PIPESTATUS"].iter().any(|word| text.contains(word));
    let mut found = Vec::new();
    let mut lines = text.lines().zip(1_u32..);
    while let Some((first, line)) = lines.next() {
        let mut command = first.trim().to_owned();
        while let Some(part) = command.strip_suffix('\\').map(str::to_owned) {
            let Some((next, _)) = lines.next() else { break };
            command = part + next.trim();
        }
        if ["#", "echo", "printf", "log"].iter().any(|start| command.starts_with(start)) {
            continue;
        }
        found.extend(dump(&command, line, sees));
    }
    found
}

/// The dumps of a crontab, whose shell knows no `pipefail`.
fn crontab_dumps(text: &str) -> Vec<Dump> {
    let jobs = text.lines().zip(1_u32..).filter_map(|(line, number)| Some((job(line)?.1, number)));
    jobs.filter_map(|(command, line)| dump(command, line, false)).collect()
}

/// The dump of a command, if it makes one and neither fetches it from elsewhere nor loads it again.
fn dump(command: &str, line: u32, sees: bool) -> Option<Dump> {
    let (program, before, after) = PROGRAMS.iter().find_map(|program| {
        let (before, after) = command.split_once(program)?;
        let begins = before.is_empty() || before.ends_with([' ', '/', '(', '"', '\'', '\t']);
        (begins && after.starts_with(' ')).then_some((*program, before, after))
    })?;
    let elsewhere =
        before.contains("ssh ") || before.contains("command -v") || before.contains("which ");
    let loads = ["psql", "mysql ", "mongorestore", "pg_restore", "--schema-only"];
    let to_file = after.replace("2>", "").contains('>')
        || [" -f", " --file", " --out", " -o ", " --archive=", " -D ", " --result-file"]
            .iter()
            .any(|flag| after.contains(flag));
    if elsewhere || !to_file || loads.iter().any(|word| after.contains(word)) {
        return None;
    }
    let in_pipe = after.replace("||", "").contains('|');
    Some(Dump { program, line, hides_failure: in_pipe && !sees })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumps_are_known_by_their_commands() {
        for (text, told) in [
            ("pg_dump shop > /backups/shop.sql", "pg_dump 1 false"),
            ("set -e\npg_dump shop | gzip > /backups/shop.sql.gz", "pg_dump 2 true"),
            (
                "docker compose exec -T db pg_dump \\\n  -U shop \\\n  shop | gzip > \"$FILE\"",
                "pg_dump 1 true",
            ),
            ("docker compose exec -T db pg_dump \\\n  -U shop shop > \"$FILE\"", "pg_dump 1 false"),
            ("if ! mysqldump shop > shop.sql || false; then exit 1; fi", "mysqldump 1 false"),
            ("pg_dump -Fc -f shop.dump shop 2>> errors.log", "pg_dump 1 false"),
            ("/usr/bin/mongodump --archive=/backups/shop --gzip", "mongodump 1 false"),
            ("set -o pipefail\npg_dump shop | gzip > shop.sql.gz", "pg_dump 2 false"),
            ("ssh db.shop.example \"pg_dump shop\" > shop.sql", ""),
            ("pg_dump old | psql new > log", ""),
            ("# pg_dump shop > shop.sql", ""),
            ("echo \"pg_dump shop > shop.sql\"", ""),
            ("command -v pg_dump > /dev/null", ""),
            ("pg_dump shop", ""),
            ("my_pg_dump shop > x", ""),
            ("pg_dump --schema-only shop > schema.sql", ""),
        ] {
            let shown = text_dumps(text)
                .iter()
                .map(|dump| format!("{} {} {}", dump.program, dump.line, dump.hides_failure))
                .collect::<Vec<_>>();
            assert_eq!(shown.join("; "), told, "{text}");
        }
    }

    #[test]
    fn crontabs_make_dumps_themselves() {
        let text = "SHELL=/bin/sh\n@daily pg_dump shop > shop.sql\n0 3 * * * postgres pg_dump shop | gzip > shop.gz\n5 * * * * /app/backup.sh\n";
        let shown: Vec<_> =
            crontab_dumps(text).iter().map(|dump| (dump.line, dump.hides_failure)).collect();
        assert_eq!(shown, [(2, false), (3, true)]);
    }

    #[test]
    fn what_sends_backups_may_stand_anywhere() {
        assert!(says_so("rclone copy /srv remote:", true));
        assert!(says_so("The backups go to s3://shop each night.", false));
        assert!(!says_so("Static files go to s3://shop.\nBackups: see below.", false));
    }
}
