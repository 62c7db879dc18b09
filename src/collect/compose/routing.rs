//! Proxies that read what containers say of themselves, and pass visitors on to them.

use super::tree::Item;

/// The label of a service that tells such a proxy which requests are for it.
pub(super) fn label(service: &Item) -> Option<&Item> {
    let labels = service.get("labels").map_or(&[][..], Item::entries);
    labels.iter().find(|(name, _)| is_rule(name)).map(|(_, rule)| rule)
}

/// The label or the variable of a service that tells such a proxy which requests are for it.
pub(super) fn of_service(service: &Item) -> Option<&Item> {
    let environment = service.get("environment").map_or(&[][..], Item::entries);
    let variable = || environment.iter().find(|(name, _)| name == "VIRTUAL_HOST");
    label(service).or_else(|| variable().map(|(_, host)| host))
}

/// Whether a label is one of Traefik's or of Caddy's plugin for Docker that names hosts or paths.
fn is_rule(label: &str) -> bool {
    let router = label.strip_prefix("traefik.http.routers.");
    let of_traefik = router.is_some_and(|router| router.split('.').next_back() == Some("rule"));
    of_traefik || label == "traefik.frontend.rule" || label == "caddy"
}
