//! Packages that stand in the lock file more than once, and the Rust that all of them compile with.

use std::collections::BTreeMap;

use crate::locked::packages;

/// Packages of which several versions are compiled, and who holds the older ones. One more costs time and room in
/// every build: take the newer one, or add it here with its reason.
const SEVERAL: &[(&str, &str)] = &[
    ("base64", "postgres-protocol holds 0.22"),
    ("const-oid", "x509-cert, of the TLS to PostgreSQL, holds 0.9"),
    ("embedded-io", "postcard asks for both"),
    ("fallible-iterator", "postgres-protocol holds 0.2"),
    ("foldhash", "comes with hashbrown"),
    ("getrandom", "ring holds 0.2"),
    ("hashbrown", "petgraph, of the clipboard of Wayland, holds 0.15"),
    ("nom", "eventsource-stream holds 7"),
    ("signal-hook", "crossterm holds 0.3"),
    (
        "syn",
        "half of the derives have gone to 3; only built, never linked",
    ),
    ("synstructure", "comes with syn"),
    ("tower-http", "reqwest holds 0.6"),
    ("untrusted", "aws-lc-rs holds 0.7"),
    ("wasi", "mio holds 0.11; not built for Unix"),
    ("windows-sys", "ring holds 0.52; not built for Unix"),
];

#[test]
fn no_package_is_there_twice_without_a_reason() {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages() {
        versions.entry(package.name).or_default().push(package.version);
    }
    versions.retain(|_, versions| versions.len() > 1);
    for (name, versions) in &versions {
        assert!(
            SEVERAL.iter().any(|(known, _)| known == name),
            "{name} is there as {}: take one version, or name it here with its reason",
            versions.join(" and ")
        );
    }
    for (name, reason) in SEVERAL {
        assert!(!reason.is_empty(), "{name} has no reason");
        assert!(
            versions.contains_key(*name),
            "{name} is there once: take it from the list"
        );
    }
}

/// `1.95` is 1.95.0.
fn release(text: &str) -> [u32; 3] {
    let mut numbers = text.split('.').map(|number| number.parse().expect("a number"));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

#[test]
fn no_package_needs_a_newer_rust_than_keydeck_declares() {
    let declared = env!("CARGO_PKG_RUST_VERSION");
    for package in packages() {
        let Some(needed) = package.rust_version else {
            continue;
        };
        assert!(
            release(&needed) <= release(declared),
            "{} {} needs Rust {needed}, Cargo.toml declares {declared}",
            package.name,
            package.version
        );
    }
}
