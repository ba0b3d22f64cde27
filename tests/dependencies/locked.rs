//! The locked packages as cargo describes them, for every platform.

use std::process::Command;

use serde_json::Value;

/// A package of the lock file.
pub struct Package {
    pub name: String,
    pub version: String,
    /// An SPDX expression, or what was written before there were any: `MIT/Apache-2.0`.
    pub licence: Option<String>,
    /// The oldest Rust that it says it compiles with.
    pub rust_version: Option<String>,
}

/// All of them but keydeck itself, by name and version.
pub fn packages() -> Vec<Package> {
    let mut packages = described();
    packages.retain(|package| package.name != env!("CARGO_PKG_NAME"));
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    packages
}

/// Also the packages of other platforms than this one, which cargo may not have fetched: their sources are only
/// needed for what it says of them, so it asks the registry's index for those that are missing.
fn described() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .args([
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().map(package).collect()
}

fn package(described: &Value) -> Package {
    let text = |field: &str| described[field].as_str().map(str::to_owned);
    Package {
        name: text("name").expect("a name"),
        version: text("version").expect("a version"),
        licence: text("license"),
        rust_version: text("rust_version"),
    }
}
