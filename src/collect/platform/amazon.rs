//! What Amazon's services are told to run: task definitions of ECS, alone and in templates of `CloudFormation`,
//! manifests of Copilot, configuration of Elastic Beanstalk, and Zappa's settings for Lambda.
//!
//! (Read 2026-12-01: Amazon ECS "Task definition parameters", `CloudFormation` "Task definition resource", Copilot
//! "Manifest", Elastic Beanstalk "Option settings", Zappa "Advanced settings".)

use super::document::variable;
use super::formats::{Deployment, says};
use crate::collect::compose::of_image;
use crate::fact::{Fact, Ignorance, ProjectPath};
use crate::grammar::image_reference::ImageReference;
use crate::grammar::yaml::{Key, Node};
use crate::project::Role;

/// Zappa's stages build on others at most so often.
const MAX_STAGES: usize = 8;

/// The programs of a document; none if the service is not one of these.
pub(super) fn deployments(platform: &str, path: &ProjectPath, document: &Node) -> Vec<Deployment> {
    match platform {
        "ecs" => tasks(path, document),
        "copilot" => copilot(path, document).into_iter().collect(),
        "beanstalk" => vec![beanstalk(path, document)],
        "zappa" => zappa(path, document),
        _ => Vec::new(),
    }
}

/// The value under a key that task definitions write small and templates with a capital.
fn either<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let is_it = |(key, _): &&(Key, Node)| key.name.eq_ignore_ascii_case(name);
    node.entries().iter().find(is_it).map(|(_, value)| value)
}

fn tasks(path: &ProjectPath, document: &Node) -> Vec<Deployment> {
    let resources = document.get("Resources").map(Node::entries).unwrap_or_default();
    let in_template = resources.iter().filter_map(|(_, resource)| {
        let is_task = resource.get("Type").and_then(Node::text) == Some("AWS::ECS::TaskDefinition");
        resource.get("Properties").filter(|_| is_task)
    });
    // What `aws ecs describe-task-definition` prints has one around it.
    let alone = either(document, "taskDefinition").unwrap_or(document);
    let tasks = std::iter::once(alone).chain(in_template);
    let containers = tasks.filter_map(|task| either(task, "containerDefinitions"));
    containers.flat_map(Node::items).filter_map(|it| container(path, it)).collect()
}

/// A container, unless it runs software of others.
fn container(path: &ProjectPath, container: &Node) -> Option<Deployment> {
    let image = either(container, "image").and_then(Node::text).and_then(ImageReference::parse);
    if image.as_ref().and_then(of_image).is_some() {
        return None;
    }
    let kept = pairs(container, "secrets").map(|(name, secret)| (name, kept(path, secret)));
    let written = pairs(container, "environment")
        .filter_map(|(name, pair)| Some((name, given(path, either(pair, "value")?))));
    let files = either(container, "environmentFiles").filter(|files| !files.items().is_empty());
    Some(Deployment {
        name: either(container, "name").and_then(Node::scalar).unwrap_or_default(),
        web: either(container, "portMappings").is_some_and(|ports| !ports.items().is_empty()),
        environment: written.chain(kept).collect(),
        unseen: files.map(|_| elsewhere("a file in S3 gives it variables too")),
        disk: Some(says(path, container, "lost")),
        ..Deployment::default()
    })
}

/// The items of a list that have a name.
fn pairs<'n>(container: &'n Node, list: &str) -> impl Iterator<Item = (String, &'n Node)> {
    let items = either(container, list).map(Node::items).unwrap_or_default();
    items.iter().filter_map(|item| Some((either(item, "name")?.scalar()?, item)))
}

/// The value of a variable, which a template may still have to work out.
fn given(path: &ProjectPath, value: &Node) -> Fact {
    let worked_out = || Ignorance::new("it is filled in at deploy time");
    variable(path, value).unwrap_or_else(|| says(path, value, worked_out()))
}

/// The value of a variable that is not written down.
fn kept(path: &ProjectPath, secret: &Node) -> Fact {
    says(path, secret, elsewhere("AWS keeps it, and fills it in"))
}

fn elsewhere(why: &str) -> Ignorance {
    Ignorance::new(why).settled_by("give `--env-file`")
}

fn copilot(path: &ProjectPath, document: &Node) -> Option<Deployment> {
    let kind = document.get("type").and_then(Node::text)?;
    // What stands under an environment wins over what all share.
    let environments = document.get("environments").map(Node::entries).unwrap_or_default();
    let is_production =
        |(key, _): &&(Key, Node)| Role::of(&ProjectPath::new(&key.name)) == Role::Production;
    let production = environments.iter().find(is_production).map(|(_, own)| own);
    let mut environment = Vec::new();
    for part in std::iter::once(document).chain(production) {
        overlay(&mut environment, named(path, part.get("variables")));
        let secrets = part.get("secrets").map(Node::entries).unwrap_or_default().iter();
        let secrets = secrets.map(|(key, secret)| (key.name.clone(), kept(path, secret)));
        overlay(&mut environment, secrets.collect());
    }
    let file = document.get("env_file").or_else(|| production?.get("env_file"));
    let file = file.and_then(Node::scalar);
    Some(Deployment {
        name: document.get("name").and_then(Node::scalar).unwrap_or_default(),
        web: kind.contains("Web Service") || kind == "Backend Service",
        environment,
        unseen: file.map(|file| elsewhere(&format!("`{file}` gives it variables too"))),
        disk: document.get("storage").is_none().then(|| says(path, document, "lost")),
        ..Deployment::default()
    })
}

/// Options are a list of records, or maps of names by their name space.
fn beanstalk(path: &ProjectPath, document: &Node) -> Deployment {
    const VARIABLES: &str = "aws:elasticbeanstalk:application:environment";
    let options = document.get("option_settings");
    let of_space = options.and_then(|options| options.get(VARIABLES));
    let mut environment = named(path, of_space);
    let listed = options.map(Node::items).unwrap_or_default().iter().filter(|option| {
        // An option without a name space is a variable.
        option.get("namespace").and_then(Node::text).is_none_or(|space| space == VARIABLES)
    });
    environment.extend(listed.filter_map(|option| {
        Some((option.get("option_name")?.scalar()?, given(path, option.get("value")?)))
    }));
    Deployment { web: true, environment, ..Deployment::default() }
}

fn zappa(path: &ProjectPath, document: &Node) -> Vec<Deployment> {
    let stages = document.entries();
    let parents: Vec<&str> =
        stages.iter().filter_map(|(_, stage)| stage.get("extends")?.text()).collect();
    let role = |(key, _): &&(Key, Node)| Role::of(&ProjectPath::new(&key.name));
    let run = || stages.iter().filter(|(key, _)| !parents.contains(&key.name.as_str()));
    let mut chosen: Vec<&(Key, Node)> =
        run().filter(|stage| role(stage) == Role::Production).collect();
    if chosen.is_empty() {
        chosen = run().filter(|stage| role(stage).counts()).collect();
    }
    // Zappa names the first stage `dev` by itself: where there is no other, it is what runs.
    if chosen.is_empty() && run().count() == 1 {
        chosen = run().collect();
    }
    chosen.into_iter().map(|(key, stage)| lambda(path, document, key, stage)).collect()
}

fn lambda(path: &ProjectPath, document: &Node, key: &Key, stage: &Node) -> Deployment {
    let parent = |stage: &&Node| document.get(stage.get("extends")?.text()?);
    let mut line: Vec<&Node> =
        std::iter::successors(Some(stage), parent).take(MAX_STAGES).collect();
    line.reverse();
    let mut environment = Vec::new();
    for part in &line {
        let settings = part.get("django_settings").map(|it| given(path, it));
        let settings = settings.map(|it| ("DJANGO_SETTINGS_MODULE".to_owned(), it));
        overlay(&mut environment, settings.into_iter().collect());
        overlay(&mut environment, named(path, part.get("aws_environment_variables")));
        overlay(&mut environment, named(path, part.get("environment_variables")));
    }
    let remote = line.iter().any(|part| part.get("remote_env").is_some());
    Deployment {
        name: key.name.clone(),
        web: true,
        environment,
        unseen: remote.then(|| elsewhere("a file in S3 gives it variables too")),
        // API Gateway answers no plain HTTP.
        forces_https: Some(says(path, stage, true)),
        disk: Some(says(path, stage, "read-only")),
        ..Deployment::default()
    }
}

/// The variables of a map of names.
fn named(path: &ProjectPath, map: Option<&Node>) -> Vec<(String, Fact)> {
    let entries = map.map(Node::entries).unwrap_or_default();
    entries.iter().map(|(key, value)| (key.name.clone(), given(path, value))).collect()
}

/// Adds variables, which win over those of their names that are there.
pub(super) fn overlay(variables: &mut Vec<(String, Fact)>, own: Vec<(String, Fact)>) {
    variables.retain(|(name, _)| !own.iter().any(|(other, _)| other == name));
    variables.extend(own);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::platform::document;
    use crate::project::amazon::service;

    /// What the programs of a file are given: `name web: A=1 B=…`.
    fn told(path: &str, text: &str) -> String {
        let path = ProjectPath::new(path);
        let platform = service(&path).unwrap();
        let document = document::read(&path, text).unwrap().unwrap();
        let program = |it: &Deployment| {
            let pairs = it.environment.iter().map(|(name, fact)| match fact.value.text() {
                Some(text) => format!("{name}={text}"),
                None => format!("{name}=?"),
            });
            let web = if it.web { " web" } else { "" };
            let more = if it.unseen.is_some() { " more" } else { "" };
            format!("{}{web}: {}{more}", it.name, pairs.collect::<Vec<_>>().join(" "))
        };
        let programs = deployments(platform, &path, &document);
        programs.iter().map(program).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn tasks_have_variables_and_secrets() {
        let task = "{\"containerDefinitions\": [\
                    {\"name\": \"web\", \"image\": \"1.dkr.ecr.eu.amazonaws.com/shop:1\", \"portMappings\": [{\"containerPort\": 80}],\
                     \"environment\": [{\"name\": \"DEBUG\", \"value\": \"0\"}], \"secrets\": [{\"name\": \"KEY\", \"valueFrom\": \"arn\"}]},\
                    {\"name\": \"jobs\", \"image\": \"shop:1\", \"environmentFiles\": [{\"value\": \"arn\"}]},\
                    {\"name\": \"cache\", \"image\": \"redis:7\", \"environment\": [{\"name\": \"A\", \"value\": \"1\"}]}]}";
        assert_eq!(told("taskdef.json", task), "web web: DEBUG=0 KEY=?; jobs:  more");
        let described = format!("{{\"taskDefinition\": {task}}}");
        assert_eq!(told("task-definition.json", &described), told("taskdef.json", task));
        let template = "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      \
                        - Name: web\n        Image: !Ref Image\n        PortMappings: [{ContainerPort: 80}]\n        Environment:\n        \
                        - {Name: DEBUG, Value: '0'}\n        - {Name: HOST, Value: !Ref Host}\n        \
                        - {Name: URL, Value: {'Fn::Sub': x}}\n        - {Name: K, Value: '{{resolve:a}}'}\n";
        assert_eq!(told("cfn/web.yml", template), "web web: DEBUG=0 HOST=? URL=? K=?");
    }

    #[test]
    fn production_wins_in_copilot_and_zappa() {
        let copilot = "name: api\ntype: Load Balanced Web Service\nvariables: {DEBUG: '1', A: x}\nsecrets: {KEY: /shop/key}\n\
                       environments:\n  test: {variables: {A: t}}\n  production: {variables: {DEBUG: '0'}}\n";
        assert_eq!(told("copilot/api/manifest.yml", copilot), "api web: A=x KEY=? DEBUG=0");
        let pipeline = "name: release\nversion: 1\n";
        assert_eq!(told("copilot/release/manifest.yml", pipeline), "");
        let zappa = "{\"base\": {\"environment_variables\": {\"DEBUG\": \"1\", \"A\": \"x\"}},\
                     \"dev\": {\"extends\": \"base\"},\
                     \"prod\": {\"extends\": \"base\", \"django_settings\": \"shop.settings\", \"remote_env\": \"s3://a\",\
                     \"environment_variables\": {\"DEBUG\": \"0\"}}}";
        assert_eq!(
            told("zappa_settings.json", zappa),
            "prod web: A=x DJANGO_SETTINGS_MODULE=shop.settings DEBUG=0 more"
        );
        let only = "{\"dev\": {\"environment_variables\": {\"A\": \"x\"}}}";
        assert_eq!(told("zappa_settings.json", only), "dev web: A=x");
    }

    #[test]
    fn options_of_beanstalk_are_lists_or_maps() {
        for text in [
            "option_settings:\n  aws:elasticbeanstalk:application:environment:\n    DEBUG: '0'\n  aws:autoscaling:asg: {MinSize: 1}\n",
            "option_settings:\n- namespace: aws:elasticbeanstalk:application:environment\n  option_name: DEBUG\n  value: '0'\n\
             - {namespace: 'aws:autoscaling:asg', option_name: MinSize, value: 1}\n",
            "option_settings:\n- {option_name: DEBUG, value: '0'}\n",
        ] {
            assert_eq!(told(".ebextensions/a.config", text), " web: DEBUG=0", "{text}");
        }
    }
}
