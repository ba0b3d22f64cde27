//! `keydeck import` of files that are none, of two at once, and of one that somebody stops.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;

use keydeck::model::TokenHash;
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};

use crate::cli_import::{FOREIGN, foreign, import};
use crate::program::{Home, Ran, Served};

const ANALYTICS: [&str; 2] = ["--scope", "analytics"];

fn in_utf16(text: &str) -> impl Iterator<Item = u16> {
    text.encode_utf16()
}

/// So many lines of keys, with a header.
fn csv(numbers: impl Iterator<Item = usize>) -> String {
    let rows = numbers.map(|n| format!("Board {n},{}\n", foreign(n)));
    rows.fold("name,token\n".to_owned(), |all, row| all + &row)
}

fn there(server: &Served) -> usize {
    server.run(&["export", "keys"]).succeeded().stdout.lines().count() - 1
}

#[test]
fn no_file_is_too_odd_for_a_sentence() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let row = format!("name,token\nTill,{FOREIGN}\n");
    let utf16: Vec<u8> = in_utf16(&format!("\u{feff}{row}"))
        .flat_map(u16::to_le_bytes)
        .collect();
    let long = "x".repeat(10 * 1024 * 1024);
    let twice = format!("{{\"name\": \"Till\", \"token\": \"x\", \"token\": \"{FOREIGN}\"}}\n");
    let bad = |n: usize| format!("Board {n},short\n");
    let (most, more) = (
        (0..100_000).map(bad).collect::<String>(),
        (0..100_001).map(bad).collect::<String>(),
    );
    for (bytes, said) in [
        (Vec::new(), "no keys"),
        (b"\xef\xbb\xbf".to_vec(), "no keys"),
        (b"name,token\n".to_vec(), "no keys"),
        (b"name,token\r".to_vec(), "no keys"),
        (b"name,token\nT\0ill,x\n".to_vec(), "line 2 has a NUL"),
        (
            utf16[2..].to_vec(),
            "line 1 has a NUL character, so that this is no text; if it is UTF-16, save it as UTF-8",
        ),
        (
            utf16[..21].to_vec(),
            "begins as UTF-16 and goes on as something else",
        ),
        (b"name,token\nT\xffill,x\n".to_vec(), "line 2 is not UTF-8"),
        (b"name,token\n\"Till,x\n".to_vec(), "line 2: a quote is opened"),
        (
            b"name,token,note\nTill,x,y\nDesk,z".to_vec(),
            "line 3: there are 2 cells",
        ),
        (b"name,name\nTill,x\n".to_vec(), "two columns are the name"),
        (b"{\"name\": \"Ti".to_vec(), "line 1: this is no JSON"),
        (twice.into_bytes(), "line 1: \"token\" is there twice"),
        (
            format!("name,token,note\nTill,{FOREIGN},{long}\n").into_bytes(),
            "line 2, note",
        ),
        (
            format!("name,token,{long}\nTill,{FOREIGN},x\n").into_bytes(),
            "the third column is unknown",
        ),
        (
            format!("{{\"name\": \"Till\", \"{long}\": 1}}").into_bytes(),
            "the second name in the objects is unknown",
        ),
        (format!("name,token\n{most}").into_bytes(), "and 99950 more"),
        (
            format!("name,token\n{more}").into_bytes(),
            "more than 100000 keys",
        ),
    ] {
        let told = import(&server, bytes, &ANALYTICS).refused(1);
        assert!(told.contains(said), "{said}: {told}");
        assert!(told.len() < 8192, "{said}: {}", told.len());
    }
    for (n, bytes) in [
        row.replace('\n', "\r\n").into_bytes(),
        row.replace('\n', "\r").into_bytes(),
        utf16,
        format!("sep=;\r\n{}", row.replace(',', ";")).into_bytes(),
        row.trim_end().as_bytes().to_vec(),
    ]
    .into_iter()
    .enumerate()
    {
        let told = import(&server, bytes, &["--scope", "analytics", "--dry-run"]);
        let told = told.succeeded().stdout;
        assert!(told.starts_with("1 key would be imported"), "{n}: {told}");
    }
    assert_eq!(there(&server), 0);
}

#[test]
fn no_message_repeats_what_may_be_a_secret() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let no_header = "the first line does not look like a header";
    let hash = TokenHash::of(FOREIGN).to_string();
    let mapped = format!("{FOREIGN}=note");
    let field = format!("token={FOREIGN}");
    let unkey = format!("{{\"keyId\": \"a\", \"start\": \"b\", \"{FOREIGN}\": 1}}");
    let variant = format!("{{\"hash\": {{\"value\": \"{hash}\", \"variant\": \"{FOREIGN}\"}}}}");
    for (text, args, code, said) in [
        (
            format!("Till,{FOREIGN}\nDesk,{}\n", foreign(1)),
            &[][..],
            1,
            no_header,
        ),
        (format!("Till,analytics,{hash}\n"), &[], 1, no_header),
        (
            format!("token,{FOREIGN}\n"),
            &[],
            1,
            "the second column is unknown",
        ),
        (
            format!("{{\"{FOREIGN}\": \"Till\"}}"),
            &[],
            1,
            "none of them is known",
        ),
        (
            format!("{{\"name\": \"Till\"}}\n{{\"name\": \"Till\", \"{FOREIGN}\": 1}}\n"),
            &[],
            1,
            "the second name in the objects",
        ),
        (
            format!("{{\"{FOREIGN}\": 1, \"{FOREIGN}\": 1}}"),
            &[],
            1,
            "there twice",
        ),
        (unkey, &[], 1, "This field is unknown"),
        (variant, &[], 1, "only SHA-256 is taken"),
        ("name,token\n".into(), &["--map", &mapped], 1, "no such column"),
        (
            "name,token\n".into(),
            &["--map", &field],
            2,
            "there is no such field",
        ),
        ("name,token\n".into(), &["--map", FOREIGN], 2, "COLUMN=FIELD"),
    ] {
        let told = import(&server, &text, &[args, &ANALYTICS].concat()).refused(code);
        assert!(told.contains(said), "{said}: {told}");
        for secret in [FOREIGN, &foreign(1), &hash, "Till"] {
            assert!(!told.contains(secret), "{text}: {told}");
        }
    }
    // What is left out of another product's file is said.
    let kong = format!(
        "{{\"username\": \"alex\", \"keyauth_credentials\": [{{\"key\": \"{}\", \"{FOREIGN}\": 1}}]}}",
        foreign(2)
    );
    let told = import(&server, &kong, &ANALYTICS).succeeded().stderr;
    assert!(
        told.contains("not taken over") && !told.contains(FOREIGN),
        "{told}"
    );
}

#[test]
fn a_file_that_says_that_it_is_not_whole_is_refused() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let kong = |next: &str| {
        format!(
            "{{\"data\": [{{\"key\": \"{FOREIGN}\", \"consumer\": {{\"id\": \"a\"}}}}], \"next\": {next}}}"
        )
    };
    let unkey = |more: &str| {
        let hash = TokenHash::of(&foreign(1));
        format!("{{\"data\": [{{\"hash\": \"{hash}\", \"name\": \"Board\"}}], \"pagination\": {more}}}")
    };
    for page in [
        kong("\"/key-auths?offset=abc\""),
        unkey("{\"hasMore\": true, \"cursor\": \"abc\"}"),
    ] {
        let told = import(&server, &page, &ANALYTICS).refused(1);
        assert!(
            told.contains("one page of several") && told.contains("export all of them"),
            "{told}"
        );
    }
    for whole in [kong("null"), unkey("{\"hasMore\": false}")] {
        let told = import(&server, &whole, &ANALYTICS).succeeded().stdout;
        assert_eq!(told, "1 key imported\n", "{whole}");
    }
}

#[test]
fn ends_and_switches_of_a_file_are_read_or_told() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let row = |column: &str, cell: &str| format!("name,token,{column},\nBoard,{FOREIGN},{cell},\n");
    for (column, cell, said) in [
        (
            "expires",
            "9223372036854775807",
            "line 2, expires: This number is out of range",
        ),
        (
            "expires",
            "-9223372036854775808",
            "line 2, expires: This number is out of range",
        ),
        (
            "created",
            "999999999999999999",
            "line 2, created: This number is out of range",
        ),
        ("expires", "soon", "or never"),
        (
            "disabled,enabled",
            "false,false",
            "line 2, enabled: This contradicts disabled",
        ),
        (
            "enabled,disabled",
            "true,yes",
            "line 2, enabled: This contradicts disabled",
        ),
    ] {
        let told = import(&server, row(column, cell), &ANALYTICS).refused(1);
        assert!(told.contains(said), "{said}: {told}");
    }
    for (column, cell) in [
        ("expires", "never"),
        ("expires", "Never"),
        ("expires", "4102444800"),
        ("disabled,enabled", "false,true"),
        ("disabled,enabled", "1,0"),
        ("disabled,enabled", ",false"),
    ] {
        let told = import(
            &server,
            row(column, cell),
            &[&ANALYTICS[..], &["--dry-run"]].concat(),
        );
        let told = told.succeeded().stdout;
        assert!(
            told.starts_with("1 key would be imported"),
            "{column} {cell}: {told}"
        );
    }
    let told = import(&server, row("expires", "never"), &ANALYTICS)
        .succeeded()
        .stdout;
    assert_eq!(told, "1 key imported\n");
    assert_eq!(server.keys()[0].settings.expires_at, None);
}

#[test]
fn what_is_no_file_is_read_where_it_can_be() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let named = |name: &str| server.run(&[&["import", name][..], &ANALYTICS].concat());
    for (name, said) in [
        (".", "can't read .: Is a directory"),
        ("nowhere.csv", "can't read nowhere.csv: No such file"),
        ("/dev/null", "no keys"),
    ] {
        let told = named(name).refused(1);
        assert!(told.contains(said), "{said}: {told}");
    }
    // As a shell hands over what another command prints.
    let made = Command::new("mkfifo").arg(home.path("keys.pipe")).status();
    assert!(made.expect("started").success());
    let pipe = home.path("keys.pipe");
    let writer = thread::spawn(move || fs::write(pipe, csv(1..3)).expect("written"));
    assert_eq!(named("keys.pipe").succeeded().stdout, "2 keys imported\n");
    writer.join().expect("written");
    let piped = Ran::given(
        server.command(&[&["import", "-"][..], &ANALYTICS].concat()),
        &csv(3..4),
    );
    assert_eq!(piped.succeeded().stdout, "1 key imported\n");
}

#[test]
fn of_two_imports_at_once_that_have_a_token_in_common_one_is_refused_whole() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let ran = thread::scope(|scope| {
        let run = |numbers: std::ops::Range<usize>| {
            let server = &server;
            scope.spawn(move || import(server, csv(numbers), &ANALYTICS))
        };
        [run(0..600), run(599..1_200)].map(|run| run.join().expect("ended"))
    });
    let (won, lost): (Vec<Ran>, Vec<Ran>) = ran.into_iter().partition(|ran| ran.code == Some(0));
    let ([won], [lost]) = (won.as_slice(), lost.as_slice()) else {
        panic!("{won:?} {lost:?}");
    };
    let line = if won.stdout.starts_with("600 ") {
        "line 2, "
    } else {
        "line 601, "
    };
    for said in [
        line,
        "token: The key \"Board 599\" has this token already",
        "nothing was imported",
    ] {
        assert!(lost.stderr.contains(said), "{said}: {}", lost.stderr);
    }
    assert_eq!(format!("{} keys imported\n", there(&server)), won.stdout);
    server.run(&["activity", "verify"]).succeeded();
}

#[test]
fn one_that_is_stopped_says_so_and_leaves_nothing() {
    let home = Home::new();
    let server = home.serve(&home.init());
    fs::write(home.path("keys.csv"), csv(0..20_000)).expect("written");
    let mut command = server.command(&[&["import", "keys.csv"][..], &ANALYTICS].concat());
    let importing = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let database = Connection::open(home.path("keys.db")).expect("opened");
    let has_begun = || {
        let lines = database.query_row("SELECT count(*) FROM imports WHERE imported > 0", [], |row| {
            row.get::<_, i64>(0)
        });
        lines.is_ok_and(|lines| lines > 0)
    };
    while !has_begun() {
        thread::yield_now();
    }
    kill_process(Pid::from_child(&importing), Signal::INT).expect("it runs");
    let ended = Ran::of(importing.wait_with_output().expect("ended"));
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (None, ""),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.stderr, "stopped; nothing was imported\n");
    assert_eq!(there(&server), 0);
    // What was left waits for nobody.
    assert_eq!(
        import(&server, csv(0..300), &ANALYTICS).succeeded().stdout,
        "300 keys imported\n"
    );
}
