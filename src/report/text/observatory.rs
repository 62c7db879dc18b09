//! What MDN's HTTP Observatory would say of the site, on demand.

use std::io::{self, Write};

use super::paint::{bold, dim, wrapped};
use crate::fact::Fact;
use crate::fact::value::printable;
use crate::probe::observatory::ALGORITHM;
use crate::report::{Layout, observatory};

pub(super) fn write(fact: &Fact, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let told = match observatory::grade(fact) {
        Ok((grade, score)) => format!("grade {grade}, score {score}"),
        Err(why) => format!("no grade: {}", printable(&why)),
    };
    let heading = format!("OBSERVATORY  {told}");
    let heading = wrapped(&heading, layout.width, "             ");
    let rest = heading.strip_prefix("OBSERVATORY").unwrap_or(&heading);
    writeln!(out, "\n{}{rest}", bold("OBSERVATORY"))?;
    for test in observatory::tests(fact) {
        match test.outcome {
            Ok((result, modifier)) => writeln!(out, "  {modifier:>+4}  {result}")?,
            Err(why) => {
                let line = format!("     ?  {}: {}", test.name, printable(&why));
                writeln!(out, "{}", wrapped(&line, layout.width, "        "))?;
            }
        }
    }
    let source = format!("as MDN's HTTP Observatory counts, algorithm {ALGORITHM}");
    writeln!(out, "        {}", dim(&source))
}
