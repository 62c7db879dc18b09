//! What an image runs, told from its name.

use crate::grammar::image_reference::ImageReference;

/// A kind of software.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Software {
    /// It keeps or passes on data: its short name.
    Datastore(&'static str),
    /// It shows or changes other services' insides to whoever reaches it: its name.
    AdminTool(&'static str),
    /// It takes requests for others.
    Proxy,
    /// Something else that is known not to be the project's own program.
    Other,
}

const DATASTORES: &[(&str, &[&str])] = &[
    (
        "postgresql",
        &[
            "postgres",
            "postgresql",
            "postgis",
            "timescaledb",
            "pgvector",
            "pgbouncer",
            "postgresql-repmgr",
            "timescaledb-ha",
        ],
    ),
    ("mysql", &["mysql", "mariadb", "percona", "mysql-server"]),
    ("mongodb", &["mongo", "mongodb", "mongodb-community-server", "percona-server-mongodb"]),
    (
        "redis",
        &[
            "redis",
            "valkey",
            "keydb",
            "dragonfly",
            "redis-stack",
            "redis-stack-server",
            "redis-sentinel",
        ],
    ),
    ("memcached", &["memcached"]),
    ("rabbitmq", &["rabbitmq"]),
    ("elasticsearch", &["elasticsearch", "opensearch"]),
    ("cassandra", &["cassandra", "scylla"]),
    ("clickhouse", &["clickhouse", "clickhouse-server"]),
    ("influxdb", &["influxdb"]),
    ("couchdb", &["couchdb"]),
    ("neo4j", &["neo4j"]),
    ("kafka", &["kafka", "cp-kafka"]),
    ("zookeeper", &["zookeeper", "cp-zookeeper"]),
    ("etcd", &["etcd"]),
    ("sqlserver", &["mssql", "mssql-server", "azure-sql-edge"]),
];

const ADMIN_TOOLS: &[(&str, &[&str])] = &[
    ("mongo-express", &["mongo-express"]),
    ("phpMyAdmin", &["phpmyadmin"]),
    ("Adminer", &["adminer"]),
    ("pgAdmin", &["pgadmin4", "pgadmin"]),
    ("pgweb", &["pgweb"]),
    ("Redis Commander", &["redis-commander"]),
    ("RedisInsight", &["redisinsight", "redis-insight"]),
    ("CloudBeaver", &["cloudbeaver"]),
    ("Portainer", &["portainer", "portainer-ce", "portainer-ee"]),
    ("Flower", &["flower"]),
    ("Kibana", &["kibana"]),
    ("Dozzle", &["dozzle"]),
    ("MailHog", &["mailhog", "mailpit", "maildev", "mailcatcher", "mailcrab"]),
];

const PROXIES: &[&str] = &[
    "nginx",
    "nginx-unprivileged",
    "traefik",
    "caddy",
    "haproxy",
    "httpd",
    "envoy",
    "openresty",
    "nginx-proxy",
    "nginx-proxy-manager",
    "jwilder/nginx-proxy",
    "apisix",
    "kong",
    "https-portal",
    "nginx-certbot",
    "swag",
];

const OTHERS: &[&str] = &[
    "certbot",
    "acme-companion",
    "letsencrypt-nginx-proxy-companion",
    "watchtower",
    "prometheus",
    "grafana",
    "loki",
    "promtail",
    "alertmanager",
    "cadvisor",
    "minio",
    "mc",
    "busybox",
    "alpine",
    "autoheal",
    "postgres-backup-s3",
    "postgres-backup-local",
    "jaeger",
    "all-in-one",
    "otel-collector",
    "opentelemetry-collector-contrib",
    "localstack",
    "azurite",
    "dynamodb-local",
    "fake-gcs-server",
    "ganache",
    "locust",
    "clamav",
    "tika",
    "gotenberg",
    "docker-mailserver",
    "docker-socket-proxy",
    "alloy",
    "tempo",
    "mimir",
    "vector",
    "telegraf",
    "netdata",
    "uptime-kuma",
    "selenium",
    "hub",
    "sentry",
    "vault",
    "keycloak",
    "tunnel",
    "cloudflared",
    "fluentd",
    "fluent-bit",
    "logstash",
    "filebeat",
];

/// The last word of what tells the numbers of something else: `postgres-exporter`, `redis_exporter`.
const EXPORTER: &str = "exporter";

/// What an image runs, if its name is one that is known.
pub(crate) fn of_image(image: &ImageReference) -> Option<Software> {
    let short = image.name.rsplit('/').next().unwrap_or_default();
    let named = |table: &'static [(&'static str, &'static [&'static str])]| {
        table.iter().find(|(_, names)| names.contains(&short)).map(|(kind, _)| *kind)
    };
    if let Some(kind) = named(DATASTORES) {
        return Some(Software::Datastore(kind));
    }
    if let Some(kind) = named(ADMIN_TOOLS) {
        return Some(Software::AdminTool(kind));
    }
    if PROXIES.contains(&short) {
        return Some(Software::Proxy);
    }
    let is_known = OTHERS.contains(&short) || short.ends_with(EXPORTER);
    is_known.then_some(Software::Other)
}

/// The ports on which a datastore lets itself be administered from a browser.
pub(super) fn console_ports(image: &ImageReference) -> &'static [&'static str] {
    match image.name.rsplit('/').next().unwrap_or_default() {
        "rabbitmq" => &["15672"],
        "neo4j" => &["7474"],
        "redis-stack" => &["8001"],
        "traefik" => &["8080"],
        _ => &[],
    }
}
