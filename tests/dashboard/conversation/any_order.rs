//! Random keys against a server that answers late and in any order: whatever is done, is done with the row that
//! would have been selected, had the server answered at once.

use std::collections::VecDeque;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use keydeck::api::{Key, KeyList, Order, PersonRef, Sort};
use keydeck::model::Scope;
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, Message};
use keydeck::tui::state::moment::Moment;
use proptest::prelude::*;
use strum::VariantArray;
use uuid::Uuid;

use crate::common::talk::*;

/// Typed without a pause. Esc is not among them: it drops what waits, and so depends on when it comes.
pub const TYPED: &[&str] = &[
    "c",
    "c",
    "c",
    "j",
    "j",
    "k",
    "g",
    "G",
    "<PgDn>",
    "s",
    "S",
    "0",
    "1",
    "2",
    "3",
    "m",
    "<Enter>",
    "/a<Enter>",
    "/kiosk<Enter>",
    "/zzz<Enter>",
    "/sho<Down><Enter>",
    "/<Down><Enter>",
    ":copy<Enter>",
];

/// As above, and what is never typed blindly.
const MORE: &[&str] = &["<Esc>", "d", "d<Tab><Enter>", "x", "e<Esc>", "u", "<Tab>"];

fn stock() -> Vec<Key> {
    let names = [
        "Café Nord",
        "Far kiosk",
        "Shop",
        "Kiosk, Auckland",
        "Board",
        "Assistant",
    ];
    let keys = (0..40).map(|number: u32| {
        let scope = Scope::VARIANTS[number as usize * 7 % 3];
        let name = format!("{} {number}", names[number as usize * 5 % names.len()]);
        let mut key = key(number, &name, scope);
        if number.is_multiple_of(3) {
            key.creator = PersonRef {
                id: Uuid::from_u128(4),
                email: "jonas@acme.example".into(),
            };
        }
        key
    });
    keys.collect()
}

/// What the server has for a question, all on one page.
fn of(list: &KeyList) -> Vec<Key> {
    let text = list.q.clone().unwrap_or_default().to_lowercase();
    let mut keys = stock();
    keys.retain(|key| {
        key.name.to_lowercase().contains(&text)
            && list.scope.is_none_or(|scope| key.scope == scope)
            && list.creator.is_none_or(|creator| key.creator.id == creator)
    });
    keys.sort_by(|a, b| match list.sort {
        Sort::Scope => a.scope.label().cmp(b.scope.label()),
        Sort::CreatedAt => a.created_at.cmp(&b.created_at),
        Sort::Name => a.name.cmp(&b.name),
        Sort::LastUsedAt => a.last_used_at.cmp(&b.last_used_at),
        Sort::ExpiresAt | Sort::State => a.settings.expires_at.cmp(&b.settings.expires_at),
        Sort::Project => a
            .project
            .as_ref()
            .map(|p| &p.name)
            .cmp(&b.project.as_ref().map(|p| &p.name)),
        Sort::Creator => a.creator.email.cmp(&b.creator.email),
        Sort::LastRefusedAt | Sort::Requests => a.id.cmp(&b.id),
    });
    if list.order == Some(Order::Desc) {
        keys.reverse();
    }
    keys
}

/// The dashboard, and the questions on their way to the server.
struct Late {
    talk: Talk,
    questions: Vec<Effect>,
    copied: Vec<Uuid>,
}

impl Late {
    fn start() -> Self {
        let mut late = Self {
            talk: Talk::started(120, 20),
            questions: Vec::new(),
            copied: Vec::new(),
        };
        late.talk.tell(Message::Me(Ok(owner())));
        late.sort_out();
        late
    }

    fn sort_out(&mut self) {
        for effect in std::mem::take(&mut self.talk.effects) {
            match effect {
                Effect::LoadPage { .. } => self.questions.push(effect),
                Effect::Reveal { id, .. } => self.copied.push(id),
                _ => {}
            }
        }
    }

    fn type_keys(&mut self, keys: &str) {
        self.talk.press(keys);
        self.sort_out();
    }

    fn answer(&mut self, at: usize, fails: bool) {
        if let Effect::LoadPage {
            generation,
            load,
            list,
        } = self.questions.remove(at)
        {
            let result = if fails {
                Err(offline())
            } else {
                Ok(page(of(&list)))
            };
            self.talk.tell(Message::Page {
                generation,
                load,
                result,
            });
            self.sort_out();
        }
    }

    fn answer_all(&mut self) {
        while !self.questions.is_empty() {
            self.answer(0, false);
        }
    }
}

fn typed() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(TYPED), 1..14)
}

/// Between two keys: which of the questions are answered, and whether something changed meanwhile.
fn pauses() -> impl Strategy<Value = VecDeque<(Vec<usize>, bool)>> {
    let pause = (prop::collection::vec(0usize..8, 0..3), prop::bool::weighted(0.1));
    prop::collection::vec_deque(pause, 64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_late_server_changes_nothing_of_what_is_done(typed in typed(), mut pauses in pauses()) {
        let mut at_once = Late::start();
        at_once.answer_all();
        for keys in &typed {
            for key in keys_of(keys) {
                at_once.type_keys(&key);
                at_once.answer_all();
            }
        }
        let mut late = Late::start();
        for key in typed.iter().flat_map(|keys| keys_of(keys)) {
            late.type_keys(&key);
            let (answers, changed) = pauses.pop_front().unwrap_or_default();
            if changed {
                late.talk.tell(Message::Resync);
                late.sort_out();
            }
            for answer in answers {
                if !late.questions.is_empty() {
                    late.answer(answer % late.questions.len(), false);
                }
            }
        }
        late.answer_all();
        prop_assert_eq!(&late.copied, &at_once.copied, "{:?}", typed);
    }

    #[test]
    fn whatever_fails_nothing_is_done_with_a_row_of_another_list(
        typed in prop::collection::vec(
            prop_oneof![prop::sample::select(TYPED), prop::sample::select(MORE)], 1..14),
        mut pauses in pauses(),
        clicks in prop::collection::vec(prop::option::weighted(0.1, 0u16..16), 64),
    ) {
        let mut late = Late::start();
        let mut clicks = clicks.into_iter();
        for key in typed.iter().flat_map(|keys| keys_of(keys)) {
            check(&mut late, |late| late.type_keys(&key))?;
            if let Some(Some(line)) = clicks.next() {
                check(&mut late, |late| click(late, line))?;
            }
            let (answers, fails) = pauses.pop_front().unwrap_or_default();
            for answer in answers {
                if !late.questions.is_empty() {
                    let at = answer % late.questions.len();
                    check(&mut late, |late| late.answer(at, fails))?;
                }
            }
        }
    }
}

/// After one thing happened: whatever it did was with a row of the list that had been asked for.
fn check(late: &mut Late, happens: impl FnOnce(&mut Late)) -> Result<(), TestCaseError> {
    let query = &late.talk.app.browse.query;
    let asked = of(&KeyList {
        sort: query.sort,
        order: Some(query.order),
        ..KeyList::of(query.filter(&Moment::default()))
    });
    let (copied, layers) = (late.copied.len(), late.talk.app.over.len());
    let was_asking = matches!(late.talk.app.over.last(), Some(Modal::Revoke(_)));
    late.talk.effects.clear();
    happens(late);
    let has = |id: Uuid| asked.iter().any(|key| key.id == id);
    for id in &late.copied[copied..] {
        prop_assert!(has(*id), "copied {id}");
    }
    if late.talk.app.over.len() > layers
        && let Some(Modal::Revoke(dialog)) = late.talk.app.over.last()
    {
        prop_assert!(has(dialog.key.id), "asks about {}", dialog.key.name);
        prop_assert!(dialog.buttons.focus() == Some(0) && !dialog.sending && !was_asking);
        prop_assert_eq!(late.talk.app.waiting_words(), None);
    }
    Ok(())
}

fn click(late: &mut Late, line: u16) {
    let rows = late.talk.app.layout().rows;
    late.talk.tell(Message::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: rows.x + 1,
        row: rows.y + line,
        modifiers: KeyModifiers::NONE,
    }));
    late.sort_out();
}

/// One key each: `/a<Enter>` is three.
pub fn keys_of(typed: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = typed;
    while let Some(c) = rest.chars().next() {
        let length = match rest.find('>') {
            Some(end) if c == '<' => end + 1,
            _ => c.len_utf8(),
        };
        let (key, behind) = rest.split_at(length);
        keys.push(key.to_owned());
        rest = behind;
    }
    keys
}
