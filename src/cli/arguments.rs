//! The command line as it may be typed.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::advisories::Source;
use super::fleet::Shard;
use crate::check::Severity;
use crate::date::Date;
use crate::policy::Threshold;
use crate::report::Format;

/// The deployment checklist, ticked with evidence
#[derive(Debug, Parser)]
#[command(name = "prodcheck", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    /// When to use colour; by default, on a terminal, unless `NO_COLOR` says otherwise
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub(super) color: When,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    complete, and nothing failed at or above --fail-on
  1    something failed at or above --fail-on
  2    wrong use: a flag, prodcheck.toml, a check file
  3    incomplete (nothing to judge, the site was not reached, --fail-on-unknown), and nothing failed
  101  a bug in prodcheck";

/// When to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge a project's files and, with --url, its live site
    #[command(visible_alias = "check")]
    Audit(Audit),
    /// Judge live sites only
    Probe(Probe),
    /// List the checks
    List(List),
    /// Show everything about one check
    Explain(Explain),
    /// Print every fact about a project: value, origin, place
    Facts(FactsOf),
    /// Play the examples of checks, and hunt for mutants that none notices
    Test(Test),
    /// Write a commented prodcheck.toml for this project
    Init(Init),
}

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The folder of the project
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    /// The address of the live site
    #[arg(long, env = "PRODCHECK_URL", value_name = "URL")]
    pub(super) url: Option<String>,
    #[command(flatten)]
    pub(super) production: Production,
    #[command(flatten)]
    pub(super) network: Network,
    #[command(flatten)]
    pub(super) judgement: Judgement,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Args)]
pub(super) struct Probe {
    /// The addresses of the sites
    #[arg(required_unless_present = "targets", conflicts_with = "targets", value_name = "URL")]
    pub(super) urls: Vec<String>,
    #[command(flatten)]
    pub(super) fleet: Fleet,
    #[command(flatten)]
    pub(super) network: Network,
    #[command(flatten)]
    pub(super) judgement: Judgement,
    #[command(flatten)]
    pub(super) output: Output,
}

/// How many sites are probed in one run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many sites")]
pub(super) struct Fleet {
    /// Read the sites from this file, or from standard input: a line each, its address and perhaps
    /// its address for plain HTTP
    #[arg(long, value_name = "FILE|-")]
    pub(super) targets: Option<PathBuf>,
    /// Probe so many sites at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = 32, value_parser = several)]
    pub(super) concurrency: usize,
    /// Of them, so many on the same host
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = several)]
    pub(super) per_host: usize,
    /// Add each report to this file as a line of JSON, and skip the sites that it holds already
    #[arg(long, value_name = "FILE")]
    pub(super) resume: Option<PathBuf>,
    /// Probe only the I-th of N parts of the sites; all sites of a host are in the same one
    #[arg(long, value_name = "I/N")]
    pub(super) shard: Option<Shard>,
    /// Show no progress on standard error
    #[arg(long)]
    pub(super) no_progress: bool,
}

/// What the user says about production.
#[derive(Debug, Args)]
#[command(next_help_heading = "What production is")]
pub(super) struct Production {
    /// The settings module that production runs, perhaps with a class
    #[arg(long, value_name = "MODULE[:CLASS]")]
    pub(super) settings: Option<String>,
    /// A file that is the whole environment of production
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Option<PathBuf>,
    /// A variable of production's environment
    #[arg(long = "env", value_name = "NAME=VALUE")]
    pub(super) env: Vec<String>,
    /// Count the environment of this process as production's
    #[arg(long)]
    pub(super) env_from_process: bool,
    /// The Django version that runs
    #[arg(long, value_name = "VERSION")]
    pub(super) django: Option<String>,
    /// Known vulnerabilities: the database that OSV exports for Python (`all.zip`), files of JSON from it, or the
    /// address of a service, `https://api.osv.dev`. That is sent the names and versions of the packages that are
    /// pinned, and nothing else
    #[arg(long, value_name = "FILE|URL", value_parser = Source::parse)]
    pub(super) advisories: Option<Source>,
}

/// How sites are asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "How the site is asked")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(super) struct Network {
    /// Ask no site; what only a site can tell is unknown
    #[arg(long, env = "PRODCHECK_OFFLINE")]
    pub(super) offline: bool,
    /// Where the site answers plain HTTP, if not on port 80 of the same host
    #[arg(long, value_name = "URL")]
    pub(super) http_url: Option<String>,
    /// Use this address for a host and port; give it again for a further address of the host
    #[arg(long, value_name = "HOST:PORT:ADDRESS")]
    pub(super) resolve: Vec<String>,
    /// Ask this server for DNS records, instead of the one that this machine uses
    #[arg(long, value_name = "ADDRESS[:PORT]", value_parser = name_server)]
    pub(super) resolver: Option<SocketAddr>,
    /// Trust the certificate authorities in this file, beside Mozilla's
    #[arg(long, env = "SSL_CERT_FILE", value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
    /// Trust the certificate authorities that this machine trusts, beside Mozilla's
    #[arg(long)]
    pub(super) system_roots: bool,
    /// Send this header with every request over HTTPS
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(super) headers: Vec<String>,
    /// Give up on the whole site after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(super) timeout: u64,
    /// Send only what a browser would send; what else there is to know stays unknown
    #[arg(long)]
    pub(super) passive: bool,
    /// Do not search for the versions and cipher suites of TLS, which takes most of the time
    #[arg(long)]
    pub(super) quick: bool,
    /// Knock at the paths that `[live.active]` in prodcheck.toml names: without credentials, with forged
    /// tokens and wrong passwords, and for a way out of folders. What will be asked is printed before
    #[arg(long, conflicts_with_all = ["passive", "offline", "headers"])]
    pub(super) active: bool,
    /// Answer from a recorded transcript instead of the network
    #[arg(long, value_name = "FILE")]
    pub(super) replay: Option<PathBuf>,
}

/// Which checks run, and what fails the audit.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is judged, and what fails")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(super) struct Judgement {
    /// Fail at this severity or above
    #[arg(long, env = "PRODCHECK_FAIL_ON", value_name = "SEVERITY", value_parser = threshold)]
    pub(super) fail_on: Option<Threshold>,
    /// End with 3 when something at or above --fail-on is unknown
    #[arg(long)]
    pub(super) fail_on_unknown: bool,
    /// The same as --fail-on high --fail-on-unknown
    #[arg(long, conflicts_with = "fail_on")]
    pub(super) strict: bool,
    /// End with 0 where it would be 1
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// Show only findings of this severity or above
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(super) min_severity: Option<Severity>,
    /// Run only these checks or areas
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// Do not run these checks or areas
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub(super) skip: Vec<String>,
    /// Judge as on this day: what will have expired by then?
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(super) today: Option<Date>,
    #[command(flatten)]
    pub(super) library: LibraryFrom,
    /// Read this instead of the nearest prodcheck.toml
    #[arg(short, long, env = "PRODCHECK_CONFIG", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Read no prodcheck.toml
    #[arg(long, conflicts_with = "config")]
    pub(super) no_config: bool,
}

/// Where checks come from.
#[derive(Debug, Args)]
pub(super) struct LibraryFrom {
    /// Add the checks of this folder
    #[arg(long = "checks", value_name = "DIR")]
    pub(super) checks: Vec<PathBuf>,
    /// Let them replace built-in checks of the same id
    #[arg(long)]
    pub(super) replace: bool,
}

/// Where the report goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "The report")]
pub(super) struct Output {
    /// The format of the report
    #[arg(short, long, env = "PRODCHECK_FORMAT", value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Write the report to this file
    #[arg(short = 'o', long = "output-file", value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Write another report, too
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    pub(super) reports: Vec<String>,
    /// Show so many findings in full; 0 for all
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub(super) max_findings: usize,
    /// Show what MDN's HTTP Observatory would say of the site, too
    #[arg(long)]
    pub(super) observatory: bool,
    /// Show what passed too; twice, what does not apply as well
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Show findings and the last lines only; twice, nothing
    #[arg(short, long, action = clap::ArgAction::Count, conflicts_with = "verbose")]
    pub(super) quiet: u8,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only these checks or areas
    #[arg(value_name = "ID")]
    pub(super) ids: Vec<String>,
    /// Show which items of the published guides are answered, and by what
    #[arg(long)]
    pub(super) guides: bool,
    /// Only what a person has to answer
    #[arg(long)]
    pub(super) attest: bool,
    #[command(flatten)]
    pub(super) library: LibraryFrom,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The check
    pub(super) id: String,
    #[command(flatten)]
    pub(super) library: LibraryFrom,
}

/// How facts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FactsFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct FactsOf {
    /// Only this domain, such as `django`
    pub(super) domain: Option<String>,
    /// The folder of the project
    #[arg(long, default_value = ".")]
    pub(super) path: PathBuf,
    /// The address of the live site
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// Print what there is to know, instead of what is known
    #[arg(long, conflicts_with = "format")]
    pub(super) catalogue: bool,
    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t = FactsFormat::Text)]
    pub(super) format: FactsFormat,
    #[command(flatten)]
    pub(super) production: Production,
    #[command(flatten)]
    pub(super) network: Network,
}

#[derive(Debug, Args)]
pub(super) struct Test {
    /// Only these checks or areas
    #[arg(value_name = "ID")]
    pub(super) ids: Vec<String>,
    #[command(flatten)]
    pub(super) library: LibraryFrom,
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder of the project
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
}

fn threshold(word: &str) -> Result<Threshold, String> {
    one_of(word, &Threshold::words())
}

fn severity(word: &str) -> Result<Severity, String> {
    one_of(word, &Severity::ALL.map(|severity| (severity.word(), severity)))
}

fn several(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=MOST_AT_ONCE).contains(number));
    number.ok_or_else(|| format!("it is a number from 1 to {MOST_AT_ONCE}"))
}

/// Each site at work holds up to a dozen connections; systems allow about a thousand by default.
const MOST_AT_ONCE: usize = 256;

/// The port of DNS, unless another one is given (RFC 1035 §4.2).
fn name_server(text: &str) -> Result<SocketAddr, String> {
    let address = text.trim_matches(['[', ']']).parse().map(|ip: IpAddr| SocketAddr::new(ip, 53));
    let address = address.or_else(|_| text.parse());
    address.map_err(|_| "it is an address, such as 9.9.9.9 or [::1]:5353".to_owned())
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "it is a day of the calendar, such as 2026-11-21".to_owned())
}

fn one_of<T: Copy>(word: &str, words: &[(&str, T)]) -> Result<T, String> {
    words.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("it is one of {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn no_two_flags_collide() {
        Arguments::command().debug_assert();
    }
}
