//! What a secret is for, told by its variable's name: who chose it decides how strong it can be.

use crate::credential::provider;

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretKind {
    /// The framework's own key, such as Django's.
    FrameworkKey,
    /// Signs tokens.
    TokenKey,
    /// Signs or encrypts something, or is shared by two programs of the team.
    Key,
    /// Opens a database, cache or queue.
    StorePassword,
    /// Opens something else.
    Password,
    /// A third party made it: its strength is not the team's choice.
    Issued,
    /// A URL or another text of which only a part is secret.
    Address,
}

impl SecretKind {
    /// The kind of a variable with this value.
    pub(crate) fn of(name: &str, value: &str) -> Self {
        let upper = name.to_uppercase();
        let words: Vec<&str> = upper.split('_').collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
        if value.contains("://") || has(&["DSN"]) {
            return Self::Address;
        }
        if provider(name, value).is_some() || value.starts_with("-----BEGIN ") {
            return Self::Issued;
        }
        // `JWT_KEY_ID` says which key it is.
        if words.last() == Some(&"ID") {
            return Self::Issued;
        }
        if has(PASSWORD_WORDS) {
            return if has(STORE_WORDS) { Self::StorePassword } else { Self::Password };
        }
        if has(&["JWT"]) {
            return Self::TokenKey;
        }
        if FRAMEWORK_KEYS.contains(&upper.as_str()) {
            return Self::FrameworkKey;
        }
        let keyed = has(KEY_WORDS) || words.last().is_some_and(|last| *last == "SECRET");
        if keyed && !has(ISSUED_WORDS) { Self::Key } else { Self::Issued }
    }

    /// The word for it in `env.secrets`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::FrameworkKey => "framework-key",
            Self::TokenKey => "token-key",
            Self::Key => "key",
            Self::StorePassword => "store-password",
            Self::Password => "password",
            Self::Issued => "issued",
            Self::Address => "address",
        }
    }
}

const FRAMEWORK_KEYS: &[&str] = &[
    "SECRET_KEY",
    "DJANGO_SECRET_KEY",
    "FLASK_SECRET_KEY",
    "APP_SECRET_KEY",
    "APP_SECRET",
    "SECRET_KEY_BASE",
    "NEXTAUTH_SECRET",
    "AUTH_SECRET",
];

const PASSWORD_WORDS: &[&str] = &["PASSWORD", "PASSWD", "PASS", "PWD", "PASSPHRASE"];

const STORE_WORDS: &[&str] = &[
    "DB",
    "DATABASE",
    "POSTGRES",
    "POSTGRESQL",
    "PG",
    "PGPASSWORD",
    "MYSQL",
    "MARIADB",
    "SQL",
    "MONGO",
    "MONGODB",
    "REDIS",
    "CACHE",
    "BROKER",
    "RABBITMQ",
    "AMQP",
    "CELERY",
];

/// Words of keys that a team makes itself.
const KEY_WORDS: &[&str] = &[
    "SIGNING",
    "SIGNATURE",
    "ENCRYPTION",
    "ENCRYPT",
    "CRYPTO",
    "FERNET",
    "HMAC",
    "SESSION",
    "COOKIE",
    "CSRF",
    "SALT",
    "PEPPER",
    "REVALIDATE",
    "INTERNAL",
    "SHARED",
    "CRON",
];

/// Words of keys that somebody else hands out.
const ISSUED_WORDS: &[&str] = &[
    "API",
    "CLIENT",
    "ACCESS",
    "OAUTH",
    "OAUTH2",
    "ID",
    "AWS",
    "S3",
    "GCP",
    "AZURE",
    "GOOGLE",
    "GITHUB",
    "GITLAB",
    "FACEBOOK",
    "TWITTER",
    "LINKEDIN",
    "APPLE",
    "STRIPE",
    "RAZORPAY",
    "PAYPAL",
    "PAYSTACK",
    "BRAINTREE",
    "SQUARE",
    "MOLLIE",
    "ADYEN",
    "TWILIO",
    "SENDGRID",
    "MAILGUN",
    "MAILCHIMP",
    "POSTMARK",
    "SENTRY",
    "SLACK",
    "TELEGRAM",
    "DISCORD",
    "CLOUDINARY",
    "ALGOLIA",
    "MAPBOX",
    "RECAPTCHA",
    "HCAPTCHA",
    "TURNSTILE",
    "FIREBASE",
    "SUPABASE",
    "AUTH0",
    "OKTA",
    "OPENAI",
    "ANTHROPIC",
    "PUSHER",
    "VAPID",
    "CONSUMER",
    "BOT",
    "SPACES",
    "R2",
    "MINIO",
];

/// Whether a payment provider signs its notices with the secret of this name.
pub(super) fn is_webhook_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    let payment =
        ["RAZORPAY", "STRIPE", "PAYPAL", "PAYSTACK", "ADYEN", "MOLLIE", "CASHFREE", "PHONEPE"]
            .iter()
            .any(|provider| name.contains(provider));
    payment && name.contains("WEBHOOK") && (name.ends_with("SECRET") || name.ends_with("KEY"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_who_chose_a_secret() {
        for (name, value, kind) in [
            ("SECRET_KEY", "x", SecretKind::FrameworkKey),
            ("JWT_SIGNING_KEY", "x", SecretKind::TokenKey),
            ("REVALIDATE_SECRET", "x", SecretKind::Key),
            ("FIELD_ENCRYPTION_KEY", "x", SecretKind::Key),
            ("MYSQL_PASSWORD", "x", SecretKind::StorePassword),
            ("EMAIL_HOST_PASSWORD", "x", SecretKind::Password),
            ("RAZORPAY_KEY_SECRET", "x", SecretKind::Issued),
            ("GOOGLE_CLIENT_SECRET", "x", SecretKind::Issued),
            ("MAPS_KEY", "x", SecretKind::Issued),
            ("JWT_KEY_ID", "2026-06", SecretKind::Issued),
            ("SENTRY_DSN", "https://x@y/1", SecretKind::Address),
            ("PAYMENT_SECRET", "sk_live_51Hq8wLZf0bTn7Vx3", SecretKind::Issued),
        ] {
            assert_eq!(SecretKind::of(name, value), kind, "{name}");
        }
    }

    #[test]
    fn webhook_secrets_are_known_by_their_names() {
        assert!(is_webhook_secret("RAZORPAY_WEBHOOK_SECRET"));
        assert!(!is_webhook_secret("RAZORPAY_KEY_SECRET") && !is_webhook_secret("WEBHOOK_URL"));
    }
}
