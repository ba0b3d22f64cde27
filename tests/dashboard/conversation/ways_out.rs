//! Ways out, and what comes late.

use super::*;

#[test]
fn quitting_with_unsaved_work_asks_and_asked_again_quits() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("nShop<C-c>");
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
    talk.press("n<C-t><C-t>Board report<C-s>");
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
    talk.press("nShop<Tab>store");
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
    talk.press("nShop<Tab>Fresh")
        .answer_projects("Fresh", Vec::new())
        .press("<Enter>https://a.example<C-s>");
    assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Create { .. })));
    let (question, name) = talk.expect("CreateProject", |e| match e {
        Effect::CreateProject { question, name } => Some((*question, name.clone())),
        _ => None,
    });
    talk.tell(Message::ProjectCreated {
        question,
        result: Ok(project(60, &name)),
    });
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
    assert_eq!((load, list.sort, list.at), (Load::Start, Sort::Requests, None));
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
    let mut tsuccessors = keys[0].clone();
    tsuccessors.name = "Tsuccessors".into();
    changed.current = Some(Box::new(tsuccessors));
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
    talk.press("nA<Tab>shop")
        .answer_projects("shop", found)
        .press("<C-s>");
    assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Create { .. })));
    let Some(Modal::Form(form)) = talk.app.over.last() else {
        panic!("no form")
    };
    assert_eq!(form.project().and_then(|project| project.chosen()), None);
}
