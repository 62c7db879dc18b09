//! `pathlib` and `os.path`: paths are texts below a root that stands for the project's folder.

use crate::fact::ProjectPath;

/// What stands for the project's folder, whose place on the server nobody knows.
pub(super) const ROOT: &str = "/<project>";

/// What a path is asked for.
pub(super) enum Attribute {
    Path(String),
    Text(String),
}

/// The path of a file of the project, as the program sees it.
pub(super) fn in_project(path: &ProjectPath) -> String {
    format!("{ROOT}/{path}")
}

/// The file of the project that a path means, if it lies in the project. What is relative is taken
/// from the project's folder.
pub fn project_path(path: &str) -> Option<ProjectPath> {
    match normal(path).strip_prefix(ROOT) {
        Some(below) => Some(ProjectPath::new(below)),
        None => (!path.starts_with('/')).then(|| ProjectPath::new(path)),
    }
}

pub(super) fn joined(folder: &str, part: &str) -> String {
    if part.starts_with('/') || folder.is_empty() {
        return part.to_owned();
    }
    normal(&format!("{}/{part}", folder.trim_end_matches('/')))
}

/// The path without `.` and `..`.
pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if !parts.is_empty() && parts.last() != Some(&"..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let start = if path.starts_with('/') { "/" } else { "" };
    format!("{start}{}", parts.join("/"))
}

pub(super) fn parent(path: &str) -> String {
    match path.trim_end_matches('/').rsplit_once('/') {
        None if path.starts_with('/') => "/".to_owned(),
        Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
        None => ".".to_owned(),
    }
}

/// `os.path.dirname`: all before the last slash, the slashes at its end left out.
pub(super) fn folder_of(path: &str) -> &str {
    let folder = path.rfind('/').map_or("", |at| path.get(..=at).unwrap_or_default());
    let trimmed = folder.trim_end_matches('/');
    if trimmed.is_empty() { folder } else { trimmed }
}

/// A path and the ending of its name: `.gz` of `x.tar.gz`, nothing of `.env`.
pub(super) fn split_suffix(path: &str) -> (&str, &str) {
    let start = path.rfind('/').map_or(0, |at| at + 1);
    let name = path.get(start..).unwrap_or_default();
    let hidden = name.len() - name.trim_start_matches('.').len();
    match name.rfind('.') {
        Some(dot) if dot > hidden => path.split_at(start + dot),
        _ => (path, ""),
    }
}

/// `path.with_name(part)`, `.with_suffix(part)`, `.relative_to(part)`; none where there is no such path.
pub(super) fn changed(path: &str, method: &str, part: &str) -> Option<String> {
    match method {
        "with_name" if part.is_empty() || part.contains('/') || name(path).is_empty() => None,
        "with_name" => Some(joined(&parent(path), part)),
        "with_suffix" if !part.is_empty() && (!part.starts_with('.') || part.len() == 1) => None,
        "with_suffix" => Some(format!("{}{part}", split_suffix(path).0)),
        _ => {
            let rest = path.strip_prefix(part.trim_end_matches('/'))?;
            let below = rest.strip_prefix('/').or(rest.is_empty().then_some("."))?;
            Some(below.to_owned())
        }
    }
}

/// The folders above, nearest first.
pub(super) fn parents(path: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut path = path.to_owned();
    for _ in 0..16 {
        let above = parent(&path);
        if above == path {
            break;
        }
        all.push(above.clone());
        path = above;
    }
    all
}

pub(super) fn name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

pub(super) fn attribute(path: &str, attribute: &str) -> Option<Attribute> {
    let name = name(path);
    let (stem, suffix) = match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    };
    match attribute {
        "parent" => Some(Attribute::Path(parent(path))),
        "name" => Some(Attribute::Text(name.to_owned())),
        "stem" => Some(Attribute::Text(stem.to_owned())),
        "suffix" => Some(Attribute::Text(suffix.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_followed_up_and_down() {
        assert_eq!(parent("/<project>/shop/settings.py"), "/<project>/shop");
        assert_eq!(parents("/a/b")[..], ["/a", "/"]);
        assert_eq!(joined("/<project>/shop", "../media"), "/<project>/media");
        assert_eq!(joined("/<project>", "/srv"), "/srv");
        assert_eq!(project_path("/<project>/.env").unwrap().as_str(), ".env");
        assert_eq!(project_path(".env").unwrap().as_str(), ".env");
        assert!(project_path("/etc/app.env").is_none());
    }
}
