//! Addresses of data stores: `postgresql://user:password@host:5432/name?sslmode=require`.
//!
//! Reads what drivers read (RFC 3986 §3, libpq's several hosts, redis' sockets), and says what is wrong
//! where a driver would fail or silently connect elsewhere. What the parts mean is not known here.

use std::fmt;

/// The parts of an address, with all escapes undone.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionUrl {
    /// In lower case, with a driver if one is named: `postgresql+psycopg2`.
    pub scheme: String,
    /// The name to sign in with; none if it is left out or empty.
    pub user: Option<String>,
    /// The password; empty if it is written as empty, none if it is left out.
    pub password: Option<String>,
    /// In the order of the text; empty if none is named. A socket is a name that begins with `/`.
    pub hosts: Vec<Host>,
    /// The database, queue or file: the path without its first `/`.
    pub name: String,
    /// What follows `?`, in the order of the text.
    pub options: Vec<(String, String)>,
}

/// A machine, and the port on it if one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// A name, an IPv4 address, an IPv6 address without brackets, or the path of a socket.
    pub name: String,
    /// The port.
    pub port: Option<u16>,
}

/// Longer texts are no addresses.
const MAX_BYTES: usize = 16 << 10;

impl ConnectionUrl {
    /// Reads an address; what is wrong with it otherwise. The message holds no part of a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err("it is too long for an address".to_owned());
        }
        let (scheme, rest) = scheme(text)?;
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self {
            scheme,
            user: None,
            password: None,
            hosts: Vec::new(),
            name: String::new(),
            options: pairs(options),
        };
        if url.product() == "sqlite" {
            url.name = decoded(without_fragment(rest).strip_prefix('/').unwrap_or(rest));
            return Ok(url);
        }
        if let Some(cause) = misplaced_separator(rest, options) {
            return Err(cause);
        }
        let rest = without_fragment(rest);
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, hosts) = authority
            .rsplit_once('@')
            .map_or((None, authority), |(before, hosts)| (Some(before), hosts));
        if let Some(credentials) = credentials {
            url.take_credentials(credentials);
        }
        url.name = decoded(path);
        url.hosts = parse_hosts(hosts)?;
        url.take_options();
        Ok(url)
    }

    /// The scheme without the driver: `postgresql` of `postgresql+psycopg2`.
    pub fn product(&self) -> &str {
        self.scheme.split('+').next().unwrap_or_default()
    }

    /// The last value given for an option, whatever the case of its name.
    pub fn option(&self, name: &str) -> Option<&str> {
        let mut found = self.options.iter().rev().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    fn take_credentials(&mut self, text: &str) {
        let (user, password) =
            text.split_once(':').map_or((text, None), |(user, password)| (user, Some(password)));
        self.user = Some(decoded(user)).filter(|user| !user.is_empty());
        self.password = password.map(decoded);
    }

    /// Drivers take credentials and sockets from the options too, where the address leaves them out.
    fn take_options(&mut self) {
        let own = |url: &Self, names: &[&str]| {
            names.iter().find_map(|name| url.option(name)).map(str::to_owned)
        };
        if self.user.is_none() {
            self.user = own(self, &["user", "username"]);
        }
        if self.password.is_none() {
            self.password = own(self, &["password"]);
        }
        let socket = own(self, &["host", "unix_socket"]);
        if self.product() == "unix" || self.scheme.ends_with("+socket") {
            self.hosts = vec![Host { name: format!("/{}", self.name), port: None }];
            self.name = own(self, &["db", "virtual_host"]).unwrap_or_default();
        } else if let Some(name) = socket.filter(|name| !name.is_empty())
            && (self.hosts.is_empty() || name.starts_with('/'))
        {
            let port = own(self, &["port"]).and_then(|port| port.parse().ok());
            self.hosts = vec![Host { name, port }];
        }
    }
}

impl fmt::Debug for ConnectionUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ConnectionUrl")
            .field("scheme", &self.scheme)
            .field("hosts", &self.hosts)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn scheme(text: &str) -> Result<(String, &str), String> {
    let missing = || "it does not begin with a scheme such as `postgresql://`".to_owned();
    let (scheme, rest) = text.split_once("://").ok_or_else(missing)?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c));
    if valid { Ok((scheme.to_ascii_lowercase(), rest)) } else { Err(missing()) }
}

fn without_fragment(text: &str) -> &str {
    text.split('#').next().unwrap_or_default()
}

/// A separator that stands in a password ends the credentials too early, so that a driver takes their
/// first half for the host. `rest` is what stands before the first `?`, `options` what follows.
fn misplaced_separator(rest: &str, options: &str) -> Option<String> {
    let end = rest.find(['/', '#']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let (_, port) = authority.rsplit_once(':').filter(|_| !authority.contains('@'))?;
    let separator = match after.chars().next() {
        Some(first) if after.contains('@') => first,
        Some('#') if options.contains('@') => '#',
        None if options.contains('@') && !is_port(port) => '?',
        _ => return None,
    };
    let escape = match separator {
        '/' => "%2F",
        '#' => "%23",
        _ => "%3F",
    };
    Some(format!("the password holds `{separator}`, which must be written `{escape}`"))
}

fn is_port(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit())
}

fn parse_hosts(text: &str) -> Result<Vec<Host>, String> {
    text.split(',').filter(|host| !host.is_empty()).map(parse_host).collect()
}

fn parse_host(text: &str) -> Result<Host, String> {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, after)) => (address, after.strip_prefix(':').unwrap_or(after)),
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let port = match port {
        "" => None,
        digits => {
            Some(digits.parse().map_err(|_| "what follows the host is not a port".to_owned())?)
        }
    };
    Ok(Host { name: decoded(name), port })
}

fn pairs(query: &str) -> Vec<(String, String)> {
    without_fragment(query)
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
        })
        .collect()
}

/// The text with every `%41` undone; what is no escape stands for itself, as in Python's `unquote`.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if let Some(byte) = hex(*high, *low) => {
                bytes.push(byte);
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// user, password, hosts, name, joined by blanks; `-` for what is not there.
    fn told(text: &str) -> String {
        let url = match ConnectionUrl::parse(text) {
            Ok(url) => url,
            Err(cause) => return cause,
        };
        let hosts: Vec<String> = url
            .hosts
            .iter()
            .map(|host| match host.port {
                Some(port) => format!("{}:{port}", host.name),
                None => host.name.clone(),
            })
            .collect();
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let (user, password) = (or_dash(url.user), or_dash(url.password));
        format!("{} {user} {password} [{}] {}", url.scheme, hosts.join(", "), url.name)
    }

    #[test]
    fn addresses_are_taken_apart() {
        for (text, parts) in [
            (
                "postgresql://app:p%40ss@db:5432/shop?sslmode=require",
                "postgresql app p@ss [db:5432] shop",
            ),
            ("POSTGRES://app@db/shop", "postgres app - [db] shop"),
            ("postgres://app:a@b@db/shop", "postgres app a@b [db] shop"),
            ("postgresql+psycopg2://u:p@h/d", "postgresql+psycopg2 u p [h] d"),
            ("postgres://u:p@a:1,b:2/d", "postgres u p [a:1, b:2] d"),
            ("postgres:///d?host=/run/postgresql", "postgres - - [/run/postgresql] d"),
            ("postgres://%2Frun%2Fpg/d", "postgres - - [/run/pg] d"),
            ("mysql://u:p@/d?unix_socket=/cloudsql/x", "mysql u p [/cloudsql/x] d"),
            ("mongodb+srv://u:p@c.example/d?w=1", "mongodb+srv u p [c.example] d"),
            ("redis://:pw@cache:6379/0", "redis - pw [cache:6379] 0"),
            ("redis://cache?password=pw", "redis - pw [cache] "),
            ("rediss://[::1]:6380", "rediss - - [::1:6380] "),
            ("unix:///run/redis.sock?db=2", "unix - - [/run/redis.sock] 2"),
            ("redis+socket:///run/redis.sock", "redis+socket - - [/run/redis.sock] "),
            ("amqp://guest:guest@mq//", "amqp guest guest [mq] /"),
            ("sqlite:///db.sqlite3", "sqlite - - [] db.sqlite3"),
            ("sqlite:////srv/db.sqlite3", "sqlite - - [] /srv/db.sqlite3"),
            ("sqlite://:memory:", "sqlite - - [] :memory:"),
            ("postgres://u:@h/d", "postgres u  [h] d"),
            ("postgres://u:%zz%4@h/d", "postgres u %zz%4 [h] d"),
            ("postgres://", "postgres - - [] "),
        ] {
            assert_eq!(told(text), parts, "{text}");
        }
    }

    #[test]
    fn addresses_that_drivers_misread_are_refused() {
        for (text, cause) in [
            ("postgres://u:p/w@h/d", "the password holds `/`, which must be written `%2F`"),
            ("postgres://u:1/w@h/d", "the password holds `/`, which must be written `%2F`"),
            ("postgres://u:p#w@h/d", "the password holds `#`, which must be written `%23`"),
            ("postgres://u:p?w@h/d", "the password holds `?`, which must be written `%3F`"),
            ("redis://:p/w@h:6379", "the password holds `/`, which must be written `%2F`"),
            ("redis://:p#a?w@h:6379", "the password holds `#`, which must be written `%23`"),
            ("postgres://u:p@host:port/d", "what follows the host is not a port"),
            ("postgres://u:p@host:70000/d", "what follows the host is not a port"),
            ("host=db", "it does not begin with a scheme such as `postgresql://`"),
            ("", "it does not begin with a scheme such as `postgresql://`"),
            ("a b://x", "it does not begin with a scheme such as `postgresql://`"),
        ] {
            assert_eq!(told(text), cause, "{text}");
        }
    }

    #[test]
    fn an_at_sign_in_an_option_is_no_password() {
        assert_eq!(told("redis://h:6379/0?name=a@b"), "redis - - [h:6379] 0");
        assert_eq!(told("redis://h:6379?name=a@b"), "redis - - [h:6379] ");
    }

    #[test]
    fn the_last_of_several_options_counts() {
        let url = ConnectionUrl::parse("postgres://h/d?sslmode=disable&SSLMode=require#x").unwrap();
        assert_eq!(url.option("sslmode"), Some("require"));
        assert_eq!(url.option("ssl"), None);
    }

    #[test]
    fn a_password_is_not_printed() {
        let url = ConnectionUrl::parse("postgres://u:hunter2@h/d?password=hunter2").unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
