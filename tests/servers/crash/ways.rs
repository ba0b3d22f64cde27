//! What is done to the files of a server at work, so that they are no longer what it has open.

use std::fs;
use std::os::unix::fs::{FileExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::path::succeeded;
use crate::deck::Deck;

pub fn remove(directory: &Path, suffixes: &[&str]) {
    for suffix in suffixes {
        fs::remove_file(directory.join(format!("keys.db{suffix}"))).unwrap();
    }
}

fn move_away(directory: &Path, suffixes: &[&str]) {
    fs::create_dir_all(directory.join("away")).unwrap();
    for suffix in suffixes {
        let name = format!("keys.db{suffix}");
        fs::rename(directory.join(&name), directory.join("away").join(&name)).unwrap();
    }
}

/// Writes into the file as `dd conv=notrunc` does.
fn overwrite(file: &Path, at: u64, bytes: &[u8]) {
    let file = fs::File::options().write(true).open(file).unwrap();
    file.write_all_at(bytes, at).unwrap();
}

/// As `truncate`.
pub fn cut(file: &Path, length: u64) {
    let file = fs::File::options().write(true).open(file).unwrap();
    file.set_len(length).unwrap();
}

pub fn log(directory: &Path) -> PathBuf {
    directory.join("keys.db-wal")
}

/// Writes this file over another one in its place, and makes it as long as that was.
fn copy_to_length(from: &Path, to: &Path) {
    let length = fs::metadata(to).unwrap().len();
    fs::copy(from, to).unwrap();
    cut(to, length.max(fs::metadata(to).unwrap().len()));
}

/// As `.backup` of `sqlite3`.
pub fn copied_by_sqlite(database: &Path, copy: &Path) {
    let (from, mut to) = (
        Connection::open(database).unwrap(),
        Connection::open(copy).unwrap(),
    );
    let all = Backup::new(&from, &mut to).unwrap();
    all.run_to_completion(i32::MAX, Duration::ZERO, None).unwrap();
}

/// As `.restore` of `sqlite3`.
pub fn restored_by_sqlite(database: &Path, copy: &Path) {
    copied_by_sqlite(copy, database);
}

/// Runs statements on it, as somebody with `sqlite3` may.
pub fn run(database: &Path, sql: &str) {
    let conn = Connection::open(database).unwrap();
    conn.busy_timeout(Duration::from_secs(10)).unwrap();
    conn.execute_batch(sql).unwrap();
}

/// Takes the triggers away that keep rows from being changed.
fn without_triggers(database: &Path) {
    let conn = Connection::open(database).unwrap();
    let mut all = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap();
    let names = all.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let names: Vec<String> = names.map(Result::unwrap).collect();
    for name in names {
        run(database, &format!("DROP TRIGGER {name}"));
    }
}

const NEWEST_DELETED: &str = "PRAGMA foreign_keys = OFF;
    DELETE FROM activity WHERE seq = (SELECT max(seq) FROM activity);";

pub const ALL: &[&str] = &["", "-wal", "-shm"];

/// What is done to the files of a server at work, and whether what was acknowledged is still at the path then.
pub type Way = (&'static str, fn(&Deck, &Path), bool);

pub const WAYS: [Way; 37] = [
    ("all removed", |_, directory| remove(directory, ALL), false),
    (
        "the database removed",
        |_, directory| remove(directory, &[""]),
        false,
    ),
    (
        "the log removed",
        |_, directory| remove(directory, &["-wal"]),
        true,
    ),
    (
        "the index removed",
        |_, directory| remove(directory, &["-shm"]),
        true,
    ),
    (
        "log and index removed",
        |_, directory| remove(directory, &["-wal", "-shm"]),
        true,
    ),
    (
        "empty files in the place of log and index",
        |_, directory| {
            remove(directory, &["-wal", "-shm"]);
            fs::write(directory.join("keys.db-wal"), "").unwrap();
            fs::write(directory.join("keys.db-shm"), "").unwrap();
        },
        true,
    ),
    (
        "an empty log in the place of the log",
        |_, directory| {
            fs::write(directory.join("new"), "").unwrap();
            fs::rename(directory.join("new"), directory.join("keys.db-wal")).unwrap();
        },
        true,
    ),
    (
        "the database moved",
        |_, directory| move_away(directory, &[""]),
        false,
    ),
    (
        "moved, and a backup restored",
        |deck, directory| {
            move_away(directory, ALL);
            let backup = directory.join("backup");
            succeeded(deck.command(&["restore", backup.to_str().unwrap()]));
        },
        false,
    ),
    (
        "another file moved over it",
        |_, directory| fs::rename(directory.join("backup"), directory.join("keys.db")).unwrap(),
        false,
    ),
    (
        "an older backup copied over it",
        |_, directory| {
            fs::copy(directory.join("backup"), directory.join("keys.db")).unwrap();
        },
        false,
    ),
    (
        "cut to nothing",
        |_, directory| fs::write(directory.join("keys.db"), "").unwrap(),
        false,
    ),
    (
        "the directory renamed",
        |deck, directory| fs::rename(directory, deck.directory.path().join("renamed")).unwrap(),
        false,
    ),
    (
        "a link on the way turned",
        |deck, _| {
            let link = deck.directory.path().join("link");
            fs::create_dir(deck.directory.path().join("empty")).unwrap();
            fs::remove_file(&link).unwrap();
            symlink("empty", &link).unwrap();
        },
        false,
    ),
    (
        "a link on the way turned to another name of the file",
        |deck, directory| {
            let link = deck.directory.path().join("link");
            let other = deck.directory.path().join("other");
            fs::create_dir(&other).unwrap();
            fs::hard_link(directory.join("keys.db"), other.join("keys.db")).unwrap();
            fs::remove_file(&link).unwrap();
            symlink("other", &link).unwrap();
        },
        false,
    ),
    (
        "the log emptied in its place",
        |_, directory| cut(&log(directory), 0),
        false,
    ),
    (
        "the log cut within its header",
        |_, directory| cut(&log(directory), 20),
        false,
    ),
    (
        "the log cut within its first frame",
        |_, directory| cut(&log(directory), 100),
        false,
    ),
    (
        "the log cut after a page",
        |_, directory| cut(&log(directory), 4096),
        false,
    ),
    (
        "the log cut by a byte",
        |_, directory| {
            let length = fs::metadata(log(directory)).unwrap().len();
            cut(&log(directory), length - 1);
        },
        false,
    ),
    (
        "zeros over the head of the log",
        |_, directory| overwrite(&log(directory), 0, &[0; 512]),
        false,
    ),
    (
        "garbage over the head of the log",
        |_, directory| overwrite(&log(directory), 0, &[0xa5; 4096]),
        false,
    ),
    (
        "a byte of the header of the log changed",
        |_, directory| overwrite(&log(directory), 13, &[0xa5]),
        false,
    ),
    (
        "garbage in a page in the midst of the log",
        |_, directory| overwrite(&log(directory), 32 + 24 + 5000, &[0xa5; 64]),
        false,
    ),
    (
        "zeros to the end of the log",
        |_, directory| {
            let length = fs::metadata(log(directory)).unwrap().len();
            overwrite(&log(directory), length - 5000, &[0; 5000]);
        },
        false,
    ),
    (
        "the log as it was before copied over it",
        |_, directory| {
            fs::copy(directory.join("log"), log(directory)).unwrap();
        },
        false,
    ),
    (
        "the log as it was before copied over it, to its length",
        |_, directory| copy_to_length(&directory.join("log"), &log(directory)),
        false,
    ),
    (
        "the log of the server before copied over it",
        |_, directory| copy_to_length(&directory.join("log-before"), &log(directory)),
        false,
    ),
    (
        "a backup with the same newest activity copied over it",
        |_, directory| copy_to_length(&directory.join("early"), &directory.join("keys.db")),
        false,
    ),
    (
        "garbage over its header",
        |_, directory| overwrite(&directory.join("keys.db"), 24, &[0xa5; 4]),
        false,
    ),
    (
        "cut after a page",
        |_, directory| cut(&directory.join("keys.db"), 4096),
        false,
    ),
    (
        "an older state restored with SQLite",
        |_, directory| restored_by_sqlite(&directory.join("keys.db"), &directory.join("older.db")),
        false,
    ),
    (
        "an older state restored with SQLite, and carried over",
        |_, directory| {
            restored_by_sqlite(&directory.join("keys.db"), &directory.join("older.db"));
            run(&directory.join("keys.db"), "PRAGMA wal_checkpoint(TRUNCATE)");
        },
        false,
    ),
    (
        "another organisation with the same activity restored with SQLite",
        |_, directory| {
            let other = directory.join("other.db");
            copied_by_sqlite(&directory.join("keys.db"), &other);
            without_triggers(&other);
            run(&other, "UPDATE organisation SET id = randomblob(16)");
            restored_by_sqlite(&directory.join("keys.db"), &other);
        },
        false,
    ),
    (
        "a database of another program restored with SQLite",
        |_, directory| {
            run(&directory.join("other.db"), "CREATE TABLE notes (note TEXT)");
            restored_by_sqlite(&directory.join("keys.db"), &directory.join("other.db"));
        },
        false,
    ),
    (
        "the newest row of the activity deleted",
        |_, directory| {
            without_triggers(&directory.join("keys.db"));
            run(&directory.join("keys.db"), NEWEST_DELETED);
        },
        false,
    ),
    (
        "the newest row of the activity deleted, and the note of it",
        |_, directory| {
            let database = directory.join("keys.db");
            without_triggers(&database);
            run(&database, NEWEST_DELETED);
            run(
                &database,
                "UPDATE activity_head SET (seq, hash) = (SELECT seq, hash FROM activity ORDER BY seq DESC LIMIT 1)",
            );
        },
        false,
    ),
];
