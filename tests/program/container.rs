//! The container image, by `buildah` on a clean Debian, with the program that was built: its user, its volume, its health.
//! The stage that compiles keydeck is left out, and no base image is fetched.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tempfile::TempDir;

use crate::debian::archive;
use crate::program::{Home, Ran};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const DEBIAN: &str = "docker.io/library/debian:bookworm-slim";

/// Images and containers of one test.
struct Images {
    directory: TempDir,
}

impl Images {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("buildah");
        command
            .args(["--root", "images", "--runroot", "run"])
            .args(args)
            .env("STORAGE_DRIVER", "vfs")
            .env("BUILDAH_ISOLATION", "chroot")
            .current_dir(self.directory.path())
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn run(&self, args: &[&str]) -> String {
        let ran = Ran::of(
            self.command(args)
                .output()
                .expect("buildah is there; tests/run installs it"),
        );
        ran.succeeded().stdout.trim().to_owned()
    }

    /// The image, and a container of it.
    fn build() -> (Self, String) {
        let images = Self {
            directory: TempDir::new().expect("made"),
        };
        let program = images.directory.path().join("build/src/target/release/keydeck");
        fs::create_dir_all(program.parent().expect("a directory")).expect("made");
        fs::copy(env!("CARGO_BIN_EXE_keydeck"), &program).expect("copied");
        let base = images.run(&["from", "scratch"]);
        images.run(&["add", "--quiet", &base, &archive(), "/"]);
        images.run(&["commit", "--quiet", "--rm", &base, DEBIAN]);
        let file = format!("{ROOT}/assets/packages/Containerfile");
        let options = [
            "--format",
            "docker",
            "--pull-never",
            "--build-context",
            "build=build",
            "--tag",
            "keydeck",
        ];
        images.run(&[&["bud", "--quiet", "--file", &file], &options[..], &[ROOT]].concat());
        let container = images.run(&["from", "--pull-never", "localhost/keydeck"]);
        (images, container)
    }
}

/// A server in a container, ended with all that it started.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended.
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
        let _ = self.0.wait();
    }
}

fn serve(images: &Images, container: &str, listen: &str) -> (Serving, String) {
    use std::os::unix::process::CommandExt;

    let variables = [
        "--env",
        "KEYDECK_PUBLIC_URL=https://keys.acme.example",
        "--env",
        listen,
    ];
    let serve = [container, "--", "keydeck", "serve", "--behind-tls-proxy"];
    let mut command = images.command(&[&["run"], &variables[..], &serve].concat());
    let command = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0);
    let mut serving = Serving(command.spawn().expect("started"));
    let mut ready = String::new();
    BufReader::new(serving.0.stdout.as_mut().expect("piped"))
        .read_line(&mut ready)
        .expect("read");
    let url = ready
        .trim()
        .strip_prefix("keydeck serves Acme on ")
        .expect("it serves");
    (serving, url.to_owned())
}

#[test]
fn the_image_serves_a_deck_in_its_volume_as_its_own_user_and_says_its_health() {
    let (images, container) = Images::build();
    let described: Value =
        serde_json::from_str(&images.run(&["inspect", "localhost/keydeck"])).expect("JSON");
    let config = &described["Docker"]["config"];
    assert_eq!(config["User"], "keydeck");
    assert!(config["Volumes"]["/var/lib/keydeck"].is_object(), "{config}");
    let health = config["Healthcheck"]["Test"].as_array().expect("a check");
    let health: Vec<_> = health
        .iter()
        .skip(1)
        .map(|word| word.as_str().expect("text"))
        .collect();

    let init = [
        "keydeck",
        "init",
        "--organisation",
        "Acme",
        "--owner",
        "mira@acme.example",
    ];
    let token = images.run(&[&["run", &container, "--"], &init[..]].concat());
    let owner = images.run(&[
        "run",
        &container,
        "--",
        "stat",
        "-c",
        "%U %a",
        "/var/lib/keydeck/keydeck.db",
    ]);
    assert_eq!(owner, "keydeck 600");

    let free = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("bound");
    let listen = format!("KEYDECK_LISTEN={free}");
    let ask = [&["run", "--env", &listen, &container, "--"], &health[..]].concat();
    assert!(
        !images.command(&ask).output().expect("started").status.success(),
        "nothing serves yet"
    );
    let (serving, url) = serve(&images, &container, &listen);
    images.run(&ask);
    let home = Home::new();
    let mut whoami = home.command(&["whoami"]);
    whoami.env("KEYDECK_SERVER", url).env("KEYDECK_TOKEN", token);
    Ran::of(whoami.output().expect("started")).succeeded();
    drop(serving);
}
