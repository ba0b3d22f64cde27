//! A profile of several servers over one database.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;

use super::{config, configure, kept, login, whoami};
use crate::program::{Home, Ran};

/// An address that nobody listens on.
const NOBODY: &str = "http://127.0.0.1:1";

#[test]
fn a_sign_in_holds_for_all_servers_of_its_profile() {
    let home = Home::new();
    let token = home.init();
    let (first, second) = (home.serve(&token), home.serve(&token));
    let said = login(&home, &token, &[&first.url, &second.url, "--profile", "acme"]);
    let said = said.succeeded().stderr;
    let both = format!("{}, {}", first.url, second.url);
    assert!(
        said.contains(&format!("signed in to {} as mira@acme.example", first.url))
            && said.contains(&format!("the token is valid for all of {both}")),
        "{said}"
    );
    let line = format!("server = [\"{}\", \"{}\"]", first.url, second.url);
    assert!(config(&home).contains(&line), "{}", config(&home));
    let me = Ran::of(whoami(&home).output().expect("started")).json();
    assert_eq!(me["server"], first.url);
    assert_eq!(me["servers"], serde_json::json!([first.url, second.url]));

    first.kill();
    let me = Ran::of(whoami(&home).output().expect("started")).json();
    assert_eq!(
        (&me["server"], &me["profile"]),
        (&second.url.clone().into(), &"acme".into())
    );
    let shown = home.run(&["whoami"]).succeeded().stdout;
    assert!(shown.contains(&format!("{} (of {both})", second.url)), "{shown}");
    home.run(&["key", "create", "--scope", "analytics", "--name", "Board"])
        .succeeded();
    home.run(&["logout", "--server", &second.url]).succeeded();
    assert!(!kept(&home, "acme").exists());
}

#[test]
fn who_names_one_of_several_signs_in_to_all_and_leaves_the_list() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let list = format!(
        "[profiles.acme]\n# By hand.\nserver = [\"{NOBODY}\", \"{}\"]\n",
        server.url
    );
    configure(&home, &list);
    let said = login(&home, &token, &[&server.url, "--profile", "acme"])
        .succeeded()
        .stderr;
    assert!(
        said.contains(&format!("the token is valid for all of {NOBODY}, {}", server.url)),
        "{said}"
    );
    assert!(
        config(&home).contains(&list.replace("[profiles.acme]\n", "")),
        "{}",
        config(&home)
    );
    home.run(&["key", "list"]).succeeded();
    // And this run asks no other.
    let said = home.run(&["key", "list", "--server", NOBODY]).refused(1);
    assert!(
        said.contains(&format!("no answer from {NOBODY}")) && !said.contains(&server.url),
        "{said}"
    );
}

#[test]
fn a_server_that_was_added_to_a_profile_gets_no_token_before_a_sign_in() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    login(&home, &token, &[&server.url, "--profile", "acme"]).succeeded();
    let added = TcpListener::bind("127.0.0.1:0").expect("bound");
    let url = format!("http://{}", added.local_addr().expect("bound"));
    let list = format!("[\"{url}\", \"{}\"]", server.url);
    configure(
        &home,
        &config(&home).replace(&format!("\"{}\"", server.url), &list),
    );
    let said = home.run(&["key", "list"]).refused(4);
    assert!(
        said.contains(&format!("the stored token belongs to {}", server.url))
            && said.contains(&format!("keydeck login {url} {} --profile acme", server.url)),
        "{said}"
    );
    added.set_nonblocking(true).expect("set");
    assert!(
        added
            .accept()
            .is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    );
    drop(added);
    login(&home, &token, &[&server.url, "--profile", "acme"]).succeeded();
    home.run(&["key", "list"]).succeeded();
}

#[test]
fn servers_are_named_by_repetition_by_commas_and_in_the_environment() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let list = format!("{NOBODY},{}", server.url);
    for args in [
        &["--server", NOBODY, "--server", &server.url][..],
        &["--server", &list],
    ] {
        server.run(&[&["whoami"], args].concat()).succeeded();
    }
    let mut spaced = server.command(&["whoami", "--json"]);
    spaced.env("KEYDECK_SERVER", list.replace(',', ", "));
    let me = Ran::of(spaced.output().expect("started")).json();
    assert_eq!(
        (&me["server"], &me["profile"]),
        (&server.url.clone().into(), &"127.0.0.1:1".into())
    );
    let said = server.run(&["key", "list", "--server", &format!("{NOBODY},http://127.0.0.1:2")]);
    let said = said.refused(1);
    assert!(
        said.contains(NOBODY) && said.contains("http://127.0.0.1:2"),
        "{said}"
    );
}

#[test]
fn a_list_that_is_wrong_is_refused_and_nothing_is_sent() {
    let home = Home::new();
    let a = "https://a.acme.example";
    for (servers, words) in [
        (
            format!("{a},{a}/"),
            "address 2 of the server is listed twice; remove one",
        ),
        (
            format!("{a},{NOBODY}"),
            "address 2 of the server begins with http:// while others",
        ),
        (format!("{a},"), "address 2 of the server is not a URL"),
        (String::new(), "the server's address is not a URL"),
        (
            format!("{a},https://mira:s3cret@b.example"),
            "address 2 of the server must not contain a user name",
        ),
    ] {
        let flag = home.run(&["key", "list", "--server", &servers]).refused(2);
        let argument = login(&home, "kdu_x", &[&servers]).refused(2);
        for said in [flag, argument] {
            assert!(said.contains(words) && !said.contains("s3cret"), "{said}");
        }
    }
    for (list, line, words) in [
        ("[]", 2, "the list of servers is empty"),
        (
            "[\n\"https://a.example\",\n\"https://a.example\",\n]",
            4,
            "is listed twice",
        ),
        (
            "[\n\"http://localhost:1\",\n\"https://a.example\",\n]",
            3,
            "http:// while others",
        ),
    ] {
        configure(&home, &format!("[profiles.acme]\nserver = {list}\n"));
        let said = home.run(&["key", "list"]).refused(1);
        assert!(
            said.contains(&format!("config.toml, line {line}: ")) && said.contains(words),
            "{said}"
        );
    }
    assert!(fs::read_dir(home.path("data")).is_err());
}

#[test]
fn a_refused_token_is_told_with_the_server_that_refused_it() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let stranger = keydeck::model::Token::generate(keydeck::model::TokenKind::User).expect("random");
    let args = ["key", "list", "--server", NOBODY, "--server", &server.url];
    let said = server.run_as(stranger.expose(), &args).refused(4);
    assert!(said.contains(&format!("refused by {}", server.url)), "{said}");
    let said = login(&home, stranger.expose(), &[NOBODY, &server.url]).refused(4);
    assert!(
        said.contains(&format!("{} does not know this sign-in token", server.url)),
        "{said}"
    );
}
