//! git as it is started here: it reads, and nothing that a repository's own settings name is run, fetched or shown.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Output, Stdio};

use crate::cli::Failure;
use crate::model::Shown;

/// A repository that git can read.
pub struct Repository {
    path: PathBuf,
    /// Where its own files are; of a linked worktree that of the repository it belongs to.
    pub directory: PathBuf,
    is_shallow: bool,
    /// What git's hooks set, which says where the objects are that are being received.
    keeps_environment: bool,
}

/// The first line that says what is wrong, as git begins it.
const COMPLAINTS: [&str; 2] = ["fatal: ", "error: "];

impl Repository {
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let mut repository = Self {
            path: path.to_owned(),
            directory: PathBuf::new(),
            is_shallow: false,
            keeps_environment: path == Path::new("."),
        };
        if !path.is_dir() {
            return Err(Failure::Failed(format!(
                "{} is not a directory: name the one that a git repository is in",
                path.display()
            )));
        }
        let output = repository.output(&["rev-parse", "--is-shallow-repository", "--git-common-dir"])?;
        let said = text(&output.stdout);
        let (shallow, directory) = said.split_once('\n').unwrap_or_default();
        repository.is_shallow = shallow == "true";
        repository.directory = path.join(directory.trim_end_matches('\n'));
        Ok(repository)
    }

    /// What the repository does not hold and can therefore not be searched, in sentences.
    pub fn left_out(&self) -> Result<Vec<String>, Failure> {
        let mut left_out = Vec::new();
        if self.is_shallow {
            left_out.push(
                "this is a shallow clone, so what is older is not searched; git fetch --unshallow brings it"
                    .to_owned(),
            );
        }
        // It ends with 1 where no remote promises anything.
        let promised = self
            .command(&["config", "--get-regexp", r"^remote\..*\.promisor$"])
            .output();
        if promised.map_err(|error| not_started(&error))?.status.success() {
            left_out.push(
                "this is a partial clone, so what was not fetched is not searched; a whole clone has everything"
                    .to_owned(),
            );
        }
        Ok(left_out)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(["--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false"]);
        command
            .args(["-c", "core.hooksPath=/dev/null", "-C"])
            .arg(&self.path)
            .args(args);
        // No transport is allowed, so that nothing that is missing is fetched.
        command.envs([
            ("GIT_ALLOW_PROTOCOL", ""),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C"),
        ]);
        if !self.keeps_environment {
            for variable in LOCAL {
                command.env_remove(variable);
            }
        }
        command.stdin(Stdio::null());
        command
    }

    /// The whole output of a short command.
    pub fn output(&self, args: &[&str]) -> Result<Output, Failure> {
        let output = self.command(args).output().map_err(|error| not_started(&error))?;
        match output.status.success() {
            true => Ok(output),
            false => Err(self.refused(&text(&output.stderr))),
        }
    }

    fn refused(&self, said: &str) -> Failure {
        let path = self.path.display();
        if said.contains("not a git repository") {
            return Failure::Failed(format!("{path} is not in a git repository"));
        }
        if said.contains("dubious ownership") {
            return Failure::Failed(format!(
                "git does not read {path}, as somebody else owns it; if you trust it: git config --global --add \
                 safe.directory {path}"
            ));
        }
        Failure::Failed(format!("git can't read {path}: {}", complaint(said)))
    }
}

/// What `git rev-parse --local-env-vars` names of where a repository is.
const LOCAL: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

pub fn not_started(error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::Failed("git is not installed, or not in PATH; --git needs it".into())
        }
        _ => Failure::Failed(format!("git can't be started: {error}")),
    }
}

/// What git says is wrong, in one line.
pub fn complaint(said: &str) -> String {
    let lines = said.lines().filter(|line| !line.trim().is_empty());
    let wrong = lines
        .clone()
        .find(|line| COMPLAINTS.iter().any(|begins| line.starts_with(begins)));
    let line = wrong
        .or_else(|| lines.clone().next())
        .unwrap_or("it says nothing");
    let line = COMPLAINTS
        .iter()
        .find_map(|begins| line.strip_prefix(begins))
        .unwrap_or(line);
    Shown::new(line).to_string()
}

/// What git writes to standard error, up to where it would fill memory; the rest is read and dropped, so that git goes on.
pub fn drained(stderr: ChildStderr) -> String {
    const KEPT: u64 = 64 * 1024;
    let mut reader = BufReader::new(stderr);
    let mut said = Vec::new();
    // What can't be read any more was not said.
    let _ = reader.by_ref().take(KEPT).read_to_end(&mut said);
    while reader.fill_buf().is_ok_and(|more| !more.is_empty()) {
        let length = reader.buffer().len();
        reader.consume(length);
    }
    text(&said)
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
