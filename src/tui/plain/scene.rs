//! What is before one: the screen, or the dialog over it, in words. What is said is what of it is another one than
//! before.

use std::mem::{Discriminant, discriminant};

use strum::VariantArray;

use super::screens::{self, ListSummary, SpokenRow};
use super::spoken::{ChoiceKeys, Speak, Spoken};
use crate::model::Secret;
use crate::tui::dialogs::{Modal, with_dialog};
use crate::tui::keymap::{Action, Layer};
use crate::tui::state::dialog::Stacking;
use crate::tui::state::query::EndedView;
use crate::tui::state::tour::{Tour, TourStep};
use crate::tui::state::{App, EventStream, Screen};
use crate::tui::view::{Look, tour};

/// Which layer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SceneLayer {
    screen: Screen,
    ended: Option<EndedView>,
    dialog: Option<Discriminant<Modal>>,
    /// How many layers it lies over.
    pub depth: usize,
}

impl SceneLayer {
    pub fn is_dialog(&self) -> bool {
        self.dialog.is_some()
    }
}

/// Whether changes that others make are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    Connecting,
    Up,
    Down,
}

#[derive(Debug)]
pub struct Scene {
    pub layer: SceneLayer,
    pub spoken: Spoken,
    pub summary: Option<ListSummary>,
    pub row: Option<SpokenRow>,
    /// What can be pressed here.
    pub hints: String,
    /// The number of the newest notice, and what it says.
    pub notice: Option<(u64, String)>,
    /// The step of the tour, and the secret that it shows.
    pub tour: Option<(String, Option<Secret>)>,
    /// What waits for the server.
    pub waiting: Option<String>,
    pub link: Link,
    /// Whether the rows are those that were asked for.
    pub is_settled: bool,
    /// Whether it is known how many there are.
    pub is_counted: bool,
}

impl Scene {
    pub fn of(app: &App, look: &Look) -> Self {
        let look = &look.spoken();
        let top = app.over.last();
        let is_on_screen = top.is_none_or(|top| top.dialog().stacking() == Stacking::OnScreen);
        let mut spoken = match top {
            Some(top) => with_dialog!(top, dialog => dialog.speak(app, look)),
            None if app.details_focused => screens::details_of_selected(app, look),
            None => Spoken::titled(app.screen_title()),
        };
        let screen = is_on_screen && !(top.is_none() && app.details_focused);
        let screen = screen.then(|| screens::spoken(app, look));
        let (mut summary, mut row) = (None, None);
        if let Some(screen) = screen {
            spoken.lines.extend(screen.instead);
            (summary, row) = (Some(screen.summary), screen.row);
        }
        let depth = 2 * app.over.len() + usize::from(app.over.is_empty() && app.details_focused);
        Self {
            layer: SceneLayer {
                screen: app.screen,
                ended: app.browse.query.ended,
                dialog: top.map(discriminant),
                depth,
            },
            summary,
            row,
            hints: hints(app, &spoken),
            notice: app
                .notice
                .as_ref()
                .map(|notice| (notice.number, notice.text.clone())),
            tour: app.tour().map(|tour| of_tour(tour, app)),
            waiting: app.waiting_words(),
            link: link(app),
            is_settled: !is_on_screen || is_settled(app),
            is_counted: !is_on_screen || app.screen != Screen::Keys || app.browse.total().is_some(),
            spoken,
        }
    }

    /// Whether one types text here.
    pub fn prompt(&self) -> Option<(&str, &str)> {
        self.spoken.field.as_ref().and_then(|field| field.prompt())
    }
}

/// `Tour 3 of 8, Stop it first: …`
fn of_tour(tour: &Tour, app: &App) -> (String, Option<Secret>) {
    let step = tour.step();
    let (number, all) = (step.number(), TourStep::VARIANTS.len());
    let told = tour::told(step, app);
    let words = format!("Tour {number} of {all}, {}: {told}", step.title());
    (words, tour.shown_secret().cloned())
}

fn is_settled(app: &App) -> bool {
    let has_failed = app.refused.is_some() || matches!(app.connection, EventStream::Lost(_));
    has_failed || !app.rows_are_coming()
}

fn link(app: &App) -> Link {
    match &app.connection {
        EventStream::Connecting => Link::Connecting,
        EventStream::Live | EventStream::Polling => Link::Up,
        EventStream::Lost(_) => Link::Down,
    }
}

/// What the footer says: at a screen only how the rest is found.
fn hints(app: &App, spoken: &Spoken) -> String {
    let layer = app.layer();
    let is_way = |action| {
        matches!(
            action,
            Action::Help | Action::Palette | Action::SayAgain | Action::Quit
        )
    };
    let bindings = app
        .keymap
        .of_layer(layer)
        .filter(|binding| match app.over.is_empty() {
            true => is_way(binding.action),
            false => !binding.hint.is_empty(),
        });
    let possible = bindings.filter(|binding| app.can(binding.action));
    let mut hints: Vec<String> = by_number(spoken).map(str::to_owned).into_iter().collect();
    let mut told = Vec::new();
    for binding in possible {
        // Of a line of help its first words.
        let words = match binding.hint {
            "" => binding.help.split([':', ',']).next().unwrap_or_default(),
            hint => hint,
        };
        let key = binding.keys.first().map(|key| key.label());
        if let Some(key) = key.filter(|_| !told.contains(&binding.action)) {
            told.push(binding.action);
            hints.push(format!("{key} {words}"));
        }
    }
    match (hints.is_empty(), layer) {
        (true, _) | (_, Layer::Help) => String::new(),
        (false, _) => format!("You can press: {}.", hints.join("; ")),
    }
}

/// How one of the choices is selected.
fn by_number(spoken: &Spoken) -> Option<&'static str> {
    let types = spoken
        .field
        .as_ref()
        .is_some_and(|field| field.prompt().is_some());
    match spoken.choice_keys {
        _ if spoken.choices.is_empty() => None,
        ChoiceKeys::Digits if types => Some("Alt and a number to select"),
        ChoiceKeys::AltDigits => Some("Alt and a number, or the arrows, to select"),
        ChoiceKeys::Digits | ChoiceKeys::Own | ChoiceKeys::DigitsFirst => Some("a number to select"),
    }
}
