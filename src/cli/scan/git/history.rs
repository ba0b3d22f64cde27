//! Where in the history a blob first appears.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::thread;

use super::command::{self, Repository};
use crate::cli::scan::archive::FileSearch;
use crate::cli::scan::names;
use crate::cli::{Failure, output};
use crate::model::TokenHash;

/// Where a blob comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstSeen {
    Committed {
        /// The commit's place in the history, in which parents come before children.
        order: usize,
        commit: String,
        path: String,
    },
    Staged {
        path: String,
    },
}

/// Where a name with a secret in it first appears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameSeen {
    pub order: usize,
    pub commit: String,
    /// Up to the end of the name.
    pub path: String,
    /// Of the secret in the path, from 1 on.
    pub column: u64,
}

/// Where what was found comes from, as far as commits or the index have it.
#[derive(Debug, Default)]
pub struct Origins {
    /// By their ids.
    pub blobs: HashMap<String, FirstSeen>,
    /// By the secrets in them.
    pub names: HashMap<TokenHash, NameSeen>,
}

/// What is yet to be found in the history.
struct Wanted<'a> {
    blobs: HashSet<String>,
    /// Secrets in names.
    names: HashSet<TokenHash>,
    files: &'a mut FileSearch,
}

/// The first commit of all, also of those that no branch leads to, that has each of these blobs, and each of these secrets in
/// a name; otherwise the index.
pub fn origins(
    repository: &Repository,
    commits: &[String],
    blobs: HashSet<String>,
    names: HashSet<TokenHash>,
    files: &mut FileSearch,
) -> Result<Origins, Failure> {
    let mut wanted = Wanted { blobs, names, files };
    let mut origins = Origins::default();
    let sorted = run(
        repository,
        &["rev-list", "--stdin", "--topo-order", "--reverse"],
        commits,
        |stdout| {
            let mut ids = String::new();
            let _ = BufReader::new(stdout).read_to_string(&mut ids);
            ids
        },
    )?;
    let ids: Vec<String> = sorted.lines().map(str::to_owned).collect();
    const CHANGES: [&str; 8] = [
        "diff-tree",
        "--stdin",
        "-r",
        "--root",
        "-m",
        "-z",
        "--no-abbrev",
        "--no-renames",
    ];
    run(repository, &CHANGES, &ids, |stdout| {
        first_of_each(stdout, &mut wanted, &mut origins)
    })?;
    if !wanted.blobs.is_empty() {
        staged(repository, &wanted.blobs, &mut origins.blobs);
    }
    Ok(origins)
}

/// Gives git these lines, and what it answers to `read`; it may stop before the end.
fn run<T>(
    repository: &Repository,
    args: &[&str],
    lines: &[String],
    read: impl FnOnce(ChildStdout) -> T,
) -> Result<T, Failure>
where
    T: Default,
{
    let mut command = repository.command(args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut git = command.spawn().map_err(|error| command::not_started(&error))?;
    let (stdin, stdout, stderr) = (git.stdin.take(), git.stdout.take(), git.stderr.take());
    let (read, said) = thread::scope(|scope| {
        scope.spawn(move || stdin.map(|stdin| write(stdin, lines)));
        let said = scope.spawn(move || stderr.map(command::drained));
        let read = stdout.map(read).unwrap_or_default();
        (read, said.join().ok().flatten().unwrap_or_default())
    });
    let _ = git.wait();
    // Without it a finding is told by its object alone, which is better than not at all.
    if !said.trim().is_empty() {
        output::notice(format!(
            "the history can't be read to its end: {}",
            command::complaint(&said)
        ));
    }
    Ok(read)
}

fn write(stdin: ChildStdin, lines: &[String]) {
    let mut stdin = std::io::BufWriter::new(stdin);
    for line in lines {
        if writeln!(stdin, "{line}").is_err() {
            return;
        }
    }
    let _ = stdin.flush();
}

/// `git diff-tree -z`: a commit's id, then for each change `:<modes> <ids> <status>` and the path, each ended by NUL.
fn first_of_each(stdout: ChildStdout, wanted: &mut Wanted, origins: &mut Origins) {
    let mut fields = BufReader::new(stdout).split(0).map_while(Result::ok);
    let (mut order, mut commit) = (0, String::new());
    while let Some(field) = fields.next() {
        let Some(change) = field.strip_prefix(b":") else {
            order += 1;
            commit = command::text(&field);
            continue;
        };
        let Some(path) = fields.next() else { return };
        let path = command::text(&path);
        wanted.in_name(order, &commit, &path, origins);
        let id = change
            .split(|byte| *byte == b' ')
            .nth(3)
            .and_then(|id| str::from_utf8(id).ok());
        if let Some(id) = id.filter(|id| wanted.blobs.remove(*id)) {
            let commit = commit.clone();
            let origin = FirstSeen::Committed { order, commit, path };
            origins.blobs.insert(id.to_owned(), origin);
        }
        if wanted.blobs.is_empty() && wanted.names.is_empty() {
            return;
        }
    }
}

impl Wanted<'_> {
    /// Takes what a commit changes at this path, if a name there has a secret that is wanted.
    fn in_name(&mut self, order: usize, commit: &str, path: &str, origins: &mut Origins) {
        if self.names.is_empty() {
            return;
        }
        for finding in names::findings_in(self.files, path) {
            if !self.names.remove(&finding.hash) {
                continue;
            }
            let start = usize::try_from(finding.column).map_or(0, |column| column - 1);
            let behind = path.get(start..).and_then(|rest| rest.find('/'));
            let seen = NameSeen {
                order,
                commit: commit.to_owned(),
                path: behind.map_or(path, |length| &path[..start + length]).to_owned(),
                column: finding.column,
            };
            origins.names.insert(finding.hash, seen);
        }
    }
}

/// `git ls-files -s -z`: `<mode> <id> <stage>`, a tab, and the path. A bare repository has no index.
fn staged(repository: &Repository, wanted: &HashSet<String>, origins: &mut HashMap<String, FirstSeen>) {
    let Ok(listed) = repository.output(&["ls-files", "--stage", "-z", "--full-name"]) else {
        return;
    };
    for entry in listed.stdout.split(|byte| *byte == 0) {
        let entry = command::text(entry);
        let Some((stage, path)) = entry.split_once('\t') else {
            continue;
        };
        if let Some(id) = stage.split(' ').nth(1).filter(|id| wanted.contains(*id)) {
            origins.insert(
                id.to_owned(),
                FirstSeen::Staged {
                    path: path.to_owned(),
                },
            );
        }
    }
}
