//! Moving through the screens.

use keydeck::model::{Scope, Secret};
use keydeck::tui::message::{Effect, Message, NamedId, Purpose, Route};
use keydeck::tui::plain::Pause;

use super::Ear;
use crate::common::ended::*;
use crate::common::talk::*;

fn ear() -> Ear {
    let mut keys = some_keys(3);
    keys[1].settings.labels = vec!["production".into()];
    Ear::with_keys(keys)
}

/// Answers what was asked for.
fn answer(ear: &mut Ear, keys: &[keydeck::api::Key]) {
    while ear
        .talk
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::LoadPage { .. }))
    {
        let (generation, load, _) = ear.talk.page_question();
        let result = Ok(page(keys.to_vec()));
        ear.tell(Message::Page {
            generation,
            load,
            result,
        });
        ear.talk.answer_counts(counts(keys));
    }
}

#[test]
fn it_begins_with_who_and_where_and_how_one_goes_on() {
    let mut talk = Talk::sized(80, 24, some_keys(3));
    talk.app = talk.app.in_plain_mode();
    let mut ear = Ear::at(talk);
    insta::assert_snapshot!(ear.silence(), @"
    keydeck, Acme Studios, mira@acme.example (Owner), local.
    Keys, 3 keys, sorted by created, descending
    1 of 3, Assistant 000, Web, Storefront, made 26 Oct, used 3 minutes ago, by mira
    You can press: : commands; ? help; q quit; Ctrl-L where am I.
    ");
}

#[test]
fn each_move_says_the_row_and_its_place() {
    let mut ear = ear();
    insta::assert_snapshot!(ear.press("j"), @"
    2 of 3, Assistant 001, Web, Storefront, made 25 Oct, used 12 hours ago, by mira, labels production
    ");
    insta::assert_snapshot!(ear.press("<Down>"), @"
    3 of 3, Assistant 002, Mobile, Storefront, made 24 Oct, never used, by mira
    ");
    // There is no other row.
    assert!(ear.press("j").starts_with("3 of 3, Assistant 002"));
    insta::assert_snapshot!(ear.press("g"), @"
    1 of 3, Assistant 000, Web, Storefront, made 26 Oct, used 3 minutes ago, by mira
    ");
}

#[test]
fn the_details_are_said_when_they_open_and_line_by_line_after_that() {
    let mut ear = ear();
    insta::assert_snapshot!(ear.press("<Enter>"), @"
    Details of Assistant 000
    Web key · Storefront
    Requests: …
    Last used: 3 minutes ago
    Secret, kdw_…x9Qz, c copy, x reveal
    UI domains (2)
    https://shop.acme.example
    https://*.acme.example
    Local development: off
    Cross-page persist.: on
    Created: 26 Oct 2026, 07:33
    Created by: mira@acme.example
    Changes: none since creation
    Id: 00000000-0000-0000-0000-0000000003e8
    ");
    insta::assert_snapshot!(ear.press("j"), @"
    Requests: …
    ");
    insta::assert_snapshot!(ear.press("<Esc>"), @"
    Keys
    1 of 3, Assistant 000, Web, Storefront, made 26 Oct, used 3 minutes ago, by mira
    ");
}

#[test]
fn another_order_and_a_filter_say_what_is_listed_then() {
    let mut ear = ear();
    // Nothing is said of rows that are not those that were asked for.
    assert_eq!(ear.press("s"), "");
    answer(&mut ear, &some_keys(3));
    insta::assert_snapshot!(ear.silence(), @"
    Keys, 3 keys, sorted by requests in 7 days, descending
    1 of 3, Assistant 000, Web, Storefront, made 26 Oct, used 3 minutes ago, by mira
    ");
    insta::assert_snapshot!(ear.press("/kio"), @"
    Filter
    You can press: Enter keep; Esc clear; Tab complete; F1 help; Ctrl-L where am I.
    (text, since:7d, idle:90d, never-used, refused:24h, project:NAME, @person, label:x, expires:30d, expired, disabled, rotating, exceeds-policy, a secret)
    Filter: kio
    ");
    answer(&mut ear, &[key(2, "Kiosk", Scope::Mobile)]);
    insta::assert_snapshot!(ear.silence(), @"

    Keys, 1 key, only kio, sorted by requests in 7 days, descending
    1 of 1, Kiosk, Mobile, Storefront, made 24 Oct, never used, by mira
    Filter: kio
    ");
    insta::assert_snapshot!(ear.press("<Enter>"), @"

    Keys
    1 of 1, Kiosk, Mobile, Storefront, made 24 Oct, never used, by mira
    ");
}

#[test]
fn a_filter_that_finds_nothing_says_the_way_out() {
    let mut ear = ear();
    ear.press("/nothing<Enter>");
    answer(&mut ear, &[]);
    insta::assert_snapshot!(ear.silence(), @"
    No key matches “nothing”
    Esc clears the filter.
    Keys, 0 keys, only nothing, sorted by created, descending
    ");
}

#[test]
fn what_takes_long_says_so_once() {
    let mut ear = ear();
    ear.press("s");
    assert_eq!(ear.moment(Pause::Burst), "");
    assert_eq!(ear.moment(Pause::Loading), "Loading…\n");
    assert_eq!(ear.moment(Pause::Loading), "");
}

#[test]
fn a_secret_stands_on_a_line_of_its_own_and_only_when_it_is_shown() {
    let mut ear = ear();
    let id = ear.talk.app.selected().expect("a key").id;
    let secret = "eyJzb3VsSWQiOiIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAifQ==".repeat(3);
    ear.press("x");
    ear.tell(Message::Revealed {
        id,
        purpose: Purpose::Show,
        result: Ok(Secret::new(secret.as_str())),
    });
    let said = ear.silence();
    assert_eq!(said.lines().filter(|line| *line == secret).count(), 1, "{said}");
    // Whatever is told after that doesn't tell it again.
    let said = ear.press("<Esc>") + &ear.press("j");
    assert!(!said.contains(&secret), "{said}");
    assert!(said.starts_with("The secret still stands above"), "{said}");
}

#[test]
fn what_was_done_is_said_and_then_where_one_is() {
    let mut ear = ear();
    insta::assert_snapshot!(ear.press("d"), @"
    Revoke this key?
    Assistant 000
    Web key · Storefront · last used 3 minutes ago
    kdw_…x9Qz · id 00000000-0000-0000-0000-0000000003e8
    Loading its usage…
    Web pages of “Storefront” on 2 UI domains, https://shop.acme.example among them, stop connecting immediately.
    Disable first refuses it just the same, counts further attempts, and can be undone.
    Revoking takes effect immediately and can't be undone.
    You can press: a number to select; Tab choose; Enter press; Esc cancel; ? help; Ctrl-L where am I.
    1. Cancel (selected)
    2. Yes, Delete
    3. Disable first
    ");
    insta::assert_snapshot!(ear.press("2"), @"
    2. Yes, Delete
    ");
    assert_eq!(ear.press("9"), "There are 3 choices.\n");
    insta::assert_snapshot!(ear.press("<Enter>"), @"
    Revoking…
    ");
    let key = ear.talk.app.selected().expect("a key").clone();
    let left = revoked(&key, 0);
    ear.tell(Message::Revoked {
        id: key.id,
        result: Ok(Box::new(left)),
    });
    insta::assert_snapshot!(ear.silence(), @"
    Revoked “Assistant 000” (kdw_…x9Qz). It is refused from now on.
    Revoked
    Assistant 000
    Web key · Storefront
    kdw_…x9Qz · id 00000000-0000-0000-0000-0000000003e8
    ✓ Revoked 11:08:00 · no attempts since
    By: jonas@acme.example
    Reason: leaked in a build log
    Sessions that began before may last until 11:38.
    Proof: each server checks the key itself…
    You can press: r check again; Esc close; c copy id; a activity; ? help; Ctrl-L where am I.
    ");
}

#[test]
fn a_digit_never_confirms() {
    let mut ear = ear();
    ear.press("d");
    ear.talk.effects.clear();
    for digit in ["1", "2", "3", "2"] {
        ear.press(digit);
        assert_eq!(ear.talk.app.over.len(), 1);
    }
    assert!(ear.talk.effects.is_empty(), "{:?}", ear.talk.effects);
}

#[test]
fn what_could_not_be_copied_is_said() {
    let mut ear = ear();
    let subject = NamedId {
        id: ear.talk.app.selected().expect("a key").id,
        name: "Assistant 000".into(),
    };
    let route = Route::Failed("there is no display".into());
    ear.tell(Message::Copied { subject, route });
    assert_eq!(ear.silence(), "Not copied: there is no display.\n");
}

#[test]
fn commands_are_a_numbered_list_that_is_searched() {
    let mut ear = ear();
    let said = ear.press(":");
    assert!(said.starts_with("Commands\n"), "{said}");
    assert!(said.contains(" (selected)\n2. "), "{said}");
    assert!(said.ends_with("Part of the name: "), "{said}");
    let said = ear.press("12");
    assert!(said.contains("\n12. "), "{said}");
    assert_eq!(ear.press("rota"), "rota");
    let said = ear.silence();
    assert!(said.contains("\n1. rotate: "), "{said}");
    assert!(said.ends_with("Part of the name: rota"), "{said}");
}

#[test]
fn where_one_is_can_be_asked_anywhere() {
    let mut ear = ear();
    ear.press("j");
    insta::assert_snapshot!(ear.where_am_i(), @"
    Keys, 3 keys, sorted by created, descending
    2 of 3, Assistant 001, Web, Storefront, made 25 Oct, used 12 hours ago, by mira, labels production
    You can press: : commands; ? help; q quit; Ctrl-L where am I.
    ");
    ear.press("e");
    insta::assert_snapshot!(ear.where_am_i(), @"

    Edit Assistant 001
    kdw_…x9Qz · id 00000000-0000-0000-0000-0000000003e9
    Scope: Web
    Name: Assistant 001
    UI domains: https://shop.acme.example, https://*.acme.example
    Development: off, I'm developing locally
    Sessions: off, Cross-page persistence
    Note: empty
    Labels: production
    Expiry: empty
    Networks: empty
    You can press: Ctrl-S save; Tab next; Shift-Tab previous; Esc cancel; F1 help; Ctrl-L where am I.
    Name: Assistant 001
    ");
}
