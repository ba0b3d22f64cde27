//! Marked keys and their plans, drawn.

use keydeck::api::{Key, KeyDifference, PlanProgress};
use keydeck::model::Scope;
use keydeck::tui::message::{MarksReply, Message, Whereabouts};

use super::plans::{changed, left_alone, shown_plan};
use crate::common::draw::{drawn, hazard};
use crate::common::marks::*;
use crate::common::talk::*;

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (63, 17)];

fn keys() -> Vec<Key> {
    let mut keys = some_keys(60);
    keys[1].name = "Kiosk, Auckland 🥝".into();
    keys[2].name = "キオスク 受付アシスタント".into();
    keys[3].name =
        "A very long name that somebody gave to a key because the form lets them use so many".into();
    keys
}

fn snapshots(screen: &str, lead_to: impl Fn(&mut Talk)) {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, keys());
        lead_to(&mut talk);
        talk.app.notice = None;
        insta::assert_snapshot!(format!("{screen}_{width}x{height}"), drawn(&talk));
    }
}

fn planned(talk: &mut Talk, count: u64) {
    talk.press("*d").answer_plan(|new| {
        let mut plan = plan_of(new, count);
        if let Some(key) = plan.sample.get_mut(2) {
            key.name = keys()[3].name.clone();
        }
        plan.breakdown.not_allowed = 2;
        plan.breakdown.gone = 1;
        Ok(plan)
    });
}

#[test]
fn marked_rows_have_a_sign() {
    snapshots("marked", |talk| {
        talk.press("<Space><Space>j<Space>k");
    });
    snapshots("range", |talk| {
        talk.press("jvjjj");
    });
}

#[test]
fn marks_that_are_not_shown() {
    let hide = |talk: &mut Talk| {
        talk.press("*/shop<Enter>");
        for _ in 0..6 {
            talk.answer_page(Ok(part(keys().split_off(45), false, true)));
        }
        talk.answer_whereabouts(Whereabouts::NotShown);
    };
    snapshots("hidden", hide);
    snapshots("hidden_question", |talk| {
        hide(talk);
        talk.press("d");
    });
}

#[test]
fn what_to_do_with_them() {
    snapshots("what_to_do", |talk| {
        talk.press("<Space><Space>b");
    });
    snapshots("expiry", |talk| {
        talk.press("<Space><Space>bset<Enter>");
    });
}

#[test]
fn a_plan_in_all_its_stages() {
    snapshots("planning", |talk| {
        talk.press("<Space><Space>d");
    });
    snapshots("plan_of_a_few", |talk| {
        talk.press("<Space><Space>d")
            .answer_plan(|new| Ok(plan_of(new, 2)));
    });
    snapshots("plan", |talk| planned(talk, 7_214));
    snapshots("plan_typed", |talk| {
        planned(talk, 7_214);
        talk.press("7214<Right>");
    });
    snapshots("plan_sent", |talk| {
        planned(talk, 7_214);
        talk.press("7214<Right><Enter>");
        let plan = shown_plan(talk);
        let (number, _) = talk.commit_question();
        let progress = PlanProgress {
            done: 2_400,
            left: 4_814,
            ..done(&plan)
        };
        talk.tell(Message::OfMarks(MarksReply::Committing {
            number,
            progress: Box::new(progress),
        }));
    });
    snapshots("plan_changed", |talk| {
        planned(talk, 7);
        talk.press("<Right><Enter>").answer_commit(Err(changed()));
    });
    snapshots("plan_done", |talk| {
        planned(talk, 7);
        talk.press("<Right><Enter>");
        let plan = shown_plan(talk);
        let progress = PlanProgress {
            done: 5,
            left_alone: 2,
            left_alone_keys: vec![
                left_alone(4, KeyDifference::Changed),
                left_alone(5, KeyDifference::Revoked),
            ],
            ..done(&plan)
        };
        talk.answer_commit(Ok(progress));
    });
}

#[test]
fn no_size_is_too_small() {
    for (width, height) in (0..=40).flat_map(|width| (0..=12).map(move |height| (width, height))) {
        for keys in ["<Space>", "vjj", "<Space>b"] {
            let mut talk = Talk::sized(width, height, some_keys(9));
            talk.press(keys);
            drawn(&talk);
        }
        let mut talk = Talk::sized(width, height, some_keys(20));
        planned(&mut talk, 20);
        drawn(&talk);
        talk.press("20<Right><Enter>").answer_commit(Err(changed()));
        drawn(&talk);
    }
}

#[test]
fn names_of_a_plan_are_text_and_never_terminal_control() {
    let hostile = "a\u{1b}[31mb\u{202e}c\u{200b}d\u{9b}2J";
    let mut talk = Talk::with_keys(vec![key(0, hostile, Scope::Web)]);
    talk.press("<Space>d").answer_plan(|new| {
        let mut plan = plan_of(new, 1);
        plan.sample[0].name = hostile.into();
        plan.sample[0].project = Some(hostile.into());
        plan.breakdown.by_owner[0].creator.email = hostile.into();
        Ok(plan)
    });
    assert_eq!(hazard(&drawn(&talk)), None);
    talk.press("<Right><Enter>").answer_commit(Err({
        let keydeck::client::Error::Refused(mut problem) = changed() else {
            panic!("refused");
        };
        if let Some(difference) = &mut problem.plan {
            difference.sample[0].name = hostile.into();
        }
        keydeck::client::Error::Refused(problem)
    }));
    assert_eq!(hazard(&drawn(&talk)), None);
}
