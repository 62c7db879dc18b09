//! What the program prints and how it ends, command by command: `tests/cli/*.trycmd` and the README.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes what is printed; `git diff` is the review.

#[test]
fn commands_print_and_end_as_written() {
    trycmd::TestCases::new().case("tests/cli/*.trycmd");
}
