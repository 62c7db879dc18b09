//! The program.

use std::process::ExitCode;

fn main() -> ExitCode {
    match prodcheck::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            anstream::eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}
