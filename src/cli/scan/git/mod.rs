//! Everything that a git repository holds: each object, whether or not a branch leads to it, the index, and the text
//! files of the repository itself. git's own plumbing reads the objects; its commands for people leave out merges,
//! binary files, stashes and what nothing refers to any more.

mod command;
mod history;
mod objects;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use self::command::Repository;
use self::history::{FirstSeen, NameSeen, Origins};
use self::objects::{Object, ObjectKind};
use super::archive::FileSearch;
use super::find::{FileMatches, Finding};
use super::found_in::{FoundIn, GitPlace, GitSource};
use super::names;
use super::walk::ScanResult;
use crate::cli::{Failure, output};
use crate::model::TokenHash;

/// Searches the repository in this directory.
pub fn search(path: &Path) -> Result<ScanResult, Failure> {
    let repository = Repository::open(path)?;
    for left_out in repository.left_out()? {
        output::notice(left_out);
    }
    let mut files = FileSearch::new().map_err(Failure::failed)?;
    let mut searched = objects::search(&repository, &files)?;
    let of_kind = |kind| {
        searched
            .matches
            .iter()
            .filter(move |(object, _)| object.kind == kind)
    };
    let blobs: HashSet<String> = of_kind(ObjectKind::Blob)
        .map(|(object, _)| object.id.clone())
        .collect();
    // A tree is the names of a directory.
    let trees = of_kind(ObjectKind::Tree).flat_map(|(_, found)| &found.findings);
    let names: HashSet<TokenHash> = trees.map(|finding| finding.hash).collect();
    let origins = match blobs.is_empty() && names.is_empty() {
        true => Origins::default(),
        false => history::origins(&repository, &searched.commits, blobs, names, &mut files)?,
    };
    let mut matches = placed(std::mem::take(&mut searched.matches), &origins);
    matches.extend(references(&repository, &mut files)?);
    let mut result = super::walk::search_repository(&repository.directory)?;
    result.matches.extend(matches);
    result.objects = Some(searched.count);
    result.unreadable += searched.unreadable;
    Ok(result)
}

/// What is in the names of branches, tags and other references.
fn references(
    repository: &Repository,
    files: &mut FileSearch,
) -> Result<Vec<(FoundIn, FileMatches)>, Failure> {
    let listed = repository.output(&["for-each-ref", "--format=%(objectname) %(refname)"])?;
    let listed = command::text(&listed.stdout);
    let references = listed.lines().filter_map(|line| line.split_once(' '));
    let found = references.map(|(object, name)| {
        let source = GitSource {
            order: usize::MAX - 1,
            place: GitPlace::Ref {
                name: name.to_owned(),
            },
            object: object.to_owned(),
            versions: 1,
        };
        (
            FoundIn::Git(source),
            names::matches(names::findings_in(files, name)),
        )
    });
    Ok(found.filter(|(_, found)| !found.findings.is_empty()).collect())
}

/// Every finding with where it lies; one that many versions of a file have is told once, with how many they are.
fn placed(matches: Vec<(Object, FileMatches)>, origins: &Origins) -> Vec<(FoundIn, FileMatches)> {
    // By the place and the token, then by version, the earliest first.
    let mut versions: BTreeMap<(String, [u8; 32]), BTreeMap<GitSource, Vec<Finding>>> = BTreeMap::new();
    let mut placed = Vec::new();
    for (object, found) in matches {
        let source = source(&object, &origins.blobs);
        for mut finding in found.findings {
            let seen = origins.names.get(&finding.hash);
            let of_name = seen.filter(|_| object.kind == ObjectKind::Tree);
            let source = of_name.map_or_else(|| source.clone(), |seen| name_source(&object, seen));
            let TokenHash(hash) = finding.hash;
            let of_token = versions.entry((same_place(&source), hash)).or_default();
            let of_version = of_token.entry(source).or_default();
            if let Some(seen) = of_name {
                // It is told of the path, once, and not of the bytes of a directory.
                of_version.clear();
                (finding.line, finding.column) = (1, seen.column);
            }
            of_version.push(finding);
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
        GitPlace::Name { path, .. } => format!("name {path}"),
        GitPlace::Commit { .. }
        | GitPlace::Staged { .. }
        | GitPlace::Tag { .. }
        | GitPlace::Ref { .. }
        | GitPlace::Unreachable { .. } => format!("object {}", source.object),
    }
}

fn name_source(object: &Object, seen: &NameSeen) -> GitSource {
    GitSource {
        order: seen.order,
        place: GitPlace::Name {
            commit: seen.commit.clone(),
            path: seen.path.clone(),
        },
        object: object.id.clone(),
        versions: 1,
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
