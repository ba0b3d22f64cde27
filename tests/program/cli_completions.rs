//! The completions in real shells: what Tab makes of a line, and that nothing is asked, sent or done that must not be.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::{Home, Ran, Served, stranger};
use crate::pty::{Pty, Size};

/// Milliseconds that a machine may take which also builds and tests other things.
const BUSY: &str = "20000";

/// The program's directory before all others.
fn path() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_keydeck"));
    let others = std::env::var("PATH").unwrap_or_default();
    format!("{}:{others}", program.parent().expect("a directory").display())
}

fn is_there(shell: &str) -> bool {
    let found = Command::new(shell)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    found.is_ok()
}

/// A shell in a terminal, with the environment of the server's commands.
fn shell(server: &Served, args: &[&str]) -> Pty {
    let mut shell = Command::new(args[0]);
    shell.args(&args[1..]);
    let ours = server.command(&[]);
    shell.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
        .env("PATH", path())
        .env("KEYDECK_COMPLETION_TIMEOUT", BUSY)
        .env("PS1", "ready> ")
        .current_dir(ours.get_current_dir().expect("a home"));
    Pty::spawn(&shell, Size(120, 40))
}

fn keys(server: &Served) {
    server.project("Storefront");
    for name in [
        "Checkout assistant",
        "Order status",
        "$(touch pwned)",
        "It's \"quoted\"",
    ] {
        let create = ["key", "create", "--scope", "analytics", "--name", name];
        server.run(&create).succeeded();
    }
}

#[test]
fn bash_completes_the_name_of_a_key_and_the_command_gets_it() {
    let home = Home::new();
    let server = home.serve(&home.init());
    keys(&server);
    let mut bash = shell(&server, &["bash", "--norc", "--noprofile", "-i"]);
    bash.wait_for("ready> ");
    bash.type_at_once("source <(keydeck completions bash) && echo loa''ded\r");
    bash.wait_for("loaded");
    for (typed, shown, told) in [
        (
            "keydeck key show Che<Tab>",
            "show Checkout\\ assistant",
            "Checkout assistant",
        ),
        (
            "keydeck key show 'Ord<Tab>",
            "show 'Order status'",
            "Order status",
        ),
        (
            "keydeck key sh<Tab>\\$<Tab>",
            "show \\$\\(touch\\ pwned\\)",
            "$(touch pwned)",
        ),
        (
            "keydeck key show It<Tab>",
            "show It\\'s\\ \\\"quoted\\\"",
            "It's \"quoted\"",
        ),
    ] {
        bash.type_keys("clear<Enter>");
        bash.wait_until("an empty screen", |screen| screen.contents().trim() == "ready>");
        bash.type_keys(typed);
        bash.wait_for(shown);
        bash.type_keys("<Enter>");
        bash.wait_until(told, |screen| {
            let contents = screen.contents();
            contents
                .lines()
                .any(|line| line.starts_with("Name") && line.ends_with(told))
        });
    }
    assert!(!home.path("pwned").exists(), "a name is not run");
    bash.type_keys("clear<Enter>keydeck user remove mira@ac<Tab>");
    bash.wait_for("remove mira@acme.example");
    bash.type_keys("<C-u>keydeck key list --pro<Tab>ject Sto<Tab>");
    bash.wait_for("--project Storefront");
}

#[test]
fn zsh_and_fish_complete_the_name_of_a_key() {
    let home = Home::new();
    let server = home.serve(&home.init());
    keys(&server);
    let load_zsh =
        "autoload -Uz compinit && compinit -u && source <(keydeck completions zsh) && echo loa''ded\r";
    let load_fish = "keydeck completions fish | source; and echo loa''ded\r";
    for (args, load) in [
        (&["zsh", "-f", "-i"][..], load_zsh),
        (&["fish", "--no-config", "-i"], load_fish),
    ] {
        if !is_there(args[0]) {
            continue;
        }
        let mut shell = shell(&server, args);
        shell.type_at_once(load);
        shell.wait_for("loaded");
        shell.type_keys("keydeck key show Che<Tab>");
        shell.wait_until("the name", |screen| {
            screen.contents().contains("Checkout\\ assistant")
        });
        shell.type_keys("<Enter>");
        shell.wait_until("the key", |screen| {
            screen
                .contents()
                .lines()
                .any(|line| line.starts_with("State") && line.contains("active"))
        });
        shell.type_keys("keydeck key show \\$<Tab>");
        shell.wait_until("the name", |screen| {
            screen.contents().contains("\\$\\(touch\\ pwned\\)")
        });
        shell.type_keys("<Enter>");
        shell.wait_until("the other key", |screen| {
            let contents = screen.contents();
            contents
                .lines()
                .any(|line| line.starts_with("Name") && line.ends_with("$(touch pwned)"))
        });
        assert!(!home.path("pwned").exists(), "a name is not run");
    }
}

/// What is offered after a line of bash, however busy the machine is.
fn offered(command: Command, line: &str) -> Vec<String> {
    offered_within(BUSY, command, line)
}

fn offered_within(patience: &str, mut command: Command, line: &str) -> Vec<String> {
    let breaks = " \t\n\"'@><=;|&(:";
    command
        .args(["complete", "bash", "--breaks", breaks, "--", line])
        .env("KEYDECK_COMPLETION_TIMEOUT", patience);
    let ran = Ran::of(command.output().expect("started")).succeeded();
    assert_eq!(ran.stderr, "", "{line}");
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn names_of_every_kind_are_offered() {
    let home = Home::new();
    let server = home.serve(&home.init());
    keys(&server);
    server.run(&["gateway", "create", "edge-1"]).succeeded();
    fs::create_dir_all(home.path("config/keydeck")).expect("made");
    let config = "[profiles.staging]\nserver = \"https://staging.acme.example\"\n";
    fs::write(home.path("config/keydeck/config.toml"), config).expect("written");
    for (line, offer) in [
        ("keydeck ke", "key"),
        ("keydeck key rev", "revoke"),
        ("keydeck key show Board", ""),
        ("keydeck key show ord", "Order\\ status"),
        ("keydeck key edit Che", "Checkout\\ assistant"),
        ("keydeck key list --scope=w", "web"),
        ("keydeck key list --project ", "Storefront"),
        ("keydeck key list --created-by mira", "mira@acme.example"),
        ("keydeck user edit ", "mira@acme.example"),
        ("keydeck user edit mira@", "@acme.example"),
        ("keydeck user edit mira@acme.example --role e", "editor"),
        ("keydeck gateway remove e", "edge-1"),
        ("keydeck --profile st", "staging"),
        ("keydeck completions ", "zsh"),
        ("X=1 keydeck key show Ord", "Order\\ status"),
    ] {
        let offers = offered(server.command(&[]), line);
        match offer {
            "" => assert!(offers.is_empty(), "{line}: {offers:?}"),
            offer => assert!(offers.iter().any(|one| one == offer), "{line}: {offers:?}"),
        }
    }
    // The commands of before are understood, and not offered.
    assert!(!offered(server.command(&[]), "keydeck project ").contains(&"add".to_owned()));
}

#[test]
fn nothing_is_asked_or_waited_for() {
    let home = Home::new();
    // It accepts, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("bound");
    let silent = format!("http://{}", silent.local_addr().expect("bound"));
    for server in [
        "http://127.0.0.1:9",
        &silent,
        "https://no-such-host.invalid",
        "nonsense",
    ] {
        let mut command = home.command(&[]);
        command
            .env("KEYDECK_SERVER", server)
            .env("KEYDECK_TOKEN", stranger());
        let begun = Instant::now();
        assert!(
            offered_within("100", command, "keydeck key show C").is_empty(),
            "{server}"
        );
        assert!(begun.elapsed() < Duration::from_secs(10), "{server}");
    }
    // Nobody is signed in; the profile's command would ask; and there is no deck yet.
    fs::create_dir_all(home.path("config/keydeck")).expect("made");
    let config = "[profiles.a]\nserver = \"http://127.0.0.1:9\"\ntoken_command = \"touch asked; echo\"\n";
    fs::write(home.path("config/keydeck/config.toml"), config).expect("written");
    for line in [
        "keydeck --profile a key show C",
        "keydeck --profile=a key show C",
        "keydeck key show C",
    ] {
        assert!(offered(home.command(&[]), line).is_empty(), "{line}");
    }
    assert!(!home.path("asked").exists() && !home.path("data/keydeck").exists());
    // The local deck is completed once it is there.
    home.run(&["key", "create", "--scope", "analytics", "--name", "Corner"])
        .succeeded();
    assert_eq!(offered(home.command(&[]), "keydeck key show C"), ["Corner"]);
    // What can't be read is no reason to speak.
    fs::write(home.path("config/keydeck/config.toml"), "nonsense").expect("written");
    assert!(offered(home.command(&[]), "keydeck key show C").is_empty());
}

#[test]
fn a_secret_that_is_typed_goes_nowhere() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let secret = server.analytics_key("Board");
    for line in [
        format!("keydeck key show {secret}"),
        format!("keydeck key show '{token}"),
    ] {
        let offers = offered(server.command(&[]), &line);
        assert!(offers.is_empty(), "{offers:?}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let ran = server
            .run(&["complete", shell, "--", "keydeck", "key", "show", ""])
            .succeeded();
        assert!(!ran.stdout.contains(&secret), "{shell}");
    }
    let (code, logged) = server.terminate();
    assert_eq!((code, logged.contains(&secret)), (Some(0), false), "{logged}");
}

#[test]
fn there_is_a_script_for_each_shell_and_no_other() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = home.run(&["completions", shell]).succeeded();
        assert!(
            script.stdout.contains(&format!("keydeck complete {shell}"))
                || script.stdout.contains(&format!("\" complete {shell}")),
            "{shell}"
        );
        assert!(script.stderr.is_empty());
    }
    let refused = home.run(&["completions", "tcsh"]).refused(2);
    assert!(refused.contains("bash, zsh, fish, powershell"), "{refused}");
}
