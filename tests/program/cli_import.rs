//! `keydeck import`: keys of other products, whole files of them or nothing, whoever wrote the file.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keydeck::api::{ImportCommitment, ImportKey, ImportPortion, Key};
use keydeck::model::{KeyFields, KeyState, Scope, Secret, TokenHash};
use tempfile::NamedTempFile;

use crate::program::{Home, Ran, Served, block_on};

pub const FOREIGN: &str = "sk_live_51HqLyjWDarjtT1zdp7dcXYZ";

/// Of each a different one.
pub fn foreign(n: usize) -> String {
    format!("sk_{}", hex::encode(TokenHash::of(&n.to_string()).0))
}

pub fn import(server: &Served, text: impl AsRef<[u8]>, args: &[&str]) -> Ran {
    let file = NamedTempFile::new().expect("made");
    fs::write(file.path(), text).expect("written");
    server.run(&[&["import", file.path().to_str().expect("text")][..], args].concat())
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/program/imports")
        .join(name);
    fs::read_to_string(path).expect("read")
}

fn key(server: &Served, name: &str) -> Key {
    let keys = server.keys();
    let names: Vec<&String> = keys.iter().map(|key| &key.name).collect();
    let found = keys.iter().find(|key| key.name == name);
    found.unwrap_or_else(|| panic!("{name}: {names:?}")).clone()
}

#[test]
fn a_foreign_token_goes_on_as_it_is_and_a_hash_says_that_it_cant_be_shown() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let gateway = server.gateway("Edge");
    let hash = TokenHash::of(&foreign(1)).to_string();
    let csv = format!(
        "name,scope,project,token,sha256,domains,note\n\
         Till,web,Storefront,{FOREIGN},,https://a.example; https://b.example,\n\
         App,mobile,storefront,,{hash},com.acme.shop,\"'=1+1\"\n\
         Board,analytics,,{},,,\n",
        foreign(2)
    );
    assert_eq!(server.asked(&gateway, &foreign(2)), 401);
    let dry = import(&server, &csv, &["--dry-run"]).succeeded().stdout;
    assert_eq!(dry, "3 keys would be imported; nothing was done\n");
    assert!(server.keys().is_empty());
    assert_eq!(import(&server, &csv, &[]).succeeded().stdout, "3 keys imported\n");
    assert_eq!(server.asked(&gateway, &foreign(2)), 200);
    assert_eq!(
        server.asked(&gateway, &TokenHash::of(&foreign(2)).to_string()),
        401,
        "a hash is no token"
    );
    assert_eq!(
        server.run(&["key", "reveal", "Till"]).succeeded().stdout.trim(),
        FOREIGN
    );
    let refused = server.run(&["key", "reveal", "App"]).refused(1);
    assert!(refused.contains("by its hash alone"), "{refused}");
    let shown = server.run(&["key", "show", "App"]).succeeded().stdout;
    assert!(
        shown.contains("Imported") && shown.contains("by its hash alone"),
        "{shown}"
    );
    let app = key(&server, "App");
    assert!(app.imported.expect("marked").hash_only && !app.may.reveal);
    assert_eq!(app.settings.note.as_deref(), Some("=1+1"));
    let found = Ran::given(server.command(&["key", "lookup"]), &format!("{FOREIGN}\n"));
    assert!(found.succeeded().stdout.contains("Till"));
    let (left, right) = FOREIGN.split_at(FOREIGN.len() / 2);
    for text in [
        format!("\"{FOREIGN}\"\n"),
        format!("Authorization: Bearer {FOREIGN}\n"),
        format!("{left}\n{right}\n"),
    ] {
        let found = Ran::given(server.command(&["key", "lookup"]), &text).succeeded();
        assert!(
            found.stdout.contains("Till") && found.stderr.contains("was extracted"),
            "{text}"
        );
    }
    assert_eq!(server.asked(&gateway, &format!("\"{}\"", foreign(2))), 200);
    for text in [format!("Bearer {}", foreign(2)), format!("key={}", foreign(2))] {
        assert_eq!(
            server.asked(&gateway, &text),
            401,
            "nothing else may be beside it"
        );
    }
    let unknown = Ran::given(server.command(&["key", "lookup"]), &foreign(9));
    assert!(unknown.refused(1).contains("may be one of another product"));
    // The same again: nothing, or passed over.
    let again = import(&server, &csv, &[]).refused(1);
    assert!(
        again.contains("line 2, token: The key \"Till\" has this token already"),
        "{again}"
    );
    let skipped = import(&server, &csv, &["--skip-existing"]).succeeded().stdout;
    assert_eq!(skipped, "0 keys imported, 3 keys there already\n");
    // What was revoked is not made valid again.
    server.run(&["key", "revoke", "Board", "--yes"]).succeeded();
    let revoked = import(&server, &csv, &["--skip-existing"]).refused(1);
    assert!(
        revoked.contains("line 4, token") && revoked.contains("revoked"),
        "{revoked}"
    );
    assert_eq!(server.asked(&gateway, &foreign(2)), 401);
    server.run(&["activity", "verify"]).succeeded();
}

#[test]
fn an_export_with_its_tokens_comes_back() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("=SUM(A1)");
    let create = [
        "key",
        "create",
        "--scope",
        "web",
        "--project",
        "=SUM(A1)",
        "--name",
        "+\"x\", y",
    ];
    let more = [
        "--domain",
        "https://a.example",
        "--domain",
        "https://b.example",
        "--note",
        "@cmd",
        "--label",
        "=1",
    ];
    let secret = server.run(&[&create[..], &more, &["--label", "team a", "--expires", "90d"]].concat());
    let secret = secret.succeeded().stdout.trim().to_owned();
    let before = key(&server, "+\"x\", y");
    let board = server.analytics_key("Board");
    server
        .run(&["key", "disable", "Board", "--reason", "Unused?"])
        .succeeded();
    for format in ["csv", "jsonl"] {
        let export = server
            .run(&["export", "keys", "--format", format])
            .succeeded()
            .stdout;
        let token = |line: &str| if line.contains("Board") { &board } else { &secret };
        let with_tokens: String = match format {
            "csv" => {
                let mut lines = export.lines();
                let header = format!("{},token\n", lines.next().expect("a header"));
                lines.fold(header, |all, line| format!("{all}{line},{}\n", token(line)))
            }
            _ => export.lines().fold(String::new(), |all, line| {
                let open = line.strip_suffix('}').expect("an object");
                format!("{all}{open},\"token\":\"{}\"}}\n", token(line))
            }),
        };
        let other = Home::new();
        let deck = other.serve(&other.init());
        deck.project("=SUM(A1)");
        let told = import(&deck, &with_tokens, &[]).succeeded();
        assert_eq!(told.stdout, "2 keys imported\n", "{format}");
        let after = key(&deck, "+\"x\", y");
        assert_eq!(after.settings, before.settings, "{format}");
        assert_eq!((after.created_at, &after.hint), (before.created_at, &before.hint));
        let board = key(&deck, "Board");
        assert_eq!(board.state, KeyState::Disabled);
        assert_eq!(
            board.disabled.expect("disabled").reason.as_deref(),
            Some("Unused?")
        );
    }
}

#[test]
fn keys_of_other_products_are_known_by_their_files() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let gateway = server.gateway("Edge");
    let analytics = ["--scope", "analytics"];
    let told = import(&server, fixture("aws.csv"), &analytics).succeeded();
    assert_eq!(told.stdout, "2 keys imported\n");
    assert!(
        told.stderr.contains("not taken over: usageplanIds"),
        "{}",
        told.stderr
    );
    assert_eq!(
        key(&server, "Partner A").settings.note.as_deref(),
        Some("The first partner")
    );
    assert_eq!(key(&server, "Partner B").state, KeyState::Disabled);
    assert_eq!(
        server.asked(&gateway, "aqK3vXq2Zt9BvXe4LmN8cYh3JpS6dFg1U5kR7wq2"),
        200
    );
    assert_eq!(
        server.asked(&gateway, "bqK3vXq2Zt9BvXe4LmN8cYh3JpS6dFg1U5kR7wq2"),
        403
    );

    let hash = |n| STANDARD.encode(TokenHash::of(&foreign(n)).0);
    let unkey = fixture("unkey.json")
        .replace("HASH_A", &hash(1))
        .replace("HASH_B", &hash(2));
    let told = import(&server, unkey.clone(), &analytics).succeeded();
    assert_eq!(told.stdout, "2 keys imported\n");
    assert!(
        told.stderr.contains("prefix, ratelimits, roles"),
        "{}",
        told.stderr
    );
    let app = key(&server, "Mobile app");
    assert_eq!(
        (app.settings.note.as_deref(), app.settings.labels.as_slice()),
        (Some("{\"plan\":\"pro\"}"), &["customer-17".to_owned()][..])
    );
    assert_eq!(
        app.settings.expires_at.expect("it ends").to_string(),
        "2100-01-01T00:00:00Z"
    );
    assert_eq!(server.asked(&gateway, &foreign(1)), 200);
    let weak = unkey.replace("sha256_base64", "bcrypt");
    assert!(import(&server, weak, &analytics).refused(1).contains("bcrypt"));

    let told = import(&server, fixture("kong.json"), &analytics).succeeded();
    assert_eq!(told.stdout, "2 keys imported\n");
    let alex = key(&server, "alex");
    assert_eq!(
        (alex.settings.labels.as_slice(), alex.created_at.as_second()),
        (&["gold".to_owned()][..], 1_700_000_000)
    );
    assert_eq!(server.asked(&gateway, "lZ7wq2Zt9BvXe4LmN8cYh3JpS6dFg1U5"), 200);
    key(&server, "alex (2)");
}

#[test]
fn everything_that_is_wrong_is_told_by_its_line() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let csv = "name,scope,project,token,sha256,expires,disabled,creator\n\
        A,web,Storefront,short,,,,\n\
        B,other,Storefront,sk_live_51HqLyjWDarjtT1zdp7dcXYZ,,,,\n\
        C,analytics,,,$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW,,,\n\
        D,analytics,,,5f4dcc3b5aa765d61d8327deb882cf99,,,\n\
        ,analytics,,tk_live_51HqLyjWDarjtT1zdp7dcXYZ,,,,\n\
        F,analytics,,uk_live_51HqLyjWDarjtT1zdp7dcXYZ,,2001-01-01,maybe,\n\
        \"G\u{1b}[31m\",analytics,,vk_live_51HqLyjWDarjtT1zdp7dcXYZ,,,,\n\
        H,analytics,,kdw_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzx,,,,\n\
        I,analytics,,,,,,\n";
    let told = import(&server, csv, &[]).refused(1);
    for said in [
        "line 2, token: A token has 20 characters at least",
        "line 2, domains",
        "line 3, scope: A scope is web, mobile or analytics.",
        "line 4, sha256: This is a bcrypt hash",
        "line 5, sha256: This has the length of a hash of MD5",
        "line 6, name",
        "line 7, disabled: Write true or false.",
        "line 7, expires: ",
        "line 8, name",
        "line 9, token: This begins like a keydeck token, but a character is wrong",
        "line 10, token: Give the token, or its SHA-256",
        "nothing was imported",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(!told.contains('\u{1b}'), "{told}");
    // What only the server knows.
    let csv = format!(
        "name,scope,project,token,creator\nA,analytics,,{},\nB,mobile,Nowhere,{},\nC,analytics,,{},who@acme.example\n",
        foreign(1),
        foreign(2),
        foreign(3)
    );
    let told = import(&server, &csv, &["--dry-run"]).refused(1);
    assert!(
        told.contains("line 3, project: There is no such project"),
        "{told}"
    );
    assert!(
        told.contains("line 4, creator: Nobody has this address"),
        "{told}"
    );
    let told = import(&server, "name,colour\nA,red\n", &[]).refused(1);
    assert!(
        told.contains("\"colour\" is unknown") && told.contains("--map"),
        "{told}"
    );
    assert!(server.keys().is_empty());
}

#[test]
fn somebody_else_imports_what_they_may_create() {
    let home = Home::new();
    let server = home.serve(&home.init());
    server.project("Storefront");
    let editor = server.run(&["user", "add", "ed@acme.example", "--role", "editor"]);
    let editor = editor.succeeded().stdout.trim().to_owned();
    let path = home.path("import.csv");
    let path = path.to_str().expect("text");
    fs::write(path, format!("name,token\nBoard,{FOREIGN}\n")).expect("written");
    let told = server
        .run_as(&editor, &["import", path, "--scope", "analytics"])
        .refused(1);
    assert!(told.contains("The role Editor doesn't create"), "{told}");
    let told = server
        .run_as(
            &editor,
            &["import", path, "--scope", "mobile", "--project", "Storefront"],
        )
        .refused(1);
    assert!(told.contains("no such project among yours"), "{told}");
    server
        .run_as(&editor, &["project", "create", "Kiosk"])
        .succeeded();
    let mine = ["import", path, "--scope", "mobile", "--project", "Kiosk"];
    let for_another = [&mine[..], &["--creator", "mira@acme.example"]].concat();
    assert!(
        server
            .run_as(&editor, &for_another)
            .refused(1)
            .contains("Only an Owner")
    );
    server.run_as(&editor, &mine).succeeded();
    assert_eq!(key(&server, "Board").creator.email, "ed@acme.example");
    fs::write(path, format!("name,token\nDesk,{}\n", foreign(1))).expect("written");
    let for_them = [
        "import",
        path,
        "--scope",
        "mobile",
        "--project",
        "Kiosk",
        "--creator",
        "ed@acme.example",
    ];
    server.run(&for_them).succeeded();
    assert_eq!(key(&server, "Desk").creator.email, "ed@acme.example");
}

/// So many keys, in portions.
fn portions(count: u32) -> Vec<ImportPortion> {
    let key = |n: u32| ImportKey {
        line: n,
        fields: KeyFields {
            name: format!("Board {n}"),
            ..KeyFields::blank(Scope::Analytics)
        },
        project: None,
        token: Some(Secret::new(foreign(n as usize))),
        sha256: None,
        created_at: None,
        disabled: false,
        reason: None,
        creator: None,
    };
    let keys: Vec<ImportKey> = (0..count).map(key).collect();
    keys.chunks(100)
        .map(|keys| ImportPortion { keys: keys.to_vec() })
        .collect()
}

/// A server that is killed while an import is committed leaves all of it or nothing; it can be done again.
#[test]
fn a_server_that_is_killed_leaves_all_of_an_import_or_nothing() {
    let count = 1_000;
    let home = Home::new();
    let token = home.init();
    let there = |server: &Served| server.run(&["export", "keys"]).succeeded().stdout.lines().count() - 1;
    let mut is_there = false;
    for turns in [0, 200, 5_000, 100_000] {
        let server = home.serve(&token);
        let client = server.client();
        block_on(async {
            let import = client.begin_import().await.expect("begun").import;
            for portion in portions(count) {
                client.add_to_import(import, &portion).await.expect("added");
            }
            let asked = ImportCommitment {
                skip_existing: true,
                ..ImportCommitment::default()
            };
            let wait = async {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                biased;
                _ = client.commit_import(import, asked) => {}
                () = wait => {}
            }
        });
        server.kill();
        let server = home.serve(&token);
        let found = there(&server);
        assert!(
            found == 0 && !is_there || found == count as usize,
            "{found} keys are there after {turns} turns"
        );
        is_there = found > 0;
        server.terminate();
    }
    let server = home.serve(&token);
    let rows = (0..count).map(|n| format!("Board {n},{}\n", foreign(n as usize)));
    let csv = rows.fold("name,token\n".to_owned(), |all, row| all + &row);
    import(&server, csv, &["--scope", "analytics", "--skip-existing"]).succeeded();
    assert_eq!(there(&server), count as usize);
    server.run(&["activity", "verify"]).succeeded();
}
