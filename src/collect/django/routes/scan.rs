//! The routes that one `urls.py` declares, and what it takes over from others.

use std::collections::BTreeMap;

use crate::collect::django::words::{Statement, Word, statements};

/// What calls declare a route, and whether their first argument is a regular expression.
const ROUTE_CALLS: &[(&str, bool)] = &[("path", false), ("re_path", true), ("url", true)];

/// Lists of routes nested deeper than this are not read: each level is gone through once more.
const MAX_NESTING: usize = 16;

/// The lists of routes in one file, by the variable that holds them.
#[derive(Debug, Default)]
pub(super) struct Routes {
    pub(super) lists: BTreeMap<String, Vec<Route>>,
    /// What imported names stand for: `shop_urls` for `shop.urls`.
    pub(super) imports: BTreeMap<String, String>,
}

/// One entry of a list of routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// The path below the list's own, without the slash at the front: `health/`.
    pub(super) path: String,
    pub(super) line: u32,
    pub(super) target: Target,
}

/// What a route leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A view.
    View,
    /// The routes of a module, or of a variable of this one, by its dotted name.
    Include(String),
    /// The administration site.
    Admin,
    /// The routes of an object, which only running the program would tell: `api.urls`.
    Object(String),
}

/// Reads a file. Routes that exist only while DEBUG is on are left out.
pub(super) fn routes(source: &str) -> Routes {
    let mut routes = Routes::default();
    let mut debug_block: Option<usize> = None;
    for statement in statements(source) {
        if debug_block.is_some_and(|indent| statement.indent <= indent) {
            debug_block = None;
        }
        let first = statement.words.first().and_then(Word::name).unwrap_or_default();
        match first {
            "if" if debug_block.is_none() && asks_for_debug(&statement) => {
                debug_block = Some(statement.indent);
            }
            "from" => import(&statement, &mut routes),
            name if debug_block.is_none() => {
                let found = list(&statement);
                if !found.is_empty() {
                    routes.lists.entry(name.to_owned()).or_default().extend(found);
                }
            }
            _ => {}
        }
    }
    routes
}

fn asks_for_debug(statement: &Statement) -> bool {
    let has = |name: &str| statement.words.iter().any(|word| word.name() == Some(name));
    has("DEBUG") && !has("not")
}

/// `from shop import urls as shop_urls`: the last name stands for the module and what is taken of it.
fn import(statement: &Statement, routes: &mut Routes) {
    let import = statement.words.iter().position(|word| word.name() == Some("import"));
    let Some((module, taken)) = import.map(|at| statement.words.split_at(at)) else {
        return;
    };
    let module: Vec<&str> = module.iter().skip(1).filter_map(Word::name).collect();
    for part in taken.split(|word| word.is(',')) {
        let names: Vec<&str> =
            part.iter().filter_map(Word::name).filter(|name| *name != "import").collect();
        if let (Some(taken), Some(known_as)) = (names.first(), names.last()) {
            let dotted = module.iter().chain([taken]).copied().collect::<Vec<_>>().join(".");
            routes.imports.insert((*known_as).to_owned(), dotted);
        }
    }
}

/// The routes in a statement such as `urlpatterns += [path("a/", …)]`, in their order, nested ones with
/// the path of what they are nested in.
fn list(statement: &Statement) -> Vec<Route> {
    let words = &statement.words;
    let mut found = Vec::new();
    // The paths of the calls that are open here, each with its depth.
    let mut open: Vec<(usize, String)> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        while open.last().is_some_and(|(depth, _)| word.depth < *depth) {
            open.pop();
        }
        let after = words.get(at + 1..).unwrap_or_default();
        if let Some(regular) = route_call(words, at)
            && open.len() < MAX_NESTING
            && let [bracket, arguments @ ..] = after
        {
            let around = open.last().map(|(_, path)| path.clone()).unwrap_or_default();
            let (written, rest) = first_argument(arguments, bracket.depth);
            let path = around + &if regular { plain(&written) } else { written };
            found.push(Route { path: path.clone(), line: word.line, target: target(rest) });
            open.push((bracket.depth, path));
        }
    }
    found
}

/// Whether a call that declares a route begins here, and if so, whether by a regular expression.
fn route_call(words: &[Word], at: usize) -> Option<bool> {
    let name = words.get(at)?.name()?;
    let (_, regular) = ROUTE_CALLS.iter().find(|(call, _)| *call == name)?;
    let method = at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|w| w.is('.'));
    (!method && words.get(at + 1)?.is('(')).then_some(*regular)
}

/// The text of a call's first argument, in braces if it is no text; and the arguments after it.
fn first_argument(arguments: &[Word], depth: usize) -> (String, &[Word]) {
    let ends = |word: &Word| (word.is(',') && word.depth == depth) || word.depth < depth;
    let end = arguments.iter().position(ends).unwrap_or(arguments.len());
    let (first, rest) = arguments.split_at(end);
    let closed = rest.iter().position(|word| word.depth < depth).unwrap_or(rest.len());
    let rest = rest.get(1..closed).unwrap_or_default();
    let texts: Option<Vec<&str>> = first.iter().map(Word::text).collect();
    let written = match texts {
        Some(texts) => texts.concat(),
        None => format!("{{{}}}", dotted(first)),
    };
    (written, rest)
}

fn target(arguments: &[Word]) -> Target {
    let include = arguments.iter().position(|word| word.name() == Some("include"));
    let own = arguments.split(|word| word.is(',')).next().unwrap_or_default();
    if let Some(include) = include {
        let inside = arguments.get(include + 1..).unwrap_or_default();
        let mut inside = inside.iter().skip_while(|word| word.is('(')).peekable();
        return match inside.peek() {
            Some(word) if word.text().is_some() => {
                Target::Include(word.text().unwrap_or_default().to_owned())
            }
            Some(word) if word.name().is_some() => {
                let named: Vec<Word> = inside
                    .take_while(|word| word.name().is_some() || word.is('.'))
                    .cloned()
                    .collect();
                Target::Include(dotted(&named))
            }
            _ => Target::View,
        };
    }
    let name = dotted(own);
    match name.strip_suffix(".urls") {
        Some(site) if site.ends_with("site") => Target::Admin,
        Some(_) => Target::Object(name),
        None => Target::View,
    }
}

fn dotted(words: &[Word]) -> String {
    words
        .iter()
        .map(|word| match (word.name(), word.text()) {
            (Some(name), _) => name.to_owned(),
            (_, Some(text)) => text.to_owned(),
            _ if word.is('.') => ".".to_owned(),
            _ => String::new(),
        })
        .collect()
}

/// A path that a simple expression such as `^health/$` stands for.
fn plain(expression: &str) -> String {
    let inner = expression.strip_prefix('^').unwrap_or(expression);
    let inner = inner.strip_suffix('$').unwrap_or(inner);
    let inner = inner.strip_suffix("\\Z").unwrap_or(inner);
    let inner =
        inner.strip_suffix("/?").map_or_else(|| inner.to_owned(), |start| format!("{start}/"));
    inner.replace('\\', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> Vec<String> {
        let routes = routes(source);
        let shown = routes.lists.iter().flat_map(|(list, routes)| {
            routes.iter().map(move |route| {
                format!("{list} {}:{} {:?}", route.line, route.path, route.target)
            })
        });
        shown.collect()
    }

    #[test]
    fn routes_are_found_with_what_they_lead_to() {
        for (source, expected) in [
            (
                "urlpatterns = [\n  path('a/', view),\n  path(\"b/\", include('shop.urls')),\n]",
                vec!["urlpatterns 2:a/ View", "urlpatterns 3:b/ Include(\"shop.urls\")"],
            ),
            (
                "urlpatterns = [path('api/', include([path('health/', v), path('x/', v)])), path('z/', v)]",
                vec![
                    "urlpatterns 1:api/ View",
                    "urlpatterns 1:api/health/ View",
                    "urlpatterns 1:api/x/ View",
                    "urlpatterns 1:z/ View",
                ],
            ),
            ("urlpatterns += [re_path(r'^health/?$', v)]", vec!["urlpatterns 1:health/ View"]),
            ("urlpatterns.append(path('up', v))", vec!["urlpatterns 1:up View"]),
            ("x = [path('admin/', admin.site.urls)]", vec!["x 1:admin/ Admin"]),
            ("x = [path('api/', api.urls)]", vec!["x 1:api/ Object(\"api.urls\")"]),
            ("x = [path('api/', include(router.urls))]", vec!["x 1:api/ Include(\"router.urls\")"]),
            (
                "x = [path('a/', include(('a.urls', 'a'), namespace='a'))]",
                vec!["x 1:a/ Include(\"a.urls\")"],
            ),
            (
                "x = [path(settings.ADMIN_URL, admin.site.urls)]",
                vec!["x 1:{settings.ADMIN_URL} Admin"],
            ),
            ("x = [path(f'{P}health/', v)]", vec!["x 1:{P}health/ View"]),
            ("x = [os.path('a/', v)]", vec![]),
            (
                "if settings.DEBUG:\n  x = [path('debug/', v)]\nx = [path('a/', v)]",
                vec!["x 3:a/ View"],
            ),
            ("if not settings.DEBUG:\n  x = [path('a/', v)]", vec!["x 2:a/ View"]),
            ("x = [path(", vec!["x 1: View"]),
            ("x = path", vec![]),
        ] {
            assert_eq!(shown(source), expected, "{source}");
        }
    }

    #[test]
    fn imported_modules_are_known_by_their_names() {
        let routes = routes("from shop import urls as shop_urls, views\nfrom a.b import c");
        let imports: Vec<(&str, &str)> =
            routes.imports.iter().map(|(name, module)| (name.as_str(), module.as_str())).collect();
        assert_eq!(imports, [("c", "a.b.c"), ("shop_urls", "shop.urls"), ("views", "shop.views")]);
    }
}
