//! The activity log passed on: to a file, a pipe, standard output and a real rsyslog.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::authority::{Authority, install, put};
use crate::program::{Home, Served, block_on, mobile_key};

/// A test that waits for nothing fails, it does not hang.
const LONG: Duration = Duration::from_secs(60);

/// What is in the file, a row for each whole line, once `is_enough` says so.
#[track_caller]
fn rows(path: &Path, is_enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(path).unwrap_or_default();
        let rows: Vec<Value> = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        if is_enough(&rows) {
            return rows;
        }
        assert!(begun.elapsed() < LONG, "{}: {text}", path.display());
        thread::yield_now();
    }
}

fn numbers(rows: &[Value]) -> Vec<u64> {
    rows.iter()
        .map(|row| row["seq"].as_u64().expect("a number"))
        .collect()
}

/// The log as the API has it, oldest first.
fn log(server: &Served) -> Vec<Value> {
    let page = server.run(&["activity", "list", "--json"]).json();
    let items = page.as_array().or_else(|| page["items"].as_array());
    let mut rows = items.expect("rows").clone();
    rows.reverse();
    rows
}

fn metric(server: &Served, name: &str) -> f64 {
    let asked = reqwest::Client::new()
        .get(format!("{}/metrics", server.url))
        .send();
    let text = block_on(async { asked.await.expect("answered").text().await }).expect("text");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("keydeck_{name} ")));
    let value = line.unwrap_or_else(|| panic!("no {name}: {text}"));
    value.parse().expect("a number")
}

/// Comes back when nothing waits to be passed on.
fn up_to_date(server: &Served) {
    let begun = Instant::now();
    while metric(server, "activity_stream_behind_rows") > 0.0 {
        assert!(begun.elapsed() < LONG);
        thread::yield_now();
    }
}

const TO_FILE: &[&str] = &["--listen", "127.0.0.1:0", "--activity-stream", "activity.jsonl"];

#[test]
fn nothing_is_left_out_over_restarts_and_crashes() {
    let home = Home::new();
    let token = home.init();
    let file = home.path("activity.jsonl");
    let server = home.serve_with(&token, &[TO_FILE, &["--activity-from", "1"]].concat());
    server.project("Kiosk");
    rows(&file, |rows| rows.len() == 1);
    server.run(&mobile_key("Kiosk", "Lobby")).succeeded();
    // Otherwise it may hold the destination, which another server then takes later.
    up_to_date(&server);
    server.kill();
    let server = home.serve(&token);
    server.run(&mobile_key("Kiosk", "Hall")).succeeded();
    server.run(&["key", "revoke", "Lobby", "--yes"]).succeeded();
    server.terminate();
    // Where it begins was only said the first time.
    let server = home.serve_with(&token, TO_FILE);
    let expected = log(&server);
    let newest = expected.len() as u64;
    let sent = rows(&file, |rows| numbers(rows).last() == Some(&newest));
    let all: BTreeSet<u64> = numbers(&sent).into_iter().collect();
    assert_eq!(all, (1..=newest).collect());
    for row in &sent {
        let seq = row["seq"].as_u64().expect("a number");
        let said = &expected[seq as usize - 1];
        for name in ["action", "address", "hash"] {
            assert_eq!(row[name], said[name], "{name} of {seq}");
        }
        assert_eq!(
            (&row["time"], &row["target"]["name"]),
            (&said["at"], &said["subject"])
        );
    }
    let text = fs::read_to_string(&file).expect("there");
    assert!(!text.contains("kdm_"), "{text}");
}

#[test]
fn it_begins_with_the_next_row_and_a_renamed_file_is_followed_by_a_new_one() {
    let home = Home::new();
    let token = home.init();
    let file = home.path("activity.jsonl");
    let server = home.serve(&token);
    server.project("Before");
    server.terminate();
    let server = home.serve_with(&token, TO_FILE);
    server.project("Kiosk");
    let first = rows(&file, |rows| !rows.is_empty());
    assert_eq!(
        (numbers(&first), &first[0]["action"]),
        (vec![2], &"project_created".into())
    );
    fs::rename(&file, home.path("activity.1")).expect("renamed");
    server.signal(Signal::HUP);
    server.project("Shop");
    let next = rows(&file, |rows| !rows.is_empty());
    assert_eq!(numbers(&next), [3]);
    assert_eq!(server.terminate().0, Some(0));
}

#[test]
fn a_receiver_that_does_not_read_stops_nothing_and_gets_everything_later() {
    let home = Home::new();
    let token = home.init();
    let pipe = home.path("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("started");
    assert!(made.success());
    let args = ["--listen", "127.0.0.1:0", "--activity-stream", "pipe"];
    let server = home.serve_with(&token, &args);
    let names: Vec<String> = (0..5).map(|n| format!("Project {n}")).collect();
    names.iter().for_each(|name| drop(server.project(name)));
    assert_eq!(metric(&server, "activity_stream_behind_rows"), 5.0);
    assert!(metric(&server, "activity_stream_behind_seconds") > 0.0);
    // Also for writing, so that it doesn't end between two batches.
    let pipe = fs::File::options().read(true).write(true).open(&pipe);
    let reader = BufReader::new(pipe.expect("opened"));
    let read: Vec<Value> = reader
        .lines()
        .map(|line| serde_json::from_str(&line.expect("text")).expect("JSON"))
        .take(5)
        .collect();
    assert_eq!(numbers(&read), [1, 2, 3, 4, 5]);
    up_to_date(&server);
    assert_eq!(metric(&server, "activity_stream_behind_seconds"), 0.0);
    // Nobody reads any more; the end doesn't wait for it.
    server.project("Last");
    assert_eq!(server.terminate().0, Some(0));
}

#[test]
fn standard_output_has_a_line_for_each_row_after_the_one_that_says_it_serves() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    server.project("Kiosk");
    server.terminate();
    let args = [
        "--listen",
        "127.0.0.1:0",
        "--activity-stream",
        "stdout",
        "--activity-from",
        "1",
    ];
    let mut child = Ended(home.serving(&args).spawn().expect("started"));
    let stdout = child.0.stdout.take().expect("piped");
    let mut lines = BufReader::new(stdout).lines().map(|line| line.expect("text"));
    assert!(
        lines
            .next()
            .expect("ready")
            .starts_with("keydeck serves Acme Studios on ")
    );
    let row: Value = serde_json::from_str(&lines.next().expect("a row")).expect("JSON");
    assert_eq!(
        (&row["seq"], &row["target"]["name"]),
        (&1.into(), &"Kiosk".into())
    );
}

#[test]
fn a_destination_that_is_none_is_refused() {
    let home = Home::new();
    home.init();
    for to in ["syslog://logs.acme.example", "https://logs.acme.example", ""] {
        let mut command = home.serving(&["--activity-stream", to]);
        let ran = command.output().expect("started");
        assert_eq!(ran.status.code(), Some(2), "{to}");
    }
    let args = [
        "--activity-stream",
        "syslog+tls://localhost",
        "--activity-stream-ca",
        "missing.pem",
    ];
    let ran = home.serving(&args).output().expect("started");
    let said = String::from_utf8(ran.stderr).expect("text");
    assert!(
        ran.status.code() == Some(1) && said.contains("missing.pem"),
        "{said}"
    );
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A real rsyslog on a free port, which writes what it gets as it came.
struct Rsyslog {
    _child: Ended,
    port: u16,
}

impl Rsyslog {
    fn start(home: &Home, port: u16) -> Self {
        let at = |name: &str| home.path(name).display().to_string();
        // Of one that was killed.
        for name in ["rsyslog.port", "rsyslog.pid"] {
            let _ = fs::remove_file(home.path(name));
        }
        let config = format!(
            r#"global(workDirectory="{}" maxMessageSize="64k" defaultNetstreamDriver="ossl"
       defaultNetstreamDriverCAFile="{}" defaultNetstreamDriverCertFile="{}" defaultNetstreamDriverKeyFile="{}")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="parts" type="string" string="%HOSTNAME% %APP-NAME% %MSGID% %PRI% %STRUCTURED-DATA%|%msg%\n")
ruleset(name="all") {{ action(type="omfile" file="{}" template="parts") }}
input(type="imtcp" address="127.0.0.1" port="{port}" listenPortFileName="{}" ruleset="all")
"#,
            home.dir.path().display(),
            at("ca.pem"),
            at("tls.pem"),
            at("tls.key"),
            at("received"),
            at("rsyslog.port"),
        );
        put(&home.path("rsyslog.conf"), &config);
        let mut command = Command::new("rsyslogd");
        command.args(["-n", "-f", &at("rsyslog.conf"), "-i", &at("rsyslog.pid")]);
        let child = Ended(
            command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("installed"),
        );
        let begun = Instant::now();
        loop {
            // It writes down only a port that it chose itself.
            let port = match port {
                0 => fs::read_to_string(home.path("rsyslog.port")).ok(),
                given => Some(given.to_string()),
            };
            let port = port.and_then(|port| port.trim().parse().ok());
            if let Some(port) = port
                && TcpStream::connect(("127.0.0.1", port)).is_ok()
            {
                return Self { _child: child, port };
            }
            assert!(begun.elapsed() < LONG, "rsyslogd listens nowhere");
            thread::yield_now();
        }
    }
}

/// The heads of what rsyslog wrote, and the rows.
fn received(home: &Home, is_enough: impl Fn(&[(String, Value)]) -> bool) -> Vec<(String, Value)> {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(home.path("received")).unwrap_or_default();
        let rows: Vec<(String, Value)> = text
            .lines()
            .filter_map(|line| line.split_once('|'))
            .filter_map(|(head, row)| Some((head.to_owned(), serde_json::from_str(row.trim()).ok()?)))
            .collect();
        if is_enough(&rows) {
            return rows;
        }
        assert!(begun.elapsed() < LONG, "{text}");
        thread::yield_now();
    }
}

#[test]
fn a_real_rsyslog_receives_all_rows_also_those_of_while_it_was_away() {
    let (home, authority) = (Home::new(), Authority::new());
    let token = home.init();
    install(home.dir.path(), &authority.certify());
    put(&home.path("ca.pem"), &authority.pem());
    let rsyslog = Rsyslog::start(&home, 0);
    let port = rsyslog.port;
    let to = format!("syslog+tls://localhost:{port}");
    let args = [
        "--listen",
        "127.0.0.1:0",
        "--activity-stream",
        &to,
        "--activity-stream-ca",
        "ca.pem",
    ];
    let server = home.serve_with(&token, &args);
    server.project("Kiosk \"]\\ ü");
    let first = received(&home, |rows| rows.len() == 1);
    let (head, row) = &first[0];
    assert!(
        head.starts_with("keys.acme.example keydeck project_created "),
        "{head}"
    );
    assert!(
        head.contains("[keydeck@32473 id=\"") && head.contains("seq=\"1\""),
        "{head}"
    );
    let expected = log(&server);
    assert_eq!((&row["hash"], &row["seq"]), (&expected[0]["hash"], &1.into()));
    drop(rsyslog);
    let projects: Vec<String> = (0..300).map(|n| format!("Project {n}")).collect();
    projects.iter().for_each(|name| drop(server.project(name)));
    let _again = Rsyslog::start(&home, port);
    let all = received(&home, |rows| rows.iter().any(|(_, row)| row["seq"] == 301));
    let seqs: BTreeSet<u64> = all
        .iter()
        .map(|(_, row)| row["seq"].as_u64().expect("a number"))
        .collect();
    assert_eq!(seqs, (1..=301).collect());
    assert!(metric(&server, "activity_stream_failures_total") >= 1.0);
    let (_, said) = server.terminate();
    assert!(
        said.contains("nothing is left out") && said.contains("goes on"),
        "{said}"
    );
}

#[test]
fn a_real_rsyslog_that_nobody_vouches_for_receives_nothing() {
    let (home, authority) = (Home::new(), Authority::new());
    let token = home.init();
    install(home.dir.path(), &Authority::new().certify());
    put(&home.path("ca.pem"), &authority.pem());
    let rsyslog = Rsyslog::start(&home, 0);
    let to = format!("syslog+tls://localhost:{}", rsyslog.port);
    let args = [
        "--listen",
        "127.0.0.1:0",
        "--activity-stream",
        &to,
        "--activity-stream-ca",
        "ca.pem",
    ];
    let server = home.serve_with(&token, &args);
    server.project("Kiosk");
    let begun = Instant::now();
    while metric(&server, "activity_stream_failures_total") < 1.0 {
        assert!(begun.elapsed() < LONG);
        thread::yield_now();
    }
    assert!(!home.path("received").exists());
    let (_, said) = server.terminate();
    assert!(said.to_lowercase().contains("certificate"), "{said}");
}
