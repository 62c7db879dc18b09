//! What DNS says of a name, as it was asked.

/// A question to DNS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lookup {
    /// The whole name, without a dot at its end.
    pub name: String,
    /// The kind of record that is wanted.
    pub kind: RecordKind,
}

/// A kind of record (RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 8659 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    /// Addresses of IPv4.
    A,
    /// Addresses of IPv6.
    Aaaa,
    /// The authorities that may certify the name.
    Caa,
    /// The name that it is another one for.
    Cname,
    /// Texts.
    Txt,
}

impl RecordKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::A, Self::Aaaa, Self::Caa, Self::Cname, Self::Txt];

    /// Its name in DNS.
    pub fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Cname => "CNAME",
            Self::Txt => "TXT",
        }
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// Whether there is such a name, or such a name behind the names that it stands for.
    pub exists: bool,
    /// The records, sorted: `192.0.2.1`, `0 issue "ca.example"`, `www.example.com`, a whole text.
    pub values: Vec<String>,
}
