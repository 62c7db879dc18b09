//! The words of which placeholders are made.

/// Words that make no secret, however they are put together. At least one of the first list must be
/// among them: the second is of words that mean something only beside those.
#[rustfmt::skip]
pub(super) const TELLING: &[&str] = &[
    "change", "changed", "changeme", "changeit", "changethis", "replace", "replaceme", "insert",
    "enter", "placeholder", "example", "sample", "dummy", "fake", "your", "yours", "todo", "fixme",
    "tbd", "secret", "secrets", "supersecret", "topsecret", "password", "passwort", "passwd",
    "passphrase", "passw0rd", "pass", "pwd", "token", "key", "apikey", "insecure", "unsafe",
    "default", "test", "testing", "dev", "development", "demo", "admin", "administrator", "root",
    "guest", "letmein", "qwerty", "welcome", "redacted", "removed", "hidden", "foobar", "foo",
    "lorem", "value", "string", "undefined", "none", "null", "nil", "user", "username", "login",
    "credentials", "hunter2",
];

/// Words that say nothing about whether a text is a secret.
#[rustfmt::skip]
pub(super) const FILLING: &[&str] = &[
    "a", "an", "the", "my", "our", "this", "that", "these", "it", "is", "as", "at", "me", "to",
    "in", "on", "of", "for", "from", "with", "and", "or", "not", "no", "do", "dont", "use", "used",
    "using", "please", "must", "be", "should", "will", "here", "some", "something", "any", "real",
    "actual", "own", "new", "old", "super", "very", "top", "really", "strong", "secure", "safe",
    "long", "short", "random", "randomly", "unique", "generated", "generate", "goes", "like",
    "before", "when", "deploying", "prod", "production", "local", "staging", "only", "api", "app",
    "application", "web", "site", "server", "service", "client", "id", "access", "auth", "oauth",
    "jwt", "signing", "session", "cookie", "csrf", "salt", "hash", "hex", "base64", "bit", "bits",
    "bytes", "chars", "characters", "least", "min", "db", "database", "sql", "mysql", "postgres",
    "postgresql", "pg", "mongo", "mongodb", "redis", "rabbitmq", "django", "flask", "fastapi",
    "python", "docker", "email", "mail", "smtp", "host", "account", "webhook", "public", "private",
    "live", "project", "company", "name", "set", "put", "add", "paste", "fill", "bar", "baz", "abc",
    "xyz", "xxx", "ipsum", "one", "two", "environment", "env", "variable", "aws", "stripe",
    "razorpay", "twilio", "sendgrid", "google", "github", "sentry", "paypal",
];

/// First words after which something else is to be written.
#[rustfmt::skip]
pub(super) const ASKING: &[&str] = &[
    "change", "changeme", "changethis", "replace", "replaceme", "insert", "enter", "paste",
    "fill", "your", "yours", "todo", "fixme", "tbd", "example", "sample", "dummy", "fake",
    "placeholder", "generate", "redacted", "setme",
];

/// Words that betray a placeholder wherever they stand as a word of their own.
#[rustfmt::skip]
pub(super) const BETRAYING: &[&str] = &[
    "changeme", "changethis", "changeit", "replaceme", "replacethis", "placeholder", "example",
    "dummy", "redacted", "yourpassword", "yoursecret", "yoursecretkey", "yourkey", "yourtoken",
    "notsecret", "insecure", "fixme", "todo",
];

/// Passwords that software is delivered with, or that stand in its manual.
#[rustfmt::skip]
pub(super) const DELIVERED: &[&str] = &[
    "admin", "administrator", "root", "toor", "postgres", "postgresql", "guest", "mysql", "mongo",
    "redis", "rabbitmq", "minioadmin", "minio", "changeit", "foobared", "sa", "tiger", "elastic",
    "grafana", "keycloak", "prom-operator", "airflow", "django", "symfony", "docker", "oracle",
    "odoo",
];

/// Passwords that stand first in every list of guesses.
#[rustfmt::skip]
pub(super) const GUESSED_FIRST: &[&str] = &[
    "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890",
    "0000", "000000", "111111", "qwerty", "qwerty123", "qwertyuiop", "abc123", "abcd1234",
    "1q2w3e4r", "1qaz2wsx", "iloveyou", "letmein", "welcome", "welcome1", "monkey", "dragon",
    "asdf", "asdfgh", "zxcvbn", "hunter2", "p@ssw0rd", "p@ssword", "pa$$word", "passw0rd",
    "pass123", "pass1234", "admin@123", "root123", "test123",
];

/// Values that manuals and source files publish, whole.
pub(super) const PUBLISHED: &[&str] = &[
    // Amazon: "AWS security credentials".
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    // Stripe: API reference and older guides.
    "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
    "pk_test_TYooMQauvdEDq54NiTphI7jx",
    "sk_test_BQokikJOvBiI2HlWgH4olfQ2",
    "pk_test_6pRNASCoBOKtIshFeQd4XMUh",
    // Flask: quickstart and tutorial.
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    "_5#y2L\"F4Q8z\\n\\xec]/",
    // FastAPI: "OAuth2 with Password, Bearer with JWT tokens".
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    // Django: documentation of `SECRET_KEY` in older releases.
    "p&l%385148kslhtyn^##a1)ilz@4zqj=rq&agdol^##zgl9(vs",
    // jwt.io: the key with which its front page signs.
    "your-256-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    // reCAPTCHA, hCaptcha, Turnstile: keys that let every test pass.
    "6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe",
    "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI",
    "0x0000000000000000000000000000000000000000",
    "1x0000000000000000000000000000000AA",
    "2x0000000000000000000000000000000AA",
    "3x0000000000000000000000000000000AA",
];
