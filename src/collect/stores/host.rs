//! Where a host is, told from its name: on this machine, inside a private network, or beyond.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far away a host is; the farthest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// A socket, this machine, or a neighbour in the same compose network.
    Local,
    /// An address that only a private network routes.
    Private,
    /// Anything else: the way there leads over networks of others.
    Public,
}

impl Class {
    /// The word for it in facts.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Private => "private",
            Self::Public => "public",
        }
    }

    /// The class of a host by its name or address. `neighbours` are the services of the compose file.
    pub(super) fn of(host: &str, neighbours: &BTreeSet<String>) -> Self {
        let host = host.trim().trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        if is_socket(&host) || neighbours.contains(&host) {
            return Self::Local;
        }
        if let Ok(address) = host.parse() {
            return Self::of_address(address);
        }
        match host.as_str() {
            "" | "localhost" | "host.docker.internal" | "gateway.docker.internal" => Self::Local,
            _ if host.ends_with(".localhost") => Self::Local,
            _ if is_private_name(&host) => Self::Private,
            _ => Self::Public,
        }
    }

    /// How far away the clients of a server can be that listens on an address: on a wildcard, anywhere.
    pub(super) fn of_listener(address: &str) -> Self {
        // Redis's `-::1` means: if that address is there.
        let address = address.trim().trim_start_matches('-').trim_matches(['[', ']']);
        if matches!(address, "*" | "0.0.0.0" | "::" | "::*" | "::0") {
            return Self::Public;
        }
        Self::of(address, &BTreeSet::new())
    }

    fn of_address(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::of_v4(v4),
            IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| Self::of_v6(v6), Self::of_v4),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        // RFC 6598: addresses shared inside a carrier's or a platform's own network.
        let is_shared = matches!(address.octets(), [100, 64..=127, ..]);
        if address.is_loopback() || address.is_unspecified() {
            Self::Local
        } else if address.is_private() || address.is_link_local() || is_shared {
            Self::Private
        } else {
            Self::Public
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if address.is_loopback() || address.is_unspecified() {
            Self::Local
        } else if address.is_unique_local() || address.is_unicast_link_local() {
            Self::Private
        } else {
            Self::Public
        }
    }
}

/// Whether a host is the path of a socket, or the name of an abstract one.
pub(super) fn is_socket(host: &str) -> bool {
    host.starts_with(['/', '@'])
}

/// Endings that no public name has: RFC 6762, RFC 8375, ICANN's `internal`, Kubernetes.
const PRIVATE_ENDINGS: &[&str] =
    &[".internal", ".local", ".lan", ".home.arpa", ".intranet", ".corp", ".private", ".svc"];

/// A name without a dot is looked up in the network at hand only.
fn is_private_name(host: &str) -> bool {
    !host.contains('.') || PRIVATE_ENDINGS.iter().any(|ending| host.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_a_wildcard_has_clients_everywhere() {
        for (address, class) in [
            ("*", Class::Public),
            (" 0.0.0.0", Class::Public),
            ("[::]", Class::Public),
            ("-::*", Class::Public),
            ("-::1", Class::Local),
            ("10.0.0.5", Class::Private),
            ("localhost", Class::Local),
            ("", Class::Local),
        ] {
            assert_eq!(Class::of_listener(address), class, "{address}");
        }
    }

    #[test]
    fn names_and_addresses_tell_how_far_away_a_host_is() {
        let neighbours = BTreeSet::from(["db".to_owned()]);
        for (host, class) in [
            ("", Class::Local),
            ("localhost", Class::Local),
            ("127.8.0.1", Class::Local),
            ("::1", Class::Local),
            ("[::1]", Class::Local),
            ("/run/postgresql", Class::Local),
            ("/cloudsql/a:b:c", Class::Local),
            ("db", Class::Local),
            ("DB", Class::Local),
            ("cache", Class::Private),
            ("10.4.0.12", Class::Private),
            ("172.16.0.1", Class::Private),
            ("172.32.0.1", Class::Public),
            ("192.168.1.9", Class::Private),
            ("100.64.0.1", Class::Private),
            ("::ffff:10.0.0.1", Class::Private),
            ("fd00::1", Class::Private),
            ("2001:db8::1", Class::Public),
            ("postgres.railway.internal", Class::Private),
            ("pg.shop.svc.cluster.local", Class::Private),
            ("db.example.com", Class::Public),
            ("x.rds.amazonaws.com.", Class::Public),
            ("8.8.8.8", Class::Public),
        ] {
            assert_eq!(Class::of(host, &neighbours), class, "{host}");
        }
    }
}
