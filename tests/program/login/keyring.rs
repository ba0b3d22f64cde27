//! The system's keyring: a real one, on a message bus of its own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::login::{config, kept, token_from};
use crate::program::{Home, Ran};

/// A message bus with a keyring for as long as it lives.
struct Bus<'a> {
    home: &'a Home,
    address: String,
    daemon: Child,
}

impl<'a> Bus<'a> {
    fn start(home: &'a Home) -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon runs");
        let mut address = String::new();
        let stdout = daemon.stdout.as_mut().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut address)
            .expect("an address");
        Self {
            home,
            address: address.trim().to_owned(),
            daemon,
        }
    }

    /// A keyring that its owner's password unlocked.
    fn unlocked(home: &'a Home) -> Self {
        let bus = Self::start(home);
        bus.keyring("--unlock", "password");
        bus
    }

    /// A keyring whose owner has not been asked for the password, and can't be.
    fn locked(home: &'a Home) -> Self {
        let bus = Self::start(home);
        bus.keyring("--start", "");
        bus
    }

    /// Goes into the background when it is ready, and ends with the bus.
    fn keyring(&self, how: &str, password: &str) {
        let mut child = self
            .on_bus(Command::new("gnome-keyring-daemon"))
            .args([how, "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon runs");
        // The locked one does not read it.
        let _ = child.stdin.take().expect("piped").write_all(password.as_bytes());
        assert!(child.wait().expect("ended").success());
    }

    /// The environment of the home's own commands, and the bus.
    fn on_bus(&self, mut command: Command) -> Command {
        let home = self.home.command(&[]);
        let environment = home.get_envs().filter_map(|(name, value)| Some((name, value?)));
        command
            .env_clear()
            .envs(environment)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    fn command(&self, args: &[&str]) -> Command {
        self.on_bus(self.home.command(args))
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().expect("started"))
    }

    fn login(&self, token: &str, args: &[&str]) -> String {
        let login = self.command(&[&["login"], args].concat());
        Ran::given(login, &format!("{token}\n")).succeeded().stderr
    }
}

impl Drop for Bus<'_> {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

#[test]
fn a_keyring_keeps_the_token_before_any_file() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let bus = Bus::unlocked(&home);
    let acme = [&server.url, "--profile", "acme"];
    let in_file = bus.login(&token, &[&acme[..], &["--no-keyring"]].concat());
    assert!(in_file.contains("the token is stored in the file"), "{in_file}");
    let in_keyring = bus.login(&token, &acme);
    assert!(
        in_keyring.contains("the token is stored in the keyring"),
        "{in_keyring}"
    );
    assert!(!kept(&home, "acme").exists());
    assert_eq!(token_from(bus.run(&["whoami", "--json"])), "the keyring");

    let text = format!("{}token_command = \"exit 1\"\n", config(&home));
    fs::write(home.path("config/keydeck/config.toml"), text).expect("written");
    assert_eq!(token_from(bus.run(&["whoami", "--json"])), "the keyring");
    let mut command = bus.command(&["whoami", "--json"]);
    let output = command.env("KEYDECK_TOKEN", &token).output().expect("started");
    assert_eq!(token_from(Ran::of(output)), "KEYDECK_TOKEN");

    let other = bus.run(&["--server", "http://127.0.0.1:1", "whoami"]).refused(4);
    assert!(other.contains("there is no sign-in token"), "{other}");
    let said = bus.run(&["logout"]).succeeded().stderr;
    assert!(
        said.contains("removed the token of profile acme from the keyring;"),
        "{said}"
    );
    bus.run(&["key", "list"]).refused(4);
    let back = bus.login(&token, &[&acme[..], &["--no-keyring"]].concat());
    assert!(back.contains("the token is stored in the file"), "{back}");
}

#[test]
fn a_keyring_that_stays_locked_is_passed_over_and_told() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let acme = [&server.url, "--profile", "acme"];
    Bus::unlocked(&home).login(&token, &acme);

    let bus = Bus::locked(&home);
    let said = bus.run(&["key", "list"]).refused(4);
    assert!(said.contains("the keyring can't be used: "), "{said}");
    let said = bus.login(&token, &acme);
    assert!(
        said.contains("the keyring can't be used: ") && said.contains("the token is stored in the file"),
        "{said}"
    );
    assert!(
        said.contains("an older token in the keyring, if there is one, takes precedence over"),
        "{said}"
    );
    let said = bus.login(&token, &[&acme[..], &["--no-keyring"]].concat());
    assert!(
        said.contains("an older token in the keyring, if there is one, takes precedence over"),
        "{said}"
    );
    assert!(token_from(bus.run(&["whoami", "--json"])).starts_with("the file"));
    let said = bus.run(&["logout"]).succeeded().stderr;
    assert!(said.contains("a token that is in it stays"), "{said}");
}

/// Tab must not open a dialog: a keyring that is locked is not read, and one that is open is.
#[test]
fn completions_read_an_open_keyring_and_unlock_none() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    server.analytics_key("Board");
    let offered = |bus: &Bus| {
        let mut command = bus.command(&["complete", "bash", "--", "keydeck key show B"]);
        command.env("KEYDECK_COMPLETION_TIMEOUT", "20000");
        let ran = Ran::of(command.output().expect("started")).succeeded();
        assert_eq!(ran.stderr, "");
        ran.stdout
    };
    {
        let bus = Bus::unlocked(&home);
        bus.login(&token, &[&server.url, "--profile", "acme"]);
        assert_eq!(offered(&bus), "Board\n");
    }
    let bus = Bus::locked(&home);
    assert_eq!(offered(&bus), "");
    bus.login(&token, &[&server.url, "--profile", "acme", "--no-keyring"]);
    assert_eq!(offered(&bus), "Board\n");
}
