//! Whom a rule of `pg_hba.conf` is for, and whether a connection gets past the rules before it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::hba::{Name, Rule, Transport};
use crate::collect::stores::host::Class;

/// The clients that a rule is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Address {
    All,
    SameHost,
    SameNet,
    Network(Network),
    /// A name, or with a dot in front the end of names.
    Name(String),
}

/// Addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Network {
    first: IpAddr,
    length: u8,
}

impl Network {
    /// The addresses whose first `length` bits are those of an address.
    pub(super) fn new(ip: IpAddr, length: u8) -> Self {
        let first = match ip {
            IpAddr::V4(ip) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(length.min(32))).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() & mask))
            }
            IpAddr::V6(ip) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(length.min(128))).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & mask))
            }
        };
        Self { first, length }
    }

    /// The addresses that an address and a mask mean. A mask with holes is taken for the wider network
    /// that its first bits tell.
    pub(super) fn masked(ip: IpAddr, mask: IpAddr) -> Result<Self, &'static str> {
        let length = match (ip, mask) {
            (IpAddr::V4(_), IpAddr::V4(mask)) => mask.to_bits().leading_ones(),
            (IpAddr::V6(_), IpAddr::V6(mask)) => mask.to_bits().leading_ones(),
            _ => return Err("address and mask are of two kinds"),
        };
        Ok(Self::new(ip, u8::try_from(length).unwrap_or(u8::MAX)))
    }

    /// How long a network of this kind of address can be.
    pub(super) fn longest(ip: IpAddr) -> u8 {
        if ip.is_ipv4() { 32 } else { 128 }
    }

    /// Whether all addresses of another network are in this one.
    fn covers(self, other: Self) -> bool {
        let same_kind = self.first.is_ipv4() == other.first.is_ipv4();
        same_kind
            && self.length <= other.length
            && Self::new(other.first, self.length).first == self.first
    }

    fn class(self) -> Class {
        let is_within = |(ip, length): &(&str, u8)| {
            ip.parse().is_ok_and(|ip| Self::new(ip, *length).covers(self))
        };
        if LOCAL.iter().any(is_within) {
            Class::Local
        } else if PRIVATE.iter().any(is_within) {
            Class::Private
        } else {
            Class::Public
        }
    }
}

/// An address in any of the spellings that the system's own reader takes: `10.0.0.1`, `10.1`, `012.0.0.1`,
/// `fe80::1%eth0`.
pub(super) fn numeric(text: &str) -> Option<IpAddr> {
    let unscoped = text.split('%').next().unwrap_or(text);
    if let Ok(ip) = unscoped.parse() {
        return Some(ip);
    }
    let number = |part: &str| match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None if part.starts_with('0') => u32::from_str_radix(part, 8).ok(),
        None => part.parse().ok(),
    };
    let parts: Vec<u32> = text.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    let bits_left = 32_u32.checked_sub(u32::try_from(first.len()).ok()?.checked_mul(8)?)?;
    let fits = u64::from(*last) < 1_u64.checked_shl(bits_left)?;
    let bits = first.iter().enumerate().try_fold(*last, |bits, (index, part)| {
        let shift = 24_u32.checked_sub(u32::try_from(index).ok()?.checked_mul(8)?)?;
        (*part < 256).then_some(bits | part << shift)
    })?;
    (fits && bits_left > 0).then_some(IpAddr::V4(Ipv4Addr::from_bits(bits)))
}

/// Networks of this machine.
const LOCAL: &[(&str, u8)] = &[("127.0.0.0", 8), ("::1", 128), ("::ffff:127.0.0.0", 104)];

/// Networks that only private routers know: RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291.
const PRIVATE: &[(&str, u8)] = &[
    ("10.0.0.0", 8),
    ("172.16.0.0", 12),
    ("192.168.0.0", 16),
    ("100.64.0.0", 10),
    ("169.254.0.0", 16),
    ("fc00::", 7),
    ("fe80::", 10),
];

impl Address {
    /// How far away the farthest of the clients are.
    pub(super) fn class(&self) -> Class {
        match self {
            Self::All => Class::Public,
            Self::SameHost => Class::Local,
            Self::SameNet => Class::Private,
            Self::Network(network) => network.class(),
            Self::Name(name) => Class::of(name.trim_start_matches('.'), &[].into()),
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Network(one), Self::Network(other)) => one.covers(*other),
            (one, other) => one == other,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => write!(out, "all"),
            Self::SameHost => write!(out, "samehost"),
            Self::SameNet => write!(out, "samenet"),
            Self::Network(network) => write!(out, "{}/{}", network.first, network.length),
            Self::Name(name) => write!(out, "{name}"),
        }
    }
}

/// The ways a connection comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Socket,
    Plain,
    Tls,
    Gss,
}

/// The ways that the first word of a rule covers.
fn ways(transport: Transport) -> &'static [Way] {
    match transport {
        Transport::Local => &[Way::Socket],
        Transport::Host => &[Way::Plain, Way::Tls, Way::Gss],
        Transport::HostSsl => &[Way::Tls],
        Transport::HostNoSsl => &[Way::Plain, Way::Gss],
        Transport::HostGss => &[Way::Gss],
        Transport::HostNoGss => &[Way::Plain, Way::Tls],
    }
}

/// The ways on which some connection gets to a rule: past all those before it that are for the same and
/// more. The first rule that is for a connection decides.
pub(super) fn open_ways(rule: &Rule, before: &[&Rule]) -> Vec<Way> {
    let is_open = |way: &&Way| {
        !before.iter().any(|earlier| ways(earlier.kind).contains(way) && covers(earlier, rule))
    };
    ways(rule.kind).iter().filter(is_open).copied().collect()
}

/// Of more names than these it is not found out whether they stand in another rule.
const MAX_NAMES: usize = 100;

/// Whether a rule is for all connections that another is for, ways aside.
fn covers(one: &Rule, other: &Rule) -> bool {
    let names = |one: &[Name], other: &[Name], is_all: &dyn Fn(&Name) -> bool| {
        let few = one.len().max(other.len()) <= MAX_NAMES;
        few && other.iter().all(|name| one.iter().any(|known| known == name || is_all(known)))
    };
    // `all` databases leaves out what `replication` means.
    let is_replication = other.databases.iter().any(|name| name.is("replication"));
    let all_databases = |name: &Name| name.is("all") && !is_replication;
    let addresses = match (&one.address, &other.address) {
        (Some(one), Some(other)) => one.covers(other),
        (one, other) => one.is_none() && other.is_none(),
    };
    addresses
        && names(&one.databases, &other.databases, &all_databases)
        && names(&one.users, &other.users, &|name| name.is("all"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::stores::postgresql::hba::{Said, read};
    use crate::fact::ProjectPath;

    /// The ways that are open to each rule.
    fn told(text: &str) -> Vec<String> {
        let hba = read(&ProjectPath::new("pg_hba.conf"), text);
        let rules: Vec<&Rule> = hba
            .lines
            .iter()
            .map(|line| match &line.said {
                Said::Rule(rule) => rule,
                other => panic!("{other:?}"),
            })
            .collect();
        let ways = |index: usize| format!("{:?}", open_ways(rules[index], &rules[..index]));
        (0..rules.len()).map(ways).collect()
    }

    #[test]
    fn the_first_rule_that_is_for_a_connection_decides() {
        for (text, open) in [
            (
                "host all all all md5\nhost all all 10.0.0.0/8 trust",
                &["[Plain, Tls, Gss]", "[]"][..],
            ),
            (
                "host all all 10.0.0.0/8 md5\nhost all all all trust",
                &["[Plain, Tls, Gss]", "[Plain, Tls, Gss]"],
            ),
            ("hostnossl all all all reject\nhost all all all md5", &["[Plain, Gss]", "[Tls]"]),
            ("hostssl all all all md5\nhost all all all trust", &["[Tls]", "[Plain, Gss]"]),
            ("host shop all all md5\nhost all all all trust", &["[Plain, Tls, Gss]"; 2]),
            ("host all shop all md5\nhost all shop,x all trust", &["[Plain, Tls, Gss]"; 2]),
            (
                "host all all all md5\nhost replication all all trust",
                &["[Plain, Tls, Gss]", "[Plain, Tls, Gss]"],
            ),
            ("local all all peer\nlocal shop shop trust", &["[Socket]", "[]"]),
            ("host all all 0.0.0.0/0 md5\nhost all all ::/0 trust", &["[Plain, Tls, Gss]"; 2]),
            ("host \"all\" all all md5\nhost x all all trust", &["[Plain, Tls, Gss]"; 2]),
        ] {
            assert_eq!(told(text), open, "{text}");
        }
    }

    #[test]
    fn addresses_tell_how_far_away_clients_are() {
        for (address, class) in [
            ("all", Class::Public),
            ("0.0.0.0/0", Class::Public),
            ("::/0", Class::Public),
            ("10.0.0.0/7", Class::Public),
            ("203.0.113.5/32", Class::Public),
            ("10.1.2.3/32", Class::Private),
            ("172.16.0.0/12", Class::Private),
            ("172.16.0.0/11", Class::Public),
            ("fd00::/8", Class::Private),
            ("127.0.0.1/32", Class::Local),
            ("::1/128", Class::Local),
            ("samehost", Class::Local),
            ("samenet", Class::Private),
            ("localhost", Class::Local),
            (".example.com", Class::Public),
            ("app.internal", Class::Private),
        ] {
            let hba = read(&ProjectPath::new("x"), &format!("host all all {address} md5"));
            let Said::Rule(rule) = &hba.lines[0].said else { panic!("{address}") };
            assert_eq!(rule.address.as_ref().unwrap().class(), class, "{address}");
        }
    }
}
