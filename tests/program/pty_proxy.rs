//! The dashboard, in a real terminal, behind nginx with no more than a `proxy_pass`, and behind one that holds the stream of
//! events up whatever it is asked.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::program::{Home, Served};
use crate::pty::{Pty, Size};

struct Nginx {
    child: Child,
    url: String,
    _directory: TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `how` is part of the location that passes everything on.
fn nginx(server: &Served, how: &str) -> Nginx {
    let directory = tempfile::tempdir().expect("a directory");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("bound").port();
    let path = |name: &str| directory.path().join(name).to_str().expect("text").to_owned();
    let temporary = ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"]
        .map(|kind| format!("{kind}_temp_path {};\n", path(kind)))
        .concat();
    let text = format!(
        "events {{}}\nhttp {{\naccess_log off;\n{temporary}server {{ listen 127.0.0.1:{port};\n\
         location / {{ proxy_pass {}; {how} }} }} }}\n",
        server.url
    );
    fs::write(path("nginx.conf"), text).expect("written");
    drop(free);
    let directives = format!(
        "daemon off; master_process off; error_log stderr; pid {};",
        path("pid")
    );
    let child = Command::new("nginx")
        .args(["-c", &path("nginx.conf"), "-g", &directives])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nginx runs");
    Nginx {
        child,
        url: format!("http://127.0.0.1:{port}"),
        _directory: directory,
    }
}

fn dashboard(server: &Served, nginx: &Nginx) -> Pty {
    let mut command = server.command(&[]);
    command.env("KEYDECK_SERVER", &nginx.url);
    let pty = Pty::spawn(&command, Size(120, 36));
    pty.wait_for("· Owner");
    pty
}

fn analytics_key(server: &Served, name: &str) {
    let create = ["key", "create", "--scope", "analytics", "--name", name];
    server.run(&create).succeeded();
}

#[test]
fn behind_nginx_changes_show_at_once() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let nginx = nginx(&server, "");
    let pty = dashboard(&server, &nginx);
    pty.wait_for("● live");
    analytics_key(&server, "Board report");
    pty.wait_for("Board report");
    assert!(pty.screen().contains("● live"), "{}", pty.screen());
}

#[test]
fn behind_nginx_that_holds_events_up_the_dashboard_says_so_and_asks_by_itself() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let nginx = nginx(&server, "proxy_ignore_headers X-Accel-Buffering;");
    let mut pty = dashboard(&server, &nginx);
    pty.wait_for("polling");
    pty.wait_for("A proxy holds up the live changes");
    analytics_key(&server, "Board report");
    pty.wait_for("Board report");
    // Everything else works.
    pty.type_keys("n<C-t><C-t>Kiosk report<C-s>");
    pty.wait_for("Analytics key created");
}
