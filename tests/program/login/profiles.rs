//! What `config.toml` and the flags choose and allow.

use std::fs;

use crate::login::{config, configure, kept, login};
use crate::program::{Home, Ran, mobile_key};

#[test]
fn a_read_only_profile_reads_and_changes_nothing() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let project = server.project("Storefront").id.to_string();
    server.run(&mobile_key(&project, "Kiosk")).succeeded();
    login(&home, &token, &[&server.url, "--read-only", "--colour", "red"]).succeeded();
    assert!(config(&home).contains("colour = \"red\"\nread_only = true"));

    home.run(&["key", "show", "Kiosk"]).succeeded();
    home.run(&["key", "reveal", "Kiosk"]).succeeded();
    let said = home.run(&["whoami"]).succeeded().stdout;
    assert!(said.contains("read-only"), "{said}");
    for args in [
        &["key", "create", "--scope", "analytics", "--name", "Board"][..],
        &["key", "edit", "Kiosk", "--name", "Lobby"],
        &["key", "revoke", "Kiosk", "--yes"],
    ] {
        let said = home.run(args).refused(1);
        assert!(said.contains("read-only") && said.contains("--profile"), "{said}");
    }
    let list = server.run(&["key", "list", "--json"]).json();
    assert_eq!(list["items"][0]["name"], "Kiosk");
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_wrong_with_the_configuration_is_told_with_its_line() {
    let home = Home::new();
    configure(
        &home,
        "[profiles.acme]\nserver = \"https://keys.acme.example\"\nreadonly = true\n",
    );
    let said = home.run(&["key", "list"]).refused(1);
    assert!(
        said.contains("config.toml, line 3: ") && said.contains("`colour`"),
        "{said}"
    );
    let said = login(&home, "kdu_x", &["http://127.0.0.1:1"]).refused(1);
    assert!(said.contains("config.toml, line 3: "), "{said}");

    // A colour changes nothing of what a command does.
    configure(
        &home,
        "[profiles.acme]\nserver = \"https://keys.acme.example\"\ncolor = \"red\"\n",
    );
    let ran = home.run(&["key", "list"]).succeeded();
    assert!(
        ran.stderr.contains("config.toml, line 3: “color”"),
        "{}",
        ran.stderr
    );

    configure(&home, "[profiles.acme]\nserver = \"https://keys.acme.example\"\n");
    let said = home.run(&["key", "list", "--profile", "prod"]).refused(2);
    assert!(
        said.contains("no profile \"prod\"; there are: acme, local"),
        "{said}"
    );
    let mut command = home.command(&["key", "list"]);
    let said = Ran::of(command.env("KEYDECK_PROFILE", "prod").output().expect("started")).refused(2);
    assert!(said.contains("no profile \"prod\""), "{said}");
    let both = [
        "key",
        "list",
        "--profile",
        "acme",
        "--server",
        "https://keys.acme.example",
    ];
    let said = home.run(&both).refused(2);
    assert!(said.contains("--server and --profile"), "{said}");
    let said = home.run(&["key", "list", "--profile", "acme"]).refused(4);
    assert!(
        said.contains("keydeck login https://keys.acme.example --profile acme"),
        "{said}"
    );
}

#[test]
fn the_default_may_be_named_before_its_profile_is_made() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    configure(&home, "# Mine.\ndefault = \"p1\"\n");
    let said = home.run(&["key", "list"]).refused(1);
    assert!(said.contains("line 2: there is no profile \"p1\""), "{said}");
    // Another one would leave the file as it is: without the default.
    let said = login(&home, &token, &[&server.url, "--profile", "p2"]).refused(1);
    assert!(said.contains("line 2: there is no profile \"p1\""), "{said}");
    // Wherever the flag stands, and whatever server the environment names.
    let mut command = home.command(&["--profile", "p1", "login", &server.url]);
    command.env("KEYDECK_SERVER", "http://127.0.0.1:1");
    Ran::given(command, &format!("{token}\n")).succeeded();
    assert!(config(&home).starts_with("# Mine.\ndefault = \"p1\"\n"));
    home.run(&["key", "list"]).succeeded();
}

#[test]
fn flags_that_would_have_no_effect_are_refused() {
    let home = Home::new();
    let init = [
        "init",
        "--database",
        "sqlite:k.db",
        "--organisation",
        "A",
        "--owner",
        "a@a.example",
    ];
    for flag in [
        ["--profile", "local"],
        ["--token-file", "-"],
        ["--server", "http://127.0.0.1:1"],
    ] {
        let said = home.run(&[&init[..], &flag].concat()).refused(2);
        assert!(said.contains(&format!("leave out {}", flag[0])), "{said}");
    }
    for args in [&["key", "list"][..], &["logout"]] {
        let said = home.run(&[args, &["--token-file", "-"]].concat()).refused(2);
        assert!(said.contains("--token-file"), "{said}");
    }
    assert_eq!(fs::read_dir(home.dir.path()).expect("there").count(), 0);
}

#[test]
fn profiles_of_sign_ins_at_once_are_all_kept() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let names: Vec<String> = (0..6).map(|n| format!("p{n}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            let (home, server, token) = (&home, &server, &token);
            scope.spawn(move || login(home, token, &[&server.url, "--profile", name]).succeeded());
        }
    });
    for name in &names {
        home.run(&["whoami", "--profile", name]).succeeded();
    }
}

#[test]
fn a_token_whose_profile_could_not_be_written_can_be_taken_back() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    // Nobody can make a directory there.
    let mut command = home.command(&["login", &server.url, "--profile", "acme"]);
    command.env("XDG_CONFIG_HOME", "/proc/keydeck");
    let said = Ran::given(command, &format!("{token}\n")).refused(1);
    assert!(
        said.contains("the token is stored in") && said.contains("keydeck logout --profile acme"),
        "{said}"
    );
    assert!(kept(&home, "acme").exists());
    let said = home.run(&["logout", "--profile", "acme"]).succeeded().stderr;
    assert!(said.contains("removed the token of profile acme from"), "{said}");
    assert!(!kept(&home, "acme").exists());
}
