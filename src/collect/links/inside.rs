//! What is in the containers of compose: what is mounted into them, and what their Dockerfiles copy.

use crate::fact::{Fact, Facts, ProjectPath, Value};
use crate::project::Project;
use crate::python::project_path;

/// Something that is mounted into a container.
pub(super) struct Mount<'f> {
    pub(super) volume: Option<&'f str>,
    pub(super) path: Option<ProjectPath>,
    pub(super) target: &'f str,
}

/// What a Dockerfile copies: from where, if it is of the project, and to where.
pub(super) struct Copied {
    pub(super) path: Option<ProjectPath>,
    pub(super) target: String,
}

/// What else decides.
pub(super) struct Around<'f> {
    pub(super) project: &'f Project,
    pub(super) facts: &'f Facts,
}

impl Around<'_> {
    /// The path in a container of a folder that the settings name.
    pub(super) fn in_container(
        &self,
        path: &str,
        dockerfile: Option<&str>,
        mounts: &[Mount<'_>],
    ) -> Option<String> {
        if !path.starts_with('/') {
            return None;
        }
        let Some(inside) = project_path(path) else {
            return Some(path.to_owned());
        };
        let mounted =
            mounts.iter().filter_map(|mount| Some((mount.path.clone()?, mount.target.to_owned())));
        let mounted = moved(&inside, mounted);
        mounted.or_else(|| {
            let copies = copies(&self.image(dockerfile?)?)?.into_iter();
            moved(&inside, copies.filter_map(|copied| Some((copied.path?, copied.target))))
        })
    }

    /// The image that a Dockerfile makes.
    pub(super) fn image(&self, dockerfile: &str) -> Option<Fact> {
        let images = self.facts.at("docker.images");
        let mut items = images.value.items().iter();
        items.find(|image| image.text_of("path") == Some(dockerfile)).cloned()
    }

    /// Whether a command of compose, a script, a Dockerfile, a document or a workflow names a path.
    pub(super) fn is_mentioned(&self, target: &str) -> bool {
        let target = target.trim_end_matches('/');
        let services = self.facts.at("compose.services");
        let mut commands = services.value.items().iter().filter_map(|each| each.text_of("command"));
        if commands.any(|command| command.contains(target)) {
            return true;
        }
        let may_act = |path: &&ProjectPath| match path.extension() {
            "sh" | "md" | "rst" | "" => true,
            "yml" | "yaml" => path.as_str().starts_with('.'),
            _ => path.name().to_lowercase().contains("dockerfile"),
        };
        let mut files = self.project.paths().filter(may_act);
        files.any(|path| self.project.read(path).is_ok_and(|text| text.contains(target)))
    }
}

/// What is mounted into a container; none if not all of it is known.
pub(super) fn mounts<'f>(service: &'f Fact) -> Option<Vec<Mount<'f>>> {
    let Value::List(list) = &service.value.field("mounts")?.value else {
        return None;
    };
    if list.rest.is_some() {
        return None;
    }
    let mount = |mount: &'f Fact| {
        let target = mount.text_of("target")?;
        let path = mount.text_of("path").map(ProjectPath::new);
        (!target.contains('$')).then_some(Mount { volume: mount.text_of("volume"), path, target })
    };
    list.items.iter().map(mount).collect()
}

/// What the Dockerfile of an image copies; none if the target of something is not known.
pub(super) fn copies(image: &Fact) -> Option<Vec<Copied>> {
    let copied = |copy: &Fact| {
        let path = copy.text_of("path").map(ProjectPath::new);
        Some(Copied { path, target: copy.text_of("target")?.to_owned() })
    };
    image.value.field("copies")?.value.items().iter().map(copied).collect()
}

/// Where a folder of a container really lies.
#[derive(PartialEq)]
pub(super) enum Source {
    Volume { name: String, inside: String },
    Path(ProjectPath),
}

impl Source {
    /// Whether a mount brings that volume, or a folder of the project around it.
    pub(super) fn is_of(&self, mount: &Mount<'_>) -> bool {
        match (self, &mount.path) {
            (Self::Volume { name, .. }, _) => mount.volume == Some(name),
            (Self::Path(path), Some(mounted)) => path.is_in(mounted),
            (Self::Path(_), None) => false,
        }
    }
}

/// The source of a folder: of the innermost mount around it.
pub(super) fn source(mounts: &[Mount<'_>], folder: &str) -> Option<Source> {
    let around = mounts.iter().filter_map(|mount| Some((mount, below(folder, mount.target)?)));
    let (mount, inside) = around.min_by_key(|(_, inside)| inside.len())?;
    let path = || mount.path.as_ref().map(|path| Source::Path(path.join(inside)));
    let volume = mount
        .volume
        .map(|name| Source::Volume { name: name.to_owned(), inside: inside.to_owned() });
    volume.or_else(path)
}

/// A path of the project behind the innermost of some folders that lie elsewhere.
fn moved(
    path: &ProjectPath,
    folders: impl Iterator<Item = (ProjectPath, String)>,
) -> Option<String> {
    let around = folders.filter_map(|(folder, target)| {
        let rest = path.within(&folder)?.to_owned();
        Some((rest, target))
    });
    let (rest, target) = around.min_by_key(|(rest, _)| rest.len())?;
    Some(format!("{}/{rest}", target.trim_end_matches('/')))
}

/// The rest of a path below a folder, without slashes at its ends, if it lies in it.
pub(super) fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.trim_end_matches('/').strip_prefix(folder.trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}
