//! What an old root key and an old backup open after a rotation, and after all was sealed anew.

use std::fs;
use std::process::Stdio;
use std::thread;

use jiff::Timestamp;
use keydeck::api::{ActivityAction, ActivityQuery, SessionServerEdit};
use keydeck::model::{KeyFields, Role, Scope, Secret};
use keydeck::server::seal::{RootKey, Sealer};
use keydeck::server::store::sqlite::{SampleKey, SampleProject, SqliteStore};
use keydeck::server::store::{DataKeyStore, PeopleStore, Sealed, StatusStore, WrappedDataKey};
use rusqlite::Connection;
use uuid::Uuid;

use crate::program::{Home, Ran, Served, block_on, mobile_key};
use crate::seal::{ROOT_KEY, ROTATE, created, revealed};

const RESEAL: &[&str] = &["seal", "rotate", "--reseal", "--database", "sqlite:keys.db"];

/// What somebody has who took the root key and a copy of the database at that time.
struct Taken {
    sealer: Sealer,
}

impl Taken {
    fn from(home: &Home) -> Self {
        let conn = Connection::open(home.path("keys.db")).expect("opened");
        let organisation: [u8; 16] = conn
            .query_row("SELECT id FROM organisation", [], |row| row.get(0))
            .expect("there");
        let mut statement = conn
            .prepare("SELECT id, wrapped FROM data_keys")
            .expect("a table");
        let wrapped: Vec<WrappedDataKey> = statement
            .query_map([], |row| {
                Ok(WrappedDataKey {
                    id: row.get(0)?,
                    bytes: row.get(1)?,
                })
            })
            .expect("read")
            .map(Result::unwrap)
            .collect();
        let root_key = RootKey::read_file(&home.path(ROOT_KEY)).expect("there");
        let sealer = Sealer::open(&root_key, Uuid::from_bytes(organisation), &wrapped).expect("its own");
        Self { sealer }
    }

    /// Which keys of the database as it is now it opens, whatever data key they say they are under.
    fn opens(&self, home: &Home) -> Vec<String> {
        let conn = Connection::open(home.path("keys.db")).expect("opened");
        let mut statement = conn
            .prepare("SELECT name, id, sealed FROM keys WHERE sealed IS NOT NULL ORDER BY name")
            .expect("a table");
        let rows = statement
            .query_map([], |row| {
                let id = Uuid::from_bytes(row.get(1)?);
                Ok((row.get::<_, String>(0)?, id, row.get::<_, Vec<u8>>(2)?))
            })
            .expect("read");
        let opened = |bytes: &[u8], id| {
            (1..9).any(|data_key| {
                let bytes = bytes.to_vec();
                let sealed = Sealed { data_key, bytes };
                self.sealer.unseal(id, Scope::Mobile, &sealed).is_ok()
            })
        };
        rows.map(Result::unwrap)
            .filter(|(_, id, bytes)| opened(bytes, *id))
            .map(|(name, ..)| name)
            .collect()
    }

    fn opens_session_key(&self, home: &Home) -> bool {
        let conn = Connection::open(home.path("keys.db")).expect("opened");
        let (id, bytes): ([u8; 16], Vec<u8>) = conn
            .query_row("SELECT id, session_sealed FROM projects", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("there");
        (1..9).any(|data_key| {
            let bytes = bytes.clone();
            let sealed = Sealed { data_key, bytes };
            self.sealer
                .unseal_session_key(Uuid::from_bytes(id), &sealed)
                .is_ok()
        })
    }
}

fn data_keys(home: &Home) -> Vec<u32> {
    let conn = Connection::open(home.path("keys.db")).expect("opened");
    let mut statement = conn
        .prepare("SELECT id FROM data_keys ORDER BY id")
        .expect("a table");
    let ids = statement.query_map([], |row| row.get(0)).expect("read");
    ids.map(Result::unwrap).collect()
}

fn set_session_server(server: &Served, project: Uuid) {
    let edit = SessionServerEdit {
        url: "wss://sessions.acme.example".into(),
        key_name: "main".into(),
        private_key: Some(Secret::new("the-private-key-of-the-session-server")),
    };
    block_on(server.client().set_session_server(project, &edit)).expect("set");
}

#[test]
fn what_was_taken_before_opens_nothing_that_is_sealed_afterwards() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let project = server.project("Storefront");
    set_session_server(&server, project.id);
    let other = home.serve(&token);
    let mut keys = vec![created(&server, "Before")];
    let taken = Taken::from(&home);
    assert_eq!(taken.opens(&home), ["Before"]);

    let told = home.run(ROTATE).succeeded().stderr;
    assert!(
        told.contains("under a new data key") && told.contains("--reseal"),
        "{told}"
    );
    keys.push(created(&server, "After"));
    keys.push(created(&other, "After, too"));
    // Each unseals what the other one sealed.
    revealed(&server, &keys);
    revealed(&other, &keys);
    assert_eq!(taken.opens(&home), ["Before"]);
    assert!(taken.opens_session_key(&home));
    assert_eq!(data_keys(&home), [1, 2]);

    let of_then = Taken::from(&home);
    let told = home.run(RESEAL).succeeded().stderr;
    assert!(
        told.contains("resealed 4 secrets") && told.contains("revoke those keys"),
        "{told}"
    );
    for taken in [&taken, &of_then] {
        assert_eq!(taken.opens(&home), [""; 0]);
        assert!(!taken.opens_session_key(&home));
    }
    assert_eq!(data_keys(&home), [3]);
    keys.push(created(&server, "Last"));
    for server in [&server, &other, &home.serve(&token)] {
        revealed(server, &keys);
    }
    server.run(&["activity", "verify"]).succeeded();
}

/// A deck with so many Mobile keys that sealing them anew takes its time.
fn with_many(home: &Home) -> String {
    let token = home.init();
    let store = SqliteStore::open(&home.path("keys.db")).expect("opened");
    let (owner, organisation, wrapped) = block_on(async {
        let owner = store
            .first_user(Role::Owner)
            .await
            .expect("asked")
            .expect("an Owner");
        let organisation = store.organisation().await.expect("asked").id;
        (owner, organisation, store.data_keys().await.expect("asked"))
    });
    let root_key = RootKey::read_file(&home.path(ROOT_KEY)).expect("there");
    let sealer = Sealer::open(&root_key, organisation, &wrapped).expect("its own");
    let project = SampleProject {
        id: Uuid::now_v7(),
        name: "Storefront".into(),
        creator: owner.id,
        deployed: true,
        created_at: Timestamp::now(),
    };
    let of_project = project.id;
    let keys = (0..3_000).map(|n| {
        let fields = KeyFields {
            name: format!("Kiosk {n:04}"),
            project: Some(of_project),
            ..KeyFields::blank(Scope::Mobile)
        };
        let valid = fields.validate().expect("valid");
        let (new, _) = keydeck::server::new_key(&sealer, &valid, None, Timestamp::now()).expect("made");
        SampleKey {
            new,
            creator: owner.id,
            last_used_at: None,
            usage: Vec::new(),
        }
    });
    store.bulk_load([], [project], keys, |_| {}).expect("loaded");
    token
}

fn under(home: &Home, data_key: u32) -> u64 {
    let conn = Connection::open(home.path("keys.db")).expect("opened");
    let sql = "SELECT count(*) FROM keys WHERE data_key = ?";
    let count = conn.query_row(sql, [data_key], |row| row.get::<_, i64>(0));
    count.expect("counted") as u64
}

#[test]
fn sealing_anew_goes_on_after_a_kill_while_others_write() {
    let home = Home::new();
    let token = with_many(&home);
    let server = home.serve(&token);
    let taken = Taken::from(&home);
    let mut killed = home
        .command(RESEAL)
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    while under(&home, 2) == 0 {
        assert_eq!(
            killed.try_wait().expect("waited"),
            None,
            "it ended before it was seen"
        );
    }
    killed.kill().expect("killed");
    killed.wait().expect("ended");
    let left = under(&home, 1);
    assert!(left > 0 && data_keys(&home) == [1, 2], "{left}");
    let root_key = fs::read(home.path(ROOT_KEY)).expect("there");

    let mut going_on = home
        .command(RESEAL)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut keys = Vec::new();
    while going_on.try_wait().expect("waited").is_none() {
        let n = keys.len();
        keys.push(created(&server, &format!("During {n}")));
        server
            .run(&["key", "revoke", &format!("Kiosk {:04}", 2_999 - n), "--yes"])
            .succeeded();
        let rename = [
            "key",
            "edit",
            &format!("Kiosk {:04}", 1_500 + n),
            "--name",
            &format!("Desk {n}"),
        ];
        server.run(&rename).succeeded();
    }
    let told = Ran::of(going_on.wait_with_output().expect("ended"))
        .succeeded()
        .stderr;
    assert!(
        told.contains("was already rotated; the rest was resealed"),
        "{told}"
    );
    assert_eq!(fs::read(home.path(ROOT_KEY)).expect("there"), root_key);
    assert_eq!(data_keys(&home), [2]);
    assert_eq!(taken.opens(&home), [""; 0]);
    revealed(&server, &keys);
    server.run(&["key", "reveal", "Desk 0"]).succeeded();
    server.run(&["activity", "verify"]).succeeded();
    let done = ActivityQuery {
        action: Some(ActivityAction::SecretsResealed),
        ..ActivityQuery::default()
    };
    assert_eq!(
        block_on(server.client().activity(&done))
            .expect("the log")
            .items
            .len(),
        1
    );
    // The next one is a rotation of its own.
    let told = home.run(RESEAL).succeeded().stderr;
    assert!(told.contains("rotated the root key"), "{told}");
    assert_eq!(data_keys(&home), [3]);
}

#[test]
fn of_two_who_seal_anew_none_loses_a_secret() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    server.project("Storefront");
    let keys: Vec<_> = (0..5).map(|n| created(&server, &format!("Till {n}"))).collect();
    let runs: Vec<Ran> = thread::scope(|scope| {
        let runs: Vec<_> = (0..3).map(|_| scope.spawn(|| home.run(RESEAL))).collect();
        runs.into_iter().map(|run| run.join().expect("ran")).collect()
    });
    assert!(runs.iter().any(|run| run.code == Some(0)));
    assert_eq!(data_keys(&home).len(), 1);
    revealed(&server, &keys);
}

#[test]
fn a_server_that_can_not_read_the_new_root_key_seals_nothing_under_the_old_one() {
    let home = Home::new();
    let token = home.init();
    let text = fs::read_to_string(home.path(ROOT_KEY)).expect("text");
    fs::remove_file(home.path(ROOT_KEY)).expect("there");
    let with_key = |args: &[&str]| {
        let mut command = home.command(args);
        command.env("KEYDECK_ROOT_KEY", text.trim());
        command
    };
    let mut serve = home.serving(&["--listen", "127.0.0.1:0"]);
    serve.env("KEYDECK_ROOT_KEY", text.trim());
    let server = home.start(&token, serve);
    server.project("Storefront");
    let mut keys = vec![created(&server, "Before")];
    let rotate = with_key(&[RESEAL, &["--new-root-key-file", "new.key"]].concat()).output();
    let told = Ran::of(rotate.expect("started")).succeeded().stderr;
    assert!(told.contains("must be restarted"), "{told}");

    let create = mobile_key("Storefront", "After");
    let refused = server.run(&create).refused(1);
    assert!(refused.contains("root key was rotated"), "{refused}");
    let board = ["key", "create", "--scope", "analytics", "--name", "Board"];
    server.run(&board).succeeded();
    server.terminate();
    let listen = ["--listen", "127.0.0.1:0", "--root-key-file", "new.key"];
    let server = home.serve_with(&token, &listen);
    keys.push(created(&server, "After"));
    revealed(&server, &keys);
}
