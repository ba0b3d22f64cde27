//! The plan: what would be done is shown, and exactly that is done, or nothing.

use keydeck::api::{KeyDifference, LeftAlone, Plan, PlanAction, PlanDifference, PlanProgress, ProblemType};
use keydeck::client::Error;
use keydeck::model::{Secret, Token, TokenKind};
use keydeck::tui::dialogs::PlanStage;
use keydeck::tui::message::{Effect, MarksReply, Message};

use super::{id, numbers};
use crate::common::draw::drawn;
use crate::common::marks::*;
use crate::common::talk::*;

/// So many keys are marked, and what revoking them would do is shown.
pub fn planned(count: u32) -> Talk {
    let mut talk = Talk::with_keys(some_keys(count.max(1)));
    talk.press("*d").answer_plan(|new| Ok(plan_of(new, count.into())));
    talk.effects.clear();
    talk
}

pub fn shown_plan(talk: &Talk) -> Plan {
    match &talk.plan().stage {
        PlanStage::Planned(plan) | PlanStage::Committing(plan, _) => (**plan).clone(),
        other => panic!("no plan is shown, but {other:?}"),
    }
}

pub fn left_alone(number: u128, why: KeyDifference) -> LeftAlone {
    LeftAlone {
        id: id(number),
        name: format!("Assistant {number:03}"),
        why,
    }
}

pub fn changed() -> Error {
    let mut problem = problem(ProblemType::PlanChanged, 409, "Keys have changed.");
    problem.plan = Some(Box::new(PlanDifference {
        changed: 1,
        revoked: 1,
        sample: vec![
            left_alone(3, KeyDifference::Changed),
            left_alone(5, KeyDifference::Revoked),
        ],
        ..PlanDifference::default()
    }));
    Error::Refused(Box::new(problem))
}

fn commits(talk: &Talk) -> bool {
    talk.effects.iter().any(Effect::is_change)
}

#[test]
fn cancel_has_the_focus_and_no_letter_acts() {
    let mut talk = planned(3);
    for letter in ('a'..='z').chain('A'..='Z').chain('0'..='9') {
        talk.press(&letter.to_string());
    }
    assert!(!commits(&talk));
    talk.press("<Enter>");
    assert!(talk.app.over.is_empty() && !commits(&talk));
    assert_eq!(talk.marked(), (3, 0), "the marks stay");
}

#[test]
fn a_few_keys_need_no_number() {
    let mut talk = planned(10);
    talk.press("<Right><Enter>");
    let plan = shown_plan(&talk);
    assert!(drawn(&talk).contains("Revoking…"));
    talk.press("<Enter><Esc><Right>");
    assert!(
        matches!(talk.plan().stage, PlanStage::Committing(..)),
        "the answer is waited for"
    );
    assert_eq!(talk.answer_commit(Ok(done(&plan))), plan.plan);
    assert_eq!(talk.notice(), "Revoked 10 keys: refused from now on.");
    assert!(talk.app.over.is_empty() && numbers(&talk).is_empty());
    assert!(
        talk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::LoadPage { .. }))
    );
}

#[test]
fn why_many_keys_are_revoked_is_a_part_of_the_plan_that_is_carried_out() {
    for (count, keys, reason) in [
        (3, "<Left>Left the 2nd team<Enter>", Some("Left the 2nd team")),
        (3, "<S-Tab>Left the team<Tab>", Some("Left the team")),
        // Digits are the number of keys, but not in the reason.
        (60, "<Left>60<Enter>", Some("60")),
    ] {
        let mut talk = planned(count);
        assert!(drawn(&talk).contains("Reason"), "{}", drawn(&talk));
        talk.press(keys);
        let asked = talk.answer_plan(|new| Ok(plan_of(new, count.into())));
        assert_eq!(
            (asked.action, asked.reason.as_deref()),
            (PlanAction::Revoke, reason),
            "{keys}"
        );
        assert!(drawn(&talk).contains(&reason.unwrap_or_default().to_owned()));
        assert_eq!(talk.plan().lacks_number(), count > 10);
        if count > 10 {
            talk.press("60");
        }
        assert!(!commits(&talk));
        talk.press("<Right><Enter>");
        let plan = shown_plan(&talk);
        assert_eq!(talk.answer_commit(Ok(done(&plan))), plan.plan);
    }
}

#[test]
fn a_reason_that_can_not_be_stored_stays_and_makes_no_plan() {
    let mut talk = planned(3);
    let tell = format!("<Left>{}<Enter>", "x".repeat(500));
    talk.press(&tell).answer_plan(|new| Ok(plan_of(new, 3)));
    talk.press("<Left>y<Enter>");
    assert!(talk.effects.is_empty(), "there is no room for more");
    let token = Token::from_entropy(TokenKind::User, [9; 32]);
    talk.press("<Left><C-u>")
        .tell(Message::Paste(Secret::new(token.expose())));
    talk.press("<Enter><Tab>");
    assert!(talk.effects.is_empty() && talk.plan().is_in_reason());
    assert!(drawn(&talk).contains("The reason: "), "{}", drawn(&talk));
    assert!(!drawn(&talk).contains(&token.expose()[..16]), "{}", drawn(&talk));
}

#[test]
fn of_more_than_ten_the_number_is_typed() {
    let mut talk = planned(60);
    // To the reason, and back to Cancel.
    talk.press("<Right><Enter><Enter>");
    assert!(
        talk.app.over.is_empty() && !commits(&talk),
        "there is no button but Cancel"
    );
    talk.press("d").answer_plan(|new| Ok(plan_of(new, 60)));
    talk.press("6");
    assert!(talk.plan().lacks_number());
    talk.press("1<BS>0");
    assert!(!talk.plan().lacks_number());
    talk.press("0");
    assert_eq!(talk.plan().typed, "60", "it has no more digits");
    talk.press("<Right><Enter>");
    let plan = shown_plan(&talk);
    talk.answer_commit(Ok(done(&plan)));
    assert!(numbers(&talk).is_empty());
}

#[test]
fn a_number_is_typed_whatever_is_done_to_more_than_ten() {
    for (verb, then) in [
        ("revoke", ""),
        ("disable", "<C-s>"),
        ("enable", ""),
        ("set when", "90d<C-s>"),
        ("set when", "never<C-s>"),
        ("labels", "eu<C-s>"),
    ] {
        for (keys, asks) in [(10, false), (11, true)] {
            let mut talk = Talk::with_keys(some_keys(60));
            talk.press("*b").press(verb);
            talk.press("<Enter>")
                .press(then)
                .answer_plan(|new| Ok(plan_of(new, keys)));
            assert_eq!(talk.plan().lacks_number(), asks, "{verb} {then} {keys}");
        }
    }
}

#[test]
fn a_server_that_does_not_answer_loses_nothing() {
    let mut talk = Talk::with_keys(some_keys(60));
    talk.press("*d").answer_plan(|_| Err(offline()));
    assert!(drawn(&talk).contains("connection refused"));
    talk.press("<Right><Enter>")
        .answer_plan(|new| Ok(plan_of(new, 60)));
    talk.press("60<Right><Enter>").answer_commit(Err(offline()));
    assert_eq!((talk.plan().typed.as_str(), talk.marked()), ("60", (60, 0)));
    assert!(drawn(&talk).contains("connection refused"));
    talk.press("<Right><Enter>");
    let plan = shown_plan(&talk);
    talk.answer_commit(Ok(done(&plan)));
    assert!(talk.app.over.is_empty());
}

#[test]
fn what_changed_is_shown_and_a_new_plan_offered() {
    let mut talk = planned(60);
    talk.press("60<Right><Enter>").answer_commit(Err(changed()));
    let screen = drawn(&talk);
    for words in [
        "Nothing was done",
        "1 changed, 1 revoked",
        "Assistant 003: someone changed it",
        "Assistant 005: someone revoked it",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    assert_eq!(talk.marked(), (60, 0));
    talk.press("<Right><Enter>")
        .answer_plan(|new| Ok(plan_of(new, 59)));
    assert!(
        talk.plan().lacks_number() && talk.plan().typed.is_empty(),
        "it is another number"
    );
}

#[test]
fn a_plan_that_is_too_old_is_made_again() {
    for kind in [ProblemType::PlanExpired, ProblemType::NotFound] {
        let mut talk = planned(3);
        talk.press("<Right><Enter>");
        talk.answer_commit(Err(refused(kind, 410, "The plan is older than ten minutes.")));
        let screen = drawn(&talk);
        assert!(
            screen.contains("out of date") && screen.contains("older than ten minutes"),
            "{screen}"
        );
        talk.press("<Right><Enter>");
        assert_eq!(talk.plan_question().1.ids.map(|ids| ids.len()), Some(3));
    }
}

#[test]
fn keys_that_were_left_alone_are_named_and_stay_marked() {
    let mut talk = planned(9);
    talk.press("<Right><Enter>");
    let plan = shown_plan(&talk);
    let progress = PlanProgress {
        done: 8,
        left_alone: 1,
        left_alone_keys: vec![left_alone(4, KeyDifference::Changed)],
        ..done(&plan)
    };
    talk.answer_commit(Ok(progress));
    let screen = drawn(&talk);
    for words in [
        "Revoked 8 of 9 keys",
        "1 key was left alone",
        "Assistant 004: someone changed it",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    assert_eq!(numbers(&talk), [4]);
    talk.press("<Enter>");
    assert!(talk.app.over.is_empty());
}

#[test]
fn of_very_many_it_is_told_how_many_are_done() {
    let mut talk = planned(60);
    talk.press("60<Right><Enter>");
    let plan = shown_plan(&talk);
    let (number, _) = talk.commit_question();
    let far = |left| PlanProgress {
        done: 60 - left,
        left,
        ..done(&plan)
    };
    let progress = Box::new(far(40));
    talk.tell(Message::OfMarks(MarksReply::Committing { number, progress }));
    assert!(drawn(&talk).contains("Revoking… 20 of 60"), "{}", drawn(&talk));
    // Nobody answers any more; the server goes on.
    let result = Ok(Box::new(far(10)));
    talk.tell(Message::OfMarks(MarksReply::Committed { number, result }));
    let screen = drawn(&talk);
    assert!(
        screen.contains("Revoked 50 of 60 keys") && screen.contains("continues with 10 more"),
        "{screen}"
    );
}

#[test]
fn a_plan_that_comes_after_it_was_cancelled_opens_nothing() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("*d<Esc>").answer_plan(|new| Ok(plan_of(new, 3)));
    assert!(talk.app.over.is_empty());
}

#[test]
fn a_plan_without_keys_can_only_be_closed() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("*d").answer_plan(|new| {
        let mut plan = plan_of(new, 0);
        plan.breakdown.not_allowed = 2;
        plan.breakdown.gone = 1;
        Ok(plan)
    });
    let screen = drawn(&talk);
    assert!(
        screen.contains("Left out: 2 that you may not revoke; 1 no longer there."),
        "{screen}"
    );
    talk.press("<Right><Enter>");
    assert!(talk.app.over.is_empty() && !commits(&talk));
}
