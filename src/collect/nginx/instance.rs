//! One nginx as the project's files make it run: the `http` block that a main file has, or that the
//! stock main file puts around the files of a folder.

use super::context::{Context, Misplaced, accepts, misplaced};
use super::directives::Number;
use super::files::Files;
use super::include::{Includes, is_glob};
use super::refusal::{self, Refusal};
use super::syntax::{Block, Directive};
use crate::fact::{Ignorance, Place, ProjectPath};
use crate::project::Project;

/// What one nginx is told.
#[derive(Debug)]
pub(super) struct Instance {
    /// What stands inside `http`; of a file that starts inside a server, a `server` put around it.
    pub(super) http: Block,
    /// What stands where nginx does not accept it.
    pub(super) misplaced: Vec<(Directive, Context)>,
    /// What else nginx refuses.
    pub(super) refused: Vec<Refusal>,
    /// Why it may refuse more: something is defined in no file that is here.
    pub(super) doubt: Option<Ignorance>,
    /// Whether the server around the directives is elsewhere.
    pub(super) inside_server: bool,
}

/// The level at which the directives of a file stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Main,
    Http,
    Server,
    /// It could be included anywhere, and says nothing by itself.
    Any,
}

/// What the files of a project make run. A file that another includes is part of that other.
pub(super) fn instances(
    files: &Files<'_>,
    paths: &[ProjectPath],
    version: Option<Number>,
) -> Vec<Instance> {
    let included = included(files, paths);
    let free = || paths.iter().filter(|path| !included.contains(path));
    let level_is = |path: &ProjectPath, level| level_of(files, path) == level;
    let mains: Vec<&ProjectPath> = free().filter(|path| level_is(path, Level::Main)).collect();
    let mut fragments: Vec<&ProjectPath> =
        free().filter(|path| level_is(path, Level::Http)).collect();
    let mut found = Vec::new();
    for main in &mains {
        let own = belonging(main, &fragments, mains.len() == 1, files.project);
        let (instance, took) = with_main(files, main, &own, version);
        if took {
            fragments.retain(|path| !own.contains(path));
        }
        found.push(instance);
    }
    while let Some(first) = fragments.first().copied() {
        let folder = first.folder();
        let (here, elsewhere) = fragments.into_iter().partition(|path| path.folder() == folder);
        fragments = elsewhere;
        found.push(of_fragments(files, &here, version));
    }
    found.extend(
        free()
            .filter(|path| level_is(path, Level::Server))
            .map(|path| inside(files, path, version)),
    );
    found
}

/// The loose files that a main file may mean: those beside or below it. If there are none, and no other
/// main file, those elsewhere, except where a Dockerfile beside them makes another nginx of them.
fn belonging<'p>(
    main: &ProjectPath,
    loose: &[&'p ProjectPath],
    is_only_main: bool,
    project: &Project,
) -> Vec<&'p ProjectPath> {
    let near: Vec<&ProjectPath> =
        loose.iter().copied().filter(|path| path.is_in(&main.folder())).collect();
    if !near.is_empty() || !is_only_main {
        return near;
    }
    let has_image = |path: &ProjectPath| {
        let folder = path.folder();
        let beside = project.below(&folder).filter(|other| other.folder() == folder);
        beside.map(|other| other.name().to_lowercase()).any(|name| name.contains("dockerfile"))
    };
    loose.iter().copied().filter(|path| !has_image(path)).collect()
}

fn included(files: &Files<'_>, paths: &[ProjectPath]) -> Vec<ProjectPath> {
    let mut included = Vec::new();
    for path in paths {
        let base = (level_of(files, path) == Level::Main).then(|| path.folder());
        let mut reader = Includes::new(files, base);
        reader.file(path);
        included.extend(reader.used.into_iter().filter(|used| used != path));
    }
    included
}

fn level_of(files: &Files<'_>, path: &ProjectPath) -> Level {
    let parsed = files.parsed(path);
    let Ok(parsed) = &*parsed else {
        return Level::Main;
    };
    let directives = &parsed.block.directives;
    let has = |name: &str| directives.iter().any(|directive| directive.name == name);
    let only_in = |context: Context| {
        directives.iter().any(|directive| {
            accepts(context, &directive.name)
                && !accepts(Context::Server, &directive.name)
                && !accepts(Context::Location, &directive.name)
        })
    };
    if has("http") || has("events") {
        Level::Main
    } else if has("server") || only_in(Context::Http) {
        Level::Http
    } else if has("location") || has("listen") {
        Level::Server
    } else if only_in(Context::Main) {
        Level::Main
    } else {
        Level::Any
    }
}

/// A main file; with the loose files that its `include` of a folder means, if that folder is not here.
fn with_main(
    files: &Files<'_>,
    main: &ProjectPath,
    loose: &[&ProjectPath],
    version: Option<Number>,
) -> (Instance, bool) {
    let mut includes = Includes::new(files, Some(main.folder()));
    let mut whole = includes.file(main);
    let mut misplaced = found_in(&whole, Context::Main);
    let mut refused = refused_in(&whole, Context::Main, version);
    let mut http =
        Block { directives: Vec::new(), rest: whole.rest.clone().filter(|_| is_cut_off(&whole)) };
    for block in whole.directives.iter_mut().filter(|directive| directive.name == "http") {
        let inner = block.block.take().unwrap_or_default();
        http.directives.extend(inner.directives);
        http.rest = http.rest.or(inner.rest);
    }
    let by_folder = includes_a_folder_elsewhere(&http);
    let takes = !loose.is_empty() && by_folder;
    // Stock files include `conf.d/*.conf` and `sites-enabled/*`; who has one keeps the other empty.
    if takes || (by_folder && http.first("server").is_some()) {
        http.rest = None;
    }
    if takes {
        for path in loose {
            let block = includes.file(path);
            misplaced.extend(found_in(&block, Context::Http));
            refused.extend(refused_in(&block, Context::Http, version));
            http.directives.extend(block.directives);
            http.rest = http.rest.or(block.rest);
        }
    }
    if whole.rest.is_none() && whole.first("events").is_none() {
        refused.extend(whole.first("http").map(refusal::without_events));
    }
    close(&http, &mut refused);
    (Instance { http, misplaced, refused, doubt: None, inside_server: false }, takes)
}

/// Whether a main file has no `http` that could be read to its end: then there may be servers below.
/// A missing include outside of `http` brings modules, not servers.
fn is_cut_off(main: &Block) -> bool {
    main.first("http").is_none()
}

/// Whether what may be missing from `http` is the content of a folder (`include conf.d/*.conf`).
fn includes_a_folder_elsewhere(http: &Block) -> bool {
    http.rest.as_ref().is_some_and(|rest| {
        rest.why.strip_prefix('`').and_then(|rest| rest.split('`').next()).is_some_and(is_glob)
    })
}

/// The folders whose files stock main files include.
const INCLUDED_FOLDERS: &[&str] = &["conf.d", "sites-enabled", "http.d"];

/// Files that start inside `http`, which the stock main file includes together.
fn of_fragments(files: &Files<'_>, paths: &[&ProjectPath], version: Option<Number>) -> Instance {
    let mut http = Block::default();
    let mut refused = Vec::new();
    // Elsewhere than in a folder that nginx includes, one file may stand in for another.
    let together =
        paths.first().is_some_and(|path| INCLUDED_FOLDERS.contains(&path.folder().name()));
    let mut refuse = |block: &Block| {
        refused.extend(refused_in(block, Context::Http, version));
        refused.extend(refusal::twice(block));
    };
    for path in paths {
        let block = Includes::new(files, None).file(path);
        if !together {
            refuse(&block);
        }
        http.directives.extend(block.directives);
        http.rest = http.rest.or(block.rest);
    }
    if together {
        refuse(&http);
    }
    let misplaced = found_in(&http, Context::Http);
    // The main file is not here, and may define what is missing.
    let doubt = refusal::undefined(&http).into_iter().next().map(|first| {
        Ignorance::new(format!(
            "{} at {}, unless the main file defines it",
            first.what, first.place
        ))
    });
    Instance { http, misplaced, refused, doubt, inside_server: false }
}

/// A file that starts inside a server of which nothing else is known.
fn inside(files: &Files<'_>, path: &ProjectPath, version: Option<Number>) -> Instance {
    let mut block = Includes::new(files, None).file(path);
    let misplaced = found_in(&block, Context::Server);
    let refused = refused_in(&block, Context::Server, version);
    let why = format!("`{path}` starts inside a server block that is not in the project");
    block.leave_open(Ignorance::new(why.clone()));
    let server = Directive {
        name: "server".to_owned(),
        words: Vec::new(),
        place: Place::whole(path),
        end: Place::whole(path),
        block: Some(block),
    };
    let http = Block { directives: vec![server], rest: Some(Ignorance::new(why)) };
    Instance { http, misplaced, refused, doubt: None, inside_server: true }
}

/// What nginx refuses of `http` as a whole; it does not come so far where it refused something before.
fn close(http: &Block, refused: &mut Vec<Refusal>) {
    refused.extend(refusal::twice(http));
    if refused.is_empty() {
        refused.extend(refusal::undefined(http));
    }
}

/// What nginx refuses for another reason than the block it stands in.
fn refused_in(block: &Block, context: Context, version: Option<Number>) -> Vec<Refusal> {
    let mut found = refusal::refusals(block, context, version);
    found.retain(|refusal| refusal.misplaced_in.is_none());
    found
}

fn found_in(block: &Block, context: Context) -> Vec<(Directive, Context)> {
    let mut found: Vec<Misplaced<'_>> = Vec::new();
    misplaced(block, context, &mut found);
    found
        .into_iter()
        .map(|each| {
            let directive = Directive { block: None, ..each.directive.clone() };
            (directive, each.context)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    /// The names of the servers of each nginx.
    fn names(files: &[(&str, &str)]) -> Vec<String> {
        let project = Project::of_texts(files.iter().copied());
        let files = Files::of(&project);
        let paths: Vec<ProjectPath> = project.paths().cloned().collect();
        instances(&files, &paths, None)
            .iter()
            .map(|instance| {
                let servers = instance.http.named("server");
                let names = servers.filter_map(|server| server.inside().first("server_name"));
                let mut told: Vec<String> = names.map(Directive::text).collect();
                told.extend(instance.http.rest.is_some().then(|| "…".to_owned()));
                told.join(" ")
            })
            .collect()
    }

    #[test]
    fn files_that_belong_together_are_one_nginx() {
        const MAIN: &str = "events {} http { include /etc/nginx/conf.d/*.conf; }";
        for (files, told) in [
            (
                vec![("n/nginx.conf", MAIN), ("n/conf.d/a.conf", "server { server_name a; }")],
                vec!["a"],
            ),
            (vec![("n/nginx.conf", MAIN), ("n/a.conf", "server { server_name a; }")], vec!["a"]),
            (vec![("n/nginx.conf", MAIN)], vec!["…"]),
            (
                vec![
                    ("n/nginx.conf", MAIN),
                    ("n/conf.d/a.conf", "server { server_name a; }"),
                    ("web/Dockerfile", ""),
                    ("web/nginx.conf", "server { server_name b; }"),
                ],
                vec!["a", "b"],
            ),
            (
                vec![
                    ("n/a.conf", "server { server_name a; }"),
                    ("n/b.conf", "server { server_name b; }"),
                    ("m/c.conf", "server { server_name c; }"),
                ],
                vec!["c", "a b"],
            ),
            (vec![("n/x.conf", "location / { }")], vec!["…"]),
            (vec![("n/gzip.conf", "gzip on;")], vec![]),
        ] {
            assert_eq!(names(&files), told, "{files:?}");
        }
    }
}
