use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::api::{PersonRef, ProjectMay};

fn context() -> Context {
    Context::new(0, Uuid::nil(), 10)
}

fn project(number: u128, name: &str, creator: &str) -> Project {
    Project {
        id: Uuid::from_u128(number),
        name: name.into(),
        creator: PersonRef {
            id: Uuid::from_u128(number),
            email: creator.into(),
        },
        deployed: true,
        created_at: Timestamp::UNIX_EPOCH,
        keys: 0,
        session_server: None,
        may: ProjectMay::default(),
    }
}

fn found(typed: &str) -> ProjectPicker {
    let mut picker = ProjectPicker::new(true);
    let _ = picker.pasted(typed, &mut context());
    let projects = vec![
        project(1, "Café", "ed@acme.example"),
        project(2, "CAFÉ", "mira@acme.example"),
        project(3, "Café Nord", "mira@acme.example"),
    ];
    assert!(picker.found(1, Ok(projects)));
    picker
}

#[test]
fn of_projects_that_are_called_alike_none_is_guessed_and_each_says_whose_it_is() {
    let mut picker = found("cafe\u{301}");
    let creators = [0, 1, 2].map(|index| picker.creator_of(index).map(str::to_owned));
    let of = |creator: &str| Some(creator.to_owned());
    assert_eq!(creators, [of("ed@acme.example"), of("mira@acme.example"), None]);
    // No other one of this name is offered, however it is spelled.
    assert_eq!(picker.choices().len(), 3);
    assert!(picker.is_settled(&mut context()));
    assert_eq!(picker.chosen(), None);
    picker.move_by(1);
    assert!(picker.accept(&mut context()));
    assert_eq!(picker.chosen().map(|chosen| chosen.id), Some(Uuid::from_u128(2)));
    assert_eq!(picker.chosen_creator(), Some("mira@acme.example"));
}

#[test]
fn one_that_is_spelled_otherwise_is_certain() {
    let mut picker = found("CAFÉ\u{a0}NORD");
    assert!(picker.is_settled(&mut context()));
    assert_eq!(picker.chosen().map(|chosen| chosen.id), Some(Uuid::from_u128(3)));
    assert_eq!(picker.chosen_creator(), None);
}
