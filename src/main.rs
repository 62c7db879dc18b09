//! The program; all of it is in the library, so that tests reach it.

use std::process::ExitCode;

/// Hundreds of services are judged on all cores, and most of that is small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    prodcheck::cli::run()
}
