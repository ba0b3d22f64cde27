//! Everything that a git repository holds: each object, whether or not a branch leads to it, the index, and the text
//! files of the repository itself. git's own plumbing reads the objects; its commands for people leave out merges,
//! binary files, stashes and what nothing refers to any more.

mod command;
mod history;
mod objects;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use self::command::Repository;
use self::history::FirstSeen;
use self::objects::{Object, ObjectKind};
use super::archive::FileSearch;
use super::find::{FileMatches, Finding};
use super::found_in::{FoundIn, GitPlace, GitSource};
use super::walk::ScanResult;
use crate::cli::{Failure, output};
use crate::model::TokenHash;

/// Searches the repository in this directory.
pub fn search(path: &Path) -> Result<ScanResult, Failure> {
    let repository = Repository::open(path)?;
    for left_out in repository.left_out()? {
        output::notice(left_out);
    }
    let files = FileSearch::new().map_err(Failure::failed)?;
    let mut searched = objects::search(&repository, &files)?;
    let blobs = searched
        .matches
        .iter()
        .filter(|(object, _)| object.kind == ObjectKind::Blob);
    let blobs: Vec<&str> = blobs.map(|(object, _)| object.id.as_str()).collect();
    let origins = match blobs.is_empty() {
        true => HashMap::new(),
        false => history::origins(&repository, &searched.commits, &blobs)?,
    };
    let matches = placed(std::mem::take(&mut searched.matches), &origins);
    let mut result = super::walk::search_repository(&repository.directory)?;
    result.matches.extend(matches);
    result.objects = Some(searched.count);
    result.unreadable += searched.unreadable;
    Ok(result)
}

/// Every finding with where it lies; one that many versions of a file have is told once, with how many they are.
fn placed(
    matches: Vec<(Object, FileMatches)>,
    origins: &HashMap<String, FirstSeen>,
) -> Vec<(FoundIn, FileMatches)> {
    // By the place and the token, then by version, the earliest first.
    let mut versions: BTreeMap<(String, [u8; 32]), BTreeMap<GitSource, Vec<Finding>>> = BTreeMap::new();
    let mut placed = Vec::new();
    for (object, found) in matches {
        let source = source(&object, origins);
        for finding in found.findings {
            let TokenHash(hash) = finding.hash;
            let of_token = versions.entry((same_place(&source), hash)).or_default();
            of_token.entry(source.clone()).or_default().push(finding);
        }
        let rest = FileMatches {
            findings: Vec::new(),
            ..found
        };
        if rest != FileMatches::default() {
            placed.push((FoundIn::Git(source), rest));
        }
    }
    placed.extend(versions.into_values().filter_map(|of_token| {
        let versions = of_token.len() as u64;
        let (earliest, findings) = of_token.into_iter().next()?;
        let found = FileMatches {
            findings,
            ..FileMatches::default()
        };
        Some((FoundIn::Git(GitSource { versions, ..earliest }), found))
    }));
    placed.sort_by(|(a, _), (b, _)| a.cmp(b));
    placed
}

/// What is the same in every version of a file; of what is no file, the object.
fn same_place(source: &GitSource) -> String {
    match &source.place {
        GitPlace::File { path, .. } => format!("path {path}"),
        GitPlace::Commit { .. }
        | GitPlace::Staged { .. }
        | GitPlace::Tag { .. }
        | GitPlace::Unreachable { .. } => format!("object {}", source.object),
    }
}

fn source(object: &Object, origins: &HashMap<String, FirstSeen>) -> GitSource {
    let unreachable = || GitPlace::Unreachable {
        kind: object.kind.as_str().to_owned(),
    };
    let (order, place) = match (object.kind, origins.get(&object.id)) {
        (ObjectKind::Blob, Some(FirstSeen::Committed { order, commit, path })) => {
            let (commit, path) = (commit.clone(), path.clone());
            (*order, GitPlace::File { commit, path })
        }
        (ObjectKind::Blob, Some(FirstSeen::Staged { path })) => {
            (usize::MAX - 1, GitPlace::Staged { path: path.clone() })
        }
        (ObjectKind::Commit, _) => (
            0,
            GitPlace::Commit {
                commit: object.id.clone(),
            },
        ),
        (ObjectKind::Tag, _) => {
            let name = object.tag.clone().unwrap_or_else(|| object.id.clone());
            (usize::MAX - 1, GitPlace::Tag { name })
        }
        (ObjectKind::Blob | ObjectKind::Tree, _) => (usize::MAX, unreachable()),
    };
    GitSource {
        order,
        place,
        object: object.id.clone(),
        versions: 1,
    }
}
