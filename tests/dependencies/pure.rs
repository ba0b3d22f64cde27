//! The state of the dashboard and its dialogs draw nothing, wait for nothing and talk to nobody: only the files that
//! are named `view.rs` know ratatui, and none knows tokio or reqwest. None reads a clock either, or the time zone: how late
//! it is, is told to the state, and a frame is drawn of one moment.

use std::fs;
use std::path::{Path, PathBuf};

fn files(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, into),
            false => into.push(path),
        }
    }
}

#[test]
fn state_and_dialogs_draw_nothing_and_talk_to_nobody() {
    let mut all = Vec::new();
    for part in ["state", "dialogs"] {
        let tui = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/tui"));
        files(&tui.join(part), &mut all);
    }
    assert!(all.len() > 60, "{} files were read", all.len());
    for path in all {
        let text = fs::read_to_string(&path).unwrap();
        for clock in [
            "Timestamp::now",
            "Zoned::now",
            "Instant::now",
            "SystemTime::now",
            "TimeZone::system",
        ] {
            assert!(!text.contains(clock), "{} reads {clock}", path.display());
        }
        let is_view = path.ends_with("view.rs");
        for name in ["ratatui", "tokio", "reqwest"] {
            let uses = text.contains(&format!("{name}::"));
            let may = is_view && name == "ratatui";
            assert!(!uses || may, "{} uses {name}", path.display());
        }
    }
}
