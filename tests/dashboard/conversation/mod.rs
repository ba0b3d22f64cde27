//! The pure ring: what the dashboard's state answers to keys and to the server.

mod any_order;
mod changing_deck;
mod late_server;
mod no_place_for_secrets;
mod type_ahead;
mod type_ahead_elsewhere;

use crate::common::talk::*;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use keydeck::api::{Created, KeyEvent, KeyEventKind, KeyPage, Order, ProblemType, Sort};
use keydeck::model::{FieldError, Scope, Secret};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, Load, Message, Purpose, Route, Timer};
use keydeck::tui::state::Body;
use uuid::Uuid;

fn revoke_effect(effect: &Effect) -> Option<Uuid> {
    match effect {
        Effect::Revoke { id } => Some(*id),
        _ => None,
    }
}

fn created(number: u32, scope: Scope) -> Message {
    let created = Created {
        key: key(number, "Fresh", scope),
        secret: Some(Secret::new("kda_secret")),
        replayed: false,
    };
    Message::Created {
        result: Ok(Box::new(created)),
    }
}

// Finding.

#[test]
fn the_first_questions_are_who_which_rows_and_how_many() {
    let mut talk = Talk::started(120, 36);
    talk.expect("LoadMe", |e| matches!(e, Effect::LoadMe).then_some(()));
    let (_, load, list) = talk.page_question();
    assert_eq!(
        (load, list.sort, list.order),
        (Load::Start, Sort::CreatedAt, Some(Order::Desc))
    );
    talk.expect("LoadCounts", |e| {
        matches!(e, Effect::LoadCounts { .. }).then_some(())
    });
    assert!(matches!(talk.app.browse.body(), Body::Loading));
}

#[test]
fn typing_in_the_filter_asks_for_each_letter_and_takes_only_the_last_answer() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/sh");
    let (first, _, list) = talk.page_question();
    assert_eq!(list.q.as_deref(), Some("s"));
    let (second, load, list) = talk.page_question();
    assert_eq!(list.q.as_deref(), Some("sh"));
    let late = page(vec![key(1, "Late answer", Scope::Web)]);
    talk.tell(Message::Page {
        generation: first,
        load,
        result: Ok(late),
    });
    assert_ne!(talk.selected_name(), "Late answer");
    let found = page(vec![key(2, "Shop", Scope::Web)]);
    talk.tell(Message::Page {
        generation: second,
        load,
        result: Ok(found),
    });
    assert_eq!(talk.selected_name(), "Shop");
}

#[test]
fn letters_in_the_filter_are_text_and_never_commands() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/qdnx").tell(Message::Paste(Secret::new("q\nd")));
    assert_eq!(talk.app.browse.typed, "qdnxq d");
    assert!(!talk.app.is_quitting());
    assert_eq!(talk.app.over.len(), 1);
}

#[test]
fn enter_keeps_the_filter_and_esc_clears_it() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/shop<Enter>");
    assert_eq!((talk.app.over.len(), talk.app.browse.typed.as_str()), (0, "shop"));
    talk.press("<Esc>");
    assert_eq!(talk.app.browse.typed, "");
    talk.press("/kiosk<Esc>");
    assert_eq!((talk.app.over.len(), talk.app.browse.typed.as_str()), (0, ""));
}

#[test]
fn sorting_goes_through_the_columns_and_turns_round() {
    let mut talk = Talk::with_keys(some_keys(10));
    let mut sorts = Vec::new();
    for _ in 0..4 {
        talk.press("s");
        let (_, _, list) = talk.page_question();
        sorts.push((list.sort, list.order.expect("always sent")));
    }
    let expected = [
        (Sort::LastUsedAt, Order::Desc),
        (Sort::Name, Order::Asc),
        (Sort::Scope, Order::Asc),
        (Sort::CreatedAt, Order::Desc),
    ];
    assert_eq!(sorts, expected);
    talk.press("S");
    assert_eq!(talk.page_question().2.order, Some(Order::Asc));
}

#[test]
fn a_click_on_a_header_sorts_and_a_second_one_reverses() {
    let mut talk = Talk::with_keys(some_keys(10));
    let columns = talk.app.layout().columns;
    let click = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: columns.x + 2,
        row: columns.y,
        modifiers: KeyModifiers::NONE,
    };
    talk.tell(Message::Mouse(click));
    assert_eq!(talk.page_question().2.sort, Sort::Name);
    talk.tell(Message::Mouse(click));
    assert_eq!(talk.page_question().2.order, Some(Order::Desc));
}

#[test]
fn a_scope_is_one_key_and_zero_shows_all() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("3");
    assert_eq!(talk.page_question().2.scope, Some(Scope::Analytics));
    talk.press("0");
    assert_eq!(talk.page_question().2.scope, None);
}

#[test]
fn pages_arrive_ahead_of_the_scroll_and_join_without_a_seam() {
    let keys = some_keys(300);
    let mut talk = Talk::with_keys(keys[..100].to_vec());
    talk.press("g").tell(Message::Resync);
    talk.answer_page(Ok(part(keys[..100].to_vec(), false, true)));
    talk.press("<PgDn><PgDn>");
    let (generation, load, list) = talk.page_question();
    assert_eq!(
        (load, list.after.as_deref()),
        (Load::After, Some(format!("c-{}", keys[99].id).as_str()))
    );
    let before = talk.selected_name().to_owned();
    talk.tell(Message::Page {
        generation,
        load,
        result: Ok(part(keys[100..200].to_vec(), true, true)),
    });
    assert_eq!(talk.selected_name(), before, "the selection stays on its key");
    assert_eq!(talk.app.browse.rows.len(), 200);
    for (index, name) in (0..200).map(|n| format!("Assistant {n:03}")).enumerate() {
        talk.press("g");
        talk.app.browse.rows.move_by(index as isize);
        assert_eq!(talk.selected_name(), name);
    }
}

#[test]
fn the_window_of_rows_stays_bounded_while_scrolling_through_a_large_organisation() {
    let keys = some_keys(5_000);
    let mut talk = Talk::with_keys(keys[..100].to_vec());
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys[..100].to_vec(), false, true)));
    let mut loaded = 100;
    for _ in 0..3_000 {
        talk.press("<Down>");
        let question = talk.effects.iter().any(|e| {
            matches!(
                e,
                Effect::LoadPage {
                    load: Load::After,
                    ..
                }
            )
        });
        if question {
            talk.answer_page(Ok(part(keys[loaded..loaded + 100].to_vec(), true, true)));
            loaded += 100;
        }
        talk.effects.clear();
    }
    assert_eq!(talk.selected_name(), "Assistant 3000");
    assert!(
        talk.app.browse.rows.len() <= 700,
        "{} rows are kept",
        talk.app.browse.rows.len()
    );
    assert_eq!(talk.app.browse.rows.first_number().map(|n| n > 2_900), Some(true));
}

#[test]
fn the_end_is_asked_of_the_server_when_it_is_not_here() {
    let keys = some_keys(100);
    let mut talk = Talk::with_keys(keys.clone());
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys, false, true)));
    talk.effects.clear();
    talk.press("G");
    let (generation, load, list) = talk.page_question();
    assert_eq!(load, Load::End);
    assert!(list.from.is_some());
    let last = part(vec![key(4_999, "Very last", Scope::Web)], true, false);
    talk.tell(Message::Page {
        generation,
        load,
        result: Ok(last),
    });
    assert_eq!(talk.selected_name(), "Very last");
}

// Others' changes.

#[test]
fn the_selection_follows_its_key_through_a_refresh() {
    let keys = some_keys(10);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("<Down><Down><Down>");
    let selected = talk.selected_name().to_owned();
    talk.tell(Message::Deck(KeyEvent {
        kind: KeyEventKind::Created,
        key: Uuid::from_u128(9),
    }));
    let mut with_new = vec![key(500, "New by another", Scope::Web)];
    with_new.extend(keys);
    talk.answer_page(Ok(page(with_new)));
    assert_eq!(talk.selected_name(), selected);
}

#[test]
fn a_selected_key_that_moved_in_the_order_is_looked_for() {
    let keys = some_keys(10);
    let mut talk = Talk::with_keys(keys.clone());
    let moved = keys[0].id;
    talk.tell(Message::Deck(KeyEvent {
        kind: KeyEventKind::Edited,
        key: moved,
    }));
    talk.answer_page(Ok(page(keys[1..].to_vec())));
    let (generation, load, list) = talk.page_question();
    assert_eq!((load, list.around), (Load::Around(moved), Some(moved)));
    let there = part(
        vec![key(80, "Neighbour", Scope::Web), keys[0].clone()],
        true,
        true,
    );
    talk.tell(Message::Page {
        generation,
        load,
        result: Ok(there),
    });
    assert_eq!(talk.selected_name(), "Assistant 000");
}

#[test]
fn a_key_that_is_gone_leaves_its_neighbour_selected() {
    let keys = some_keys(10);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("<Down>");
    talk.tell(Message::Deck(KeyEvent {
        kind: KeyEventKind::Revoked,
        key: keys[1].id,
    }));
    assert_eq!(talk.selected_name(), "Assistant 002");
    let mut rest = keys.clone();
    rest.remove(1);
    talk.answer_page(Ok(page(rest)));
    assert_eq!(talk.selected_name(), "Assistant 002");
}

#[test]
fn a_burst_of_events_becomes_one_question_at_a_time() {
    let keys = some_keys(10);
    let mut talk = Talk::with_keys(keys.clone());
    for _ in 0..50 {
        talk.tell(Message::Deck(KeyEvent {
            kind: KeyEventKind::Created,
            key: Uuid::from_u128(9),
        }));
    }
    let pages = |talk: &Talk| {
        talk.effects
            .iter()
            .filter(|e| matches!(e, Effect::LoadPage { .. }))
            .count()
    };
    assert_eq!(pages(&talk), 1);
    talk.answer_page(Ok(page(keys)));
    assert_eq!(pages(&talk), 1, "asked once more for what came meanwhile");
}

#[test]
fn a_lost_connection_keeps_the_rows_and_catches_up_when_it_is_back() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.tell(Message::Disconnected(offline()));
    assert!(matches!(talk.app.browse.body(), Body::Rows));
    talk.press("<Down>");
    assert_eq!(talk.selected_name(), "Assistant 001");
    talk.tell(Message::Connected);
    assert_eq!(talk.page_question().1, Load::Refresh);
}

// Creating.

#[test]
fn creating_a_web_key_needs_its_fields_and_says_so_under_them() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<Tab><Tab><Tab>");
    let Some(Modal::Form(form)) = talk.app.over.last() else {
        panic!("no form")
    };
    assert!(form.form.errors.about("name").is_some());
    assert!(form.form.errors.about("project").is_some());
    talk.press("<C-s>");
    assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Create { .. })));
}

#[test]
fn a_filled_form_is_sent_with_just_the_fields_of_its_scope() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<Right><Right><Tab>Board report<C-s>");
    let fields = talk.expect("Create", |e| match e {
        Effect::Create { fields, .. } => Some(fields.clone()),
        _ => None,
    });
    assert_eq!(
        (fields.scope, fields.name.as_str()),
        (Scope::Analytics, "Board report")
    );
    assert_eq!(
        (fields.project, fields.ui_domains, fields.cross_page_persistence),
        (None, None, None)
    );
}

#[test]
fn a_refusal_comes_back_to_its_field_and_nothing_typed_is_lost() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n3<Tab>Board report<C-s>");
    let mut taken = problem(ProblemType::Invalid, 422, "A field is wrong.");
    taken.errors = vec![FieldError {
        field: "name".into(),
        message: "This name is taken.".into(),
    }];
    talk.tell(Message::Created {
        result: Err(keydeck::client::Error::Refused(Box::new(taken))),
    });
    let Some(Modal::Form(form)) = talk.app.over.last() else {
        panic!("the form is gone")
    };
    assert_eq!(form.form.value("name"), "Board report");
    assert_eq!(form.form.errors.about("name"), Some("This name is taken."));
}

#[test]
fn trying_again_after_a_lost_answer_uses_the_same_idempotency_key_until_something_changes() {
    let mut talk = Talk::with_keys(some_keys(3));
    let attempt = |talk: &mut Talk| {
        talk.expect("Create", |e| match e {
            Effect::Create { idempotency_key, .. } => Some(*idempotency_key),
            _ => None,
        })
    };
    talk.press("n3<Tab>Board report<C-s>");
    let first = attempt(&mut talk);
    talk.tell(Message::Created {
        result: Err(offline()),
    })
    .press("<C-s>");
    assert_eq!(attempt(&mut talk), first);
    talk.tell(Message::Created {
        result: Err(offline()),
    })
    .press("2<C-s>");
    assert_ne!(attempt(&mut talk), first);
}

#[test]
fn several_domains_are_pasted_at_a_time_and_normalised() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<Tab>Shop<Tab>store");
    talk.answer_projects("store", vec![project(50, "Storefront")])
        .press("<Enter>");
    talk.tell(Message::Paste(Secret::new(
        "https://a.example/, HTTP://LOCALHOST:8000\nhttps://*.b.example",
    )));
    talk.press("<C-s>");
    let fields = talk.expect("Create", |e| match e {
        Effect::Create { fields, .. } => Some(fields.clone()),
        _ => None,
    });
    assert_eq!(fields.project, Some(Uuid::from_u128(50)));
    let domains = [
        "https://a.example",
        "http://localhost:8000",
        "https://*.b.example",
    ];
    assert_eq!(fields.ui_domains.unwrap_or_default(), domains);
}

#[test]
fn leaving_a_form_in_which_something_was_typed_asks_first() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<Esc>");
    assert!(talk.app.over.is_empty(), "nothing was typed");
    talk.press("n<Tab>Shop<Esc>");
    assert!(matches!(talk.app.over.last(), Some(Modal::Question(_))));
    talk.press("<Enter>");
    assert!(
        matches!(talk.app.over.last(), Some(Modal::Form(_))),
        "the harmless answer has the focus"
    );
    talk.press("<Esc><Tab><Enter>");
    assert!(talk.app.over.is_empty());
}

#[test]
fn the_secret_of_an_analytics_key_can_not_be_lost_by_accident() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.tell(created(900, Scope::Analytics));
    let is_open = |talk: &Talk| {
        talk.app
            .over
            .iter()
            .any(|over| matches!(over, Modal::NewSecret(_)))
    };
    let click = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: 1,
        row: 1,
        modifiers: KeyModifiers::NONE,
    };
    talk.press("qdx /<Tab>").tell(Message::Mouse(click));
    talk.tell(Message::Resized { width: 20, height: 5 })
        .tell(Message::Disconnected(offline()));
    assert!(is_open(&talk));
    talk.press("<Enter><Enter>");
    assert!(is_open(&talk), "asked, and the harmless answer has the focus");
    talk.press("<C-c>");
    assert!(is_open(&talk) && !talk.app.is_quitting());
    talk.press("<Esc><Esc><Tab><Enter>");
    assert!(!is_open(&talk), "the loss was confirmed");
}

#[test]
fn a_copied_secret_may_be_closed_but_one_that_was_only_sent_to_the_terminal_asks() {
    for (route, closes) in [(Route::Clipboard, true), (Route::Terminal, false)] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.tell(created(900, Scope::Analytics)).press("c");
        let subject = talk.expect("Copy", |e| match e {
            Effect::Copy { subject, .. } => Some(subject.clone()),
            _ => None,
        });
        talk.tell(Message::Copied {
            subject,
            route: route.clone(),
        })
        .press("<Enter>");
        assert_eq!(talk.app.over.is_empty(), closes, "{route:?}");
    }
}

// Editing.

#[test]
fn an_edit_sends_only_what_changed_against_the_version_that_was_seen() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("e two<C-s>");
    let (id, version, edit) = talk.expect("Edit", |e| match e {
        Effect::Edit { id, version, edit } => Some((*id, *version, edit.clone())),
        _ => None,
    });
    assert_eq!((id, version), (keys[0].id, 1));
    assert_eq!(edit.name.as_deref(), Some("Assistant 000 two"));
    assert_eq!((edit.ui_domains, edit.local_development), (None, None));
}

#[test]
fn two_people_edit_the_same_key_and_the_second_chooses_field_by_field() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("e mine<C-s>");
    talk.effects.clear();
    let mut theirs = keys[0].clone();
    theirs.version = 2;
    theirs.name = "Theirs".into();
    theirs.cross_page_persistence = !theirs.cross_page_persistence;
    let mut changed = problem(ProblemType::Changed, 412, "Someone changed it.");
    changed.current = Some(Box::new(theirs.clone()));
    talk.tell(Message::Edited {
        id: keys[0].id,
        result: Err(keydeck::client::Error::Refused(Box::new(changed))),
    });
    let Some(Modal::Conflict(conflict)) = talk.app.over.last() else {
        panic!("no conflict")
    };
    let labels: Vec<_> = conflict
        .lines
        .iter()
        .map(|line| (line.label, line.is_contested()))
        .collect();
    assert_eq!(labels, [("Name", true), ("Cross-page persistence", false)]);
    talk.press("<Enter>");
    let (version, edit) = talk.expect("Edit", |e| match e {
        Effect::Edit { version, edit, .. } => Some((*version, edit.clone())),
        _ => None,
    });
    assert_eq!((version, edit.name.as_deref()), (2, Some("Assistant 000 mine")));
    assert_eq!(
        edit.cross_page_persistence, None,
        "what only they changed is kept"
    );
}

#[test]
fn of_an_analytics_key_note_and_labels_are_edited() {
    let mut board = key(3, "Board report", Scope::Analytics);
    board.may.edit = true;
    let mut talk = Talk::with_keys(vec![board]);
    talk.press("e");
    talk.press("Ask Mira<Tab>Production, team a ,,<C-s>");
    let edit = talk.expect("Edit", |e| match e {
        Effect::Edit { edit, .. } => Some(edit.clone()),
        _ => None,
    });
    let wanted = keydeck::model::KeyEdit {
        note: Some(Some("Ask Mira".into())),
        labels: Some(vec!["Production".into(), "team a".into()]),
        ..keydeck::model::KeyEdit::default()
    };
    assert_eq!(edit, wanted);
}

#[test]
fn an_analytics_key_says_what_of_it_can_be_edited_and_why_its_secret_cant_be_copied() {
    let mut board = key(3, "Board report", Scope::Analytics);
    let mut talk = Talk::with_keys(vec![board.clone()]);
    talk.press("e");
    assert_eq!(talk.notice(), "As Owner you may not edit this key.");
    board.may.edit = true;
    let mut talk = Talk::with_keys(vec![board]);
    talk.press("e");
    assert!(crate::common::draw::drawn(&talk).contains("Only the note of an Analytics key can be edited"));
    talk.press("<Esc>");
    talk.press("c");
    assert!(talk.notice().contains("shown once"));
    assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Reveal { .. })));
}

// Revoking.

#[test]
fn nothing_but_choosing_yes_delete_and_enter_revokes() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("dyYdx<Space>");
    assert!(talk.effects.iter().all(|e| revoke_effect(e).is_none()));
    talk.press("<Enter>");
    assert!(talk.app.over.is_empty(), "Cancel has the focus");
    talk.press("d<Tab><Enter>");
    assert_eq!(talk.expect("Revoke", revoke_effect), keys[0].id);
    talk.tell(Message::Revoked {
        id: keys[0].id,
        result: Ok(()),
    });
    assert_eq!(talk.selected_name(), "Assistant 001");
    assert!(talk.notice().contains("Assistant 000"));
}

#[test]
fn revoking_what_someone_else_just_revoked_is_told_as_such() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("d<Tab><Enter>");
    let gone = refused(
        ProblemType::Revoked,
        410,
        "It was revoked by jo@acme.example a moment ago.",
    );
    talk.tell(Message::Revoked {
        id: keys[0].id,
        result: Err(gone),
    });
    assert!(talk.notice().contains("jo@acme.example"));
    assert_eq!(talk.selected_name(), "Assistant 001");
}

#[test]
fn a_revocation_that_got_no_answer_stays_in_its_dialog() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("d<Tab><Enter>").tell(Message::Revoked {
        id: keys[0].id,
        result: Err(offline()),
    });
    let Some(Modal::Revoke(dialog)) = talk.app.over.last() else {
        panic!("the dialog is gone")
    };
    assert!(dialog.error.is_some() && !dialog.sending);
}

// Secrets.

#[test]
fn a_revealed_secret_hides_after_its_time_and_when_the_selection_moves() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    let show = |talk: &mut Talk| {
        talk.press("x");
        let id = talk.expect("Reveal", |e| match e {
            Effect::Reveal {
                id,
                purpose: Purpose::Show,
            } => Some(*id),
            _ => None,
        });
        talk.tell(Message::Revealed {
            id,
            purpose: Purpose::Show,
            result: Ok(Secret::new("s3cret")),
        });
        talk.expect("After", |e| match e {
            Effect::After(_, timer @ Timer::HideSecret(_)) => Some(*timer),
            _ => None,
        })
    };
    let timer = show(&mut talk);
    assert!(talk.app.revealed.is_some());
    talk.tell(Message::Due(timer));
    assert!(talk.app.revealed.is_none());
    talk.expect("ForgetFrames", |e| {
        matches!(e, Effect::ForgetFrames).then_some(())
    });
    show(&mut talk);
    talk.tell(Message::Due(timer));
    assert!(talk.app.revealed.is_some(), "a late timer is void");
    talk.press("<Down>");
    assert!(talk.app.revealed.is_none());
}

#[test]
fn an_answer_that_comes_after_the_selection_moved_shows_nothing() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("x");
    let id = talk.app.selected().expect("selected").id;
    talk.press("<Down>");
    talk.tell(Message::Revealed {
        id,
        purpose: Purpose::Show,
        result: Ok(Secret::new("s3cret")),
    });
    assert!(talk.app.revealed.is_none());
}

#[test]
fn a_copy_says_no_more_than_is_known() {
    let keys = some_keys(3);
    for (route, said) in [
        (Route::Clipboard, "Copied the secret"),
        (Route::Terminal, "can't be known"),
        (Route::Failed("no display".into()), "Not copied: no display"),
    ] {
        let mut talk = Talk::with_keys(keys.clone());
        talk.press("c");
        let id = keys[0].id;
        talk.tell(Message::Revealed {
            id,
            purpose: Purpose::Copy,
            result: Ok(Secret::new("s3cret")),
        });
        let subject = talk.expect("Copy", |e| match e {
            Effect::Copy { subject, .. } => Some(subject.clone()),
            _ => None,
        });
        talk.tell(Message::Copied { subject, route });
        assert!(talk.notice().contains(said), "{}", talk.notice());
        assert!(!format!("{:?}", talk.app).contains("s3cret"));
    }
}

#[test]
fn only_the_last_copy_clears_the_clipboard() {
    let mut talk = Talk::with_keys(some_keys(3));
    let subject = || keydeck::tui::message::NamedId {
        id: Uuid::nil(),
        name: "x".into(),
    };
    let timer = |talk: &mut Talk| {
        talk.tell(Message::Copied {
            subject: subject(),
            route: Route::Clipboard,
        });
        talk.expect("After", |e| match e {
            Effect::After(_, timer @ Timer::ClearClipboard(_)) => Some(*timer),
            _ => None,
        })
    };
    let (first, second) = (timer(&mut talk), timer(&mut talk));
    talk.effects.clear();
    talk.tell(Message::Due(first));
    assert!(talk.effects.is_empty());
    talk.tell(Message::Due(second));
    talk.expect("ClearClipboard", |e| {
        matches!(e, Effect::ClearClipboard).then_some(())
    });
}

// Ways out.

#[test]
fn quitting_with_unsaved_work_asks_and_asked_again_quits() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<Tab>Shop<C-c>");
    assert!(!talk.app.is_quitting());
    talk.press("<C-c>");
    assert!(talk.app.is_quitting());
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("q");
    assert!(talk.app.is_quitting());
}

#[test]
fn a_refused_sign_in_is_a_screen_of_its_own_and_can_be_tried_again() {
    let mut talk = Talk::started(80, 24);
    talk.tell(Message::Me(Err(keydeck::client::Error::SignIn)));
    talk.answer_page(Err(keydeck::client::Error::SignIn));
    assert!(talk.app.refused.is_some());
    talk.effects.clear();
    talk.press("r");
    talk.expect("LoadMe", |e| matches!(e, Effect::LoadMe).then_some(()));
    talk.tell(Message::Me(Ok(owner())))
        .answer_page(Ok(KeyPage::default()));
    assert!(talk.app.refused.is_none());
    assert!(matches!(talk.app.browse.body(), Body::Empty));
}

#[test]
fn only_what_is_possible_is_offered() {
    use keydeck::tui::keymap::Action;
    let mut talk = Talk::with_keys(vec![key(3, "Board report", Scope::Analytics)]);
    assert!(!talk.app.can(Action::Edit) && !talk.app.can(Action::Copy) && talk.app.can(Action::Revoke));
    let mut me = owner();
    me.may.create_keys.clear();
    talk.tell(Message::Me(Ok(me)));
    assert!(!talk.app.can(Action::Create));
    talk.press("n");
    assert!(talk.app.over.is_empty() && talk.notice().contains("may not create"));
}

#[test]
fn the_palette_runs_a_command_by_its_name() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press(":reverse<Enter>");
    assert_eq!(talk.page_question().2.order, Some(Order::Asc));
    assert!(talk.app.over.is_empty());
}

#[test]
fn a_page_that_fails_on_the_way_is_asked_for_again_by_the_next_move_only() {
    let keys = some_keys(100);
    let mut talk = Talk::with_keys(keys.clone());
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys, false, true)));
    talk.press("<PgDn><PgDn>").answer_page(Err(offline()));
    assert!(talk.effects.iter().all(|e| !matches!(e, Effect::LoadPage { .. })));
    talk.press("<Down>");
    assert_eq!(talk.page_question().1, Load::After);
}

#[test]
fn what_the_server_said_of_a_field_stays_until_that_field_is_changed() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n3<Tab>Board report<C-s>");
    let mut taken = problem(ProblemType::Invalid, 422, "A field is wrong.");
    taken.errors = vec![FieldError {
        field: "name".into(),
        message: "This name is taken.".into(),
    }];
    talk.tell(Message::Created {
        result: Err(keydeck::client::Error::Refused(Box::new(taken))),
    });
    let about_name = |talk: &Talk| match talk.app.over.last() {
        Some(Modal::Form(form)) => form.form.errors.about("name").map(str::to_owned),
        _ => None,
    };
    talk.press("<Tab><S-Tab>");
    assert_eq!(about_name(&talk).as_deref(), Some("This name is taken."));
    talk.press("2");
    assert_eq!(about_name(&talk), None);
}

#[test]
fn leaving_the_project_takes_the_highlighted_one() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<Tab>Shop<Tab>store");
    talk.answer_projects("store", vec![project(50, "Storefront")])
        .press("<Tab>");
    let Some(Modal::Form(form)) = talk.app.over.last() else {
        panic!("no form")
    };
    assert_eq!(form.form.value("project"), "Storefront");
    assert_eq!(form.form.errors.about("project"), None);
}

#[test]
fn a_page_down_at_the_edge_goes_on_when_the_rows_have_come() {
    let keys = some_keys(300);
    let mut talk = Talk::with_keys(keys[..100].to_vec());
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys[..100].to_vec(), false, true)));
    talk.press("<PgDn><PgDn><PgDn><PgDn>");
    assert_eq!(talk.selected_name(), "Assistant 099");
    talk.answer_page(Ok(part(keys[100..200].to_vec(), true, true)));
    assert_eq!(talk.selected_name(), "Assistant 120");
}

#[test]
fn a_secret_that_is_asked_for_in_a_narrow_terminal_opens_the_details_that_show_it() {
    let mut talk = Talk::sized(80, 24, some_keys(3));
    talk.press("x");
    let id = talk.app.selected().expect("selected").id;
    talk.tell(Message::Revealed {
        id,
        purpose: Purpose::Show,
        result: Ok(Secret::new("s3cret")),
    });
    assert!(talk.app.revealed.is_some() && talk.app.layout().details.is_some());
}

#[test]
fn the_filter_takes_no_more_than_the_server_does() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("/")
        .tell(Message::Paste(Secret::new("x".repeat(150))))
        .press("y");
    assert_eq!(talk.app.browse.typed, "x".repeat(100));
}

#[test]
fn a_project_made_in_place_is_chosen_and_the_focus_goes_on() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<Tab>Shop<Tab>Fresh")
        .answer_projects("Fresh", Vec::new())
        .press("<Down><Enter>");
    let (question, name) = talk.expect("CreateProject", |e| match e {
        Effect::CreateProject { question, name } => Some((*question, name.clone())),
        _ => None,
    });
    talk.tell(Message::ProjectCreated {
        question,
        result: Ok(project(60, &name)),
    })
    .press("https://a.example<C-s>");
    let fields = talk.expect("Create", |e| match e {
        Effect::Create { fields, .. } => Some(fields.clone()),
        _ => None,
    });
    assert_eq!(fields.project, Some(Uuid::from_u128(60)));
    assert_eq!(fields.ui_domains.unwrap_or_default(), ["https://a.example"]);
}

#[test]
fn a_question_that_failed_is_asked_again_when_the_connection_is_back() {
    let keys = some_keys(100);
    let mut talk = Talk::with_keys(keys.clone());
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys, false, true)));
    talk.press("<PgDn><PgDn>");
    talk.effects.clear();
    talk.press("s").answer_page(Err(offline()));
    assert!(talk.notice().contains("connection refused"));
    talk.tell(Message::Connected);
    let (_, load, list) = talk.page_question();
    assert_eq!((load, list.sort, list.at), (Load::Start, Sort::LastUsedAt, None));
}

#[test]
fn a_page_for_rows_that_were_replaced_meanwhile_is_dropped() {
    let keys = some_keys(300);
    let mut talk = Talk::with_keys(keys[..100].to_vec());
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys[..100].to_vec(), false, true)));
    talk.press("<PgDn>");
    let (generation, load, _) = talk.page_question();
    assert_eq!(load, Load::After);
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys[..100].to_vec(), false, true)));
    talk.tell(Message::Page {
        generation,
        load,
        result: Ok(part(keys[100..200].to_vec(), true, true)),
    });
    assert_eq!(talk.app.browse.rows.len(), 100);
}

#[test]
fn a_selection_that_moved_while_its_key_was_looked_for_stays() {
    let keys = some_keys(10);
    let mut talk = Talk::with_keys(keys.clone());
    talk.tell(Message::Deck(KeyEvent {
        kind: KeyEventKind::Edited,
        key: keys[0].id,
    }));
    talk.answer_page(Ok(page(keys[1..].to_vec())));
    talk.press("<Down>");
    let chosen = talk.selected_name().to_owned();
    let there = part(
        vec![key(80, "Neighbour", Scope::Web), keys[0].clone()],
        true,
        true,
    );
    talk.answer_page(Ok(there));
    assert_eq!(talk.selected_name(), chosen);
}

#[test]
fn a_conflict_comes_to_the_form_even_when_help_lies_over_it() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("e mine<C-s><F1>");
    let mut changed = problem(ProblemType::Changed, 412, "Someone changed it.");
    let mut theirs = keys[0].clone();
    theirs.name = "Theirs".into();
    changed.current = Some(Box::new(theirs));
    talk.tell(Message::Edited {
        id: keys[0].id,
        result: Err(keydeck::client::Error::Refused(Box::new(changed))),
    });
    talk.effects.clear();
    talk.press("<Enter>");
    talk.expect("Edit", |e| matches!(e, Effect::Edit { .. }).then_some(()));
}

#[test]
fn a_form_that_is_sent_from_the_project_field_takes_no_project_by_guess() {
    let mut talk = Talk::with_keys(some_keys(3));
    let found = vec![project(50, "Workshop"), project(51, "Shop window")];
    talk.press("n<Tab>A<Tab>shop")
        .answer_projects("shop", found)
        .press("<C-s>");
    assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Create { .. })));
    let Some(Modal::Form(form)) = talk.app.over.last() else {
        panic!("no form")
    };
    assert_eq!(form.project().and_then(|project| project.chosen()), None);
}
