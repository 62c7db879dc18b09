//! Laws of the readers of YAML, Dockerfiles, compose files and `.dockerignore`: no text makes them panic.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::Facts;
use prodcheck::grammar::image_reference::ImageReference;
use prodcheck::grammar::yaml;
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};
use proptest::prelude::*;

fn facts(files: &[(&str, &str)]) -> Facts {
    let project = Project::of_texts(files.iter().copied());
    let given = Given::nothing(Date::parse("2026-11-21").unwrap());
    let service = services(&project, "shop").remove(0);
    collect::service(&project, &service, &given, &catalogue())
}

/// Lines made of what such files are made of, in any order.
fn lines(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(words).prop_map(str::to_owned),
        1 => "[ -~é\u{feff}\\t]{0,6}",
    ];
    let line = (0..5_usize, prop::collection::vec(piece, 0..5))
        .prop_map(|(depth, pieces)| format!("{}{}", "  ".repeat(depth), pieces.concat()));
    prop::collection::vec(line, 0..14).prop_map(|lines| lines.join("\n"))
}

const COMPOSE: &[&str] = &[
    "services:",
    "web:",
    "db:",
    "build: ",
    "image: ",
    "postgres:17",
    ".",
    "./a",
    "ports: ",
    "volumes: ",
    "environment: ",
    "env_file: ",
    "extends: ",
    "include: ",
    "command: ",
    "deploy: ",
    "healthcheck: ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "a: ",
    "&a ",
    "*a",
    "<<: *a",
    "!reset ",
    "!override ",
    "null",
    "\"1:2\"",
    "${A",
    "${A:-b}",
    "$",
    "}",
    "127.0.0.1:",
    "1:2",
    ":",
    "KEY=",
    "SECRET_KEY: ",
    "x",
    "---",
    "# ",
    "profiles: ",
    "web",
    "compose.yaml",
];

const MANIFEST: &[&str] = &[
    "apiVersion: v1",
    "kind: Deployment",
    "kind: Pod",
    "kind: CronJob",
    "kind: Ingress",
    "kind: Secret",
    "kind: List",
    "kind: Kustomization",
    "metadata: {name: a}",
    "items: [",
    "spec:",
    "  template:",
    "    spec:",
    "      containers:",
    "        - image: a:1",
    "        - name: b",
    "          securityContext: {runAsUser: 0, privileged: true}",
    "          env: [{name: SECRET_KEY, value: x}]",
    "          readinessProbe: {httpGet: {path: /, port: 1}}",
    "      volumes: [{name: a, hostPath: {path: /etc}}]",
    "  rules: [{host: a}]",
    "  tls: [{hosts: [a]}]",
    "data: {password: YQ==}",
    "stringData: {password: ${A}}",
    "patches: []",
    "---",
    "\n",
    "  ",
    "- ",
    ": ",
    "{{ .x }}",
    "&a ",
    "*a",
];

const WORKFLOW: &[&str] = &[
    "env: {A: b}",
    "jobs:",
    "  deploy:",
    "    env: {SECRET_KEY: 9fK2qPx7LmZt4VbNcR8sWyEd}",
    "    steps:",
    "    - uses: a/b@main",
    "    - uses: appleboy/ssh-action@v1",
    "    - run: ssh -o StrictHostKeyChecking=no a",
    "    - run: |",
    "      with: {password: x}",
    "- ",
    ": ",
    "&a ",
    "*a",
    "\n",
    "A=b",
];

const DOCKERFILE: &[&str] = &[
    "FROM ",
    "python:3.13",
    " AS ",
    "a",
    "RUN ",
    "COPY ",
    "ADD ",
    "--from=",
    "--chown=",
    "ENV ",
    "ARG ",
    "USER ",
    "CMD ",
    "ENTRYPOINT ",
    "[\"a\", \"b\"]",
    "HEALTHCHECK ",
    "NONE",
    "EXPOSE ",
    "WORKDIR ",
    "ONBUILD ",
    "LABEL ",
    "A=",
    "$A",
    "${A:-b}",
    "\"",
    "'",
    "\\",
    "\\\n",
    "<<EOF",
    "EOF",
    "\n",
    "# escape=`",
    "`",
    " . ",
    "/",
    "..",
    "curl ",
    "| sh",
    " && ",
    "0",
    "*",
    ".env",
];

const IGNORE: &[&str] =
    &["*", "**", "/", "!", ".env", "a", "?", "[", "]", "\\", "..", ".", "#", " ", "-", "^", "("];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_yaml_or_a_problem(text in "(?s).{0,200}") {
        let _ = yaml::parse(&text);
    }

    #[test]
    fn any_lines_of_yaml_are_read(text in lines(COMPOSE)) {
        let _ = yaml::parse(&text);
    }

    #[test]
    fn any_compose_file_is_read(base in lines(COMPOSE), over in lines(COMPOSE)) {
        let service = format!("services:\n  web:\n    build: .\n{over}");
        facts(&[("docker-compose.yml", &base), ("docker-compose.prod.yml", &service)]);
        facts(&[("compose.yaml", &base), ("compose.prod.yaml", &over), (".env", "A=$A${B:-c}")]);
    }

    #[test]
    fn any_manifest_is_read(text in lines(MANIFEST)) {
        let plain = format!("apiVersion: v1\nkind: Pod\n{text}");
        facts(&[("k8s/a.yaml", &text), ("k8s/b.yaml", &plain), ("settings.py", "DEBUG = False")]);
    }

    #[test]
    fn any_values_workflow_and_crontab_are_read(
        values in lines(MANIFEST),
        workflow in lines(WORKFLOW),
        text in "(?s).{0,200}",
    ) {
        facts(&[
            ("chart/Chart.yaml", "name: a"),
            ("chart/values-prod.yaml", &values),
            (".github/workflows/a.yml", &workflow),
            ("settings.py", "TIME_ZONE = 'Asia/Kolkata'\nDEBUG = False"),
            ("Dockerfile", "FROM a\nCOPY crontab /etc/cron.d/a"),
            ("crontab", &text),
            (".env", &text),
            (".env.staging", &workflow),
        ]);
    }

    #[test]
    fn any_dockerfile_is_read(
        text in lines(DOCKERFILE),
        ignore in lines(IGNORE),
        compose in lines(COMPOSE),
    ) {
        let built = format!("FROM python:3.13\n{text}");
        for dockerfile in [&text, &built] {
            facts(&[
                ("Dockerfile", dockerfile),
                (".dockerignore", &ignore),
                ("a/.env", "SECRET_KEY=9fK2qPx7LmZt4VbNcR8sWyEd"),
                ("compose.yaml", &compose),
            ]);
        }
    }

    #[test]
    fn any_text_is_a_dockerfile_or_unknown(text in "(?s).{0,200}") {
        facts(&[("Dockerfile", &text), (".dockerignore", &text)]);
    }

    #[test]
    fn the_parts_of_an_image_name_are_in_it(text in "[a-z0-9./:@$-]{0,40}") {
        if let Some(image) = ImageReference::parse(&text) {
            prop_assert!(text.contains(&image.name));
            prop_assert!(image.tag.is_none_or(|tag| text.contains(&tag)));
        }
    }
}

#[test]
fn large_hostile_files_end_soon() {
    let started = std::time::Instant::now();
    let many = |count: usize, line: &dyn Fn(usize) -> String| -> String {
        (1..count).flat_map(|index| [line(index), "\n".to_owned()]).collect()
    };
    let environment = many(1_900, &|index| format!("ENV A{index}=$A{}x", index - 1));
    let doubled = many(40, &|index| format!("ENV B{index}=$B{0}$B{0}", index - 1));
    let stages = many(900, &|index| format!("FROM s{} AS s{index}\nENV C{index}=1", index - 1));
    let from = "FROM python:3.13 AS s0\nENV A0=a B0=bbbbbbbb\n";
    let services = many(3_000, &|index| format!("  s{index}: {{build: ., ports: ['1:1']}}"));
    let includes = format!("include: [{}]\n", vec!["compose.yaml"; 500].join(","));
    for files in [
        [("Dockerfile", format!("{from}{environment}"))],
        [("Dockerfile", format!("{from}{doubled}"))],
        [("Dockerfile", format!("{from}{stages}"))],
        [("Dockerfile", format!("{from}{}", "RUN true\n".repeat(100_000)))],
        [("Dockerfile", format!("{from}COPY {} /\n", "a ".repeat(400_000)))],
        [("Dockerfile", format!("{from}ENV {}\n", "A\\\nB=1 ".repeat(100_000)))],
        [("compose.yaml", format!("services:\n{services}"))],
        [("compose.yaml", includes)],
    ] {
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        facts(&files);
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
