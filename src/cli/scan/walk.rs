//! Goes through files and directories on every core, and through standard input.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::archive::FileSearch;
use super::find::FileMatches;
use super::found_in::FoundIn;
use super::names;
use crate::cli::{Failure, output};
use crate::model::pasted;

/// The path that means standard input.
pub const STDIN: &str = "-";

/// What was found in all that was searched.
#[derive(Debug, Default)]
pub struct ScanResult {
    /// In the order in which they are reported.
    pub matches: Vec<(FoundIn, FileMatches)>,
    pub files: u64,
    /// How many objects of a git repository were searched, if one was.
    pub objects: Option<u64>,
    /// Files and directories that could not be read, or not to their end.
    pub unreadable: u64,
}

impl ScanResult {
    pub fn add(&mut self, other: Self) {
        self.matches.extend(other.matches);
        self.files += other.files;
        self.unreadable += other.unreadable;
        self.objects = self.objects.into_iter().chain(other.objects).reduce(|a, b| a + b);
    }
}

/// Searches these paths, and all that is in them. What can't be read is reported at once.
pub fn search(paths: &[PathBuf], gitignore: bool) -> Result<ScanResult, Failure> {
    let file_search = FileSearch::new().map_err(Failure::failed)?;
    let search = Search::default();
    let (stdin, files): (Vec<_>, Vec<_>) = paths.iter().partition(|path| *path == Path::new(STDIN));
    if !stdin.is_empty() {
        let mut found = FileMatches::default();
        let read = file_search.clone().stream(&mut io::stdin().lock(), &mut found);
        search.add(Path::new(STDIN), read, found);
    }
    if let Some(walk) = walk(&files, gitignore) {
        search.walk(&file_search, &walk, &|_| true);
    }
    Ok(search.result())
}

/// Searches git's own text files, such as its settings and logs, in its directory; the objects are packed.
pub fn search_repository(directory: &Path) -> Result<ScanResult, Failure> {
    let file_search = FileSearch::new().map_err(Failure::failed)?;
    let search = Search::default();
    let mut walk = WalkBuilder::new(directory);
    let objects = directory.join("objects");
    walk.standard_filters(false)
        .filter_entry(move |entry| entry.path() != objects);
    let (references, logs) = (directory.join("refs"), directory.join("logs"));
    search.walk(&file_search, &walk, &|path| {
        !path.starts_with(&references) && !path.starts_with(&logs)
    });
    let result = search.result();
    // Its files are none that anybody would count.
    Ok(ScanResult { files: 0, ..result })
}

fn walk(paths: &[&PathBuf], gitignore: bool) -> Option<WalkBuilder> {
    let (first, others) = paths.split_first()?;
    let mut walk = WalkBuilder::new(followed(first));
    for path in others {
        walk.add(followed(path));
    }
    // What leaks is in .env, which is hidden, and in what git ignores.
    walk.standard_filters(false);
    if gitignore {
        walk.parents(true)
            .git_ignore(true)
            .git_exclude(true)
            .git_global(true);
    }
    Some(walk)
}

/// A directory that is named by a link is meant itself; the links in it are not followed.
fn followed(path: &Path) -> PathBuf {
    match path.is_symlink() && path.is_dir() {
        true => path.join(""),
        false => path.to_owned(),
    }
}

/// A search under way, shared by those who search.
#[derive(Default)]
struct Search {
    matches: Mutex<Vec<(FoundIn, FileMatches)>>,
    files: AtomicU64,
    unreadable: AtomicU64,
}

impl Search {
    /// Looks at names where that is asked for.
    fn walk(
        &self,
        files: &FileSearch,
        walk: &WalkBuilder,
        is_name_searched: &(dyn Fn(&Path) -> bool + Sync),
    ) {
        walk.build_parallel().run(|| {
            let mut files = files.clone();
            Box::new(move |entry| {
                if let Ok(entry) = &entry
                    && is_name_searched(entry.path())
                {
                    self.name(&mut files, entry.path());
                }
                self.visit(&mut files, entry);
                WalkState::Continue
            })
        });
    }

    fn name(&self, files: &mut FileSearch, path: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut findings = names::findings_in(files, &name);
        let before = path.display().to_string().len().saturating_sub(name.len());
        for finding in &mut findings {
            finding.column += before as u64;
        }
        self.found(FoundIn::Name(path.to_owned()), names::matches(findings));
    }

    fn visit(&self, files: &mut FileSearch, entry: Result<DirEntry, ignore::Error>) {
        let entry = match entry {
            Ok(entry) if is_to_be_read(&entry) => entry,
            Ok(_) => return,
            // It names the path.
            Err(error) => return self.unreadable(error),
        };
        let path = entry.path();
        match File::open(path) {
            Ok(file) => {
                let mut found = FileMatches::default();
                let read = files.file(&file, &mut found);
                self.add(path, read, found);
            }
            Err(error) => self.unreadable(format!("{}: {error}", path.display())),
        }
    }

    /// What could be read counts, even if the rest could not be.
    fn add(&self, path: &Path, read: io::Result<()>, found: FileMatches) {
        self.files.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = read {
            self.unreadable(format!("{}: {error}", path.display()));
        }
        self.found(FoundIn::File(path.to_owned()), found);
    }

    fn found(&self, place: FoundIn, found: FileMatches) {
        if found != FileMatches::default() {
            let mut matches = self.matches.lock().unwrap_or_else(|held| held.into_inner());
            matches.push((place, found));
        }
    }

    fn unreadable(&self, what: impl std::fmt::Display) {
        self.unreadable.fetch_add(1, Ordering::Relaxed);
        output::notice(pasted::hinted(&format!("can't read {what}")));
    }

    fn result(self) -> ScanResult {
        let mut matches = self.matches.into_inner().unwrap_or_else(|held| held.into_inner());
        matches.sort_by(|(a, _), (b, _)| a.cmp(b));
        ScanResult {
            matches,
            objects: None,
            files: self.files.into_inner(),
            unreadable: self.unreadable.into_inner(),
        }
    }
}

/// Files; and what is named itself, a pipe for instance. A pipe in a directory would be waited for.
fn is_to_be_read(entry: &DirEntry) -> bool {
    match entry.file_type() {
        Some(kind) if entry.depth() == 0 => !kind.is_dir(),
        Some(kind) => kind.is_file(),
        None => false,
    }
}
