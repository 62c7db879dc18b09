//! Which files of a project are nginx's, and what each says.

use std::cell::{LazyCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::context::is_known;
use super::parse::{Parsed, parse};
use super::source::Source;
use super::syntax::Block;
use super::{template, usage};
use crate::collect::Sources;
use crate::fact::{Ignorance, ProjectPath};
use crate::project::{Project, Role};

const FOLDERS: &[&str] = &["sites-available", "sites-enabled", "conf.d", "snippets", "vhosts"];
const NOT_CONFIGURATION: &[&str] = &[
    "py",
    "sh",
    "md",
    "rst",
    "txt",
    "yml",
    "yaml",
    "json",
    "toml",
    "html",
    "js",
    "lua",
    "log",
    "service",
    "pem",
    "crt",
    "key",
    "dockerfile",
    "gz",
    "ini",
    "css",
    "rb",
    "go",
    "php",
    "ts",
    "tf",
];

/// Whether a file could be nginx's, told from its path.
pub(super) fn could_be(path: &ProjectPath) -> bool {
    if NOT_CONFIGURATION.contains(&path.extension()) {
        return false;
    }
    let name = plain_name(path.name()).to_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if name.contains("dockerfile") || NOT_CONFIGURATION.contains(&extension) {
        return false;
    }
    let folder = path.folder();
    let last = folder.name();
    matches!(extension, "conf" | "nginx" | "vhost")
        || name.starts_with("nginx.conf")
        || FOLDERS.contains(&last)
        || folder.as_str().to_lowercase().split('/').any(|part| part.contains("nginx"))
}

/// A file's name without the endings that a template engine takes away.
pub(super) fn plain_name(name: &str) -> &str {
    template::ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// The configuration files of a project, each read once.
pub(super) struct Files<'p> {
    /// Where they come from.
    pub(super) project: &'p Project,
    read: RefCell<BTreeMap<ProjectPath, Rc<Result<Parsed, Ignorance>>>>,
}

impl<'p> Files<'p> {
    /// Nothing read yet.
    pub(super) fn of(project: &'p Project) -> Self {
        Self { project, read: RefCell::default() }
    }

    /// What a file says, or why it cannot be read.
    pub(super) fn parsed(&self, path: &ProjectPath) -> Rc<Result<Parsed, Ignorance>> {
        if let Some(known) = self.read.borrow().get(path) {
            return Rc::clone(known);
        }
        let parsed = self.project.read(path).map(|text| parse(&Source::new(path, text)));
        let parsed = Rc::new(parsed);
        self.read.borrow_mut().insert(path.clone(), Rc::clone(&parsed));
        parsed
    }

    /// The files that are nginx's and speak for production, in the order of their paths.
    pub(super) fn of_production(&self, sources: &Sources<'_>) -> Vec<ProjectPath> {
        let wanted = sources.wanted.iter().filter(|path| Role::of(path).counts());
        let mut paths: Vec<ProjectPath> =
            wanted.filter(|path| self.is_configuration(path)).map(|path| (*path).clone()).collect();
        paths.sort();
        paths.dedup();
        let all = paths.clone();
        let used = LazyCell::new(|| usage::sources(self.project));
        let has_neighbour = |path: &ProjectPath| {
            all.iter().any(|other| other != path && other.folder() == path.folder())
        };
        paths.retain(|path| {
            let unused = || has_neighbour(path) && usage::is_unused(path, &all, &used);
            !is_superseded(path, &all) && !unused()
        });
        paths
    }

    fn is_configuration(&self, path: &ProjectPath) -> bool {
        match &*self.parsed(path) {
            Ok(parsed) => {
                let expected = path.as_str().to_lowercase().contains("nginx");
                is_nginx(&parsed.block, expected)
            }
            Err(_) => path.as_str().contains("nginx.conf"),
        }
    }
}

/// Whether directives are nginx's: its blocks tell, or, where the path promises it, names it knows.
fn is_nginx(block: &Block, expected: bool) -> bool {
    let opens = |directive: &super::syntax::Directive| {
        directive.block.is_some()
            && match directive.name.as_str() {
                "http" | "events" | "server" => directive.words.is_empty(),
                "location" => !directive.words.is_empty(),
                "upstream" | "geo" | "map" => is_known(&directive.name),
                _ => false,
            }
    };
    let known = || block.directives.iter().all(|directive| is_known(&directive.name));
    block.directives.iter().any(opens)
        || (expected && !block.directives.is_empty() && block.rest.is_none() && known())
}

/// Whether a neighbour is the one that production runs: one named for it, or the enabled one.
fn is_superseded(path: &ProjectPath, all: &[ProjectPath]) -> bool {
    if path.folder().name() == "sites-available" {
        let enabled = path.folder().folder().join("sites-enabled").join(path.name());
        return all.contains(&enabled);
    }
    let named_for_production =
        |path: &ProjectPath| Role::of(&ProjectPath::new(path.name())) == Role::Production;
    let stem = |path: &ProjectPath| {
        path.name().split(['.', '-', '_']).next().unwrap_or_default().to_owned()
    };
    !named_for_production(path)
        && all.iter().any(|other| {
            other.folder() == path.folder()
                && named_for_production(other)
                && stem(other) == stem(path)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_what_could_be_nginx() {
        for (path, could) in [
            ("nginx.conf", true),
            ("deploy/nginx/site.conf", true),
            ("deploy/nginx/Dockerfile", false),
            ("nginx/nginx.conf.template", true),
            ("nginx/templates/default.conf.j2", true),
            ("sites-available/shop", true),
            ("conf/redis.conf", true),
            ("gunicorn.conf.py", false),
            ("nginx/README.md", false),
            ("shop/settings.py", false),
            ("deploy/shop.nginx", true),
        ] {
            assert_eq!(could_be(&ProjectPath::new(path)), could, "{path}");
        }
    }

    #[test]
    fn contents_tell_what_is_nginx() {
        for (text, is) in [
            ("server {\n listen 80;\n}", true),
            ("location / { return 204; }", true),
            ("upstream app { server a:1; }", true),
            ("bind 127.0.0.1\nrequirepass x", false),
            ("[supervisord]\nnodaemon=true\n", false),
            ("<VirtualHost *:80>\n ServerName a\n</VirtualHost>", false),
            ("upstream { server a; }", true),
            ("", false),
        ] {
            let project = Project::of_texts([("a.conf", text)]);
            let parsed = Files::of(&project).parsed(&ProjectPath::new("a.conf"));
            let Ok(parsed) = &*parsed else { panic!("{text}") };
            assert_eq!(is_nginx(&parsed.block, false), is, "{text}");
        }
    }
}
