//! The known vulnerabilities that an audit goes by: a file of the user's, or a service that is asked.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use super::arguments::Network as Flags;
use super::site::manner;
use crate::collect::requirements::installed;
use crate::probe::network;
use crate::problem::Problem;
use crate::project::{Advisories, Given, Project, services};

/// Where the user says that known vulnerabilities are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A database, or a part of one.
    File(PathBuf),
    /// The address of a service like OSV's, without its `/v1`.
    Service(Url),
}

impl Source {
    /// Reads what the user typed.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with("https://") && !text.starts_with("http://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        Url::parse(text).map(Self::Service).map_err(|error| error.to_string())
    }
}

/// Adds what is known of the packages that the project installs, if the user says where it is told.
pub(super) fn ask(
    source: Option<&Source>,
    flags: &Flags,
    project: &Project,
    given: &mut Given,
) -> Result<(), Problem> {
    given.advisories = match source {
        None => None,
        Some(Source::File(path)) => Some(Arc::new(read(path)?)),
        Some(Source::Service(_)) if flags.offline => {
            let problem =
                Problem::new("`--offline` forbids to ask the service that `--advisories` names");
            return Err(problem.with_hint("give the exported database: `--advisories all.zip`"));
        }
        Some(Source::Service(url)) => {
            let installed = installed(project, &services(project, ""), given);
            Some(Arc::new(network::advisories(&manner(flags)?, url, &installed)?))
        }
    };
    Ok(())
}

fn read(path: &Path) -> Result<Advisories, Problem> {
    let shown = path.display();
    let bytes = fs::read(path)
        .map_err(|error| Problem::new(format!("`{shown}` cannot be read: {error}")))?;
    Advisories::read(&bytes).map_err(|why| {
        Problem::new(format!("`{shown}` is no database of vulnerabilities: {why}"))
            .with_hint("give what OSV exports for Python, `PyPI/all.zip`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_service_and_anything_else_a_file() {
        for (typed, is_service) in [
            ("https://api.osv.dev", true),
            ("http://127.0.0.1:8080/osv/", true),
            ("all.zip", false),
            ("https:/all.zip", false),
        ] {
            let source = Source::parse(typed).unwrap();
            assert_eq!(matches!(source, Source::Service(_)), is_service, "{typed}");
        }
        assert!(Source::parse("https://").is_err());
    }
}
