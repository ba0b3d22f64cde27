//! What the command line says: the answer first, one word for one thing, and what to do.

use crate::program::{Home, Ran, Served, mobile_key};
use crate::pty::{Pty, Size, typed};

fn board(server: &Served, name: &str) -> String {
    let create = ["key", "create", "--scope", "analytics", "--name", name];
    server.run(&create).succeeded().stdout.trim().to_owned()
}

/// The first line that is printed.
fn first(ran: Ran) -> String {
    let ran = ran.succeeded();
    ran.stdout.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_state_comes_first() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let secret = board(&server, "Board");
    let state = |words: &str| format!("State        {words}");
    let told = |args: &[&str]| {
        first(server.run(args))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let looked_up = || Ran::given(server.command(&["key", "lookup"]), &secret);
    assert_eq!(told(&["key", "show", "Board"]), "State active");
    assert_eq!(told(&["key", "usage", "Board"]), "State active");
    assert!(
        first(looked_up()).starts_with("State ") && first(looked_up()).ends_with(" active"),
        "{}",
        state("active")
    );
    server.run(&["key", "disable", "Board"]).succeeded();
    assert_eq!(told(&["key", "show", "Board"]), "State disabled just now");
    let disabled = looked_up();
    assert_eq!(disabled.code, Some(1));
    assert!(disabled.stdout.starts_with("State "), "{}", disabled.stdout);
    server.run(&["key", "enable", "Board"]).succeeded();
    server
        .run(&["key", "rotate", "Board", "--overlap", "1h"])
        .succeeded();
    assert_eq!(told(&["key", "show", "Board"]), "State active, being rotated");
    server.run(&["key", "revoke", "Board", "--yes"]).succeeded();
    assert_eq!(told(&["key", "show", "Board"]), "State revoked just now");
    let revoked = looked_up().refused(1);
    assert!(revoked.starts_with("error: revoked just now (kda_…"), "{revoked}");
}

#[test]
fn a_verdict_is_an_answer_on_standard_output() {
    let home = Home::new();
    let server = home.serve(&home.init());
    board(&server, "Board");
    server
        .run(&["key", "rotate", "Board", "--overlap", "1h"])
        .succeeded();
    let allowed = server.run(&["key", "explain", "Board"]).succeeded();
    assert!(
        allowed.stdout.starts_with("allowed at a gateway"),
        "{}",
        allowed.stdout
    );
    server.run(&["key", "disable", "Board"]).succeeded();
    let refused = server.run(&["key", "explain", "Board"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused
            .stdout
            .starts_with("refused at a gateway (key-disabled): "),
        "{}",
        refused.stdout
    );
    assert!(!refused.stderr.contains("error"), "{}", refused.stderr);
    server.run(&["key", "revoke", "Board", "--yes"]).succeeded();
    let json = server.run(&["key", "explain", "Board", "--json"]).denied();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        (&json["allowed"], &json["rule"]),
        (&false.into(), &"key-revoked".into())
    );
}

#[test]
fn usage_is_told_by_days_with_bars_for_people() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let secret = board(&server, "Board");
    let gateway = server.gateway("edge");
    assert_eq!(server.asked(&gateway, &secret), 200);
    server.counted(server.keys()[0].id, |usage| usage.days.total().allowed == 1);
    for (days, has) in [
        (&[][..], [true, true]),
        (&["--days", "7"], [true, false]),
        (&["--days", "30"], [false, true]),
    ] {
        let told = server
            .run(&[&["key", "usage", "Board"], days].concat())
            .succeeded()
            .stdout;
        let lines =
            ["Last 7 days", "Last 30 days"].map(|label| told.lines().any(|line| line.starts_with(label)));
        assert_eq!(lines, has, "{told}");
        assert!(
            told.contains("1 allowed, 0 refused") && !told.contains('█'),
            "{told}"
        );
        let json = server
            .run(&[&["key", "usage", "Board", "--json"], days].concat())
            .json();
        assert_eq!(json["days"]["allowed"].as_array().map(Vec::len), Some(30));
    }
    let ended = Pty::spawn(
        &server.command(&["key", "usage", "Board", "--days", "7"]),
        Size(80, 24),
    )
    .finish();
    let screen = ended.screen.contents();
    let bars = screen
        .lines()
        .find(|line| line.starts_with("Allowed, by day"))
        .expect("bars");
    assert!(bars.ends_with("······█ up to 1 a day"), "{bars}");
    server.run(&["key", "usage", "Board", "--days", "9"]).refused(2);
}

#[test]
fn yes_is_taken_as_it_is_meant_and_a_number_must_be_the_number() {
    let home = Home::new();
    let server = home.serve(&home.init());
    for answer in ["y", "Y", "yes", "YES", " Yes "] {
        board(&server, "Board");
        let (code, screen) = typed(
            &server.command(&["key", "revoke", "Board"]),
            &format!("{answer}<Enter>"),
        );
        assert_eq!(code, Some(0), "{answer}: {screen}");
        assert!(server.keys().is_empty());
    }
    board(&server, "Board");
    for answer in ["", "n", "no", "ye", "yess", "1", "Board"] {
        let (code, screen) = typed(
            &server.command(&["key", "revoke", "Board"]),
            &format!("{answer}<Enter>"),
        );
        assert!(
            code == Some(1) && screen.contains("nothing was revoked"),
            "{answer}: {screen}"
        );
    }
    for n in 0..11 {
        board(&server, &format!("Board {n}"));
    }
    let many = server.command(&["key", "disable", "--filter", "Board"]);
    for answer in ["y", "yes", "11"] {
        let (code, screen) = typed(&many, &format!("{answer}<Enter>"));
        assert_eq!(code, Some(1), "{answer}: {screen}");
    }
    let (code, screen) = typed(&many, "12<Enter>");
    assert_eq!(code, Some(0), "{screen}");
}

#[test]
fn a_project_is_deployed_unless_it_is_said_otherwise() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let created = server.run(&["project", "create", "Kiosk"]).succeeded();
    assert!(
        created.stderr.contains("created project \"Kiosk\", deployed"),
        "{}",
        created.stderr
    );
    server.run(&mobile_key("Kiosk", "Till")).succeeded();
    let later = server
        .run(&["project", "create", "Later", "--not-deployed"])
        .succeeded();
    assert!(
        later.stderr.contains("not deployed") && later.stderr.contains("keydeck project deploy"),
        "{}",
        later.stderr
    );
    server.run(&mobile_key("Later", "Till")).refused(1);
    // Scripts of before say it.
    let added = server
        .run(&["project", "add", "Old", "--deployed", "--json"])
        .json();
    assert_eq!(added["deployed"], true);
    server
        .run(&["project", "create", "Both", "--deployed", "--not-deployed"])
        .refused(2);
}

#[test]
fn the_words_of_before_are_still_understood() {
    let home = Home::new();
    let server = home.serve(&home.init());
    for args in [
        &["user", "add", "jun@acme.example", "--role", "editor"][..],
        &["user", "set-role", "jun@acme.example", "support"],
        &["user", "edit", "jun@acme.example", "--role", "editor"],
        &["gateway", "add", "edge"],
        &["project", "add", "Kiosk"],
        &["key", "list", "--creator", "me"],
    ] {
        server.run(args).succeeded();
    }
    for args in [
        &["user", "--help"][..],
        &["gateway", "--help"],
        &["project", "--help"],
    ] {
        let help = home.run(args).succeeded().stdout;
        let commands: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  ")).collect();
        let has = |word: &str| commands.iter().any(|line| line.starts_with(&format!("{word} ")));
        assert!(
            has("create") && has("remove") && !has("add") && !has("set-role"),
            "{help}"
        );
    }
    for list in [&["key", "list"][..], &["project", "list"], &["gateway", "list"]] {
        board(&server, &list.concat());
        let titles = first(server.run(list));
        assert!(
            titles.contains("CREATED BY") && !titles.contains("CREATOR") && !titles.contains("ADDED"),
            "{titles}"
        );
    }
}
