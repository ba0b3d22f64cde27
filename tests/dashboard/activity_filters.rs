//! The filters of the activity log: what is on is shown and can be taken away, and `A` shows everything.

use keydeck::tui::dialogs::Modal;
use keydeck::tui::state::Screen;
use keydeck::tui::state::list::Fetch;
use uuid::Uuid;

use crate::common::draw::{drawn, look};
use crate::common::lists::*;
use crate::common::talk::*;

#[test]
fn the_whole_log_is_shown_whatever_was_looked_at_before() {
    for between in ["<Esc><Esc>", "K", "<Esc>K", "P", "K:activ<Esc>"] {
        let mut talk = Talk::with_keys(some_keys(10));
        talk.press("a");
        assert!(talk.answer_activity(log(rows(3, 3), false)).1.key.is_some());
        talk.press("w/since:today<Enter>").press(between).press("KjA");
        talk.effects.retain(|effect| {
            !matches!(
                effect,
                keydeck::tui::message::Effect::Activity(keydeck::tui::message::ActivityRequest::OfKey { .. })
            )
        });
        let mut last = None;
        while talk
            .effects
            .iter()
            .any(|e| matches!(e, keydeck::tui::message::Effect::Activity(_)))
        {
            last = Some(talk.answer_activity(log(rows(9, 9), false)).1);
        }
        let query = last.expect("asked");
        assert_eq!(
            (query.key, query.actor, query.since, query.q),
            (None, None, None, None),
            "{between}"
        );
        assert_eq!(talk.app.activity.list.items().len(), 9, "{between}");
        assert_eq!(talk.app.activity.words(), "");
        assert!(!drawn(&talk).contains("of key"));
    }
}

#[test]
fn each_filter_is_shown_and_taken_away_by_itself() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("a");
    talk.answer_activity(log(rows(3, 3), false));
    talk.press("w");
    talk.answer_activity(log(rows(3, 3), false));
    talk.press("/revoked<Enter>");
    let filters = |talk: &Talk| -> Vec<String> {
        let filters = talk.app.activity.filters().into_iter();
        filters.map(|(_, words)| words).collect()
    };
    assert_eq!(
        filters(&talk),
        ["of key Assistant 000", "by mira@acme.example", "revoked"]
    );
    let screen = drawn(&talk);
    for words in ["of key Assistant 000", "by mira@acme.example", "revoked"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    talk.effects.clear();
    talk.press("<BS>");
    assert_eq!(filters(&talk), ["of key Assistant 000", "by mira@acme.example"]);
    assert_eq!(talk.answer_activity(log(rows(3, 3), false)).1.q, None);
    talk.press("<BS>");
    assert!(talk.answer_activity(log(rows(3, 3), false)).1.actor.is_none());
    talk.press("<BS>");
    assert_eq!(talk.answer_activity(log(rows(3, 3), false)).1.key, None);
    talk.press("<BS>");
    assert!(talk.effects.is_empty(), "there is none left");
    // Esc takes all of them, and only then goes back.
    talk.press("t").press("revealed<Enter>/x<Enter>").press("<Esc>");
    assert!(filters(&talk).is_empty() && talk.app.screen == Screen::Activity);
    talk.press("<Esc>");
    assert_eq!(talk.app.screen, Screen::Keys);
}

#[test]
fn days_and_persons_are_typed_and_what_cant_be_read_is_told() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("A");
    talk.answer_activity(log(rows(9, 9), false));
    talk.press("/");
    assert!(drawn(&talk).contains("since:today, until:"), "{}", drawn(&talk));
    talk.press("since:today @mira kiosk");
    let mut asked = None;
    while talk
        .effects
        .iter()
        .any(|e| matches!(e, keydeck::tui::message::Effect::Activity(_)))
    {
        asked = Some(talk.answer_activity(log(rows(2, 2), false)).1);
    }
    let query = asked.expect("asked");
    let today = look()
        .now
        .to_zoned(jiff::tz::TimeZone::UTC)
        .start_of_day()
        .expect("a day")
        .timestamp();
    assert_eq!(
        (query.since, query.q.as_deref()),
        (Some(today), Some("mira@ kiosk"))
    );
    // A word that can't be read is told, and Enter doesn't keep it.
    talk.press("<C-u>since:soon<Enter>");
    assert!(matches!(talk.app.over.last(), Some(Modal::Filter(_))));
    assert!(drawn(&talk).contains("Write a day"), "{}", drawn(&talk));
    talk.press("<C-u>on:yesterday<Enter>");
    assert!(talk.app.over.is_empty());
}

#[test]
fn a_search_goes_on_where_a_page_ends_though_it_found_nothing() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("A");
    talk.answer_activity(log(rows(9, 9), false));
    talk.press("/rare<Enter>")
        .effects
        .retain(|e| matches!(e, keydeck::tui::message::Effect::Activity(_)));
    let page = |items, next| {
        Ok(keydeck::api::ActivityPage {
            items,
            next,
            ..Default::default()
        })
    };
    while talk.effects.len() > 1 {
        talk.effects.remove(0);
    }
    assert_eq!(
        talk.answer_activity(page(Vec::new(), Some(70_000))).0,
        Fetch::Start
    );
    let (fetch, query) = talk.answer_activity(page(rows(60_500, 1), Some(50_000)));
    assert_eq!(
        (fetch, query.before, query.q.as_deref()),
        (Fetch::More, Some(70_000), Some("rare"))
    );
    let (_, query) = talk.answer_activity(page(Vec::new(), None));
    assert_eq!(query.before, Some(50_000));
    assert_eq!(talk.app.activity.list.total(), Some(1));
}

#[test]
fn a_copy_says_that_it_is_one() {
    use keydeck::tui::message::{Effect, Purpose};
    for (key, expected) in [("c", Purpose::Copy), ("x", Purpose::Show)] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press(key);
        let purpose = talk.expect("Reveal", |e| match e {
            Effect::Reveal { purpose, .. } => Some(*purpose),
            _ => None,
        });
        assert_eq!(purpose, expected);
    }
    let row = row(1, keydeck::api::ActivityAction::KeyCopied, "Checkout");
    assert_eq!(row.action.words(), "copied the key");
    assert_ne!(row.key, Some(Uuid::nil()));
}
