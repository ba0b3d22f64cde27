//! `login` and `logout`, by standard input and by hand.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::ExitStatusExt;

use keydeck::model::{Scope, Token, TokenKind};
use rustix::process::Signal;

use crate::login::{config, kept, login, token_from, whoami};
use crate::program::{Home, Ran, block_on};
use crate::pty::{Pty, Size};

fn nothing_is_kept(home: &Home) -> bool {
    !home.path("config").exists() && !home.path("data").exists()
}

#[test]
fn a_token_from_standard_input_is_checked_kept_and_used() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let said = login(&home, &token, &[&server.url]).succeeded();
    let host = server.url.strip_prefix("http://").expect("plain");
    let file = kept(&home, host);
    for words in [
        &format!(
            "signed in to {} as mira@acme.example, Owner of Acme Studios",
            server.url
        ),
        &format!(
            "the keyring can't be used: there is no session bus to reach it by; the token is stored in the file {}",
            file.display()
        ),
        &format!("profile {host} is now the default"),
    ] {
        assert!(said.stderr.contains(words.as_str()), "{}", said.stderr);
    }
    assert!(!said.stderr.contains(&token) && said.stdout.is_empty());
    assert!(config(&home).contains(&format!("server = \"{}\"", server.url)));
    assert!(!config(&home).contains(&token));
    for (path, mode) in [
        (file.as_path(), 0o600),
        (file.parent().expect("a directory"), 0o700),
    ] {
        let found = fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(found & 0o777, mode, "{}", path.display());
    }

    let said = home.run(&["whoami"]).succeeded().stdout;
    for words in [
        "mira@acme.example",
        "Owner",
        "Acme Studios",
        host,
        &server.url,
        "create Web, Mobile",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(home.run(&["whoami", "--json"]).json()["server"], server.url);
    home.run(&["key", "list", "--server", &format!("{}/", server.url)])
        .succeeded();

    let said = home.run(&["logout"]).succeeded().stderr;
    assert!(
        said.contains(&format!("{}; the server still accepts it", file.display())),
        "{said}"
    );
    assert!(!file.exists());
    let said = home.run(&["key", "list"]).refused(4);
    assert!(said.contains(&format!("keydeck login {}", server.url)), "{said}");
    let said = home.run(&["logout"]).succeeded().stderr;
    assert!(said.contains("no token was stored"), "{said}");
    let local = home.run(&["--profile", "local", "whoami", "--json"]).json();
    assert_eq!(
        (&local["server"], &local["profile"]),
        (&serde_json::Value::Null, &"local".into())
    );
}

#[test]
fn a_token_that_is_typed_is_not_shown() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let mut pty = Pty::spawn(
        &home.command(&["login", &server.url, "--profile", "acme"]),
        Size(160, 24),
    );
    pty.wait_for("Sign-in token for");
    pty.type_keys(&format!("wrong<C-u>{token}x<Backspace><Enter>"));
    let ended = pty.finish();
    let screen = ended.screen.contents();
    assert_eq!(ended.status.code(), Some(0), "{screen}");
    assert!(
        screen.contains("signed in to") && !screen.contains("kdu_"),
        "{screen}"
    );
    assert!(ended.modes_restored);
    assert_eq!(
        token_from(Ran::of(whoami(&home).output().expect("started"))),
        format!("the file {}", kept(&home, "acme").display())
    );
}

#[test]
fn a_question_that_is_left_gives_the_terminal_back_and_keeps_nothing() {
    let home = Home::new();
    let asked = || {
        let pty = Pty::spawn(&home.command(&["login", "http://127.0.0.1:1"]), Size(120, 24));
        pty.wait_for("Sign-in token for");
        pty
    };
    let left = |pty: Pty, code: Option<i32>, signal: Option<i32>| {
        let ended = pty.finish();
        assert_eq!((ended.status.code(), ended.status.signal()), (code, signal));
        assert!(
            ended.modes_restored && nothing_is_kept(&home),
            "{code:?} {signal:?}"
        );
    };
    for keys in ["<C-d>", "<Enter>", "<Space><Enter>"] {
        let mut pty = asked();
        pty.type_keys(keys);
        left(pty, Some(4), None);
    }
    let mut pty = asked();
    pty.type_keys("kdu_<C-c>");
    left(pty, None, Some(Signal::INT.as_raw()));
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let pty = asked();
        pty.signal(signal);
        left(pty, None, Some(signal.as_raw()));
    }
}

#[test]
fn a_token_may_be_pasted() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let pastes: [fn(&mut Pty, &str); 2] = [Pty::paste, Pty::paste_raw];
    for paste in pastes {
        let mut pty = Pty::spawn(&home.command(&["login", &server.url]), Size(160, 24));
        pty.wait_for("Sign-in token for");
        paste(&mut pty, &token);
        pty.type_keys("<Enter>");
        let ended = pty.finish();
        let screen = ended.screen.contents();
        assert_eq!(ended.status.code(), Some(0), "{screen}");
        assert!(
            screen.contains("signed in to") && !screen.contains("kdu_"),
            "{screen}"
        );
    }
}

#[test]
fn a_sign_in_that_fails_keeps_nothing() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let stranger = Token::generate(TokenKind::User).expect("random");
    let said = login(&home, stranger.expose(), &[&server.url]).refused(4);
    assert!(
        said.contains("does not know this sign-in token; nothing was stored"),
        "{said}"
    );

    // What is no sign-in token is not even sent: nobody listens there.
    let nobody = "http://127.0.0.1:1";
    let key = Token::generate(TokenKind::Key(Scope::Analytics)).expect("random");
    for (text, words) in [
        (key.expose(), "the token of an API key"),
        ("hunter2", "does not begin with kdu_"),
        (
            &token[..50],
            "this token is incomplete or too long: a keydeck token has 53 characters",
        ),
        ("", "there was no token"),
    ] {
        let said = login(&home, text, &[nobody]).refused(4);
        assert!(
            said.contains(words) && (text.is_empty() || !said.contains(text)),
            "{said}"
        );
    }
    let said = login(&home, &token, &[nobody]).refused(1);
    assert!(
        said.contains("connection refused") && !said.contains(&token),
        "{said}"
    );
    for (args, words) in [
        (&["http://keys.acme.example"][..], "https://"),
        (&["https://mira:s3cret@keys.acme.example"], "user name"),
        (&["--server", nobody, nobody], "leave out --server"),
        (&["--profile", "local", nobody], "choose another name"),
        (&["--profile", "../up", nobody], "can't name a profile"),
        (&["--colour", "pink", nobody], "possible values: red"),
    ] {
        let said = login(&home, &token, args).refused(2);
        assert!(said.contains(words) && !said.contains("s3cret"), "{said}");
    }
    assert!(nothing_is_kept(&home));
}

#[test]
fn a_token_that_can_not_be_kept_leaves_no_profile_without_one() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    fs::create_dir_all(home.path("data/keydeck")).expect("made");
    fs::write(home.path("data/keydeck/tokens"), "no directory").expect("written");
    let said = login(&home, &token, &[&server.url]).refused(4);
    assert!(said.contains("can't store the token in"), "{said}");
    assert!(!home.path("config").exists());
}

#[test]
fn a_bus_that_never_answers_does_not_keep_anyone_from_signing_in() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let _silent = UnixListener::bind(home.path("no-bus")).expect("bound");
    let said = login(&home, &token, &[&server.url]).succeeded().stderr;
    assert!(
        said.contains("the keyring can't be used: it does not answer; the token is stored in the file"),
        "{said}"
    );
}

#[test]
fn a_valid_token_is_accepted_beside_many_refused_ones_also_after_a_restart() {
    let home = Home::new();
    let token = home.init();
    let new = {
        let server = home.serve(&token);
        refused_often(&server.url);
        let added = server.run(&["user", "add", "jun@acme.example", "--role", "editor"]);
        added.succeeded().stdout.trim().to_owned()
    };
    let server = home.serve(&token);
    refused_often(&server.url);
    for valid in [&token, &new] {
        server.run_as(valid, &["whoami"]).succeeded();
    }
}

/// More sign-ins than are recorded of one address, the last ones slowed down.
fn refused_often(url: &str) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let statuses: Vec<u16> = (0..25)
        .map(|_| {
            let stranger = Token::generate(TokenKind::User).expect("random");
            let request = client.get(format!("{url}/v1/me")).bearer_auth(stranger.expose());
            block_on(request.send()).expect("answered").status().as_u16()
        })
        .collect();
    assert_eq!(statuses, [[401; 20].as_slice(), &[429; 5]].concat());
}
