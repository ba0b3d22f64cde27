//! What is said lies over no dialog, and the last line has a free cell at each end.

use keydeck::model::{Scope, Secret};
use keydeck::tui::message::{NamedId, Route};

use super::*;

#[test]
fn a_notice_lies_over_no_dialog() {
    for (width, height) in SIZES {
        let keys = vec![key(1, "Checkout assistant", Scope::Web)];
        let mut talk = Talk::sized(width, height, keys);
        talk.press("d");
        let subject = NamedId {
            id: talk.app.selected().expect("a key").id,
            name: "Checkout assistant".into(),
        };
        talk.tell(Message::Copied {
            subject,
            route: Route::Terminal,
        });
        assert!(talk.notice().contains("OSC 52"));
        let screen = drawn(&talk);
        assert!(screen.contains("Sent the secret"), "{screen}");
        assert!(screen.contains("▸ Cancel ◂"), "{screen}");
        // The frame is whole.
        let count = |sign| screen.matches(sign).count();
        assert_eq!(count('╰'), count('╭'), "{screen}");
    }
}

#[test]
fn the_last_line_touches_no_edge() {
    for (width, height) in SIZES {
        for keys in [
            "", "e", "w", "u", "d", "?", ":", "/", "n", "P", "U", "A", "<Enter>", "4",
        ] {
            let mut talk = Talk::sized(width, height, some_keys(10));
            talk.press(keys);
            let last = line(&talk, height - 1);
            assert!(last.starts_with(' '), "{keys} {width}: {last}");
            assert!(last.ends_with(' '), "{keys} {width}: {last}");
        }
    }
}

#[test]
fn a_sentence_that_is_too_long_for_the_last_line_begins_on_the_rule_above() {
    let mut talk = Talk::sized(63, 24, some_keys(10));
    talk.press("/");
    let too_short = Secret::new("kdw_0123456789abcdefghijABCDEFGHIJ0123456789");
    talk.tell(Message::Paste(too_short));
    let both = format!("{} {}", line(&talk, 22).trim(), line(&talk, 23).trim());
    assert!(both.starts_with("This token is incomplete or too long"), "{both}");
    assert!(!both.contains('…'), "{both}");
}
