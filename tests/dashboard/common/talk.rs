//! A conversation with the dashboard's state: keys and answers in, state and effects out. No I/O.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use keydeck::api::{
    Key, KeyCounts, KeyMay, KeyPage, KeyRow, Me, Organisation, Permissions, PersonRef, Problem, ProblemType,
    Project, ProjectMay, ProjectRef, User,
};
use keydeck::client::Error;
use keydeck::model::{KeyState, Role, Scope, Settings, UiDomain};
use keydeck::tui::decks::DeckSummary;
use keydeck::tui::message::{Effect, Load, Message};
use keydeck::tui::state::App;
use keydeck::tui::state::moment::Moment;
use keydeck::tui::view::Look;
use strum::VariantArray;
use uuid::Uuid;

/// The state and the effects that nobody has looked at yet.
pub struct Talk {
    pub app: App,
    pub effects: Vec<Effect>,
}

impl Talk {
    /// A dashboard of the Owner that has just started; nothing was answered yet.
    pub fn started(width: u16, height: u16) -> Self {
        let mut app = App::new(DeckSummary::plain("local"), Uuid::from_u128(7), (width, height));
        let Look { now, zone, .. } = super::draw::look();
        let zone = zone.zone;
        app.tell_time(Moment { now, zone });
        let effects = app.start();
        Self { app, effects }
    }

    /// Signed in as Owner, connected, with these keys on the screen.
    pub fn with_keys(keys: Vec<Key>) -> Self {
        Self::sized(120, 36, keys)
    }

    pub fn sized(width: u16, height: u16, keys: Vec<Key>) -> Self {
        let mut talk = Self::started(width, height);
        talk.tell(Message::Me(Ok(owner())));
        talk.tell(Message::Connected);
        let counts = counts(&keys);
        talk.answer_counts(counts);
        talk.answer_page(Ok(page(keys.clone())));
        talk.answer_page(Ok(page(keys)));
        talk.answer_counts(counts);
        // Asked at the start, and again once connected.
        talk.answer_leaks(Vec::new()).answer_leaks(Vec::new());
        talk.effects.clear();
        talk
    }

    pub fn tell(&mut self, message: Message) -> &mut Self {
        if matches!(message, Message::Mouse(_)) {
            // One clicks on what was drawn.
            let targets = super::draw::targets(&self.app);
            self.app.laid_out(targets);
        }
        self.effects.extend(self.app.update(message));
        self
    }

    /// Types keys: `n<Tab>Checkout<C-s>`.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in parse_keys(keys) {
            self.tell(Message::Key(key));
        }
        self
    }

    /// Takes the first effect that `wanted` recognises; fails with all effects when there is none.
    pub fn expect<T>(&mut self, what: &str, wanted: impl Fn(&Effect) -> Option<T>) -> T {
        let found = self.effects.iter().position(|effect| wanted(effect).is_some());
        let Some(index) = found else {
            panic!("no {what} among {:#?}", self.effects);
        };
        let effect = self.effects.remove(index);
        wanted(&effect).expect("recognised above")
    }

    /// Answers the oldest open question for a page, if there is one.
    pub fn answer_page(&mut self, result: Result<KeyPage, Error>) -> &mut Self {
        let question = self
            .effects
            .iter()
            .position(|effect| matches!(effect, Effect::LoadPage { .. }));
        if let Some(Effect::LoadPage { generation, load, .. }) = question.map(|at| self.effects.remove(at)) {
            self.tell(Message::Page {
                generation,
                load,
                result,
            });
        }
        self
    }

    pub fn answer_counts(&mut self, counts: KeyCounts) -> &mut Self {
        let question = self
            .effects
            .iter()
            .position(|effect| matches!(effect, Effect::LoadCounts { .. }));
        if let Some(Effect::LoadCounts { generation, .. }) = question.map(|at| self.effects.remove(at)) {
            self.tell(Message::Counts {
                generation,
                result: Ok(counts),
            });
        }
        self
    }

    /// The load and list of the only open question for a page.
    pub fn page_question(&mut self) -> (u64, Load, keydeck::api::KeyList) {
        self.expect("question for a page", |effect| match effect {
            Effect::LoadPage {
                generation,
                load,
                list,
            } => Some((*generation, *load, list.clone())),
            _ => None,
        })
    }

    /// All questions for a page that are open, the newest last.
    pub fn page_questions(&mut self) -> Vec<(u64, Load, keydeck::api::KeyList)> {
        let questions = self.effects.iter().filter_map(|effect| match effect {
            Effect::LoadPage {
                generation,
                load,
                list,
            } => Some((*generation, *load, list.clone())),
            _ => None,
        });
        questions.collect()
    }

    /// Answers the question for projects that was asked with `text`.
    pub fn answer_projects(&mut self, text: &str, projects: Vec<Project>) -> &mut Self {
        let question = self.expect("SearchProjects", |effect| match effect {
            Effect::SearchProjects {
                question,
                text: asked,
            } if asked == text => Some(*question),
            _ => None,
        });
        self.tell(Message::Projects {
            question,
            result: Ok(projects),
        })
    }

    pub fn selected_name(&self) -> &str {
        self.app.selected().map_or("", |key| key.name.as_str())
    }

    pub fn notice(&self) -> &str {
        self.app.notice.as_ref().map_or("", |notice| notice.text.as_str())
    }
}

pub fn owner() -> Me {
    Me {
        user: User {
            id: Uuid::from_u128(1),
            email: "mira@acme.example".into(),
            role: Role::Owner,
            created_at: Timestamp::UNIX_EPOCH,
        },
        organisation: Organisation {
            id: Uuid::from_u128(2),
            name: "Acme Studios".into(),
        },
        may: Permissions {
            see_all_keys: true,
            create_keys: Scope::VARIANTS.to_vec(),
            create_projects: true,
            manage_users: true,
        },
    }
}

/// A key of the Owner; `number` tells keys apart.
pub fn key(number: u32, name: &str, scope: Scope) -> Key {
    let viewable = scope.is_viewable();
    let domains: &[&str] = match scope {
        Scope::Web => &["https://shop.acme.example", "https://*.acme.example"],
        Scope::Mobile => &["com.acme.shop"],
        Scope::Analytics => &[],
    };
    let day = i64::from(number % 700) * 86_400;
    Key {
        id: Uuid::from_u128(1_000 + u128::from(number)),
        name: name.into(),
        scope,
        project: viewable.then(|| ProjectRef {
            id: Uuid::from_u128(50),
            name: "Storefront".into(),
            deployed: true,
        }),
        creator: PersonRef {
            id: Uuid::from_u128(1),
            email: "mira@acme.example".into(),
        },
        created_at: Timestamp::from_second(1_793_000_000 - day).expect("valid"),
        last_used_at: (number % 3 != 2)
            .then(|| Timestamp::from_second(1_795_000_000 - day / 2).expect("valid")),
        version: 1,
        hint: "kdw_…x9Qz".into(),
        settings: Settings {
            ui_domains: domains
                .iter()
                .map(|domain| UiDomain::trusted((*domain).into()))
                .collect(),
            cross_page_persistence: number.is_multiple_of(2),
            ..Settings::default()
        },
        state: KeyState::Active,
        disabled: None,
        rotation: None,
        revoked: None,
        refused_since: None,
        week: None,
        last_refused_at: None,
        imported: None,
        may: KeyMay {
            reveal: viewable,
            edit: viewable,
            revoke: true,
            rotate: true,
        },
    }
}

/// The same key with an end.
pub fn ending(mut key: Key, at: Timestamp) -> Key {
    key.settings.expires_at = Some(at);
    key
}

/// A deployed project of the Owner.
pub fn project(number: u128, name: &str) -> Project {
    Project {
        id: Uuid::from_u128(number),
        name: name.into(),
        creator: PersonRef {
            id: Uuid::from_u128(1),
            email: "mira@acme.example".into(),
        },
        deployed: true,
        created_at: Timestamp::UNIX_EPOCH,
        keys: 0,
        session_server: None,
        may: ProjectMay::default(),
    }
}

/// Keys that look like those of a small organisation.
pub fn some_keys(count: u32) -> Vec<Key> {
    (0..count)
        .map(|number| {
            let scope = [Scope::Web, Scope::Web, Scope::Mobile, Scope::Analytics][number as usize % 4];
            key(number, &format!("Assistant {number:03}"), scope)
        })
        .collect()
}

/// A page that is all there is.
pub fn page(keys: Vec<Key>) -> KeyPage {
    let items = keys
        .into_iter()
        .map(|key| KeyRow {
            cursor: format!("c-{}", key.id),
            key,
        })
        .collect();
    KeyPage {
        items,
        next: None,
        previous: None,
    }
}

/// A page with more on the sides that are named.
pub fn part(keys: Vec<Key>, before: bool, after: bool) -> KeyPage {
    KeyPage {
        previous: before.then(|| "previous".into()),
        next: after.then(|| "next".into()),
        ..page(keys)
    }
}

pub fn counts(keys: &[Key]) -> KeyCounts {
    let of = |scope| keys.iter().filter(|key| key.scope == scope).count() as u64;
    KeyCounts {
        web: of(Scope::Web),
        mobile: of(Scope::Mobile),
        analytics: of(Scope::Analytics),
        capped: false,
        attention: None,
    }
}

pub fn problem(kind: ProblemType, status: u16, detail: &str) -> Problem {
    Problem {
        kind,
        title: String::new(),
        status,
        detail: detail.into(),
        errors: Vec::new(),
        rule: None,
        current: None,
        plan: None,
    }
}

pub fn refused(kind: ProblemType, status: u16, detail: &str) -> Error {
    Error::Refused(Box::new(problem(kind, status, detail)))
}

pub fn offline() -> Error {
    Error::Offline("no answer from http://127.0.0.1:7390: connection refused".into())
}

pub fn parse_keys(text: &str) -> Vec<KeyEvent> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|tail| tail.split_once('>'));
        match named {
            Some((name, tail)) => {
                keys.push(named_key(name));
                rest = tail;
            }
            None => {
                keys.push(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    keys
}

fn named_key(name: &str) -> KeyEvent {
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "S-Tab" => KeyCode::BackTab,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "BS" => KeyCode::Backspace,
        "Space" => KeyCode::Char(' '),
        "F1" => KeyCode::F(1),
        _ => match name.strip_prefix("C-").and_then(|c| c.chars().next()) {
            Some(c) => return KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL),
            None => panic!("unknown key <{name}>"),
        },
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}
