//! Files that come with nginx or certbot and are therefore seldom in a repository, as far as they matter here.

/// What a standard file says that matters here; none if the file is not a standard one.
pub(super) fn file(include: &str) -> Option<&'static str> {
    let name = include.rsplit('/').next().unwrap_or(include);
    Some(match name {
        // Only types of files, and parameters for protocols that are not judged here.
        "mime.types" | "fastcgi_params" | "fastcgi.conf" | "scgi_params" => "",
        "uwsgi_params" => UWSGI,
        "proxy_params" => PROXY,
        "options-ssl-nginx.conf" => CERTBOT,
        // Modules, and a folder that Red Hat leaves empty.
        _ if include.contains("modules-enabled/") || include.contains("/default.d/") => "",
        _ => return None,
    })
}

/// Debian's `/etc/nginx/proxy_params`, as its security updates of 2026 have it; before, Host was `$http_host`.
const PROXY: &str = "proxy_set_header Host $host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;";

/// What of nginx's `uwsgi_params` tells the application about the client.
const UWSGI: &str = "uwsgi_param REQUEST_SCHEME $scheme;
uwsgi_param HTTPS $https if_not_empty;
uwsgi_param REMOTE_ADDR $remote_addr;";

/// certbot's `options-ssl-nginx.conf` (certbot 2.x and later).
const CERTBOT: &str = "ssl_session_tickets off;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_prefer_server_ciphers off;";
