//! Secrets in names: of files and directories, branches and tags.

use super::archive::FileSearch;
use super::find::{FileMatches, Finding};
use crate::model::search::SHORTEST;

/// Where in a name secrets are. It is searched as text is.
pub fn findings_in(files: &mut FileSearch, name: &str) -> Vec<Finding> {
    if name.len() < SHORTEST {
        return Vec::new();
    }
    let mut found = FileMatches::default();
    // It is in memory, and read to its end.
    let _ = files.stream(&mut name.as_bytes(), &mut found);
    found.findings
}

pub fn matches(findings: Vec<Finding>) -> FileMatches {
    FileMatches {
        findings,
        ..FileMatches::default()
    }
}
