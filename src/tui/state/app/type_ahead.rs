//! What is typed ahead is kept waiting, and acts when its rows are there.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::App;
use crate::client::Error;
use crate::model::Secret;
use crate::tui::keymap::{Action, Keymap, Layer};
use crate::tui::state::notice::sentence;
use crate::tui::state::type_ahead::{AnswerOutcome, Typed};
use crate::tui::state::{Reason, Screen, Tone};

impl App {
    pub(super) fn key_pressed(&mut self, key: KeyEvent) {
        if is_urgent(key) || self.type_ahead.0.is_empty() {
            return self.pressed(key);
        }
        if self.types_filter() {
            let action = self.keymap.resolve(Layer::Filter, key);
            let stays = action
                .is_some_and(|action| action.moves() || matches!(action, Action::Accept | Action::Help));
            if !stays {
                self.type_ahead.0.clear();
            }
            return self.pressed(key);
        }
        if key.code == KeyCode::Esc {
            return self.drop_type_ahead("Cancelled what was waiting: nothing was done.");
        }
        self.type_ahead.push(Typed::Key(key));
    }

    pub(super) fn text_pasted(&mut self, text: Secret) {
        if self.types_filter() {
            self.type_ahead.0.clear();
        }
        if self.type_ahead.0.is_empty() {
            return self.pasted(text.expose());
        }
        self.type_ahead.push(Typed::Paste(text));
    }

    /// A click on a row is a click on that row, wherever it is when the list has come.
    pub(super) fn clicked(&mut self, mouse: MouseEvent) {
        if self.is_on_screen() && mouse.kind == MouseEventKind::Down(MouseButton::Left) {
            match self.row_under(mouse) {
                Some(row) if self.rows_are_coming() || !self.type_ahead.0.is_empty() => {
                    self.type_ahead.push(row);
                }
                Some(_) => {}
                None => self.type_ahead.0.clear(),
            }
        }
        self.mouse(mouse)
    }

    /// Whether the rows that an action is about are not here yet.
    pub(super) fn must_wait(&self, action: Action) -> bool {
        let moves = action.moves();
        let on_their_way = || self.rows_are_coming() || self.owes_a_move();
        match self.top_dialog() {
            None if moves => on_their_way() && !self.details_focused,
            None if self.needs_row(action) => on_their_way(),
            None => self.available_on_screen(action) == Err(Reason::RowsComing),
            Some(dialog) if self.is_on_screen() => moves && on_their_way() || dialog.awaits(action),
            Some(dialog) => dialog.awaits(action),
        }
    }

    pub(super) fn wait(&mut self, action: Action) {
        self.type_ahead.push(Typed::Action(action));
    }

    /// After a message: does what waited for it. `was` is the screen and the layers before it.
    pub(super) fn catch_up(&mut self, was: (Screen, usize), answer: AnswerOutcome) {
        if self.type_ahead.0.is_empty() {
            return;
        }
        if was != (self.screen, self.over.len()) {
            if self.type_ahead.only_moves() {
                self.type_ahead.0.clear();
                return;
            }
            return self.drop_type_ahead("What you typed ahead was cancelled: nothing was done.");
        }
        if answer != AnswerOutcome::Lost && self.still_waits() {
            return;
        }
        match answer {
            AnswerOutcome::Fine => self.catch_up_now(),
            AnswerOutcome::Failed | AnswerOutcome::Lost => self.drop_after_failure(),
        }
    }

    fn catch_up_now(&mut self) {
        let mut queue = std::mem::take(&mut self.type_ahead.0);
        while let Some(typed) = queue.pop_front() {
            let layers = self.over.len();
            match typed {
                Typed::Action(action) => self.perform(action),
                Typed::Key(key) => self.pressed(key),
                Typed::Paste(text) => self.pasted(text.expose()),
                Typed::Row { id, name } => {
                    if !self.select_row(id) {
                        queue.clear();
                        let text = format!("“{name}” is not in this list; nothing was done with it.");
                        self.say(Tone::Note, text);
                    }
                }
            }
            let asks = self.layer() == Layer::Asking;
            if self.quitting || (asks && self.over.len() > layers) {
                queue.clear();
            }
            if !self.type_ahead.0.is_empty() {
                self.type_ahead.0.append(&mut queue);
            }
        }
    }

    fn drop_type_ahead(&mut self, why: &str) {
        self.type_ahead.0.clear();
        self.say(Tone::Note, why)
    }

    /// The form says by itself what failed.
    fn drop_after_failure(&mut self) {
        self.type_ahead.0.clear();
        if !self.is_on_screen() {
            return;
        }
        let why = match self.why_rows_are_old() {
            Some(error) => sentence(error),
            None => "The list did not load.".into(),
        };
        self.say(Tone::Failed, format!("{why} Nothing was done."))
    }

    /// What waits, in words: `Waiting for the list, then: copy. Esc cancels it.`
    pub fn waiting_words(&self) -> Option<String> {
        let first = self.type_ahead.0.front()?;
        if !self.is_on_screen() {
            let words = "Waiting for the server, then what you typed. {back} cancels it.";
            return Some(self.keymap.told(self.layer(), words));
        }
        let mut actions = self.type_ahead.0.iter().filter_map(|typed| match typed {
            Typed::Action(action) if !action.moves() => Some(*action),
            _ => None,
        });
        let what = match (actions.next(), first) {
            (Some(action), _) => in_words(&self.keymap, self.screen_layer(), action),
            (None, Typed::Row { name, .. }) => format!("select “{name}”"),
            (None, _) => "move".into(),
        };
        let cancels = self.keymap.told(self.layer(), "{back} cancels it.");
        Some(format!("Waiting for the list, then: {what}. {cancels}"))
    }

    fn still_waits(&self) -> bool {
        match self.type_ahead.0.front() {
            Some(Typed::Action(action)) => self.must_wait(*action),
            Some(Typed::Row { .. }) => self.rows_are_coming(),
            Some(Typed::Key(_) | Typed::Paste(_)) | None => false,
        }
    }

    fn types_filter(&self) -> bool {
        !self.over.is_empty() && self.is_on_screen() && self.type_ahead.only_moves()
    }

    /// Whether the rows on the screen are not those that were asked for, which are on their way.
    pub fn rows_are_coming(&self) -> bool {
        match self.screen {
            Screen::Keys => self.browse.is_coming(),
            Screen::Projects => self.projects.list.is_coming(),
            Screen::People => self.people.list.is_coming(),
            Screen::Activity => self.activity.list.is_coming(),
        }
    }

    /// A move goes on when more rows have come, and another row is selected then.
    fn owes_a_move(&self) -> bool {
        self.screen == Screen::Keys && self.browse.owes_a_move()
    }

    /// Why the rows on the screen are not those that were asked for, which will not come by themselves.
    pub(super) fn why_rows_are_old(&self) -> Option<&Error> {
        match self.screen {
            Screen::Keys => self.browse.why_old(),
            Screen::Projects => self.projects.list.why_old(),
            Screen::People => self.people.list.why_old(),
            Screen::Activity => self.activity.list.why_old(),
        }
    }

    /// Whether another row will be selected by what was asked or typed.
    pub(super) fn selection_may_move(&self) -> bool {
        !self.type_ahead.0.is_empty() || self.rows_are_coming() || self.owes_a_move()
    }

    fn row_under(&self, mouse: MouseEvent) -> Option<Typed> {
        let layout = self.layout();
        let (x, y) = (mouse.column, mouse.row);
        let in_details = layout.details.is_some_and(|details| details.contains(x, y));
        if in_details || !layout.rows.contains(x, y) {
            return None;
        }
        let line = usize::from(y - layout.rows.y);
        let (id, name) = match self.screen {
            Screen::Keys => {
                let (_, row) = self.browse.rows.visible().nth(line)?;
                (row.key.id.as_u128(), row.key.name.clone())
            }
            Screen::Projects => {
                let (_, project) = self.projects.list.visible().nth(line)?;
                (project.id.as_u128(), project.name.clone())
            }
            Screen::People => {
                let (_, person) = self.people.list.visible().nth(line)?;
                (person.user.id.as_u128(), person.user.email.clone())
            }
            Screen::Activity => {
                let (_, row) = self.activity.list.visible().nth(line)?;
                (row.seq.into(), row.subject.clone())
            }
        };
        Some(Typed::Row { id, name })
    }

    /// `false` when it is not among the rows that are here.
    fn select_row(&mut self, id: u128) -> bool {
        let uuid = uuid::Uuid::from_u128(id);
        match self.screen {
            Screen::Keys => self.browse.rows.select_id(uuid),
            Screen::Projects => self.projects.list.select_id(&uuid),
            Screen::People => self.people.list.select_id(&uuid),
            Screen::Activity => u64::try_from(id).is_ok_and(|seq| self.activity.list.select_id(&seq)),
        }
    }
}

fn is_urgent(key: KeyEvent) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    control && matches!(key.code, KeyCode::Char('c' | 'C' | 'z' | 'Z'))
}

fn in_words(keymap: &Keymap, layer: Layer, action: Action) -> String {
    let binding = keymap.of_layer(layer).find(|binding| binding.action == action);
    binding.map_or_else(String::new, |binding| match binding.hint {
        "" => binding.help.to_string(),
        hint => hint.to_owned(),
    })
}
