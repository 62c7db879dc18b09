//! The repository that a project lies in: which files it tracks, and its ignore files above the project.
//!
//! No program is started and no configuration of the user is read. A `.git` that points elsewhere is
//! followed only where git's own back link confirms it, or below the repository around it: a project under
//! audit may not lead the reading to other repositories.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::fact::{Ignorance, ProjectPath};

/// The index of the Linux kernel, with 90,000 files, has 9 MB.
const MAX_INDEX_BYTES: u64 = 64 << 20;
/// What decoding it may allocate.
const MAX_DECODED_BYTES: usize = 256 << 20;
/// Small text files of git's own, and ignore files.
const MAX_TEXT_BYTES: u64 = 1 << 20;

/// A repository around a project, or the project itself.
#[derive(Debug)]
pub struct Repository {
    /// The tracked files of the project, or why they are not known.
    pub tracked: Result<BTreeSet<ProjectPath>, Ignorance>,
    /// The project's folder within the repository.
    pub project: ProjectPath,
    /// The ignore files above the project, from the root of the repository down: folder and text.
    pub above: Vec<(ProjectPath, String)>,
}

impl Repository {
    /// The repository that holds a folder, if one does.
    pub fn around(folder: &Path) -> Option<Self> {
        let root = folder.ancestors().find(|ancestor| ancestor.join(".git").exists())?;
        let project = relative(folder.strip_prefix(root).ok()?)?;
        let mut above = Vec::new();
        let mut parts: Vec<&str> = project.as_str().split('/').collect();
        parts.pop();
        let mut shown = String::new();
        if !project.as_str().is_empty() {
            for part in std::iter::once("").chain(parts) {
                shown = if shown.is_empty() { part.to_owned() } else { format!("{shown}/{part}") };
                let text = text(&root.join(&shown).join(".gitignore"));
                above.extend(text.map(|text| (ProjectPath::new(&shown), text)));
            }
        }
        let tracked = git_folder(root)
            .ok_or_else(|| Ignorance::new("`.git` leads to a folder that is not this repository's"))
            .and_then(|folder| tracked(&folder, &project));
        Some(Self { tracked, project, above })
    }
}

/// The folder that holds the index: `.git`, or where the file `.git` of a worktree or submodule points.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let link = root.join(".git");
    let kind = fs::symlink_metadata(&link).ok()?.file_type();
    if kind.is_dir() {
        return Some(link);
    }
    if !kind.is_file() {
        return None;
    }
    let pointed = text(&link)?.trim().strip_prefix("gitdir:")?.trim().to_owned();
    let target = root.join(pointed).canonicalize().ok()?;
    let root = root.canonicalize().ok()?;
    // A submodule's folder lies in the `.git` of a repository around it.
    let in_outer = root.ancestors().skip(1).any(|outer| target.starts_with(outer.join(".git")));
    // A worktree's folder names the file that points to it.
    let back = text(&target.join("gitdir")).map(|back| PathBuf::from(back.trim()));
    let confirmed = back.is_some_and(|back| back == root.join(".git"));
    (in_outer || confirmed).then_some(target)
}

fn tracked(git: &Path, project: &ProjectPath) -> Result<BTreeSet<ProjectPath>, Ignorance> {
    let index = git.join("index");
    let Ok(metadata) = fs::symlink_metadata(&index) else {
        // A repository to which nothing was added yet has no index.
        return Ok(BTreeSet::new());
    };
    if !metadata.is_file() || metadata.len() > MAX_INDEX_BYTES {
        return Err(Ignorance::new("git's index is too large to be read"));
    }
    let options = gix_index::decode::Options {
        thread_limit: Some(1),
        alloc_limit_bytes: Some(MAX_DECODED_BYTES),
        ..Default::default()
    };
    let file = gix_index::File::at(&index, gix_index::hash::Kind::Sha1, true, options)
        .map_err(|_| Ignorance::new("git's index cannot be read"))?;
    let paths = file.entries().iter().filter_map(|entry| {
        let path = std::str::from_utf8(entry.path(&file)).ok()?;
        Some(ProjectPath::new(ProjectPath::new(path).within(project)?))
    });
    Ok(paths.collect())
}

fn text(path: &Path) -> Option<String> {
    let metadata = fs::symlink_metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_TEXT_BYTES {
        return None;
    }
    let mut text = String::new();
    fs::File::open(path).ok()?.take(MAX_TEXT_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}

fn relative(path: &Path) -> Option<ProjectPath> {
    let parts: Option<Vec<&str>> = path
        .components()
        .map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    Some(ProjectPath::new(&parts?.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of version 2 with these paths (gitformat-index), sorted, without a checksum.
    fn index(paths: &[&str]) -> Vec<u8> {
        let mut bytes = b"DIRC\0\0\0\x02".to_vec();
        bytes.extend(u32::try_from(paths.len()).unwrap().to_be_bytes());
        for path in paths {
            let start = bytes.len();
            bytes.extend([0; 24]);
            bytes.extend(0o100_644_u32.to_be_bytes());
            bytes.extend([0; 12 + 20]);
            bytes.extend(u16::try_from(path.len()).unwrap().to_be_bytes());
            bytes.extend(path.as_bytes());
            let length = bytes.len() - start;
            bytes.resize(start + (length / 8 + 1) * 8, 0);
        }
        bytes.extend([0; 20]);
        bytes
    }

    fn tracked(folder: &Path) -> Option<Vec<String>> {
        let repository = Repository::around(&folder.canonicalize().unwrap())?;
        let tracked = repository.tracked.ok()?;
        Some(tracked.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn tracked_files_are_told_from_within_the_project() {
        let root = tempfile::tempdir().unwrap();
        let project = root.path().join("services/shop");
        fs::create_dir_all(root.path().join(".git")).unwrap();
        fs::create_dir_all(&project).unwrap();
        fs::write(root.path().join(".gitignore"), ".env\n").unwrap();
        let paths =
            ["README.md", "services/shop/.env", "services/shop/a/b.py", "services/shopper/x"];
        fs::write(root.path().join(".git/index"), index(&paths)).unwrap();
        assert_eq!(tracked(&project).unwrap(), [".env", "a/b.py"]);
        let repository = Repository::around(&project.canonicalize().unwrap()).unwrap();
        assert_eq!(repository.above, [(ProjectPath::new(""), ".env\n".to_owned())]);
    }

    #[test]
    fn a_broken_index_and_a_missing_one_are_not_the_same() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(".git")).unwrap();
        assert_eq!(tracked(root.path()), Some(Vec::new()));
        fs::write(root.path().join(".git/index"), b"DIRC\0\0\0\x02\xff\xff\xff\xff").unwrap();
        assert_eq!(tracked(root.path()), None);
    }

    #[test]
    fn a_link_is_followed_only_where_git_confirms_it() {
        let root = tempfile::tempdir().unwrap();
        let root_path = root.path().canonicalize().unwrap();
        let (other, tree) = (root_path.join("other/git"), root_path.join("tree"));
        fs::create_dir_all(&other).unwrap();
        fs::create_dir_all(&tree).unwrap();
        fs::write(other.join("index"), index(&["secret.txt"])).unwrap();
        fs::write(tree.join(".git"), format!("gitdir: {}\n", other.display())).unwrap();
        assert_eq!(tracked(&tree), None, "a `.git` may point anywhere");
        fs::write(other.join("gitdir"), format!("{}\n", tree.join(".git").display())).unwrap();
        assert_eq!(tracked(&tree).unwrap(), ["secret.txt"], "a worktree is named by its folder");
    }
}
