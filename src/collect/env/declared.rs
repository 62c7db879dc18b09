//! The facts that the collector of the environment can yield.

use crate::fact::{FactSpec, Kind};

const SOURCE: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "The file, or what else gives variables."),
    FactSpec::new(
        "kind",
        Kind::Text,
        "`given`, `process`, `compose`, `platform`, `docker`, `production` or `plain`.",
    ),
];

const NAME: FactSpec = FactSpec::new("name", Kind::Text, "The variable.");
const FILE: FactSpec = FactSpec::new("file", Kind::Text, "The file that sets it.");

const SECRET: &[FactSpec] = &[
    NAME,
    FILE,
    FactSpec::new("value", Kind::Text, "The value.").secret(),
    FactSpec::new(
        "kind",
        Kind::Text,
        "What it is for: `framework-key`, `token-key`, another `key`, `store-password`, `password`, `issued` by a third party, or an `address`.",
    ),
    FactSpec::new(
        "bits",
        Kind::Number,
        "How hard it is to guess; nothing for a placeholder, absent for an address.",
    )
    .in_unit("bits"),
    FactSpec::new("length", Kind::Number, "How long it is.").in_unit("characters"),
    FactSpec::new("placeholder", Kind::Text, "Why it is no secret at all; absent if it is one."),
    FactSpec::new("provider", Kind::Text, "Who issued it; absent if its prefix does not say."),
    FactSpec::new(
        "live",
        Kind::Bool,
        "Whether it works on real data; absent if its prefix does not say.",
    ),
];

const UNFILLED: &[FactSpec] =
    &[NAME, FILE, FactSpec::new("because", Kind::Text, "What betrays it.")];

const REUSED: &[FactSpec] = &[
    NAME,
    FILE,
    FactSpec::new("names", Kind::List(&Kind::Text), "All variables with this value, sorted."),
];

const TEST_KEY: &[FactSpec] =
    &[NAME, FILE, FactSpec::new("provider", Kind::Text, "The payment provider.")];

const DUPLICATE: &[FactSpec] = &[
    NAME,
    FILE,
    FactSpec::new("earlier-line", Kind::Number, "The line of the assignment that is overruled."),
    FactSpec::new("conflicting", Kind::Bool, "Whether the two values differ."),
];

const DIFFERENCE: &[FactSpec] = &[
    NAME,
    FILE,
    FactSpec::new("because", Kind::Text, "What about the line they disagree on."),
    FactSpec::new(
        "readers",
        Kind::List(&Kind::Text),
        "The loaders that read it unlike the others.",
    ),
];

const BROKEN: &[FactSpec] =
    &[FILE, FactSpec::new("because", Kind::Text, "Which line it is and what is wrong with it.")];

const WEBHOOK: &[FactSpec] = &[
    NAME,
    FILE,
    FactSpec::new(
        "set",
        Kind::Bool,
        "Whether it has a value that is no placeholder; unknown where it may be given at deploy time.",
    ),
];

pub(super) const FACTS: &[FactSpec] = &[
    FactSpec::new(
        "env.sources",
        Kind::List(&Kind::Record(SOURCE)),
        "What gives production its variables, nearest first.",
    ),
    FactSpec::new(
        "env.whole",
        Kind::Bool,
        "Whether this is the whole environment: then a variable not in it is not set.",
    ),
    FactSpec::new(
        "env.has-file",
        Kind::Bool,
        "Whether an environment file of production is there to be judged.",
    ),
    FactSpec::new(
        "env.variables",
        Kind::Open(&Kind::Text),
        "The variables in force, by name; those of a plain `.env` are not among them.",
    ),
    FactSpec::new(
        "env.secrets",
        Kind::List(&Kind::Record(SECRET)),
        "The secrets in production's environment files, by their names; those without a value left out. Unknown without such a file.",
    ),
    FactSpec::new(
        "env.keys",
        Kind::List(&Kind::Record(SECRET)),
        "The keys among them that sign or encrypt, placeholders left out. Unknown without such a file.",
    ),
    FactSpec::new(
        "env.passwords",
        Kind::List(&Kind::Record(SECRET)),
        "The passwords among them, placeholders left out. Unknown without such a file.",
    ),
    FactSpec::new(
        "env.unfilled",
        Kind::List(&Kind::Record(UNFILLED)),
        "The variables there, secrets aside, that hold a sample value. Unknown without such a file.",
    ),
    FactSpec::new(
        "env.reused-secrets",
        Kind::List(&Kind::Record(REUSED)),
        "The values there that stand under several names of secrets. Unknown without such a file.",
    ),
    FactSpec::new(
        "env.test-keys",
        Kind::List(&Kind::Record(TEST_KEY)),
        "The keys and switches there that keep a payment provider in its test mode. Unknown without such a file.",
    ),
    FactSpec::new(
        "env.webhook-secrets",
        Kind::List(&Kind::Record(WEBHOOK)),
        "The secrets of payment webhooks that an example asks for or a file sets.",
    ),
    FactSpec::new(
        "env.duplicates",
        Kind::List(&Kind::Record(DUPLICATE)),
        "The names assigned more than once in one file. Unknown without such a file.",
    ),
    FactSpec::new(
        "env.syntax-differences",
        Kind::List(&Kind::Record(DIFFERENCE)),
        "The lines that the loaders in use read differently. Unknown without such a file.",
    ),
    FactSpec::new(
        "env.broken-lines",
        Kind::List(&Kind::Record(BROKEN)),
        "The lines that no loader understands. Unknown without such a file.",
    ),
    FactSpec::new(
        "env.example-names",
        Kind::List(&Kind::Text),
        "The names that example files give.",
    ),
    FactSpec::new(
        "env.expected-names",
        Kind::List(&Kind::Text),
        "The names that production is given elsewhere: those of the example of an environment file which \
         compose, Kubernetes or a service manager hands the program and which is not here, those marked \
         optional left out; and those that a workflow hands the program which it deploys. Perhaps more, where a \
         file that is not here has no example.",
    ),
    FactSpec::new(
        "env.missing-names",
        Kind::List(&Kind::Text),
        "The names of the example files that production lacks or leaves empty, those marked optional left out.",
    ),
];
