//! All objects of a repository, searched as git writes them out, on every core.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};

use super::command::{self, Repository};
use crate::cli::scan::archive::FileSearch;
use crate::cli::scan::find::FileMatches;
use crate::cli::{Failure, output};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    Blob,
    Commit,
    Tag,
    Tree,
}

impl ObjectKind {
    const ALL: [Self; 4] = [Self::Blob, Self::Commit, Self::Tag, Self::Tree];

    /// As git writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Commit => "commit",
            Self::Tag => "tag",
            Self::Tree => "tree",
        }
    }
}

/// An object in which something was found.
#[derive(Debug)]
pub struct Object {
    pub id: String,
    pub kind: ObjectKind,
    /// Of a tag.
    pub tag: Option<String>,
}

#[derive(Debug, Default)]
pub struct Searched {
    pub matches: Vec<(Object, FileMatches)>,
    /// All of them, also those that no branch leads to.
    pub commits: Vec<String>,
    pub count: u64,
    pub unreadable: u64,
}

impl Searched {
    fn add(&mut self, other: Self) {
        self.matches.extend(other.matches);
        self.commits.extend(other.commits);
        self.count += other.count;
        self.unreadable += other.unreadable;
    }
}

/// Searches each object that git lists, in the order in which they lie, so that one helps to unpack the next.
pub fn search(repository: &Repository, files: &FileSearch) -> Result<Searched, Failure> {
    let listed = repository.output(&[
        "cat-file",
        "--batch-all-objects",
        "--unordered",
        "--batch-check=%(objectname)",
    ])?;
    let listed = command::text(&listed.stdout);
    let ids: Vec<&str> = listed.lines().collect();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let bar = progress_bar(ids.len() as u64)?;
    let mut all = Searched::default();
    let searched: Vec<Result<Searched, Failure>> = thread::scope(|scope| {
        let parts = ids.chunks(ids.len().div_ceil(cores).max(1));
        let running: Vec<_> = parts
            .map(|part| {
                let mut files = files.clone();
                let bar = &bar;
                scope.spawn(move || search_part(repository, &mut files, part, bar))
            })
            .collect();
        running
            .into_iter()
            .map(|part| {
                part.join()
                    .unwrap_or_else(|_| Err(Failure::Failed("a search of objects failed".into())))
            })
            .collect()
    });
    bar.finish_and_clear();
    for part in searched {
        all.add(part?);
    }
    Ok(all)
}

fn progress_bar(count: u64) -> Result<ProgressBar, Failure> {
    let style =
        ProgressStyle::with_template("searching objects {wide_bar} {human_pos} of {human_len}, {eta} left")
            .map_err(Failure::failed)?;
    Ok(ProgressBar::new(count).with_style(style))
}

/// git ends at an object that it can't read: that one is reported, and the search goes on behind it.
fn search_part(
    repository: &Repository,
    files: &mut FileSearch,
    mut ids: &[&str],
    bar: &ProgressBar,
) -> Result<Searched, Failure> {
    let mut all = Searched::default();
    while !ids.is_empty() {
        let (searched, wrong) = search_until_wrong(repository, files, ids, bar)?;
        let read = usize::try_from(searched.count)
            .unwrap_or(usize::MAX)
            .min(ids.len());
        all.add(searched);
        ids = &ids[read..];
        let Some((unread, behind)) = ids.split_first() else {
            break;
        };
        all.unreadable += 1;
        output::notice(format!(
            "can't read object {unread}: {}",
            command::complaint(&wrong)
        ));
        ids = behind;
    }
    Ok(all)
}

/// How far git came, and what it said on standard error.
fn search_until_wrong(
    repository: &Repository,
    files: &mut FileSearch,
    ids: &[&str],
    bar: &ProgressBar,
) -> Result<(Searched, String), Failure> {
    let mut command = repository.command(&["cat-file", "--batch", "--buffer"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut git = command.spawn().map_err(|error| command::not_started(&error))?;
    let (stdin, stdout, stderr) = (git.stdin.take(), git.stdout.take(), git.stderr.take());
    let (searched, said) = thread::scope(|scope| {
        scope.spawn(move || stdin.map(|stdin| name(stdin, ids)));
        let said = scope.spawn(move || stderr.map(command::drained));
        let searched = stdout.map(|stdout| read(stdout, files, bar));
        (searched.unwrap_or_default(), said.join().ok().flatten())
    });
    // It ended, as its output did, or because nobody reads it any more.
    let _ = git.wait();
    Ok((searched, said.unwrap_or_default()))
}

/// git asks for no more once it failed.
fn name(stdin: ChildStdin, ids: &[&str]) {
    let mut stdin = io::BufWriter::new(stdin);
    for id in ids {
        if writeln!(stdin, "{id}").is_err() {
            return;
        }
    }
    let _ = stdin.flush();
}

/// Reads objects up to the end of git's output, or up to what it did not write to its end.
fn read(stdout: ChildStdout, files: &mut FileSearch, bar: &ProgressBar) -> Searched {
    const BUFFER: usize = 256 * 1024;
    let mut stdout = BufReader::with_capacity(BUFFER, stdout);
    let (mut searched, mut line) = (Searched::default(), String::new());
    loop {
        line.clear();
        let header = match stdout.read_line(&mut line) {
            Ok(_) => header(&line),
            Err(_) => None,
        };
        let Some((id, kind, size)) = header else {
            return searched;
        };
        let Some((found, tag)) = search_one(&mut stdout, files, kind, size) else {
            return searched;
        };
        if kind == ObjectKind::Commit {
            searched.commits.push(id.to_owned());
        }
        if found != FileMatches::default() {
            let id = id.to_owned();
            searched.matches.push((Object { id, kind, tag }, found));
        }
        searched.count += 1;
        bar.inc(1);
    }
}

/// `<id> <kind> <size>`
fn header(line: &str) -> Option<(&str, ObjectKind, u64)> {
    let mut words = line.strip_suffix('\n')?.split(' ');
    let (id, kind, size) = (words.next()?, words.next()?, words.next()?);
    let kind = ObjectKind::ALL.into_iter().find(|known| known.as_str() == kind)?;
    Some((id, kind, size.parse().ok()?))
}

/// `None` where the object was not written to its end.
fn search_one(
    stdout: &mut impl BufRead,
    files: &mut FileSearch,
    kind: ObjectKind,
    size: u64,
) -> Option<(FileMatches, Option<String>)> {
    let mut body = stdout.take(size);
    let mut found = FileMatches::default();
    let tag = match kind {
        // It is small, and says its own name.
        ObjectKind::Tag => {
            let mut whole = Vec::new();
            body.read_to_end(&mut whole).ok()?;
            files.stream(&mut whole.as_slice(), &mut found).ok()?;
            tag_name(&whole)
        }
        ObjectKind::Blob | ObjectKind::Commit | ObjectKind::Tree => {
            files.stream(&mut body, &mut found).ok()?;
            io::copy(&mut body, &mut io::sink()).ok()?;
            None
        }
    };
    let mut end = [0];
    let is_whole = body.limit() == 0;
    stdout.read_exact(&mut end).ok()?;
    is_whole.then_some((found, tag))
}

fn tag_name(whole: &[u8]) -> Option<String> {
    let lines = whole
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.is_empty());
    let mut names = lines.filter_map(|line| line.strip_prefix(b"tag "));
    names.next().map(command::text)
}
