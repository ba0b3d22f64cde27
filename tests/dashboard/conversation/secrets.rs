//! Revoking a key, and showing and copying its secret.

use super::*;
use crate::common::ended::revoked;

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
        result: Ok(Box::new(revoked(&keys[0], 0))),
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
        (Route::OuterTmux, "only with set-clipboard on"),
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
