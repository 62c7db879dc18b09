//! The build script: puts the text of every file under `checks/` into the program, and the tree of what
//! judging needs of it, so that no audit has to parse hundreds of files first.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a build script talks to cargo by the environment and standard output, and fails by panic"
)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "../src/date.rs"]
#[allow(dead_code, unreachable_pub, reason = "a module of the program, which uses more of it")]
mod date;
#[path = "../src/check/head.rs"]
mod head;
#[path = "../src/problem.rs"]
#[allow(dead_code, unreachable_pub, reason = "a module of the program, which uses more of it")]
mod problem;
#[path = "../src/toml_tree.rs"]
#[allow(dead_code, unreachable_pub, reason = "a module of the program, which uses more of it")]
mod toml_tree;

fn main() -> io::Result<()> {
    let checks =
        PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("checks");
    println!("cargo::rerun-if-changed={}", checks.display());
    let mut files = Vec::new();
    gather(&checks, &mut files)?;
    files.sort();
    let mut source = String::from("const FILES: &[(&str, &str, &[u8])] = &[\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    for (number, file) in files.into_iter().enumerate() {
        let path =
            file.strip_prefix(&checks).expect("found below").to_string_lossy().replace('\\', "/");
        let absolute = file.display().to_string();
        let head = out.join(format!("{number}.head"));
        fs::write(&head, tree(&fs::read_to_string(&file)?))?;
        let head = head.display().to_string();
        writeln!(source, "    ({path:?}, include_str!({absolute:?}), include_bytes!({head:?})),")
            .expect("a text takes all");
    }
    source.push_str("];\n");
    fs::write(out.join("checks.rs"), source)
}

/// The tree of what comes before the examples; nothing where there is a mistake in it, which the program
/// tells whoever runs it.
fn tree(text: &str) -> Vec<u8> {
    let mut reader = toml_tree::Reader::new("", head::head(text));
    let tree = reader.parse();
    let sound = reader.finish().is_empty();
    if sound { postcard::to_allocvec(&tree).expect("a tree of plain values") } else { Vec::new() }
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
