//! A server of some hundred keys that answers in pages, when it is told to, while others change its keys.

use jiff::Timestamp;
use keydeck::api::{
    Key, KeyEvent, KeyEventKind, KeyList, KeyPage, KeyRow, Order, PageFrom, PersonRef, ProblemType, Sort,
};
use keydeck::model::{Scope, Secret};
use keydeck::tui::message::{Effect, Load, Message, Purpose};
use keydeck::tui::state::moment::Moment;
use uuid::Uuid;

use crate::common::talk::*;

/// Several pages.
const KEYS: u32 = 330;

pub struct Server {
    pub keys: Vec<Key>,
    made: u32,
}

impl Server {
    pub fn new() -> Self {
        let keys = (0..KEYS).map(of_number).collect();
        Self { keys, made: KEYS }
    }

    fn place(key: &Key, list: &KeyList) -> String {
        let value = match list.sort {
            Sort::Scope => key.scope.label().to_owned(),
            Sort::CreatedAt => format!("{:020}", key.created_at.as_second()),
            Sort::Name => key.name.clone(),
            Sort::LastUsedAt => format!("{:020}", key.last_used_at.map_or(0, Timestamp::as_second)),
            Sort::ExpiresAt | Sort::State => {
                format!(
                    "{:020}",
                    key.settings.expires_at.map_or(i64::MAX, Timestamp::as_second)
                )
            }
            Sort::Project => key
                .project
                .as_ref()
                .map_or("~", |project| &project.name)
                .to_owned(),
            Sort::Creator => key.creator.email.clone(),
            Sort::LastRefusedAt | Sort::Requests => String::new(),
        };
        format!("{value}\u{1}{}", key.id)
    }

    /// Everything that a question is about, in its order.
    pub fn all(&self, list: &KeyList) -> Vec<KeyRow> {
        let text = list.q.clone().unwrap_or_default().to_lowercase();
        let found = self.keys.iter().filter(|key| {
            key.name.to_lowercase().contains(&text)
                && list.scope.is_none_or(|scope| key.scope == scope)
                && list.creator.is_none_or(|creator| key.creator.id == creator)
        });
        let mut rows: Vec<KeyRow> = found
            .map(|key| KeyRow {
                cursor: Self::place(key, list),
                key: key.clone(),
            })
            .collect();
        rows.sort_by(|a, b| a.cursor.cmp(&b.cursor));
        if list.order == Some(Order::Desc) {
            rows.reverse();
        }
        rows
    }

    fn page(&self, list: &KeyList) -> Option<KeyPage> {
        let rows = self.all(list);
        let limit = list.limit.unwrap_or(50) as usize;
        let is_before = |row: &KeyRow, cursor: &String| match list.order {
            Some(Order::Desc) => row.cursor > *cursor,
            _ => row.cursor < *cursor,
        };
        let count_before = |cursor: &String| rows.iter().filter(|row| is_before(row, cursor)).count();
        let start = if let Some(cursor) = &list.after {
            let is_there = rows.iter().any(|row| row.cursor == *cursor);
            count_before(cursor) + usize::from(is_there)
        } else if let Some(cursor) = &list.before {
            let end = count_before(cursor);
            return Some(part_of(&rows, end.saturating_sub(limit), end));
        } else if let Some(cursor) = &list.at {
            count_before(cursor)
        } else if let Some(id) = list.around {
            let at = rows.iter().position(|row| row.key.id == id)?;
            at.saturating_sub(limit / 2)
        } else if list.from == Some(PageFrom::End) {
            rows.len().saturating_sub(limit)
        } else {
            0
        };
        Some(part_of(&rows, start, (start + limit).min(rows.len())))
    }

    /// What somebody else does; `None` when there is nothing to do it to.
    pub fn change(&mut self, kind: KeyEventKind, number: usize) -> Option<Message> {
        let at = number % self.keys.len().max(1);
        let key = match kind {
            KeyEventKind::Created => {
                self.made += 1;
                let key = of_number(self.made);
                self.keys.push(key.clone());
                key
            }
            KeyEventKind::Edited => {
                let key = self.keys.get_mut(at)?;
                key.name = format!("{} {}", NAMES[number % NAMES.len()], key.version);
                key.version += 1;
                key.clone()
            }
            KeyEventKind::Revoked if self.keys.len() > 1 => self.keys.swap_remove(at),
            KeyEventKind::Revoked => return None,
        };
        Some(Message::Deck(KeyEvent { kind, key: key.id }))
    }
}

fn part_of(rows: &[KeyRow], start: usize, end: usize) -> KeyPage {
    let items = rows.get(start..end).unwrap_or_default().to_vec();
    let first = items.first().map(|row| row.cursor.clone());
    let last = items.last().map(|row| row.cursor.clone());
    KeyPage {
        previous: first.filter(|_| start > 0),
        next: last.filter(|_| end < rows.len()),
        items,
    }
}

const NAMES: [&str; 6] = [
    "Café Nord",
    "Far kiosk",
    "Shop",
    "Kiosk, Auckland",
    "Board",
    "Assistant",
];

fn of_number(number: u32) -> Key {
    let scopes = [
        Scope::Web,
        Scope::Mobile,
        Scope::Web,
        Scope::Mobile,
        Scope::Analytics,
    ];
    let name = format!("{} {number}", NAMES[number as usize * 5 % NAMES.len()]);
    let mut key = key(number, &name, scopes[number as usize * 7 % 5]);
    if number.is_multiple_of(3) {
        key.creator = PersonRef {
            id: Uuid::from_u128(4),
            email: "jonas@acme.example".into(),
        };
    }
    key
}

/// The secret of a key, which says whose it is.
pub fn secret_of(id: Uuid) -> String {
    format!("secret of {id}")
}

/// The dashboard, and the questions on their way to the server.
pub struct Late {
    pub talk: Talk,
    pub server: Server,
    pub questions: Vec<Effect>,
    /// Which secrets were asked for, in this order.
    pub asked: Vec<(Uuid, Purpose)>,
    /// What went to the clipboard: as whose, and which secret.
    pub copied: Vec<(Uuid, String)>,
}

impl Late {
    pub fn start() -> Self {
        let mut late = Self {
            talk: Talk::started(120, 20),
            server: Server::new(),
            questions: Vec::new(),
            asked: Vec::new(),
            copied: Vec::new(),
        };
        late.tell(Message::Me(Ok(owner())));
        late
    }

    pub fn tell(&mut self, message: Message) {
        self.talk.tell(message);
        self.sort_out();
    }

    fn sort_out(&mut self) {
        for effect in std::mem::take(&mut self.talk.effects) {
            match effect {
                Effect::LoadPage { .. } => self.questions.push(effect),
                Effect::Reveal { id, purpose } => {
                    self.asked.push((id, purpose));
                    self.questions.push(effect);
                }
                Effect::Copy { subject, secret } => {
                    self.copied.push((subject.id, secret.expose().to_owned()));
                }
                _ => {}
            }
        }
    }

    pub fn type_keys(&mut self, keys: &str) {
        self.talk.press(keys);
        self.sort_out();
    }

    /// Answers a question, as the server has it now.
    pub fn answer(&mut self, at: usize, fails: bool) {
        let gone = || refused(ProblemType::NotFound, 404, "There is no such key.");
        let answer = match self.questions.remove(at) {
            Effect::LoadPage {
                generation,
                load,
                list,
            } => {
                let page = self.server.page(&list).ok_or_else(gone);
                Message::Page {
                    generation,
                    load,
                    result: if fails { Err(offline()) } else { page },
                }
            }
            Effect::Reveal { id, purpose } => {
                let is_there = self.server.keys.iter().any(|key| key.id == id);
                let result = match is_there {
                    _ if fails => Err(offline()),
                    true => Ok(Secret::new(secret_of(id))),
                    false => Err(gone()),
                };
                Message::Revealed { id, purpose, result }
            }
            other => panic!("no question: {other:?}"),
        };
        self.tell(answer);
    }

    /// `false` when it never stops asking.
    pub fn answer_all(&mut self) -> bool {
        for _ in 0..200 {
            if self.questions.is_empty() {
                return true;
            }
            self.answer(0, false);
        }
        false
    }

    /// What the rows on the screen are to be of.
    pub fn list(&self) -> KeyList {
        let query = &self.talk.app.browse.query;
        KeyList {
            sort: query.sort,
            order: Some(query.order),
            ..KeyList::of(query.filter(&Moment::default()))
        }
    }

    pub fn selected(&self) -> Option<Uuid> {
        self.talk.app.browse.selected_id()
    }

    /// Whether other rows are on their way, of which some row will be selected.
    pub fn is_coming(&self) -> bool {
        let is_new = |load: &Load| matches!(load, Load::Start | Load::End);
        let is_new = |effect: &Effect| matches!(effect, Effect::LoadPage { load, .. } if is_new(load));
        self.talk.app.browse.is_coming() || self.questions.iter().any(is_new)
    }
}
