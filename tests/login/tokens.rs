//! Where a token comes from, and where it never goes.

use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Read};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::program::{Home, Ran};
use crate::{config, configure, kept, login, signed_in, token_from, whoami};

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
    assert!(!plain.contains("goes before"), "{plain}");
    signed_in(&home, &server, &token, "token_command = \"exit 1\"");
    let command = again(&mut home.command(&["login", &server.url]));
    assert!(
        command.contains("the profile's token_command goes before the kept token"),
        "{command}"
    );
    let variable = again(home.command(&["login", &server.url]).env("KEYDECK_TOKEN", &token));
    assert!(
        variable.contains("KEYDECK_TOKEN is set, and goes before the kept token"),
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
                .env("KEYDECK_TOKEN", "kdu_wrong")
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
        said.contains(&format!("the kept token belongs to {}", server.url))
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
