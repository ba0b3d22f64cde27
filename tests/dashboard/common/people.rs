//! People, and answers to the questions of their screen.

use keydeck::api::{Key, Me, Person, RemovalProgress, RemovedUser, User, UserRemoval};
use keydeck::client::Error;
use keydeck::model::{Role, Scope};
use keydeck::server::policy;
use keydeck::tui::message::PersonKeys;
use keydeck::tui::message::{Effect, Message, PeopleReply, PeopleRequest};
use uuid::Uuid;

use super::talk::{Talk, key, owner, some_keys};

/// Who signs in as this role; number 1, as in `owner`.
pub fn signed_in_as(role: Role) -> Me {
    let mut me = owner();
    me.user.role = role;
    me.may = policy::permissions(&me.user);
    me
}

/// Number 1 is who is signed in.
pub fn person(number: u128, email: &str, role: Role, keys: u64) -> Person {
    let user = User {
        id: Uuid::from_u128(number),
        email: email.into(),
        role,
        created_at: owner().user.created_at,
    };
    Person { user, keys }
}

pub fn some_people() -> Vec<Person> {
    vec![
        person(3, "jonas@acme.example", Role::Editor, 2),
        person(1, "mira@acme.example", Role::Owner, 1_284),
        person(4, "nina@acme.example", Role::Support, 12),
        person(5, "omar@acme.example", Role::Analytics, 0),
    ]
}

/// `shown` of the `total` keys of a person.
pub fn holding(shown: u32, total: u64) -> PersonKeys {
    PersonKeys {
        keys: some_keys(shown),
        total,
    }
}

/// A key as this role sees it: its own, or of somebody else.
pub fn key_seen_by(me: &Me, own: bool, scope: Scope) -> Key {
    let mut key = key(1, "Checkout", scope);
    key.creator.id = if own { me.user.id } else { Uuid::from_u128(99) };
    key.may = policy::key_may(&me.user, key.creator.id, scope);
    key
}

impl Talk {
    /// On the screen of people, as Owner.
    pub fn people(width: u16, height: u16, people: Vec<Person>) -> Self {
        let mut talk = Self::sized(width, height, some_keys(60));
        talk.press("U").answer_people(Ok(people));
        talk.effects.clear();
        talk
    }

    /// The oldest request that `wanted` recognises.
    pub fn request<T>(&mut self, what: &str, wanted: impl Fn(&PeopleRequest) -> Option<T>) -> T {
        self.expect(what, |effect| match effect {
            Effect::People(request) => wanted(request),
            _ => None,
        })
    }

    pub fn reply(&mut self, reply: PeopleReply) -> &mut Self {
        self.tell(Message::OfPeople(reply))
    }

    /// Answers the newest question for the list.
    pub fn answer_people(&mut self, result: Result<Vec<Person>, Error>) -> &mut Self {
        let asked = self
            .effects
            .iter()
            .rposition(|effect| matches!(effect, Effect::People(PeopleRequest::Load { .. })));
        let question = asked.map(|at| self.effects.remove(at));
        let Some(Effect::People(PeopleRequest::Load {
            generation, fetch, ..
        })) = question
        else {
            panic!("no question for people among {:#?}", self.effects);
        };
        self.reply(PeopleReply::Loaded {
            generation,
            fetch,
            result,
        })
    }

    /// Answers what was asked about the keys of the person who is to be removed.
    pub fn answer_holding(&mut self, result: Result<PersonKeys, Error>) -> &mut Self {
        let number = self.look_at_keys();
        self.reply(PeopleReply::KeysLoaded { number, result })
    }

    /// The oldest question for these keys.
    pub fn look_at_keys(&mut self) -> u64 {
        self.request("look at keys", |request| match request {
            PeopleRequest::LoadKeys { number, .. } => Some(*number),
            _ => None,
        })
    }

    /// Answers the newest search for who gets the keys.
    pub fn answer_successors(&mut self, people: Vec<Person>) -> &mut Self {
        let number = self.request("search", |request| match request {
            PeopleRequest::FindSuccessors { number, .. } => Some(*number),
            _ => None,
        });
        self.reply(PeopleReply::SuccessorsFound {
            number,
            result: Ok(people),
        })
    }

    /// The removal that was sent.
    pub fn removal(&mut self) -> (Uuid, UserRemoval) {
        self.request("removal", |request| match request {
            PeopleRequest::Remove { id, removal } => Some((*id, removal.clone())),
            _ => None,
        })
    }

    pub fn answer_removal(&mut self, id: Uuid, result: Result<RemovedUser, Error>) -> &mut Self {
        let result = result.map(|removed| RemovalProgress { removed, left: 0 });
        self.reply(PeopleReply::Removed { id, result })
    }

    pub fn selected_email(&self) -> &str {
        let selected = self.app.people.list.selected();
        selected.map_or("", |person| person.user.email.as_str())
    }
}
