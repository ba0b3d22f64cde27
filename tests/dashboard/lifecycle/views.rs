//! How all of this looks.

use keydeck::api::Rotated;
use keydeck::model::Secret;

use super::*;

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (63, 17)];

/// One snapshot a size, named after the screen; three keys expire soon.
fn snapshots(screen: &str, keys: &[Key], lead_to: impl Fn(&mut Talk)) {
    for (width, height) in SIZES {
        let mut talk = Talk::started(width, height);
        let soon = KeyCounts {
            web: 3,
            ..KeyCounts::default()
        };
        talk.answer_expiring(Ok(soon));
        talk.tell(Message::Me(Ok(owner()))).tell(Message::Connected);
        for _ in 0..2 {
            talk.answer_counts(counts(keys));
            talk.answer_page(Ok(page(keys.to_vec())));
        }
        talk.effects.clear();
        lead_to(&mut talk);
        insta::assert_snapshot!(format!("{screen}_{width}x{height}"), drawn(&talk));
    }
}

fn every_state() -> Vec<Key> {
    let mut keys = vec![
        rotating(1, "Checkout assistant", Scope::Web),
        expiring(2, "Kiosk, Auckland", 12 * 24 + 3),
        expiring(3, "Trial of a BI tool", 5),
        disabled(
            4,
            "Black Friday landing page with a long name",
            Some("Nobody seems to use it; ask jonas"),
        ),
        expiring(5, "Partner integration", 200 * 24),
    ];
    keys.extend(some_keys(60).into_iter().skip(6));
    keys
}

#[test]
fn the_table_of_keys_in_every_state() {
    snapshots("states", &every_state(), |_| {});
}

#[test]
fn the_details_of_a_key_that_is_rotated_disabled_or_ends() {
    snapshots("rotating_details", &every_state(), |talk| {
        talk.press("<Enter>r").rest().answer_usage(Ok(metered()));
    });
    snapshots("expiring_details", &every_state(), |talk| {
        talk.press("j<Enter>").rest().answer_usage(Ok(busy()));
    });
    snapshots("disabled_details", &every_state(), |talk| {
        let usage = Usage {
            refused_while_disabled: Some(12),
            last_refused_at: Some(look().now - SignedDuration::from_secs(200)),
            ..unused()
        };
        talk.press("jjj<Enter>").rest().answer_usage(Ok(usage));
    });
}

#[test]
fn the_dialogs() {
    snapshots("set_expiry", &every_state(), |talk| {
        talk.press("l2027-03-31T18:00:00+02:00");
    });
    snapshots("renew", &[expiring(1, "Checkout assistant", -48)], |talk| {
        talk.press("lsoon<C-s>");
    });
    snapshots("disable", &every_state(), |talk| {
        talk.press("DLeaked in a ticket");
    });
    snapshots("enable", &every_state(), |talk| {
        talk.press("jjjE");
    });
    snapshots("rotate", &every_state(), |talk| {
        talk.press("jt");
    });
    snapshots("rotated", &every_state(), |talk| {
        talk.press("jt<C-s>");
        let key = rotating(2, "Kiosk, Auckland", Scope::Analytics);
        let id = key.id;
        let secret = Some(Secret::new(
            "kda_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm",
        ));
        let result = Ok(Box::new(Rotated { key, secret }));
        talk.lifecycle_reply(LifecycleReply::Rotated { id, result });
    });
    snapshots("rotation", &every_state(), |talk| {
        talk.press("t");
        talk.answer_usage(Ok(metered()));
        talk.press("<Tab><Tab>");
    });
    snapshots("rotation_not_changed_over", &every_state(), |talk| {
        talk.press("t");
        talk.answer_usage(Ok(not_changed_over()));
    });
    snapshots("end_rotation", &every_state(), |talk| {
        talk.press("t");
        talk.answer_usage(Ok(metered()));
        talk.press("<Tab><Tab><Enter>");
    });
    snapshots("extend_rotation", &every_state(), |talk| {
        talk.press("t");
        talk.answer_usage(Ok(metered()));
        talk.press("<Tab><Enter>");
    });
}

#[test]
fn names_from_outside_are_text_and_never_terminal_control() {
    let hostile = "a\u{1b}[31mb\u{202e}c\u{200b}d\u{9b}2J\u{e0041}\u{2028}e\u{7}";
    let mut key = Key {
        disabled: disabled(1, "", Some(hostile)).disabled,
        state: KeyState::Disabled,
        hint: hostile.into(),
        ..rotating(1, hostile, Scope::Web)
    };
    key.disabled.as_mut().expect("disabled").by.email = hostile.into();
    key.rotation.as_mut().expect("rotating").old_hint = hostile.into();
    let mut usage = metered();
    let old = &mut usage.rotation.as_mut().expect("rotating").old;
    old.last_use.as_mut().expect("used").origin = Some(hostile.into());
    for keys in ["", "l", "E", "t", "t<Tab><Enter>", "t<Tab><Tab><Enter>"] {
        let mut talk = Talk::with_keys(vec![key.clone()]);
        talk.press("r").rest();
        while talk.usage_questions() > 0 {
            talk.answer_usage(Ok(usage.clone()));
        }
        talk.press(keys);
        while talk.usage_questions() > 0 {
            talk.answer_usage(Ok(usage.clone()));
        }
        let screen = drawn(&talk);
        assert_eq!(hazard(&screen), None, "{keys}: {screen}");
    }
}

#[test]
fn no_size_is_too_small() {
    let sizes = (0..=40)
        .step_by(3)
        .flat_map(|width| (0..=12).step_by(2).map(move |height| (width, height)));
    for (width, height) in sizes.chain([(1, 60), (300, 1), (99, 24), (100, 24), (300, 100)]) {
        for keys in [
            "",
            "<Enter>",
            "l9d",
            "t",
            "jt",
            "t<Tab><Enter>",
            "t<Tab><Tab><Enter>",
            "jjjE",
            "D",
        ] {
            let mut talk = Talk::sized(width, height, every_state().into_iter().take(5).collect());
            talk.press(keys);
            while talk.usage_questions() > 0 {
                talk.answer_usage(Ok(metered()));
            }
            drawn(&talk);
        }
    }
}
