//! What is typed before the rows are there that were asked for acts on those rows, and never on others.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use keydeck::api::{Key, KeyPage, ProblemType};
use keydeck::client::Error;
use keydeck::model::{Scope, Secret};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, Load, Message, Purpose, Route};
use uuid::Uuid;

use crate::common::talk::*;

fn nord_and_others() -> Vec<Key> {
    let mut keys = vec![key(1, "Café Nord", Scope::Web)];
    keys.extend(some_keys(30).into_iter().skip(4));
    keys
}

fn far() -> Key {
    key(2, "Far Kiosk", Scope::Web)
}

fn farther() -> Key {
    key(3, "Farther Shop", Scope::Mobile)
}

/// With `Café Nord` selected.
pub fn at_nord() -> Talk {
    let talk = Talk::with_keys(nord_and_others());
    assert_eq!(talk.selected_name(), "Café Nord");
    talk
}

/// Answers the newest question for rows.
fn answer(talk: &mut Talk, result: Result<KeyPage, Error>) {
    let newest = talk
        .effects
        .iter()
        .rposition(|e| matches!(e, Effect::LoadPage { .. }));
    let question = newest.map(|at| talk.effects.remove(at));
    let Some(Effect::LoadPage { generation, load, .. }) = question else {
        panic!("no question for a page among {:#?}", talk.effects);
    };
    talk.tell(Message::Page {
        generation,
        load,
        result,
    });
}

fn revealed(talk: &Talk) -> Vec<Uuid> {
    let ids = talk.effects.iter().filter_map(|effect| match effect {
        Effect::Reveal { id, .. } => Some(*id),
        _ => None,
    });
    ids.collect()
}

pub fn waits(talk: &Talk) -> String {
    talk.app.waiting_words().unwrap_or_default()
}

fn click(talk: &mut Talk, line: u16) {
    let rows = talk.app.layout().rows;
    talk.tell(Message::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: rows.x + 2,
        row: rows.y + line,
        modifiers: KeyModifiers::NONE,
    }));
}

#[test]
fn the_secret_that_is_copied_is_that_of_the_row_that_was_filtered_for() {
    let mut talk = at_nord();
    talk.press("/far<Enter>c");
    assert!(revealed(&talk).is_empty());
    assert_eq!(waits(&talk), "Waiting for the list, then: copy. Esc cancels it.");
    answer(&mut talk, Ok(page(vec![far(), farther()])));
    assert_eq!((revealed(&talk), waits(&talk).as_str()), (vec![far().id], ""));
}

#[test]
fn every_question_makes_every_action_wait() {
    let questions = ["/far<Enter>", "2", "m", "s", "S", ":reverse<Enter>", "3s"];
    for question in questions {
        for (action, opens) in [
            ("c", None),
            ("x", None),
            ("d", Some("Revoke")),
            ("e", Some("Form")),
            ("u", Some("Usage")),
            ("w", Some("Explain")),
        ] {
            let mut talk = at_nord();
            talk.press(question).press(action);
            assert!(talk.app.over.is_empty(), "{question}{action}");
            assert!(
                waits(&talk).starts_with("Waiting for the list, then: "),
                "{question}{action}"
            );
            answer(&mut talk, Ok(page(vec![far(), farther()])));
            match opens {
                None => assert_eq!(revealed(&talk), [far().id], "{question}{action}"),
                Some(layer) => {
                    let top = format!("{:?}", talk.app.over.last());
                    let is_it = top.contains(layer) && top.contains("Far Kiosk");
                    assert!(is_it && !top.contains("Nord"), "{question}{action}: {top}");
                }
            }
        }
    }
}

#[test]
fn moves_and_what_follows_them_keep_their_order() {
    let mut talk = at_nord();
    talk.press("s<Down>c<Up>c/shop<Enter>c");
    assert_eq!(
        (revealed(&talk), talk.app.browse.typed.as_str()),
        (Vec::new(), "")
    );
    answer(&mut talk, Ok(page(vec![far(), farther()])));
    assert_eq!(revealed(&talk), [farther().id, far().id]);
    assert_eq!(talk.app.browse.typed, "shop", "the rest went on, and waits again");
    answer(&mut talk, Ok(page(vec![farther()])));
    assert_eq!(revealed(&talk), [farther().id, far().id, farther().id]);
}

#[test]
fn a_form_that_waits_for_its_row_gets_what_was_typed_for_it() {
    let mut talk = at_nord();
    talk.press("/far<Enter>e drawn<C-s>");
    assert!(talk.app.over.is_empty(), "no letter of a name is a command");
    answer(&mut talk, Ok(page(vec![far()])));
    let (id, edit) = talk.expect("Edit", |e| match e {
        Effect::Edit { id, edit, .. } => Some((*id, edit.clone())),
        _ => None,
    });
    assert_eq!((id, edit.name.as_deref()), (far().id, Some("Far Kiosk drawn")));
}

#[test]
fn nobody_confirms_what_nobody_has_read() {
    let mut talk = at_nord();
    talk.press("/far<Enter>d<Tab><Enter>");
    answer(&mut talk, Ok(page(vec![far()])));
    let Some(Modal::Revoke(dialog)) = talk.app.over.last() else {
        panic!("no dialog: {:?}", talk.app.over)
    };
    assert_eq!(
        (dialog.key.id, dialog.buttons.focus(), dialog.sending),
        (far().id, Some(0), false)
    );
    assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Revoke { .. })));
}

#[test]
fn what_waits_is_dropped_by_esc_by_a_failure_and_by_an_empty_list_and_says_so() {
    let mut talk = at_nord();
    talk.press("/far<Enter>c<Esc>");
    assert!(talk.notice().contains("nothing was done") && waits(&talk).is_empty());
    answer(&mut talk, Ok(page(vec![far()])));
    assert_eq!(
        (revealed(&talk), talk.app.browse.typed.as_str()),
        (Vec::new(), "far")
    );

    let mut talk = at_nord();
    talk.press("/far<Enter>cd");
    answer(&mut talk, Err(offline()));
    assert!(talk.notice().ends_with("Nothing was done."), "{}", talk.notice());
    assert!(talk.notice().contains("connection refused") && talk.app.over.is_empty());
    talk.press("c");
    assert!(revealed(&talk).is_empty(), "the rows are not up to date");
    assert!(talk.notice().contains("not up to date"), "{}", talk.notice());
    let drawn = crate::common::draw::drawn(&talk);
    assert!(!drawn.contains("c copy"), "nothing offers what is refused");
    talk.press("<Down><Enter>");
    assert!(talk.app.details_focused, "they can be looked at");

    let mut talk = at_nord();
    talk.press("/zzz<Enter>c");
    answer(&mut talk, Ok(KeyPage::default()));
    assert!(revealed(&talk).is_empty());
    assert!(talk.notice().contains("Nothing is selected"), "{}", talk.notice());
}

#[test]
fn a_click_is_on_the_row_that_was_clicked() {
    let mut talk = at_nord();
    talk.press("S");
    click(&mut talk, 2);
    let clicked = talk.selected_name().to_owned();
    talk.press("c");
    let mut turned = nord_and_others();
    turned.reverse();
    answer(&mut talk, Ok(page(turned)));
    assert_eq!(
        (revealed(&talk).len(), talk.selected_name()),
        (1, clicked.as_str())
    );

    let mut talk = at_nord();
    talk.press("/far<Enter>");
    click(&mut talk, 0);
    talk.press("c");
    answer(&mut talk, Ok(page(vec![far()])));
    assert!(revealed(&talk).is_empty());
    assert!(
        talk.notice().contains("“Café Nord” is not in this list"),
        "{}",
        talk.notice()
    );
}

#[test]
fn the_palette_acts_on_the_rows_that_were_asked_for() {
    let mut talk = at_nord();
    talk.press("/far<Enter>:copy<Enter>");
    assert!(revealed(&talk).is_empty());
    answer(&mut talk, Ok(page(vec![far()])));
    assert_eq!(revealed(&talk), [far().id]);
    let mut talk = Talk::started(120, 36);
    talk.tell(Message::Me(Ok(owner()))).press(":copy<Enter>");
    answer(&mut talk, Ok(page(vec![far()])));
    assert_eq!(revealed(&talk), [far().id], "before there was any row");
}

#[test]
fn a_move_beyond_the_rows_that_are_here_is_over_before_anything_is_done() {
    let keys = some_keys(300);
    let mut talk = Talk::with_keys(keys[..100].to_vec());
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys[..100].to_vec(), false, true)));
    talk.press("<PgDn><PgDn><PgDn><PgDn>c");
    assert!(revealed(&talk).is_empty());
    answer(&mut talk, Ok(part(keys[100..200].to_vec(), true, true)));
    assert_eq!(
        (talk.selected_name(), revealed(&talk)),
        ("Assistant 120", vec![keys[120].id])
    );
    talk.press("Gc");
    assert_eq!(revealed(&talk).len(), 1);
    answer(&mut talk, Ok(part(keys[200..299].to_vec(), true, false)));
    assert_eq!(revealed(&talk)[1..], [keys[298].id]);
}

#[test]
fn a_refresh_makes_nothing_wait() {
    let mut talk = at_nord();
    talk.tell(Message::Resync).press("c");
    assert_eq!(revealed(&talk), [key(1, "", Scope::Web).id]);
}

#[test]
fn a_key_that_is_looked_for_and_not_found_leaves_nothing_to_act_on() {
    let mut talk = at_nord();
    let gone = Message::Deck(keydeck::api::KeyEvent {
        kind: keydeck::api::KeyEventKind::Created,
        key: far().id,
    });
    talk.tell(super::created(2, Scope::Web)).press("<Esc>c");
    assert!(waits(&talk).contains("copy"));
    let question = talk
        .effects
        .iter()
        .find_map(|e| match e {
            Effect::LoadPage {
                generation,
                load: load @ Load::Around(_),
                ..
            } => Some((*generation, *load)),
            _ => None,
        })
        .expect("looked for");
    talk.tell(gone).tell(Message::Page {
        generation: question.0,
        load: question.1,
        result: Err(refused(ProblemType::NotFound, 404, "No such key.")),
    });
    assert_eq!((revealed(&talk), waits(&talk).as_str()), (Vec::new(), ""));
}

#[test]
fn notices_keep_the_name_that_they_were_made_with() {
    let mut talk = at_nord();
    talk.press("c/far<Enter>");
    let id = revealed(&talk)[0];
    answer(&mut talk, Ok(page(vec![far()])));
    talk.tell(Message::Revealed {
        id,
        purpose: Purpose::Copy,
        result: Ok(Secret::new("s3cret")),
    });
    let subject = talk.expect("Copy", |e| match e {
        Effect::Copy { subject, .. } => Some(subject.clone()),
        _ => None,
    });
    talk.tell(Message::Copied {
        subject,
        route: Route::Clipboard,
    });
    assert!(talk.notice().contains("“Café Nord”"), "{}", talk.notice());
}

#[test]
fn of_two_copies_the_clipboard_gets_the_one_that_was_asked_for_last() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("c<Down>c");
    for number in [1, 0] {
        talk.tell(Message::Revealed {
            id: keys[number].id,
            purpose: Purpose::Copy,
            result: Ok(Secret::new("s3cret")),
        });
    }
    let copied = talk.effects.iter().filter_map(|e| match e {
        Effect::Copy { subject, .. } => Some(subject.id),
        _ => None,
    });
    assert_eq!(copied.collect::<Vec<_>>(), [keys[1].id]);
}
