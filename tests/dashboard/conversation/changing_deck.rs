//! Random keys against a server of several pages that answers late and in any order, while others create, edit
//! and revoke: an action is done with the key that is selected on the screen, and the selection is moved by
//! nobody but the person, unless its key is gone.

use keydeck::api::{KeyEvent, KeyEventKind};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, Message, Purpose, Timer};
use proptest::prelude::*;
use uuid::Uuid;

use super::any_order::{TYPED, keys_of};
use super::late_server::{Late, secret_of};
use crate::common::ended::revoked;
use crate::common::talk::*;

/// More than a page, and what is done with one key.
const MORE: &[&str] = &[
    "<PgDn><PgDn><PgDn><PgDn><PgDn><PgDn><PgDn>",
    "<PgUp><PgUp><PgUp><PgUp><PgUp><PgUp><PgUp>",
    "<PgDn>",
    "<PgDn>",
    "<PgDn>",
    "<PgUp>",
    "<Down>",
    "<Up>",
    "G",
    "g",
    "x",
    "x",
    "d<Esc>",
    "e<Esc>",
    "<Enter>",
    "<Tab>",
    "<Esc>",
    "c",
    "c",
];

/// What moves, asks for other rows, and copies.
const PAGING: &[&str] = &[
    "<PgDn><PgDn><PgDn><PgDn><PgDn><PgDn><PgDn>",
    "<PgUp><PgUp><PgUp><PgUp><PgUp><PgUp><PgUp>",
    "c",
    "c",
    "<PgDn>",
    "<PgDn>",
    "<PgDn>",
    "<PgUp>",
    "j",
    "k",
    "G",
    "g",
    "s",
    "S",
    "1",
    "0",
    "m",
    "/a<Enter>",
    "/kiosk<Enter>",
];

#[derive(Debug, Clone)]
enum Step {
    Type(String),
    /// Answers one of the open questions.
    Answer(usize, bool),
    /// Somebody else does something; what the stream tells of it comes now, or with a later one.
    Change(KeyEventKind, usize, bool),
    /// The selected key is changed.
    ChangeSelected(KeyEventKind),
    /// What the stream has told comes.
    Hear,
    Resync,
}

fn cases() -> u32 {
    let set = std::env::var("PROPTEST_CASES").ok();
    set.and_then(|cases| cases.parse().ok()).unwrap_or(100)
}

fn kind() -> impl Strategy<Value = KeyEventKind> {
    let kinds = &[KeyEventKind::Created, KeyEventKind::Edited, KeyEventKind::Revoked];
    prop::sample::select(&kinds[..])
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let keys = prop_oneof![prop::sample::select(TYPED), prop::sample::select(MORE)];
    let step = prop_oneof![
        10 => keys.prop_map(|keys| Step::Type(keys.into())),
        12 => (0usize..6, prop::bool::weighted(0.03)).prop_map(|(at, fails)| Step::Answer(at, fails)),
        3 => (kind(), any::<usize>(), any::<bool>())
            .prop_map(|(kind, at, told)| Step::Change(kind, at, told)),
        3 => kind().prop_map(Step::ChangeSelected),
        3 => Just(Step::Hear),
        1 => Just(Step::Resync),
    ];
    let steps = prop::collection::vec(step, 1..50);
    steps.prop_map(|steps| steps.into_iter().flat_map(one_key_each).collect())
}

fn one_key_each(step: Step) -> Vec<Step> {
    match step {
        Step::Type(keys) => keys_of(&keys).into_iter().map(Step::Type).collect(),
        other => vec![other],
    }
}

/// What the stream has told and did not come yet.
type Told = Vec<Message>;

fn take(late: &mut Late, step: &Step, told: &mut Told) {
    match step {
        Step::Type(keys) => late.type_keys(keys),
        Step::Answer(at, fails) => {
            if !late.questions.is_empty() {
                late.answer(at % late.questions.len(), *fails);
            }
        }
        Step::Change(kind, at, at_once) => {
            told.extend(late.server.change(*kind, *at));
            if *at_once {
                hear(late, told);
            }
        }
        Step::ChangeSelected(kind) => {
            let selected = late.selected();
            if let Some(at) = late.server.keys.iter().position(|key| Some(key.id) == selected) {
                told.extend(late.server.change(*kind, at));
            }
        }
        Step::Hear => hear(late, told),
        Step::Resync => late.tell(Message::Resync),
    }
}

fn hear(late: &mut Late, told: &mut Told) {
    std::mem::take(told)
        .into_iter()
        .for_each(|message| late.tell(message));
}

/// The keys that something was done with since.
fn done_with(late: &Late, asked: usize, layers: usize) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = late.asked[asked..].iter().map(|(id, _)| *id).collect();
    if late.talk.app.over.len() > layers {
        match late.talk.app.over.last() {
            Some(Modal::Revoke(dialog)) => ids.push(dialog.key.id),
            Some(Modal::Form(form)) => ids.extend(form.editing.as_ref().map(|key| key.id)),
            _ => {}
        }
    }
    ids
}

fn check(late: &mut Late, step: &Step, told: &mut Told) -> Result<(), TestCaseError> {
    let before = late.selected();
    let waited = late.talk.app.waiting_words().is_some();
    let may_move = waited || late.is_coming() || late.talk.app.browse.owes_a_move();
    let (asked, layers, copied) = (late.asked.len(), late.talk.app.over.len(), late.copied.len());
    take(late, step, told);
    let after = late.selected();
    if matches!(step, Step::Type(_)) {
        for id in done_with(late, asked, layers) {
            prop_assert_eq!(Some(id), before, "done with another key than was selected");
        }
    } else if before != after && !may_move {
        let rows = late.server.all(&late.list());
        let is_there = before.is_some_and(|id| rows.iter().any(|row| row.key.id == id));
        prop_assert!(!is_there, "the selection left {before:?} for {after:?}");
    }
    for (id, secret) in &late.copied[copied..] {
        prop_assert_eq!(secret, &secret_of(*id));
        let copies = |(_, purpose): &&(Uuid, Purpose)| *purpose == Purpose::Copy;
        let last = late.asked.iter().rfind(copies);
        prop_assert_eq!(Some(*id), last.map(|(id, _)| *id));
    }
    if let Some(revealed) = &late.talk.app.revealed {
        prop_assert_eq!(Some(revealed.key), late.selected());
        prop_assert_eq!(revealed.secret.expose(), &secret_of(revealed.key));
    }
    Ok(())
}

/// The selected key is revoked by somebody else in the moment in which a key is pressed.
#[test]
fn what_was_meant_for_a_key_that_is_gone_is_not_done_with_the_next_one() {
    let gone = |talk: &mut Talk| {
        let selected = talk.app.selected().expect("a key").id;
        talk.tell(Message::Deck(KeyEvent {
            kind: KeyEventKind::Revoked,
            key: selected,
        }));
    };
    let asks = |talk: &Talk| {
        talk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Reveal { .. }))
    };
    for pressed in ["c", "x", "d", "e", "u", "w"] {
        let mut talk = Talk::with_keys(some_keys(9));
        gone(&mut talk);
        talk.press(pressed);
        assert!(!asks(&talk) && talk.app.over.is_empty(), "{pressed}");
        let told =
            "“Assistant 000” has just left the list, and “Assistant 001” is selected: nothing was done.";
        assert_eq!(talk.notice(), told);
        // It has been read: pressed again, it is meant.
        talk.press(pressed);
        assert!(asks(&talk) || !talk.app.over.is_empty(), "{pressed}");
    }
    // So it is after a move, and after a moment.
    let mut talk = Talk::with_keys(some_keys(9));
    gone(&mut talk);
    assert!(asks(talk.press("jc")));
    let mut talk = Talk::with_keys(some_keys(9));
    gone(&mut talk);
    let timer = talk.expect("a timer", |effect| match effect {
        Effect::After(_, timer @ Timer::SelectionSeen(_)) => Some(*timer),
        _ => None,
    });
    talk.tell(Message::Due(timer)).press("c");
    assert!(asks(&talk));
    // Who revokes a key goes on with the next one.
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("d<Tab><Enter>");
    let key = talk.app.selected().expect("a key").clone();
    gone(&mut talk);
    let result = Ok(Box::new(revoked(&key, 0)));
    talk.tell(Message::Revoked { id: key.id, result }).press("<Esc>c");
    assert!(asks(&talk));
}

/// A refresh that comes in the middle of a move beyond the rows that are here takes nothing of it away.
#[test]
fn a_move_goes_on_after_a_refresh() {
    let mut at_once = Late::start();
    assert!(at_once.answer_all());
    let mut late = Late::start();
    assert!(late.answer_all());
    for _ in 0..9 {
        at_once.type_keys("<PgDn>");
        assert!(at_once.answer_all());
    }
    late.tell(Message::Resync);
    for _ in 0..9 {
        late.type_keys("<PgDn>");
    }
    late.type_keys("c");
    at_once.type_keys("c");
    assert!(late.answer_all());
    assert_eq!(late.selected(), at_once.selected());
    assert_eq!(late.asked, at_once.asked);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_done_is_done_with_the_key_on_the_screen(steps in steps()) {
        let mut late = Late::start();
        let mut told = Told::new();
        for step in steps {
            check(&mut late, &step, &mut told)?;
        }
        prop_assert!(late.answer_all(), "it never stops asking");
    }

    /// Nothing differs but the time that answers take, and their order.
    #[test]
    fn pages_that_come_late_change_nothing_of_what_is_done(
        typed in prop::collection::vec(prop::sample::select(PAGING), 1..16),
        pauses in prop::collection::vec(
            (prop::collection::vec(0usize..6, 0..3), prop::bool::weighted(0.1)), 96),
    ) {
        let keys: Vec<String> = typed.iter().flat_map(|keys| keys_of(keys)).collect();
        let mut at_once = Late::start();
        prop_assert!(at_once.answer_all());
        for key in &keys {
            at_once.type_keys(key);
            prop_assert!(at_once.answer_all());
        }
        let mut late = Late::start();
        let mut pauses = pauses.into_iter();
        for key in &keys {
            late.type_keys(key);
            let (answers, resync) = pauses.next().unwrap_or_default();
            if resync {
                late.tell(Message::Resync);
            }
            for at in answers {
                if !late.questions.is_empty() {
                    late.answer(at % late.questions.len(), false);
                }
            }
        }
        prop_assert!(late.answer_all());
        prop_assert_eq!(&late.asked, &at_once.asked);
        prop_assert_eq!(late.selected(), at_once.selected());
    }
}
