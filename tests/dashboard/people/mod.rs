//! The pure ring: people, whose keys are shown, and what each role is offered.

mod changes;
mod removal;
mod roles;
mod whose_keys;

use crate::common::people::*;
use crate::common::talk::*;
use keydeck::api::{CreatedUser, ProblemType};
use keydeck::client::Error;
use keydeck::model::{Role, Secret};
use keydeck::tui::dialogs::{Modal, RemovalDialog, Sheet};
use keydeck::tui::message::Effect;
use uuid::Uuid;

fn showing_people() -> Talk {
    Talk::people(120, 36, some_people())
}

fn sheet(talk: &Talk) -> &Sheet {
    match talk.app.over.last() {
        Some(Modal::Sheet(sheet)) => sheet,
        other => panic!("no sheet: {other:?}"),
    }
}

fn removal(talk: &Talk) -> &RemovalDialog {
    match talk.app.over.last() {
        Some(Modal::Removal(removal)) => removal,
        other => panic!("no removal: {other:?}"),
    }
}

fn asks_who_we_are(talk: &Talk) -> bool {
    talk.effects.iter().any(|effect| matches!(effect, Effect::LoadMe))
}

fn sends_to_people(talk: &Talk) -> bool {
    talk.effects
        .iter()
        .any(|effect| matches!(effect, Effect::People(_)))
}

fn forbidden() -> Error {
    refused(ProblemType::Forbidden, 403, "Only an Owner manages users.")
}

pub(crate) fn new_person() -> CreatedUser {
    CreatedUser {
        user: person(9, "lena@acme.example", Role::Support, 0).user,
        token: Some(Secret::new("kdu_secret")),
    }
}

/// Whose keys the rows and the counts are asked for.
fn creator_asked_for(talk: &mut Talk) -> Option<Uuid> {
    let (_, _, list) = talk.page_question();
    let counted = talk.expect("LoadCounts", |effect| match effect {
        Effect::LoadCounts { filter, .. } => Some(filter.creator),
        _ => None,
    });
    assert_eq!(list.creator, counted, "the counts follow");
    list.creator
}
