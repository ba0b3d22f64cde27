//! Under which licences keydeck may be built and given away.

use spdx::{Expression, LicenseReq, ParseMode};

use crate::locked::packages;

/// Licences that ask for nothing but their own text: a package is taken when these satisfy its expression.
const ALLOWED: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    // Of the certificates that some platforms lack.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

fn is_allowed(required: &LicenseReq) -> bool {
    let id = required.license.id();
    required.addition.is_none() && id.is_some_and(|id| ALLOWED.contains(&id.name))
}

/// What keeps a package with this licence from being taken.
fn objection(licence: Option<&str>) -> Option<String> {
    let Some(licence) = licence else {
        return Some("has no licence".to_owned());
    };
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Ok(expression) if expression.evaluate(is_allowed) => None,
        Ok(_) => Some(format!("is under {licence}, which is not allowed")),
        Err(error) => Some(format!("has a licence that can't be read: {error}")),
    }
}

#[test]
fn every_locked_package_has_a_licence_that_is_allowed() {
    let objections: Vec<_> = packages()
        .iter()
        .filter_map(|package| {
            let why = objection(package.licence.as_deref())?;
            Some(format!("{} {} {why}", package.name, package.version))
        })
        .collect();
    assert!(objections.is_empty(), "{}", objections.join("\n"));
}

#[test]
fn what_asks_for_more_is_refused() {
    for (licence, is_taken) in [
        (Some("MIT"), true),
        (Some("MIT/Apache-2.0"), true),
        (Some("GPL-3.0-only OR MIT"), true),
        (Some("(MIT OR Apache-2.0) AND Unicode-3.0"), true),
        (Some("GPL-3.0-only"), false),
        (Some("MIT AND GPL-3.0-only"), false),
        (Some("AGPL-3.0-or-later"), false),
        (Some("SSPL-1.0"), false),
        (Some("LicenseRef-Proprietary"), false),
        (Some("by agreement"), false),
        (Some(""), false),
        (None, false),
    ] {
        assert_eq!(objection(licence).is_none(), is_taken, "{licence:?}");
    }
}
