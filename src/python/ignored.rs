//! Which files are kept out of the repository, so that production does not have them.

use ignore::gitignore::GitignoreBuilder;

use crate::fact::ProjectPath;
use crate::project::Project;

/// Whether a `.gitignore` of the project keeps a file out.
pub(super) fn is_ignored(project: &Project, file: &ProjectPath) -> bool {
    let mut folder = file.folder();
    loop {
        if let Ok(rules) = project.read(&folder.join(".gitignore"))
            && let Some(below) = file.within(&folder)
        {
            let mut builder = GitignoreBuilder::new("/");
            for line in rules.lines() {
                // A line that is no pattern ignores nothing.
                let _ = builder.add_line(None, line);
            }
            let matched = builder
                .build()
                .is_ok_and(|rules| rules.matched_path_or_any_parents(below, false).is_ignore());
            if matched {
                return true;
            }
        }
        if folder.as_str().is_empty() {
            return false;
        }
        folder = folder.folder();
    }
}
