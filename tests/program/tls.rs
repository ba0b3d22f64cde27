//! `keydeck serve` with TLS of its own: real certificates, real connections.

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::authority::{Authority, TLS, install, put};
use crate::program::{Home, Served, block_on};

/// The first bytes of a TLS 1.3 handshake whose rest is still to come.
const BEGUN: &[u8] = &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01];

/// A test that waits for nothing fails, it does not hang.
const LONG: Duration = Duration::from_secs(60);

/// What `/livez` answers to somebody new who trusts `authority` alone; `None` without a connection.
fn asked(server: &Served, authority: &Authority) -> Option<u16> {
    let root = reqwest::Certificate::from_pem(authority.pem().as_bytes()).expect("PEM");
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(LONG)
        .tls_certs_only([root])
        .build();
    let request = client.expect("a client").get(format!("{}/livez", server.url));
    let answer = block_on(async { request.send().await }).ok()?;
    Some(answer.status().as_u16())
}

fn connect(server: &Served) -> TcpStream {
    let address = server.url.strip_prefix("https://").expect("https");
    let stream = TcpStream::connect(address).expect("accepted");
    stream.set_read_timeout(Some(LONG)).expect("set");
    stream
}

#[test]
fn renewed_files_count_from_the_next_handshake_on() {
    let (home, first, second) = (Home::new(), Authority::new(), Authority::new());
    install(home.dir.path(), &first.certify());
    let server = home.serve_with(&home.init(), TLS);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    assert_eq!(
        (asked(&server, &first), asked(&server, &second)),
        (Some(200), None)
    );
    install(home.dir.path(), &second.certify());
    assert_eq!(
        (asked(&server, &first), asked(&server, &second)),
        (None, Some(200))
    );
    let (code, said) = server.terminate();
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[test]
fn whoever_came_over_tls_is_told_to_stay_there() {
    let (home, authority) = (Home::new(), Authority::new());
    install(home.dir.path(), &authority.certify());
    let server = home.serve_with(&home.init(), TLS);
    let root = reqwest::Certificate::from_pem(authority.pem().as_bytes()).expect("PEM");
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([root])
        .build();
    let client = client.expect("a client");
    for path in ["/livez", "/nothing", "/v1/authorize", "/v1/me"] {
        let answer = block_on(async { client.get(format!("{}{path}", server.url)).send().await });
        let headers = answer.expect("an answer").headers().clone();
        assert_eq!(headers["strict-transport-security"], "max-age=31536000", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
    }
}

#[test]
fn a_renewal_that_cannot_be_used_keeps_what_was_and_is_told_once() {
    let (home, first, second) = (Home::new(), Authority::new(), Authority::new());
    install(home.dir.path(), &first.certify());
    let server = home.serve_with(&home.init(), TLS);
    let (certificate, key) = second.certify();
    put(&home.path("tls.pem"), &certificate);
    for _ in 0..3 {
        assert_eq!(asked(&server, &first), Some(200));
    }
    put(&home.path("tls.key"), "no key");
    assert_eq!(asked(&server, &first), Some(200));
    fs::remove_file(home.path("tls.key")).expect("there");
    assert_eq!(asked(&server, &first), Some(200));
    put(&home.path("tls.key"), &key);
    assert_eq!(
        (asked(&server, &first), asked(&server, &second)),
        (None, Some(200))
    );
    let (_, said) = server.terminate();
    let told: Vec<&str> = said.lines().collect();
    assert_eq!(told.len(), 3, "{said}");
    for (line, reason) in told
        .iter()
        .zip(["does not belong", "holds no key", "can't read tls.key"])
    {
        assert!(line.contains("stays in use") && line.contains(reason), "{line}");
    }
}

/// Each of them leaves the time of the content, or the content itself, as it was.
#[test]
fn whatever_changes_what_may_be_read_is_noticed_at_the_next_handshake() {
    let (home, first, second) = (Home::new(), Authority::new(), Authority::new());
    install(home.dir.path(), &first.certify());
    let server = home.serve_with(&home.init(), TLS);
    let key = home.path("tls.key");
    let mode = |mode| fs::set_permissions(&key, Permissions::from_mode(mode)).expect("set");
    let serves = |ours: &Authority, other: &Authority| {
        assert_eq!((asked(&server, ours), asked(&server, other)), (Some(200), None));
    };

    install(home.dir.path(), &second.certify());
    mode(0o604);
    serves(&first, &second);
    mode(0o600);
    serves(&second, &first);

    // In place, with the times of before.
    let (certificate, private) = first.certify();
    for (name, text) in [("tls.pem", &certificate), ("tls.key", &private)] {
        let path = home.path(name);
        let before = fs::metadata(&path).expect("there").modified().expect("a time");
        fs::write(&path, text).expect("written");
        let file = fs::File::options().write(true).open(&path).expect("there");
        file.set_modified(before).expect("set");
    }
    serves(&first, &second);

    // A link to others, as certbot has them.
    let other = home.path("live");
    fs::create_dir(&other).expect("made");
    install(&other, &second.certify());
    for name in ["tls.pem", "tls.key"] {
        fs::remove_file(home.path(name)).expect("there");
        std::os::unix::fs::symlink(other.join(name), home.path(name)).expect("linked");
    }
    serves(&second, &first);
    let (_, said) = server.terminate();
    assert_eq!(said.matches("chmod o=").count(), 1, "{said}");
}

#[test]
fn a_name_of_this_machine_is_an_address_to_listen_on() {
    let home = Home::new();
    let database = home.init();
    let served = home.serve_with(&database, &["--listen", "localhost:0"]);
    assert!(served.url.starts_with("http://127.0.0.1:"), "{}", served.url);
    let refused = |address: &str| {
        let url = ["--public-url", "https://keys.acme.example"];
        let arguments = [
            &["serve", "--database", "sqlite:keys.db", "--listen", address],
            &url[..],
        ];
        home.run(&arguments.concat()).refused(2)
    };
    for address in [
        "localhost",
        "7390",
        "[::1]",
        "127.0.0.1",
        "no such name:7390",
        "localhost:70000",
        "",
    ] {
        let said = refused(address);
        assert!(said.contains("such as 127.0.0.1:7390"), "{address}: {said}");
    }
}

#[test]
fn what_could_hang_when_it_is_read_again_is_refused_and_good_files_after_it_are_taken() {
    for (name, text) in [("tls.pem", 0), ("tls.key", 1)] {
        let (home, first, second) = (Home::new(), Authority::new(), Authority::new());
        install(home.dir.path(), &first.certify());
        let server = home.serve_with(&home.init(), TLS);
        let pipe = home.path(name);
        fs::remove_file(&pipe).expect("there");
        let made = Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo").success());
        for _ in 0..3 {
            assert_eq!(asked(&server, &first), Some(200), "{name}");
        }
        let pair = second.certify();
        put(&pipe, [&pair.0, &pair.1][text]);
        install(home.dir.path(), &pair);
        assert_eq!(
            (asked(&server, &first), asked(&server, &second)),
            (None, Some(200))
        );
        let (code, said) = server.terminate();
        assert!(code == Some(0) && said.lines().count() == 1, "{said}");
        assert!(
            said.contains("stays in use") && said.contains(&format!("{name} is no regular file")),
            "{said}"
        );
    }
}

/// `--tls-key <(cat key)`
#[test]
fn a_key_that_another_command_writes_is_read_at_the_start() {
    let (home, authority) = (Home::new(), Authority::new());
    let (certificate, key) = authority.certify();
    put(&home.path("tls.pem"), &certificate);
    let pipe = home.path("tls.key");
    let made = Command::new("mkfifo").args(["-m", "600"]).arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let writer = thread::spawn(move || fs::write(pipe, key));
    let server = home.serve_with(&home.init(), TLS);
    writer.join().expect("ended").expect("written");
    for _ in 0..2 {
        assert_eq!(asked(&server, &authority), Some(200));
    }
    let (code, said) = server.terminate();
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[test]
fn a_client_that_says_no_tls_is_closed_and_others_go_on() {
    let (home, authority) = (Home::new(), Authority::new());
    install(home.dir.path(), &authority.certify());
    let server = home.serve_with(&home.init(), TLS);
    let mut silent: Vec<TcpStream> = (0..20).map(|_| connect(&server)).collect();
    for stream in silent.iter_mut().step_by(2) {
        stream.write_all(BEGUN).expect("sent");
    }
    let mut plain = connect(&server);
    plain
        .write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .expect("sent");
    let mut answer = Vec::new();
    // A reset is as good an end as any; what matters is that no answer came in plain text.
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert_eq!(asked(&server, &authority), Some(200));
    for stream in &mut silent {
        stream.set_nonblocking(true).expect("set");
        let waiting = stream.read(&mut [0; 1]).expect_err("nothing was answered");
        assert_eq!(waiting.kind(), std::io::ErrorKind::WouldBlock);
    }
    // They don't hold up the end either.
    let (code, said) = server.terminate();
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[test]
fn files_that_cannot_be_used_stop_the_start_with_what_is_wrong() {
    let home = Home::new();
    home.init();
    let (pair, other) = (Authority::new().certify(), Authority::new().certify());
    let serve = [
        "serve",
        "--database",
        "sqlite:keys.db",
        "--public-url",
        "https://keys.acme.example",
    ];
    let refused = |certificate: &str, key: &str, mode: u32| {
        put(&home.path("tls.pem"), certificate);
        put(&home.path("tls.key"), key);
        fs::set_permissions(home.path("tls.key"), Permissions::from_mode(mode)).expect("set");
        home.run(&[&serve[..], TLS].concat()).refused(1)
    };
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (said, reason) in [
        (
            refused(&pair.0, &other.1, 0o600),
            "tls.key does not belong to the certificate tls.pem",
        ),
        (refused(&pair.1, &pair.1, 0o600), "tls.pem holds no certificate"),
        (refused("", "", 0o600), "tls.pem holds no certificate"),
        (refused(broken, &pair.1, 0o600), "tls.pem can't be used for TLS"),
        (refused(&pair.0, &pair.0, 0o600), "tls.key holds no key"),
        (refused(&pair.0, &pair.1, 0o604), "chmod o= 'tls.key'"),
    ] {
        assert!(said.contains(reason) && said.lines().count() == 1, "{said}");
    }
    let utf16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = format!("\u{feff}{}", pair.0);
        text.encode_utf16().flat_map(unit).collect()
    };
    let marked = [
        (format!("\u{feff}{}", pair.0).into_bytes(), "mark of UTF-8"),
        (utf16(u16::to_le_bytes), "mark of UTF-16"),
        (utf16(u16::to_be_bytes), "mark of UTF-16"),
    ];
    for (bytes, mark) in marked {
        fs::write(home.path("tls.pem"), bytes).expect("written");
        let said = home.run(&[&serve[..], TLS].concat()).refused(1);
        assert!(
            said.contains("tls.pem begins with") && said.contains(mark),
            "{said}"
        );
    }
    fs::remove_file(home.path("tls.pem")).expect("there");
    let serve = [
        "serve",
        "--database",
        "sqlite:keys.db",
        "--public-url",
        "https://keys.acme.example",
    ];
    let missing = home.run(&[&serve[..], TLS].concat()).refused(1);
    assert!(missing.contains("can't read tls.pem"), "{missing}");
}

#[test]
fn a_key_that_a_group_may_read_is_taken() {
    let (home, authority) = (Home::new(), Authority::new());
    install(home.dir.path(), &authority.certify());
    fs::set_permissions(home.path("tls.key"), Permissions::from_mode(0o640)).expect("set");
    let server = home.serve_with(&home.init(), TLS);
    assert_eq!(asked(&server, &authority), Some(200));
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    let home = Home::new();
    let serve = |args: &[&str]| {
        home.run(&[&["serve", "--database", "sqlite:keys.db"], args].concat())
            .refused(2)
    };
    let url = ["--public-url", "https://keys.acme.example"];
    let plain = serve(&["--public-url", "http://keys.acme.example"]);
    assert!(plain.contains("must begin with https://"), "{plain}");
    let proxied = serve(&["--public-url", "http://keys.acme.example", "--behind-tls-proxy"]);
    assert!(proxied.contains("must begin with https://"), "{proxied}");
    let open = serve(&[&url[..], &["--listen", "0.0.0.0:0"]].concat());
    assert!(
        open.contains("--tls-cert") && open.contains("--behind-tls-proxy"),
        "{open}"
    );
    let half = serve(&[&url[..], &["--tls-cert", "tls.pem"]].concat());
    assert!(half.contains("--tls-key"), "{half}");
    let both = serve(&[&url[..], TLS, &["--behind-tls-proxy"]].concat());
    assert!(both.contains("cannot be used with"), "{both}");
}

/// The command, where no more than so many files may be open.
fn with_open_files(files: u32, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\"")])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .current_dir(command.get_current_dir().expect("a home"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    shell
}

#[test]
fn handshakes_that_hang_and_few_open_files_leave_others_answered() {
    let (home, authority) = (Home::new(), Authority::new());
    install(home.dir.path(), &authority.certify());
    let token = home.init();
    let server = home.start(&token, with_open_files(256, &home.serving(TLS)));
    let mut hanging: Vec<TcpStream> = (0..400).map(|_| connect(&server)).collect();
    assert_eq!(asked(&server, &authority), Some(200));
    for stream in hanging.iter_mut() {
        // The oldest ones are closed.
        let _ = stream.write_all(BEGUN);
    }
    hanging.extend((0..400).map(|_| connect(&server)));
    assert_eq!(asked(&server, &authority), Some(200));
    let (code, said) = server.terminate();
    assert_eq!(code, Some(0));
    for told in [
        "the limit of open files is low",
        "all places for connections are taken",
    ] {
        assert_eq!(said.matches(told).count(), 1, "{said}");
    }
    assert!(!said.contains("can't accept"), "{said}");
}
