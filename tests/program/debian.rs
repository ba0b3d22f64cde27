//! The Debian package, in a clean Debian: installed, upgraded, removed, purged. Where that is, `tests/debian` says.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::program::{Home, Ran};

/// Names the archive of a clean Debian.
const ARCHIVE: &str = "TEST_DEBIAN";
const BUILDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/packages/deb");
const SETTINGS: &str = "etc/keydeck/environment";
const DATABASE: &str = "sqlite:/var/lib/keydeck/keydeck.db";

/// Where a clean Debian is.
pub fn archive() -> String {
    std::env::var(ARCHIVE)
        .unwrap_or_else(|_| panic!("run tests/run; or first: export {ARCHIVE}=$(tests/debian)"))
}

/// Packs the program that was built; the path of the package.
fn package(directory: &Path, options: &[&str]) -> PathBuf {
    let mut builder = Command::new(BUILDER);
    builder
        .args(["--fast", "--binary", env!("CARGO_BIN_EXE_keydeck"), "--output"])
        .arg(directory)
        .args(options);
    let built = Ran::of(
        builder
            .output()
            .expect("python3 is there; tests/run installs what it needs"),
    );
    PathBuf::from(built.succeeded().stdout.trim())
}

/// A machine of one test.
struct Debian {
    root: TempDir,
}

impl Debian {
    fn new() -> Self {
        let root = TempDir::new().expect("made");
        // Other users have their home below it.
        fs::set_permissions(root.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
        let unpacked = Command::new("tar")
            .arg("-xf")
            .arg(archive())
            .arg("-C")
            .arg(root.path())
            .status();
        assert!(unpacked.expect("tar is there").success());
        Self { root }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("chroot");
        command
            .arg(self.root.path())
            .args(args)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null());
        command
    }

    /// What it prints; it has to succeed.
    #[track_caller]
    fn run(&self, args: &[&str]) -> String {
        let ran = Ran::of(self.command(args).output().expect("chroot is there"));
        assert_eq!(ran.code, Some(0), "{args:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    #[track_caller]
    fn install(&self, package: &Path) -> String {
        let inside = self.path("keydeck.deb");
        fs::copy(package, &inside).expect("copied");
        let said = self.run(&["dpkg", "--install", "/keydeck.deb"]);
        fs::remove_file(inside).expect("removed");
        said
    }

    fn has_user(&self) -> bool {
        let found = self.command(&["getent", "passwd", "keydeck"]).output();
        found.expect("started").status.success()
    }

    /// Serves the deck as the service does; whom the token signs in.
    fn signed_in(&self, token: &str) -> String {
        let serve = [
            "setpriv",
            "--reuid=keydeck",
            "--regid=keydeck",
            "--init-groups",
            "keydeck",
            "serve",
            "--database",
            DATABASE,
        ];
        let address = [
            "--public-url",
            "https://keys.acme.example",
            "--listen",
            "127.0.0.1:0",
        ];
        let mut command = self.command(&[&serve[..], &address].concat());
        let mut server = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let mut ready = String::new();
        BufReader::new(server.stdout.as_mut().expect("piped"))
            .read_line(&mut ready)
            .expect("read");
        let url = ready
            .trim()
            .strip_prefix("keydeck serves Acme Studios on ")
            .expect("it serves");
        let home = Home::new();
        let mut whoami = home.command(&["whoami"]);
        whoami.env("KEYDECK_SERVER", url).env("KEYDECK_TOKEN", token);
        let said = Ran::of(whoami.output().expect("started")).succeeded().stdout;
        let pid = rustix::process::Pid::from_child(&server);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        server.wait().expect("ended");
        said
    }
}

#[test]
fn a_deck_outlives_upgrade_removal_and_purge_of_its_package() {
    let packages = TempDir::new().expect("made");
    let debian = Debian::new();
    let first = package(packages.path(), &[]);

    let said = debian.install(&first);
    assert!(
        said.contains("keydeck guide install") && said.contains("nothing was started"),
        "{said}"
    );
    assert!(debian.run(&["keydeck", "--version"]).starts_with("keydeck "));
    for path in [
        "man/man1/keydeck.1.gz",
        "man/man1/keydeck-serve.1.gz",
        "man/man5/keydeck-config.5.gz",
    ] {
        assert!(debian.path(&format!("usr/share/{path}")).exists(), "{path}");
    }
    assert!(
        debian
            .path("usr/share/bash-completion/completions/keydeck")
            .exists()
    );
    assert_eq!(
        debian.run(&["stat", "-c", "%a %U %G", "/var/lib/keydeck"]),
        "700 keydeck keydeck\n"
    );
    let init = [
        "runuser",
        "-u",
        "keydeck",
        "--",
        "keydeck",
        "init",
        "--database",
        DATABASE,
    ];
    let token = debian.run(
        &[
            &init[..],
            &["--organisation", "Acme Studios", "--owner", "mira@acme.example"],
        ]
        .concat(),
    );
    assert!(debian.signed_in(token.trim()).contains("mira@acme.example"));
    let edited = "KEYDECK_PUBLIC_URL=https://keys.acme.example\n";
    fs::write(debian.path(SETTINGS), edited).expect("written");
    let root_key = || fs::read(debian.path("var/lib/keydeck/keydeck.db.root-key")).expect("it is there");
    let before = root_key();

    debian.install(&package(packages.path(), &["--version", "9.0.0-1"]));
    assert!(debian.run(&["dpkg-query", "-W", "keydeck"]).contains("9.0.0-1"));
    assert_eq!(fs::read_to_string(debian.path(SETTINGS)).expect("there"), edited);
    assert_eq!(root_key(), before);
    assert!(debian.signed_in(token.trim()).contains("mira@acme.example"));

    debian.run(&["dpkg", "--remove", "keydeck"]);
    assert!(!debian.path("usr/bin/keydeck").exists());
    assert_eq!(fs::read_to_string(debian.path(SETTINGS)).expect("there"), edited);
    assert_eq!(root_key(), before);

    let said = debian.run(&["dpkg", "--purge", "keydeck"]);
    assert!(
        said.contains("/var/lib/keydeck and the user keydeck stay"),
        "{said}"
    );
    assert!(!debian.path(SETTINGS).exists() && debian.has_user());
    assert_eq!(root_key(), before);
    debian.install(&first);
    assert!(debian.signed_in(token.trim()).contains("mira@acme.example"));
}

#[test]
fn purging_the_debian_package_leaves_nothing_that_it_made() {
    let packages = TempDir::new().expect("made");
    let package = package(packages.path(), &[]);
    let debian = Debian::new();
    debian.install(&package);
    assert!(debian.has_user());
    debian.run(&["dpkg", "--purge", "keydeck"]);
    assert!(!debian.has_user());
    for path in [
        "var/lib/keydeck",
        "etc/keydeck",
        "usr/share/doc/keydeck",
        "lib/systemd/system/keydeck.service",
    ] {
        assert!(!debian.path(path).exists(), "{path}");
    }

    // Nor does it take what somebody else made.
    debian.run(&["useradd", "--system", "--home-dir", "/srv/keydeck", "keydeck"]);
    debian.install(&package);
    debian.run(&["dpkg", "--purge", "keydeck"]);
    assert!(debian.has_user());
}

#[test]
fn lintian_finds_no_error_in_the_debian_package() {
    let packages = TempDir::new().expect("made");
    let package = package(packages.path(), &[]);
    let mut lintian = Command::new("lintian");
    let fast = "uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball";
    lintian
        .args(["--allow-root", "--suppress-tags", fast])
        .arg(package);
    let said = lintian.output().expect("lintian is there; tests/run installs it");
    let said = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    let errors: Vec<_> = said.lines().filter(|line| line.starts_with("E:")).collect();
    assert!(errors.is_empty(), "{said}");
}
