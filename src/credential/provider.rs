//! Who issued a key, told by the prefix the issuer documents, and whether it moves real money.

/// A prefix that an issuer documents.
struct Prefix {
    text: &'static str,
    provider: &'static str,
    live: Option<bool>,
    payment: bool,
}

const fn issued(text: &'static str, provider: &'static str) -> Prefix {
    Prefix { text, provider, live: None, payment: false }
}

const fn paying(text: &'static str, provider: &'static str, live: bool) -> Prefix {
    Prefix { text, provider, live: Some(live), payment: true }
}

/// From the issuers' own documentation, read 2026-11-21. Of two that fit, the longer stands first.
const PREFIXES: &[Prefix] = &[
    paying("rzp_test_", "Razorpay", false),
    paying("rzp_live_", "Razorpay", true),
    paying("sk_test_", "Stripe", false),
    paying("sk_live_", "Stripe", true),
    paying("rk_test_", "Stripe", false),
    paying("rk_live_", "Stripe", true),
    paying("pk_test_", "Stripe", false),
    paying("pk_live_", "Stripe", true),
    paying("FLWSECK_TEST-", "Flutterwave", false),
    paying("FLWPUBK_TEST-", "Flutterwave", false),
    paying("FLWSECK-", "Flutterwave", true),
    paying("FLWPUBK-", "Flutterwave", true),
    paying("SB-Mid-server-", "Midtrans", false),
    paying("SB-Mid-client-", "Midtrans", false),
    paying("Mid-server-", "Midtrans", true),
    paying("Mid-client-", "Midtrans", true),
    paying("xnd_development_", "Xendit", false),
    paying("xnd_production_", "Xendit", true),
    paying("access_token$sandbox$", "PayPal Braintree", false),
    paying("access_token$production$", "PayPal Braintree", true),
    paying("sandbox-sq0", "Square", false),
    paying("sq0csp-", "Square", true),
    paying("cfsk_ma_test_", "Cashfree", false),
    paying("cfsk_ma_prod_", "Cashfree", true),
    issued("whsec_", "Stripe"),
    issued("AKIA", "Amazon Web Services"),
    issued("ASIA", "Amazon Web Services"),
    issued("github_pat_", "GitHub"),
    issued("ghp_", "GitHub"),
    issued("gho_", "GitHub"),
    issued("ghs_", "GitHub"),
    issued("ghu_", "GitHub"),
    issued("glpat-", "GitLab"),
    issued("SG.", "SendGrid"),
    issued("xoxb-", "Slack"),
    issued("xoxp-", "Slack"),
    issued("xapp-", "Slack"),
    issued("AIza", "Google"),
    issued("GOCSPX-", "Google"),
    issued("sk-ant-", "Anthropic"),
    issued("sk-proj-", "OpenAI"),
    issued("hf_", "Hugging Face"),
    issued("dop_v1_", "DigitalOcean"),
    issued("shpat_", "Shopify"),
    issued("sntrys_", "Sentry"),
    issued("npm_", "npm"),
    issued("pypi-", "PyPI"),
    issued("re_", "Resend"),
    issued("xkeysib-", "Brevo"),
];

/// Whoever issued a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name.
    pub provider: &'static str,
    /// Whether the key works on real data and money; none where the key does not say.
    pub live: Option<bool>,
    /// Whether it takes payments.
    pub payment: bool,
}

/// Who issued a key of this variable, if its prefix says it.
pub fn provider(name: &str, value: &str) -> Option<Provider> {
    let found = PREFIXES
        .iter()
        .find(|prefix| value.strip_prefix(prefix.text).is_some_and(|rest| is_body(prefix, rest)))?;
    // Paystack's keys begin as Stripe's do.
    let paystack = found.provider == "Stripe" && name.to_uppercase().contains("PAYSTACK");
    let provider = if paystack { "Paystack" } else { found.provider };
    Some(Provider { provider, live: found.live, payment: found.payment })
}

/// Whether what follows a prefix can be a key; a short prefix needs a long body.
fn is_body(prefix: &Prefix, rest: &str) -> bool {
    let least = if prefix.payment { 1 } else { 12 };
    rest.len() >= least && !rest.contains(char::is_whitespace)
}

/// The key without the prefix that says nothing about its strength.
pub(super) fn without_prefix(text: &str) -> &str {
    PREFIXES
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix.text))
        .filter(|rest| rest.len() >= 8)
        .unwrap_or(text)
}

/// Variables by which payment libraries are told to play, and the words for it.
const MODES: &[(&str, &str)] = &[
    ("PAYPAL", "PayPal"),
    ("BRAINTREE", "PayPal Braintree"),
    ("SQUARE", "Square"),
    ("CASHFREE", "Cashfree"),
    ("ADYEN", "Adyen"),
    ("PAYTM", "Paytm"),
    ("PHONEPE", "PhonePe"),
];
const MODE_WORDS: &[&str] = &["MODE", "ENV", "ENVIRONMENT"];
const SANDBOX_WORDS: &[&str] =
    &["sandbox", "test", "testing", "stage", "staging", "development", "dev", "uat"];

/// The payment provider that a variable keeps in its sandbox: `PAYPAL_MODE=sandbox`.
pub fn sandbox_mode(name: &str, value: &str) -> Option<&'static str> {
    let name = name.to_uppercase();
    let (_, provider) = MODES.iter().find(|(word, _)| name.contains(word))?;
    let asks = name.split('_').next_back().is_some_and(|last| MODE_WORDS.contains(&last));
    let plays = SANDBOX_WORDS.contains(&value.to_lowercase().as_str());
    (asks && plays).then_some(*provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_known_by_their_prefixes() {
        for (name, value, expected) in [
            ("KEY", "rzp_test_Zk41pWq0sYb7Lc", Some(("Razorpay", Some(false)))),
            ("KEY", "sk_live_51Hq8wLZf0bTn7", Some(("Stripe", Some(true)))),
            ("PAYSTACK_SECRET_KEY", "sk_test_0123456789", Some(("Paystack", Some(false)))),
            ("KEY", "SB-Mid-server-abcdefgh", Some(("Midtrans", Some(false)))),
            ("KEY", "whsec_d1Jm6Hp3Fs0Gy5Ua8", Some(("Stripe", None))),
            ("KEY", "AKIAZ7Q3M5N8P2R4T6V0", Some(("Amazon Web Services", None))),
            ("KEY", "re_port", None),
            ("KEY", "x7Qm2Vt9Lp4Rz8Kc", None),
        ] {
            let found = provider(name, value).map(|found| (found.provider, found.live));
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn sandboxes_are_known_by_their_switches() {
        assert_eq!(sandbox_mode("PAYPAL_MODE", "sandbox"), Some("PayPal"));
        assert_eq!(sandbox_mode("PAYPAL_MODE", "live"), None);
        assert_eq!(sandbox_mode("PAYPAL_CLIENT_ID", "test"), None);
        assert_eq!(sandbox_mode("APP_ENV", "development"), None);
    }
}
