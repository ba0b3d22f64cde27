//! What `cargo package` packs: all that keydeck is built from and what tells about it, and nothing of its tests.
//! That it compiles `tests/run` finds out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn packed() -> BTreeSet<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let listed = Command::new(cargo)
        .args(["package", "--list", "--offline", "--allow-dirty"])
        .current_dir(ROOT)
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.success(), "{said}");
    let listed = String::from_utf8(listed.stdout).expect("text");
    listed.lines().map(str::to_owned).collect()
}

fn files(below: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(below).expect("listed") {
        let path = entry.expect("listed").path();
        if path.is_dir() {
            files(&path, into);
        } else {
            let path = path.strip_prefix(ROOT).expect("below it");
            into.insert(path.to_str().expect("text").to_owned());
        }
    }
}

#[test]
fn the_crate_has_all_that_keydeck_is_built_from_and_no_tests() {
    let packed = packed();
    let mut needed: BTreeSet<String> = [
        "build.rs",
        "Cargo.lock",
        "Cargo.toml",
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
    ]
    .map(str::to_owned)
    .into();
    for directory in ["src", "assets"] {
        files(&Path::new(ROOT).join(directory), &mut needed);
    }
    let missing: Vec<_> = needed.difference(&packed).collect();
    assert!(missing.is_empty(), "not packed: {missing:?}");
    let made_by_cargo = |name: &&String| matches!(name.as_str(), ".cargo_vcs_info.json" | "Cargo.toml.orig");
    let more: Vec<_> = packed
        .difference(&needed)
        .filter(|name| !made_by_cargo(name))
        .collect();
    assert_eq!(more, ["CONTRIBUTING.md"]);
}
