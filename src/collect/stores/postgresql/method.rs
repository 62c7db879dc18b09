//! The methods of `pg_hba.conf`, and what goes with each.

use super::hba::{Rule, Transport};

/// Every method that a server can be built with.
const METHODS: &[&str] = &[
    "trust",
    "reject",
    "scram-sha-256",
    "md5",
    "password",
    "gss",
    "sspi",
    "ident",
    "peer",
    "ldap",
    "radius",
    "cert",
    "pam",
    "bsd",
    "oauth",
];

/// Options, and the methods that they go with; none for those of every method over TLS.
const OPTIONS: &[(&str, &[&str])] = &[
    ("map", &["ident", "peer", "gss", "sspi", "cert", "oauth"]),
    ("clientcert", &[]),
    ("clientname", &[]),
    ("pamservice", &["pam"]),
    ("pam_use_hostname", &["pam"]),
    ("krb_realm", &["gss", "sspi"]),
    ("include_realm", &["gss", "sspi"]),
    ("compat_realm", &["sspi"]),
    ("upn_username", &["sspi"]),
];

/// Beginnings of the options of a method.
const FAMILIES: &[(&str, &str)] = &[("ldap", "ldap"), ("radius", "radius")];

/// Whether method and options go with the kind of connection.
pub(super) fn fits(rule: &Rule) -> Result<(), &'static str> {
    let local = rule.kind == Transport::Local;
    match rule.method.as_str() {
        method if !METHODS.contains(&method) => return Err("the method is none of PostgreSQL's"),
        "peer" if !local => return Err("`peer` is for sockets only"),
        "gss" if local => return Err("`gss` is for the network only"),
        "cert" if rule.kind != Transport::HostSsl => return Err("`cert` is for `hostssl` only"),
        // Its options are what its validator takes.
        "oauth" => return Ok(()),
        _ => {}
    }
    rule.options.iter().try_for_each(|(name, value)| {
        let of_family = FAMILIES
            .iter()
            .any(|(method, start)| rule.method == *method && name.starts_with(start));
        let known = OPTIONS.iter().find(|(option, _)| option == name);
        match known {
            _ if of_family => Ok(()),
            None => Err("an option is none of PostgreSQL's, or none of the method's"),
            Some((_, [])) if rule.kind != Transport::HostSsl => {
                Err("certificates of clients are for `hostssl` only")
            }
            Some((_, [])) => certificate(rule, name, value),
            Some((_, methods)) if methods.contains(&rule.method.as_str()) => Ok(()),
            Some(_) => Err("an option is none of the method's"),
        }
    })
}

fn certificate(rule: &Rule, name: &str, value: &str) -> Result<(), &'static str> {
    let good = match (name, value) {
        ("clientcert", "verify-ca") => rule.method != "cert",
        ("clientcert", value) => value == "verify-full",
        (_, value) => matches!(value, "CN" | "DN"),
    };
    good.then_some(()).ok_or("an option has a value that it cannot have")
}
