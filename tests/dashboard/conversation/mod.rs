//! The pure ring: what the dashboard's state answers to keys and to the server.

mod any_order;
mod changing_deck;
mod events;
mod finding;
mod first_key;
mod forms;
mod late_server;
mod local_development;
mod no_place_for_secrets;
mod secrets;
mod type_ahead;
mod type_ahead_elsewhere;
mod ways_out;

use crate::common::talk::*;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use keydeck::api::{Created, KeyEvent, KeyEventKind, KeyPage, Order, ProblemType, Sort};
use keydeck::model::{FieldError, Scope, Secret};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, Load, Message, Purpose, Route, Timer};
use keydeck::tui::state::Body;
use uuid::Uuid;

fn revoke_effect(effect: &Effect) -> Option<Uuid> {
    match effect {
        Effect::Revoke { id, .. } => Some(*id),
        _ => None,
    }
}

fn created(number: u32, scope: Scope) -> Message {
    let created = Created {
        key: key(number, "Fresh", scope),
        secret: Some(Secret::new("kda_secret")),
        replayed: false,
    };
    Message::Created {
        result: Ok(Box::new(created)),
    }
}
