//! From the command line: what is done to many keys at once.

use std::process::Command;

use keydeck::api::{ActivityQuery, KeyEdit, KeyFilter, NewPlan, PlanAction, PlanProgress};
use keydeck::client::Client;
use keydeck::model::{Role, Scope, Token, TokenKind};
use keydeck::server::seal::RootKey;
use keydeck::server::store::{Actor, NewUserRecord, PeopleStore, Visible};
use rusqlite::Connection;
use uuid::Uuid;

use crate::program::{Home, Ran, Served, block_on};
use crate::pty::typed;

/// So many Analytics keys, the first three of which nobody used for half a year.
fn boards(home: &Home, server: &Served, count: usize) {
    for n in 0..count {
        let name = format!("Board {n}");
        server
            .run(&["key", "create", "--scope", "analytics", "--name", &name])
            .succeeded();
    }
    let conn = Connection::open(home.path("keys.db")).expect("a database");
    conn.execute_batch(
        "DROP TRIGGER keys_stay_what_they_are; UPDATE keys SET created_at = 1 WHERE name IN ('Board 0', 'Board 1', 'Board 2');",
    )
    .expect("changed");
    let made = include_str!("../../assets/migrations/sqlite/013_rotation.sql");
    conn.execute_batch(&crate::unrotated::trigger(made, "keys_stay_what_they_are"))
        .expect("put back");
}

fn names(server: &Served) -> Vec<String> {
    let listed = server.run(&["key", "list", "--sort", "name", "--json"]).json();
    let items = listed["items"].as_array().expect("a list").clone();
    items
        .iter()
        .map(|key| key["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn a_plan_is_shown_and_then_carried_out() {
    let home = Home::new();
    let server = home.serve(&home.init());
    boards(&home, &server, 5);
    let shown = server
        .run(&["key", "disable", "--filter", "idle:180d", "--dry-run"])
        .succeeded();
    for part in [
        "disable 3 keys",
        "3 Analytics",
        "3 mira@acme.example",
        "Plan valid until",
        "Analytics key \"Board 1\", never used",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.stdout);
    }
    assert_eq!(shown.stderr, "");
    let dry = [
        "key",
        "disable",
        "--filter",
        "idle:180d",
        "--reason",
        "unused",
        "--dry-run",
        "--json",
    ];
    let plan = server.run(&dry).json();
    assert_eq!((&plan["action"], &plan["count"]), (&"disable".into(), &3.into()));
    assert_eq!(plan["keys"].as_array().map(Vec::len), Some(3));
    let hash = plan["plan"].as_str().expect("a plan");
    // Of another command it is not carried out.
    let refused = server.run(&["key", "revoke", "--plan", hash]).refused(2);
    assert!(
        refused.contains("this plan is to disable keys") && refused.contains("key disable"),
        "{refused}"
    );
    let done = server.run(&["key", "disable", "--plan", hash]).succeeded();
    assert_eq!(done.stderr.trim(), "disabled 3 keys");
    let again = server.run(&["key", "disable", "--plan", hash, "--json"]).json();
    assert_eq!((&again["done"], &again["left"]), (&3.into(), &0.into()));
    let shown = server.run(&["key", "show", "Board 2"]).succeeded().stdout;
    assert!(shown.contains("disabled") && shown.contains("unused"), "{shown}");
    let said = server.run(&["activity", "list"]).succeeded().stdout;
    assert!(said.contains(&format!("plan: {hash}")), "{said}");

    let enable = ["key", "enable", "--filter", "disabled", "--yes", "--expect", "3"];
    assert_eq!(server.run(&enable).succeeded().stderr.trim(), "enabled 3 keys");
    let refused = server.run(&["key", "enable", "--plan", "x"]).refused(2);
    assert!(refused.contains("32 hexadecimal digits"), "{refused}");
    let unknown = "0".repeat(32);
    let refused = server.run(&["key", "enable", "--plan", &unknown]).refused(1);
    assert!(refused.contains("no such plan of yours"), "{refused}");
    server.run(&["activity", "verify"]).succeeded();
}

#[test]
fn a_number_that_was_expected_is_held_against_the_keys() {
    let home = Home::new();
    let server = home.serve(&home.init());
    boards(&home, &server, 4);
    let revoke = |expected: &str, more: &[&str]| {
        server.run(&[&["key", "revoke", "--yes", "--expect", expected], more].concat())
    };
    let refused = revoke("2", &["--filter", "idle:180d"]).refused(1);
    assert!(
        refused.contains("there are 3 keys to revoke, not 2, so nothing was done"),
        "{refused}"
    );
    assert_eq!(names(&server).len(), 4);
    revoke("3", &["--filter", "idle:180d"]).succeeded();
    assert_eq!(names(&server), ["Board 3"]);
    for (args, part) in [
        (&["key", "revoke", "--filter", "", "--dry-run"][..], "use --all"),
        (
            &["key", "revoke", "--filter", " ", "--yes", "--expect", "1"],
            "use --all",
        ),
        (&["key", "revoke", "--filter", "idle:180d", "--yes"], "--expect N"),
        (&["key", "revoke", "--filter", "idle:180d"], "--dry-run and"),
        (&["key", "revoke", "Board 3", "--dry-run"], "for many keys"),
        (
            &["key", "revoke", "Board 3", "--filter", "x"],
            "cannot be used with",
        ),
        (&["key", "revoke"], "required"),
        (
            &["key", "revoke", "--all", "--scope", "web", "--dry-run"],
            "cannot be used with",
        ),
        (&["key", "edit", "--all", "--dry-run"], "required"),
        (
            &["key", "edit", "--all", "--dry-run", "--name", "x"],
            "either --expires",
        ),
        (
            &["key", "edit", "--all", "--dry-run", "--note", "x"],
            "either --expires",
        ),
        (
            &[
                "key",
                "edit",
                "--all",
                "--dry-run",
                "--expires",
                "9d",
                "--add-label",
                "x",
            ],
            "either --expires",
        ),
        (
            &[
                "key",
                "edit",
                "--plan",
                "00000000000000000000000000000000",
                "--expires",
                "9d",
            ],
            "give --plan alone",
        ),
    ] {
        let refused = server.run(args);
        assert_eq!(refused.code, Some(2), "{args:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(part), "{args:?}: {}", refused.stderr);
    }
    let label = ["key", "edit", "--all", "--yes", "--expect", "1"];
    server
        .run(&[&label[..], &["--add-label", "kept"]].concat())
        .succeeded();
    server
        .run(&[&label[..], &["--expires", "90d"]].concat())
        .succeeded();
    let shown = server.run(&["key", "show", "Board 3", "--json"]).json();
    assert_eq!(shown["labels"], serde_json::json!(["kept"]));
    assert!(shown["expires_at"].is_string());
    let refused = server
        .run(&[&label[..], &["--expires", "2020-01-01"]].concat())
        .refused(1);
    assert!(
        refused.contains("--expires: This instant has passed"),
        "{refused}"
    );
    revoke("1", &["--all"]).succeeded();
    let nothing = revoke("0", &["--all"]).succeeded();
    assert!(
        nothing.stderr.contains("there is nothing to do"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn whoever_revokes_more_than_ten_keys_types_how_many() {
    let home = Home::new();
    let server = home.serve(&home.init());
    boards(&home, &server, 11);
    let command = |args: &[&str]| -> Command { server.command(&[&["key", "revoke"], args].concat()) };
    let (code, screen) = typed(&command(&["--filter", "idle:180d"]), "yes<Enter>");
    assert!(
        code == Some(0) && screen.contains("Type yes to revoke 3 keys"),
        "{screen}"
    );
    boards(&home, &server, 3);
    for answer in ["yes<Enter>", "10<Enter>", "<Enter>"] {
        let (code, screen) = typed(&command(&["--all"]), answer);
        assert!(
            code == Some(1) && screen.contains("Type 11 to revoke 11 keys"),
            "{screen}"
        );
        assert!(screen.contains("nothing was done"), "{screen}");
    }
    assert_eq!(names(&server).len(), 11);
    let (code, screen) = typed(&command(&["--all"]), "11<Enter>");
    assert!(code == Some(0) && screen.contains("revoked 11 keys"), "{screen}");
    assert!(names(&server).is_empty());
}

/// What was typed may have been a date, and somebody else may carry the plan out.
#[test]
fn what_is_set_of_many_keys_is_told_before_and_after() {
    let home = Home::new();
    let server = home.serve(&home.init());
    boards(&home, &server, 3);
    let ran = |args: &[&str]| {
        let mut command = server.command(&[&["key", "edit"], args].concat());
        Ran::of(command.env("TZ", "Asia/Kathmandu").output().expect("started")).succeeded()
    };
    let end = "Valid until: 2099-04-01 00:00:00 +05:45 (2099-03-31 18:15:00 UTC)";
    for (flags, told) in [
        (&["--expires", "2099-03-31"][..], &[end][..]),
        (&["--expires", "never"], &["Valid until: they never end"]),
        (
            &["--add-label", "eu", "--add-label", "west", "--remove-label", "x"],
            &["Labels added: eu, west", "Labels removed: x"],
        ),
    ] {
        let shown = ran(&[&["--all", "--dry-run"], flags].concat());
        for words in told {
            let value = words.split_once(": ").expect("a label").1;
            assert!(shown.stdout.contains(value), "{words}: {}", shown.stdout);
        }
        let plan = shown.stdout.lines().find_map(|line| line.strip_prefix("Plan  "));
        let done = ran(&["--plan", plan.expect("a plan").trim()]);
        for words in told {
            assert!(done.stderr.contains(words), "{words}: {}", done.stderr);
        }
    }
}

#[test]
fn a_dry_run_names_every_key_however_many_there_are() {
    let home = Home::new();
    let server = home.serve(&home.init());
    boards(&home, &server, 14);
    let dry = ["key", "revoke", "--all", "--dry-run"];
    let told = server.run(&dry).succeeded().stdout;
    let plan = server.run(&[&dry[..], &["--json"]].concat()).json();
    let keys = plan["keys"].as_array().expect("all of them");
    assert_eq!((&plan["count"], keys.len()), (&14.into(), 14));
    for key in keys {
        let [id, name] = ["id", "name"].map(|field| key[field].as_str().expect("a text"));
        assert!(
            told.contains(&format!("\"{name}\"")) && told.contains(id),
            "{name}: {told}"
        );
    }
    assert_eq!(told.matches("Analytics key \"").count(), 14, "{told}");
    assert_eq!(names(&server).len(), 14);
}

#[test]
fn what_changed_since_a_plan_was_shown_is_named() {
    let home = Home::new();
    let server = home.serve(&home.init());
    boards(&home, &server, 3);
    let plan = server
        .run(&["key", "revoke", "--all", "--dry-run", "--json"])
        .json();
    server
        .run(&["key", "edit", "Board 1", "--note", "Still in use"])
        .succeeded();
    let refused = server
        .run(&["key", "revoke", "--plan", plan["plan"].as_str().expect("a plan")])
        .refused(1);
    assert!(
        refused.contains("\"Board 1\"") && refused.contains("someone changed it"),
        "{refused}"
    );
    assert!(
        refused.contains("1 key is not as the plan showed, so nothing was done: 1 changed"),
        "{refused}"
    );
    let again = "run keydeck key revoke --dry-run with the same filter";
    assert!(refused.contains(again) && !refused.contains('`'), "{refused}");
    assert_eq!(names(&server).len(), 3);
}

/// A deck with very many keys, and the token of an Owner.
fn large(home: &Home, keys: u64) -> String {
    let root_key = RootKey::generate().expect("random");
    root_key
        .write_new(&home.path("keys.db.root-key"), None)
        .expect("written");
    let database = home.path("keys.db");
    let Ok(store) = keydeck::demo::organisation(&database, &root_key, Some(keys), |_| {}) else {
        panic!("no deck was made")
    };
    let token = Token::generate(TokenKind::User).expect("random");
    block_on(async {
        let owner = store
            .first_user(Role::Owner)
            .await
            .expect("asked")
            .expect("an Owner");
        let by = Actor {
            user: owner.id,
            role: owner.role,
            token: None,
            address: None,
            visible: Visible::All,
        };
        let new = NewUserRecord {
            email: "rosa@acme.example".into(),
            role: Role::Owner,
            token: Some(token.hash()),
        };
        assert!(store.add_user(new, by).await.expect("asked").is_ok());
    });
    token.expose().to_owned()
}

/// The last key of all to have its turn.
fn last_turn(home: &Home) -> Uuid {
    let conn = Connection::open(home.path("keys.db")).expect("a database");
    let sql = "SELECT k.id FROM plan_keys AS p JOIN keys AS k ON k.seq = p.key ORDER BY p.place DESC LIMIT 1";
    let id: [u8; 16] = conn.query_row(sql, [], |row| row.get(0)).expect("a key");
    Uuid::from_bytes(id)
}

/// How far it is once the server has begun it.
async fn under_way(client: &Client, plan: &str) -> PlanProgress {
    loop {
        let progress = client.plan_progress(plan).await.expect("answered");
        if progress.committed_at.is_some() {
            return progress;
        }
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_plan_goes_on_after_a_crash_and_names_what_changed_meanwhile() {
    let home = Home::new();
    let token = large(&home, 10_020);
    let server = home.serve(&token);
    // So many are too many for one.
    let conn = Connection::open(home.path("keys.db")).expect("a database");
    conn.execute_batch("UPDATE keys SET last_used_at = 0")
        .expect("changed");
    for which in [&["--all"][..], &["--filter", "never-used"]] {
        let revoke = [&["key", "revoke", "--dry-run"], which].concat();
        let refused = server.run(&revoke).refused(1);
        assert!(
            refused.contains("10020 keys match, and a plan has 10,000 at most"),
            "{refused}"
        );
    }
    let web = KeyFilter {
        scope: Some(Scope::Web),
        ..KeyFilter::default()
    };
    let client = server.client();
    let (plan, begun, changed) = block_on(async {
        let plan = client
            .plan(&NewPlan::of_filter(PlanAction::Revoke, web.clone()))
            .await
            .expect("planned");
        let commit = client.commit_plan(&plan.plan);
        let watch = async {
            let begun = under_way(&client, &plan.plan).await;
            let last = client.key(last_turn(&home)).await.expect("found");
            let edit = KeyEdit {
                note: Some(Some("Still in use".into())),
                ..KeyEdit::default()
            };
            let edited = client.edit(last.id, last.version, &edit).await.expect("edited");
            (begun, edited)
        };
        tokio::select! {
            committed = commit => panic!("it was done at once: {committed:?}"),
            (begun, edited) = watch => (plan, begun, edited),
        }
    });
    server.kill();
    assert!(plan.count > 1_000 && begun.left > 0, "{begun:?}");

    let server = home.serve(&token);
    let done = Ran::of(
        server
            .command(&["key", "revoke", "--plan", &plan.plan, "--json"])
            .output()
            .expect("started"),
    );
    assert_eq!(done.code, Some(3), "{}", done.stderr);
    assert!(done.stderr.contains("1 key was left alone"), "{}", done.stderr);
    let progress: PlanProgress = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(
        (progress.done, progress.left_alone, progress.left),
        (plan.count - 1, 1, 0)
    );
    assert_eq!(progress.left_alone_keys[0].id, changed.id);
    let told = server.run(&["key", "revoke", "--plan", &plan.plan]);
    assert!(
        told.code == Some(3) && told.stderr.contains("left alone: "),
        "{}",
        told.stderr
    );
    let counts = block_on(server.client().counts(&KeyFilter::default())).expect("counted");
    assert_eq!(counts.web, 1);
    server.run(&["activity", "verify"]).succeeded();
    let query = ActivityQuery {
        key: Some(changed.id),
        ..ActivityQuery::default()
    };
    let log = block_on(server.client().activity(&query)).expect("read");
    assert_eq!(log.items[0].action.as_str(), "key_edited");
}
