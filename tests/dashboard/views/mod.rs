//! The drawn ring: every screen on ratatui's test backend, at several sizes.

mod overlays;
mod secrets;
mod tables;
mod which_one;

use crate::common::draw::*;
use crate::common::talk::*;
use crate::common::usage::busy;
use keydeck::api::{Created, KeyCounts, KeyPage, ProblemType};
use keydeck::model::token::NO_SERVER;
use keydeck::model::{AllowedNetwork, LocalAddress, Scope, Secret, Token, TokenKind};
use keydeck::tui::message::{Message, Purpose, Route};

/// One snapshot a size, named after the screen.
fn snapshots(screen: &str, keys: Vec<keydeck::api::Key>, lead_to: impl Fn(&mut Talk)) {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, keys.clone());
        lead_to(&mut talk);
        insta::assert_snapshot!(format!("{screen}_{width}x{height}"), drawn(&talk));
    }
}

fn varied_keys() -> Vec<keydeck::api::Key> {
    let names = [
        ("Checkout assistant", Scope::Web),
        ("Kiosk, Auckland 🥝", Scope::Mobile),
        ("キオスク 受付アシスタント", Scope::Mobile),
        ("Помощник магазина", Scope::Web),
        ("Board report", Scope::Analytics),
        (
            "A very long name that somebody gave to a key because the form lets them use a hundred characters",
            Scope::Web,
        ),
    ];
    let mut keys: Vec<_> = names
        .into_iter()
        .enumerate()
        .map(|(n, (name, scope))| key(n as u32, name, scope))
        .collect();
    keys[0].settings.local_development = LocalAddress::parse("203.0.113.7").ok();
    keys.extend(some_keys(60).into_iter().skip(6));
    keys
}

fn created(scope: Scope, secret: &str) -> Message {
    let created = Created {
        key: key(900, "Fresh key", scope),
        secret: Some(Secret::new(secret)),
        replayed: false,
    };
    Message::Created {
        result: Ok(Box::new(created)),
    }
}

#[test]
fn table() {
    snapshots("table", varied_keys(), |_| {});
}

#[test]
fn labels_are_chips_where_there_is_room() {
    let lead = |talk: &mut Talk| {
        talk.press("<Enter>");
    };
    let mut keys = varied_keys();
    let labels = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect();
    keys[0].settings.labels = labels(&["production", "team a", "キオスク", "eu"]);
    keys[1].name = "Kiosk".into();
    keys[1].settings.labels = labels(&["nz"]);
    keys[5].settings.labels = labels(&["no room for this"]);
    let talk = Talk::sized(180, 16, keys.clone());
    insta::assert_snapshot!("labels_180x16", drawn(&talk));
    snapshots("labels", keys.clone(), |_| {});
    snapshots("labels_details", keys, lead);
}

#[test]
fn networks_in_details_and_what_a_change_of_them_refuses() {
    let mut keys = varied_keys();
    let networks = ["198.51.100.7", "203.0.113.0/24", "2001:db8:1234:5678::/64"];
    keys[0].settings.allowed_networks = networks
        .iter()
        .map(|text| AllowedNetwork::parse(text).expect("valid"))
        .collect();
    snapshots("networks_details", keys.clone(), |talk| {
        talk.press("<Enter>");
    });
    snapshots("networks_refuse_recent", keys, |talk| {
        talk.press("e<S-Tab><S-Tab><S-Tab><Up><C-d><C-s>");
        talk.answer_usage(Ok(busy()));
    });
}

#[test]
fn details_of_a_key_with_its_secret_shown() {
    snapshots("details", varied_keys(), |talk| {
        talk.press("<Enter>x");
        let id = talk.app.selected().expect("selected").id;
        let secret =
            Secret::new("eyJzb3VsSWQiOiIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAifQ==".repeat(3));
        talk.tell(Message::Revealed {
            id,
            purpose: Purpose::Show,
            result: Ok(secret),
        });
    });
}

#[test]
fn filter_with_matches_and_without() {
    snapshots("filter", varied_keys(), |talk| {
        talk.press("/shop");
        talk.answer_counts(KeyCounts {
            web: 10_000,
            mobile: 0,
            analytics: 0,
            capped: true,
            attention: None,
        });
    });
    snapshots("no_match", varied_keys(), |talk| {
        talk.press("/nothing of that name<Enter>");
        while talk
            .effects
            .iter()
            .any(|e| matches!(e, keydeck::tui::message::Effect::LoadPage { .. }))
        {
            talk.answer_page(Ok(KeyPage::default()));
        }
    });
}

#[test]
fn empty_loading_offline_and_refused() {
    snapshots("empty", Vec::new(), |_| {});
    for (width, height) in SIZES {
        let mut talk = Talk::started(width, height);
        insta::assert_snapshot!(format!("loading_{width}x{height}"), drawn(&talk));
        talk.answer_page(Err(offline()))
            .tell(Message::Disconnected(offline()));
        insta::assert_snapshot!(format!("offline_{width}x{height}"), drawn(&talk));
        talk.tell(Message::Me(Err(keydeck::client::Error::SignIn)));
        insta::assert_snapshot!(format!("refused_{width}x{height}"), drawn(&talk));
    }
}

#[test]
fn create_form_empty_and_with_errors() {
    snapshots("create", varied_keys(), |talk| {
        talk.press("n");
    });
    snapshots("create_errors", varied_keys(), |talk| {
        talk.press("nShop<Tab><Tab>shop.acme.example<Enter>https://ok.example<Tab><Space><Tab>nowhere<C-s>");
    });
    snapshots("create_project", varied_keys(), |talk| {
        talk.press("nShop<Tab>sto");
        let found = vec![project(50, "Storefront"), project(51, "Store locator")];
        talk.answer_projects("sto", found).press("<Down>");
    });
}

#[test]
fn edit_form_and_a_conflict() {
    snapshots("edit", varied_keys(), |talk| {
        talk.press("e<Tab>");
    });
    snapshots("edit_with_a_plain_origin", varied_keys(), |talk| {
        talk.press("e<Tab><Down><Down>http://checkout.acme.example<Tab>");
    });
    snapshots("conflict", varied_keys(), |talk| {
        talk.press("e mine<Tab><C-d><C-s>");
        let mut theirs = varied_keys().remove(0);
        theirs.version = 2;
        theirs.name = "Checkout helper".into();
        theirs.settings.local_development = None;
        let id = theirs.id;
        let mut changed = problem(ProblemType::Changed, 412, "Someone changed it.");
        changed.current = Some(Box::new(theirs));
        talk.tell(Message::Edited {
            id,
            result: Err(keydeck::client::Error::Refused(Box::new(changed))),
        });
    });
}

#[test]
fn new_secrets_and_the_question_before_one_is_lost() {
    let web = "eyJzb3VsSWQiOiIwMTlkIn0=".repeat(9);
    snapshots("new_web", varied_keys(), |talk| {
        talk.tell(created(Scope::Web, &web));
        talk.effects.clear();
    });
    snapshots("new_web_of_the_local_deck", varied_keys(), |talk| {
        let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        let secret = token.secret(Some((key(1, "", Scope::Web).id, NO_SERVER)));
        talk.tell(created(Scope::Web, secret.expose()));
        talk.effects.clear();
    });
    snapshots("new_analytics", varied_keys(), |talk| {
        talk.tell(created(
            Scope::Analytics,
            "kda_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm",
        ));
        talk.tell(Message::Copied {
            subject: keydeck::tui::message::NamedId {
                id: key(900, "", Scope::Web).id,
                name: "Fresh key".into(),
            },
            route: Route::Terminal,
        });
    });
    snapshots("lose_secret", varied_keys(), |talk| {
        talk.tell(created(
            Scope::Analytics,
            "kda_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm",
        ))
        .press("<Esc>");
    });
}

#[test]
fn revoke_dialog_and_what_came_of_it() {
    snapshots("revoke", varied_keys(), |talk| {
        talk.press("d<Tab>");
    });
    snapshots("revoked", varied_keys(), |talk| {
        talk.revoke(14);
    });
}

#[test]
fn help_and_palette() {
    snapshots("help", varied_keys(), |talk| {
        talk.press("?");
    });
    snapshots("palette", varied_keys(), |talk| {
        talk.press(":s");
    });
}

/// The states that the next tests put every screen in.
fn every_screen(width: u16, height: u16) -> Vec<Talk> {
    let mut screens = Vec::new();
    for keys in [
        "", "<Enter>", "/shop", "n", "nx<C-s>", "na<Tab>b", "e<Tab>", "d", "?", ":", "nx<Esc>",
    ] {
        let mut talk = Talk::sized(width, height, varied_keys());
        talk.press(keys);
        screens.push(talk);
    }
    let mut talk = Talk::sized(width, height, varied_keys());
    talk.tell(created(Scope::Analytics, "kda_secret")).press("<Esc>");
    screens.push(talk);
    screens.push(Talk::sized(width, height, Vec::new()));
    screens.push(Talk::started(width, height));
    screens
}

#[test]
fn no_size_is_too_small_or_too_odd() {
    let sizes = (0..=40).flat_map(|width| (0..=12).map(move |height| (width, height)));
    for (width, height) in sizes.chain([(1, 60), (300, 1), (99, 24), (100, 24), (300, 100)]) {
        for talk in every_screen(width, height) {
            drawn(&talk);
        }
    }
}

#[test]
fn a_screen_that_shrinks_and_grows_is_drawn_as_if_it_had_always_been_so() {
    let mut talk = Talk::sized(120, 36, varied_keys());
    let before = drawn(&talk);
    for (width, height) in [(1, 1), (80, 5), (0, 0), (200, 60), (120, 36)] {
        talk.tell(Message::Resized { width, height });
        drawn(&talk);
    }
    assert_eq!(drawn(&talk), before);
}

#[test]
fn names_from_outside_are_text_and_never_terminal_control() {
    let hostile = "a\u{1b}[31mb\u{202e}c\u{200b}d\u{9b}2J\u{e0041}\u{2028}e\u{7}";
    let mut key = key(1, hostile, Scope::Web);
    key.project.as_mut().expect("Web").name = hostile.into();
    key.creator.email = hostile.into();
    key.hint = hostile.into();
    key.settings.labels = vec![hostile.into(), "]\u{1b}]52;c;eA==\u{7}[".into()];
    key.settings.ui_domains = vec![keydeck::model::UiDomain::trusted(hostile.into())];
    for keys in ["", "<Enter>", "e", "d", "n", "/"] {
        let mut talk = Talk::sized(120, 36, vec![key.clone()]);
        let mut me = owner();
        me.organisation.name = hostile.into();
        me.user.email = hostile.into();
        talk.tell(Message::Me(Ok(me)))
            .press(keys)
            .tell(Message::Paste(Secret::new(hostile)));
        let gone = refused(ProblemType::Revoked, 410, hostile);
        talk.tell(Message::Revealed {
            id: key.id,
            purpose: Purpose::Copy,
            result: Err(gone),
        });
        let screen = drawn(&talk);
        assert_eq!(hazard(&screen), None, "{keys}: {screen}");
    }
}
