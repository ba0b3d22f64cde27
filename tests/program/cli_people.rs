//! `keydeck user …` and `keydeck project …` as scripts meet them: the real program, its output and
//! its exit codes.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::program::{Home, Ran, Served, block_on, mobile_key};
use crate::pty::typed;
use keydeck::api::ActivityQuery;
use serde_json::Value;

const ED: &str = "ed@acme.example";
const ZOE: &str = "zoe@acme.example";
const SESSION: &[&str] = &[
    "--session-url",
    "wss://sessions.acme.example",
    "--session-key-name",
    "kiosk",
];

/// A new person's sign-in token.
fn added(server: &Served, email: &str, role: &str) -> String {
    let ran = server.run(&["user", "add", email, "--role", role]).succeeded();
    let token = ran.stdout.trim().to_owned();
    assert!(token.starts_with("kdu_") && token.len() == 53, "{token}");
    assert!(
        ran.stderr.contains("only time") && !ran.stderr.contains(&token),
        "{}",
        ran.stderr
    );
    token
}

/// An Editor's project, with so many keys that are theirs.
fn busy_editor(server: &Served, keys: usize) -> String {
    let token = added(server, ED, "editor");
    server
        .run_as(&token, &["project", "add", "Kiosk", "--deployed"])
        .succeeded();
    for n in 0..keys {
        let name = format!("Lobby {n:02}");
        server.run_as(&token, &mobile_key("Kiosk", &name)).succeeded();
    }
    token
}

/// The values of a field in a list.
fn all(list: &Value, field: &str) -> Vec<String> {
    let items = list.as_array().expect("a list").iter();
    let text = items.map(|item| item[field].as_str().expect("text").to_owned());
    text.collect()
}

fn people(server: &Served) -> Vec<String> {
    all(&server.run(&["user", "list", "--json"]).json(), "email")
}

#[test]
fn a_person_comes_changes_and_goes() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let token = added(&server, ED, "editor");
    server.run_as(&token, &["key", "list"]).succeeded();
    let forbidden = server.run_as(&token, &["user", "list"]).refused(1);
    assert!(forbidden.contains("Owner"), "{forbidden}");

    let table = server.run(&["user", "list"]).succeeded().stdout;
    let line = table.lines().find(|line| line.starts_with(ED)).expect("listed");
    assert!(table.starts_with("EMAIL") && line.contains("Editor"), "{table}");
    assert_eq!(
        all(
            &server.run(&["user", "list", "--json", "--filter", "ED@"]).json(),
            "email"
        ),
        [ED]
    );

    let changed = server
        .run(&["user", "set-role", "ED@acme.example", "support", "--json"])
        .json();
    assert_eq!(changed["role"], "support");
    let id = changed["id"].as_str().expect("an id");
    let again = server.run(&["user", "set-role", id, "analytics"]).succeeded();
    assert!(
        again.stderr.contains("ed@acme.example is now Analytics"),
        "{}",
        again.stderr
    );

    let renewed = server.run(&["user", "new-token", ED]).succeeded();
    server.run_as(&token, &["key", "list"]).refused(4);
    server.run_as(renewed.stdout.trim(), &["key", "list"]).succeeded();
    let json = server.run(&["user", "new-token", id, "--json"]).json();
    let token = json["token"].as_str().expect("a token");
    server.run_as(token, &["key", "list"]).succeeded();

    let removed = server.run(&["user", "remove", id, "--yes"]).succeeded();
    assert!(
        removed.stderr.contains("removed ed@acme.example"),
        "{}",
        removed.stderr
    );
    server.run_as(token, &["key", "list"]).refused(4);
    assert_eq!(people(&server), ["mira@acme.example"]);
}

#[test]
fn what_is_wrong_with_a_person_is_one_sentence() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let add = |email| server.run(&["user", "add", email, "--role", "editor"]).refused(1);
    assert!(add("no address").starts_with("error: EMAIL: "));
    assert!(add("MIRA@acme.example").starts_with("error: EMAIL: There is a user with this address"));
    let unknown = server.run(&["user", "new-token", ED]).refused(1);
    assert!(unknown.contains("no user has the address"), "{unknown}");
    for args in [
        &["set-role", "mira@acme.example", "editor"][..],
        &["remove", "mira@acme.example", "--yes"],
    ] {
        let last = server.run(&[&["user"], args].concat()).refused(1);
        assert!(last.contains("Owner") && last.lines().count() == 1, "{last}");
    }
    // Also when they have keys, before it is to be said what becomes of them.
    server
        .run(&["key", "create", "--scope", "analytics", "--name", "Board"])
        .succeeded();
    let last = server
        .run(&["user", "remove", "mira@acme.example", "--yes"])
        .refused(1);
    assert!(last.contains("is the last Owner"), "{last}");
}

#[test]
fn who_has_keys_is_removed_only_with_what_becomes_of_them() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let token = busy_editor(&server, 22);
    let undecided = server.run(&["user", "remove", ED, "--yes"]).refused(2);
    let lines: Vec<&str> = undecided.lines().collect();
    assert_eq!(lines.len(), 23, "{undecided}");
    assert_eq!(lines[0], "ed@acme.example has 22 active keys:");
    assert_eq!(lines[1], "  Mobile key \"Lobby 00\" of Kiosk");
    assert_eq!(lines[21], "  and 2 more");
    assert!(
        lines[22].contains("--hand-over-to") && lines[22].contains("--revoke-keys"),
        "{undecided}"
    );
    let unasked = server.run(&["user", "remove", ED, "--revoke-keys"]).refused(2);
    assert!(unasked.contains("--yes"), "{unasked}");
    server.run_as(&token, &["key", "list"]).succeeded();

    let remove = server.command(&["user", "remove", ED, "--revoke-keys"]);
    let (code, screen) = typed(&remove, "no<Enter>");
    assert!(
        code == Some(1) && screen.contains("nobody was removed"),
        "{screen}"
    );
    assert!(screen.contains("22 active keys will be revoked"), "{screen}");
    let (code, screen) = typed(&remove, "yes<Enter>");
    assert!(
        code == Some(0) && screen.contains("revoked 22 active keys"),
        "{screen}"
    );
    let left = server.run(&["key", "list", "--json"]).json();
    assert_eq!(left["items"], Value::Array(Vec::new()));
}

#[test]
fn keys_that_are_handed_over_go_on_under_another_name() {
    let home = Home::new();
    let server = home.serve(&home.init());
    busy_editor(&server, 2);
    let zoe = added(&server, ZOE, "editor");
    let before = server.run(&["key", "reveal", "Lobby 01"]).succeeded().stdout;
    let own = server
        .run(&["user", "remove", ED, "--hand-over-to", ED, "--yes"])
        .refused(1);
    assert!(own.starts_with("error: --hand-over-to: "), "{own}");
    let handed = server
        .run(&["user", "remove", ED, "--hand-over-to", ZOE, "--yes", "--json"])
        .json();
    assert_eq!(
        (&handed["keys_handed_over"], &handed["projects_handed_over"]),
        (&2.into(), &1.into())
    );
    let after = server
        .run_as(&zoe, &["key", "reveal", "Lobby 01"])
        .succeeded()
        .stdout;
    assert_eq!(after, before);
    assert_eq!(people(&server), ["mira@acme.example", ZOE]);
}

#[test]
fn a_project_comes_changes_and_goes() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let create = ["project", "create", "Kiosk", "--not-deployed"];
    let id = server.run(&create).succeeded().stdout;
    let id = id.trim();
    let taken = server.run(&["project", "add", " Kiosk "]).refused(1);
    assert!(
        taken.starts_with("error: NAME: There is already a project with this name"),
        "{taken}"
    );
    let create = mobile_key("Kiosk", "Lobby");
    server.run(&create).refused(1);
    let deployed = server.run(&["project", "deploy", id, "--json"]).json();
    assert_eq!(
        (&deployed["deployed"], &deployed["keys"]),
        (&true.into(), &0.into())
    );
    server.run(&create).succeeded();

    let used = server.run(&["project", "remove", "Kiosk", "--yes"]).refused(1);
    assert!(used.contains("1 active key"), "{used}");
    let undeployed = server.run(&["project", "undeploy", "Kiosk"]).succeeded();
    assert!(
        undeployed.stderr.contains("undeployed project \"Kiosk\""),
        "{}",
        undeployed.stderr
    );
    let renamed = server
        .run(&["project", "edit", id, "--name", "Lobby screens"])
        .succeeded();
    assert!(
        renamed
            .stderr
            .contains("renamed project \"Kiosk\" to \"Lobby screens\"")
    );
    server
        .run(&["project", "add", "Storefront", "--deployed", "--json"])
        .json();

    let table = server.run(&["project", "list"]).succeeded().stdout;
    let line = table
        .lines()
        .find(|line| line.starts_with("Lobby screens"))
        .expect("listed");
    let words: Vec<&str> = line.split_whitespace().skip(2).collect();
    assert_eq!(words, ["no", "1", "–", "mira@acme.example", id], "{table}");
    let found = server
        .run(&["project", "list", "--json", "--filter", "store"])
        .json();
    assert_eq!(all(&found, "name"), ["Storefront"]);

    server.run(&["key", "revoke", "Lobby", "--yes"]).succeeded();
    let unasked = server.run(&["project", "remove", id]).refused(2);
    assert!(unasked.contains("--yes"), "{unasked}");
    let (code, screen) = typed(&server.command(&["project", "remove", id]), "yes<Enter>");
    assert!(
        code == Some(0) && screen.contains("removed project \"Lobby screens\""),
        "{screen}"
    );
    let missing = server.run(&["project", "deploy", "Lobby screens"]).refused(1);
    assert!(missing.contains("no project that you can see"), "{missing}");
}

#[test]
fn a_private_key_comes_from_a_file_or_a_pipe_and_never_back() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Kiosk");
    let edit = ["project", "edit", "Kiosk"];
    let none = server
        .run(&[&edit[..], &["--no-session-server"]].concat())
        .refused(1);
    assert!(none.contains("has no session server"), "{none}");
    let keyless = server.run(&[&edit[..], SESSION].concat()).refused(2);
    assert!(keyless.contains("--session-key-file"), "{keyless}");

    let both = [&edit[..], &["--session-key-file", "-", "--token-file", "-"]].concat();
    assert!(server.run(&both).refused(2).contains("can't be both"));

    let canary = "canary-7fK2qLw9XcVb3nM5tRz8YpJd4hGs";
    let set = [&edit[..], SESSION, &["--session-key-file", "-", "--json"]].concat();
    let set = Ran::given(server.command(&set), &format!("{canary}\n")).json();
    assert_eq!(set["session_server"]["url"], "wss://sessions.acme.example");
    let table = server.run(&["project", "list"]).succeeded().stdout;
    assert!(table.contains("wss://sessions.acme.example"), "{table}");

    fs::write(home.path("session.key"), format!("{canary}-2\n")).expect("written");
    let replaced = [&edit[..], &["--session-key-file", "session.key"]].concat();
    fs::set_permissions(home.path("session.key"), Permissions::from_mode(0o640)).expect("set");
    let open = server.run(&replaced).refused(1);
    assert!(
        open.contains("others can read session.key; run: chmod 600 'session.key'"),
        "{open}"
    );
    fs::set_permissions(home.path("session.key"), Permissions::from_mode(0o600)).expect("set");
    server.run(&replaced).succeeded();
    let wrong = [&edit[..], &["--session-url", "http://sessions.acme.example"]].concat();
    assert!(
        server
            .run(&wrong)
            .refused(1)
            .starts_with("error: --session-url: ")
    );
    server
        .run(&[&edit[..], &["--no-session-server"]].concat())
        .succeeded();
    let after = server.run(&["project", "list", "--json"]).json();
    assert_eq!(after[0].get("session_server"), None);

    let log = block_on(server.client().activity(&ActivityQuery::default())).expect("the log");
    let (_, logged) = server.terminate();
    for said in [set.to_string(), after.to_string(), logged, format!("{log:?}")] {
        assert!(!said.contains("canary"), "{said}");
    }
}

/// What the program shows when it is answered `keys` to the question which one is meant.
fn chosen(server: &Served, args: &[&str], keys: &str) -> (Option<i32>, String) {
    let mut pty = crate::pty::Pty::spawn(&server.command(args), crate::pty::Size(160, 40));
    pty.wait_for("Which one?");
    pty.type_keys(keys);
    let ended = pty.finish();
    (ended.status.code(), ended.screen.contents())
}

#[test]
fn a_name_that_several_have_is_not_guessed() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let editor = busy_editor(&server, 1);
    // Nothing tells the Editor that there is another of this name.
    server.run(&["project", "add", "Store", "--deployed"]).succeeded();
    server
        .run_as(&editor, &["project", "add", "ＳＴＯＲＥ", "--deployed"])
        .succeeded();
    server.run(&mobile_key("Kiosk", "Café")).succeeded();
    server
        .run_as(&editor, &mobile_key("Kiosk", "cafe\u{301}"))
        .succeeded();

    for (args, things) in [
        (
            &["project", "undeploy", "store"][..],
            "2 projects are called \"store\"",
        ),
        (&["project", "remove", "Store", "--yes"], "2 projects"),
        (&["project", "edit", "store", "--name", "Till"], "2 projects"),
        (&["key", "list", "--project", "store"], "2 projects"),
        (&mobile_key("store", "x"), "2 projects"),
        (&["key", "show", "CAFÉ"], "2 keys are called \"CAFÉ\""),
        (&["key", "revoke", "café", "--yes"], "2 keys"),
        (&["key", "reveal", "Café"], "2 keys"),
        (&["key", "edit", "Café", "--name", "Bar"], "2 keys"),
        (&["activity", "list", "--key", "Café"], "2 keys"),
    ] {
        let said = server.run(args).refused(1);
        assert!(
            said.contains(things) && said.contains("give the id of one"),
            "{args:?}: {said}"
        );
        assert!(
            said.contains(ED) && said.contains("mira@acme.example"),
            "{args:?}: {said}"
        );
    }
    // Each finds their own by any spelling, as nobody else's is seen.
    server
        .run_as(&editor, &["project", "undeploy", "store"])
        .succeeded();
    server
        .run_as(&editor, &["key", "show", "CAFE\u{301}\u{a0}"])
        .succeeded();
    server
        .run(&["user", "set-role", "ED@ACME.example", "editor"])
        .succeeded();

    let (code, screen) = chosen(&server, &["key", "show", "café"], "9<Enter>");
    assert!(code == Some(1) && screen.contains("none was chosen"), "{screen}");
    let (code, screen) = chosen(&server, &["project", "undeploy", "store"], "1<Enter>");
    assert!(
        code == Some(0) && screen.contains("undeployed project \"Store\""),
        "{screen}"
    );
    let (code, screen) = chosen(&server, &["key", "revoke", "café", "--yes"], "2<Enter>");
    assert!(
        code == Some(0) && screen.contains("revoked Mobile key"),
        "{screen}"
    );
    server.run(&["key", "show", "café"]).succeeded();
}
