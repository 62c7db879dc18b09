//! What a server runs that nobody tells a settings module: the default in `wsgi.py` and `asgi.py`.

use super::dispatch::Open;
use super::named::NAMED;
use super::select::Selected;
use crate::collect::Sources;
use crate::fact::{Fact, Facts, Ignorance, Place, ProjectPath, Value};
use crate::project::Role;

/// Whether that is a module for development, or one that takes such a module by default; absent if a file that
/// deploys names the module, or if there is no default. Unknown where a file that is not here may name it.
pub(super) fn is_development(
    sources: &Sources<'_>,
    selected: &Selected,
    open: Option<&Open>,
    so_far: &Facts,
) -> Fact {
    if let Some(at) = open.and_then(|open| open.at.clone()) {
        return Fact::derived(true).at(at);
    }
    if selected.because.ends_with("names it") {
        return Fact::absent();
    }
    let servers = sources
        .service
        .programs()
        .filter(|path| matches!(path.name(), "wsgi.py" | "asgi.py") && Role::of(path).counts());
    let mut answer = Fact::absent();
    for path in servers {
        let text = sources.project.read(path).unwrap_or_default();
        let default = text.lines().zip(1..).find_map(|(line, number)| {
            let code = line.split('#').next().unwrap_or_default();
            Some((NAMED.as_ref()?.captures(code)?.get(1)?.as_str(), number))
        });
        let Some((module, number)) = default.filter(|(module, _)| module.contains("settings"))
        else {
            continue;
        };
        let file = ProjectPath::new(&format!("{}.py", module.replace('.', "/")));
        let at = Place::line(path, number);
        if Role::of(&file) == Role::Development {
            let value = given_elsewhere(so_far).map_or(Value::Bool(true), Value::Unknown);
            return Fact::derived(value).at(at);
        }
        // Of a package that sets nothing there is nothing to say: the server does not start.
        if module == selected.module {
            answer = Fact::derived(false).at(at);
        }
    }
    answer
}

/// Why a file that is not here may name the module, if there is such a file: its example lists the variable, or
/// it has none.
fn given_elsewhere(so_far: &Facts) -> Option<Ignorance> {
    let names = so_far.at("env.expected-names");
    let Value::List(list) = &names.value else {
        return None;
    };
    let listed = list.items.iter().any(|name| name.value.text() == Some("DJANGO_SETTINGS_MODULE"));
    let given = listed.then(|| {
        Ignorance::new("a file that is not in the project gives `DJANGO_SETTINGS_MODULE`")
            .settled_by("give `--env-file`")
    });
    given.or_else(|| list.rest.clone())
}
