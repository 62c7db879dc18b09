//! `prodcheck init`: a commented `prodcheck.toml` that fits the project. Never overwrites.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

use anyhow::Context;

use super::arguments::{Init, When};
use super::{name_of, output, today};
use crate::collect;
use crate::knowledge::catalogue;
use crate::policy::FILE_NAMES;
use crate::problem::Problem;
use crate::project::{Given, Project, services};

/// Detects what the project is made of, and writes the file.
pub(super) fn run(command: &Init, color: When) -> anyhow::Result<u8> {
    let project = Project::open(&command.path)?;
    let catalogue = catalogue();
    let given = Given::nothing(today());
    let mut stack = Vec::new();
    let mut settings = None;
    for service in services(&project, &name_of(&command.path)) {
        let facts = collect::service(&project, &service, &given, &catalogue);
        stack.extend(facts.domains().map(|(name, _)| name.to_owned()));
        let text = |path: &str| facts.at(path).value.text().map(str::to_owned);
        let module = text("django.settings-module.name");
        let class = text("django.settings-module.class").map(|class| format!(":{class}"));
        settings = settings.or(module.map(|module| module + &class.unwrap_or_default()));
    }
    stack.sort();
    stack.dedup();
    let path = command.path.join(FILE_NAMES[0]);
    let shown = path.display().to_string();
    let mut file =
        OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| match error
            .kind()
        {
            ErrorKind::AlreadyExists => anyhow::Error::from(
                Problem::new(format!("`{shown}` is there already"))
                    .with_hint("it was left as it is"),
            ),
            _ => anyhow::Error::from(error).context(format!("`{shown}` cannot be written")),
        })?;
    let text = document(&stack, settings.as_deref());
    file.write_all(text.as_bytes()).with_context(|| format!("`{shown}` cannot be written"))?;
    let found = if stack.is_empty() { "nothing known".to_owned() } else { stack.join(", ") };
    output::print(color, |out| writeln!(out, "wrote {shown} (found {found})"))?;
    Ok(0)
}

fn document(stack: &[String], settings: Option<&str>) -> String {
    let settings = settings.unwrap_or("shop.settings.production");
    let django = if stack.iter().any(|domain| domain == "django") {
        format!(
            "\n# [django]\n# settings = \"{settings}\"   # the module that production runs, if the guess is wrong\n\
             # env-file = \".env.production\"      # the whole environment of production\n"
        )
    } else {
        String::new()
    };
    format!(
        "# What this project decided about its deployment checklist. See `prodcheck --help`.\n\
         \n\
         # The audit fails at this severity or above: critical, high, medium, low, info, never.\n\
         fail-on = \"critical\"\n\
         # fail-on-unknown = true\n\
         # skip = [\"nginx\"]                   # checks or areas that do not run\n\
         \n\
         # [live]\n\
         # url = \"https://shop.example\"       # the site, so that nobody has to type it\n\
         # health = \"/health/\"\n\
         # privacy = \"/privacy/\"             # what everybody must be able to read; likewise `terms`\n\
         # [live.active]                     # what `--active` may try there\n\
         # login = \"/accounts/login/\"\n\
         # protected = [\"/account/\"]\n\
         # uploads = [\"/media/a.png\"]\n\
         {django}\
         \n\
         # A threshold of one check; `prodcheck explain ID` lists them.\n\
         # [checks.\"http/hsts-one-year\"]\n\
         # params.max-age-seconds = 15_552_000\n\
         \n\
         # A failure accepted for a time.\n\
         # [[waiver]]\n\
         # check   = \"nginx/request-rate-limited\"\n\
         # where   = \"deploy/nginx/*.conf\"    # only here; leave it out for everywhere\n\
         # because = \"The provider limits requests before they reach us.\"\n\
         # until   = 2027-05-31\n\
         \n\
         # An answer to what only a person can know; `prodcheck list --attest` lists the questions.\n\
         # [[attestation]]\n\
         # check   = \"backup/database-restored\"\n\
         # by      = \"ops@shop.example\"\n\
         # on      = 2026-11-02\n\
         # answer  = \"Restored the nightly dump to staging; login and the report page worked.\"\n"
    )
}
