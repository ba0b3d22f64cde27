//! Where a token comes from, and where it never goes.

use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Read};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::login::{config, configure, kept, login, signed_in, token_from, whoami};
use crate::program::{Home, Ran, stranger};

#[test]
fn a_token_comes_from_the_first_place_that_has_one() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    signed_in(&home, &server, &token, "");
    let from = |command: &mut Command| token_from(Ran::of(command.output().expect("started")));
    let file = format!("the file {}", kept(&home, "acme").display());
    assert_eq!(from(&mut whoami(&home)), file);

    fs::write(home.path("entry"), format!("{token}\nurl: acme\n")).expect("written");
    signed_in(&home, &server, &token, "token_command = \"cat entry\"");
    assert_eq!(from(&mut whoami(&home)), "token_command");
    assert_eq!(from(whoami(&home).env("KEYDECK_TOKEN", &token)), "KEYDECK_TOKEN");

    fs::set_permissions(home.path("entry"), Permissions::from_mode(0o600)).expect("set");
    let by_flag = || home.command(&["whoami", "--json", "--token-file", "entry"]);
    assert_eq!(from(by_flag().env("KEYDECK_TOKEN", "kdu_wrong")), "--token-file");
    let mut piped = home.command(&["--token-file", "-", "whoami", "--json"]);
    piped.env("KEYDECK_TOKEN", "kdu_wrong");
    assert_eq!(token_from(Ran::given(piped, &token)), "--token-file");

    fs::set_permissions(home.path("entry"), Permissions::from_mode(0o644)).expect("set");
    let open = home.run(&["whoami", "--token-file", "entry"]).refused(4);
    assert!(open.contains("chmod 600 'entry'"), "{open}");
    let missing = home.run(&["whoami", "--token-file", "nowhere"]).refused(4);
    assert!(missing.contains("nowhere"), "{missing}");
}

#[test]
fn what_goes_before_the_kept_token_is_told() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let again = |command: &mut Command| {
        command.args(["--profile", "acme", "--token-file", "token"]);
        Ran::of(command.output().expect("started")).succeeded().stderr
    };
    fs::write(home.path("token"), &token).expect("written");
    fs::set_permissions(home.path("token"), Permissions::from_mode(0o600)).expect("set");
    let plain = again(&mut home.command(&["login", &server.url]));
    assert!(!plain.contains("takes precedence"), "{plain}");
    signed_in(&home, &server, &token, "token_command = \"exit 1\"");
    let command = again(&mut home.command(&["login", &server.url]));
    assert!(
        command.contains("the profile's token_command takes precedence over the stored token"),
        "{command}"
    );
    let variable = again(home.command(&["login", &server.url]).env("KEYDECK_TOKEN", &token));
    assert!(
        variable.contains("KEYDECK_TOKEN is set, and takes precedence over the stored token"),
        "{variable}"
    );
}

#[test]
fn a_refused_token_is_told_with_where_it_came_from() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    signed_in(&home, &server, &token, "");
    for args in [&["key", "list"][..], &["whoami"]] {
        let mut command = home.command(args);
        let said = Ran::of(
            command
                .env("KEYDECK_TOKEN", stranger())
                .output()
                .expect("started"),
        )
        .refused(4);
        assert!(
            said.contains("(profile acme, token from KEYDECK_TOKEN)"),
            "{said}"
        );
    }
}

#[test]
fn a_token_command_that_gives_none_is_told_and_nothing_else_is_tried() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    for (command, words) in [
        (
            "echo 'acme: no such entry' >&2; exit 1",
            "failed (exit status: 1): acme: no such entry",
        ),
        ("true", "wrote no token"),
        ("keydeck-no-such-program", "not found"),
    ] {
        fs::remove_dir_all(home.path("config")).ok();
        signed_in(&home, &server, &token, &format!("token_command = \"{command}\""));
        let said = home.run(&["whoami"]).refused(4);
        assert!(
            said.contains("token_command of profile acme") && said.contains(words),
            "{said}"
        );
    }
}

#[test]
fn a_token_with_something_around_it_is_told_on_this_side() {
    let home = Home::new();
    let token = home.init();
    // Nobody listens there: what is sent ends with another sentence.
    let nobody = "http://127.0.0.1:1";
    let (left, right) = token.split_at(20);
    for (text, words) in [
        (format!("\"{token}\""), "quotes around it"),
        (format!("'\"{token}\"'"), "quotes around it"),
        (format!("\u{feff}{token}"), "a byte order mark before it"),
        (
            format!("{token}\u{200b}"),
            "an invisible character in or beside it (U+200B)",
        ),
        (
            format!("{left}\u{a0}{right}"),
            "an invisible character in or beside it (U+00A0)",
        ),
        (format!("Bearer {token}"), "the word Bearer stands before it"),
        (format!("TOKEN={token}"), "a name stands before it"),
        (format!("{left}\n{right}"), "broken over several lines"),
        (format!("{left} {right}"), "white space in it"),
        (token[..40].to_owned(), "incomplete or too long"),
        ("kdg_x".into(), "incomplete or too long"),
        ("hunter2".into(), "does not begin with kdu_"),
    ] {
        fs::write(home.path("token"), format!("{text}\n")).expect("written");
        fs::set_permissions(home.path("token"), Permissions::from_mode(0o600)).expect("set");
        configure(
            &home,
            &format!("[profiles.acme]\nserver = \"{nobody}\"\ntoken_command = \"cat token\"\n"),
        );
        let list = |args: &[&str]| home.command(&[&["key", "list"], args].concat());
        let mut by_variable = list(&["--server", nobody]);
        by_variable.env("KEYDECK_TOKEN", &text);
        for (from, said) in [
            ("KEYDECK_TOKEN", Ran::of(by_variable.output().expect("started"))),
            (
                "token",
                home.run(&["key", "list", "--server", nobody, "--token-file", "token"]),
            ),
            (
                "standard input",
                Ran::given(
                    list(&["--server", nobody, "--token-file", "-"]),
                    &format!("{text}\n"),
                ),
            ),
            ("token_command", home.run(&["key", "list", "--profile", "acme"])),
            ("nothing was sent or stored", login(&home, &text, &[nobody])),
        ] {
            let said = said.refused(4);
            assert!(said.contains(from) && said.contains(words), "{from}: {said}");
            assert!(!said.contains(right) && !said.contains("hunter2"), "{said}");
        }
    }
}

#[test]
fn a_token_that_was_spoilt_where_it_is_kept_is_not_sent() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    signed_in(&home, &server, &token, "");
    let file = kept(&home, "acme");
    let text = fs::read_to_string(&file).expect("kept");
    fs::write(&file, text.replace(&token, &format!("\"{token}\""))).expect("written");
    let said = home.run(&["whoami"]).refused(4);
    assert!(
        said.contains("holds no sign-in token: there are quotes around it"),
        "{said}"
    );
}

#[test]
fn a_token_command_of_somebody_else_is_not_run() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    signed_in(
        &home,
        &server,
        &token,
        "token_command = \"touch asked; cat entry\"",
    );
    fs::write(home.path("entry"), &token).expect("written");
    let file = home.path("config/keydeck/config.toml");
    let directory = home.path("config/keydeck");
    for (path, mode) in [(&file, 0o622), (&file, 0o664), (&directory, 0o777)] {
        let before = fs::metadata(path).expect("there").permissions();
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
        let said = home.run(&["whoami"]).refused(4);
        let advice = format!("chmod go-w '{}'", path.display());
        assert!(
            said.contains("is not run: others can write") && said.contains(&advice),
            "{said}"
        );
        assert!(!home.path("asked").exists());
        fs::set_permissions(path, before).expect("set");
    }
    if rustix::process::geteuid().is_root() {
        chown(&file, Some(65_534), None).expect("changed");
        let said = home.run(&["whoami"]).refused(4);
        assert!(said.contains("belongs to another user (id 65534)"), "{said}");
        chown(home.path("entry"), Some(65_534), None).expect("changed");
        fs::set_permissions(home.path("entry"), Permissions::from_mode(0o600)).expect("set");
        let said = home.run(&["whoami", "--token-file", "entry"]).refused(4);
        assert!(said.contains("belongs to another user (id 65534)"), "{said}");
        chown(&file, Some(0), None).expect("changed");
        assert!(!home.path("asked").exists());
    }
    assert_eq!(
        token_from(Ran::of(whoami(&home).output().expect("started"))),
        "token_command"
    );
    assert!(home.path("asked").exists());
}

#[test]
fn a_token_command_sees_no_secret_of_the_environment() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    signed_in(&home, &server, &token, "token_command = \"env >seen; cat entry\"");
    fs::write(home.path("entry"), &token).expect("written");
    let mut command = whoami(&home);
    for variable in ["KEYDECK_ROOT_KEY", "PGPASSWORD", "KEYDECK_DATABASE"] {
        command.env(variable, "s3cret");
    }
    command.env("BESIDE", "there");
    assert_eq!(
        token_from(Ran::of(command.output().expect("started"))),
        "token_command"
    );
    let seen = fs::read_to_string(home.path("seen")).expect("written");
    assert!(
        seen.contains("BESIDE=there") && !seen.contains("s3cret"),
        "{seen}"
    );
}

#[test]
fn a_kept_token_is_never_sent_to_another_server() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    signed_in(&home, &server, &token, "");
    let other = TcpListener::bind("127.0.0.1:0").expect("bound");
    let url = format!("http://{}", other.local_addr().expect("bound"));
    configure(&home, &config(&home).replace(&server.url, &url));
    let said = home.run(&["key", "list"]).refused(4);
    assert!(
        said.contains(&format!("the stored token belongs to {}", server.url))
            && said.contains(&format!("keydeck login {url} --profile acme")),
        "{said}"
    );
    other.set_nonblocking(true).expect("set");
    assert!(
        other
            .accept()
            .is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    );
}

#[test]
fn a_profile_of_another_server_is_not_signed_in_over() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let before =
        "[profiles.acme]\nserver = \"https://keys.acme.example/deck\"\ntoken_command = \"touch asked\"\n";
    configure(&home, before);
    let said = login(&home, &token, &[&server.url, "--profile", "acme"]).refused(2);
    assert!(
        said.contains("profile acme is https://keys.acme.example/deck; choose another name with --profile")
            && said.contains("keydeck/config.toml"),
        "{said}"
    );
    assert_eq!(config(&home), before);
    assert!(!kept(&home, "acme").exists() && !home.path("asked").exists());

    login(&home, &token, &[&server.url, "--profile", "here"]).succeeded();
    home.run(&["key", "list", "--profile", "here"]).succeeded();
    // Another path of one server is no other server.
    configure(
        &home,
        &config(&home).replace(&server.url, &format!("{}/deck", server.url)),
    );
    let said = login(&home, &token, &[&server.url, "--profile", "here"]).succeeded();
    assert!(
        said.stderr
            .contains(&format!("profile here was {}/deck before", server.url)),
        "{}",
        said.stderr
    );
}

#[test]
fn a_signal_ends_the_token_command_with_what_it_started() {
    let home = Home::new();
    let made = Command::new("mkfifo").arg(home.path("pipe")).status();
    assert!(made.expect("started").success());
    let command = "exec 3>pipe; sleep 20; echo late >&3";
    configure(
        &home,
        &format!("[profiles.acme]\nserver = \"https://keys.acme.example\"\ntoken_command = \"{command}\"\n"),
    );
    for signal in [Signal::INT, Signal::TERM] {
        let mut asking = home
            .command(&["whoami", "--profile", "acme"])
            .spawn()
            .expect("started");
        let mut pipe = File::open(home.path("pipe")).expect("opened by the command too");
        kill_process(Pid::from_child(&asking), signal).expect("sent");
        // At its end when the shell and its sleep have gone.
        let mut said = String::new();
        pipe.read_to_string(&mut said).expect("read");
        assert_eq!(said, "", "it went on");
        let ended = asking.wait().expect("ended");
        assert_eq!(ended.signal(), Some(signal.as_raw()));
    }
}
