//! Where in the history a blob first appears.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::thread;

use super::command::{self, Repository};
use crate::cli::{Failure, output};

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

/// The first commit of all, also of those that no branch leads to, that has each of these blobs; otherwise the index.
pub fn origins(
    repository: &Repository,
    commits: &[String],
    blobs: &[&str],
) -> Result<HashMap<String, FirstSeen>, Failure> {
    let mut wanted: HashSet<String> = blobs.iter().map(|id| (*id).to_owned()).collect();
    let mut origins = HashMap::new();
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
    if !wanted.is_empty() {
        staged(repository, &wanted, &mut origins);
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
fn first_of_each(
    stdout: ChildStdout,
    wanted: &mut HashSet<String>,
    origins: &mut HashMap<String, FirstSeen>,
) {
    let mut fields = BufReader::new(stdout).split(0).map_while(Result::ok);
    let (mut order, mut commit) = (0, String::new());
    while let Some(field) = fields.next() {
        let Some(change) = field.strip_prefix(b":") else {
            order += 1;
            commit = command::text(&field);
            continue;
        };
        let Some(path) = fields.next() else { return };
        let id = change
            .split(|byte| *byte == b' ')
            .nth(3)
            .and_then(|id| str::from_utf8(id).ok());
        let Some(id) = id.filter(|id| wanted.remove(*id)) else {
            continue;
        };
        let origin = FirstSeen::Committed {
            order,
            commit: commit.clone(),
            path: command::text(&path),
        };
        origins.insert(id.to_owned(), origin);
        if wanted.is_empty() {
            return;
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
