//! What the user says about production, over and above what the project's files say.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Advisories;
use crate::date::Date;

/// Answers that the command line and `prodcheck.toml` give in advance.
#[derive(Clone, Debug)]
pub struct Given {
    /// The settings module that production runs, perhaps with a class: `shop.settings:Production`.
    pub settings: Option<String>,
    /// An environment file that *is* the whole environment.
    pub env_file: Option<EnvFile>,
    /// Single environment variables; they win over everything else.
    pub env: BTreeMap<String, String>,
    /// The environment of the auditing process, if the user wants it to count.
    pub process_env: Option<BTreeMap<String, String>>,
    /// The Django version, if the pinned one is not the one that runs.
    pub django: Option<String>,
    /// The vulnerabilities of packages that are known, if the user gives a database of them.
    pub advisories: Option<Arc<Advisories>>,
    /// The day of the audit.
    pub today: Date,
}

/// An environment file named by the user; it may lie outside the project.
#[derive(Clone, Debug)]
pub struct EnvFile {
    /// As the user named it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

impl Given {
    /// Nothing given but the day.
    pub fn nothing(today: Date) -> Self {
        Self {
            settings: None,
            env_file: None,
            env: BTreeMap::new(),
            process_env: None,
            django: None,
            advisories: None,
            today,
        }
    }
}
