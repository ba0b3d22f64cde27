//! Going from one profile to another without a restart, and profiles that change nothing.

use crate::common::draw::*;
use crate::common::talk::*;
use keydeck::api::{Person, PersonRef, ProblemType, User};
use keydeck::config::Colour;
use keydeck::model::{Secret, Servers};
use keydeck::tui::decks::{DeckSummary, Keep};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::keymap::{Action, Layer};
use keydeck::tui::message::{Effect, Message, PeopleReply, Timer};
use keydeck::tui::state::list::Fetch;
use uuid::Uuid;

fn production() -> DeckSummary {
    DeckSummary {
        label: "production".into(),
        colour: Some(Colour::Red),
        own_server: None,
        servers: Some(Servers::parse(&["https://keys.acme.example"]).expect("valid")),
        read_only: true,
    }
}

fn between_two(width: u16, height: u16) -> Talk {
    let mut talk = Talk::sized(width, height, some_keys(20));
    talk.app = talk.app.among(vec![DeckSummary::plain("local"), production()]);
    talk
}

fn at_production(width: u16, height: u16) -> Talk {
    let mut talk = between_two(width, height);
    talk.press(":production<Enter>");
    talk.effects = talk.app.switch_to(production(), Uuid::from_u128(8));
    talk.tell(Message::Me(Ok(owner()))).tell(Message::Connected);
    talk.answer_page(Ok(page(some_keys(3))));
    talk.answer_page(Ok(page(some_keys(3))));
    talk
}

/// The place that was set out for.
fn set_out(talk: &mut Talk) -> (u64, String) {
    talk.expect("GoTo", |effect| match effect {
        Effect::SwitchProfile { number, label } => Some((*number, label.clone())),
        _ => None,
    })
}

fn sets_out(talk: &Talk) -> bool {
    let is_it = |effect: &Effect| matches!(effect, Effect::SwitchProfile { .. });
    talk.effects.iter().any(is_it)
}

#[test]
fn the_palette_names_the_profiles_and_opens_one() {
    let mut talk = between_two(120, 36);
    talk.press(":profile prod<Enter>");
    let (number, label) = set_out(&mut talk);
    assert!(matches!(talk.app.over.last(), Some(Modal::Opening(opening)) if opening.label == label));
    assert!(talk.app.awaits_profile(number));
    assert_eq!(talk.app.deck.label, "local");
    talk.effects = talk.app.switch_to(production(), Uuid::from_u128(8));
    assert_eq!(talk.app.deck, production());
    assert!(talk.app.me.is_none() && talk.app.selected().is_none());
    talk.expect("LoadMe", |effect| matches!(effect, Effect::LoadMe).then_some(()));
    talk.page_question();
}

#[test]
fn the_present_profile_is_not_offered() {
    let mut talk = between_two(120, 36);
    talk.press(":profile: local<Enter>");
    assert!(!sets_out(&talk));
}

fn jonas() -> PersonRef {
    PersonRef {
        id: Uuid::from_u128(3),
        email: "jonas@acme.example".into(),
    }
}

fn people() -> Vec<Person> {
    let PersonRef { id, email } = jonas();
    let user = User {
        id,
        email,
        ..owner().user
    };
    vec![Person { user, keys: 2 }]
}

#[test]
fn nothing_can_be_begun_while_a_profile_is_being_opened() {
    let mut talk = between_two(120, 36);
    talk.press(":profile: prod<Enter>").effects.clear();
    talk.press("nedcx:PUA/typed<Enter><C-s>");
    assert!(matches!(talk.app.over[..], [Modal::Opening(_)]));
    assert!(talk.effects.is_empty(), "{:?}", talk.effects);
}

#[test]
fn esc_stays_here_and_what_comes_of_the_other_profile_then_is_void() {
    let mut talk = between_two(120, 36);
    talk.press(":profile: prod<Enter>");
    let (number, _) = set_out(&mut talk);
    talk.press("<Esc>nTill");
    assert!(!talk.app.awaits_profile(number));
    let why = "pass: the store is locked".into();
    talk.tell(Message::NotSwitched { number, why });
    assert_eq!(talk.notice(), "");
    assert!(matches!(talk.app.over[..], [Modal::Form(_)]));
    talk.press("<Esc><Right><Enter>:profile: prod<Enter>");
    let (again, _) = set_out(&mut talk);
    assert!(talk.app.awaits_profile(again) && !talk.app.awaits_profile(number));
}

#[test]
fn no_profile_is_left_while_a_change_is_on_its_way() {
    let mut talk = between_two(120, 36);
    talk.press("U");
    talk.tell(Message::OfPeople(PeopleReply::Loaded {
        generation: 1,
        fetch: Fetch::Start,
        result: Ok(people()),
    }));
    talk.press("t<Right><Enter>:profile: prod<Enter>");
    assert!(!sets_out(&talk) && talk.app.over.is_empty());
    assert_eq!(
        talk.notice(),
        "A change has not been answered yet; wait for it, then switch to production."
    );
    talk.tell(Message::OfPeople(PeopleReply::TokenMade {
        person: jonas(),
        result: Err(offline()),
    }));
    talk.press(":profile: prod<Enter>");
    assert!(sets_out(&talk));
}

#[test]
fn a_profile_that_cannot_be_opened_changes_nothing() {
    let mut talk = between_two(120, 36);
    talk.press("j:profile: prod<Enter>");
    let selected = talk.selected_name().to_owned();
    let (number, _) = set_out(&mut talk);
    let why = "pass: the store is locked".into();
    talk.tell(Message::NotSwitched { number, why });
    assert_eq!(talk.notice(), "Can't open production: pass: the store is locked");
    assert_eq!(
        (talk.selected_name(), talk.app.deck.label.as_str()),
        (selected.as_str(), "local")
    );
    talk.press(":profile: prod<Enter>");
    assert!(sets_out(&talk));
}

#[test]
fn nothing_that_changes_is_offered_or_sent_in_a_read_only_profile() {
    let mut talk = at_production(120, 36);
    for layer in [
        Layer::Keys,
        Layer::Details,
        Layer::Projects,
        Layer::People,
        Layer::Activity,
    ] {
        for binding in (talk.app.keymap.of_layer(layer)).filter(|binding| binding.action.changes()) {
            assert!(!talk.app.can(binding.action), "{layer:?} {:?}", binding.action);
        }
    }
    assert!(talk.app.can(Action::Copy) && talk.app.can(Action::Reveal));
    talk.effects.clear();
    for keys in ["n", "e", "d"] {
        talk.press(keys);
        assert!(talk.app.over.is_empty(), "{keys}");
        assert_eq!(
            talk.notice(),
            "The profile production is read-only: it changes nothing."
        );
    }
    assert!(
        talk.effects
            .iter()
            .all(|effect| matches!(effect, Effect::After(_, Timer::ExpireNotice(_))))
    );
}

#[test]
fn the_title_names_the_profile_on_its_colour() {
    for (width, height) in SIZES {
        let talk = at_production(width, height);
        insta::assert_snapshot!(format!("read_only_{width}x{height}"), drawn(&talk));
    }
}

/// The first line, of a dashboard that is told this.
fn title_when_told(messages: Vec<Message>) -> String {
    let mut talk = between_two(120, 36);
    for message in messages {
        talk.tell(message);
    }
    drawn(&talk).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_title_names_the_server_that_answers_where_several_may() {
    let in_use = || Message::ServerInUse("b.acme.example".into());
    let title = title_when_told(vec![in_use()]);
    assert!(title.contains("local → b.acme.example  ● live"), "{title}");
    let title = title_when_told(vec![in_use(), Message::GoingOn]);
    assert!(title.contains("local  ○ connecting"), "{title}");
    let title = title_when_told(vec![in_use(), Message::Disconnected(offline())]);
    assert!(title.contains("local  ✗ offline since 11:10 · trying"), "{title}");
}

#[test]
fn without_a_place_for_a_stream_the_dashboard_says_so_and_polls() {
    let mut talk = between_two(120, 36);
    let no_place = || {
        let detail = "You have 8 event streams open, the limit for one person; close one, or poll.";
        Message::Polling(refused(ProblemType::TooManyAtOnce, 429, detail))
    };
    for n in 0..3 {
        talk.effects.clear();
        talk.tell(no_place());
        talk.expect("LoadMe", |effect| matches!(effect, Effect::LoadMe).then_some(()));
        let asks = |effect: &Effect| matches!(effect, Effect::LoadPage { .. });
        assert!(talk.effects.iter().any(asks), "{:?}", talk.effects);
        talk.answer_page(Ok(page(some_keys(3))));
        let screen = drawn(&talk);
        assert!(
            screen
                .lines()
                .next()
                .is_some_and(|title| title.contains("local  ○ polling")),
            "{screen}"
        );
        let said = "the limit for one person; close one, or poll. Changes are shown every few seconds.";
        assert!(talk.notice().ends_with(said), "{n}: {}", talk.notice());
    }
    talk.tell(Message::Connected);
    assert!(drawn(&talk).contains("● live"));
}

#[test]
fn going_on_at_another_server_asks_again_and_closes_nothing() {
    let mut talk = between_two(120, 36);
    talk.press("jn<C-t><C-t>Board re").effects.clear();
    talk.tell(Message::GoingOn);
    talk.tell(Message::ServerInUse("b.acme.example".into()));
    assert!(talk.effects.is_empty(), "{:?}", talk.effects);
    talk.tell(Message::Connected);
    talk.expect("LoadMe", |effect| matches!(effect, Effect::LoadMe).then_some(()));
    talk.page_question();
    assert!(matches!(talk.app.over[..], [Modal::Form(_)]));
    assert!(drawn(&talk).contains("Board re"));
}

#[test]
fn a_profile_that_is_being_opened_is_named_with_the_way_out() {
    for (width, height) in SIZES {
        let mut talk = between_two(width, height);
        talk.press(":profile: prod<Enter>");
        insta::assert_snapshot!(format!("opening_{width}x{height}"), drawn(&talk));
    }
}

#[test]
fn a_new_token_says_where_to_sign_in_with_it() {
    let with_token = |place: DeckSummary| {
        let mut talk = Talk::sized(120, 36, some_keys(3));
        talk.effects = talk.app.switch_to(place, Uuid::from_u128(8));
        talk.tell(Message::OfPeople(PeopleReply::TokenMade {
            person: jonas(),
            result: Ok(Secret::new("kdu_secret")),
        }));
        drawn(&talk)
    };
    assert!(with_token(production()).contains("keydeck login https://keys.acme.example"));
    assert!(with_token(DeckSummary::plain("local")).contains("keydeck login with this server's"));
}

/// As a server inside this process: its own runtime, which must not end inside another one.
struct Embedded {
    runtime: Option<tokio::runtime::Runtime>,
    ended: std::sync::mpsc::Sender<()>,
}

impl Drop for Embedded {
    fn drop(&mut self) {
        drop(self.runtime.take());
        self.ended.send(()).expect("awaited");
    }
}

#[tokio::test]
async fn what_a_place_keeps_ends_wherever_it_is_dropped() {
    let (ended, has_ended) = std::sync::mpsc::channel();
    let runtime = tokio::runtime::Runtime::new().expect("made");
    let keep = Keep::new(Embedded {
        runtime: Some(runtime),
        ended,
    });
    drop(keep);
    has_ended.recv().expect("without a panic");
}
