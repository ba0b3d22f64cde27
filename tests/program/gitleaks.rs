//! The rules in `assets/gitleaks.toml`, by the real gitleaks.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use keydeck::model::webhook_secret::{self, WrittenSigningSecret};
use keydeck::model::{Scope, Token, TokenKind};
use serde_json::Value;
use uuid::Uuid;

const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/gitleaks.toml");

fn generated(kind: TokenKind) -> Token {
    Token::generate(kind).expect("random")
}

/// What keydeck's own rules find in a file of these lines: the rule, the line, the secret.
fn found_by_gitleaks(lines: &[String]) -> BTreeSet<(String, u64, String)> {
    let directory = tempfile::tempdir().expect("made");
    fs::write(directory.path().join("leaks.env"), lines.join("\n")).expect("written");
    let output = Command::new("gitleaks")
        .args(["dir", "--no-banner", "--log-level", "warn", "--exit-code", "0"])
        .args([
            "--config",
            CONFIG,
            "--report-format",
            "json",
            "--report-path",
            "-",
        ])
        .arg(directory.path())
        .output()
        .expect("gitleaks is there; tests/run installs it");
    let said = String::from_utf8_lossy(&output.stderr);
    // It warns of what it can't use of a configuration.
    let is_clean = said.lines().all(|line| line.contains("leaks found"));
    assert!(output.status.success() && is_clean, "{said}");
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let read = |found: &Value| {
        let line = found["StartLine"].as_u64().expect("a line");
        (text(&found["RuleID"]), line, text(&found["Secret"]))
    };
    let own = |(rule, ..): &(String, u64, String)| rule.starts_with("keydeck-");
    findings.iter().map(read).filter(own).collect()
}

#[test]
fn gitleaks_finds_every_kind_of_token() {
    let tokens = TokenKind::ALL.map(generated);
    let [web, mobile, analytics, user, gateway, session_server] = tokens.each_ref().map(Token::expose);
    let lines = [
        format!("KEY={web}"),
        format!(r#"{{"key":"{mobile}"}}"#),
        format!(r"curl -H 'x-api-key: {analytics}'\nnext"),
        format!(r"first\n{user}"),
        gateway.to_owned(),
        session_server.to_owned(),
    ];
    let expected = [web, mobile, analytics, user, gateway, session_server]
        .into_iter()
        .zip(1..);
    let expected = expected.map(|(token, line)| ("keydeck-token".into(), line, token.to_owned()));
    assert_eq!(found_by_gitleaks(&lines), expected.collect());
}

#[test]
fn gitleaks_finds_a_whole_secret() {
    let token = generated(TokenKind::Key(Scope::Web));
    let secret = token.secret(Some((Uuid::new_v4(), "http://[::1]")));
    let found = found_by_gitleaks(&[format!("key: {}", secret.expose())]);
    let whole = ("keydeck-secret".into(), 1, secret.expose().to_owned());
    assert!(found.contains(&whole), "{found:?}");
}

#[test]
fn gitleaks_finds_the_signing_secret_of_a_webhook() {
    let bytes: Vec<u8> = (0..webhook_secret::BYTES).map(|n| (n * 89 + 7) as u8).collect();
    let secret = WrittenSigningSecret::text_of(&bytes);
    let secret = secret.expose();
    let bare = secret.trim_end_matches('=');
    let found = found_by_gitleaks(&[
        format!("SIGNING_SECRET={secret}"),
        format!("secret: \"{bare}\""),
        secret.to_owned(),
        format!("SIGNING_SECRET={bare}xy"),
        format!("SIGNING_SECRET=whsec_{}", "x".repeat(43)),
        format!("SIGNING_SECRET={}", &bare[..40]),
    ]);
    let expected = [(1, secret), (2, bare), (3, secret)];
    let expected = expected.map(|(line, secret)| ("keydeck-webhook".to_owned(), line, secret.to_owned()));
    assert_eq!(found, expected.into());
}

#[test]
fn gitleaks_passes_over_what_only_looks_like_one() {
    let token = generated(TokenKind::Key(Scope::Web));
    let token = token.expose();
    let lines = [
        format!("KEY=kdw_{}", "x".repeat(49)),
        format!("KEY={}", &token[..52]),
        format!("KEY={token}x"),
        format!("KEY={}", token.replacen("kdw_", "kdx_", 1)),
        "KEY=kdw_…x9Qz".into(),
        "key: eyJzb3VsSWQiOiJ4In0=".into(),
    ];
    assert_eq!(found_by_gitleaks(&lines), BTreeSet::new());
}
