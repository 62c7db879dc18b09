//! The facts that nginx's files can yield.

use crate::fact::{FactSpec, Kind};

const TEXTS: Kind = Kind::List(&Kind::Text);
const NUMBERS: Kind = Kind::List(&Kind::Number);
const HEADERS: Kind = Kind::Open(&Kind::Text);

/// All of them, in the order in which they are listed to people.
pub(super) const SPECS: &[FactSpec] = &[
    FactSpec::new("nginx.servers", Kind::List(&Kind::Record(SERVER)), "The `server` blocks of production's files, in their order. Several files that are not included by one another are several nginx."),
    FactSpec::new("nginx.locations", Kind::List(&Kind::Record(LOCATION)), "The `location` blocks of all servers, nested ones too. A server with `root` and without `location /` counts as having one."),
    FactSpec::new("nginx.tls", Kind::Bool, "Whether some server takes encrypted connections."),
    FactSpec::new("nginx.encrypted", Kind::Bool, "Whether visitors reach nginx encrypted: as `nginx.tls`, but unknown if something before nginx seems to do it."),
    FactSpec::new("nginx.proxies", Kind::Bool, "Whether some location hands requests to an application."),
    FactSpec::new("nginx.redirects-to-https", Kind::Bool, "Whether every server that takes plain HTTP from visitors sends them to HTTPS. Absent if none takes it."),
    FactSpec::new("nginx.hsts-max-age-seconds", Kind::Number, "The smallest `max-age` of Strict-Transport-Security that servers with TLS send for `/`; if there are none, that all servers do. Absent if one of them sends none.").in_unit("seconds"),
    FactSpec::new("nginx.hsts-include-subdomains", Kind::Bool, "Whether all of these say `includeSubDomains`. Absent if one sends no such header."),
    FactSpec::new("nginx.hsts-preload", Kind::Bool, "Whether all of these say `preload`. Absent if one sends no such header."),
    FactSpec::new("nginx.headers", HEADERS, "The headers that nginx adds to answers for `/`, by name in lower case, in every server with TLS, or if there are none in every server; one of several where servers differ."),
    FactSpec::new("nginx.added-headers", Kind::List(&Kind::Record(ADDED_HEADER)), "Every `add_header`, wherever it stands."),
    FactSpec::new("nginx.hidden-headers", TEXTS, "The headers of the application that `proxy_hide_header` drops somewhere, in lower case."),
    FactSpec::new("nginx.forwarded-proto", Kind::Text, "What the application is told in X-Forwarded-Proto: `$scheme`, `https`. Absent if nginx hands on whatever the visitor wrote; one of several where locations differ."),
    FactSpec::new("nginx.upstreams", Kind::List(&Kind::Record(UPSTREAM)), "The `upstream` blocks."),
    FactSpec::new("nginx.limits", Kind::List(&Kind::Record(LIMIT)), "Every `limit_req`, with what its zone says."),
    FactSpec::new("nginx.limits-requests", Kind::Bool, "Whether `limit_req` is in force in a location that hands requests to an application."),
    FactSpec::new("nginx.misplaced-directives", Kind::List(&Kind::Record(MISPLACED)), "Directives that stand in a block where nginx does not accept them, so that it does not start."),
    FactSpec::new("nginx.refused-directives", Kind::List(&Kind::Record(REFUSED)), "Directives that nginx does not know or whose words it refuses, and names that nothing defines, so that it does not start. What only the machine tells (files, users, names of hosts) is not judged."),
    FactSpec::new("nginx.syntax-errors", TEXTS, "Places at which nginx stops reading, in its own words. What a template makes of its file is not judged."),
    FactSpec::new("nginx.pitfalls", Kind::List(&Kind::Record(super::pitfall::FIELDS)), "Constructs that nginx accepts and that do something else than they seem to, by kind."),
    FactSpec::new("nginx.dotfiles-served", Kind::Bool, "Whether some location would serve `.env` or `.git` from a folder that could hold them."),
    FactSpec::new("nginx.secret-files-served", Kind::Bool, "Whether some location serves a file that by its name holds secrets."),
    FactSpec::new("nginx.unescaped-variables", TEXTS, "Directives that put the decoded path of a request (`$uri`, `$document_uri`) into a header or a request."),
    FactSpec::new("nginx.multiline-headers", TEXTS, "The names of headers whose value has a line break."),
    FactSpec::new("nginx.version", Kind::Text, "The version of nginx, from the tag of an image that is used here. Unknown if no image tells it."),
    FactSpec::new("nginx.default-server-refuses", Kind::Bool, "Whether requests for hosts that no server is named for are refused or sent elsewhere on every port; the first server answers them where none says `default_server`."),
];

const SERVER: &[FactSpec] = &[
    FactSpec::new("names", TEXTS, "Its `server_name`s."),
    FactSpec::new(
        "catch-all",
        Kind::Bool,
        "Whether it has no real name: none, `_` or `localhost`.",
    ),
    FactSpec::new("default", Kind::Bool, "Whether one of its `listen`s says `default_server`."),
    FactSpec::new("listens", TEXTS, "Its sockets as written."),
    FactSpec::new("ports", NUMBERS, "Its ports."),
    FactSpec::new("tls", Kind::Bool, "Whether some of its connections are encrypted."),
    FactSpec::new("plain", Kind::Bool, "Whether some of its connections are not encrypted."),
    FactSpec::new(
        "public",
        Kind::Bool,
        "Whether visitors can connect; not if only this machine can, and other servers are open.",
    ),
    FactSpec::new("refuses", Kind::Bool, "Whether it refuses every request."),
    FactSpec::new("redirects", Kind::Bool, "Whether it does nothing but send visitors elsewhere."),
    FactSpec::new(
        "redirects-to-https",
        Kind::Bool,
        "Whether it sends every plain request to HTTPS; those for certificates and health do not count. Absent if it takes no plain connections; unknown if something before nginx seems to encrypt.",
    ),
    FactSpec::new("redirect-status", Kind::Number, "The status of that answer."),
    FactSpec::new("redirect-target", Kind::Text, "Where it leads, as written."),
    FactSpec::new(
        "redirect-keeps-path",
        Kind::Bool,
        "Whether the path asked for is part of the target.",
    ),
    FactSpec::new(
        "ssl-protocols",
        TEXTS,
        "The TLS versions in force; by default those of nginx's version. Absent without TLS.",
    ),
    FactSpec::new("ssl-ciphers", Kind::Text, "The ciphers in force. Absent without TLS."),
    FactSpec::new("certificate", Kind::Text, "The certificate's file. Absent without TLS."),
    FactSpec::new("http2", Kind::Bool, "Whether HTTP/2 is offered. Absent without TLS."),
    FactSpec::new("server-tokens", Kind::Bool, "Whether answers tell nginx's version."),
    FactSpec::new(
        "client-max-body-size-bytes",
        Kind::Number,
        "The largest request body; 0 for no limit.",
    )
    .in_unit("bytes"),
    FactSpec::new(
        "client-header-timeout-seconds",
        Kind::Number,
        "How long a client may take to send the headers.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "client-body-timeout-seconds",
        Kind::Number,
        "How long a client may pause while it sends a body.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "send-timeout-seconds",
        Kind::Number,
        "How long a client may pause while it takes an answer.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "proxies",
        Kind::Bool,
        "Whether one of its locations hands requests to an application.",
    ),
    FactSpec::new(
        "headers",
        HEADERS,
        "The headers that nginx adds to its answers for `/`, by name in lower case.",
    ),
    FactSpec::new(
        "lost-headers",
        TEXTS,
        "Headers that `http` adds and that an `add_header` of this server drops.",
    ),
    FactSpec::new(
        "hsts-max-age-seconds",
        Kind::Number,
        "The `max-age` of Strict-Transport-Security for `/`.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "hsts-include-subdomains",
        Kind::Bool,
        "Whether that header says `includeSubDomains`.",
    ),
    FactSpec::new("hsts-preload", Kind::Bool, "Whether that header says `preload`."),
];

const LOCATION: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "Its path or expression."),
    FactSpec::new("modifier", Kind::Text, "`=`, `~`, `~*`, `^~`, or empty."),
    FactSpec::new("server", Kind::Text, "The first name of its server."),
    FactSpec::new("tls", Kind::Bool, "Whether it is reached by encrypted connections."),
    FactSpec::new(
        "plain",
        Kind::Bool,
        "Whether it is reached by connections that are not encrypted.",
    ),
    FactSpec::new(
        "behind-proxy",
        Kind::Bool,
        "Whether something before nginx encrypts: false, or unknown where something seems to.",
    ),
    FactSpec::new(
        "lost-headers",
        TEXTS,
        "Headers that the blocks around it add and that an `add_header` in it drops, in lower case.",
    ),
    FactSpec::new(
        "headers",
        HEADERS,
        "The headers that nginx adds to its answers, by name in lower case.",
    ),
    FactSpec::new(
        "serves-files",
        Kind::Bool,
        "Whether it answers with files of a `root` or `alias`.",
    ),
    FactSpec::new("root", Kind::Text, "The `root` in force."),
    FactSpec::new("alias", Kind::Text, "Its `alias`."),
    FactSpec::new(
        "published",
        Kind::Bool,
        "Whether the folder is by its name one of files made to be published: static, media, dist, html. Absent if it serves no files.",
    ),
    FactSpec::new(
        "alias-traversal",
        Kind::Bool,
        "Whether `..` behind its path leads above its `alias`: the path does not end in a slash and the alias does.",
    ),
    FactSpec::new(
        "dotfiles-served",
        Kind::Bool,
        "Whether it would serve `.env` or `.git/config` if its folder had them. Absent if it serves no files.",
    ),
    FactSpec::new(
        "serves-secret-file",
        Kind::Bool,
        "Whether the files it serves hold secrets by their name: `.env`, `.git`, keys, databases.",
    ),
    FactSpec::new("autoindex", Kind::Bool, "Whether it lists the files of a folder."),
    FactSpec::new("internal", Kind::Bool, "Whether visitors cannot ask for it."),
    FactSpec::new("proxies", Kind::Bool, "Whether it hands requests on by HTTP (`proxy_pass`)."),
    FactSpec::new(
        "passes",
        Kind::Text,
        "To what it hands requests on: `http`, `uwsgi`, `fastcgi`, `grpc`, `scgi`.",
    ),
    FactSpec::new(
        "proxy-pass",
        Kind::Text,
        "Where to, as written, variables that are `set` to a text replaced.",
    ),
    FactSpec::new(
        "external",
        Kind::Bool,
        "Whether that is a public site of its own, or a store of files. Absent if it does not proxy.",
    ),
    FactSpec::new(
        "target-from-request",
        Kind::Bool,
        "Whether the visitor decides to which host requests go. Absent if it does not proxy.",
    ),
    FactSpec::new(
        "forwarded-proto",
        Kind::Text,
        "What X-Forwarded-Proto is set to. Absent if it is not set; what the visitor wrote is handed on then.",
    ),
    FactSpec::new("forwarded-for", Kind::Text, "What X-Forwarded-For is set to."),
    FactSpec::new("real-ip", Kind::Text, "What X-Real-IP is set to."),
    FactSpec::new(
        "host",
        Kind::Text,
        "What Host is set to; `$proxy_host` by default. Absent if it does not proxy.",
    ),
    FactSpec::new("limited", Kind::Bool, "Whether a `limit_req` is in force."),
    FactSpec::new(
        "hidden-headers",
        TEXTS,
        "The headers that `proxy_hide_header` drops, in lower case.",
    ),
    FactSpec::new(
        "client-max-body-size-bytes",
        Kind::Number,
        "The largest request body; 0 for no limit.",
    )
    .in_unit("bytes"),
];

const ADDED_HEADER: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its name in lower case."),
    FactSpec::new("value", Kind::Text, "What it says; unknown where it has a variable."),
    FactSpec::new("always", Kind::Bool, "Whether answers that tell of an error carry it too."),
];

const UPSTREAM: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its name."),
    FactSpec::new("servers", TEXTS, "The addresses of its servers."),
];

const LIMIT: &[FactSpec] = &[
    FactSpec::new("zone", Kind::Text, "The zone it counts in."),
    FactSpec::new("defined", Kind::Bool, "Whether `limit_req_zone` defines that zone."),
    FactSpec::new("rate-per-minute", Kind::Number, "The rate of that zone.")
        .in_unit("requests per minute"),
    FactSpec::new(
        "burst",
        Kind::Number,
        "How many requests more are let wait. Absent if none are.",
    )
    .in_unit("requests"),
    FactSpec::new(
        "status",
        Kind::Number,
        "The status of refused requests in force there; 503 by default.",
    ),
];

const MISPLACED: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The directive."),
    FactSpec::new("context", Kind::Text, "The block it stands in."),
    FactSpec::new("accepted-in", Kind::Text, "The blocks in which nginx accepts it."),
];

const REFUSED: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The directive."),
    FactSpec::new("why", Kind::Text, "What nginx refuses, much as it says it."),
];
