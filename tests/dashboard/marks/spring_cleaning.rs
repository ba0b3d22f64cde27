//! What is done most often with many keys takes few keys on the keyboard.

use crate::common::marks::*;
use crate::common::talk::*;

#[test]
fn unused_keys_are_found_and_five_revoked_with_at_most_ten_keys() {
    let mut talk = Talk::with_keys(some_keys(9));
    let mut pressed = 0;
    let mut press = |talk: &mut Talk, keys: &[&str]| {
        for key in keys {
            talk.press(key);
            pressed += 1;
        }
    };
    press(&mut talk, &["/"]);
    // Beside the text.
    talk.press("idle:90d");
    press(&mut talk, &["<Enter>"]);
    let mut unused = some_keys(9);
    unused.truncate(7);
    while talk
        .effects
        .iter()
        .any(|effect| matches!(effect, keydeck::tui::message::Effect::LoadPage { .. }))
    {
        talk.answer_page(Ok(page(unused.clone())));
    }
    press(
        &mut talk,
        &["<Space>", "<Space>", "<Space>", "<Space>", "<Space>", "d"],
    );
    let new = talk.answer_plan(|new| Ok(plan_of(new, 5)));
    assert_eq!(new.ids.as_ref().map(Vec::len), Some(5));
    press(&mut talk, &["<Tab>", "<Enter>"]);
    talk.commit_question();
    assert!(pressed <= 10, "{pressed}");
}
