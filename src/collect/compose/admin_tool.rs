//! Tools that let whoever reaches them look into other services.

use super::port;
use super::routing;
use super::service::{Service, image};
use super::software::{Software, console_ports};
use super::tree::Item;
use crate::fact::Fact;

/// The tool that a service is or brings along, and whether other machines reach it.
pub(super) fn of_service(service: &Service) -> Option<(&'static str, Fact)> {
    if let Some(Software::AdminTool(name)) = service.software {
        return Some((name, routed(&service.item).unwrap_or_else(|| service.published())));
    }
    let consoles = console_ports(&image(&service.item)?);
    service.item.get("ports")?.items().iter().find_map(|item| {
        let port = port::parse(item).filter(|port| port.targets(consoles))?;
        Some(("the management console", item.fact(port.public())))
    })
}

/// Whether a proxy that reads the labels of containers passes visitors on to one without asking who they
/// are.
fn routed(service: &Item) -> Option<Fact> {
    let labels = service.get("labels").map_or(&[][..], Item::entries);
    let guarded = labels.iter().any(|(name, value)| {
        name.ends_with(".middlewares") && value.written().to_lowercase().contains("auth")
    });
    let rule = routing::label(service)?;
    (!guarded).then(|| rule.fact(true))
}
