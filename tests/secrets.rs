//! No secret is ever printed: one stands in every place where one can stand, and no output has any.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// Random, each in one place of the project below.
const SECRETS: &[&str] = &[
    "Vq7xN2kLw9ZpTr4sYd",
    "b8HgJ3mQfC6vXe1uRt",
    "Kz5wPn0yLd7aSg2hEj",
    "Xc4rTq8bWm1fUv6iOk",
    "Gp9sDl3zNh7xQy2cBw",
    "Mf6tRj1vKe8oAu4nZi",
    "Yw2bHs9qGx5dLp7rCm",
    "Te8nVk4jFz1hWo6uQa",
    "Ub3yXg7mSr0cPd5wNl",
    "Jq1iZt6eOv9kMh4fBx",
    "Rn5aCw8gLy2sTu7pDj",
    "Hv7oFb3xEm6rKi1qGz",
    "Ls4uYd9nPw0tAx8jVc",
    "Zk6eQh2fRg5mBs3yTo",
    "Wi1rNp8vCl7zUj4dXq",
    "Da9tGm5kHy3wFe0bSn",
    "Pe2xLo7cTv4iRz8uJf",
    "Qj8sBw1yKn6gVd3hMa",
    "Fo5mUc0pZr9eXt2lGk",
    "Ny3vIq6dWh8aLs7fCb",
    "Sx7kEr4uTb1nPy9gJw",
    "Cm0fZl5oGq8iHv2rDt",
];

/// A project that hides none of its secrets.
const FILES: &[(&str, &str)] = &[
    ("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"),
    ("shop/__init__.py", ""),
    (
        "shop/settings.py",
        "import os
from dotenv import load_dotenv
load_dotenv()
DEBUG = True
ALLOWED_HOSTS = ['*']
SECRET_KEY = 'Vq7xN2kLw9ZpTr4sYd'
SECRET_KEY_FALLBACKS = ['b8HgJ3mQfC6vXe1uRt']
EMAIL_HOST_PASSWORD = os.environ.get('EMAIL_HOST_PASSWORD', 'Kz5wPn0yLd7aSg2hEj')
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': 'db.shop.example',
    'USER': 'postgres', 'PASSWORD': 'Xc4rTq8bWm1fUv6iOk'}}
CACHES = {'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache',
    'LOCATION': 'redis://:Gp9sDl3zNh7xQy2cBw@cache.shop.example:6379/0'}}
CELERY_BROKER_URL = 'amqp://shop:Mf6tRj1vKe8oAu4nZi@queue.shop.example//'
SIMPLE_JWT = {'SIGNING_KEY': 'Yw2bHs9qGx5dLp7rCm'}
SENTRY_DSN = os.environ['SENTRY_DSN']
INSTALLED_APPS = ['rest_framework', 'rest_framework_simplejwt']
",
    ),
    (
        ".env",
        "DATABASE_URL=postgres://shop:Te8nVk4jFz1hWo6uQa@db.shop.example/shop
SENTRY_DSN=https://Ub3yXg7mSr0cPd5wNl@sentry.shop.example/1
STRIPE_SECRET_KEY=sk_test_Jq1iZt6eOv9kMh4fBx
export API_TOKEN='Rn5aCw8gLy2sTu7pDj'
BROKEN LINE Hv7oFb3xEm6rKi1qGz
JWT_SECRET_KEY=Ls4uYd9nPw0tAx8jVc
",
    ),
    (".env.production", "ADMIN_PASSWORD=\"Zk6eQh2fRg5mBs3yTo\nWi1rNp8vCl7zUj4dXq\"\n"),
    (
        "docker-compose.yml",
        "services:
  web:
    build: .
    environment:
      - APP_SECRET=Da9tGm5kHy3wFe0bSn
  cache:
    image: redis:7
    command: redis-server --requirepass Pe2xLo7cTv4iRz8uJf
    ports: ['6379:6379']
  db:
    image: postgres
    environment:
      POSTGRES_PASSWORD: Qj8sBw1yKn6gVd3hMa
    ports: ['5432:5432']
",
    ),
    (
        "Dockerfile",
        "FROM python:latest
ARG BUILD_TOKEN=Fo5mUc0pZr9eXt2lGk
ENV ADMIN_TOKEN=Ny3vIq6dWh8aLs7fCb
COPY . .
CMD gunicorn shop.wsgi --reload
",
    ),
    (
        "nginx.conf",
        "server {
  listen 80;
  location / {
    proxy_set_header Authorization \"Bearer Sx7kEr4uTb1nPy9gJw\";
    proxy_pass http://web;
  }
}
",
    ),
    (
        "site.http",
        "> GET https://shop.example/
< HTTP/1.1 200 OK
< Set-Cookie: sessionid=Cm0fZl5oGq8iHv2rDt; Path=/
",
    ),
];

fn plant(root: &Path) {
    for secret in SECRETS {
        assert!(FILES.iter().any(|(_, text)| text.contains(secret)), "{secret} is planted nowhere");
    }
    for (path, text) in FILES {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

fn commands() -> Vec<Vec<&'static str>> {
    let site = ["--url", "https://shop.example/", "--replay", "site.http"];
    let mut commands: Vec<Vec<&str>> = Vec::new();
    for format in ["text", "concise", "json"] {
        for loudness in [&[][..], &["-v"], &["-vv"], &["-q"]] {
            let mut command = vec!["audit", ".", "--max-findings", "0", "--format", format];
            command.extend(site);
            command.extend(loudness);
            commands.push(command);
        }
    }
    commands.push(["facts"].iter().chain(&site).copied().collect());
    commands.push(vec!["audit", ".", "--env-file", ".env.production", "-vv"]);
    commands.push(vec!["facts", "--env-file", ".env"]);
    commands.push(vec!["facts", "--env", "SECRET_KEY=Vq7xN2kLw9ZpTr4sYd"]);
    commands.push(vec!["init", "."]);
    commands
}

#[test]
fn every_output_is_free_of_secrets() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path());
    let mut leaks = Vec::new();
    for command in commands() {
        let output = Command::new(env!("CARGO_BIN_EXE_prodcheck"))
            .current_dir(folder.path())
            .args(&command)
            .output()
            .unwrap();
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        assert!(told.len() > 20, "{command:?} printed {told}");
        for secret in SECRETS.iter().filter(|secret| told.contains(*secret)) {
            let line = told.lines().find(|line| line.contains(secret)).unwrap_or_default();
            leaks.push(format!("{}: {line}", command.join(" ")));
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}
