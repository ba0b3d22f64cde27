//! No room is left on the disk: changes are refused with 507, nothing is half-written, reads and checks
//! go on, and it recovers when there is room.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::verify::{self, Log};
use super::work::{Acknowledged, client};
use crate::deck::{Deck, Server};

/// What runs its arguments where a small file system is mounted over the deck's directory, with the
/// deck in it.
const SMALL: &str = r#"
set -e
dir=$1; shift
mkdir "$dir.kept"
cp -a "$dir/." "$dir.kept/"
mount -t tmpfs -o size=1500k,mode=700 tmpfs "$dir"
cp -a "$dir.kept/." "$dir/"
exec "$@"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_and_recovers() {
    let deck = Deck::in_file().await;
    let directory = deck.directory.path().to_str().unwrap().to_owned();
    let script = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(script.path(), SMALL).unwrap();
    std::fs::set_permissions(script.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let as_root = rustix::process::getuid().is_root();
    let apart = if as_root { "--mount" } else { "-rm" };
    let script = script.path().to_str().unwrap();
    let server = deck.serve(&["unshare", apart, "sh", script, &directory]);

    let acknowledged = Arc::new(Acknowledged::default());
    // It works until a change is refused.
    let mut keys = client(&deck, &server, &acknowledged, 5_000, |n| {
        format!("Key {n} {}", "x".repeat(80))
    })
    .await;
    // A revocation empties the log, which may leave room for a little more.
    let mut refused = 0;
    for n in 0.. {
        let late = json!({"scope": "analytics", "name": format!("Late {n} {}", "x".repeat(80))});
        let reply = server.ask(Method::POST, "/v1/keys", &late).await;
        if !reply.is(201) {
            assert!(reply.is(507), "{reply:?}");
            assert_eq!(reply.body["type"], "/problems/full");
            assert!(reply.body["detail"].as_str().unwrap().contains("disk is full"));
            refused += 1;
        }
        if refused == 20 {
            break;
        }
    }
    let late = json!({"scope": "analytics", "name": "Late"});
    server
        .ask(Method::GET, "/v1/keys", &Value::Null)
        .await
        .expect(200);
    import(&server).await;
    verify::keys(&deck, &server, &mut keys, &Log::beginning().verify(&server).await).await;

    let room = |options: &str| {
        let target = server.id().to_string();
        let mut enter = Command::new("nsenter");
        enter.args(["--target", &target, "--mount"]);
        if !as_root {
            enter.args(["--user", "--preserve-credentials"]);
        }
        let remounted = enter.args(["mount", "-o", options, &directory]).status().unwrap();
        assert!(remounted.success());
    };
    room("remount,size=64m");
    assert!(server.ask(Method::POST, "/v1/keys", &late).await.is(201));
    let mut more = client_of_a_while(&deck, &server).await;
    verify::keys(&deck, &server, &mut keys, &Log::beginning().verify(&server).await).await;
    verify::keys(&deck, &server, &mut more, &Log::beginning().verify(&server).await).await;
    let count = acknowledged.count.load(std::sync::atomic::Ordering::SeqCst);
    println!(
        "a full disk: {count} changes acknowledged before, 0 lost, {refused} refused with 507, more behind"
    );
}

/// Keys of an import find no room either, and none of them is seen.
async fn import(server: &Server) {
    let begun = server.ask(Method::POST, "/v1/imports", &json!({})).await;
    if begun.is(507) {
        return;
    }
    assert!(begun.is(201), "{begun:?}");
    let path = format!("/v1/imports/{}", begun.body["import"].as_str().unwrap());
    let key = |n: usize| {
        let fields = json!({"scope": "analytics", "name": format!("Imported {n}"), "note": "x".repeat(500)});
        json!({"line": n, "fields": fields, "token": format!("sk_live_51HqLyjWDarjtT1zdp7dcXYZ{n}")})
    };
    let keys: Vec<Value> = (1..=500).map(key).collect();
    let added = server
        .ask(Method::POST, &format!("{path}/keys"), &json!({"keys": keys}))
        .await;
    assert!(added.is(507), "{added:?}");
    assert_eq!(added.body["type"], "/problems/full");
}

/// A few more changes.
async fn client_of_a_while(deck: &Deck, server: &Server) -> Vec<super::work::Known> {
    let acknowledged = Arc::new(Acknowledged::default());
    let work = client(deck, server, &acknowledged, usize::MAX, |n| format!("More {n}"));
    tokio::select! {
        keys = work => panic!("refused again: {keys:?}"),
        () = acknowledged.reached(50) => Vec::new(),
    }
}
