//! How long a settings package takes to evaluate, beside Django's own check of the same package.
//!
//! `cargo bench --bench settings` prints, for a package of five modules and about a thousand lines: the
//! median of the runs of the evaluator (parsing included), and of `manage.py check --deploy` in a cold
//! process, with the ratio of the two, where a Python has Django: `python3`, or the one that is named
//! (`cargo bench --bench settings -- /path/to/python`).
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panic and prints what it measures"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use prodcheck::fact::ProjectPath;
use prodcheck::project::{Project, services};
use prodcheck::python::{Environment, interpret};

const RUNS: usize = 101;
const COLD_RUNS: usize = 7;

fn main() {
    let files = package();
    let lines: usize = files.iter().map(|(_, text)| text.lines().count()).sum();
    println!("{} modules, {lines} lines", files.len() - 1);
    let ours = median(RUNS, || {
        let texts = files.iter().map(|(path, text)| (*path, text.as_str()));
        let project = Project::of_texts(texts);
        let service = services(&project, "shop").swap_remove(0);
        let path = ProjectPath::new("shop/settings/production.py");
        let started = Instant::now();
        let environment = Environment::default();
        let namespace =
            interpret(&project, &service, &environment, |interpreter| interpreter.module(&path));
        let elapsed = started.elapsed();
        assert!(namespace.unwrap().variables.len() > 100);
        elapsed
    });
    println!("evaluated in {:.2} ms", milliseconds(ours));
    match cold_check(&files) {
        Some(theirs) => println!(
            "`manage.py check --deploy` takes {:.0} ms: {:.0} times as long",
            milliseconds(theirs),
            theirs.as_secs_f64() / ours.as_secs_f64()
        ),
        None => println!("`manage.py check --deploy` was not run: no Python with Django is here"),
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn median(runs: usize, mut run: impl FnMut() -> Duration) -> Duration {
    let mut all: Vec<Duration> = (0..runs).map(|_| run()).collect();
    all.sort();
    all.get(runs / 2).copied().unwrap_or_default()
}

/// Django's check of the same package; none where it cannot be run.
fn cold_check(files: &[(&str, String)]) -> Option<Duration> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let given = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let python = given.unwrap_or_else(|| "python3".to_owned());
    let succeeds = || check(&python, folder.path()).is_ok_and(|status| status);
    succeeds().then(|| {
        median(COLD_RUNS, || {
            let started = Instant::now();
            assert!(succeeds());
            started.elapsed()
        })
    })
}

fn check(python: &str, folder: &Path) -> std::io::Result<bool> {
    let status = Command::new(python)
        .args(["manage.py", "check", "--deploy"])
        .current_dir(folder)
        .env("SECRET_KEY", "a-key-of-the-benchmark-and-of-nothing-else-0123456789")
        .env("DATABASE_PASSWORD", "benchmark")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    Ok(status.success())
}

/// A settings package as teams write them: a base, parts of it, and what production changes.
fn package() -> Vec<(&'static str, String)> {
    let manage = "import os\nimport sys\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', \
                  'shop.settings.production')\nif __name__ == '__main__':\n    \
                  from django.core.management import execute_from_command_line\n    \
                  execute_from_command_line(sys.argv)\n";
    vec![
        ("manage.py", manage.to_owned()),
        ("shop/__init__.py", String::new()),
        ("shop/settings/__init__.py", String::new()),
        ("shop/settings/base.py", base()),
        ("shop/settings/features.py", features()),
        ("shop/settings/logs.py", logs()),
        ("shop/settings/production.py", production()),
    ]
}

fn base() -> String {
    let mut text = "import os\nfrom datetime import timedelta\nfrom pathlib import Path\n\n\
        BASE_DIR = Path(__file__).resolve().parents[2]\n\n\n\
        def flag(name, default=False):\n    value = os.environ.get(name)\n    \
        return default if value is None else value.lower() in ('1', 'true', 'yes')\n\n\n\
        SECRET_KEY = os.environ['SECRET_KEY']\nDEBUG = flag('DEBUG')\n\
        ALLOWED_HOSTS = [h.strip() for h in os.environ.get('HOSTS', 'shop.example').split(',') if h.strip()]\n\
        ROOT_URLCONF = 'django.contrib.auth.urls'\nUSE_TZ = True\n\
        INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions']\n\
        MIDDLEWARE = [\n    'django.middleware.security.SecurityMiddleware',\n    \
        'django.contrib.sessions.middleware.SessionMiddleware',\n    \
        'django.middleware.csrf.CsrfViewMiddleware',\n    \
        'django.contrib.auth.middleware.AuthenticationMiddleware',\n    \
        'django.middleware.clickjacking.XFrameOptionsMiddleware',\n]\n\
        DATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.sqlite3',\n        \
        'NAME': BASE_DIR / 'db.sqlite3',\n        \
        'PASSWORD': os.environ['DATABASE_PASSWORD'],\n    }\n}\n"
        .to_owned();
    for number in 0..150 {
        let _ = writeln!(
            text,
            "SHOP_OPTION_{number} = os.environ.get('SHOP_OPTION_{number}', 'value-{number}')\n\
             SHOP_LIMIT_{number} = int(os.environ.get('SHOP_LIMIT_{number}', '{number}')) * 60"
        );
    }
    text
}

fn features() -> String {
    let mut text = "import os\n\nfrom .base import *\n\nFEATURES = {}\n".to_owned();
    for number in 0..80 {
        let _ = writeln!(
            text,
            "if flag('FEATURE_{number}'):\n    FEATURES['feature-{number}'] = f'on-{{SHOP_OPTION_{number}}}'"
        );
    }
    text
}

fn logs() -> String {
    let mut text = "from .features import *\n\nLOGGING = {'version': 1, 'handlers': {'console': \
                    {'class': 'logging.StreamHandler'}}, 'loggers': {}}\n"
        .to_owned();
    for number in 0..40 {
        let _ = writeln!(
            text,
            "LOGGING['loggers']['shop.part_{number}'] = {{\n    'handlers': ['console'],\n    \
             'level': 'DEBUG' if DEBUG else 'INFO',\n    'propagate': False,\n}}"
        );
    }
    text
}

fn production() -> String {
    let mut text = "from .logs import *\n\nDEBUG = False\nSECURE_SSL_REDIRECT = True\n\
        SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365\nSESSION_COOKIE_SECURE = True\n\
        CSRF_COOKIE_SECURE = True\nCACHES = {\n    'default': {\n        \
        'BACKEND': 'django.core.cache.backends.locmem.LocMemCache',\n    }\n}\n\
        SESSION_COOKIE_AGE = int(timedelta(days=7).total_seconds())\n"
        .to_owned();
    for number in 0..80 {
        let _ = writeln!(text, "SHOP_NAME_{number} = '%s-%s' % (SHOP_OPTION_{number}, {number})");
        let _ = writeln!(text, "MIDDLEWARE = [*MIDDLEWARE] if SHOP_LIMIT_{number} else MIDDLEWARE");
    }
    text
}
