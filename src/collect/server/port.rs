//! The ports on which a command line lets a server listen, as far as it says so itself.

use super::program::{Program, Started, started};
use crate::grammar::shell_words::{Word, commands};

/// The ports; none if the line starts no server that is told where to listen, or a part of that is unknown.
pub(crate) fn listening_ports(line: &str) -> Option<Vec<u16>> {
    commands(line).iter().filter_map(started).find_map(|started| of_server(&started))
}

fn of_server(started: &Started) -> Option<Vec<u16>> {
    let options: &[&str] = match started.program {
        Program::Server("gunicorn" | "hypercorn") => &["-b", "--bind"],
        Program::Server("uvicorn" | "granian" | "waitress" | "fastapi-run") => &["--port"],
        Program::Server("daphne") => &["-p", "--port"],
        Program::DevelopmentServer("runserver") => return of_runserver(&started.arguments),
        _ => return None,
    };
    let mut ports = Vec::new();
    let mut words = started.arguments.iter();
    while let Some(word) = words.next() {
        let text = word.start();
        let joined = options.iter().find_map(|option| {
            let rest = text.strip_prefix(option)?;
            match rest.strip_prefix('=') {
                Some(_) => Some(option.len() + 1),
                // `-b:8000`
                None if !option.starts_with("--") && !rest.is_empty() => Some(option.len()),
                None => None,
            }
        });
        let value = match joined {
            Some(length) => word.text()?.get(length..)?.to_owned(),
            None if options.contains(&text) => words.next()?.text()?,
            None => continue,
        };
        ports.push(port(&value)?);
    }
    (!ports.is_empty()).then_some(ports)
}

/// `runserver 0.0.0.0:8000`, `runserver 8000`; 8000 if nothing is said.
fn of_runserver(arguments: &[Word]) -> Option<Vec<u16>> {
    let mut words =
        arguments.iter().skip_while(|word| !word.start().starts_with("runserver")).skip(1);
    match words.find(|word| !word.start().starts_with('-')) {
        Some(word) => Some(vec![port(&word.text()?)?]),
        None => Some(vec![8000]),
    }
}

fn port(address: &str) -> Option<u16> {
    address.rsplit(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_where_a_command_says_them() {
        for (line, ports) in [
            ("gunicorn shop.wsgi -b 0.0.0.0:8001", Some(vec![8001])),
            ("gunicorn shop.wsgi --bind=:80 -b [::]:81", Some(vec![80, 81])),
            ("gunicorn -b:8000 shop.wsgi", Some(vec![8000])),
            ("gunicorn shop.wsgi", None),
            ("gunicorn -b 0.0.0.0:$PORT shop.wsgi", None),
            ("gunicorn -b 0.0.0.0:${PORT:-8000} shop.wsgi", Some(vec![8000])),
            ("gunicorn -b unix:/run/shop.sock shop.wsgi", None),
            ("uvicorn main:app --host 0.0.0.0 --port 8080", Some(vec![8080])),
            ("daphne -b 0.0.0.0 -p 9000 shop.asgi:application", Some(vec![9000])),
            ("sh -c 'python manage.py migrate && gunicorn shop.wsgi -b :8000'", Some(vec![8000])),
            ("python manage.py runserver 0.0.0.0:8000", Some(vec![8000])),
            ("python manage.py runserver", Some(vec![8000])),
            ("celery -A shop worker -b redis://x:6379", None),
        ] {
            assert_eq!(listening_ports(line), ports, "{line}");
        }
    }
}
