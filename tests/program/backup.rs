//! `keydeck backup` of a server at work, and `keydeck restore`: what is in it, and what is refused.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::program::{Home, Ran, Served, mobile_key};
use crate::unrotated;
use rusqlite::Connection;

const BACKUP: &[&str] = &["backup", "kept.db", "--database", "sqlite:keys.db"];
const RESTORE: &[&str] = &[
    "restore",
    "kept.db",
    "--database",
    "sqlite:restored.db",
    "--root-key-file",
    ROOT_KEY,
];
const ROOT_KEY: &str = "keys.db.root-key";

/// Creates a key whose secret can be revealed; its secret.
fn created(server: &Served, name: &str) -> String {
    server.run(&mobile_key("Storefront", name)).succeeded().stdout
}

fn names(server: &Served) -> BTreeSet<String> {
    let keys = server.run(&["key", "list", "--json"]).json();
    let items = keys["items"].as_array().expect("keys").iter();
    items
        .map(|key| key["name"].as_str().expect("a name").to_owned())
        .collect()
}

fn files(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).expect("there");
    entries
        .map(|entry| entry.expect("there").file_name().to_string_lossy().into_owned())
        .collect()
}

fn holds(file: &Path, part: &[u8]) -> bool {
    fs::read(file)
        .expect("there")
        .windows(part.len())
        .any(|window| window == part)
}

/// What a key's token is sealed to.
fn sealed(home: &Home, name: &str) -> Vec<u8> {
    let conn = Connection::open(home.path("keys.db")).expect("opened");
    conn.query_row("SELECT sealed FROM keys WHERE name = ?", [name], |row| row.get(0))
        .expect("sealed")
}

/// A deck with a project and a key called Till, and what the Owner signs in with.
fn deck(home: &Home) -> String {
    let token = home.init();
    let server = home.serve(&token);
    server.project("Storefront");
    created(&server, "Till");
    server.terminate();
    token
}

#[test]
fn a_backup_of_a_server_at_work_is_of_one_moment_and_serves_again() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    server.project("Storefront");
    let till = created(&server, "Till");
    created(&server, "Gone");
    let gone = sealed(&home, "Gone");
    server.run(&["key", "revoke", "Gone", "--yes"]).succeeded();

    let mut backup = home
        .command(BACKUP)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut during = 0;
    while backup.try_wait().expect("waited").is_none() {
        during += 1;
        created(&server, &format!("During {during}"));
    }
    let told = Ran::of(backup.wait_with_output().expect("ended")).succeeded();
    created(&server, "After");
    assert!(
        told.stderr.contains("active keys: ") && told.stderr.contains(ROOT_KEY),
        "{}",
        told.stderr
    );

    let kept = home.path("kept.db");
    assert_eq!(
        fs::metadata(&kept).expect("there").permissions().mode() & 0o777,
        0o600
    );
    let root_key = fs::read_to_string(home.path(ROOT_KEY)).expect("there");
    let alive = sealed(&home, "Till");
    assert!(holds(&kept, &alive) && holds(&kept, b"Gone"));
    for erased in [
        gone.as_slice(),
        root_key.trim().as_bytes(),
        till.trim().as_bytes(),
        token.as_bytes(),
    ] {
        assert!(
            !holds(&kept, erased),
            "what was erased, or is secret, is in the backup"
        );
    }
    assert!(
        files(home.dir.path())
            .iter()
            .all(|name| !name.starts_with(".keydeck-"))
    );
    let before = fs::read(&kept).expect("there");
    let refused = home.run(BACKUP).refused(1);
    assert!(refused.contains("kept.db already exists"), "{refused}");
    assert_eq!(fs::read(&kept).expect("there"), before);
    server.terminate();

    // The server and all of its files are lost, but the root key.
    for file in ["keys.db", "keys.db-wal", "keys.db-shm"] {
        let _ = fs::remove_file(home.path(file));
    }
    let restore = ["restore", "kept.db", "--database", "sqlite:keys.db"];
    let told = home.run(&restore).succeeded().stderr;
    assert!(
        told.contains("head ") && told.contains("opens it") && told.contains("0 days ago"),
        "{told}"
    );
    assert_eq!(
        fs::metadata(home.path("keys.db"))
            .expect("there")
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    let server = home.serve(&token);
    let names = names(&server);
    let of_during: Vec<bool> = (1..=during)
        .map(|n| names.contains(&format!("During {n}")))
        .collect();
    assert!(names.contains("Till") && !names.contains("Gone") && !names.contains("After"));
    assert!(
        of_during.is_sorted_by(|earlier, later| earlier >= later),
        "{of_during:?}"
    );
    assert_eq!(server.run(&["key", "reveal", "Till"]).succeeded().stdout, till);
    server.run(&["activity", "verify"]).succeeded();
}

#[test]
fn the_local_deck_is_backed_up_when_nothing_else_is_named() {
    let home = Home::new();
    let refused = home.run(&["backup", "kept.db"]).refused(1);
    assert!(refused.contains("there is no local deck yet"), "{refused}");
    home.run(&["key", "list"]).succeeded();
    let told = home.run(&["backup", "kept.db"]).succeeded().stderr;
    assert!(told.contains("root.key"), "{told}");
    let refused = home.run(RESTORE).refused(1);
    assert!(
        refused.contains("without its root key it can't be verified whether it was changed"),
        "{refused}"
    );
    let key = home.path("data/keydeck/root.key");
    let restore = [&RESTORE[..5], &[key.to_str().expect("text")]].concat();
    home.run(&restore).succeeded();
    let refused = home
        .run(&["--server", "https://keys.acme.example", "backup", "other.db"])
        .refused(2);
    assert!(refused.contains("leave out --server"), "{refused}");
}

#[test]
fn nothing_is_restored_over_what_is_there() {
    let home = Home::new();
    deck(&home);
    home.run(BACKUP).succeeded();
    for name in [
        "restored.db",
        "restored.db-wal",
        "restored.db-shm",
        "restored.db-journal",
    ] {
        fs::write(home.path(name), "mine").expect("written");
        let refused = home.run(RESTORE).refused(1);
        assert!(refused.contains(&format!("{name} already exists")), "{refused}");
        assert_eq!(fs::read(home.path(name)).expect("there"), b"mine");
        fs::remove_file(home.path(name)).expect("removed");
    }
    home.run(RESTORE).succeeded();
}

#[test]
fn the_root_key_is_tried_when_it_is_at_hand() {
    let home = Home::new();
    deck(&home);
    home.run(BACKUP).succeeded();
    home.run(&["seal", "rotate", "--database", "sqlite:keys.db"])
        .succeeded();
    let refused = home.run(RESTORE).refused(1);
    assert!(
        refused.contains("made with another root key") && refused.contains(".old-DATE"),
        "{refused}"
    );
    let old = files(home.dir.path());
    let old = old.iter().find(|name| name.contains(".old-")).expect("kept");
    home.run(&[&RESTORE[..5], &[old.as_str()]].concat()).succeeded();
}

/// The database that is in a backup, as an earlier version would have made one.
fn plain(backup: &[u8]) -> Vec<u8> {
    [b"SQLite format 3\0", &backup[16..backup.len() - 32]].concat()
}

#[test]
fn a_backup_that_was_changed_anywhere_is_refused_and_named_so() {
    let home = Home::new();
    deck(&home);
    home.run(BACKUP).succeeded();
    let kept = home.path("kept.db");
    let good = fs::read(&kept).expect("there");
    let refused = |bytes: &[u8]| {
        fs::write(&kept, bytes).expect("written");
        let before = files(home.dir.path());
        let refused = home.run(RESTORE).refused(1);
        assert_eq!(files(home.dir.path()), before);
        refused
    };
    let places = [
        0,
        15,
        16,
        100,
        good.len() / 2,
        good.len() - 33,
        good.len() - 32,
        good.len() - 1,
    ];
    for place in places {
        let mut changed = good.clone();
        changed[place] ^= 0x20;
        let said = refused(&changed);
        assert!(said.contains("changed after it was made"), "{place}: {said}");
    }
    for bytes in [
        &good[..good.len() / 2],
        &good[..good.len() - 1],
        &good[..16],
        &[&good[..], b"\n"].concat(),
    ] {
        let said = refused(bytes);
        assert!(
            said.contains("changed after it was made"),
            "{}: {said}",
            bytes.len()
        );
    }
    // What makes an Owner of somebody, and what makes their deck of it, is a change like any other.
    let intruder = home.path("intruder.db");
    fs::write(&intruder, plain(&good)).expect("written");
    in_it(
        "INSERT INTO users (id, email, email_key, role, token_hash, created_at)
         VALUES (randomblob(16), 'eve@acme.example', 'eve@acme.example', 'owner', randomblob(32), 1)",
        &intruder,
    );
    let body = fs::read(&intruder).expect("there");
    let forged = [&good[..16], &body[16..], &good[good.len() - 32..]].concat();
    assert!(refused(&forged).contains("changed after it was made"));
    // Nobody takes it for a database, and nobody takes a database for it.
    fs::write(&kept, &good).expect("written");
    let opened = Connection::open(&kept)
        .expect("opened")
        .query_row("PRAGMA user_version", [], |_| Ok(()));
    assert!(opened.is_err());
    let refused = refused(&plain(&good));
    assert!(
        refused.contains("plain database") && refused.contains("--unauthenticated"),
        "{refused}"
    );
    let told = home
        .run(&[RESTORE, &["--unauthenticated"]].concat())
        .succeeded()
        .stderr;
    assert!(told.contains("it was not authenticated"), "{told}");
}

#[test]
fn no_backup_is_made_under_a_root_key_that_does_not_open_it() {
    let home = Home::new();
    deck(&home);
    fs::write(home.path("other.key"), "07".repeat(32)).expect("written");
    fs::set_permissions(home.path("other.key"), fs::Permissions::from_mode(0o600)).expect("set");
    let refused = home
        .run(&[BACKUP, &["--root-key-file", "other.key"]].concat())
        .refused(1);
    assert!(refused.contains("not the root key of this database"), "{refused}");
    fs::remove_file(home.path(ROOT_KEY)).expect("removed");
    assert!(home.run(BACKUP).refused(1).contains("can't read the root key"));
    assert!(!home.path("kept.db").exists());
}

/// What somebody who can write the file does to its schema, and what is said of it.
const SCHEMAS: [(&str, &str); 6] = [
    (
        "DROP TRIGGER keys_stay_revoked",
        "the trigger keys_stay_revoked is missing",
    ),
    (
        "CREATE TRIGGER undo AFTER UPDATE OF revoked_at ON keys
         BEGIN UPDATE keys SET revoked_at = NULL, revoked_by = NULL WHERE seq = new.seq; END",
        "the trigger undo is not keydeck's",
    ),
    ("DROP INDEX keys_by_name", "the index keys_by_name is missing"),
    (
        "ALTER TABLE users ADD COLUMN shadow TEXT",
        "the table users was changed",
    ),
    (
        "DROP VIEW searchable_active_keys;
         CREATE VIEW searchable_active_keys AS SELECT seq, name_key, domains FROM searchable_keys",
        "the view searchable_active_keys was changed",
    ),
    ("CREATE TABLE mine (n)", "the table mine is not keydeck's"),
];

#[test]
fn a_database_whose_schema_was_changed_is_neither_served_nor_backed_up_nor_restored_nor_moved() {
    let home = Home::new();
    deck(&home);
    home.run(BACKUP).succeeded();
    let backup = plain(&fs::read(home.path("kept.db")).expect("there"));
    fs::remove_file(home.path("kept.db")).expect("removed");
    let database = fs::read(home.path("keys.db")).expect("there");
    let serve = [
        "serve",
        "--database",
        "sqlite:keys.db",
        "--public-url",
        "https://keys.acme.example",
    ];
    let rotate = ["seal", "rotate", "--database", "sqlite:keys.db"];
    let migrate = [
        "migrate",
        "--from",
        "sqlite:keys.db",
        "--to",
        "postgres://a@localhost/b",
    ];
    for (change, sentence) in SCHEMAS {
        in_it(change, &home.path("keys.db"));
        for command in [&serve[..], &rotate, &migrate, BACKUP] {
            let refused = home.run(command).refused(1);
            assert!(refused.contains(sentence), "{command:?}: {refused}");
        }
        fs::write(home.path("keys.db"), &database).expect("written");
        fs::write(home.path("kept.db"), &backup).expect("written");
        in_it(change, &home.path("kept.db"));
        let refused = home.run(&[RESTORE, &["--unauthenticated"]].concat()).refused(1);
        assert!(refused.contains(sentence), "restore: {refused}");
        fs::remove_file(home.path("kept.db")).expect("removed");
    }
    home.serve("").terminate();
}

/// A file that is no backup, and what is said of it.
type Spoil = (fn(&Path), &'static str);

/// Takes a trigger away, does what it would refuse, and puts it back.
fn tampered(trigger: &str, sql: &str, path: &Path) -> String {
    let conn = Connection::open(path).expect("opened");
    let made: String = conn
        .query_row("SELECT sql FROM sqlite_schema WHERE name = ?", [trigger], |row| {
            row.get(0)
        })
        .expect("there");
    format!("DROP TRIGGER {trigger}; {sql}; {made};")
}

fn in_it(sql: &str, path: &Path) {
    let conn = Connection::open(path).expect("opened");
    conn.execute_batch(sql).expect("done");
}

#[test]
fn what_is_no_whole_backup_is_refused_and_leaves_nothing() {
    let home = Home::new();
    deck(&home);
    home.run(BACKUP).succeeded();
    let kept = home.path("kept.db");
    // As an earlier version made it: nothing but what is in it tells what was done to it.
    let good = plain(&fs::read(&kept).expect("there"));
    let spoils: [Spoil; 8] = [
        (
            |path| fs::write(path, "").expect("written"),
            "there is no keydeck database",
        ),
        (
            |path| fs::write(path, "a letter to the editor\n".repeat(99)).expect("written"),
            "neither a database",
        ),
        (
            |path| {
                fs::remove_file(path).expect("removed");
                in_it("CREATE TABLE theirs (n)", path);
            },
            "a database of another program",
        ),
        (
            |path| {
                let file = fs::OpenOptions::new().write(true).open(path).expect("opened");
                file.set_len(file.metadata().expect("there").len() / 2)
                    .expect("cut");
            },
            "damaged",
        ),
        (
            |path| in_it("PRAGMA user_version = 99", path),
            "newer keydeck (schema 99",
        ),
        (
            |path| {
                in_it(
                    &tampered(
                        "activity_is_not_rewritten",
                        "UPDATE activity SET subject = 'x' WHERE seq = 2;",
                        path,
                    ),
                    path,
                );
            },
            "row 2 was changed",
        ),
        (
            |path| {
                in_it(
                    &tampered(
                        "activity_is_not_shortened",
                        "DELETE FROM activity WHERE seq = (SELECT max(seq) FROM activity);",
                        path,
                    ),
                    path,
                );
            },
            "was removed",
        ),
        (
            |path| {
                let log = path.with_file_name("kept.db-wal");
                fs::File::create(log)
                    .expect("made")
                    .write_all(b"log")
                    .expect("written");
            },
            "not a backup but a database at work",
        ),
    ];
    let restore = [RESTORE, &["--unauthenticated"]].concat();
    for (spoil, sentence) in spoils {
        fs::write(&kept, &good).expect("written");
        spoil(&kept);
        let before = files(home.dir.path());
        let refused = home.run(&restore).refused(1);
        assert!(refused.contains(sentence), "{sentence}: {refused}");
        assert_eq!(files(home.dir.path()), before, "{sentence}");
    }
    let refused = home
        .run(&["restore", "missing.db", "--database", "sqlite:restored.db"])
        .refused(1);
    assert!(refused.contains("can't read missing.db"), "{refused}");
}

#[test]
fn what_is_no_backup_at_all_is_named_as_what_it_is() {
    let home = Home::new();
    deck(&home);
    let kept = home.path("kept.db");
    let files: [Spoil; 8] = [
        (
            |path| fs::write(path, "").expect("written"),
            "it is empty (0 bytes), so there is no keydeck database in it",
        ),
        (|path| fs::create_dir(path).expect("made"), "it is a directory"),
        (
            |path| symlink("/dev/null", path).expect("linked"),
            "it is not a regular file",
        ),
        (
            |path| fs::write(path, "a letter to the editor").expect("written"),
            "it is neither a database nor a backup",
        ),
        (
            |path| fs::write(path, b"\x1f\x8b\x08 packed").expect("written"),
            "it is neither a database nor a backup",
        ),
        (
            |path| fs::write(path, b"SQLite format 3\0").expect("written"),
            "is damaged",
        ),
        (
            |path| in_it("CREATE TABLE theirs (n)", path),
            "it is a database of another program, not a keydeck backup",
        ),
        (
            |path| in_it("CREATE TABLE theirs (n); DROP TABLE theirs", path),
            "it is a database without a table",
        ),
    ];
    for (make, sentence) in files {
        make(&kept);
        for flags in [&[][..], &["--unauthenticated"]] {
            let refused = home.run(&[RESTORE, flags].concat()).refused(1);
            assert!(refused.contains(sentence), "{sentence}: {refused}");
            assert!(!refused.contains(".keydeck-"), "{refused}");
            assert!(
                refused.contains("name the file") || refused.contains("take another backup"),
                "{refused}"
            );
            assert!(!home.path("restored.db").exists());
        }
        match kept.is_dir() && !kept.is_symlink() {
            true => fs::remove_dir(&kept).expect("removed"),
            false => fs::remove_file(&kept).expect("removed"),
        }
    }
}

/// What somebody does who can write the file: the tables are those of the last version before the log stated who there
/// is, and an Owner is in them.
fn set_back(path: &Path) {
    let people = include_str!("../../assets/migrations/sqlite/002_people.sql");
    let rewritten = unrotated::trigger(people, "activity_is_not_rewritten");
    let unrotated = unrotated::sql();
    let sql = format!(
        "DROP TRIGGER baseline_is_not_rewritten; DROP TRIGGER baseline_is_not_shortened;
         DROP TRIGGER activity_states_what_changed; DROP TRIGGER activity_is_not_rewritten;
         DROP INDEX activity_by_entity; DROP INDEX activity_by_baseline; DROP TABLE baseline;
         ALTER TABLE activity DROP COLUMN entity; ALTER TABLE activity DROP COLUMN state;
         ALTER TABLE activity DROP COLUMN baseline; ALTER TABLE activity_head DROP COLUMN pending;
         {unrotated} DROP TABLE lifetimes; DROP INDEX keys_by_token_hash; DROP INDEX keys_by_expires_at; DROP INDEX keys_by_scope_expires_at;
         DROP INDEX keys_by_creator_expires_at; DROP INDEX keys_by_project_expires_at; DROP INDEX keys_by_disabled_at;
         ALTER TABLE keys DROP COLUMN expires_at; ALTER TABLE keys DROP COLUMN disabled_by;
         ALTER TABLE keys DROP COLUMN disabled_at; ALTER TABLE keys DROP COLUMN disabled_reason;
         CREATE INDEX keys_by_token_hash ON keys (token_hash, id, scope, project, revoked_at, ui_domains, local_development,
                                         cross_page_persistence);
         DROP TRIGGER keys_get_labels; DROP TRIGGER keys_change_labels; DROP TRIGGER keys_lose_labels; DROP TABLE label_search;
         ALTER TABLE keys DROP COLUMN labels; ALTER TABLE keys DROP COLUMN labels_key; ALTER TABLE keys DROP COLUMN note;
         {rewritten} PRAGMA user_version = 8;
         INSERT INTO users (id, email, email_key, role, token_hash, created_at)
         VALUES (randomblob(16), 'eve@acme.example', 'eve@acme.example', 'owner', randomblob(32), 1)"
    );
    in_it(&sql, path);
}

#[test]
fn a_deck_that_was_set_back_is_neither_served_nor_backed_up_nor_restored_nor_moved() {
    const SET_BACK: &str = "somebody set it back";
    const NO_DATA_KEY: &str = "the database holds no data key";
    let spoils: [Spoil; 4] = [
        (set_back, SET_BACK),
        // What binds the data key to the log can't be taken off without the root key.
        (
            |path| {
                set_back(path);
                in_it("UPDATE data_keys SET wrapped = substr(wrapped, 34)", path);
            },
            "data key was changed outside keydeck",
        ),
        (
            |path| {
                set_back(path);
                in_it("DELETE FROM data_keys", path);
            },
            NO_DATA_KEY,
        ),
        (
            |path| {
                let more = "INSERT INTO baseline SELECT kind, number + 90, state FROM baseline";
                in_it(more, path);
            },
            "the time before",
        ),
    ];
    let home = Home::new();
    // A deck that was never served is bound too.
    home.init();
    let database = fs::read(home.path("keys.db")).expect("there");
    let serve = [
        "serve",
        "--database",
        "sqlite:keys.db",
        "--public-url",
        "https://keys.acme.example",
    ];
    let migrate = [
        "migrate",
        "--from",
        "sqlite:keys.db",
        "--to",
        "postgres://a@localhost/b",
    ];
    for (spoil, sentence) in spoils {
        fs::write(home.path("keys.db"), &database).expect("written");
        spoil(&home.path("keys.db"));
        let spoiled = fs::read(home.path("keys.db")).expect("there");
        // Not at the second start either.
        for _ in 0..2 {
            let refused = home.run(&serve).refused(1);
            assert!(refused.contains(sentence), "{sentence}: {refused}");
        }
        home.run(BACKUP).refused(1);
        if sentence == SET_BACK {
            assert_eq!(fs::read(home.path("keys.db")).expect("there"), spoiled);
            for command in [BACKUP, &migrate] {
                let refused = home.run(command).refused(1);
                assert!(refused.contains(SET_BACK), "{refused}");
            }
            fs::write(home.path("kept.db"), &spoiled).expect("written");
            let refused = home.run(&[RESTORE, &["--unauthenticated"]].concat()).refused(1);
            assert!(refused.contains(SET_BACK), "{refused}");
            fs::remove_file(home.path("kept.db")).expect("removed");
        }
    }
    fs::write(home.path("keys.db"), &database).expect("written");
    home.serve("").terminate();
}

#[test]
fn of_a_database_whose_log_was_changed_there_is_no_backup() {
    let home = Home::new();
    deck(&home);
    let database = home.path("keys.db");
    let tampered = tampered(
        "activity_is_not_rewritten",
        "UPDATE activity SET subject = 'x' WHERE seq = 2",
        &database,
    );
    in_it(&tampered, &database);
    let before = files(home.dir.path());
    let refused = home.run(BACKUP).refused(1);
    assert!(
        refused.contains("no backup was made") && refused.contains("row 2 was changed"),
        "{refused}"
    );
    assert_eq!(files(home.dir.path()), before);
}

/// A backup that takes its time, as soon as it has begun to write.
fn begun(home: &Home) -> Child {
    let before = files(home.dir.path());
    let mut backup = home
        .command(BACKUP)
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let is_writing = |name: &String| {
        let written = || fs::metadata(home.path(name)).is_ok_and(|file| file.len() > 0);
        name.starts_with(".keydeck-") && !before.contains(name) && written()
    };
    while !files(home.dir.path()).iter().any(is_writing) {
        assert_eq!(
            backup.try_wait().expect("waited"),
            None,
            "it ended before it was seen"
        );
    }
    backup
}

#[test]
fn a_backup_that_is_cut_off_is_not_in_the_way_of_the_next() {
    let home = Home::new();
    deck(&home);
    in_it(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
         INSERT INTO usage_log (bucket, tallies) SELECT i, randomblob(5000000) FROM n",
        &home.path("keys.db"),
    );
    let mut killed = begun(&home);
    killed.kill().expect("killed");
    killed.wait().expect("ended");
    assert!(!home.path("kept.db").exists());
    let is_stray = |name: &String| name.starts_with(".keydeck-");
    let stray = files(home.dir.path())
        .into_iter()
        .find(is_stray)
        .expect("what is left");

    let terminated = begun(&home);
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&terminated),
        rustix::process::Signal::TERM,
    )
    .expect("sent");
    assert!(!terminated.wait_with_output().expect("ended").status.success());
    assert!(!home.path("kept.db").exists());
    // What a signal cut off is cleared away, and what was killed by the one after it.
    assert!(!files(home.dir.path()).iter().any(is_stray), "{stray}");

    // What is at work is not.
    let mut other = begun(&home);
    let stray = files(home.dir.path())
        .into_iter()
        .find(is_stray)
        .expect("at work");
    let beside = home.run(&["backup", "beside.db", "--database", "sqlite:keys.db"]);
    if other.try_wait().expect("waited").is_none() {
        assert!(files(home.dir.path()).contains(&stray));
    }
    beside.succeeded();
    assert!(other.wait().expect("ended").success());
    assert!(!files(home.dir.path()).iter().any(is_stray));
    home.run(RESTORE).succeeded();
}
