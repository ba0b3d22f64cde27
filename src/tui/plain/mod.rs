//! The linear mode (`--plain`): the same state, keys and effects as the ordinary view, told in lines that are only ever
//! appended, for screen readers, dumb terminals and logs. After each update the `Scene` before one is compared with the
//! one that was told last, and what is new is said (`news`); `Voice` writes it.
//!
//! Nothing is said while one types but what is typed. What arrives by itself is said after a moment of silence, so that a
//! burst is one sentence, and nothing is said twice. Neither knows the terminal or a clock: [`Pause`] says how long to
//! wait until there may be more to say.

mod changes;
pub mod form;
mod news;
mod numbers;
mod scene;
mod screens;
pub mod spoken;
mod times;
mod voice;

use zeroize::Zeroizing;

use self::changes::Changes;
use self::news::{News, SceneChange, Utterance, everything, news, opening};
use self::scene::Scene;
use self::voice::Voice;
use crate::tui::message::Message;
use crate::tui::state::App;
use crate::tui::view::Look;

/// The size that the state is told: no more rows are asked for and paged through than in a small window, and details
/// are opened, never beside the table.
pub const SIZE: (u16, u16) = (80, 24);

/// After which silence there may be more to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Everything was told.
    Over,
    /// Something arrived: more may follow at once.
    Burst,
    /// While one types.
    Typing,
    /// What was asked for is on its way.
    Loading,
    /// Only figures changed, which are not told as often as they do.
    Figures,
}

#[derive(Debug)]
pub struct Plain {
    /// As it was told last: the layer before one, and those that it lies over.
    told: Vec<Scene>,
    voice: Voice,
    changes: Changes,
    /// It was said that something is on its way.
    is_loading: bool,
    /// Of the number of a choice.
    digits: String,
    /// A key moves something, or submits: it is answered also where nothing changes.
    wants_answer: bool,
}

impl Plain {
    /// `width` is that of a line of the terminal; whether it can take a character back.
    pub fn new(can_erase: bool, width: usize) -> Self {
        Self {
            told: Vec::new(),
            voice: Voice::new(can_erase, width),
            changes: Changes::default(),
            is_loading: false,
            digits: String::new(),
            wants_answer: false,
        }
    }

    pub fn resize(&mut self, width: usize) {
        self.voice.resize(width);
    }

    /// Before the state takes a message.
    pub fn note(&mut self, message: &Message, app: &App) {
        self.changes.note(message, app);
    }

    /// After something that the person did.
    pub fn after_input(&mut self, app: &App, look: &Look) -> Pause {
        let now = Scene::of(app, look);
        if let Some(told) = self.told.last_mut().filter(|told| is_typing(told, &now)) {
            self.voice.prompt(now.prompt());
            told.spoken.field = now.spoken.field;
            return Pause::Typing;
        }
        let answered = self.voice.is_silent();
        let pause = self.tell(now, app, true, false);
        let wants_answer = std::mem::take(&mut self.wants_answer);
        if let (true, true, Pause::Over) = (wants_answer, answered && self.voice.is_silent(), pause) {
            self.say_here(app, look);
        }
        pause
    }

    /// A key changed nothing: at the end of a list, or where something is still wrong.
    fn say_here(&mut self, app: &App, look: &Look) {
        let now = Scene::of(app, look);
        self.say(news::here(&now));
        self.voice.prompt(now.prompt());
    }

    /// After such a silence.
    pub fn after(&mut self, pause: Pause, app: &App, look: &Look) -> Pause {
        let now = Scene::of(app, look);
        self.tell(now, app, pause == Pause::Figures, pause == Pause::Loading)
    }

    /// Where one is, once more and in full.
    pub fn say_again(&mut self, app: &App, look: &Look) {
        let now = Scene::of(app, look);
        self.voice.end_line();
        self.say(everything(&now));
        self.voice.prompt(now.prompt());
        self.keep(now);
    }

    /// What is to be written.
    pub fn take(&mut self) -> Zeroizing<String> {
        self.voice.take()
    }

    /// The last line is ended, and what is written next begins another one.
    pub fn end(&mut self) {
        self.voice.end_line();
    }

    fn tell(&mut self, mut now: Scene, app: &App, figures: bool, waited: bool) -> Pause {
        let change = self.change_to(&now);
        // The number of a list is told with it, where it doesn't take long.
        let has_number = now.is_counted || waited || self.is_told_of(&now);
        now.is_settled &= has_number;
        if !now.is_settled && !waited && change == SceneChange::Here {
            self.keep_lines(&mut now);
        }
        if !now.is_settled && change == SceneChange::New && !waited {
            return Pause::Loading;
        }
        if now.spoken.field.is_none() && !app.awaits_change() {
            let words = self.changes.take_words();
            words.iter().for_each(|words| self.voice.line(words));
        }
        let News { said, held } = match self.told.last() {
            None => News {
                said: [greeting(app), opening(&now, true), news::of_tour(&now)].concat(),
                held: Vec::new(),
            },
            Some(latest) => {
                let mut told = self.told.iter().rev();
                let before = told.find(|told| told.layer == now.layer).unwrap_or(latest);
                news(latest, before, &now, change, figures)
            }
        };
        self.say(said);
        let is_late = waited && !now.is_settled && !self.is_loading;
        if is_late && change == SceneChange::Here && self.voice.is_silent() {
            self.voice.line("Loading…");
        }
        self.is_loading = !now.is_settled && (self.is_loading || is_late);
        self.voice.prompt(now.prompt());
        let pause = match (held.is_empty(), now.is_settled || waited) {
            (_, false) => Pause::Loading,
            (false, true) => Pause::Figures,
            (true, true) => Pause::Over,
        };
        self.keep_but(now, change, &held);
        pause
    }

    /// What stands in place of rows that are on their way is not said before that takes long.
    fn keep_lines(&self, now: &mut Scene) {
        let is_list = now.summary.is_some();
        if let Some(told) = self.told.last().filter(|_| is_list) {
            now.spoken.lines.clone_from(&told.spoken.lines);
        }
    }

    /// Whether the same list was told.
    fn is_told_of(&self, now: &Scene) -> bool {
        let question = |scene: &Scene| scene.summary.as_ref().map(|summary| summary.question);
        self.told
            .last()
            .is_some_and(|told| told.layer == now.layer && question(told) == question(now))
    }

    fn say(&mut self, said: Vec<Utterance>) {
        for utterance in said {
            match utterance {
                Utterance::Line(words) => self.voice.line(&words),
                Utterance::Secret(secret) => self.voice.secret(&secret),
            }
        }
    }

    fn change_to(&self, now: &Scene) -> SceneChange {
        match self.told.iter().rposition(|told| told.layer == now.layer) {
            None => SceneChange::New,
            Some(at) if at + 1 == self.told.len() => SceneChange::Here,
            Some(_) => SceneChange::Back,
        }
    }

    /// What was not said yet stays as it was told.
    fn keep_but(&mut self, mut now: Scene, change: SceneChange, held: &[usize]) {
        let before = self.told.iter().rfind(|told| told.layer == now.layer);
        for &index in held {
            let told = before.and_then(|before| news::like(&before.spoken, &now.spoken.lines[index]));
            if let (Some(told), Some(line)) = (told.cloned(), now.spoken.lines.get_mut(index)) {
                *line = told;
            }
        }
        if !now.is_settled {
            now.summary = before.and_then(|before| before.summary.clone());
            let row = before.filter(|_| change == SceneChange::Here);
            now.row = row.and_then(|before| before.row.clone());
        }
        self.keep(now);
    }

    fn keep(&mut self, now: Scene) {
        self.told.retain(|told| told.layer.depth < now.layer.depth);
        self.told.push(now);
    }
}

/// Whether nothing happened but that text was typed.
fn is_typing(told: &Scene, now: &Scene) -> bool {
    let label = |scene: &Scene| scene.prompt().map(|(label, _)| label.to_owned());
    let after = |scene: &Scene| match scene.spoken.field.as_ref().map(|field| &field.entry) {
        Some(spoken::FieldEntry::Text { after, .. }) => Some(after.clone()),
        _ => None,
    };
    let notice = |scene: &Scene| scene.notice.as_ref().map(|(number, _)| *number);
    let is_here = told.layer == now.layer && label(now).is_some() && label(told) == label(now);
    let has_typed = told.prompt() != now.prompt() && after(told) == after(now);
    is_here && has_typed && notice(told) == notice(now)
}

/// Where one is, before anything else.
fn greeting(app: &App) -> Vec<Utterance> {
    let mut words = vec!["keydeck".to_owned()];
    if let Some(me) = &app.me {
        words.push(me.organisation.name.clone());
        words.push(format!("{} ({})", me.user.email, me.user.role));
    }
    words.push(match app.deck.read_only {
        true => format!("{}, read-only", app.deck.label),
        false => app.deck.label.clone(),
    });
    vec![Utterance::Line(format!("{}.", words.join(", ")))]
}
