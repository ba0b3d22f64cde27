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
    assert_eq!(
        (
            list.q.as_deref(),
            list.idle_days,
            list.never_used,
            list.refused_hours
        ),
        (Some("shop"), Some(90), Some(true), Some(24))
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
    assert!(drawn(&talk).contains("filter idle:90d"));
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
