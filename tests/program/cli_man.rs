//! The man pages: one for each command, which the tools of man take without complaint.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::program::Home;

#[test]
fn every_command_has_a_page_that_groff_takes() {
    let home = Home::new();
    let written = home.run(&["man", "share/man1"]).succeeded();
    assert!(
        written.stdout.is_empty() && written.stderr.starts_with("wrote "),
        "{written:?}"
    );
    let directory = home.path("share/man1");
    let pages: BTreeSet<String> = fs::read_dir(&directory)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    for page in [
        "keydeck.1",
        "keydeck-key.1",
        "keydeck-key-create.1",
        "keydeck-seal-rotate.1",
        "keydeck-man.1",
    ] {
        assert!(pages.contains(page), "{page}: {pages:?}");
    }
    assert!(
        !pages.contains("keydeck-complete.1") && !pages.contains("keydeck-help.1"),
        "{pages:?}"
    );
    let has_groff = Command::new("groff").arg("--version").output().is_ok();
    for page in &pages {
        let path = directory.join(page);
        let text = fs::read_to_string(&path).expect("text");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{page} is for everybody");
        assert!(text.contains(".SH NAME"), "{page}");
        if !has_groff {
            continue;
        }
        let lint = Command::new("groff")
            .args(["-man", "-ww", "-K", "utf8", "-T", "utf8", "-rLL=78n"])
            .arg(&path)
            .output()
            .expect("groff runs");
        let said = String::from_utf8_lossy(&lint.stderr);
        assert!(lint.status.success() && said.is_empty(), "{page}: {said}");
        let shown = String::from_utf8_lossy(&lint.stdout);
        if page.ends_with(".1") {
            assert!(shown.contains("keydeck"), "{page}");
            assert!(text.contains(".SH EXAMPLES"), "{page}");
        }
    }
    let again = home.run(&["man", "share/man1"]).succeeded();
    assert_eq!(again.stderr, written.stderr);
    fs::write(home.path("file"), "").expect("written");
    let refused = home.run(&["man", "file/man1"]).refused(1);
    assert!(refused.starts_with("error: can't write file/man1: "), "{refused}");
}

/// A page names no command and no page that is not there.
#[test]
fn pages_point_to_pages_that_are_there() {
    let home = Home::new();
    home.run(&["man", "pages"]).succeeded();
    let directory = home.path("pages");
    let mut links = 0;
    for entry in fs::read_dir(&directory).expect("a directory") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("text");
        let text = text
            .replace("\\-", "-")
            .replace("\\fR", "")
            .replace("\\fI", "")
            .replace("\\fB", "");
        for (at, _) in text.match_indices("keydeck-") {
            let name: String = text[at..]
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '-')
                .collect();
            for section in ["1", "5"] {
                if text[at + name.len()..].starts_with(&format!("({section})")) {
                    links += 1;
                    assert!(
                        directory.join(format!("{name}.{section}")).exists(),
                        "{name}({section})"
                    );
                }
            }
        }
    }
    assert!(links > 50, "{links}");
}
