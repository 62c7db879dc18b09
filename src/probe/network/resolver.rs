//! Questions to DNS, put to the resolver of the machine, or to the one that the user names.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};
use tokio::time::{Instant, timeout_at};

use super::why;
use crate::probe::Unanswered;
use crate::probe::records::{Lookup, RecordKind, Records};

/// Patience with one question. Resolvers are near, and no probe waits long for one that is not there.
const PATIENCE: Duration = Duration::from_secs(3);

/// The resolver of one run.
#[derive(Default)]
pub(super) struct Resolver {
    asked: OnceLock<Option<TokioResolver>>,
    /// Whether it did not answer once: then no further site waits for it.
    silent: AtomicBool,
}

impl Resolver {
    /// The answer to a question.
    pub(super) async fn answer(
        &self,
        lookup: &Lookup,
        at: Option<SocketAddr>,
        until: Instant,
    ) -> Result<Records, Unanswered> {
        let nobody = || why::in_vain("no resolver is set up on this machine");
        let silent = || why::in_vain("the resolver does not answer");
        let resolver = self.asked.get_or_init(|| resolver(at)).as_ref().ok_or_else(nobody)?;
        if self.silent.load(Ordering::Relaxed) {
            return Err(silent());
        }
        let asking = resolver.lookup(format!("{}.", lookup.name), record_type(lookup.kind));
        let limit = until.min(Instant::now() + PATIENCE);
        match timeout_at(limit, asking).await {
            Ok(Ok(found)) => {
                let read = |data| value(lookup.kind, data);
                let records = found.answers().iter().map(|record| &record.data);
                let mut values: Vec<String> = records.filter_map(read).collect();
                values.sort();
                Ok(Records { exists: true, values })
            }
            Ok(Err(error)) if error.is_no_records_found() => {
                Ok(Records { exists: !error.is_nx_domain(), values: Vec::new() })
            }
            Ok(Err(NetError::Dns(error))) => {
                Err(why::in_vain(format!("the resolver says: {error}")))
            }
            Ok(Err(_)) | Err(_) => {
                self.silent.store(true, Ordering::Relaxed);
                Err(silent())
            }
        }
    }
}

/// The resolver that the user names, else the one of the machine; none if there is none.
fn resolver(at: Option<SocketAddr>) -> Option<TokioResolver> {
    let mut builder = match at {
        Some(at) => {
            let mut ways = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
            for way in &mut ways {
                way.port = at.port();
            }
            let server = NameServerConfig::new(at.ip(), true, ways.into());
            let config = ResolverConfig::from_name_servers(vec![server]);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
        None => TokioResolver::builder_tokio().ok()?,
    };
    let options: &mut ResolverOpts = builder.options_mut();
    options.use_hosts_file = ResolveHosts::Never;
    options.timeout = PATIENCE / 2;
    options.attempts = 2;
    builder.build().ok()
}

fn record_type(kind: RecordKind) -> RecordType {
    match kind {
        RecordKind::A => RecordType::A,
        RecordKind::Aaaa => RecordType::AAAA,
        RecordKind::Caa => RecordType::CAA,
        RecordKind::Cname => RecordType::CNAME,
        RecordKind::Txt => RecordType::TXT,
    }
}

/// A record as text, if it is of the kind that was asked for: names on the way come along.
fn value(kind: RecordKind, data: &RData) -> Option<String> {
    match (kind, data) {
        (RecordKind::A, RData::A(address)) => Some(address.to_string()),
        (RecordKind::Aaaa, RData::AAAA(address)) => Some(address.to_string()),
        (RecordKind::Caa, RData::CAA(caa)) => Some(caa.to_string()),
        (RecordKind::Cname, RData::CNAME(name)) => {
            Some(name.to_string().trim_end_matches('.').to_ascii_lowercase())
        }
        // Its pieces belong together without a space (RFC 7208 §3.3).
        (RecordKind::Txt, RData::TXT(text)) => {
            Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned())
        }
        _ => None,
    }
}
