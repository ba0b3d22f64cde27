//! The demo: what goes on in it while it runs, and its tour, step by step.

use crate::program::Home;
use crate::pty::{Pty, Size};

fn demo(home: &Home, args: &[&str], size: Size) -> Pty {
    let pty = Pty::spawn(&home.command(&[&["demo"], args].concat()), size);
    pty.wait_for("● live");
    pty
}

fn leave(mut pty: Pty) {
    pty.type_keys("q");
    assert_eq!(pty.finish().status.code(), Some(0));
}

/// What is typed at each step, and what shows that it was done: the title of the next step.
const STEPS: [(&str, &str); 8] = [
    ("<F2>", "Tour 2 of 8 · Who uses it?"),
    ("u", "Tour 3 of 8 · Stop it first"),
    ("q", ""),
    ("u", "Tour 5 of 8 · End it"),
    ("q", ""),
    ("q", "Tour 7 of 8 · Prove it"),
    ("4", ""),
    ("qA", "That was the tour"),
];

/// Does what a step asks, from the first on.
fn follow(pty: &mut Pty, step: usize) {
    let (keys, shows) = STEPS[step];
    pty.type_keys(keys);
    match step {
        2 => {
            pty.wait_gone("Usage · Gift finder");
            pty.type_keys("D");
            pty.wait_for("Disable this key?");
            pty.type_keys("<C-s>");
            pty.wait_for("Tour 4 of 8 · Who still tries?");
        }
        4 => {
            pty.wait_gone("Usage · Gift finder");
            pty.type_keys("d");
            pty.wait_for("Yes, Delete");
            pty.type_keys("<Tab>");
            pty.type_keys("<Enter>");
            pty.wait_for("Tour 6 of 8 · What became of it");
        }
        6 => {
            pty.wait_for("Leaked in a public");
            pty.type_keys("w");
            pty.wait_for("Tour 8 of 8 · Who did what");
        }
        _ => pty.wait_for(shows),
    }
}

#[test]
fn the_tour_goes_through_the_story_of_a_leaked_key() {
    let home = Home::new();
    let mut pty = demo(&home, &["--tour"], Size(120, 36));
    pty.wait_for("Tour 1 of 8 · Which key is it?");
    pty.wait_for(" kdw_");
    for step in 0..STEPS.len() {
        follow(&mut pty, step);
    }
    pty.wait_gone("Esc leaves the tour");
    pty.wait_for("revoked the key");
    leave(pty);
}

#[test]
fn esc_closes_a_dialog_and_then_leaves_the_tour_at_any_step() {
    let home = Home::new();
    for step in 0..STEPS.len() {
        let mut pty = demo(&home, &["--tour", "--still"], Size(80, 24));
        pty.wait_for("Tour 1 of 8");
        (0..step).for_each(|before| follow(&mut pty, before));
        if !pty.screen().contains("Esc leaves") {
            pty.type_keys("<Esc>");
            pty.wait_for("Esc leaves");
        }
        pty.type_keys("<Esc>");
        pty.wait_gone("Tour ");
        // Its keys are the dashboard's again.
        pty.type_keys("?");
        pty.wait_for("/ find");
        pty.type_keys("<Esc>");
        pty.wait_gone("/ find");
        leave(pty);
    }
}

#[test]
fn visitors_come_in_and_a_leaked_key_is_tried_from_a_foreign_page() {
    let home = Home::new();
    let mut pty = demo(&home, &[], Size(120, 36));
    pty.type_keys("/gift<Enter>");
    pty.wait_for("1 key");
    pty.type_keys("u");
    pty.wait_for("Usage · Gift finder");
    pty.type_keys("<PageDown>");
    pty.wait_for("198.51.100.66");
    pty.type_keys("q");
    pty.wait_gone("Usage · Gift finder");
    // Nothing of the demo's own set-up, and nothing that it does itself but its people's work.
    pty.type_keys("A");
    pty.wait_for("priya");
    pty.wait_for("jun");
    assert!(!pty.screen().contains("session server"), "{}", pty.screen());
    leave(pty);
}

#[test]
fn a_still_demo_moves_nothing_by_itself() {
    let home = Home::new();
    let mut pty = demo(&home, &["--still"], Size(120, 36));
    pty.type_keys("/gift<Enter>");
    pty.wait_for("1 key");
    pty.type_keys("u");
    pty.wait_for("Usage · Gift finder");
    pty.type_keys("<PageDown>");
    pty.wait_for("Addresses that used it");
    assert!(!pty.screen().contains("just now"), "{}", pty.screen());
    pty.type_keys("u");
    leave(pty);
}
