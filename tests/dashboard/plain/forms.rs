//! Typing: what is typed is echoed, and what follows from it waits until one has typed.

use keydeck::tui::plain::Plain;

use super::Ear;
use crate::common::talk::*;

fn ear() -> Ear {
    Ear::with_keys(some_keys(3))
}

#[test]
fn a_form_says_its_fields_and_where_one_types() {
    let mut ear = ear();
    insta::assert_snapshot!(ear.press("n"), @"
    Create a key
    for pages or webviews on its UI domains; Ctrl-T changes it
    10 fields: Scope, Name, Project, UI domains, Development, Sessions, Note, Labels, Expiry, Networks.
    You can press: Ctrl-S save; Tab next; Shift-Tab previous; Ctrl-T scope; Esc cancel; F1 help; Ctrl-L where am I.
    Name:
    ");
    insta::assert_snapshot!(ear.press("<S-Tab>"), @"

    Name: Give it a name of 1 to 100 characters.
    Scope: Web
    1. Web (selected)
    2. Mobile
    3. Analytics
    ");
    insta::assert_snapshot!(ear.press("2"), @"
    for native apps; its bundle identifiers say which; Ctrl-T changes it
    2. Mobile
    ");
    insta::assert_snapshot!(ear.press("<Tab>"), @"
    Name: Give it a name of 1 to 100 characters.
    Name:
    ");
    assert_eq!(ear.press("Kiosk"), "Kiosk");
    // Nothing but what was typed, however long it takes.
    assert_eq!(ear.silence(), "");
    assert_eq!(ear.press("<BS>"), "\u{8} \u{8}");
    insta::assert_snapshot!(ear.press("<Tab>"), @"

    Project:
    ");
    ear.press("sto");
    let question = vec![project(50, "Storefront"), project(51, "Store locator")];
    ear.talk.answer_projects("sto", question);
    insta::assert_snapshot!(ear.silence(), @"

    1. Storefront (selected)
    2. Store locator
    3. new project “sto”
    Project: sto
    ");
    insta::assert_snapshot!(ear.press("<Down>"), @"

    2. Store locator
    Project: sto
    ");
    insta::assert_snapshot!(ear.press("<Enter>"), @"

    Project: Store locator is taken
    (none: any app; one a line, such as com.acme.shop)
    Bundle identifiers:
    ");
}

#[test]
fn a_dumb_terminal_takes_nothing_back() {
    let mut ear = ear();
    ear.plain = Plain::new(false, 80);
    ear.press("nKiosk");
    ear.silence();
    assert_eq!(ear.press("<BS>"), "\nName: Kios");
}

#[test]
fn the_cursor_stands_where_one_types() {
    let mut ear = ear();
    ear.press("nKiosk");
    ear.silence();
    insta::assert_snapshot!(ear.press("<Left>"), @"

    After the cursor: “k”.
    Name: Kios
    ");
    assert_eq!(ear.press("c"), "c");
    insta::assert_snapshot!(ear.press("<C-e>"), @"

    The cursor is at the end.
    Name: Kiosck
    ");
}

#[test]
fn what_is_wrong_is_said_with_its_field_when_that_is_left() {
    let mut ear = ear();
    ear.press("n<Tab><Tab>");
    assert_eq!(ear.press("http://shop"), "http://shop");
    insta::assert_snapshot!(ear.press("<Enter>"), @"

    UI domains: http://shop is not encrypted: anyone on the network path can change its pages and read the key. Use https:// if the site has it.
    UI domains, line 2 of 2:
    ");
    insta::assert_snapshot!(ear.press("<C-s>"), @"

    Name: Give it a name of 1 to 100 characters.
    Name:
    ");
}

#[test]
fn a_secret_that_is_typed_where_none_belongs_is_not_echoed() {
    let mut ear = ear();
    let token = "kda_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm";
    ear.press("n");
    ear.tell(keydeck::tui::message::Message::Paste(
        keydeck::model::Secret::new(token),
    ));
    let said = ear.press("<Tab>") + &ear.silence() + &ear.where_am_i();
    assert!(!said.contains("1fJjkkpe9PiTw9"), "{said}");
}

#[test]
fn leaving_a_form_asks_and_coming_back_says_where_one_is() {
    let mut ear = ear();
    ear.press("nKiosk");
    insta::assert_snapshot!(ear.press("<Esc>"), @"

    Are you sure?
    What you typed has not been saved.
    You can press: a number to select; Tab choose; Enter press; Esc cancel; ? help; Ctrl-L where am I.
    1. Keep editing (selected)
    2. Discard
    ");
    insta::assert_snapshot!(ear.press("<Enter>"), @"
    Create a key
    Name: Kiosk
    ");
}
