//! Whether the folders from which a container of nginx serves files are in that container, and whether they
//! are those in which Django puts its files.

use crate::fact::{Fact, FactSpec, Facts, Kind, Place, ProjectPath, Value};
use crate::grammar::image_reference::ImageReference;
use crate::project::Project;
use crate::python::project_path;

/// The fields of one folder.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("location", Kind::Text, "The path under which visitors ask for its files."),
    FactSpec::new("folder", Kind::Text, "The folder in the container of nginx."),
    FactSpec::new("service", Kind::Text, "The service of compose that runs nginx."),
    FactSpec::new(
        "there",
        Kind::Bool,
        "Whether a mount or the Dockerfile brings the folder, or a part of it. Absent if a step of the build may.",
    ),
    FactSpec::new(
        "setting",
        Kind::Text,
        "`STATIC_ROOT` or `MEDIA_ROOT`, if its files are for that path.",
    ),
    FactSpec::new(
        "filled",
        Kind::Bool,
        "Whether Django's container has that setting's folder in the same volume at the same place. Absent where one of the two is not known.",
    ),
];

/// What nginx's own image holds, or keeps for itself.
const OF_THE_IMAGE: &[&str] = &["/usr/share/nginx", "/etc/nginx", "/dev"];

/// The folders that containers of nginx serve; none if no container is known to run one of these files.
pub(super) fn folders(project: &Project, facts: &Facts) -> Option<Fact> {
    let services = facts.at("compose.services");
    let around = Around { project, facts };
    let services = services.value.items().iter();
    let proxies: Vec<Proxy<'_>> =
        services.filter_map(|service| Proxy::of(service, &around)).collect();
    let locations = facts.at("nginx.locations");
    let mut found = Vec::new();
    for location in locations.value.items() {
        let Some(path) = location.text_of("path") else { continue };
        let setting = around.setting_of(path);
        let Some(folder) = served(location, path, setting) else { continue };
        if let Some(proxy) = proxies.iter().find(|proxy| proxy.reads(location)) {
            found.push(record(location, &folder, setting, proxy, &around));
        }
    }
    (!found.is_empty()).then(|| Fact::derived(found))
}

/// A service that runs nginx with files of the project.
struct Proxy<'f> {
    name: &'f str,
    mounts: Vec<Mount<'f>>,
    /// What its Dockerfile copies into the image, if it is built here.
    copies: Vec<Copied>,
}

struct Mount<'f> {
    volume: Option<&'f str>,
    path: Option<ProjectPath>,
    target: &'f str,
}

/// What a Dockerfile copies: from where, if it is of the project, and to where.
struct Copied {
    path: Option<ProjectPath>,
    target: String,
}

/// What else decides.
struct Around<'f> {
    project: &'f Project,
    facts: &'f Facts,
}

impl<'f> Proxy<'f> {
    fn of(service: &'f Fact, around: &Around<'_>) -> Option<Self> {
        let name = service.text_of("name")?;
        let mounts = mounts(service)?;
        let is_nginx = |image: &str| {
            let image = ImageReference::parse(image);
            image.is_some_and(|image| {
                matches!(image.name.as_str(), "nginx" | "nginxinc/nginx-unprivileged")
            })
        };
        if service.value.field("build")?.value == Value::Bool(false) {
            return is_nginx(service.text_of("image")?).then_some(Self {
                name,
                mounts,
                copies: Vec::new(),
            });
        }
        let image = around.image(service.text_of("dockerfile")?)?;
        let copies = copies(&image)?;
        is_nginx(image.text_of("base")?).then_some(Self { name, mounts, copies })
    }

    /// Whether the file of a location is one that this nginx reads.
    fn reads(&self, location: &Fact) -> bool {
        let Some(Place::File { path: file, .. }) = &location.provenance.place else {
            return false;
        };
        let mounted = self.mounts.iter().map(|mount| (mount.path.as_ref(), mount.target));
        let copied =
            self.copies.iter().map(|copied| (copied.path.as_ref(), copied.target.as_str()));
        mounted.chain(copied).any(|(path, target)| {
            below(target, "/etc/nginx").is_some() && path.is_some_and(|path| file.is_in(path))
        })
    }

    /// Whether something brings a folder into the container, or a part of it.
    fn has(&self, folder: &str) -> bool {
        let mounted = self.mounts.iter().map(|mount| mount.target);
        let copied = self.copies.iter().map(|copied| copied.target.as_str());
        mounted
            .chain(copied)
            .any(|target| below(folder, target).is_some() || below(target, folder).is_some())
    }
}

/// What is mounted into a container; none if not all of it is known.
fn mounts<'f>(service: &'f Fact) -> Option<Vec<Mount<'f>>> {
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
fn copies(image: &Fact) -> Option<Vec<Copied>> {
    let copied = |copy: &Fact| {
        let path = copy.text_of("path").map(ProjectPath::new);
        Some(Copied { path, target: copy.text_of("target")?.to_owned() })
    };
    image.value.field("copies")?.value.items().iter().map(copied).collect()
}

/// The folder whose files a location serves. Of a `root` only those of Django: what it does not have
/// otherwise, the program is often asked for.
fn served(location: &Fact, path: &str, setting: Option<&str>) -> Option<String> {
    let is_prefix = matches!(location.text_of("modifier"), Some("" | "^~"));
    let serves = location.value.field("serves-files")?.value == Value::Bool(true);
    let folder = match (location.text_of("alias"), location.text_of("root"), setting) {
        (Some(alias), ..) => alias.to_owned(),
        (None, Some(root), Some(_)) => format!("{}{path}", root.trim_end_matches('/')),
        _ => return None,
    };
    let is_known = folder.starts_with('/') && !folder.contains('$');
    let is_of_image = OF_THE_IMAGE.iter().any(|own| below(&folder, own).is_some());
    (is_prefix && serves && is_known && !is_of_image).then_some(folder)
}

fn record(
    location: &Fact,
    folder: &str,
    setting: Option<&str>,
    proxy: &Proxy<'_>,
    around: &Around<'_>,
) -> Fact {
    let at = |value: Value| Fact { value, provenance: location.provenance.clone() };
    // A step of the build may make the folder.
    let may_be_made = || !proxy.copies.is_empty() && around.is_mentioned(folder);
    let is_there = proxy.has(folder);
    let there = (is_there || !may_be_made()).then_some(is_there);
    let filled = setting.and_then(|setting| around.is_filled(setting, folder, proxy));
    at(Value::record([
        ("location", location.value.field("path").cloned().unwrap_or_else(Fact::absent)),
        ("folder", at(folder.into())),
        ("service", at(proxy.name.into())),
        ("there", at(there.map_or(Value::Absent, Value::from))),
        ("setting", at(setting.map_or(Value::Absent, Value::from))),
        ("filled", at(filled.map_or(Value::Absent, Value::from))),
    ]))
}

impl Around<'_> {
    /// The setting whose folder holds the files of a path.
    fn setting_of(&self, path: &str) -> Option<&'static str> {
        let is_of = |url: &str| {
            let fact = self.facts.at(&format!("django.settings.{url}"));
            fact.value.text().is_some_and(|url| url.trim_matches('/') == path.trim_matches('/'))
        };
        [("STATIC_URL", "STATIC_ROOT"), ("MEDIA_URL", "MEDIA_ROOT")]
            .into_iter()
            .find_map(|(url, root)| is_of(url).then_some(root))
    }

    /// Whether a container of Django has the setting's folder where nginx has the folder that it serves;
    /// none if that is not known of one that shares the volume.
    fn is_filled(&self, setting: &str, folder: &str, proxy: &Proxy<'_>) -> Option<bool> {
        let root = self.facts.at(&format!("django.settings.{setting}"));
        let root = root.value.text()?.to_owned();
        let served = source(&proxy.mounts, folder)?;
        let services = self.facts.at("compose.services");
        let mut answers = Vec::new();
        for service in services.value.items() {
            if service.value.field("application")?.value != Value::Bool(true) {
                continue;
            }
            let mounts = mounts(service)?;
            let shared =
                mounts.iter().filter(|mount| served.is_of(mount)).map(|mount| mount.target);
            let shared: Vec<&str> = shared.collect();
            if shared.is_empty() {
                continue;
            }
            let written = self.in_container(&root, service, &mounts)?;
            let is_same = source(&mounts, &written).is_some_and(|written| written == served);
            if is_same {
                return Some(true);
            }
            // A script may copy the files to where the volume is.
            if shared.iter().any(|target| self.is_mentioned(target)) {
                return None;
            }
            answers.push(false);
        }
        answers.pop()
    }

    /// The path in a container of a folder that the settings name.
    fn in_container(&self, path: &str, service: &Fact, mounts: &[Mount<'_>]) -> Option<String> {
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
            let copies = copies(&self.image(service.text_of("dockerfile")?)?)?.into_iter();
            moved(&inside, copies.filter_map(|copied| Some((copied.path?, copied.target))))
        })
    }

    /// The image that a Dockerfile makes.
    fn image(&self, dockerfile: &str) -> Option<Fact> {
        let images = self.facts.at("docker.images");
        let mut items = images.value.items().iter();
        items.find(|image| image.text_of("path") == Some(dockerfile)).cloned()
    }

    /// Whether a command of compose, a script, a Dockerfile, a document or a workflow names a path.
    fn is_mentioned(&self, target: &str) -> bool {
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

/// Where a folder of a container really lies.
#[derive(PartialEq)]
enum Source {
    Volume { name: String, inside: String },
    Path(ProjectPath),
}

impl Source {
    /// Whether a mount brings that volume, or a folder of the project around it.
    fn is_of(&self, mount: &Mount<'_>) -> bool {
        match (self, &mount.path) {
            (Self::Volume { name, .. }, _) => mount.volume == Some(name),
            (Self::Path(path), Some(mounted)) => path.is_in(mounted),
            (Self::Path(_), None) => false,
        }
    }
}

/// The source of a folder: of the innermost mount around it.
fn source(mounts: &[Mount<'_>], folder: &str) -> Option<Source> {
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
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.trim_end_matches('/').strip_prefix(folder.trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}
