//! The bytes of a file as text, or why they are none.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

use super::MAX_FILE_BYTES;
use crate::fact::{Ignorance, ProjectPath};

/// The text of a file on disk.
pub(super) fn text(path: &ProjectPath, file: &Path) -> Result<String, Ignorance> {
    let bytes = bytes(path, file)?;
    let (encoding, mark) = Encoding::for_bom(&bytes)
        .or_else(|| declared(path, &bytes).map(|encoding| (encoding, 0)))
        .unwrap_or((UTF_8, 0));
    let body = bytes.get(mark..).unwrap_or_default();
    if encoding == UTF_8 && memchr::memchr(0, body).is_some() {
        return Err(Ignorance::new(format!("`{path}` is a binary file")));
    }
    let (text, broken) = encoding.decode_without_bom_handling(body);
    if broken {
        let name = encoding.name();
        return Err(Ignorance::new(format!("`{path}` is not {name} text")));
    }
    Ok(text.into_owned())
}

/// The bytes of a file that is no named pipe.
pub(super) fn bytes(path: &ProjectPath, file: &Path) -> Result<Vec<u8>, Ignorance> {
    let read = |error: io::Error| unreadable(path, &error);
    let opened = fs::File::open(file).map_err(read)?;
    let metadata = opened.metadata().map_err(read)?;
    if !metadata.is_file() {
        return Err(not_regular(path));
    }
    let size = metadata.len();
    if size > MAX_FILE_BYTES {
        let mebibytes = size / (1 << 20);
        return Err(Ignorance::new(format!("`{path}` is too large to be read ({mebibytes} MiB)")));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    opened.take(size).read_to_end(&mut bytes).map_err(read)?;
    Ok(bytes)
}

/// The bytes of a file that is known to be a regular one, put where those of another file stood before.
pub(super) fn plain_bytes<'b>(file: &Path, bytes: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
    bytes.clear();
    fs::File::open(file)?.take(MAX_FILE_BYTES + 1).read_to_end(bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size <= MAX_FILE_BYTES) {
        return Ok(bytes);
    }
    Err(io::ErrorKind::FileTooLarge.into())
}

/// Why a device, a pipe or the like is not read.
pub(super) fn not_regular(path: &ProjectPath) -> Ignorance {
    Ignorance::new(format!("`{path}` is not a regular file"))
}

/// Why a file could not be read, in the user's words.
pub(super) fn unreadable(path: &ProjectPath, error: &io::Error) -> Ignorance {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            Ignorance::new(format!("`{path}` may not be read by this user"))
                .settled_by("run prodcheck as a user who may read it")
        }
        _ => Ignorance::new(format!("`{path}` cannot be read: {error}")),
    }
}

/// The encoding that a Python file declares in its first two lines (PEP 263).
fn declared(path: &ProjectPath, bytes: &[u8]) -> Option<&'static Encoding> {
    if path.extension() != "py" {
        return None;
    }
    let head = bytes.split(|byte| *byte == b'\n').take(2);
    let comment = head
        .map(String::from_utf8_lossy)
        .find(|line| line.trim_start().starts_with('#') && line.contains("coding"))?;
    let (_, name) = comment.split_once("coding")?;
    let name = name.strip_prefix([':', '='])?.trim_start();
    let end = name
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
        .unwrap_or(name.len());
    Encoding::for_label(name.get(..end)?.as_bytes())
}
