//! Which of the files in a folder production uses, as far as what builds and runs its containers says.
//!
//! A folder often holds a configuration for the first start without a certificate, or an older one,
//! beside the one that is mounted.

use crate::collect::compose::is_compose_name;
use crate::fact::ProjectPath;
use crate::grammar::interpolation::expand;
use crate::project::{Project, Role};

/// What Dockerfiles and compose files copy or mount: paths as they write them, resolved.
pub(super) fn sources(project: &Project) -> Vec<ProjectPath> {
    let mut found = Vec::new();
    for path in project.paths().filter(|path| Role::of(path).counts() && tells(path)) {
        for line in project.read(path).unwrap_or_default().lines() {
            for source in sources_of_line(line) {
                // Relative to the file, or to the root where that is what is built.
                // The file that a variable chooses is the one it chooses by default.
                let source = expand(source, &mut |_| None).text;
                found.push(path.folder().join(&source));
                found.push(ProjectPath::new(&source));
            }
        }
    }
    // `COPY . .` brings the application, and a configuration only by the way.
    found.retain(|source| !source.as_str().is_empty());
    found
}

/// Whether the files beside this one are used and this one is not.
pub(super) fn is_unused(path: &ProjectPath, all: &[ProjectPath], sources: &[ProjectPath]) -> bool {
    let folder = path.folder();
    let whole_folder = sources.iter().any(|source| folder.is_in(source));
    let named = |path: &ProjectPath| sources.contains(path);
    !whole_folder
        && !named(path)
        && all.iter().any(|other| other.folder() == folder && named(other))
}

fn tells(path: &ProjectPath) -> bool {
    path.name().to_lowercase().contains("dockerfile") || is_compose_name(path)
}

/// `COPY a b /target`, `- ./a:/target:ro`, `source: ./a`.
fn sources_of_line(line: &str) -> Vec<&str> {
    let line = line.trim();
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    if first.eq_ignore_ascii_case("COPY") || first.eq_ignore_ascii_case("ADD") {
        let mut words: Vec<&str> = words.filter(|word| !word.starts_with("--")).collect();
        words.pop();
        return words;
    }
    let quotes = ['"', '\''];
    let mounted = line
        .strip_prefix("- ")
        .map(|item| item.trim().trim_matches(quotes))
        .and_then(|item| item.split_once(":/").map(|(source, _)| source));
    let long = line.strip_prefix("source:").map(|source| source.trim().trim_matches(quotes));
    mounted.or(long).into_iter().filter(|source| !source.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beside_the_one_that_is_mounted_is_unused() {
        for (teller, line, unused) in [
            ("compose.yaml", "      - ./nginx/site.conf:/etc/nginx/conf.d/default.conf:ro", true),
            ("production.yml", "      - ./nginx/site.conf:/etc/nginx/conf.d/default.conf", true),
            ("compose.yaml", "      - \"./nginx:/etc/nginx/conf.d\"", false),
            ("compose.dev.yaml", "      - ./nginx/site.conf:/etc/nginx/conf.d/default.conf", false),
            ("compose.yaml", "      - ./nginx/${SETUP:-site}.conf:/etc/nginx/conf.d/a.conf", true),
            ("compose.yaml", "      - ./nginx/${SETUP}.conf:/etc/nginx/conf.d/a.conf", false),
            ("nginx/Dockerfile", "COPY --chown=a site.conf /etc/nginx/conf.d/", true),
            ("nginx/Dockerfile", "COPY . /etc/nginx/", false),
            ("Dockerfile", "COPY nginx/site.conf /etc/nginx/nginx.conf", true),
            ("nginx/Dockerfile", "COPY . .\nCOPY site.conf /etc/nginx/", false),
            ("Dockerfile", "COPY . .\nCOPY nginx/site.conf /etc/nginx/", true),
            ("Dockerfile", "COPY requirements.txt .", false),
        ] {
            let project = Project::of_texts([(teller, line)]);
            let all = ["nginx/first.conf", "nginx/site.conf"].map(ProjectPath::new);
            let sources = sources(&project);
            assert_eq!(is_unused(&all[0], &all, &sources), unused, "{teller}: {line}");
            assert!(!is_unused(&all[1], &all, &sources), "{teller}: {line}");
        }
    }
}
