//! `keydeck scan --git`: every object that a repository holds, wherever it hides, with commit, path and line.

use std::fs;
use std::path::Path;
use std::process::Command;

use keydeck::model::{Token, TokenKind};
use serde_json::Value;

use crate::program::{Home, Ran};

/// A repository with one commit, in a home of its own.
struct Repository {
    home: Home,
    token: String,
}

impl Repository {
    fn new() -> Self {
        // A gateway's token can be looked up nowhere, so that no server is asked.
        let token = Token::generate(TokenKind::Gateway)
            .expect("random")
            .expose()
            .to_owned();
        let repository = Self {
            home: Home::new(),
            token,
        };
        fs::create_dir(repository.home.path("repo")).expect("made");
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.commit("README", b"nothing to see\n");
        repository
    }

    fn git(&self, args: &[&str]) -> String {
        let (success, out, said) = self.try_git(args);
        assert!(success, "git {args:?}: {said}");
        out
    }

    fn try_git(&self, args: &[&str]) -> (bool, String, String) {
        let mut git = with_git(self.home.program("git"));
        let settings = [
            "-c",
            "user.name=Mira",
            "-c",
            "user.email=mira@acme.example",
            "-c",
            "commit.gpgSign=false",
        ];
        git.args(["-C", "repo"]).args(settings).args(args);
        let output = git.output().expect("git started");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        (
            output.status.success(),
            text(&output.stdout),
            text(&output.stderr),
        )
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.home.path("repo").join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, content).expect("written");
    }

    fn commit(&self, name: &str, content: &[u8]) -> String {
        self.write(name, content);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", name]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn scan(&self, args: &[&str]) -> Ran {
        let mut command = with_git(self.home.command(&["scan", "--git", "repo"]));
        Ran::of(command.args(args).output().expect("started"))
    }

    /// All findings.
    fn all(&self) -> Vec<Value> {
        let scan = self.scan(&["--json"]);
        assert!(!scan.stdout.contains(&self.token) && !scan.stderr.contains(&self.token));
        let lines = scan.stdout.lines().map(serde_json::from_str::<Value>);
        let lines = lines.map(|line| line.expect("JSON"));
        lines.filter(|line| line["type"] == "finding").collect()
    }

    /// The only finding.
    fn found(&self) -> Value {
        let scan = self.scan(&["--json"]);
        let mut lines = scan
            .stdout
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let first = lines.next().expect("a line");
        assert_eq!(
            (scan.code, first["type"].as_str()),
            (Some(1), Some("finding")),
            "{first} {}",
            scan.stderr
        );
        assert_eq!(lines.next().expect("the summary")["type"], "summary");
        assert!(!scan.stdout.contains(&self.token) && !scan.stderr.contains(&self.token));
        first
    }
}

/// Commands of the tests have no `PATH` otherwise.
fn with_git(mut command: Command) -> Command {
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_file_is_named_by_the_commit_that_brought_it_in() {
    let repository = Repository::new();
    let text = format!("a\nb\nTOKEN={}\n", repository.token);
    let first = repository.commit("config/.env", text.as_bytes());
    for version in 0..3 {
        let again = format!("{text}{text}{version}\n");
        repository.commit("config/.env", again.as_bytes());
    }
    repository.git(&["rm", "--quiet", "config/.env"]);
    repository.git(&["commit", "--quiet", "--message", "gone"]);
    let found = repository.found();
    let expected = (
        Some(first.as_str()),
        Some("config/.env"),
        Some(3),
        Some(7),
        Some(4),
    );
    let got = (
        found["commit"].as_str(),
        found["path"].as_str(),
        found["line"].as_u64(),
        found["column"].as_u64(),
        found["versions"].as_u64(),
    );
    assert_eq!(got, expected, "{found}");
    assert_eq!(
        found["object"],
        repository
            .git(&["rev-parse", &format!("{first}:config/.env")])
            .as_str()
    );

    let said = repository.scan(&[]);
    let begins = format!("{}:config/.env:3:7: kdg_…", &first[..12]);
    assert!(said.stdout.starts_with(&begins), "{}", said.stdout);
    assert!(
        said.stdout
            .trim_end()
            .ends_with("also in 3 other versions of the file"),
        "{}",
        said.stdout
    );
    assert!(said.stderr.contains(" objects: 1 unchecked\n"), "{}", said.stderr);
}

/// What nobody sees by `git log -p --all`.
#[test]
fn a_key_is_found_wherever_a_repository_holds_it() {
    type Hide = fn(&Repository);
    let hidden: [(&str, &str, Hide); 13] = [
        ("a merge's own change", "merged", |r| {
            r.git(&["checkout", "--quiet", "-b", "side"]);
            r.commit("side", b"1");
            r.git(&["checkout", "--quiet", "main"]);
            r.commit("main", b"1");
            r.git(&["merge", "--quiet", "--no-commit", "side"]);
            r.commit("merged", r.token.as_bytes());
        }),
        ("a stash", "README", |r| {
            r.write("README", r.token.as_bytes());
            r.git(&["stash", "--quiet"]);
        }),
        ("an untracked file in a stash", "new", |r| {
            r.write("new", r.token.as_bytes());
            r.git(&["stash", "--quiet", "--include-untracked"]);
        }),
        ("a stash that was dropped", "README", |r| {
            r.write("README", r.token.as_bytes());
            r.git(&["stash", "--quiet"]);
            r.git(&["stash", "drop", "--quiet"]);
        }),
        ("a binary file", "core", |r| {
            let bytes = [&[0, 159, 146, 150, b'\n'], r.token.as_bytes(), &[0, 255]].concat();
            r.commit("core", &bytes);
        }),
        ("a UTF-16 file", "log.txt", |r| {
            r.commit("log.txt", &utf16(&r.token));
        }),
        ("the message of an annotated tag", "", |r| {
            r.git(&["tag", "--annotate", "v1", "--message", &r.token]);
        }),
        ("the message of a commit", "", |r| {
            r.git(&["commit", "--quiet", "--allow-empty", "--message", &r.token]);
            // Git's own files have it, too.
            r.git(&["commit", "--quiet", "--allow-empty", "--message", "next"]);
            r.git(&["reflog", "expire", "--expire=all", "--all"]);
        }),
        ("a commit that was amended", "late", |r| {
            r.commit("late", r.token.as_bytes());
            r.write("late", b"clean");
            r.git(&["commit", "--quiet", "--all", "--amend", "--message", "clean"]);
        }),
        ("a commit that nothing leads to", "late", |r| {
            r.commit("late", r.token.as_bytes());
            r.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
            r.git(&["reflog", "expire", "--expire=all", "--all"]);
        }),
        ("what is staged", "staged", |r| {
            r.write("staged", r.token.as_bytes());
            r.git(&["add", "staged"]);
        }),
        ("a file that was staged once", "", |r| {
            r.write("staged", r.token.as_bytes());
            r.git(&["add", "staged"]);
            r.git(&["rm", "--quiet", "--cached", "staged"]);
        }),
        ("a file that git attributes hide from diffs", "a.lock", |r| {
            r.write(".gitattributes", b"*.lock -diff\n");
            r.commit("a.lock", r.token.as_bytes());
        }),
    ];
    for (what, path, hide) in hidden {
        let repository = Repository::new();
        hide(&repository);
        for packed in [false, true] {
            if packed {
                // As the server has it after a while.
                repository.git(&["repack", "-a", "-d", "-k", "--quiet"]);
            }
            let found = repository.found();
            assert_eq!(
                found["path"].as_str().unwrap_or_default(),
                path,
                "{what}: {found}"
            );
            let names_commit = found["commit"].is_string();
            let has_commit = !matches!(
                what,
                "the message of an annotated tag" | "what is staged" | "a file that was staged once"
            );
            assert_eq!(names_commit, has_commit, "{what}: {found}");
        }
    }
}

#[test]
fn bare_repositories_worktrees_and_settings_are_searched() {
    let repository = Repository::new();
    repository.commit(".env", repository.token.as_bytes());
    repository.git(&["clone", "--quiet", "--bare", ".", "../bare"]);
    repository.git(&["worktree", "add", "--quiet", "../tree"]);
    for place in ["bare", "tree"] {
        let scan = with_git(repository.home.command(&["scan", "--git", place])).output();
        let scan = Ran::of(scan.expect("started"));
        assert!(
            scan.code == Some(1) && scan.stdout.contains(":.env:1:1: "),
            "{place}: {} {}",
            scan.stdout,
            scan.stderr
        );
    }

    let repository = Repository::new();
    let remote = format!("https://keys:{}@git.acme.example/r.git", repository.token);
    repository.git(&["remote", "add", "origin", &remote]);
    let path = repository.found()["path"].as_str().expect("a path").to_owned();
    assert!(path.ends_with(".git/config"), "{path}");
}

#[test]
fn a_repository_runs_nothing_of_its_own() {
    let repository = Repository::new();
    let run = repository.home.path("run");
    let touch = format!("touch {}; false", run.display());
    for setting in [
        "core.fsmonitor",
        "diff.external",
        "diff.x.textconv",
        "core.pager",
        "gpg.program",
        "core.sshCommand",
        "remote.origin.uploadpack",
        "uploadpack.packObjectsHook",
    ] {
        repository.git(&["config", setting, &touch]);
    }
    repository.git(&["config", "log.showSignature", "true"]);
    // A partial clone asks its remote for what is missing.
    repository.git(&["config", "remote.origin.url", "ssh://git.acme.example/r.git"]);
    repository.git(&["config", "remote.origin.promisor", "true"]);
    repository.write(".gitattributes", b"* diff=x\n");
    repository.write("README", repository.token.as_bytes());
    // git runs the monitor itself where it may.
    repository.git(&[
        "-c",
        "core.fsmonitor=false",
        "commit",
        "--quiet",
        "--all",
        "--message",
        "x",
    ]);
    let _ = fs::remove_file(&run);
    let blob = repository.git(&["rev-parse", "HEAD~1:README"]);
    let object = Path::new("repo/.git/objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(repository.home.path(object.to_str().expect("ASCII"))).expect("removed");
    let scan = repository.scan(&[]);
    assert!(
        scan.stdout.contains(":README:1:1: "),
        "{} {}",
        scan.stdout,
        scan.stderr
    );
    assert!(scan.stderr.contains("this is a partial clone"), "{}", scan.stderr);
    assert!(!run.exists(), "something was run");
}

#[test]
fn what_can_not_be_read_is_said_and_the_rest_is_searched() {
    let repository = Repository::new();
    for index in 0..20 {
        repository.commit(&format!("f{index}"), format!("{index} is whole\n").as_bytes());
    }
    repository.commit(".env", repository.token.as_bytes());
    let broken = repository.git(&["rev-parse", "HEAD~5:f3"]);
    let object = repository
        .home
        .path("repo/.git/objects")
        .join(&broken[..2])
        .join(&broken[2..]);
    fs::remove_file(&object).expect("removed");
    fs::write(&object, b"this is no object").expect("written");
    let scan = repository.scan(&[]);
    assert!(
        scan.stdout.contains(":.env:1:1: "),
        "{} {}",
        scan.stdout,
        scan.stderr
    );
    assert!(
        scan.stderr.contains(&format!("can't read object {broken}: ")),
        "{}",
        scan.stderr
    );
    assert!(
        scan.stderr.contains("1 path could not be read"),
        "{}",
        scan.stderr
    );

    fs::create_dir(repository.home.path("plain")).expect("made");
    for (place, said) in [
        ("plain", "plain is not in a git repository"),
        ("nowhere", "nowhere is not a directory"),
    ] {
        let scan = with_git(repository.home.command(&["scan", "--git", place])).output();
        let refused = Ran::of(scan.expect("started")).refused(1);
        assert!(refused.contains(said), "{refused}");
    }
    let mut no_git = repository.home.command(&["scan", "--git", "repo"]);
    no_git.env("PATH", repository.home.path("plain"));
    let no_git = Ran::of(no_git.output().expect("started")).refused(1);
    assert!(
        no_git.contains("git is not installed, or not in PATH"),
        "{no_git}"
    );
}

#[test]
fn a_clone_that_is_not_whole_says_what_is_missing() {
    let repository = Repository::new();
    repository.commit("second", b"2");
    let origin = format!("file://{}", repository.home.path("repo").display());
    repository.git(&["clone", "--quiet", "--depth", "1", &origin, "../shallow"]);
    let scan = with_git(repository.home.command(&["scan", "--git", "shallow"])).output();
    let scan = Ran::of(scan.expect("started")).succeeded();
    assert!(scan.stderr.contains("this is a shallow clone"), "{}", scan.stderr);
    let clean = repository.scan(&[]).succeeded();
    assert!(
        clean.stderr.starts_with("searched ") && clean.stderr.ends_with(" objects: no keys\n"),
        "{}",
        clean.stderr
    );
}

#[test]
fn what_is_encoded_or_in_an_archive_is_found_in_objects_too() {
    let repository = Repository::new();
    repository.write("env", format!("a\nTOKEN={}\n", repository.token).as_bytes());
    let mut tar = with_git(repository.home.program("tar"));
    let tar = tar
        .args(["-C", "repo", "-czf", "repo/config.tgz", "env"])
        .status();
    assert!(tar.expect("started").success());
    fs::remove_file(repository.home.path("repo/env")).expect("removed");
    repository.git(&["add", "--all"]);
    repository.git(&["commit", "--quiet", "--message", "config.tgz"]);
    let first = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["rm", "--quiet", "config.tgz"]);
    repository.git(&["commit", "--quiet", "--message", "gone"]);
    let found = repository.found();
    assert_eq!(
        (
            found["path"].as_str(),
            found["member"].as_str(),
            found["line"].as_u64()
        ),
        (Some("config.tgz"), Some("env"), Some(2))
    );
    let said = repository.scan(&[]).stdout;
    assert!(
        said.starts_with(&format!("{}:config.tgz!/env:2:7: kdg_…", &first[..12])),
        "{said}"
    );
}

#[test]
fn a_name_is_told_once_with_the_commit_that_brought_it_in() {
    let repository = Repository::new();
    let name = format!("dir/{}.txt", repository.token);
    let first = repository.commit(&name, b"0");
    for version in 0..5 {
        repository.commit(&name, format!("of {version}").as_bytes());
    }
    repository.git(&["rm", "--quiet", "-r", "dir"]);
    repository.git(&["commit", "--quiet", "--message", "gone"]);
    // The messages of the commits have it too.
    let mut in_names = repository.all();
    in_names.retain(|found| found["in_name"] == true);
    let [found] = in_names.as_slice() else {
        panic!("{in_names:?}")
    };
    let path = found["path"].as_str().expect("a path");
    assert!(path.starts_with("dir/kdg_…") && path.ends_with(".txt"), "{path}");
    assert_eq!(
        (
            found["commit"].as_str(),
            found["column"].as_u64(),
            found["versions"].as_u64()
        ),
        (Some(first.as_str()), Some(5), Some(6))
    );
    let said = repository.scan(&[]).stdout;
    let line = format!("name of {}:{path}:1:5: kdg_…", &first[..12]);
    assert!(said.contains(&line), "{said}");
    assert!(
        said.contains("also in 5 other versions of the directory"),
        "{said}"
    );
}

#[test]
fn the_names_of_branches_and_tags_are_searched_packed_or_not() {
    let repository = Repository::new();
    repository.git(&["branch", &format!("try/{}", repository.token)]);
    repository.git(&["tag", &format!("v-{}", repository.token)]);
    for _ in 0..2 {
        let found = repository.all();
        let names: Vec<&str> = found
            .iter()
            .filter(|found| found["in_name"] == true)
            .filter_map(|found| found["path"].as_str())
            .collect();
        assert!(
            matches!(names.as_slice(), [branch, tag]
                if branch.starts_with("refs/heads/try/kdg_…") && tag.starts_with("refs/tags/v-kdg_…")),
            "{found:?}"
        );
        repository.git(&["pack-refs", "--all"]);
    }
}
