//! The create form at every speed of typing, and the first key of an empty deck.

use std::collections::VecDeque;

use keydeck::api::{KeyFields, Project};
use keydeck::model::UiDomain;
use keydeck::tui::message::NamedId;
use keydeck::tui::state::form::Presence;
use proptest::prelude::*;

use super::*;
use crate::common::draw::drawn;

/// The projects that the server has.
const PROJECTS: [&str; 4] = ["Storefront", "Stock room", "Kiosk", "Café"];

/// A server that answers when it is told to, and what it was asked to make.
struct Server {
    talk: Talk,
    waiting: VecDeque<Effect>,
    fails: bool,
    made: Vec<String>,
    sent: Vec<KeyFields>,
}

impl Server {
    fn with_form() -> Self {
        let mut talk = Talk::with_keys(Vec::new());
        talk.press("n").effects.clear();
        Self {
            talk,
            waiting: VecDeque::new(),
            fails: false,
            made: Vec::new(),
            sent: Vec::new(),
        }
    }

    fn type_key(&mut self, key: &str) {
        self.talk.press(key);
        self.sort_out();
    }

    fn sort_out(&mut self) {
        for effect in std::mem::take(&mut self.talk.effects) {
            match effect {
                Effect::SearchProjects { .. } | Effect::CreateProject { .. } => {
                    self.waiting.push_back(effect)
                }
                Effect::Create { fields, .. } => self.sent.push(fields),
                _ => {}
            }
        }
    }

    fn answer_one(&mut self, at: usize) {
        let Some(question) = self.waiting.remove(at) else {
            return;
        };
        let reply = match question {
            Effect::SearchProjects { question, .. } if self.fails => Message::Projects {
                question,
                result: Err(offline()),
            },
            Effect::SearchProjects { question, text } => Message::Projects {
                question,
                result: Ok(found(&text)),
            },
            Effect::CreateProject { question, name } => {
                self.made.push(name.clone());
                Message::ProjectCreated {
                    question,
                    result: Ok(project(90, &name)),
                }
            }
            other => panic!("{other:?}"),
        };
        self.talk.tell(reply);
        self.sort_out();
    }

    fn answer_all(&mut self) {
        while !self.waiting.is_empty() {
            self.answer_one(0);
        }
    }

    /// Everything that stands in the form, and what was sent.
    fn outcome(&self) -> String {
        let Some(Modal::Form(form)) = self.talk.app.over.last() else {
            return "no form".into();
        };
        let project = form.project().map(|project| {
            let chosen = project.chosen().map(|chosen| chosen.name.clone());
            (
                project.text().value().to_owned(),
                chosen,
                project.new_name().map(str::to_owned),
            )
        });
        let focus = form.form.focused().map(|field| field.name);
        let (sent, made) = (&self.sent, &self.made);
        format!("{:?} {project:?} {focus:?} {sent:?} {made:?}", form.key_fields())
    }
}

fn found(text: &str) -> Vec<Project> {
    let text = text.to_lowercase();
    let all = PROJECTS.iter().zip(50..);
    let found = all.filter(|(name, _)| name.to_lowercase().contains(&text));
    found.map(|(name, number)| project(number, name)).collect()
}

const TYPED: &[&str] = &[
    "sto",
    "k",
    "i",
    "store",
    "Fresh",
    "café",
    "<BS>",
    "<Tab>",
    "<Tab>",
    "<Enter>",
    "<S-Tab>",
    "<Down>",
    "<Up>",
    "<C-t>",
    "shop.acme.example",
    "<C-s>",
];

fn keys_of(text: &str) -> Vec<String> {
    match text.starts_with('<') {
        true => vec![text.to_owned()],
        false => text.chars().map(String::from).collect(),
    }
}

/// Types it, with so many answers after each key, until something is sent; how many keys that took.
fn typed(server: &mut Server, keys: &[String], mut pauses: impl FnMut(&mut Server)) -> usize {
    for (count, key) in keys.iter().enumerate() {
        server.type_key(key);
        pauses(server);
        if key == "<C-s>" {
            return count + 1;
        }
    }
    keys.len()
}

/// An Analytics key has no project.
#[test]
fn nothing_is_typed_into_a_field_that_the_scope_has_not() {
    for typed in ["sto<C-t><Tab><C-t>note", "sto<Tab><C-t><C-t>note"] {
        let mut server = Server::with_form();
        server.talk.press(typed);
        server.answer_all();
        let Some(Modal::Form(form)) = server.talk.app.over.last() else {
            panic!("no form");
        };
        let focused = form.form.focused().expect("a field");
        assert_eq!(focused.presence, Presence::Editable, "{typed}");
        assert!(drawn(&server.talk).contains("note"), "{}", drawn(&server.talk));
    }
}

#[test]
fn no_project_is_created_for_a_key_that_has_none() {
    let mut server = Server::with_form();
    for key in ["x", "<Tab>", "n", "e", "w", "<C-t>", "<C-t>", "<C-s>"] {
        server.type_key(key);
        server.answer_all();
    }
    assert_eq!(server.made, [""; 0]);
    assert_eq!(server.sent.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn how_fast_one_types_changes_nothing(
        typing in prop::collection::vec(prop::sample::select(TYPED), 1..12),
        pauses in prop::collection::vec(prop::collection::vec(0usize..4, 0..2), 80),
    ) {
        let keys: Vec<String> = typing.iter().flat_map(|text| keys_of(text)).collect();
        let mut at_once = Server::with_form();
        at_once.answer_all();
        let keys = &keys[..typed(&mut at_once, &keys, Server::answer_all)];
        let mut late = Server::with_form();
        let mut pauses = pauses.into_iter();
        typed(&mut late, keys, |server| {
            for at in pauses.next().unwrap_or_default() {
                if !server.waiting.is_empty() {
                    server.answer_one(at % server.waiting.len());
                }
            }
        });
        late.answer_all();
        prop_assert_eq!(late.outcome(), at_once.outcome(), "{:?}", keys);
    }

    #[test]
    fn a_server_that_fails_loses_nothing_and_guesses_nothing(
        name in "[a-z]{1,8}",
        project in prop::sample::select(&["store", "Fresh", "kiosk"][..]),
        way_on in prop::sample::select(&["<Tab>", "<Enter>"][..]),
        fails_after in 0usize..40,
    ) {
        let text = format!("{name}<Tab>{project}{way_on}shop.acme.example");
        let mut server = Server::with_form();
        for (count, key) in text.split_inclusive('>').flat_map(|part| match part.split_once('<') {
            Some((text, key)) => [keys_of(text), vec![format!("<{key}")]].concat(),
            None => keys_of(part),
        }).enumerate() {
            server.fails = count >= fails_after;
            server.type_key(&key);
            if count % 3 == 0 && !server.waiting.is_empty() {
                server.answer_one(0);
            }
        }
        server.answer_all();
        let before = server.outcome();
        prop_assert!(before.contains(&format!("{name:?}")), "{}", before);
        prop_assert!(before.contains("shop.acme.example"), "{}", before);
        // Once it answers again, what was typed is sent, with the project that was typed.
        server.fails = false;
        for _ in 0..3 {
            server.type_key("<C-s>");
            server.answer_all();
        }
        prop_assert_eq!(server.sent.len(), 1, "{}", server.outcome());
        let number = match project {
            "store" => 50,
            "kiosk" => 52,
            _ => 90,
        };
        prop_assert_eq!(server.sent[0].project, Some(Uuid::from_u128(number)));
    }
}

/// Types keys one by one and counts those beside the text.
fn pressed(server: &mut Server, keys: &str) -> usize {
    let mut count = 0;
    for part in keys.split_inclusive('>') {
        let (text, key) = part.split_once('<').unwrap_or((part, ""));
        server.talk.press(text);
        if !key.is_empty() {
            server.talk.press(&format!("<{key}"));
            count += 1;
        }
        server.sort_out();
        server.answer_all();
    }
    count
}

#[test]
fn the_first_key_of_an_empty_deck_takes_at_most_eight_keys() {
    for fast in [false, true] {
        let mut server = Server::with_form();
        let keys = "Checkout<Tab>Webshop<Tab>shop.acme.example<C-s>";
        let count = match fast {
            false => pressed(&mut server, keys),
            true => {
                server.talk.press(keys);
                server.sort_out();
                server.answer_all();
                3
            }
        };
        assert_eq!(server.made, ["Webshop"]);
        let fields = server.sent.pop().expect("sent");
        assert_eq!(fields.name, "Checkout");
        assert_eq!(
            fields.ui_domains.as_deref(),
            Some(&["https://shop.acme.example".to_owned()][..])
        );
        let mut made = key(900, "Checkout", Scope::Web);
        made.settings.ui_domains = vec![UiDomain::trusted("https://shop.acme.example".into())];
        let subject = NamedId {
            id: made.id,
            name: made.name.clone(),
        };
        server.talk.tell(Message::Created {
            result: Ok(Box::new(Created {
                key: made,
                secret: Some(Secret::new("eyJzb3Vs")),
                replayed: false,
            })),
        });
        // It is copied at once, and what puts it to work stands below.
        server
            .talk
            .expect("Copy", |e| matches!(e, Effect::Copy { .. }).then_some(()));
        server.talk.tell(Message::Copied {
            subject,
            route: Route::Clipboard,
        });
        let screen = drawn(&server.talk);
        for words in [
            "Copied to the clipboard",
            "/v1/authorize?scope=web",
            "fetch(JSON.parse(atob(KEY)).authServer",
        ] {
            assert!(screen.contains(words), "{words}: {screen}");
        }
        server.talk.press("<Enter>");
        assert!(server.talk.app.over.is_empty());
        // n before, and Enter after.
        assert!(count + 2 <= 8, "{count}");
    }
}

#[test]
fn a_later_key_is_copied_only_when_it_is_asked_for() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n").tell(created(900, Scope::Web));
    assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Copy { .. })));
}

#[test]
fn the_form_begins_at_the_name_with_the_scope_that_is_shown() {
    for (shown, scope) in [
        ("0", Scope::Web),
        ("1", Scope::Web),
        ("2", Scope::Mobile),
        ("3", Scope::Analytics),
    ] {
        let mut talk = Talk::with_keys(some_keys(8));
        talk.press(shown)
            .answer_page(Ok(page(some_keys(8))))
            .press("nBoard");
        let Some(Modal::Form(form)) = talk.app.over.last() else {
            panic!("no form")
        };
        assert_eq!((form.scope(), form.form.value("name")), (scope, "Board"));
        assert!(drawn(&talk).contains("Ctrl-T changes it"));
        // From any field, round to the first again, and what was typed stays.
        talk.press("<C-t><C-t><C-t>");
        let Some(Modal::Form(form)) = talk.app.over.last() else {
            panic!("no form")
        };
        assert_eq!((form.scope(), form.form.value("name")), (scope, "Board"));
    }
}

#[test]
fn an_empty_list_of_projects_says_what_to_do() {
    for (may_create, words) in [
        (true, "type a name for “+ new project”"),
        (false, "ask an Owner to create one"),
    ] {
        let mut talk = Talk::with_keys(Vec::new());
        let mut me = owner();
        me.may.create_projects = may_create;
        talk.tell(Message::Me(Ok(me))).press("nShop<Tab>");
        talk.answer_projects("", Vec::new());
        let screen = drawn(&talk);
        assert!(
            screen.contains("No deployed project yet: ") && screen.contains(words),
            "{screen}"
        );
        assert!(!screen.contains("has that in its name"), "{screen}");
    }
}

#[test]
fn an_origin_without_its_scheme_is_offered_and_taken_by_whatever_leaves_it() {
    for leave in ["<Enter>", "<Tab>", "<Down>", "<S-Tab>", "<C-s>"] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press("nShop<Tab><Tab>Shop.ACME.example:8443");
        assert!(drawn(&talk).contains("→ https://shop.acme.example:8443 (Enter takes it)"));
        talk.press(leave);
        let Some(Modal::Form(form)) = talk.app.over.last() else {
            panic!("no form")
        };
        let domains = form.key_fields().ui_domains.unwrap_or_default();
        assert_eq!(domains, ["https://shop.acme.example:8443"], "{leave}");
        assert_eq!(form.form.errors.about("ui_domains"), None, "{leave}");
    }
    // What would be left out is only taken by Enter.
    for (leave, kept) in [
        ("<Enter>", "https://shop.acme.example"),
        ("<Tab>", "shop.acme.example/checkout"),
    ] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press("nShop<Tab><Tab>shop.acme.example/checkout")
            .press(leave);
        let Some(Modal::Form(form)) = talk.app.over.last() else {
            panic!("no form")
        };
        assert_eq!(
            form.key_fields().ui_domains.unwrap_or_default(),
            [kept],
            "{leave}"
        );
    }
}

/// The first frame is there before anybody knows whose it is; what is typed then is not lost.
#[test]
fn the_form_opens_also_for_who_types_before_the_first_answer() {
    for rows_first in [false, true] {
        let mut talk = Talk::started(120, 36);
        talk.press("n<C-t><C-t>Board report");
        if rows_first {
            talk.answer_page(Ok(page(Vec::new())));
        }
        talk.tell(Message::Me(Ok(owner())));
        if !rows_first {
            talk.answer_page(Ok(page(Vec::new())));
        }
        let screen = drawn(&talk);
        assert!(
            screen.contains("Create a key") && screen.contains("Board report"),
            "{screen}"
        );
    }
}

#[test]
fn without_any_project_the_form_says_what_to_do_instead_of_choosing_one() {
    for (may_create, words) in [
        (true, "No deployed project yet: type a name"),
        (false, "No deployed project yet: ask an Owner"),
    ] {
        let mut talk = Talk::with_keys(Vec::new());
        let mut me = owner();
        me.may.create_projects = may_create;
        talk.tell(Message::Me(Ok(me))).press("n").effects.clear();
        talk.press("<Tab>");
        let question = talk.expect("SearchProjects", |effect| match effect {
            Effect::SearchProjects { question, .. } => Some(*question),
            _ => None,
        });
        let result = Ok(Vec::new());
        talk.tell(Message::Projects { question, result });
        assert_eq!(drawn(&talk).matches(words).count(), 1, "{}", drawn(&talk));
        talk.press("<Tab>");
        let screen = drawn(&talk);
        assert_eq!(screen.matches(words).count(), 1, "once: {screen}");
        assert!(!screen.contains("Choose the deployed project"), "{screen}");
    }
}
