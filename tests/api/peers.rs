//! A fresh token of the exchange at session servers whose clocks are not ours, verified by libraries of other languages
//! that allow for nothing. (Rust's is in `src/server/work/claims.rs`.)

use std::io::Write;
use std::process::{Command, Stdio};

use crate::connections::{PRIVATE_KEY, Shop};
use crate::venv;

const ISSUER: &str = "storefront-1";
const AUDIENCE: &str = "wss://sessions.acme.example:8443";

/// What the program says of a fresh token, which it reads on standard input.
async fn verified_by(mut program: Command) {
    let token = Shop::web().await.connected().await;
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(token.as_bytes()).expect("written");
    drop(input);
    let output = child.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.stdout, b"verified\n", "{said}");
}

#[tokio::test]
async fn a_clock_half_a_minute_off_takes_a_fresh_token_in_node() {
    let mut node = Command::new("node");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/verify.mjs");
    node.args([script, PRIVATE_KEY, ISSUER, AUDIENCE, "-30", "-1", "0", "1", "30"]);
    verified_by(node).await;
}

/// A leeway below nothing asks that it be valid half a minute ago, and in half a minute.
#[tokio::test]
async fn a_clock_half_a_minute_off_takes_a_fresh_token_in_python() {
    let mut python = venv::program("python");
    let script = "import sys, jwt
key, issuer, audience = sys.argv[1:]
token = sys.stdin.read()
for leeway in (-30, -1, 0):
    jwt.decode(token, key, algorithms=['HS256'], issuer=issuer, audience=audience, leeway=leeway)
print('verified')";
    python.args(["-c", script, PRIVATE_KEY, ISSUER, AUDIENCE]);
    verified_by(python).await;
}
