//! The build script: puts the text of every file under `checks/` into the program.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a build script talks to cargo by the environment and standard output, and fails by panic"
)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let checks =
        PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("checks");
    println!("cargo::rerun-if-changed={}", checks.display());
    let mut files = Vec::new();
    gather(&checks, &mut files)?;
    files.sort();
    let mut source = String::from("const FILES: &[(&str, &str)] = &[\n");
    for file in files {
        let path =
            file.strip_prefix(&checks).expect("found below").to_string_lossy().replace('\\', "/");
        let absolute = file.display().to_string();
        writeln!(source, "    ({path:?}, include_str!({absolute:?})),").expect("a text takes all");
    }
    source.push_str("];\n");
    fs::write(PathBuf::from(env::var("OUT_DIR").expect("set by cargo")).join("checks.rs"), source)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            gather(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    Ok(())
}
