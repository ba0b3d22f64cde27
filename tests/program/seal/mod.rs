//! `keydeck seal rotate`: a new root key under a running server, and after every way to be cut off.

mod data_keys;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;

use crate::program::{Home, Ran, Served, block_on, mobile_key};
use keydeck::api::{ActivityAction, ActivityQuery};

const ROTATE: &[&str] = &["seal", "rotate", "--database", "sqlite:keys.db"];
const ROOT_KEY: &str = "keys.db.root-key";
const NEXT: &str = "keys.db.root-key.next";

/// Creates a key whose secret can be revealed: its name and secret.
fn created(server: &Served, name: &str) -> (String, String) {
    let create = mobile_key("Storefront", name);
    (name.to_owned(), server.run(&create).succeeded().stdout)
}

#[track_caller]
fn revealed(server: &Served, keys: &[(String, String)]) {
    for (name, secret) in keys {
        assert_eq!(&server.run(&["key", "reveal", name]).succeeded().stdout, secret);
    }
}

/// The files that hold old root keys.
fn old_files(home: &Home) -> Vec<PathBuf> {
    let entries = fs::read_dir(home.dir.path()).expect("there");
    let paths = entries.map(|entry| entry.expect("there").path());
    paths
        .filter(|path| path.to_string_lossy().contains(".root-key.old-"))
        .collect()
}

fn serve_refused(home: &Home, args: &[&str]) -> String {
    let serve = [
        "serve",
        "--database",
        "sqlite:keys.db",
        "--public-url",
        "https://keys.acme.example",
    ];
    home.run(&[&serve[..], args].concat()).refused(1)
}

#[test]
fn a_running_server_goes_on_and_the_next_start_needs_the_new_key() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    server.project("Storefront");
    let mut keys = vec![created(&server, "Before")];
    let mut rotation = home
        .command(ROTATE)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    while rotation.try_wait().expect("waited").is_none() {
        keys.push(created(&server, &format!("During {}", keys.len())));
        revealed(&server, &keys[keys.len() - 1..]);
    }
    let rotated = Ran::of(rotation.wait_with_output().expect("ended")).succeeded();
    keys.push(created(&server, "After"));
    revealed(&server, &keys);

    let [old] = old_files(&home).try_into().expect("one");
    let old_name = old.file_name().expect("a file").to_string_lossy().into_owned();
    assert_eq!(rotated.stdout, "");
    assert!(
        rotated.stderr.contains(&old_name) && rotated.stderr.contains("backups"),
        "{}",
        rotated.stderr
    );
    for file in [home.path(ROOT_KEY), old.clone()] {
        let key = fs::read_to_string(&file).expect("text");
        assert_eq!(
            fs::metadata(&file).expect("there").permissions().mode() & 0o777,
            0o600
        );
        assert!(!rotated.stderr.contains(key.trim()), "a root key was printed");
    }
    assert_ne!(
        fs::read(&old).expect("there"),
        fs::read(home.path(ROOT_KEY)).expect("there")
    );
    assert!(!home.path(NEXT).exists());

    let log = block_on(server.client().activity(&ActivityQuery::default())).expect("the log");
    let mut rotations = log
        .items
        .iter()
        .filter(|row| row.action == ActivityAction::RootKeyRotated);
    let row = rotations.next().expect("one row");
    assert!(rotations.next().is_none());
    assert_eq!((&row.actor, row.key), (&None, None));
    server.terminate();
    let refused = serve_refused(&home, &["--root-key-file", &old_name]);
    assert!(refused.contains("not the root key of this database"), "{refused}");
    revealed(&home.serve(&token), &keys);
}

#[test]
fn a_rotation_that_was_cut_off_is_finished_by_the_next() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    server.project("Storefront");
    let keys = [created(&server, "Kiosk")];
    server.terminate();

    // Cut off before anything was wrapped under the new key: the old one still opens the database.
    let other = Home::new();
    other.init();
    fs::copy(other.path(ROOT_KEY), home.path(NEXT)).expect("copied");
    home.serve(&token).terminate();
    let next = fs::read(home.path(NEXT)).expect("there");
    assert!(home.run(ROTATE).succeeded().stderr.contains("rotated"));
    assert_eq!(fs::read(home.path(ROOT_KEY)).expect("there"), next);

    // Cut off before the new key was put in its place.
    let [old] = old_files(&home).try_into().expect("one");
    fs::rename(home.path(ROOT_KEY), home.path(NEXT)).expect("moved");
    fs::rename(&old, home.path(ROOT_KEY)).expect("moved");
    let refused = serve_refused(&home, &[]);
    let command = "keydeck seal rotate --database sqlite:keys.db --root-key-file keys.db.root-key";
    assert!(
        refused.contains("interrupted") && refused.contains(command),
        "{refused}"
    );
    let finish: Vec<&str> = command.split(' ').skip(1).collect();
    assert!(
        home.run(&finish)
            .succeeded()
            .stderr
            .contains("finished an interrupted rotation")
    );
    assert_eq!(fs::read(home.path(ROOT_KEY)).expect("there"), next);
    assert!(!home.path(NEXT).exists() && old_files(&home).len() == 1);
    revealed(&home.serve(&token), &keys);
}

#[test]
fn of_two_rotations_at_once_none_loses_the_key() {
    let home = Home::new();
    let token = home.init();
    let runs: Vec<Ran> = thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| home.run(ROTATE))).collect();
        runs.into_iter().map(|run| run.join().expect("ran")).collect()
    });
    assert!(runs.iter().any(|run| run.code == Some(0)));
    for run in runs.into_iter().filter(|run| run.code != Some(0)) {
        let said = run.refused(1);
        assert!(said.contains("another keydeck seal rotate is using"), "{said}");
    }
    assert!(!home.path(NEXT).exists());
    home.serve(&token).run(&["key", "list"]).succeeded();
}

#[test]
fn a_root_key_in_the_environment_moves_to_the_file_that_is_named() {
    let home = Home::new();
    let token = home.init();
    let text = fs::read_to_string(home.path(ROOT_KEY)).expect("text");
    fs::remove_file(home.path(ROOT_KEY)).expect("there");
    let rotate = |args: &[&str]| {
        let mut command = home.command(&[ROTATE, args].concat());
        Ran::of(
            command
                .env("KEYDECK_ROOT_KEY", text.trim())
                .output()
                .expect("started"),
        )
    };
    let refused = rotate(&[]).refused(2);
    assert!(refused.contains("--new-root-key-file"), "{refused}");
    let rotated = rotate(&["--new-root-key-file", "new.key"]).succeeded();
    assert!(
        rotated.stderr.contains("--root-key-file new.key"),
        "{}",
        rotated.stderr
    );
    assert!(!rotated.stderr.contains(text.trim()) && rotated.stdout.is_empty());
    let again = rotate(&["--new-root-key-file", "other.key"]).refused(1);
    assert!(
        again.contains("not the root key") && !home.path("other.key").exists(),
        "{again}"
    );
    let server = home.serve_with(&token, &["--listen", "127.0.0.1:0", "--root-key-file", "new.key"]);
    server.run(&["key", "list"]).succeeded();
}

#[test]
fn a_new_file_that_is_there_is_taken_only_when_it_finishes_the_rotation() {
    let home = Home::new();
    let token = home.init();
    let other = Home::new();
    other.init();
    fs::copy(other.path(ROOT_KEY), home.path("other.key")).expect("copied");
    symlink(ROOT_KEY, home.path("link.key")).expect("linked");
    fs::hard_link(home.path(ROOT_KEY), home.path("twin.key")).expect("linked");
    let into = |file: &str| home.run(&[ROTATE, &["--new-root-key-file", file]].concat());
    let before = fs::read(home.path(ROOT_KEY)).expect("there");
    let absolute = home.path(ROOT_KEY).display().to_string();
    for file in [ROOT_KEY, &absolute, "link.key", "twin.key", "other.key"] {
        let said = into(file).refused(1);
        assert!(
            said.contains(&format!("{file} already exists")) && said.contains("name a file that"),
            "{said}"
        );
    }
    assert_eq!(fs::read(home.path(ROOT_KEY)).expect("there"), before);
    home.serve(&token).terminate();

    into("new.key").succeeded();
    // As after a rotation that was cut off when all was done but telling.
    let finished = into("new.key").succeeded().stderr;
    assert!(
        finished.contains("finished an interrupted rotation"),
        "{finished}"
    );
    let listen = ["--listen", "127.0.0.1:0", "--root-key-file", "new.key"];
    home.serve_with(&token, &listen).terminate();
}

#[test]
fn a_link_to_the_root_key_stays_and_the_file_behind_it_is_rotated() {
    let home = Home::new();
    let token = home.init();
    fs::create_dir(home.path("secrets")).expect("made");
    fs::rename(home.path(ROOT_KEY), home.path("secrets/key")).expect("moved");
    symlink("secrets/key", home.path(ROOT_KEY)).expect("linked");
    let before = fs::read(home.path(ROOT_KEY)).expect("there");
    home.run(ROTATE).succeeded();
    assert!(home.path(ROOT_KEY).is_symlink());
    assert_ne!(fs::read(home.path("secrets/key")).expect("there"), before);
    assert!(old_files(&home).is_empty(), "the old one is beside the file");
    assert_eq!(fs::read_dir(home.path("secrets")).expect("there").count(), 2);
    home.serve(&token).terminate();
}

/// Only root can make files that are another's, so there is nothing to see for anybody else.
#[test]
fn the_new_root_key_is_its_owners_whoever_runs_the_command() {
    const SERVER: u32 = 61_234;
    let home = Home::new();
    let token = home.init();
    if fs::metadata(home.path(ROOT_KEY)).expect("there").uid() != 0 {
        return;
    }
    chown(home.path(ROOT_KEY), Some(SERVER), Some(SERVER)).expect("given");
    home.run(ROTATE).succeeded();
    let [old] = old_files(&home).try_into().expect("one");
    for file in [home.path(ROOT_KEY), old] {
        let found = fs::metadata(&file).expect("there");
        assert_eq!((found.uid(), found.gid()), (SERVER, SERVER), "{}", file.display());
    }

    // Cut off before the new key was put in its place, when root wrote it.
    let [old] = old_files(&home).try_into().expect("one");
    fs::rename(home.path(ROOT_KEY), home.path(NEXT)).expect("moved");
    fs::rename(old, home.path(ROOT_KEY)).expect("moved");
    chown(home.path(NEXT), Some(0), Some(0)).expect("given");
    home.run(ROTATE).succeeded();
    assert_eq!(fs::metadata(home.path(ROOT_KEY)).expect("there").uid(), SERVER);

    let before = fs::read(home.path(ROOT_KEY)).expect("there");
    fs::set_permissions(home.dir.path(), fs::Permissions::from_mode(0o755)).expect("set");
    let stranger = Ran::of(home.command(ROTATE).uid(SERVER + 1).output().expect("started"));
    let said = stranger.refused(1);
    assert!(
        said.contains("the user with id 61234, as keys.db.root-key does; run it as that user"),
        "{said}"
    );
    assert_eq!(fs::read(home.path(ROOT_KEY)).expect("there"), before);
    assert!(!home.path(NEXT).exists());
    home.serve(&token).terminate();
}

#[test]
fn the_local_deck_is_rotated_when_no_database_is_named() {
    let home = Home::new();
    let nothing = home.run(&["seal", "rotate"]).refused(1);
    assert!(nothing.contains("no local deck yet"), "{nothing}");
    home.run(&["key", "list"]).succeeded();
    let deck = home.path("data").join("keydeck");
    let before = fs::read(deck.join("root.key")).expect("there");
    home.run(&["seal", "rotate", "--new-root-key-file", "elsewhere.key"])
        .refused(2);
    home.run(&["seal", "rotate"]).succeeded();
    assert_ne!(fs::read(deck.join("root.key")).expect("there"), before);
    home.run(&["key", "list"]).succeeded();
}
