//! What can be clicked does what its key does.

use keydeck::api::Sort;
use keydeck::model::Scope;
use keydeck::tui::state::Screen;

use crossterm::event::{KeyModifiers, MouseEvent, MouseEventKind};
use keydeck::tui::keymap::Layer;
use keydeck::tui::message::Message;

use super::*;

#[test]
fn tabs_are_clicked_at_every_width() {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, some_keys(10));
        for (key, screen) in [
            ("P ", Screen::Projects),
            ("U ", Screen::People),
            ("A ", Screen::Activity),
            ("K ", Screen::Keys),
        ] {
            click(&mut talk, key);
            assert_eq!(talk.app.screen, screen, "{width}");
        }
    }
}

#[test]
fn counts_are_clicked_at_every_width() {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, some_keys(10));
        click(&mut talk, "2 ");
        assert_eq!(talk.page_question().2.scope, Some(Scope::Mobile), "{width}");
        click(&mut talk, "0 ");
        assert_eq!(talk.page_question().2.scope, None, "{width}");
        click(&mut talk, "4 ");
        assert!(talk.app.browse.query.ended.is_some(), "{width}");
    }
}

#[test]
fn heads_are_clicked_where_they_are_drawn() {
    let mut talk = Talk::with_keys(some_keys(10));
    for (head, sort) in [
        ("USED", Sort::LastUsedAt),
        ("SCOPE", Sort::Scope),
        ("NAME", Sort::Name),
        ("MADE", Sort::CreatedAt),
    ] {
        click(&mut talk, head);
        let keys = some_keys(10);
        assert_eq!(talk.page_question().2.sort, sort, "{head}");
        talk.app.browse.query.sort = sort;
        drop(keys);
        assert!(drawn(&talk).contains(&format!("{head} ")), "{}", drawn(&talk));
    }
}

#[test]
fn hints_are_clicked_and_a_dialog_covers_what_lies_below() {
    let mut talk = Talk::with_keys(some_keys(10));
    click(&mut talk, "d revoke");
    assert_eq!(talk.app.over.len(), 1);
    click(&mut talk, "P Projects");
    assert_eq!(talk.app.screen, Screen::Keys);
}

#[test]
fn the_hints_of_a_dialog_are_clicked_and_the_wheel_scrolls_what_scrolls() {
    let mut talk = Talk::sized(80, 24, some_keys(10));
    click(&mut talk, "u usage");
    assert_eq!(talk.app.layer(), Layer::Usage);
    click(&mut talk, "Esc close");
    assert!(talk.app.over.is_empty());
    click(&mut talk, "? help");
    let before = drawn(&talk);
    let wheel = |kind| {
        Message::Mouse(MouseEvent {
            kind,
            column: 9,
            row: 9,
            modifiers: KeyModifiers::NONE,
        })
    };
    talk.tell(wheel(MouseEventKind::ScrollDown));
    assert_ne!(drawn(&talk), before);
    talk.tell(wheel(MouseEventKind::ScrollUp));
    assert_eq!(drawn(&talk), before);
    click(&mut talk, "Esc close");
    // A choice is not changed by the wheel, and the button that has the focus is pressed by its hint.
    click(&mut talk, "n new");
    let before = drawn(&talk);
    talk.tell(wheel(MouseEventKind::ScrollDown));
    assert_eq!(drawn(&talk), before);
    click(&mut talk, "Esc cancel");
    click(&mut talk, "d revoke");
    click(&mut talk, "Enter press");
    assert!(talk.app.over.is_empty());
}

#[test]
fn a_click_on_a_tab_keeps_the_filter_that_is_typed() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/shop");
    click(&mut talk, "1 Web");
    assert!(talk.app.over.is_empty());
    assert_eq!(talk.app.browse.typed, "shop");
    assert_eq!(talk.app.browse.query.scope, Some(Scope::Web));
}
