//! `keydeck scan` below what real programs make of a text: base64, gzip, tar, iconv, od, and Python's archives and escapes.

use std::fs::{self, File};
use std::process::Stdio;

use base64::prelude::{BASE64_STANDARD, Engine};
use keydeck::model::{Scope, Token, TokenKind};
use serde_json::Value;

use crate::program::{Home, Ran};

/// A gateway's token can be looked up nowhere, so that no server is asked.
fn token() -> Token {
    Token::generate(TokenKind::Gateway).expect("random")
}

/// Runs a line of shell in the directory `tree`, with `$TOKEN` and `$SECRET` set.
fn shell(home: &Home, token: &Token, line: &str) {
    let tree = home.path("tree");
    fs::create_dir_all(&tree).expect("made");
    let web = format!(r#"{{"soulId":"x","authToken":"{}"}}"#, token.expose());
    let mut sh = home.program("bash");
    sh.args(["-ec", line]).current_dir(&tree);
    sh.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    sh.env("TOKEN", token.expose())
        .env("SECRET", BASE64_STANDARD.encode(web));
    let output = sh.output().expect("started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}");
}

/// The findings, and the summary.
fn scanned(ran: &Ran, token: &Token) -> (Vec<Value>, Value) {
    assert!(!ran.stdout.contains(token.expose()) && !ran.stderr.contains(token.expose()));
    let mut lines: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let summary = lines.pop().expect("a summary");
    (lines, summary)
}

/// A line of shell that writes one file, and the place of the token in it: file in an archive, line and layers.
const DISGUISES: [(&str, Option<&str>, u64, &str); 21] = [
    ("printf %s $TOKEN | base64 >f", None, 1, "base64"),
    ("printf x%s $TOKEN | base64 -w0 >f", None, 1, "base64"),
    ("printf 'xx%s' $TOKEN | base64 -w20 >f", None, 1, "base64"),
    (r#"printf 'kind: Secret\ndata:\n  key: %s\n' $(printf %s $TOKEN | base64 -w0) >f"#, None, 3, "base64"),
    (r#"printf 'data:\n  key: %s\n' $(printf %s $SECRET | base64 -w0) >f"#, None, 2, "base64"),
    (r#"printf 'data:\n  key: >-\n%s\n' "$(printf %s $SECRET | base64 -w64 | sed 's/^/    /')" >f"#, None, 3, "base64"),
    (r#"printf 'Authorization: Basic %s\r\n' $(printf mira:%s $TOKEN | base64 -w0) >f"#, None, 1, "base64"),
    ("printf %s $TOKEN | base64 -w0 | base64 >f", None, 1, "base64 base64"),
    ("printf %s $TOKEN | od -An -v -tx1 | tr -d ' \\n' >f", None, 1, "hex"),
    ("printf 'a\\nkey=%s' $TOKEN | od -An -v -tx1 -w30 | tr -d ' ' | tr a-f A-F >f", None, 1, "hex"),
    ("printf 'a\\n%s' $TOKEN | iconv -t UTF-16LE >f", None, 2, "utf16"),
    ("printf 'a\\n%s' $TOKEN | iconv -t UTF-16BE >f", None, 2, "utf16"),
    ("printf 'a\\n%s' $TOKEN | iconv -t UTF-16 >f", None, 2, ""),
    ("printf %s $TOKEN | iconv -t UTF-16LE | base64 -w0 >f", None, 1, "base64 utf16"),
    ("printf %s $TOKEN | gzip | base64 >f", None, 1, "base64 gzip"),
    ("printf 'a\\n%s\\n' $TOKEN | gzip >f.gz", None, 2, ""),
    ("mkdir d; printf 'a\\n%s\\n' $TOKEN >d/env; tar cf f.tar d; rm -r d", Some("d/env"), 2, ""),
    ("mkdir d; printf %s $TOKEN | base64 >d/env; tar czf f.tgz d; rm -r d", Some("d/env"), 1, "base64"),
    (
        "python3 -c 'import os, zipfile as z
with z.ZipFile(\"f.zip\", \"w\", z.ZIP_DEFLATED) as f: f.writestr(\"d/a b\", \"x\\n\" * 9 + os.environ[\"TOKEN\"])'",
        Some("d/a b"),
        10,
        "",
    ),
    (
        "python3 -c 'import os, json; print(\"\".join(\"\\\\u%04x\" % ord(c) for c in os.environ[\"TOKEN\"]))' >f",
        None,
        1,
        "escapes",
    ),
    (
        "python3 -c 'import os, urllib.parse as u; print(u.quote_plus(os.environ[\"SECRET\"]).replace(\"k\", \"%6B\"))' >f",
        None,
        1,
        "",
    ),
];

#[test]
fn a_token_is_found_in_what_real_programs_make_of_it() {
    for (line, member, at, layers) in DISGUISES {
        let (home, token) = (Home::new(), token());
        shell(&home, &token, line);
        let scan = home.run(&["scan", "--offline", "--json", "tree"]);
        let (found, summary) = scanned(&scan, &token);
        assert_eq!(
            (found.len(), scan.code, summary["unchecked"].as_u64()),
            (1, Some(1), Some(1)),
            "{line}: {found:?}"
        );
        let [found] = &found[..] else { continue };
        let in_order = found["layers"].as_array().map_or_else(String::new, |layers| {
            layers
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(" ")
        });
        let got = (
            found["member"].as_str(),
            found["line"].as_u64(),
            in_order.as_str(),
        );
        // Escapes are undone only where there are some.
        let is_escaped = line.contains("quote_plus") && layers.is_empty();
        assert_eq!(
            got,
            (member, Some(at), if is_escaped { got.2 } else { layers }),
            "{line}"
        );

        // The same by standard input, where there is no name.
        let file = fs::read_dir(home.path("tree"))
            .expect("read")
            .next()
            .expect("a file")
            .expect("read")
            .path();
        let mut piped = home.command(&["scan", "--offline", "--json", "-"]);
        piped.stdin(Stdio::from(File::open(file).expect("opened")));
        let (same, _) = scanned(&Ran::of(piped.output().expect("started")), &token);
        assert_eq!(
            (same.len(), &same[0]["line"], &same[0]["member"]),
            (1, &found["line"], &found["member"]),
            "{line}"
        );
    }
}

#[test]
fn a_finding_is_told_with_its_file_in_the_archive_and_what_it_lies_below() {
    let (home, token) = (Home::new(), token());
    shell(
        &home,
        &token,
        "mkdir etc; printf 'a\\n b: %s\\n' $(printf %s $TOKEN | base64 -w0) >etc/env; tar czf f.tgz etc; rm -r etc",
    );
    let scan = home.run(&["scan", "--offline", "tree"]);
    assert!(
        scan.stdout.starts_with("tree/f.tgz!/etc/env:2:5: kdg_…"),
        "{}",
        scan.stdout
    );
    assert!(
        scan.stdout.trim_end().ends_with(" · in base64"),
        "{}",
        scan.stdout
    );
}

#[test]
fn a_whole_secret_in_a_secret_of_kubernetes_is_its_key() {
    let home = Home::new();
    let token = Token::generate(TokenKind::Key(Scope::Web)).expect("random");
    shell(
        &home,
        &token,
        r#"printf 'kind: Secret\ndata:\n  key: %s\n' $(printf %s $SECRET | base64 -w0) >f"#,
    );
    let (found, _) = scanned(&home.run(&["scan", "--offline", "--json", "tree"]), &token);
    assert_eq!(
        (found.len(), found[0]["kind"].as_str(), found[0]["line"].as_u64()),
        (1, Some("web"), Some(3))
    );
}

#[test]
fn what_could_not_be_searched_in_full_is_said_and_ends_with_1() {
    let (home, token) = (Home::new(), token());
    shell(
        &home,
        &token,
        "head -c 80M /dev/zero | gzip >bomb.gz; printf %s $TOKEN | gzip | head -c 40 >cut.gz; echo >clean",
    );
    let scan = home.run(&["scan", "--offline", "tree"]);
    let expected = "\
tree/bomb.gz was not searched in full: it unpacks to more than 100 times its size
tree/cut.gz was not searched in full: broken, so that it ends early
searched 3 files: no keys
";
    assert!(scan.stderr.contains(expected), "{}", scan.stderr);
    assert_eq!((scan.code, scan.stdout.as_str()), (Some(1), ""));
    let (_, summary) = scanned(&home.run(&["scan", "--offline", "--json", "tree"]), &token);
    assert_eq!(summary["partly_searched"], 2);
    home.run(&["scan", "--offline", "tree/clean"]).succeeded();
}

#[test]
fn names_of_files_and_directories_are_searched_and_never_repeated() {
    let (home, token) = (Home::new(), token());
    shell(
        &home,
        &token,
        "mkdir -p a/$TOKEN && touch a/$TOKEN/b && printf %s $TOKEN >$(printf %s $TOKEN | base64 -w0)",
    );
    let (found, summary) = scanned(&home.run(&["scan", "--offline", "--json", "tree"]), &token);
    let mut told: Vec<(&str, bool, &str)> = found
        .iter()
        .map(|found| {
            let path = found["path"].as_str().expect("a path");
            let layer = found["layers"][0].as_str().unwrap_or_default();
            (
                path.split('…').next().expect("its beginning"),
                found["in_name"] == true,
                layer,
            )
        })
        .collect();
    told.sort_unstable();
    let expected = [
        ("tree/a/kdg_", true, ""),
        ("tree/kdg_", false, ""),
        ("tree/kdg_", true, "base64"),
    ];
    assert_eq!(told, expected);
    assert_eq!(summary["files"], 2);
    let said = home.run(&["scan", "--offline", "tree"]);
    assert!(said.stdout.contains("name of tree/a/kdg_…"), "{}", said.stdout);
    assert!(!said.stdout.contains(token.expose()), "{}", said.stdout);
}
