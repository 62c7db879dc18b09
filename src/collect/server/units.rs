//! Units of systemd that start the program: as whom, how confined, and what happens when it ends.
//!
//! (systemd 257, `systemd.service(5)` and `systemd.exec(5)`, read 2026-11-30: without `User=` it runs as
//! root, and without `Restart=` it stays ended.)

use super::program::{Program, started};
use crate::collect::Sources;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Origin, Place, ProjectPath, Value};
use crate::grammar::shell_words::{Command, Word, commands};
use crate::grammar::unit_file::{Assignment, read, switch};
use crate::project::Role;

/// The fields of a unit.
pub(super) const UNIT: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "Its file."),
    FactSpec::new("command", Kind::Text, "What it starts first."),
    FactSpec::new("user", Kind::Text, "The user it runs as; absent for root by default."),
    FactSpec::new(
        "root",
        Kind::Bool,
        "Whether it runs as root; unknown where the program's own configuration may name another user.",
    ),
    FactSpec::new(
        "restart",
        Kind::Text,
        "When it is started again: `always`, `on-failure`, `no`; absent for what ends by itself.",
    ),
    FactSpec::new("new-privileges", Kind::Bool, "Whether it can gain rights, as by `sudo`."),
    FactSpec::new(
        "system-writable",
        Kind::Bool,
        "Whether it may write to `/usr` and `/etc`, if its user may.",
    ),
];

/// The units of a service that start a program of the project.
pub(super) fn of_service(sources: &Sources<'_>) -> Vec<Fact> {
    let is_unit = |path: &&&ProjectPath| path.extension() == "service" && Role::of(path).counts();
    let units = sources.wanted.iter().filter(is_unit);
    units.filter_map(|path| unit(path, sources.project.read(path).ok()?)).collect()
}

/// Whether systemd starts such a file for the whole machine.
fn is_of_system(path: &ProjectPath) -> bool {
    !path.as_str().split('/').any(|folder| folder == "user")
}

/// What a unit says, if it starts a program of the project.
fn unit(path: &ProjectPath, text: &str) -> Option<Fact> {
    let unit = Unit { path, settings: read(text) };
    let (first, all) = unit.starts()?;
    let user = unit.last("User");
    let record = Value::record([
        ("path", Fact::derived(path.as_str())),
        ("command", unit.at(first, Value::from(first.value.as_str()))),
        ("root", unit.root(&all)),
        ("user", user.unwrap_or_else(|| unit.default(Value::Absent))),
        ("restart", unit.restart()),
        ("new-privileges", unit.new_privileges()),
        ("system-writable", unit.system_writable()),
    ]);
    is_of_system(path).then(|| Fact::literal(record, Place::whole(path)))
}

struct Unit<'p> {
    path: &'p ProjectPath,
    settings: Vec<Assignment>,
}

/// Programs that run another one as somebody else.
const CHANGERS: &[&str] =
    &["sudo", "su", "runuser", "setpriv", "gosu", "su-exec", "setuidgid", "chroot", "chpst"];
/// Options of servers that name the user they run as.
const USER_OPTIONS: &[&str] = &["--uid", "--user", "-u"];

/// Settings that take away the way to further rights too, unless the program is root.
const IMPLYING: &[&str] = &[
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "PrivateDevices",
    "ProtectClock",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "SystemCallArchitectures",
    "SystemCallFilter",
    "SystemCallLog",
];

impl Unit<'_> {
    /// The assignment that starts the program of the project, and its commands.
    fn starts(&self) -> Option<(&Assignment, Vec<Command>)> {
        let of_service = |it: &&Assignment| it.section == "Service" && it.name == "ExecStart";
        self.settings.iter().filter(of_service).find_map(|setting| {
            let line = setting.value.trim_start_matches(['-', '@', ':', '+', '!', '|']);
            let all = commands(line);
            all.iter().any(is_of_project).then_some((setting, all))
        })
    }

    /// The last value of a setting; nothing if there is none, or if the last is empty.
    fn last(&self, name: &str) -> Option<Fact> {
        let is_it = |it: &&Assignment| it.section == "Service" && it.name == name;
        let found = self.settings.iter().rfind(is_it).filter(|it| !it.value.is_empty())?;
        let is_hole = ["${", "{{", "<%", "%"].iter().any(|hole| found.value.contains(hole));
        let why = || Ignorance::new(format!("`{name}` is filled in when the unit is installed"));
        let value = if is_hole { Value::Unknown(why()) } else { Value::from(found.value.as_str()) };
        Some(self.at(found, value))
    }

    fn at(&self, setting: &Assignment, value: Value) -> Fact {
        Fact::literal(value, Place::line(self.path, setting.line))
    }

    fn default(&self, value: Value) -> Fact {
        Fact::derived(value).from_origin(Origin::Default).at(Place::whole(self.path))
    }

    fn says(&self, name: &str) -> Option<Fact> {
        let mut fact = self.last(name)?;
        fact.value = match fact.value.text() {
            Some(text) => Value::Bool(switch(text) == Some(true)),
            None => fact.value,
        };
        Some(fact)
    }

    fn root(&self, all: &[Command]) -> Fact {
        if let Some(dynamic) = self.says("DynamicUser").filter(|it| it.value != Value::Bool(false))
        {
            let value = dynamic.value.bool().map(|on| Value::Bool(!on));
            return Fact { value: value.unwrap_or(dynamic.value), provenance: dynamic.provenance };
        }
        if let Some(user) = self.last("User") {
            let value = match user.value.text() {
                Some(name) => Value::Bool(matches!(name, "root" | "0")),
                None => user.value,
            };
            return Fact { value, provenance: user.provenance };
        }
        let words = || all.iter().flat_map(|command| &command.words);
        let names = |word: &Word| {
            let text = word.shown();
            let name = text.rsplit('/').next().unwrap_or_default();
            CHANGERS.contains(&name)
                || USER_OPTIONS.contains(&name.split('=').next().unwrap_or_default())
        };
        if words().any(names) {
            return self.default(Value::Bool(false));
        }
        // uWSGI's and gunicorn's files may name a user; so may a script.
        let is_configured = |word: &Word| {
            let text = word.shown();
            let configuration = matches!(
                text.split('=').next(),
                Some("-c" | "--config" | "--ini" | "--emperor" | "--xml" | "--yaml" | "--json")
            );
            configuration
                || [".ini", ".sh", ".conf.py", "_start"].iter().any(|end| text.ends_with(end))
        };
        if words().any(is_configured) {
            let why = "the program's own configuration or script may name another user";
            return self.default(Value::Unknown(
                Ignorance::new(why).settled_by("write `User=` in the unit"),
            ));
        }
        self.default(Value::Bool(true))
    }

    fn restart(&self) -> Fact {
        let kind = self.last("Type");
        let ends = kind.as_ref().is_some_and(|kind| kind.value.text() == Some("oneshot"));
        match self.last("Restart") {
            Some(restart) => restart,
            None if ends => self.default(Value::Absent),
            None => self.default(Value::from("no")),
        }
    }

    fn new_privileges(&self) -> Fact {
        let refused = std::iter::once("NoNewPrivileges")
            .chain(IMPLYING.iter().copied().filter(|_| self.last("User").is_some()))
            .chain(["DynamicUser"])
            .find_map(|name| self.last(name).filter(Self::is_on));
        match refused {
            Some(refused) => {
                let value = refused.value.text().map(|_| Value::Bool(false));
                Fact { value: value.unwrap_or(refused.value), provenance: refused.provenance }
            }
            None => self.default(Value::Bool(true)),
        }
    }

    /// Whether a setting is anything but off; one that is filled in later may be.
    fn is_on(setting: &Fact) -> bool {
        setting.value.text().is_none_or(|text| switch(text) != Some(false))
    }

    fn system_writable(&self) -> Fact {
        let protection = self.last("ProtectSystem").or_else(|| {
            self.says("DynamicUser").filter(|it| it.value == Value::Bool(true)).map(|mut it| {
                it.value = Value::from("strict");
                it
            })
        });
        match protection {
            Some(mut fact) => {
                fact.value = match fact.value.text() {
                    Some(word) => Value::Bool(!matches!(word, "full" | "strict")),
                    None => fact.value,
                };
                fact
            }
            None => self.default(Value::Bool(true)),
        }
    }
}

/// Whether a command starts a program in Python: a server, a worker, a script.
fn is_of_project(command: &Command) -> bool {
    match started(command).map(|started| started.program) {
        Some(Program::Server(_) | Program::DevelopmentServer(_)) => true,
        Some(Program::Script(name)) => {
            name.rsplit_once('.').is_none_or(|(_, extension)| extension == "py")
        }
        Some(Program::Other(name)) => {
            matches!(
                name.as_str(),
                "celery"
                    | "manage.py"
                    | "django-admin"
                    | "python"
                    | "python3"
                    | "rq"
                    | "huey_consumer"
                    | "dramatiq"
                    | "honcho"
            )
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, service: &str) -> Option<String> {
        let text = format!("[Unit]\nUser=nobody\n[Service]\n{service}\n");
        let unit = unit(&ProjectPath::new(path), &text)?;
        let field = |name: &str| unit.value.field(name).unwrap().value.to_string();
        let fields = ["user", "root", "restart", "new-privileges", "system-writable"];
        Some(fields.map(field).join(" ").replace('"', ""))
    }

    #[test]
    fn units_tell_who_runs_the_program_and_how() {
        let why = "unknown (the program's own configuration or script may name another user)";
        for (service, answer) in [
            ("ExecStart=/v/bin/gunicorn x", "not set true no true true".to_owned()),
            (
                "ExecStart=/v/bin/gunicorn x\nUser=www\nRestart=always\nNoNewPrivileges=yes\nProtectSystem=strict",
                "www false always false false".to_owned(),
            ),
            (
                "ExecStart=/v/bin/gunicorn x\nDynamicUser=yes\nRestart=on-failure",
                "not set false on-failure false false".to_owned(),
            ),
            ("ExecStart=gunicorn x\nUser=root\nUser=", "not set true no true true".to_owned()),
            ("ExecStart=gunicorn x\nUser=0\nProtectSystem=yes", "0 true no true true".to_owned()),
            ("ExecStart=gunicorn --user www x", "not set false no true true".to_owned()),
            ("ExecStart=sudo -u www gunicorn x", "not set false no true true".to_owned()),
            ("ExecStart=uwsgi --ini /etc/x.ini", format!("not set {why} no true true")),
            ("ExecStart=gunicorn -c g.py x", format!("not set {why} no true true")),
            (
                "ExecStart=gunicorn x\nUser=${USER}",
                "unknown (`User` is filled in when the unit is installed) unknown (`User` is filled in when the \
                 unit is installed) no true true"
                    .to_owned(),
            ),
            (
                "ExecStart=gunicorn x\nUser=www\nPrivateDevices=true\nNoNewPrivileges=no",
                "www false no false true".to_owned(),
            ),
            ("ExecStart=gunicorn x\nPrivateDevices=true", "not set true no true true".to_owned()),
            (
                "ExecStart=gunicorn x\nUser=www\nPrivateDevices=no",
                "www false no true true".to_owned(),
            ),
            ("Type=oneshot\nExecStart=/v/bin/python manage.py migrate\nUser=www", "www false not set true true".to_owned()),
            ("ExecStart=celery -A x worker\nUser=www", "www false no true true".to_owned()),
        ] {
            assert_eq!(told("x.service", service).as_deref(), Some(&*answer), "{service}");
        }
    }

    #[test]
    fn units_of_other_programs_and_of_users_are_left_alone() {
        for (path, service) in [
            ("x.service", "ExecStart=/usr/bin/docker compose up"),
            ("x.service", "ExecStart=/opt/agent/ctl -a fetch"),
            ("x.service", "ExecStart=/bin/sh -c 'echo x'"),
            ("x.service", "ExecStop=gunicorn x"),
            (".config/systemd/user/x.service", "ExecStart=gunicorn x"),
        ] {
            assert_eq!(told(path, service), None, "{service}");
        }
    }
}
