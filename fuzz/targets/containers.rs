//! Dockerfiles, compose files, manifests of Kubernetes, workflows, and what is left out of images.
#![no_main]

#[path = "../world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|text: &str| world::collect_from(&["Dockerfile", "docker-compose.yml", ".dockerignore", "k8s/web.yaml", ".github/workflows/deploy.yml"], text));
