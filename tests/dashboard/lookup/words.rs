//! Words of the filter that ask for usage.

use super::*;

#[test]
fn words_of_usage_are_asked_for_with_the_rest_of_the_text() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/shop ");
    talk.effects.clear();
    paste(&mut talk, "idle:90d never-used refused:today");
    let (_, load, list) = talk.page_question();
    assert_eq!(load, Load::Start);
    // Since midnight where the person is.
    let today = look()
        .now
        .to_zoned(look().zone.zone)
        .start_of_day()
        .unwrap()
        .timestamp();
    assert_eq!(
        (
            list.q.as_deref(),
            list.idle_days,
            list.never_used,
            list.refused_since
        ),
        (Some("shop"), Some(90), Some(true), Some(today))
    );
    let counted = talk.expect("LoadCounts", |effect| match effect {
        Effect::LoadCounts { filter, .. } => Some(filter.clone()),
        _ => None,
    });
    assert_eq!(counted, list.filter());
}

#[test]
fn a_word_that_is_not_finished_asks_nothing_and_keeps_the_rows() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/");
    paste(&mut talk, "idle:");
    talk.press("90");
    assert!(!asks(&talk), "{:?}", talk.effects);
    assert_eq!(talk.selected_name(), "Assistant 000");
    assert!(
        hint(&talk).starts_with("Write idle:90d for keys that were not used"),
        "{}",
        hint(&talk)
    );
    talk.press("<Enter>");
    assert!(!talk.app.over.is_empty(), "what can't be read is not kept");
    talk.press("d");
    assert_eq!(talk.page_question().2.idle_days, Some(90));
    assert!(hint(&talk).starts_with("Enter keep"));
    talk.press("<Enter>");
    assert!(talk.app.over.is_empty());
    assert!(drawn(&talk).contains("[idle:90d ×]"));
    talk.press("<Esc>");
    assert_eq!(talk.page_question().2.idle_days, None);
    assert_eq!(talk.app.browse.typed, "");
}

#[test]
fn rows_go_on_being_loaded_while_a_word_is_not_finished() {
    let keys = some_keys(300);
    let mut talk = Talk::with_keys(keys[..100].to_vec());
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys[..100].to_vec(), false, true)))
        .answer_page(Ok(part(keys[100..200].to_vec(), true, true)));
    talk.effects.clear();
    talk.press("/");
    paste(&mut talk, "refused:");
    talk.press("<PgDn><PgDn><PgDn><PgDn>");
    assert_eq!(talk.page_question().1, Load::After);
}

#[test]
fn what_is_kept_of_a_filter_is_what_was_asked() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/never-used<Enter>");
    assert!(talk.app.browse.query.is_filtered());
    assert_eq!(
        talk.app.browse.query.words,
        FilterWords {
            never_used: true,
            ..FilterWords::default()
        }
    );
}

#[test]
fn tab_completes_words_and_goes_through_them() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/shop exp<Tab>");
    assert_eq!(line(&talk).text(), "shop expires:");
    assert!(
        hint(&talk).starts_with("Tab: [expires:]  expired"),
        "{}",
        hint(&talk)
    );
    talk.press("<Tab>");
    assert_eq!(line(&talk).text(), "shop expired");
    let asked = talk.page_questions().pop().expect("a question").2;
    assert_eq!(asked.state, Some(StateFilter::Expired));
    talk.press("<Tab>");
    assert_eq!(line(&talk).text(), "shop expires:");
    talk.press("30<Tab>");
    assert_eq!(line(&talk).text(), "shop expires:30d ");
    talk.press("zzz<Tab>");
    assert_eq!(line(&talk).text(), "shop expires:30d zzz");
}

#[test]
fn projects_are_completed_by_what_is_on_the_screen_and_what_the_server_knows() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/");
    talk.effects.clear();
    paste(&mut talk, "project:help");
    let (question, text) = talk.expect("names", |effect| match effect {
        Effect::Complete(asked) if asked.values == WordValues::Projects => {
            Some((asked.question, asked.text.clone()))
        }
        _ => None,
    });
    assert_eq!(text, "help");
    // It is pressed before the names are here.
    talk.press("<Tab>");
    assert_eq!(line(&talk).text(), "project:help");
    talk.tell(Message::Completions {
        question,
        names: vec!["Help Centre".into()],
    });
    assert_eq!(line(&talk).text(), "project:\"Help Centre\" ");
    let (.., list) = talk.page_questions().pop().expect("a question");
    assert_eq!(
        (list.project_name.as_deref(), list.q),
        (Some("Help Centre"), None)
    );
    talk.press("@m<Tab>");
    assert!(line(&talk).text().starts_with("project:\"Help Centre\" @me"));
}

#[test]
fn what_the_server_does_not_know_is_told_while_it_is_typed_and_is_not_kept() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/");
    talk.effects.clear();
    paste(&mut talk, "project:zzz");
    let told = "“zzz”: no project that you can see has that in its name.";
    let mut problem = problem(ProblemType::Malformed, 400, told);
    problem.errors = vec![FieldError {
        field: "project_name".into(),
        message: told.into(),
    }];
    talk.answer_page(Err(Error::Refused(Box::new(problem))));
    assert!(talk.app.notice.is_none());
    assert!(hint(&talk).starts_with(told), "{}", hint(&talk));
    talk.press("<Enter>");
    assert!(!talk.app.over.is_empty(), "it is not kept");
    talk.press("<Esc>");
    assert_eq!(talk.page_question().2.project_name, None);
    assert!(talk.app.over.is_empty());
}

#[test]
fn a_word_that_there_is_not_is_told() {
    let mut talk = Talk::sized(160, 36, some_keys(10));
    talk.press("/");
    paste(&mut talk, "owner:mira");
    assert!(!asks(&talk));
    let told = "There is no word owner: – there are since: idle: never-used refused: project: @ label: expires: expired disabled rotating exceeds-policy.";
    // It begins on the rule above the last line.
    assert!(drawn(&talk).contains(told), "{}", drawn(&talk));
}
