//! What is typed before the rows are there that were asked for acts on those rows, and never on others.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use keydeck::api::{Key, KeyPage, ProblemType};
use keydeck::client::Error;
use keydeck::model::{Role, Scope, Secret};
use keydeck::tui::message::{Effect, Load, Message, Purpose, Route};
use keydeck::tui::state::projects::ProjectTask;
use keydeck::tui::state::{Over, Screen};
use uuid::Uuid;

use super::people::{holding, person, some_people};
use super::talk::*;

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
fn at_nord() -> Talk {
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

fn waits(talk: &Talk) -> String {
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
    assert_eq!(waits(&talk), "Waiting for the list, then: copy. Esc drops it.");
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
    let Some(Over::Revoke(dialog)) = talk.app.over.last() else {
        panic!("no dialog: {:?}", talk.app.over)
    };
    assert_eq!(
        (dialog.key.id, dialog.yes, dialog.sending),
        (far().id, false, false)
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
    assert!(revealed(&talk).is_empty(), "the rows are of before");
    assert!(talk.notice().contains("rows of before"), "{}", talk.notice());
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
fn a_secret_that_comes_meanwhile_takes_no_key_that_was_typed_for_a_row() {
    let mut talk = Talk::people(120, 36, some_people());
    talk.press("t<Tab><Enter>/nina<Enter>d");
    assert!(waits(&talk).contains("remove"), "{}", waits(&talk));
    let someone = talk.request("new token", |request| match request {
        keydeck::tui::message::PeopleRequest::NewToken { person } => Some(person.clone()),
        _ => None,
    });
    talk.reply(keydeck::tui::message::PeopleReply::TokenMade {
        person: someone,
        result: Ok(Secret::new("kdu_made")),
    });
    assert!(waits(&talk).is_empty());
    talk.answer_people(Ok(vec![person(4, "nina@acme.example", Role::Support, 12)]));
    assert!(matches!(talk.app.over.last(), Some(Over::NewSecret(_))));
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

#[test]
fn other_screens_wait_for_their_rows_too() {
    let mut talk = at_nord();
    talk.press("Pv");
    assert_eq!(talk.app.screen, Screen::Projects);
    assert!(talk.app.over.is_empty() && waits(&talk).contains("server"));
    let mut projects = super::lists::some_projects();
    talk.answer_list_of_projects(Ok(projects.clone()));
    assert!(format!("{:?}", talk.app.over.last()).contains("Storefront"));
    talk.press("<Esc>/empty<Enter>d<Tab><Enter>");
    for _ in 0..4 {
        talk.answer_list_of_projects(Ok(projects.clone()));
    }
    assert!(talk.app.over.is_empty());
    talk.answer_list_of_projects(Ok(vec![projects.remove(2)]));
    let top = format!("{:?}", talk.app.over.last());
    assert!(
        top.contains("Empty shelf") && top.contains("leaving: false"),
        "{top}"
    );

    let mut talk = Talk::people(120, 36, some_people());
    talk.press("/nina<Enter>d");
    assert!(talk.app.over.is_empty());
    talk.answer_people(Ok(vec![person(4, "nina@acme.example", Role::Support, 12)]));
    let top = format!("{:?}", talk.app.over.last());
    assert!(
        top.starts_with("Some(Removal") && top.contains("nina@acme.example"),
        "{top}"
    );
}

#[test]
fn a_project_is_named_when_it_is_no_longer_in_the_list() {
    let mut talk = at_nord();
    talk.press("P");
    let projects = super::lists::some_projects();
    talk.answer_list_of_projects(Ok(projects.clone()));
    talk.press("<Down><Down>d<Tab><Enter>");
    let (task, _) = talk.project_change();
    assert_eq!(task, ProjectTask::Remove(projects[2].id));
    talk.press("/kiosk<Enter>");
    for _ in 0..4 {
        talk.answer_list_of_projects(Ok(projects.clone()));
    }
    talk.answer_list_of_projects(Ok(vec![projects[1].clone()]));
    talk.answer_change(task, Ok(None));
    assert!(talk.notice().contains("“Empty shelf”"), "{}", talk.notice());
}

#[test]
fn the_picker_of_projects_takes_what_was_typed_and_not_what_is_shown_of_before() {
    for leave in ["<Tab>", "<Enter>"] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press("n<Tab>Shop<Tab>sto");
        talk.answer_projects("sto", vec![project(49, "Stock room"), project(50, "Storefront")]);
        talk.press("ref").press(leave).press("https://a.example<C-s>");
        assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Create { .. })));
        talk.answer_projects("storef", vec![project(50, "Storefront")]);
        let fields = talk.expect("Create", |e| match e {
            Effect::Create { fields, .. } => Some(fields.clone()),
            _ => None,
        });
        assert_eq!(fields.project, Some(Uuid::from_u128(50)), "{leave}");
        assert_eq!(fields.ui_domains.unwrap_or_default(), ["https://a.example"]);
    }
}

#[test]
fn no_project_is_made_by_a_key_that_was_pressed_before_it_was_known_that_there_is_none() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<Tab>Shop<Tab>Storefrnt<Enter>https://a.example");
    talk.answer_projects("Storefrnt", Vec::new());
    assert!(
        talk.effects
            .iter()
            .all(|e| !matches!(e, Effect::CreateProject { .. }))
    );
    let Some(Over::Form(form)) = talk.app.over.last() else {
        panic!("no form")
    };
    assert_eq!(
        (form.project.text.value(), form.project.choices().len()),
        ("Storefrnt", 1)
    );
    talk.press("<Enter>x<Tab>");
    let question = talk.expect("CreateProject", |e| match e {
        Effect::CreateProject { question, .. } => Some(*question),
        _ => None,
    });
    talk.tell(Message::ProjectCreated {
        question,
        result: Ok(project(60, "Storefrnt")),
    });
    let Some(Over::Form(form)) = talk.app.over.last() else {
        panic!("no form")
    };
    assert_eq!(
        form.project.chosen().map(|chosen| chosen.id),
        Some(Uuid::from_u128(60))
    );
    assert_eq!(
        form.domains.values(),
        ["x"],
        "what was typed meanwhile is in the next field"
    );
}

#[test]
fn keys_go_to_the_one_who_was_typed_and_never_to_one_who_was_shown_before() {
    let mut talk = Talk::people(120, 36, some_people());
    talk.press("<Down><Down>d").answer_holding(Ok(holding(2, 2)));
    talk.press("<Tab><Enter>");
    talk.answer_heirs(some_people());
    talk.press("omar<Enter>");
    assert!(
        matches!(talk.app.over.last(), Some(Over::Heirs(_))) && talk.notice().contains("Still searching")
    );
    for _ in 0..4 {
        talk.answer_heirs(vec![person(5, "omar@acme.example", Role::Analytics, 0)]);
    }
    talk.press("<Enter>");
    let top = format!("{:?}", talk.app.over.last());
    assert!(
        top.contains("Question") && top.contains("omar@acme.example"),
        "{top}"
    );
}
