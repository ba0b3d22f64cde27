//! Rotation: a new token, the meter of both, and how the overlap ends.

use keydeck::api::{KeptToken, KeyEvent, KeyEventKind, ProblemType, Rotated};
use keydeck::model::{FieldError, Secret};
use keydeck::tui::message::Timer;
use uuid::Uuid;

use super::*;

const SECRET: &str = "kda_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm";

/// Which key, at which version, and the overlap in seconds.
fn rotation(talk: &mut Talk) -> (Uuid, u64, u32) {
    talk.lifecycle("Rotate", |request| match request {
        LifecycleRequest::Rotate { id, version, new } => Some((*id, *version, new.overlap_seconds)),
        _ => None,
    })
}

fn extension(talk: &mut Talk) -> (Uuid, u64, u32) {
    talk.lifecycle("Extend", |request| match request {
        LifecycleRequest::Extend {
            id,
            version,
            extension,
        } => Some((*id, *version, extension.extend_seconds)),
        _ => None,
    })
}

fn finish(talk: &mut Talk) -> (Uuid, u64, KeptToken) {
    talk.lifecycle("Finish", |request| match request {
        LifecycleRequest::Finish { id, version, keep } => Some((*id, *version, *keep)),
        _ => None,
    })
}

/// The dialog of a key that is being rotated, with this usage.
fn managed(usage: Usage) -> Talk {
    let mut talk = Talk::with_keys(vec![rotating(1, "Checkout", Scope::Web)]);
    talk.press("t");
    talk.answer_usage(Ok(usage.clone()));
    talk.answer_read(Ok(rotating(1, "Checkout", Scope::Web)));
    talk.answer_usage(Ok(usage));
    talk
}

fn is_managed(talk: &Talk) -> bool {
    matches!(talk.app.over.last(), Some(Modal::Rotation(_)))
}

fn changed_to(current: Key) -> Error {
    let mut changed = problem(ProblemType::Changed, 412, "The key was changed.");
    changed.current = Some(Box::new(current));
    Error::Refused(Box::new(changed))
}

// A new token.

#[test]
fn a_day_is_offered_and_the_end_is_told_before_anything_is_done() {
    let expires_before = ending(key(1, "Checkout", Scope::Web), in_hours(12));
    for (key, keys, told) in [
        (
            key(1, "Checkout", Scope::Web),
            "t",
            "The old token is valid until 19 Nov 2026, 11:10:00 UTC.",
        ),
        (
            key(1, "Checkout", Scope::Web),
            "t<C-u>7d",
            "valid until 25 Nov 2026, 11:10:00 UTC.",
        ),
        (
            key(1, "Checkout", Scope::Web),
            "t<C-u>0",
            "The old token is refused immediately",
        ),
        (
            expires_before,
            "t",
            "valid until the key itself expires, 18 Nov 2026, 23:10:00 UTC.",
        ),
        (disabled(1, "Checkout", None), "t", "It stays disabled."),
    ] {
        let mut talk = Talk::sized(90, 36, vec![key]);
        talk.press(keys);
        assert!(says(&talk, told), "{keys}: {}", drawn(&talk));
        assert_eq!(talk.changes_asked(), 0, "{keys}");
    }
}

#[test]
fn the_overlap_is_sent_in_seconds_and_what_is_none_is_told_in_a_sentence() {
    for (typed, seconds) in [
        ("", 86_400),
        ("<C-u>30m", 1_800),
        ("<C-u>0", 0),
        ("<C-u>30d", 2_592_000),
    ] {
        let mut talk = Talk::with_keys(vec![key(1, "Board", Scope::Analytics)]);
        talk.press("t").press(typed).press("<C-s>");
        assert_eq!(
            rotation(&mut talk),
            (key(1, "", Scope::Web).id, 1, seconds),
            "{typed}"
        );
    }
    for (typed, words) in [
        ("", "such as 24h"),
        ("31d", "30 days at most"),
        ("tomorrow", "such as 24h"),
    ] {
        let mut talk = Talk::with_keys(vec![key(1, "Board", Scope::Analytics)]);
        talk.press("t<C-u>").press(typed).press("<C-s>");
        assert!(says(&talk, words), "{typed}: {}", drawn(&talk));
        assert_eq!(talk.changes_asked(), 0, "{typed}");
    }
}

#[test]
fn the_new_secret_is_shown_as_that_of_a_new_key_is() {
    for scope in [Scope::Web, Scope::Mobile, Scope::Analytics] {
        let mut talk = Talk::with_keys(vec![key(1, "Board", scope)]);
        talk.press("t<C-s>");
        let (id, _, _) = rotation(&mut talk);
        let rotated = Rotated {
            key: rotating(1, "Board", scope),
            secret: Some(Secret::new(SECRET)),
        };
        talk.lifecycle_reply(LifecycleReply::Rotated {
            id,
            result: Ok(Box::new(rotated)),
        });
        assert!(
            says(&talk, SECRET) && says(&talk, "key rotated: its new secret"),
            "{}",
            drawn(&talk)
        );
        assert!(says(
            &talk,
            "The old token kdw_…4BkS is valid until 18 Nov 2026, 16:10:00 UTC."
        ));
        let is_once = says(&talk, "This secret is shown only now.");
        assert_eq!(is_once, scope == Scope::Analytics);
        talk.press("c");
        talk.expect("copy", |effect| {
            matches!(effect, Effect::Copy { .. }).then_some(())
        });
        talk.press("<Esc>");
        assert_eq!(
            talk.app.over.is_empty(),
            !is_once,
            "what is shown once is not lost by one key"
        );
    }
}

#[test]
fn the_secret_of_the_old_token_goes_off_the_screen() {
    let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
    let id = key(1, "", Scope::Web).id;
    talk.press("x").tell(Message::Revealed {
        id,
        purpose: keydeck::tui::message::Purpose::Show,
        result: Ok(Secret::new("the old secret")),
    });
    assert!(says(&talk, "the old secret"));
    talk.press("t<C-s>");
    let rotated = Rotated {
        key: rotating(1, "Checkout", Scope::Web),
        secret: Some(Secret::new(SECRET)),
    };
    talk.lifecycle_reply(LifecycleReply::Rotated {
        id,
        result: Ok(Box::new(rotated)),
    });
    assert!(!says(&talk, "the old secret"));
}

#[test]
fn a_rotation_by_somebody_else_meanwhile_is_shown_instead() {
    let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
    talk.press("t<C-s>");
    let (id, _, _) = rotation(&mut talk);
    let result = Err(changed_to(rotating(1, "Checkout", Scope::Web)));
    talk.lifecycle_reply(LifecycleReply::Rotated { id, result });
    assert!(is_managed(&talk), "{:?}", talk.app.over);
    assert_eq!(
        talk.notice(),
        "“Checkout” was rotated meanwhile; this is how it is now."
    );
    talk.answer_usage(Ok(metered()));
    assert!(says(&talk, "Old token"));
}

#[test]
fn another_change_meanwhile_is_said_and_the_rotation_goes_on_from_it() {
    let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
    talk.press("t<C-u>7d<C-s>");
    let (id, _, _) = rotation(&mut talk);
    let mut current = key(1, "Checkout 2", Scope::Web);
    current.version = 9;
    talk.lifecycle_reply(LifecycleReply::Rotated {
        id,
        result: Err(changed_to(current)),
    });
    assert!(says(&talk, "Someone changed this key meanwhile") && says(&talk, "Checkout 2"));
    talk.press("<C-s>");
    assert_eq!(rotation(&mut talk), (id, 9, 604_800));
}

// The meter.

#[test]
fn the_details_show_how_many_requests_have_which_token_and_from_where() {
    let mut talk = Talk::with_keys(vec![rotating(1, "Checkout", Scope::Web)]);
    talk.press("r").rest().answer_usage(Ok(metered()));
    for words in [
        "Rotating, 5 h left: the old token kdw_…4BkS is valid until 18 Nov 2026, 16:10:00 UTC",
        "53 / 24 h",
        "last 3 min ago from 203.0.113.7, https://shop.acme.example",
        "1,104 / 24 h",
        "last just now from",
    ] {
        assert!(says(&talk, words), "{words}: {}", drawn(&talk));
    }
    talk.press("r").rest().answer_usage(Ok(not_changed_over()));
    assert!(
        says(&talk, "not used since the rotation began") && says(&talk, "Nobody uses the new token yet.")
    );
}

// What can be done with a rotation.

#[test]
fn cancelling_is_offered_only_while_the_new_token_was_never_used() {
    assert!(says(&managed(not_changed_over()), "Cancel rotation"));
    assert!(!says(&managed(metered()), "Cancel rotation"));
    let mut unknown = Talk::with_keys(vec![rotating(1, "Checkout", Scope::Web)]);
    unknown.press("t");
    assert!(!says(&unknown, "Cancel rotation") && says(&unknown, "Loading which token is used"));
    unknown.answer_usage(Err(offline()));
    assert!(!says(&unknown, "Cancel rotation") && says(&unknown, "Which token is used is not known."));
}

#[test]
fn no_single_key_ends_anything_and_each_end_is_asked_once_more() {
    for keys in [
        "",
        "<Enter>",
        "<Esc>",
        "eE",
        "<Tab><Tab><Enter>",
        "<Tab><Tab><Enter><Enter>",
    ] {
        let mut talk = managed(metered());
        talk.press(keys);
        assert_eq!(talk.changes_asked(), 0, "{keys}");
    }
    let mut talk = managed(metered());
    talk.press("<Tab><Tab><Enter>");
    assert!(
        question(&talk).contains("Its old token kdw_…4BkS is refused immediately"),
        "{}",
        drawn(&talk)
    );
    assert!(
        question(&talk).contains("Requests with it in the last 24 hours: 53, the last one from 203.0.113.7.")
    );
    talk.press("<Tab><Enter>");
    let (id, version, keep) = finish(&mut talk);
    assert_eq!((version, keep), (2, KeptToken::New));
    let mut ended = key(1, "Checkout", Scope::Web);
    ended.version = 3;
    talk.lifecycle_reply(LifecycleReply::Finished {
        id,
        keep,
        result: Ok(Box::new(ended)),
    });
    assert!(talk.app.over.is_empty());
    assert_eq!(
        talk.notice(),
        "Ended the rotation of “Checkout”. Its old token is refused from now on."
    );
    assert!(!drawn(&talk).contains("rotating"));
}

#[test]
fn a_rotation_is_cancelled_after_a_question() {
    let mut talk = managed(not_changed_over());
    talk.press("<Tab><Tab><Enter>");
    assert!(
        question(&talk).contains("The new token kdw_…x9Qz is refused immediately, and the old one stays.")
    );
    talk.press("<Tab><Enter>");
    let (id, _, keep) = finish(&mut talk);
    assert_eq!(keep, KeptToken::Old);
    // It was used in the meantime.
    let used = refused(
        ProblemType::Rotating,
        409,
        "This key is being rotated, and its new token is in use.",
    );
    talk.lifecycle_reply(LifecycleReply::Finished {
        id,
        keep,
        result: Err(used),
    });
    assert!(is_managed(&talk) && says(&talk, "The new token was used meanwhile, so that it stays."));
    talk.answer_read(Ok(rotating(1, "Checkout", Scope::Web)));
    talk.answer_usage(Ok(metered()));
    assert!(!says(&talk, "Cancel rotation"));
}

#[test]
fn the_overlap_is_extended_and_the_new_end_is_shown() {
    let mut talk = managed(metered());
    talk.press("<Tab><Enter>");
    assert!(
        says(&talk, "The old token is valid until 19 Nov 2026, 16:10:00 UTC."),
        "{}",
        drawn(&talk)
    );
    talk.press("<C-u>0<C-s>");
    assert_eq!(talk.changes_asked(), 0);
    talk.press("<C-u>48h<C-s>");
    let (id, version, seconds) = extension(&mut talk);
    assert_eq!((version, seconds), (2, 172_800));
    let mut too_long = problem(ProblemType::Invalid, 422, "Fields are wrong.");
    too_long.errors = vec![FieldError {
        field: "extend_seconds".into(),
        message: "The overlap of a rotation is 30 days at most.".into(),
    }];
    let result = Err(Error::Refused(Box::new(too_long)));
    talk.lifecycle_reply(LifecycleReply::Extended { id, result });
    assert!(
        says(&talk, "The overlap of a rotation is 30 days at most."),
        "{}",
        drawn(&talk)
    );
    talk.press("<C-u>2h<C-s>");
    let (id, _, _) = extension(&mut talk);
    let mut extended = rotating(1, "Checkout", Scope::Web);
    extended.version = 3;
    extended.rotation.as_mut().expect("rotating").ends_at = in_hours(7);
    talk.lifecycle_reply(LifecycleReply::Extended {
        id,
        result: Ok(Box::new(extended)),
    });
    assert!(
        is_managed(&talk) && says(&talk, "Rotating, 7 h left"),
        "{}",
        drawn(&talk)
    );
    assert!(
        talk.notice()
            .starts_with("The old token of “Checkout” is valid until 2026-11-18"),
        "{}",
        talk.notice()
    );
    // The next change is of the version that was shown.
    talk.press("<Tab><Enter><Tab><Enter>");
    assert_eq!(finish(&mut talk).1, 3);
}

#[test]
fn a_rotation_that_somebody_else_ended_or_replaced_is_shown_as_it_is_now() {
    let ended = || {
        let mut ended = key(1, "Checkout", Scope::Web);
        ended.version = 3;
        ended
    };
    let event = || {
        Message::Deck(KeyEvent {
            kind: KeyEventKind::Edited,
            key: key(1, "", Scope::Web).id,
        })
    };
    // An event tells it, also with a question or a sheet open.
    for keys in ["", "<Tab><Enter>", "<Tab><Tab><Enter>"] {
        let mut talk = managed(metered());
        talk.press(keys).tell(event()).answer_read(Ok(ended()));
        assert!(talk.app.over.is_empty(), "{keys}: {:?}", talk.app.over);
        assert_eq!(talk.notice(), "The rotation of “Checkout” has ended.");
    }
    // A refusal tells it.
    for error in [
        changed_to(ended()),
        refused(ProblemType::NotRotating, 409, "This key is not being rotated."),
    ] {
        for (keys, extends) in [
            ("<Tab><Enter><C-s>", true),
            ("<Tab><Tab><Enter><Tab><Enter>", false),
        ] {
            let mut talk = managed(metered());
            talk.press(keys);
            match extends {
                true => {
                    let (id, _, _) = extension(&mut talk);
                    talk.lifecycle_reply(LifecycleReply::Extended {
                        id,
                        result: Err(error.clone()),
                    });
                }
                false => {
                    let (id, _, keep) = finish(&mut talk);
                    talk.lifecycle_reply(LifecycleReply::Finished {
                        id,
                        keep,
                        result: Err(error.clone()),
                    });
                }
            }
            if !talk.app.over.is_empty() {
                talk.answer_read(Ok(ended()));
            }
            assert!(talk.app.over.is_empty(), "{keys}: {:?}", talk.app.over);
            assert_eq!(talk.notice(), "The rotation of “Checkout” has ended.", "{keys}");
        }
    }
    // Another rotation: nothing that was asked about the one before is done.
    let mut talk = managed(metered());
    let mut another = rotating(1, "Checkout", Scope::Web);
    another.version = 7;
    another.rotation.as_mut().expect("rotating").started_at = in_hours(-1);
    talk.press("<Tab><Tab><Enter>")
        .tell(event())
        .answer_read(Ok(another));
    assert!(is_managed(&talk), "{:?}", talk.app.over);
    talk.press("<Enter>");
    assert_eq!(talk.changes_asked(), 0);
}

#[test]
fn a_late_answer_about_an_older_question_changes_nothing() {
    let mut talk = Talk::with_keys(vec![rotating(1, "Checkout", Scope::Web)]);
    talk.press("t<Esc>t");
    let mut ended = key(1, "Checkout", Scope::Web);
    ended.version = 3;
    talk.answer_read(Ok(ended));
    assert!(is_managed(&talk), "that was asked by the dialog before");
}

#[test]
fn the_key_in_the_details_is_looked_at_again_while_it_is_rotated_or_disabled() {
    let is_watch = |effect: &Effect| matches!(effect, Effect::After(_, Timer::WatchKey(_)));
    for (key, watched) in [
        (rotating(1, "Checkout", Scope::Web), true),
        (disabled(1, "Checkout", None), true),
        (key(1, "Checkout", Scope::Web), false),
    ] {
        let mut talk = Talk::with_keys(vec![key]);
        talk.press("r").rest();
        let timer = talk.effects.iter().position(is_watch);
        assert_eq!(timer.is_some(), watched);
        let Some(Effect::After(_, timer)) = timer.map(|at| talk.effects.remove(at)) else {
            continue;
        };
        let (asked, _) = talk.usage_question();
        talk.tell(Message::Due(timer));
        // Its row and its use are asked for, and so on.
        assert!(
            talk.effects
                .iter()
                .any(|effect| matches!(effect, Effect::LoadPage { .. }))
        );
        talk.rest();
        let (again, _) = talk.usage_question();
        assert!(again > asked && talk.effects.iter().any(is_watch));
        // An earlier timer means nothing any more.
        talk.effects.clear();
        talk.tell(Message::Due(timer));
        assert!(talk.effects.is_empty());
    }
}
