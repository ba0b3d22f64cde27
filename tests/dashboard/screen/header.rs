//! The two lines on top, at every width.

use keydeck::tui::decks::DeckSummary;
use keydeck::tui::message::Message;
use keydeck::tui::state::App;
use keydeck::tui::view::text;
use uuid::Uuid;

use super::*;

/// At each size, on each screen, read-only, offline, with long and wide names.
fn everywhere(check: impl Fn(&Talk, &str)) {
    for (width, height) in SIZES {
        for screen in ["K", "P", "U", "A", "4"] {
            for (what, lead) in STATES {
                let mut talk = Talk::sized(width, height, some_keys(60));
                lead(&mut talk);
                talk.press(screen);
                check(&talk, &format!("{width}x{height} {screen} {what}"));
            }
        }
    }
}

type NamedState = (&'static str, fn(&mut Talk));

const STATES: [NamedState; 4] = [
    ("live", |_| {}),
    ("read-only", |talk| talk.app.deck.read_only = true),
    ("offline", |talk| {
        talk.tell(Message::Disconnected(offline()));
        talk.tell(Message::Retrying(std::time::Duration::from_secs(4)));
    }),
    ("long names", |talk| {
        let mut me = owner();
        me.organisation.name = "キオスク 受付アシスタント ".repeat(6);
        me.user.email = format!("{}@acme.example", "long".repeat(12));
        talk.app.deck.label = "production-eu-central-1-".repeat(4);
        talk.tell(Message::Me(Ok(me)));
    }),
];

#[test]
fn the_screens_are_named_at_every_width_in_every_state() {
    everywhere(|talk, place| {
        let title = line(talk, 0);
        for key in [" K", " P", " U", " A"] {
            assert!(title.contains(key), "{place}: {title}");
        }
        assert!(
            text::width(&title) <= usize::from(talk.app.size().0),
            "{place}: {title}"
        );
        let state = if talk.app.offline().is_some() {
            "✗ offline"
        } else {
            "● live"
        };
        assert!(title.contains(state), "{place}: {title}");
        if talk.app.deck.read_only {
            assert!(title.contains("read-only"), "{place}: {title}");
        }
    });
}

#[test]
fn the_counts_are_there_at_every_width() {
    for (width, height) in SIZES {
        let talk = Talk::sized(width, height, some_keys(60));
        let counts = line(&talk, 1);
        for count in ["0 All 60", " 1 ", "30", " 2 ", "15", " 3 ", " 4"] {
            assert!(counts.contains(count), "{width}: {counts}");
        }
    }
    let talk = Talk::sized(63, 17, some_keys(60));
    let counts = line(&talk, 1);
    assert!(
        counts.contains("0 All 60  1 Web 30  2 Mobile 15  3 Analytics 15"),
        "{counts}"
    );
}

#[test]
fn the_counts_are_of_all_scopes_whichever_is_shown() {
    let mut talk = Talk::with_keys(some_keys(60));
    talk.press("1");
    let filter = talk.expect("question for counts", |effect| match effect {
        keydeck::tui::message::Effect::LoadCounts { filter, .. } => Some(filter.clone()),
        _ => None,
    });
    assert_eq!(filter.scope, None);
    assert!(line(&talk, 1).contains("2 Mobile 15"));
}

#[test]
fn nothing_is_known_yet_and_the_screens_are_there() {
    for (width, height) in SIZES {
        let app = App::new(DeckSummary::plain("local"), Uuid::from_u128(7), (width, height));
        let talk = Talk {
            app,
            effects: Vec::new(),
        };
        let title = line(&talk, 0);
        assert!(
            title.contains("K Keys") && title.contains("○ connecting"),
            "{title}"
        );
        assert!(line(&talk, 1).contains("0 All"), "{}", line(&talk, 1));
    }
}
