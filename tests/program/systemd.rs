//! The unit in `assets/systemd`, by systemd's own check.

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

const UNIT: &str = include_str!("../../assets/systemd/keydeck.service");
const PROGRAM: &str = "ExecStart=keydeck ";

/// What `systemd-analyze` says of the unit, which runs the program that was built here.
fn analyzed(args: &[&str]) -> Output {
    let directory = TempDir::new().expect("made");
    let path = directory.path().join("keydeck.service");
    assert_eq!(UNIT.matches(PROGRAM).count(), 1);
    let built = format!("ExecStart={} ", env!("CARGO_BIN_EXE_keydeck"));
    let unit = UNIT.replace(PROGRAM, &built);
    fs::write(&path, unit).expect("written");
    let mut command = Command::new("systemd-analyze");
    command.args(args).arg(&path);
    command
        .output()
        .expect("systemd-analyze is there; tests/run installs it")
}

fn text(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[test]
fn systemd_understands_every_line_of_the_unit() {
    let checked = analyzed(&["verify", "--man=no"]);
    let said = text(&checked);
    let of_the_unit: Vec<&str> = said.lines().filter(|line| line.contains("keydeck")).collect();
    assert!(checked.status.success() && of_the_unit.is_empty(), "{said}");
}

#[test]
fn systemd_finds_little_to_attack_in_the_unit() {
    // 2.5 of 10, where systemd itself is content below 5.
    let checked = analyzed(&["security", "--offline=true", "--no-pager", "--threshold=25"]);
    assert!(checked.status.success(), "{}", text(&checked));
}
