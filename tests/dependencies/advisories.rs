//! What the RustSec database knows of the locked packages, by the snapshot in `tests/advisories`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use jiff::civil::Date;
use rustsec::advisory::Informational;
use rustsec::report::{Report, Settings};
use rustsec::{Database, Lockfile};

/// Advisories of locked packages that are accepted: package, advisory, and why it does no harm here.
const ACCEPTED: &[(&str, &str, &str)] = &[];

/// What `planted.lock` has, and all that is wrong with it.
const PLANTED: [(&str, &str, &[&str]); 14] = [
    ("anyhow", "1.0.100", &["RUSTSEC-2026-0190"]),
    ("bytes", "1.11.0", &["RUSTSEC-2026-0007"]),
    ("h2", "0.4.4", &["RUSTSEC-2026-0258"]),
    ("libsqlite3-sys", "0.24.2", &["RUSTSEC-2022-0090"]),
    ("lru", "0.16.2", &["RUSTSEC-2026-0002", "RUSTSEC-2026-0253"]),
    ("paste", "1.0.15", &["RUSTSEC-2024-0436"]),
    (
        "quinn-proto",
        "0.11.13",
        &["RUSTSEC-2026-0037", "RUSTSEC-2026-0185"],
    ),
    ("ring", "0.16.20", &["RUSTSEC-2025-0009", "RUSTSEC-2025-0010"]),
    ("rusqlite", "0.26.1", &["RUSTSEC-2021-0128"]),
    ("rustls", "0.23.44", &["RUSTSEC-2026-0285"]),
    (
        "rustls-webpki",
        "0.103.9",
        &[
            "RUSTSEC-2026-0049",
            "RUSTSEC-2026-0098",
            "RUSTSEC-2026-0099",
            "RUSTSEC-2026-0104",
        ],
    ),
    // The first version that is patched.
    ("time", "0.3.47", &[]),
    ("tokio", "1.37.0", &["RUSTSEC-2025-0023"]),
    ("tracing-subscriber", "0.3.19", &["RUSTSEC-2025-0055"]),
];

/// Package, version and advisory.
type Finding = (String, String, String);

fn path(below: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn database() -> Database {
    Database::open(&path("tests/advisories")).expect("every advisory parses")
}

fn lock_file(below: &str) -> Lockfile {
    Lockfile::load(path(below)).expect("a lock file")
}

/// The day of the snapshot, and the packages that were looked up for it.
fn snapshot() -> (Date, BTreeSet<String>) {
    let text = fs::read_to_string(path("tests/advisories/packages.txt")).expect("read");
    let mut lines = text.lines();
    let date = lines.next().expect("a first line").parse().expect("a date");
    (date, lines.map(str::to_owned).collect())
}

/// Vulnerabilities and notices (unsound, unmaintained and others) alike, for every platform.
fn findings(lock: &Lockfile) -> BTreeSet<Finding> {
    let settings = Settings {
        informational_warnings: vec![
            Informational::Notice,
            Informational::Unmaintained,
            Informational::Unsound,
        ],
        ..Settings::default()
    };
    let report = Report::generate(&database(), lock, &settings);
    let vulnerabilities = report.vulnerabilities.list.into_iter();
    let notices = report.warnings.into_values().flatten();
    vulnerabilities
        .map(|found| (found.package, found.advisory))
        .chain(notices.filter_map(|found| Some((found.package, found.advisory?))))
        .map(|(package, advisory)| {
            let version = package.version.to_string();
            (package.name.to_string(), version, advisory.id.to_string())
        })
        .collect()
}

#[test]
fn no_locked_package_has_an_advisory_that_is_not_accepted() {
    let found = findings(&lock_file("Cargo.lock"));
    let accepted = |(package, _, advisory): &&Finding| {
        ACCEPTED
            .iter()
            .any(|entry| (entry.0, entry.1) == (package.as_str(), advisory.as_str()))
    };
    let open: Vec<_> = found.iter().filter(|found| !accepted(found)).collect();
    assert!(
        open.is_empty(),
        "`cargo update` these, or accept them with a reason: {open:?}"
    );
    for (package, advisory, reason) in ACCEPTED {
        assert!(
            !reason.is_empty(),
            "{advisory} of {package} is accepted without a reason"
        );
        assert!(
            found
                .iter()
                .any(|found| (found.0.as_str(), found.2.as_str()) == (package, advisory)),
            "{advisory} of {package} no longer holds: take it from the list"
        );
    }
}

/// Otherwise it would have no advisory merely because nobody asked.
#[test]
fn every_locked_package_was_looked_up_for_the_snapshot() {
    let (_, looked_up) = snapshot();
    for package in lock_file("Cargo.lock").packages {
        let name = package.name.as_str();
        if name == env!("CARGO_PKG_NAME") {
            continue;
        }
        let of_the_registry = package.source.is_some_and(|source| source.is_default_registry());
        assert!(
            of_the_registry,
            "{name} is not from crates.io: the database says nothing of it"
        );
        assert!(
            looked_up.contains(name),
            "{name} is not in tests/advisories/packages.txt: look it up (README.md there)"
        );
    }
}

#[test]
fn an_old_lock_file_is_caught_and_every_advisory_named() {
    let expected: BTreeSet<Finding> = PLANTED
        .iter()
        .flat_map(|(package, version, advisories)| {
            advisories.iter().map(|advisory| {
                (
                    (*package).to_owned(),
                    (*version).to_owned(),
                    (*advisory).to_owned(),
                )
            })
        })
        .collect();
    let lock = lock_file("tests/advisories/planted.lock");
    assert_eq!(lock.packages.len(), PLANTED.len());
    assert_eq!(findings(&lock), expected);
}

#[test]
fn the_snapshot_parses_as_a_whole_and_says_its_date() {
    let (date, looked_up) = snapshot();
    let mut stored = 0;
    for entry in fs::read_dir(path("tests/advisories/crates")).expect("listed") {
        let directory = entry.expect("listed").path();
        let package = directory
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name");
        assert!(looked_up.contains(package), "{package} is not in packages.txt");
        stored += fs::read_dir(&directory).expect("listed").count();
    }
    let database = database();
    assert_eq!(database.iter().count(), stored);
    for advisory in database.iter() {
        let advisory = &advisory.metadata;
        let published: Date = advisory.date.as_str().parse().expect("a date");
        assert!(published <= date, "{} is newer than the snapshot", advisory.id);
    }
}
