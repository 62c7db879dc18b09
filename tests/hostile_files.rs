//! Files that cannot be read as what their name says: the audit ends, and names each with its reason.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
#![cfg(unix)]

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

/// Audits a folder with nothing in it but what is planted, and what makes it a Django project.
fn audited(plant: impl Fn(&Path)) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n";
    fs::write(folder.path().join("manage.py"), manage).unwrap();
    plant(folder.path());
    Command::new(env!("CARGO_BIN_EXE_prodcheck"))
        .args(["audit", "--offline", "--no-config", "-vv", "--max-findings", "0"])
        .arg(folder.path())
        .output()
        .unwrap()
}

/// The audit ends as documented, and some line names the file and says what is wrong with it.
fn named(plant: impl Fn(&Path), file: &str, reason: &str) {
    let output = audited(plant);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{:?}\n{told}", output.status);
    let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = format!("`{file}` {reason}");
    assert!(flat.contains(&expected), "expected {expected}, found\n{told}");
}

#[test]
fn a_binary_settings_file_is_named() {
    let plant = |root: &Path| fs::write(root.join("settings.py"), b"DEBUG = True\0\x01").unwrap();
    named(plant, "settings.py", "is a binary file");
}

#[test]
fn a_file_of_100_megabytes_is_named() {
    let plant = |root: &Path| {
        let file = File::create(root.join("docker-compose.yml")).unwrap();
        file.set_len(100 << 20).unwrap();
    };
    named(plant, "docker-compose.yml", "is too large to be read (100 MiB)");
}

#[test]
fn text_in_no_known_encoding_is_named() {
    let plant = |root: &Path| fs::write(root.join("settings.py"), b"NAME = '\xff\xc3'").unwrap();
    named(plant, "settings.py", "is not UTF-8 text");
}

#[test]
fn a_link_that_goes_round_in_circles_is_named() {
    let plant = |root: &Path| {
        symlink(root.join("Dockerfile"), root.join("b")).unwrap();
        symlink(root.join("b"), root.join("Dockerfile")).unwrap();
    };
    named(plant, "Dockerfile", "cannot be read");
}

#[test]
fn a_link_out_of_the_project_is_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("settings.py"), "DEBUG = True").unwrap();
    let plant = |root: &Path| {
        symlink(outside.path().join("settings.py"), root.join("settings.py")).unwrap();
    };
    named(plant, "settings.py", "is a link that leads out of the project");
}

#[test]
fn a_named_pipe_is_not_waited_for() {
    let plant = |root: &Path| {
        assert!(Command::new("mkfifo").arg(root.join("nginx.conf")).status().unwrap().success());
    };
    named(plant, "nginx.conf", "is not a regular file");
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let plant = |root: &Path| {
        fs::write(root.join("settings.py"), "DEBUG = True").unwrap();
        fs::set_permissions(root.join("settings.py"), Permissions::from_mode(0o0)).unwrap();
    };
    let probe = tempfile::NamedTempFile::new().unwrap();
    fs::set_permissions(probe.path(), Permissions::from_mode(0o0)).unwrap();
    if File::open(probe.path()).is_ok() {
        // The superuser reads everything: what is left to see is that the file counts as readable.
        assert!(!audited(plant).stdout.is_empty());
        return;
    }
    named(plant, "settings.py", "may not be read by this user");
}

#[test]
fn folders_linked_in_a_circle_are_entered_once() {
    let output = audited(|root| {
        fs::write(root.join("settings.py"), "DEBUG = True").unwrap();
        fs::create_dir(root.join("shop")).unwrap();
        symlink(root, root.join("shop/again")).unwrap();
    });
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("settings.py:1"), "{told}");
    assert!(!told.contains("again/"), "{told}");
}
