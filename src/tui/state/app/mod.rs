//! [`App`]: the whole state, and what a message makes of it, a file for each part of the screen.

mod activity;
mod availability;
mod commands;
mod demo;
mod displaced;
mod input;
mod leaks;
mod lifecycle;
mod lookup;
mod marking;
mod moving;
mod one_key;
mod one_project;
mod outage;
mod people;
mod projects;
mod replies;
mod resting;
mod role;
mod screen;
mod stack;
mod trail;
mod type_ahead;
mod usage;

use std::time::Duration;

use uuid::Uuid;

use super::displaced::Displaced;
use super::layout::Shape;
use super::marks::Marks;
use super::moment::Moment;
use super::tour::Tour;
use super::trail::Trail;
use super::type_ahead::{AnswerOutcome, TypeAhead};
use crate::api::{Activity, Key, Me, Usage};
use crate::client::Error;
use crate::model::Secret;
use crate::tui::decks::DeckSummary;
use crate::tui::dialogs::Modal;
use crate::tui::keymap::{Keymap, Layer};
use crate::tui::message::{Effect, Load, Message, NamedId, Timer};
use crate::tui::state::{
    ActivityLog, Body, Browse, Layout, Leaks, Loadable, Notice, Outage, People, Projects, Screen, SideCount,
    Targets, Tone,
};

/// How long a revealed secret stays on the screen, and a copied one in the clipboard.
const SECRET_TTL: Duration = Duration::from_secs(30);

/// Whether the server tells of changes as they happen.
#[derive(Debug)]
pub enum EventStream {
    Connecting,
    Live,
    /// It has no place for another stream: it is asked again and again.
    Polling,
    /// Lost; it is being tried again.
    Lost(Error),
}

/// The secret of the selected key, on the screen for a while.
#[derive(Debug)]
pub struct ShownSecret {
    pub key: Uuid,
    pub secret: Secret,
    number: u64,
}

#[derive(Debug)]
pub struct App {
    /// Where the keys are.
    pub deck: DeckSummary,
    /// What each key does.
    pub keymap: Keymap,
    /// All decks that one can go to.
    decks: Vec<DeckSummary>,
    pub me: Option<Me>,
    /// Why nothing can be shown at all: the sign-in was refused.
    pub refused: Option<Error>,
    pub connection: EventStream,
    /// While the connection is lost.
    pub outage: Option<Outage>,
    /// The host that answers, where several may.
    pub server: Option<String>,
    pub screen: Screen,
    pub browse: Browse,
    pub marks: Marks,
    pub projects: Projects,
    pub people: People,
    pub activity: ActivityLog,
    /// What the details show of the selected key: its newest activity and its usage.
    pub key_activity: Loadable<Vec<Activity>>,
    pub key_usage: Loadable<Usage>,
    pub expiring: SideCount,
    pub revoked_count: SideCount,
    pub leaks: Leaks,
    pub over: Vec<Modal>,
    /// Where one was before one jumped to other keys.
    trail: Trail,
    pub details_focused: bool,
    pub details_scroll: u16,
    pub revealed: Option<ShownSecret>,
    pub notice: Option<Notice>,
    /// What the last frame shows that can be clicked.
    targets: Targets,
    /// Of the screen, without what the tour has of the terminal.
    size: (u16, u16),
    terminal_size: (u16, u16),
    tour: Option<Tour>,
    /// Something goes on in it that no event tells of.
    lives: bool,
    moment: Moment,
    /// What waits for rows that are on their way.
    type_ahead: TypeAhead,
    /// The selected key has just gone.
    displaced: Option<Displaced>,
    /// Changes that the server was asked for and has not answered.
    unanswered: usize,
    /// A secret is on its way to be shown.
    revealing: Option<Uuid>,
    /// The key that is being created is the first one.
    creates_first: bool,
    /// Whose secret was asked for last to be copied, by the name that it had then.
    copying: Option<NamedId>,
    /// Numbers notices, revelations and copies, so that a late timer is ignored.
    count: u64,
    last_copy: u64,
    /// Makes the idempotency keys of this run.
    run: Uuid,
    quitting: bool,
    /// The linear mode, which can say again where one is.
    is_plain: bool,
    /// What is to be done, collected while one message is taken.
    effects: Vec<Effect>,
}

impl App {
    /// `run` must be random: the idempotency keys of this run are made from it.
    pub fn new(deck: DeckSummary, run: Uuid, size: (u16, u16)) -> Self {
        let mut app = Self {
            deck,
            keymap: Keymap::default(),
            decks: Vec::new(),
            me: None,
            refused: None,
            connection: EventStream::Connecting,
            outage: None,
            server: None,
            screen: Screen::default(),
            browse: Browse::default(),
            marks: Marks::default(),
            projects: Projects::default(),
            people: People::default(),
            activity: ActivityLog::default(),
            key_activity: Loadable::default(),
            key_usage: Loadable::default(),
            expiring: SideCount::default(),
            revoked_count: SideCount::default(),
            leaks: Leaks::default(),
            over: Vec::new(),
            trail: Trail::default(),
            details_focused: false,
            details_scroll: 0,
            revealed: None,
            notice: None,
            targets: Targets::default(),
            size,
            terminal_size: size,
            tour: None,
            lives: false,
            moment: Moment::default(),
            type_ahead: TypeAhead::default(),
            displaced: None,
            unanswered: 0,
            revealing: None,
            creates_first: false,
            copying: None,
            count: 0,
            last_copy: 0,
            run,
            quitting: false,
            is_plain: false,
            effects: Vec::new(),
        };
        app.resize(size.0, size.1);
        app
    }

    /// The first questions.
    pub fn start(&mut self) -> Vec<Effect> {
        self.effects.push(Effect::LoadMe);
        self.browse.requery(&mut self.effects);
        self.count_aside();
        self.begin_to_live();
        std::mem::take(&mut self.effects)
    }

    /// How late it is; to be told before what depends on it.
    pub fn tell_time(&mut self, moment: Moment) {
        self.browse.moment = moment.clone();
        self.moment = moment;
    }

    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        let (selected, key, in_details) =
            (self.selection(), self.browse.selected_id(), self.key_in_details());
        let had_details = self.layout().details.is_some();
        if message.answers_change() {
            self.unanswered = self.unanswered.saturating_sub(1);
        }
        self.take(message);
        if self.selection() != selected {
            self.details_scroll = 0;
        }
        if self.browse.selected_id() != key {
            self.hide_secret();
            self.follow_range();
        }
        self.check_marks();
        self.follow_tour();
        let opened = self.layout().details.is_some() && !had_details;
        if self.key_in_details() != in_details || opened {
            self.await_rest();
        }
        let effects = std::mem::take(&mut self.effects);
        self.unanswered += effects.iter().filter(|effect| effect.is_change()).count();
        effects
    }

    /// Takes a message, and then what waited for it.
    fn take(&mut self, message: Message) {
        let is_input = matches!(message, Message::Key(_) | Message::Paste(_) | Message::Mouse(_));
        if is_input {
            let before = self.browse.selected_id();
            self.dispatch(message);
            if self.browse.selected_id() != before {
                self.displaced = None;
            }
            return;
        }
        let settled = self.settled_key();
        let was = (self.screen, self.over.len());
        let answer = AnswerOutcome::of(&message);
        self.dispatch(message);
        self.catch_up(was, answer);
        self.note_displaced(settled);
    }

    fn dispatch(&mut self, message: Message) {
        match message {
            Message::Key(key) if self.pressed_on_tour(key) => {}
            Message::Key(key) => self.key_pressed(key),
            Message::Paste(text) => self.text_pasted(text),
            Message::Mouse(mouse) => self.clicked(mouse),
            Message::Resized { width, height } => {
                self.resize(width, height);
                self.browse.load_ahead(&mut self.effects)
            }
            Message::Due(timer) => self.due(timer),
            reply => self.replied(reply),
        }
    }

    fn due(&mut self, timer: Timer) {
        match timer {
            Timer::ExpireNotice(number) => {
                self.notice.take_if(|notice| notice.number == number);
            }
            Timer::HideSecret(number) if self.revealed.as_ref().is_some_and(|r| r.number == number) => {
                self.hide_secret()
            }
            Timer::ClearClipboard(number) if number == self.last_copy => {
                self.effects.push(Effect::ClearClipboard)
            }
            Timer::KeyRests(number) => self.key_rests(number),
            Timer::WatchKey(number) => self.watch_key(number),
            Timer::SelectionSeen(number) => {
                self.selection_seen(number);
            }
            Timer::AskAgain(_) => drop(self.offer_to_dialogs(Message::Due(timer))),
            Timer::EndPassed => self.end_passed(),
            Timer::Pulse => self.pulse(),
            Timer::HideSecret(_) | Timer::ClearClipboard(_) => {}
        }
    }

    /// The layer that takes the keys.
    pub fn layer(&self) -> Layer {
        match self.top_dialog() {
            Some(dialog) => dialog.layer(),
            None if self.details_focused && self.screen_layer() == Layer::Keys => Layer::Details,
            None => self.screen_layer(),
        }
    }

    /// Where keys go while nothing lies over the screen, the details aside.
    pub fn screen_layer(&self) -> Layer {
        match (self.screen, self.browse.query.ended) {
            (Screen::Keys, Some(_)) => Layer::Ended,
            (screen, _) => screen.layer(),
        }
    }

    /// What the screen is called now.
    pub fn screen_title(&self) -> &'static str {
        match (self.screen, self.browse.query.ended) {
            (Screen::Keys, Some(view)) => view.title(),
            (screen, _) => screen.title(),
        }
    }

    pub fn layout(&self) -> Layout {
        let shape = Shape {
            details_focused: self.details_focused,
            has_strip: self.screen == Screen::Keys,
            has_banner: self.screen == Screen::Keys && !self.leaks.reports().is_empty(),
        };
        Layout::new(self.size.0, self.size.1, shape)
    }

    /// What the frame that was just drawn shows that can be clicked.
    pub fn laid_out(&mut self, targets: Targets) {
        self.targets = targets;
    }

    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// It is told in lines, not drawn.
    #[must_use]
    pub fn in_plain_mode(mut self) -> Self {
        self.is_plain = true;
        self
    }

    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether the server was asked for a change and has not answered.
    pub fn awaits_change(&self) -> bool {
        self.unanswered > 0
    }

    pub fn is_quitting(&self) -> bool {
        self.quitting
    }

    /// The selected key.
    pub fn selected(&self) -> Option<&Key> {
        self.browse.rows.selected().map(|row| &row.key)
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.terminal_size = (width, height);
        self.size = (width, height.saturating_sub(self.tour_rows()));
        let height = usize::from(self.layout().rows.height);
        self.browse.rows.set_height(height);
        self.projects.list.set_height(height);
        self.people.list.set_height(height);
        self.activity.list.set_height(height);
    }

    fn next_number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn hide_secret(&mut self) {
        self.revealing = None;
        if self.revealed.take().is_some() {
            self.effects.push(Effect::ForgetFrames);
        }
    }

    /// Says what is wrong with what the dashboard was started with.
    pub fn warn(&mut self, words: String) -> Vec<Effect> {
        self.say(Tone::Failed, words);
        std::mem::take(&mut self.effects)
    }

    fn say(&mut self, tone: Tone, text: impl Into<String>) {
        let number = self.next_number();
        let notice = Notice::new(number, tone, text.into());
        let expiry = Effect::After(notice.ttl(), Timer::ExpireNotice(number));
        self.notice = Some(notice);
        self.effects.push(expiry);
    }

    fn jump_to(&mut self, id: Uuid) {
        self.browse.load(Load::Around(id), &mut self.effects)
    }
}
