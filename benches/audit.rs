//! How long a whole audit takes as a cold process, beside the floor of reading the same files once.
//!
//! `cargo bench --bench audit` prints, for a Django project of 500 files and for a monorepo of 300
//! services in 20,000 files: wall time (median of the runs) and peak memory of `prodcheck audit`, the
//! time of `rg -c SECRET` on the same tree where ripgrep is installed, and the ratio of the two.
//! `cargo bench --bench audit -- FOLDER…` measures those folders instead.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panic and prints what it measures"
)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const RUNS: usize = 11;

/// A tree of services, each a Django project of its own.
struct Tree {
    name: &'static str,
    services: usize,
    sources_each: usize,
}

const TREES: [Tree; 2] = [
    Tree { name: "django project", services: 1, sources_each: 489 },
    Tree { name: "monorepo", services: 300, sources_each: 56 },
];

/// One way of going over a tree.
struct Measured {
    median: Duration,
    peak_kib: u64,
}

fn main() {
    println!("{:<16}{:>12}{:>10}{:>12}{:>8}", "tree", "audit", "peak", "rg", "ratio");
    let folders: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    for folder in &folders {
        compare(folder, Path::new(folder));
    }
    for tree in TREES.iter().filter(|_| folders.is_empty()) {
        let folder = tempfile::tempdir().unwrap();
        plant(folder.path(), tree);
        compare(tree.name, folder.path());
    }
}

/// Prints what an audit of a folder takes, beside its floor.
fn compare(name: &str, folder: &Path) {
    let run = |program: &str, arguments: &[&str]| {
        measured(|| {
            let mut command = Command::new(program);
            command.args(arguments).arg(folder);
            command
        })
    };
    let audit = run(env!("CARGO_BIN_EXE_prodcheck"), &["audit", "--offline"]);
    let floor = is_installed("rg").then(|| run("rg", &["-c", "SECRET"]));
    let (rg, ratio) = floor.map_or(("-".to_owned(), "-".to_owned()), |floor| {
        let ratio = audit.median.as_secs_f64() / floor.median.as_secs_f64();
        (milliseconds(floor.median), format!("{ratio:.1}"))
    });
    let peak = format!("{} MiB", audit.peak_kib / 1024);
    println!("{name:<16}{:>12}{peak:>10}{rg:>12}{ratio:>8}", milliseconds(audit.median));
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok()
}

/// The median of several runs, after one that warms the page cache; and the highest peak seen.
fn measured(command: impl Fn() -> Command) -> Measured {
    let mut walls = Vec::new();
    let mut peak_kib = 0;
    for run in 0..=RUNS {
        let start = Instant::now();
        let child = command().stdout(Stdio::null()).spawn().unwrap();
        if run == 0 {
            peak_kib = peak_of(child);
        } else {
            let mut child = child;
            child.wait().unwrap();
            walls.push(start.elapsed());
        }
    }
    walls.sort();
    let median = walls.get(walls.len() / 2).copied().unwrap_or_default();
    Measured { median, peak_kib }
}

/// The peak of a process's memory as Linux tells it while it lives; 0 elsewhere.
fn peak_of(mut child: Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let told = fs::read_to_string(&status).unwrap_or_default();
        let now = told
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        peak = peak.max(now.unwrap_or(0));
        thread::yield_now();
    }
    peak
}

/// Writes the tree.
fn plant(root: &Path, tree: &Tree) {
    for service in 0..tree.services {
        let folder = match tree.services {
            1 => root.to_path_buf(),
            _ => root.join(format!("services/service-{service:03}")),
        };
        for (path, text) in fixed_files(service) {
            write(&folder.join(path), &text);
        }
        for source in 0..tree.sources_each {
            let path = format!("app_{}/module_{source:03}.py", source % 7);
            write(&folder.join(path), &source_text(service, source));
        }
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn fixed_files(service: usize) -> Vec<(&'static str, String)> {
    let manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings.production')\n";
    let base = format!(
        "import os\nfrom pathlib import Path\n\nBASE_DIR = Path(__file__).resolve().parents[2]\n\
         SECRET_KEY = os.environ['SECRET_KEY']\nDEBUG = False\n\
         INSTALLED_APPS = ['django.contrib.auth', 'app_{service}']\n\
         MIDDLEWARE = ['django.middleware.security.SecurityMiddleware',\n    \
         'django.middleware.csrf.CsrfViewMiddleware']\n\
         DATABASES = {{'default': {{'ENGINE': 'django.db.backends.postgresql', 'HOST': 'db'}}}}\n"
    );
    let production = format!(
        "from .base import *\n\nALLOWED_HOSTS = ['service-{service}.example']\n\
         SECURE_SSL_REDIRECT = True\nSECURE_HSTS_SECONDS = 31536000\n\
         SESSION_COOKIE_SECURE = True\nCSRF_COOKIE_SECURE = True\n"
    );
    let nginx = format!(
        "server {{\n    listen 80;\n    server_name service-{service}.example;\n    \
         return 301 https://$host$request_uri;\n}}\n"
    );
    vec![
        ("manage.py", manage.to_owned()),
        ("config/__init__.py", String::new()),
        ("config/settings/__init__.py", String::new()),
        ("config/settings/base.py", base),
        ("config/settings/production.py", production),
        (
            ".env",
            format!("SECRET_KEY=k{service}Jd83nVq0sLz71PwXcB5tRyUe2MaHgFo9iKb4ZxSvNlQ6WjTf\n"),
        ),
        (
            "Dockerfile",
            "FROM python:3.12-slim\nUSER app\nCMD [\"gunicorn\", \"config.wsgi\"]\n".to_owned(),
        ),
        ("deploy/nginx.conf", nginx),
        ("requirements.txt", "Django==5.2.8\ngunicorn==23.0.0\n".to_owned()),
        ("gunicorn.conf.py", "workers = 4\nbind = '127.0.0.1:8000'\n".to_owned()),
        (".gitignore", ".env\n".to_owned()),
    ]
}

/// A module of some hundred lines that an audit has no business with.
fn source_text(service: usize, source: usize) -> String {
    use std::fmt::Write as _;
    let mut text = format!("\"\"\"Module {source} of service {service}.\"\"\"\nimport logging\n\n");
    for function in 0..(20 + source % 30) {
        let _ = writeln!(
            text,
            "def step_{function}(order, amount={source}):\n    \
             logging.info('step %s of %s', {function}, order)\n    \
             return order.total * amount + {function}\n"
        );
    }
    text
}
