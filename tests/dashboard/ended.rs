//! The keys that have ended: going there and back, what is offered there, and what it looks like.

use crate::common::draw::{details, drawn};
use crate::common::ended::*;
use crate::common::lists::rows;
use crate::common::talk::*;
use crate::common::usage::*;
use keydeck::api::{Key, KeyEvent, KeyEventKind, KeyList, Order, Sort};
use keydeck::model::{Scope, StateFilter};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::keymap::{Action, Layer};
use keydeck::tui::message::{Effect, LifecycleReply, LifecycleRequest, Load, Message};
use keydeck::tui::state::Screen;

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (63, 17)];

/// One snapshot a size, named after the screen.
fn snapshots(screen: &str, lead_to: impl Fn(&mut Talk)) {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, some_keys(60));
        lead_to(&mut talk);
        insta::assert_snapshot!(format!("{screen}_{width}x{height}"), drawn(&talk));
    }
}

/// Answers what was asked for: its counts and its page; how the page was asked for.
fn answer(talk: &mut Talk, keys: Vec<Key>) -> (Load, KeyList) {
    let (generation, load, list) = talk.page_question();
    talk.answer_counts(counts(&keys));
    let result = Ok(page(keys));
    talk.tell(Message::Page {
        generation,
        load,
        result,
    });
    talk.effects.clear();
    (load, list)
}

/// Among the revoked keys.
fn among_revoked() -> Talk {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("4");
    answer(&mut talk, revoked_keys(9));
    talk
}

fn among_expired() -> Talk {
    let mut talk = among_revoked();
    talk.press("4");
    answer(&mut talk, expired_keys(4));
    talk
}

fn offered(talk: &Talk) -> Vec<Action> {
    use Action::{CopyId, ItsActivity, NextSort, Prove, ReverseSort, Revoke, SetExpiry, Usage};
    let all = [
        SetExpiry,
        Revoke,
        CopyId,
        Prove,
        Usage,
        ItsActivity,
        NextSort,
        ReverseSort,
    ];
    all.into_iter().filter(|action| talk.app.can(*action)).collect()
}

/// How many revoked keys there are is asked beside the list.
fn with_revoked_counted(keys: Vec<Key>, revoked: &[Key]) -> Talk {
    let mut talk = Talk::started(120, 36);
    talk.tell(Message::Me(Ok(owner()))).tell(Message::Connected);
    let number = talk.effects.iter().rev().find_map(|effect| match effect {
        Effect::Lifecycle(LifecycleRequest::CountRevoked { number }) => Some(*number),
        _ => None,
    });
    let number = number.expect("it is asked");
    talk.answer_counts(counts(&keys)).answer_page(Ok(page(keys)));
    talk.tell(Message::OfLifecycle(LifecycleReply::RevokedCounted {
        number,
        result: Ok(counts(revoked)),
    }));
    talk.effects.clear();
    talk
}

#[test]
fn the_numbers_beside_the_kinds_are_of_the_same_filter() {
    let mut talk = with_revoked_counted(some_keys(10), &revoked_keys(7));
    let line = |talk: &Talk| {
        let screen = drawn(talk);
        screen.lines().nth(1).map(str::to_owned).unwrap_or_default()
    };
    let first = line(&talk);
    assert!(
        first.contains(" 0 All 10 ") && first.contains(" 4 Revoked 7 "),
        "{first}"
    );
    talk.press("1");
    assert!(line(&talk).contains(" 4 Revoked 7 "), "a kind is no filter");
    // Each letter asks anew.
    let counted = |talk: &mut Talk, keys: Vec<Key>| {
        let asks = |effect: &Effect| matches!(effect, Effect::LoadCounts { .. });
        while talk.effects.iter().any(asks) {
            talk.answer_counts(counts(&keys));
        }
        line(talk)
    };
    talk.press("0/shop<Enter>");
    let filtered = counted(&mut talk, some_keys(2));
    assert!(filtered.contains(" 0 All 2 "), "{filtered}");
    assert!(filtered.contains(" 4 Revoked  "), "not counted: {filtered}");
    talk.press("4");
    let ended = counted(&mut talk, revoked_keys(3));
    assert!(
        ended.contains(" 0 All 2 ") && ended.contains(" 4 Revoked 3 "),
        "{ended}"
    );
    // With another filter, nobody knows how many of the others match.
    talk.press("/kiosk<Enter>");
    let ended = counted(&mut talk, revoked_keys(1));
    assert!(
        ended.contains(" 0 All  1 Web  2 ") && ended.contains(" 4 Revoked 1 "),
        "{ended}"
    );
}

#[test]
fn four_goes_to_the_revoked_keys_then_to_the_expired_ones_and_round() {
    let mut talk = Talk::with_keys(some_keys(10));
    let states = [StateFilter::Revoked, StateFilter::Expired, StateFilter::Revoked];
    for (state, sort) in states
        .into_iter()
        .zip([Sort::CreatedAt, Sort::ExpiresAt, Sort::CreatedAt])
    {
        talk.press("4");
        let (load, list) = answer(&mut talk, revoked_keys(3));
        assert_eq!((load, list.state), (Load::Start, Some(state)));
        assert_eq!((list.sort, list.order), (sort, Some(Order::Desc)));
        assert_eq!(talk.app.layer(), Layer::Ended);
    }
}

#[test]
fn esc_and_k_go_back_to_where_one_was_and_a_scope_goes_to_its_keys() {
    for (back, scope, around) in [
        ("<Esc>", Some(Scope::Web), true),
        ("K", Some(Scope::Web), true),
        ("0", None, false),
        ("1", Some(Scope::Web), false),
        ("3", Some(Scope::Analytics), false),
    ] {
        let mut talk = Talk::with_keys(some_keys(10));
        talk.press("1s");
        talk.effects.clear();
        talk.press("S");
        answer(&mut talk, some_keys(10));
        talk.press("jjj");
        let selected = talk.app.selected().expect("a key").id;
        let (sort, order) = (talk.app.browse.query.sort, talk.app.browse.query.order);
        talk.press("4").answer_counts(counts(&[]));
        let (_, list) = answer(&mut talk, revoked_keys(5));
        assert_eq!(
            (list.scope, list.state),
            (None, Some(StateFilter::Revoked)),
            "of all scopes"
        );
        talk.press("4");
        answer(&mut talk, expired_keys(5));
        talk.press("j").press(back);
        let (_, load, list) = talk.page_question();
        assert_eq!((list.state, list.scope), (None, scope), "{back}");
        assert_eq!((list.sort, list.order), (sort, Some(order)), "{back}");
        let expected = if around {
            Load::Around(selected)
        } else {
            Load::Start
        };
        assert_eq!(load, expected, "{back}");
        assert_eq!(talk.app.layer(), Layer::Keys, "{back}");
    }
}

#[test]
fn the_filter_stays_and_esc_clears_it_first() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/shop<Enter>").effects.clear();
    talk.press("4");
    let (_, list) = answer(&mut talk, revoked_keys(3));
    assert_eq!(
        (list.q.as_deref(), list.state),
        (Some("shop"), Some(StateFilter::Revoked))
    );
    talk.press("<Esc>");
    let (_, list) = answer(&mut talk, revoked_keys(5));
    assert_eq!((list.q, list.state), (None, Some(StateFilter::Revoked)));
    talk.press("<Esc>");
    assert_eq!(talk.page_question().2.state, None);
}

#[test]
fn a_word_for_a_state_is_read_for_the_view() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/disabled<Enter>").effects.clear();
    talk.press("4");
    let (_, list) = answer(&mut talk, revoked_keys(3));
    assert_eq!(
        (list.state, talk.app.browse.typed.as_str()),
        (Some(StateFilter::Revoked), "")
    );
    for (typed, last, told) in [
        (
            "/disable",
            "d",
            "A key that is disabled has not ended; 0 goes back to those.",
        ),
        ("<C-u>expire", "d", "4 shows the keys that have expired."),
        ("<C-u>rotatin", "g", "A key that is rotating has not ended;"),
        (
            "<C-u>activ",
            "e",
            "A key that is active has not ended; 0 goes back to those.",
        ),
    ] {
        talk.press(typed).effects.clear();
        talk.press(last);
        assert!(drawn(&talk).contains(told), "{}", drawn(&talk));
        let asks = |effect: &Effect| matches!(effect, Effect::LoadPage { .. });
        assert!(!talk.effects.iter().any(asks), "{typed}{last}");
    }
}

#[test]
fn while_they_are_on_their_way_nothing_is_done_with_the_keys_before() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("4c");
    assert!(
        !talk
            .effects
            .iter()
            .any(|e| matches!(e, Effect::CopyId(_) | Effect::Reveal { .. }))
    );
    assert!(talk.app.waiting_words().is_some());
    let (generation, load, _) = talk.page_question();
    let result = Ok(page(revoked_keys(3)));
    talk.tell(Message::Page {
        generation,
        load,
        result,
    });
    let copied = talk.expect("a copy", |effect| match effect {
        Effect::CopyId(subject) => Some(subject.name.clone()),
        _ => None,
    });
    assert_eq!(copied, "Old key 000");
}

#[test]
fn only_what_is_possible_is_offered() {
    use Action::{CopyId, ItsActivity, NextSort, Prove, ReverseSort, Revoke, SetExpiry, Usage};
    assert_eq!(
        offered(&among_revoked()),
        [CopyId, Prove, Usage, ItsActivity, ReverseSort]
    );
    assert_eq!(
        offered(&among_expired()),
        [
            SetExpiry,
            Revoke,
            CopyId,
            Usage,
            ItsActivity,
            NextSort,
            ReverseSort
        ]
    );
    for (keys, why) in [
        ("d", "“Old key 000” was revoked, permanently."),
        (
            "s",
            "Revoked keys have one order, in which they were revoked; S reverses it.",
        ),
    ] {
        let mut talk = among_revoked();
        talk.press(keys);
        assert!(talk.app.over.is_empty());
        assert_eq!(talk.notice(), why);
    }
    let mut talk = among_expired();
    talk.press("w");
    assert!(talk.notice().contains("was not revoked"), "{}", talk.notice());
    talk.press("d");
    assert!(matches!(talk.app.over.last(), Some(Modal::Revoke(_))));
}

#[test]
fn from_an_ended_key_its_card_its_usage_and_its_activity_are_opened() {
    let mut talk = among_revoked();
    talk.press("jw");
    assert_eq!(
        talk.answer_state(Ok(revoked_keys(2).remove(1))),
        revoked_keys(2)[1].id
    );
    assert!(matches!(talk.app.over.last(), Some(Modal::Revoked(_))));
    talk.press("<Esc>u");
    assert!(matches!(talk.app.over.last(), Some(Modal::Usage(_))));
    talk.press("<Esc>a");
    assert_eq!(talk.app.screen, Screen::Activity);
    talk.answer_activity(crate::common::lists::log(rows(9, 3), false));
    talk.press("<Esc><Esc>");
    assert_eq!(talk.app.layer(), Layer::Ended, "back to where one was");
}

#[test]
fn an_event_moves_nothing_away_that_belongs_there() {
    let mut talk = among_revoked();
    talk.press("jj");
    let selected = talk.app.selected().expect("a key").id;
    talk.tell(Message::Deck(KeyEvent {
        kind: KeyEventKind::Revoked,
        key: selected,
    }));
    assert_eq!(talk.app.selected().map(|key| key.id), Some(selected));
    assert_eq!(talk.page_question().1, Load::Refresh);
    let mut talk = among_expired();
    talk.press("d<Tab><Enter>");
    let gone = talk.app.selected().expect("a key").clone();
    talk.tell(Message::Revoked {
        id: gone.id,
        result: Ok(Box::new(revoked(&gone, 0))),
    });
    assert_ne!(talk.app.selected().map(|key| key.id), Some(gone.id));
    assert!(matches!(talk.app.over.last(), Some(Modal::Revoked(_))));
}

#[test]
fn keys_of_a_project_are_those_that_have_not_ended() {
    let mut talk = among_revoked();
    talk.press("P");
    talk.answer_list_of_projects(Ok(crate::common::lists::some_projects()));
    talk.effects.clear();
    talk.press("o");
    assert_eq!(talk.page_question().2.state, None);
    assert_eq!(talk.app.layer(), Layer::Keys);
}

#[test]
fn the_details_say_when_by_whom_why_and_who_still_tries() {
    let mut talk = among_revoked();
    talk.press("jj").rest();
    talk.answer_usage(Ok(unused()));
    for words in [
        "Revoked,permanently",
        "jonas@acme.example",
        "leakedinabuildlog",
        "✗2,408refused",
        "from203.0.113.24",
        "Secretkdw_…x9Qzwasdestroyed",
    ] {
        assert!(details(&talk).contains(words), "{words}: {}", details(&talk));
    }
    let mut talk = among_expired();
    talk.press("j");
    for words in ["Expired:everyrequestisrefused", "✗1refused,last5minago"] {
        assert!(details(&talk).contains(words), "{words}: {}", details(&talk));
    }
}

#[test]
fn what_it_looks_like() {
    snapshots("revoked", |talk| {
        talk.press("4");
        answer(talk, revoked_keys(40));
    });
    snapshots("expired", |talk| {
        talk.press("4");
        answer(talk, revoked_keys(40));
        talk.press("4");
        answer(talk, expired_keys(12));
    });
    snapshots("revoked_details", |talk| {
        talk.press("4");
        answer(talk, revoked_keys(40));
        talk.press("jj<Enter>").rest();
        talk.answer_usage(Ok(unused()));
    });
    snapshots("revoked_none", |talk| {
        talk.press("4");
        answer(talk, Vec::new());
    });
    snapshots("revoked_help", |talk| {
        talk.press("4");
        answer(talk, revoked_keys(40));
        talk.press("?");
    });
}

#[test]
fn no_size_is_too_small() {
    let sizes = (0..=40).flat_map(|width| (0..=12).map(move |height| (width, height)));
    for (width, height) in sizes.chain([(1, 60), (300, 1), (99, 24), (100, 24), (300, 100)]) {
        let mut talk = Talk::sized(width, height, some_keys(3));
        drawn(talk.press("4"));
        answer(&mut talk, revoked_keys(5));
        drawn(&talk);
        drawn(talk.press("<Enter>"));
        talk.press("4");
        answer(&mut talk, Vec::new());
        drawn(&talk);
    }
}

#[test]
fn the_rest_of_a_filter_stays_when_the_view_takes_the_place_of_its_state() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/shop disabled never-used<Enter>").effects.clear();
    talk.press("4");
    let (_, list) = answer(&mut talk, revoked_keys(3));
    assert_eq!(
        (list.q.as_deref(), list.never_used, list.state),
        (Some("shop"), Some(true), Some(StateFilter::Revoked))
    );
    assert_eq!(talk.app.browse.typed, "shop never-used");
}

#[test]
fn a_name_that_is_a_state_is_found_in_quotes() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/revoke").effects.clear();
    talk.press("d");
    assert!(
        drawn(&talk)
            .contains("4 shows the keys that were revoked. For the text, write \"revoked\" in quotes.")
    );
    talk.press("<C-u>").effects.clear();
    talk.press("\"revoked\"");
    let asked = talk.page_questions().pop().expect("a question").2;
    assert_eq!((asked.q.as_deref(), asked.state), (Some("revoked"), None));
    talk.press("<Esc>4").effects.clear();
    talk.press("/revoked<Enter>");
    assert!(talk.app.over.is_empty(), "it says what the view is");
}
