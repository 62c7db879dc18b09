//! Whether a stack whose files are named for nothing is for the developer's own machine.
//!
//! The only compose file there is counts as production. It does not if it says otherwise, if it starts
//! no program of the project, or if it runs the programs as developers do and something else tells that
//! production does not.

use super::Service;
use super::composed::Stack;
use super::tree::Item;
use crate::collect::server;
use crate::fact::{ProjectPath, Value};
use crate::project::amazon;
use crate::project::role::names_environment;
use crate::project::{Project, Role};
use crate::truth::Truth;

/// Files by which a platform or a host starts the program without compose.
const ELSEWHERE: &[&str] = &[
    "fly.toml",
    "render.yaml",
    "railway.json",
    "railway.toml",
    "app.yaml",
    "app.json",
    "heroku.yml",
    "vercel.json",
    "Dockerrun.aws.json",
    "Chart.yaml",
    "Pulumi.yaml",
    "kustomization.yaml",
    "helmfile.yaml",
];
/// The variable that names Django's settings.
const SETTINGS: &str = "DJANGO_SETTINGS_MODULE";
/// Words that name development and nothing else.
const DEVELOPMENT_WORDS: &[&str] = &["dev", "devel", "development"];

/// Whether a stack is for the developer's own machine.
pub(super) fn is_for_development(stack: &Stack, project: &Project) -> bool {
    if stack.files.iter().any(|file| Role::of(file) != Role::Neutral) {
        return false;
    }
    let serving: Vec<&Service> = stack
        .services
        .iter()
        .filter(|service| service.is_application() || service.is_proxy())
        .collect();
    (serving.is_empty() && has_program(project))
        || serving.iter().any(|service| names_development(service, project))
        || stack.files.iter().any(|file| begins_with_development(project, file))
        || (surrounds_a_program(stack) && has_program(project))
        || (!is_front(stack) && is_developed(stack, &serving, project))
}

/// Whether the project holds a program that could be started by hand beside its databases.
fn has_program(project: &Project) -> bool {
    const PROGRAMS: &[&str] = &[
        "py", "js", "ts", "mjs", "rb", "go", "php", "java", "kt", "rs", "cs", "ex", "exs", "scala",
    ];
    project.paths().any(|path| {
        PROGRAMS.contains(&path.extension())
            || matches!(path.name(), "package.json" | "Procfile" | "Dockerfile")
    })
}

/// Whether the comment above everything a file starts says that it is for development, or not for
/// production.
fn begins_with_development(project: &Project, file: &ProjectPath) -> bool {
    let text = project.read(file).unwrap_or_default();
    let is_head = |line: &&str| {
        line.trim().is_empty() || line.starts_with(['#', '-']) || line.starts_with("version:")
    };
    let comments = text.lines().take_while(is_head).filter_map(|line| line.strip_prefix('#'));
    let head = comments.collect::<Vec<_>>().join(" ").to_lowercase();
    refuses_production(&head) || (head.contains("development") && !head.contains("production"))
}

/// Whether a comment says that something is not for production: "do not deploy it in production".
fn refuses_production(comment: &str) -> bool {
    const SAID: &[&str] = &[
        "use", "used", "run", "deploy", "deployed", "for", "meant", "intended", "suitable", "ready",
    ];
    let words: Vec<&str> =
        comment.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).enumerate().any(|(at, pair)| {
        let near = words.iter().skip(at + 2).take(5);
        matches!(pair, ["not", said] if SAID.contains(said))
            && near.into_iter().any(|word| *word == "production")
    })
}

/// Whether a service's Dockerfile, stage, environment file, script or settings module is named for
/// development.
fn names_development(service: &Service, project: &Project) -> bool {
    let item = &service.item;
    let dockerfile = service.build.as_ref().and_then(|build| build.dockerfile.as_ref());
    let target = service.build.as_ref().and_then(|build| build.target.clone());
    let env_files = item.get("env_file").map_or(&[][..], Item::items);
    let env_files = env_files.iter().filter_map(|file| file.get("path").unwrap_or(file).text());
    let settings = item.at(&["environment", SETTINGS]).and_then(Item::text);
    let settings = settings.or_else(|| {
        let decides = service.sets(SETTINGS) == Truth::False;
        settings_of_image(dockerfile_text(service, project)).filter(|_| decides)
    });
    let commands = ["entrypoint", "command"].into_iter().filter_map(|key| item.get(key));
    let mut texts: Vec<String> = commands.flat_map(Item::items).filter_map(Item::text).collect();
    if !service.replaces_command() {
        texts.extend(image_command(service, project));
    }
    let words: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
    let scripts = words.iter().filter(|word| word.ends_with("sh")).map(ToString::to_string);
    let told = words.windows(2).filter_map(|pair| match pair {
        ["--settings", module] => Some(*module),
        [word, _] => word.strip_prefix("--settings="),
        _ => None,
    });
    let told = told.chain(words.last().and_then(|word| word.strip_prefix("--settings=")));
    dockerfile
        .map(ToString::to_string)
        .into_iter()
        .chain(target)
        .chain(env_files)
        .chain(settings.iter().map(String::as_str).chain(told).map(|it| it.replace('.', "/")))
        .chain(scripts)
        .any(|name| is_named_for_development(&name))
}

/// The Dockerfile that builds a service; empty if there is none.
fn dockerfile_text<'p>(service: &Service, project: &'p Project) -> &'p str {
    let dockerfile = service.build.as_ref().and_then(|build| build.dockerfile.as_ref());
    dockerfile.and_then(|path| project.read(path).ok()).unwrap_or_default()
}

/// The settings module that a Dockerfile sets for the program.
fn settings_of_image(text: &str) -> Option<String> {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).rev().find_map(|line| {
        let (_, after) = line.split_once(SETTINGS)?;
        let value = after.trim_start_matches(['=', ' ', '"', '\'']);
        let end = value.find([' ', '"', '\'', '\\']).unwrap_or(value.len());
        value.get(..end).filter(|module| !module.is_empty()).map(str::to_owned)
    })
}

fn is_named_for_development(path: &str) -> bool {
    matches!(Role::of(&ProjectPath::new(path)), Role::Development | Role::Test)
}

/// Whether a stack builds nothing, and the host itself alone reaches its services, databases among them:
/// they stand round a program that is started by hand.
fn surrounds_a_program(stack: &Stack) -> bool {
    let has_ports = |service: &Service| service.item.get("ports").is_some();
    let answers = |service: &Service| service.is_application() || service.is_datastore();
    let is_inside = |service: &Service| service.published().value == Value::Bool(false);
    stack.services.iter().any(Service::is_datastore)
        && stack.services.iter().all(|service| {
            service.build.is_none()
                && is_inside(service)
                && (has_ports(service) || !answers(service))
        })
}

/// Whether a stack takes requests where visitors' browsers send them.
fn is_front(stack: &Stack) -> bool {
    stack
        .services
        .iter()
        .filter(|service| service.is_proxy() || service.build.is_some())
        .any(|service| service.publishes(&["80", "443"]))
}

/// Whether programs are run as developers run them, and something tells that production does not.
fn is_developed(stack: &Stack, serving: &[&Service], project: &Project) -> bool {
    let built = || serving.iter().filter(|service| service.build.is_some());
    let mounted = built().any(|service| service.mounts_source(project).is_some());
    let watched = built().any(|service| {
        let of_image = || runs_for_developers_by_itself(dockerfile_text(service, project));
        runs_for_developers(service) || (!service.replaces_command() && of_image())
    });
    let says_so = || built().any(|service| says_development(&service.item));
    (mounted || watched)
        && (says_so()
            || (mounted && watched && is_started_elsewhere(project))
            || (mounted && watched && stack.services.iter().any(is_called_for_development))
            || (watched && built().any(|service| replaces_a_server(service, project))))
}

/// Whether a service is started so that it follows the changes of its source.
fn runs_for_developers(service: &Service) -> bool {
    service.command().and_then(|fact| fact.value.text().map(server::serves_developers))
        == Some(true)
}

/// Whether the command of an image itself starts a server for developers.
fn runs_for_developers_by_itself(dockerfile: &str) -> bool {
    command_lines(dockerfile).any(|line| server::serves_developers(&line))
}

/// The command that a service's image runs, if its Dockerfile is here and tells it.
pub(super) fn image_command(service: &Service, project: &Project) -> Option<String> {
    command_lines(dockerfile_text(service, project)).last()
}

/// The command lines of a Dockerfile, those in exec form as words with blanks between.
fn command_lines(dockerfile: &str) -> impl Iterator<Item = String> {
    let lines = dockerfile.lines().filter_map(|line| {
        let (instruction, command) = line.trim_start().split_once(char::is_whitespace)?;
        ["CMD", "ENTRYPOINT"].contains(&instruction.to_uppercase().as_str()).then_some(command)
    });
    lines.map(|command| command.replace(['[', ']', '"', ','], " "))
}

/// Whether a service has development in its name: `dev_database`.
fn is_called_for_development(service: &Service) -> bool {
    let name = service.name.to_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| DEVELOPMENT_WORDS.contains(&word))
}

/// Whether compose starts a server for developers in the place of the image's own for production.
fn replaces_a_server(service: &Service, project: &Project) -> bool {
    let mut lines = command_lines(dockerfile_text(service, project));
    runs_for_developers(service) && lines.any(|line| server::serves_production(&line))
}

/// Whether a variable or build argument says that the program runs in development, or compose is told to
/// follow the source.
fn says_development(item: &Item) -> bool {
    let environment = item.get("environment").map_or(&[][..], Item::entries);
    let arguments = item.at(&["build", "args"]).map_or(&[][..], Item::entries);
    let says = |(name, value): &(String, Item)| {
        let name = name.to_lowercase();
        let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let value = value.text().unwrap_or_default().to_lowercase();
        let is_on = matches!(value.as_str(), "true" | "yes" | "on")
            || value.parse().is_ok_and(|value: u8| value > 0);
        let names_files =
            words.contains(&"env") && words.iter().any(|word| word.starts_with("file"));
        let is_switch = |word: &&str| DEVELOPMENT_WORDS.contains(word) || *word == "autoreload";
        (is_on && words.iter().any(is_switch))
            || (names_environment(&name)
                && (value == "local" || DEVELOPMENT_WORDS.contains(&&*value)))
            || (names_files && value.split([',', ' ', ':']).any(is_named_for_development))
    };
    item.get("develop").is_some() || environment.iter().chain(arguments).any(says)
}

/// Whether a file tells a platform or a host how to start the program.
fn is_started_elsewhere(project: &Project) -> bool {
    let counts = |path: &&ProjectPath| Role::of(path).counts();
    let serves = |path: &ProjectPath| {
        let text = project.read(path).unwrap_or_default();
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .any(|(_, command)| server::serves_production(command))
    };
    let runs_at_amazon = |path: &ProjectPath| {
        let text = || project.read(path).unwrap_or_default();
        amazon::service(path).is_some_and(|service| amazon::tells(service, text()))
    };
    let documents = || amazon::EXTENSIONS.iter().flat_map(|ending| project.with_extension(ending));
    ELSEWHERE.iter().any(|name| project.named(name).any(|path| counts(&path)))
        || project.with_extension("service").any(|path| counts(&path))
        || project.named("Procfile").filter(counts).any(serves)
        || documents().any(|path| runs_at_amazon(path) && counts(&path))
}
