//! `keydeck --version`: what people are asked for when something is wrong.

use std::process::Command;

use crate::program::Home;

#[test]
fn the_version_says_the_commit_that_was_built() {
    let said = Home::new().run(&["--version"]).succeeded().stdout;
    let version = format!("keydeck {}", env!("CARGO_PKG_VERSION"));
    let head = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let head = head.ok().filter(|head| head.status.success());
    // From a packed crate, or from a directory without git, there is nothing to compare with.
    match head.and_then(|head| String::from_utf8(head.stdout).ok()) {
        Some(head) => assert_eq!(said, format!("{version} ({})\n", &head[..12])),
        None => assert!(said.starts_with(&version), "{said}"),
    }
}
