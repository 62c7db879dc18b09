//! Files that tell Amazon's services what to run, known by their paths.

use crate::fact::ProjectPath;

/// How the names of all these files end.
pub(crate) const EXTENSIONS: &[&str] = &["json", "yml", "yaml", "template", "toml", "config"];

/// Pieces of the names of task definitions.
const TASKS: &[&str] = &["taskdef", "task-def", "task_def"];

/// Words that folders and files of templates are named by.
const TEMPLATES: &[&str] = &["cloudformation", "cfn", "ecs"];

/// What every task definition has, whatever its case.
const CONTAINERS: &str = "ontainerDefinitions";

/// The service of a file, told from its path.
pub(crate) fn service(path: &ProjectPath) -> Option<&'static str> {
    // Every file of a project is asked.
    let extension = path.extension();
    if !EXTENSIONS.contains(&extension) {
        return None;
    }
    let folder = path.folder();
    let is_document = !matches!(extension, "toml" | "config");
    match path.name() {
        "manifest.yml" if folder.folder().name() == "copilot" => return Some("copilot"),
        name if name.starts_with("zappa_settings.") => {
            return (extension != "config").then_some("zappa");
        }
        _ if folder.name() == ".ebextensions" => {
            return (extension == "config").then_some("beanstalk");
        }
        _ => {}
    }
    let lower = path.as_str().to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    let is_named =
        TASKS.iter().any(|name| lower.contains(name)) || words.any(|it| TEMPLATES.contains(&it));
    (is_document && is_named).then_some("ecs")
}

/// Whether a file whose name only may be that of a service's says something of what runs.
pub(crate) fn tells(service: &str, text: &str) -> bool {
    service != "ecs" || text.contains(CONTAINERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_paths() {
        for (path, known) in [
            ("taskdef.json", Some("ecs")),
            (".aws/task-definition-web.json", Some("ecs")),
            ("cloudformation/service.yml", Some("ecs")),
            ("infra/ecs-service.yaml", Some("ecs")),
            ("docs/specs.json", None),
            ("copilot/api/manifest.yml", Some("copilot")),
            ("k8s/manifest.yml", None),
            (".ebextensions/01_env.config", Some("beanstalk")),
            (".ebextensions/notes.txt", None),
            ("zappa_settings.json", Some("zappa")),
            ("zappa_settings.py", None),
        ] {
            assert_eq!(service(&ProjectPath::new(path)), known, "{path}");
        }
    }
}
