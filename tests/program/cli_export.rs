//! `keydeck export`: whole, without secrets, and harmless in a spreadsheet.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, Row};
use serde_json::Value;

use crate::program::{Home, Served};

/// A deck with a key whose texts are formulas, and a second one; the secret of the first.
fn filled(server: &Served) -> String {
    server.project("=SUM(A1)");
    let create = ["key", "create", "--scope", "web", "--project", "=SUM(A1)"];
    let more = ["--domain", "https://a.example", "--domain", "https://b.example"];
    let texts = [
        "--name",
        "+\"x\", y",
        "--note",
        "@cmd",
        "--label",
        "=1",
        "--label",
        "team a",
    ];
    let secret = server
        .run(&[&create[..], &more, &texts].concat())
        .succeeded()
        .stdout;
    let plain = ["key", "create", "--scope", "analytics", "--name", "Board"];
    server.run(&plain).succeeded();
    secret.trim().to_owned()
}

fn lines(text: &str) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    text.lines().map(read).collect()
}

#[test]
fn keys_are_one_line_each_and_formulas_are_text() {
    let home = Home::new();
    let server = home.serve(&home.init());
    filled(&server);
    let csv = server.run(&["export", "keys"]).succeeded().stdout;
    let header = "name,scope,project,domains,local_address,local_ends,cross_page_persistence,note,labels,expires,networks,created,\
                  disabled,reason,creator,id,project_id,state,last_used,last_refused,revoked,revoked_by\r\n";
    assert!(csv.starts_with(header), "{csv}");
    assert_eq!(csv.matches("\r\n").count(), 3, "{csv}");
    assert_eq!(csv.matches('\n').count(), 3, "{csv}");
    let row = "\r\n\"'+\"\"x\"\", y\",web,'=SUM(A1),https://a.example https://b.example,,,false,'@cmd,\"'=1,team a\",,,20";
    assert!(csv.contains(row), "{csv}");
    let all = lines(
        &server
            .run(&["export", "keys", "--format", "jsonl"])
            .succeeded()
            .stdout,
    );
    assert_eq!(all.len(), 2);
    assert_eq!(
        (&all[1]["name"], &all[1]["note"]),
        (&"+\"x\", y".into(), &"@cmd".into())
    );
    assert_eq!(all[1]["labels"], serde_json::json!(["=1", "team a"]));
    assert_eq!(all[0]["project"], Value::Null);
    let web = server.run(&["export", "keys", "--filter", "team", "--scope", "mobile"]);
    assert_eq!(web.succeeded().stdout.lines().count(), 1, "the header alone");
}

#[test]
fn no_export_has_a_secret_or_its_hash() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let secret = filled(&server);
    let conn = Connection::open(home.path("keys.db")).expect("a database");
    let hash = |row: &Row| row.get::<_, Vec<u8>>(0);
    let mut hashes = conn.prepare("SELECT token_hash FROM keys").expect("prepared");
    let hashes: Vec<_> = hashes
        .query_map([], hash)
        .expect("asked")
        .map(|hash| hash.expect("read"))
        .collect();
    assert_eq!(hashes.len(), 2);
    let written = hashes
        .iter()
        .flat_map(|hash| [hex::encode(hash), STANDARD.encode(hash)]);
    let never: Vec<String> = written.chain([secret]).collect();
    for what in ["keys", "activity", "usage"] {
        for format in ["csv", "jsonl"] {
            let ran = server.run(&["export", what, "--format", format]).succeeded();
            assert!(ran.stdout.contains("Board"), "{what}: {}", ran.stdout);
            for part in &never {
                assert!(!ran.stdout.contains(part), "{what}");
            }
        }
    }
    let usage = server.run(&["export", "usage"]).succeeded().stdout;
    assert_eq!(usage.lines().count(), 1 + 2 * 7, "{usage}");
}

#[test]
fn a_file_is_whole_private_and_never_replaced() {
    let home = Home::new();
    let server = home.serve(&home.init());
    filled(&server);
    let path = home.path("log.jsonl");
    let name = path.to_str().expect("text");
    let told = server.run(&["export", "activity", "--output", name]).succeeded();
    assert_eq!(told.stdout, "");
    let written = std::fs::read_to_string(&path).expect("written");
    let rows = lines(&written);
    assert!(
        told.stderr.contains(&format!("{} rows in ", rows.len())),
        "{}",
        told.stderr
    );
    assert!(
        rows[0]["action"] == "key_created" && rows[0]["subject"] == "Board",
        "newest first: {}",
        rows[0]
    );
    let refused = server.run(&["export", "activity", "--output", name]).refused(1);
    assert!(
        refused.contains("already exists and was not changed"),
        "{refused}"
    );
    assert_eq!(std::fs::read_to_string(&path).expect("still there"), written);
}
