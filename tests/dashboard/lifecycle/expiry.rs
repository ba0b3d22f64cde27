//! Expiry: the table tells it by words, the title counts it, and it is set and renewed.

use keydeck::api::{KeyEdit, ProblemType, RotationUses, Sort};
use keydeck::model::FieldError;
use keydeck::tui::message::Timer;

use super::*;

/// The edit that was sent, and to which version.
fn edit(talk: &mut Talk) -> (uuid::Uuid, u64, KeyEdit) {
    talk.expect("edit", |effect| match effect {
        Effect::Edit { id, version, edit } => Some((*id, *version, edit.clone())),
        _ => None,
    })
}

fn web(count: u64) -> KeyCounts {
    KeyCounts {
        web: count,
        ..KeyCounts::default()
    }
}

#[test]
fn the_title_counts_what_expires_soon() {
    let mut talk = Talk::started(120, 36);
    talk.tell(Message::Me(Ok(owner())));
    talk.answer_page(Ok(page(some_keys(60))));
    assert!(!says(&talk, "within 30 days"));
    for (counts, words) in [
        (web(3), "3 expire within 30 days"),
        (web(1), "1 expires within 30 days"),
        (
            KeyCounts {
                capped: true,
                ..web(10_000)
            },
            "more than 10,000 expire within 30 days",
        ),
    ] {
        talk.answer_expiring(Ok(counts));
        assert!(says(&talk, words), "{}", drawn(&talk));
        talk.press("r");
    }
    talk.answer_expiring(Err(offline()));
    assert!(says(&talk, "10,000 expire"), "what is known stays");
    talk.press("r").answer_expiring(Ok(web(0)));
    assert!(!says(&talk, "within 30 days"));
}

#[test]
fn a_burst_of_changes_counts_once_more_and_not_for_each() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("rrrr");
    let asked = |talk: &Talk| {
        let counts =
            |effect: &&Effect| matches!(effect, Effect::Lifecycle(LifecycleRequest::CountExpiring { .. }));
        talk.effects.iter().filter(counts).count()
    };
    // The question of the start was not answered.
    assert_eq!(asked(&talk), 0);
    let mut talk = Talk::started(120, 36);
    talk.press("rrrr");
    assert_eq!(asked(&talk), 1);
    talk.answer_expiring(Ok(web(1)));
    assert_eq!(asked(&talk), 1, "what changed meanwhile is asked once");
    talk.answer_expiring(Ok(web(2)));
    assert_eq!(asked(&talk), 0);
}

#[test]
fn the_table_says_what_is_special_about_a_key_by_words() {
    let soon_and_rotating = ending(rotating(6, "Both", Scope::Web), in_hours(49));
    let keys = vec![
        key(1, "Plain", Scope::Web),
        expiring(2, "Soon", 12 * 24 + 1),
        expiring(3, "Hours", 5),
        expiring(4, "Later", 400 * 24),
        expiring(5, "Over", -3 * 24),
        soon_and_rotating,
        disabled(7, "Off", None),
        rotating(8, "New", Scope::Mobile),
        expiring(9, "Month", 30 * 24),
        ending(disabled(10, "Idle", None), in_hours(5 * 24 + 4)),
    ];
    for size in [(160, 40), (120, 36), (80, 24), (63, 17), (47, 16)] {
        let talk = Talk::sized(size.0, size.1, keys.clone());
        let screen = drawn(&talk);
        let row = |name: &str| {
            screen
                .lines()
                .find(|line| line.contains(name))
                .unwrap_or_default()
                .to_owned()
        };
        for (name, words, short) in [
            ("Soon", "expires in 12 d", "expires 12d"),
            ("Hours", "expires in 5 h", "expires 5h"),
            ("Later", "until Dec 2027", "until Dec 2027"),
            ("Over", "expired 3 d ago", "expired"),
            ("Both", "rotating, 5 h left", "rotating 5h"),
            ("Off", "disabled", "disabled"),
            ("New", "rotating, 5 h left", "rotating 5h"),
            ("Month", "expires in 30 d", "expires 30d"),
        ] {
            let row = row(name);
            assert!(
                row.contains(words) || row.contains(short),
                "{size:?} {name}: {screen}"
            );
        }
        assert!(!row("Plain").contains("expire"), "{screen}");
        // That it ends before long is said before which token is used.
        for name in ["Both", "Idle"] {
            assert!(
                size.0 < 120 || row(name).contains("expires"),
                "{size:?} {name}: {screen}"
            );
        }
    }
    let wide = drawn(&Talk::sized(240, 40, keys));
    let both = wide
        .lines()
        .find(|line| line.contains("Both"))
        .unwrap_or_default();
    assert!(both.contains("rotating, 5 h left, expires in 2 d"), "{wide}");
}

#[test]
fn the_meter_of_a_rotation_stands_beside_it_where_there_is_room() {
    let mut key = rotating(1, "Board", Scope::Analytics);
    if let Some(rotation) = &mut key.rotation {
        rotation.uses = Some(RotationUses {
            old: 12,
            old_last_used_at: None,
            new: 340,
        });
    }
    let off = Key {
        rotation: key.rotation.clone(),
        ..disabled(2, "Off", None)
    };
    let wide = drawn(&Talk::sized(240, 40, vec![key.clone(), off.clone()]));
    assert!(wide.contains("rotating, 5 h left · old 12, new 340"), "{wide}");
    for width in 40..200 {
        let screen = drawn(&Talk::sized(width, 24, vec![key.clone(), off.clone()]));
        let told: Vec<&str> = screen.lines().filter(|line| line.contains("old 12")).collect();
        assert!(
            told.iter().all(|line| line.contains("rotating")),
            "{width}: {screen}"
        );
    }
}

#[test]
fn the_state_is_a_column_only_where_there_is_one_or_it_is_sorted_by() {
    let mut talk = Talk::with_keys(some_keys(5));
    assert!(!drawn(&talk).contains(" STATE"));
    talk.app.browse.query.sort = Sort::ExpiresAt;
    assert!(drawn(&talk).contains("STATE"));
    let mut keys = some_keys(5);
    keys[3].settings.expires_at = Some(in_hours(9_000));
    assert!(drawn(&Talk::with_keys(keys)).contains("STATE"));
}

#[test]
fn a_click_on_the_state_sorts_by_what_expires_first() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mut talk = Talk::with_keys(vec![expiring(1, "Soon", 5), key(2, "Plain", Scope::Web)]);
    let screen = drawn(&talk);
    let heads = screen.lines().find(|line| line.contains("STATE")).expect("heads");
    // Every line begins with a quotation mark.
    let before = heads.split("STATE").next().unwrap_or_default().chars().count() - 1;
    talk.tell(Message::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: u16::try_from(before + 2).expect("on the screen"),
        row: talk.app.layout().columns.y,
        modifiers: KeyModifiers::NONE,
    }));
    let (_, _, list) = talk.page_question();
    assert_eq!(
        (list.sort, list.order),
        (Sort::ExpiresAt, Some(keydeck::api::Order::Asc))
    );
}

#[test]
fn s_comes_to_what_expires_first() {
    let mut talk = Talk::with_keys(some_keys(5));
    let mut seen = Vec::new();
    for _ in 0..3 {
        talk.press("s").answer_page(Ok(page(some_keys(5))));
        seen.push((talk.app.browse.query.sort, talk.app.browse.query.order));
    }
    let natural = |sort: Sort| (sort, sort.natural_order());
    let expected = [Sort::Requests, Sort::LastUsedAt, Sort::ExpiresAt];
    assert_eq!(seen, expected.map(natural));
}

#[test]
fn the_expiry_of_a_key_of_any_scope_is_set_alone() {
    for scope in [Scope::Web, Scope::Mobile, Scope::Analytics] {
        let mut talk = Talk::with_keys(vec![key(1, "Checkout", scope)]);
        talk.press("l");
        assert!(says(&talk, "Now it never expires."));
        talk.press("2030-03-31T18:00:00Z<C-s>");
        let (_, version, edit) = edit(&mut talk);
        let expected = KeyEdit {
            expires_at: Some(Some("2030-03-31T18:00:00Z".into())),
            ..KeyEdit::default()
        };
        assert_eq!((version, edit), (1, expected), "{scope}");
        let mut saved = key(1, "Checkout", scope);
        saved.version = 2;
        saved.settings.expires_at = "2030-03-31T18:00:00Z".parse().ok();
        let (id, result) = (saved.id, Ok(Box::new(saved)));
        talk.tell(Message::Edited { id, result });
        assert!(talk.app.over.is_empty());
        assert!(
            talk.notice().contains("It is valid until 2030-"),
            "{}",
            talk.notice()
        );
    }
}

#[test]
fn every_form_of_an_end_is_told_back_before_it_is_saved() {
    let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
    talk.press("l90d");
    assert!(says(&talk, "valid until 20"), "{}", drawn(&talk));
    talk.press("<C-u>2030-03-31");
    assert!(says(&talk, "valid until 2030-0"), "{}", drawn(&talk));
    talk.press("<C-u>2030-03-31T18:00:00+02:00");
    assert!(
        says(&talk, "valid until 2030-03-31T16:00:00Z"),
        "{}",
        drawn(&talk)
    );
    talk.press("<C-u>never");
    assert!(says(&talk, "it never expires"));
    assert_eq!(talk.changes_asked(), 0);
}

#[test]
fn never_takes_the_end_away_and_nothing_does_not() {
    let mut talk = Talk::with_keys(vec![expiring(1, "Checkout", 48)]);
    talk.press("l<C-u><C-s>");
    assert!(says(&talk, "if it never should, write never"), "{}", drawn(&talk));
    assert_eq!(talk.changes_asked(), 0);
    talk.press("never<C-s>");
    let (_, _, edit) = edit(&mut talk);
    assert_eq!(edit.expires_at, Some(None));
}

#[test]
fn what_is_no_end_or_refused_is_said_under_the_field() {
    let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
    talk.press("lsoon<C-s>");
    assert!(says(&talk, "Write a length of time like 90d"), "{}", drawn(&talk));
    talk.press("<C-u>900d<C-s>");
    let (id, _, _) = edit(&mut talk);
    let mut too_long = problem(ProblemType::Invalid, 422, "Fields are wrong.");
    too_long.errors = vec![FieldError {
        field: "expires_at".into(),
        message:
            "Web keys of this organisation are given 90 days at most: let it end by 2027-02-16T11:10:00Z."
                .into(),
    }];
    let result = Err(Error::Refused(Box::new(too_long)));
    talk.tell(Message::Edited { id, result });
    let screen = drawn(&talk);
    assert!(
        screen.contains("90 days at most") && screen.contains("2027-02-16T11:10:00Z."),
        "{screen}"
    );
    talk.press("<C-u>80d");
    assert!(!says(&talk, "90 days at most"), "it was about what stood there");
}

#[test]
fn nothing_is_sent_where_nothing_was_changed() {
    let mut talk = Talk::with_keys(vec![expiring(1, "Checkout", 48)]);
    talk.press("l<C-s>");
    assert_eq!((talk.changes_asked(), talk.notice()), (0, "Nothing was changed."));
}

#[test]
fn an_expired_key_is_renewed_by_an_end_of_its_own() {
    let mut talk = Talk::with_keys(vec![expiring(1, "Checkout", -48)]);
    talk.press("l");
    assert!(says(&talk, "Renew this key") && says(&talk, "A later expiry renews it"));
    talk.press("<C-s>");
    assert_eq!(
        talk.changes_asked(),
        0,
        "the end that has passed is not sent again"
    );
    talk.press("l30d<C-s>");
    let (_, _, edit) = edit(&mut talk);
    assert!(edit.expires_at.flatten().is_some());
}

#[test]
fn someone_elses_change_meanwhile_is_shown_and_then_the_end_is_set() {
    let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
    talk.press("l2030-03-31T18:00:00Z<C-s>");
    let (id, _, _) = edit(&mut talk);
    let mut changed = problem(ProblemType::Changed, 412, "Someone changed it.");
    let mut current = expiring(1, "Checkout (old)", 24);
    current.version = 5;
    changed.current = Some(Box::new(current));
    let result = Err(Error::Refused(Box::new(changed)));
    talk.tell(Message::Edited { id, result });
    assert!(
        says(&talk, "Someone changed this key meanwhile"),
        "{}",
        drawn(&talk)
    );
    assert!(says(&talk, "Checkout (old)") && says(&talk, "Now it expires at 2026-11-19T11:10:00Z"));
    talk.press("<C-s>");
    let (_, version, edit) = edit(&mut talk);
    assert_eq!(
        (version, edit.expires_at),
        (5, Some(Some("2030-03-31T18:00:00Z".into())))
    );
}

#[test]
fn a_key_that_is_gone_takes_its_sheet_with_it() {
    for keys in ["l9d<C-s>", "D<C-s>", "t<C-s>"] {
        let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
        talk.press(keys);
        let id = key(1, "", Scope::Web).id;
        let gone = refused(ProblemType::Revoked, 410, "This key was revoked.");
        match keys.as_bytes()[0] {
            b'l' => talk.tell(Message::Edited {
                id,
                result: Err(gone),
            }),
            b'D' => talk.lifecycle_reply(LifecycleReply::Disabled {
                id,
                result: Err(gone),
            }),
            _ => talk.lifecycle_reply(LifecycleReply::Rotated {
                id,
                result: Err(gone),
            }),
        };
        assert!(talk.app.over.is_empty(), "{keys}");
        assert_eq!(talk.notice(), "This key was revoked.", "{keys}");
        assert!(talk.app.selected().is_none(), "{keys}");
    }
}

#[test]
fn a_secret_in_the_sheet_is_refused_and_never_shown() {
    use keydeck::model::{Secret, Token, TokenKind};
    let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
    for open in ["l", "D", "t<C-u>"] {
        let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
        talk.press(open);
        talk.tell(Message::Paste(Secret::new(token.expose())))
            .press("<C-s>");
        assert_eq!(talk.changes_asked(), 0, "{open}");
        assert!(!drawn(&talk).contains(&token.expose()[8..20]), "{open}");
    }
}

#[test]
fn when_an_end_passes_the_server_is_asked_how_things_stand() {
    let mut talk = Talk::with_keys(vec![expiring(1, "Checkout", 1)]);
    talk.tell(Message::Due(Timer::EndPassed));
    let (_, load, _) = talk.page_question();
    assert_eq!(load, keydeck::tui::message::Load::Refresh);
}
