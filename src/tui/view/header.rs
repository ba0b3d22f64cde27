//! The line on top: which program and organisation, the screens, who and where one is, and how the connection stands.
//! The screens are there at every width; the rest gives way.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::{Pen, joined};
use super::{Look, text, time};
use crate::api::{Order, Sort};
use crate::tui::decks::DeckSummary;
use crate::tui::keymap::{Action, Layer};
use crate::tui::state::query::EndedView;
use crate::tui::state::{App, EventStream, Screen, Target, Targets};

const PRODUCT: &str = " keydeck ";
/// Less of an organisation's name says nothing.
const LEAST_ORGANISATION: usize = 8;

/// What there is room for.
struct Title {
    has_product: bool,
    organisation: String,
    /// Whether the other screens are named, and not only their keys.
    names_screens: bool,
    who: String,
    deck: String,
    state: String,
}

/// ` keydeck  Acme Studios   K Keys  P Projects  U People  A Activity       mira · Owner  demo  ● live `
pub fn title(buffer: &mut Buffer, area: Rect, app: &App, look: &Look, targets: &mut Targets) {
    let theme = look.theme;
    let (forms, style) = connection(app, look);
    let title = fitted(usize::from(area.width), app, forms);
    let mut pen = Pen::new(buffer, area);
    if title.has_product {
        pen.write(PRODUCT, theme.strong().patch(theme.accent()));
    }
    if !title.organisation.is_empty() {
        pen.write(&format!(" {}  ", title.organisation), theme.strong());
    }
    tabs(&mut pen, app, title.names_screens, look, targets);
    let right = [
        (title.who.as_str(), theme.text()),
        (title.deck.as_str(), theme.deck(app.deck.colour)),
        (title.state.as_str(), style),
    ];
    let parts = right.into_iter().filter(|(words, _)| !words.is_empty());
    let parts: Vec<(&str, Style)> = parts.collect();
    let used: usize = parts.iter().map(|(words, _)| text::width(words)).sum();
    let used = used + 2 * parts.len().saturating_sub(1) + 1;
    let gap = pen.room().saturating_sub(used);
    pen.skip(gap as u16);
    for (words, style) in parts {
        pen.write(words, style);
        pen.skip(2);
    }
}

/// What is needed most takes its room first.
fn fitted(width: usize, app: &App, states: [String; 3]) -> Title {
    let [short, middle, long] = states;
    let mut room = width.saturating_sub(tabs_width(app, false) + text::width(&short) + 2);
    let mut take = |cells: usize| {
        let fits = cells <= room;
        room -= if fits { cells } else { 0 };
        fits
    };
    let grows = |from: &str, to: &str| text::width(to).saturating_sub(text::width(from));
    let mut state = short;
    if take(grows(&state, &middle)) {
        state = middle;
    }
    let decks = deck_labels(&app.deck, server(app)).into_iter();
    let deck = decks.into_iter().find(|deck| take(text::width(deck) + 2));
    let names_screens = take(tabs_width(app, true) - tabs_width(app, false));
    let has_product = take(text::width(PRODUCT));
    if take(grows(&state, &long)) {
        state = long;
    }
    let shown_as = app.me.as_ref().map(|me| {
        let role = me.user.role;
        [
            format!("{} · {role}", text::fit(text::short_name(&me.user.email), 24)),
            text::fit(text::short_name(&me.user.email), 24),
        ]
    });
    let who = shown_as
        .into_iter()
        .flatten()
        .find(|who| take(text::width(who) + 2));
    let organisation = app.me.as_ref().map_or("", |me| me.organisation.name.as_str());
    let organisation = match room.saturating_sub(3) {
        ..LEAST_ORGANISATION if text::width(organisation) + 3 > room => String::new(),
        cells => text::fit(organisation, cells),
    };
    Title {
        has_product,
        organisation,
        names_screens,
        who: who.unwrap_or_default(),
        deck: deck.unwrap_or_default(),
        state,
    }
}

/// How the connection stands, in ever more words.
fn connection(app: &App, look: &Look) -> ([String; 3], Style) {
    let theme = look.theme;
    let same = |words: &str| [(); 3].map(|()| words.to_owned());
    match &app.connection {
        EventStream::Connecting => (same("○ connecting"), theme.faint()),
        EventStream::Live => (same("● live"), theme.good()),
        EventStream::Polling => (same("○ polling"), theme.accent()),
        EventStream::Lost(error) if error.is_retryable() => (lost(app, look), theme.bad()),
        EventStream::Lost(_) => (same("✗ not connected"), theme.bad()),
    }
}

/// `✗ offline since 12:04 · next try in 3 s`
fn lost(app: &App, look: &Look) -> [String; 3] {
    let Some(outage) = app.outage else {
        return [(); 3].map(|()| "✗ offline".to_owned());
    };
    let what = if app.offline().is_some() {
        "offline"
    } else {
        "no events"
    };
    let since = time::clock_or_date(outage.since, look.now, &look.zone);
    let left = outage.next_try.and_then(|at| time::seconds_until(at, look.now));
    let (next, in_short) = match left {
        Some(left) => (format!("next try in {left} s"), format!("{left} s")),
        None => ("trying".to_owned(), "trying".to_owned()),
    };
    [
        format!("✗ {what}"),
        format!("✗ {what} {since} · {in_short}"),
        format!("✗ {what} since {since} · {next}"),
    ]
}

/// The host of the server that answers, where several may.
fn server(app: &App) -> Option<&str> {
    match &app.connection {
        EventStream::Live | EventStream::Polling => app.server.as_deref(),
        EventStream::Connecting | EventStream::Lost(_) => None,
    }
}

/// Where one is: `production`, or ` production · read-only ` on the profile's colour; of several servers
/// with the one that answers: `production → keys-2.acme.example`. The longest comes first.
fn deck_labels(deck: &DeckSummary, server: Option<&str>) -> Vec<String> {
    let read_only = if deck.read_only { " · read-only" } else { "" };
    let on_colour = |label: String| match deck.colour {
        Some(_) => format!(" {label} "),
        None => label,
    };
    let with_server = server.map(|host| {
        let label = text::fit(&deck.label, 40);
        format!("{label} → {}{read_only}", text::fit(host, 30))
    });
    let labels = [40, 16, 8].map(|cells| format!("{}{read_only}", text::fit(&deck.label, cells)));
    let read_only = deck.read_only.then(|| "read-only".to_owned());
    let labels = with_server.into_iter().chain(labels).chain(read_only.clone());
    labels.map(on_colour).chain(read_only).collect()
}

/// The screens with their keys, the one that is shown marked.
fn tabs(pen: &mut Pen, app: &App, names_all: bool, look: &Look, targets: &mut Targets) {
    for screen in app.screens() {
        let is_shown = screen == app.screen;
        let (key, action) = shown_by(app, screen);
        let (key_style, style) = match is_shown {
            true => (look.theme.tab(), look.theme.tab()),
            false => (look.theme.strong().patch(look.theme.accent()), look.theme.text()),
        };
        let start = pen.write(&format!(" {key}"), key_style);
        let name = match names_all || is_shown {
            true => format!(" {} ", screen.title()),
            false => " ".to_owned(),
        };
        let end = pen.write(&name, style);
        targets.add(joined(start, end), Target::Do(action));
    }
}

fn tabs_width(app: &App, names_all: bool) -> usize {
    let width = |screen: Screen| {
        let (key, _) = shown_by(app, screen);
        let name = match names_all || screen == app.screen {
            true => text::width(screen.title()) + 1,
            false => 0,
        };
        text::width(&key) + 2 + name
    };
    app.screens().map(width).sum()
}

/// The key and the action that show a screen.
fn shown_by(app: &App, screen: Screen) -> (String, Action) {
    let mut bindings = app.keymap.of_layer(Layer::Keys);
    let binding = bindings.find(|binding| Screen::shown_by(binding.action) == Some(screen));
    let Some(binding) = binding else {
        return (String::new(), Action::ShowKeys);
    };
    let key = binding.keys.first().map(|key| key.label()).unwrap_or_default();
    (key, binding.action)
}

/// `sort: last used ▼`, where no head of a column says it.
pub fn hidden_sort(app: &App, targets: &Targets) -> Option<String> {
    let query = &app.browse.query;
    if app.screen != Screen::Keys || app.browse.rows.is_empty() {
        return None;
    }
    match query.ended {
        Some(EndedView::Revoked) => None,
        _ if targets.has(&Target::Sort(query.sort)) => None,
        _ => Some(format!("sort: {} {}", sort_label(query.sort), arrow(query.order))),
    }
}

pub fn sort_label(sort: Sort) -> &'static str {
    match sort {
        Sort::Scope => "scope",
        Sort::CreatedAt => "created",
        Sort::Name => "name",
        Sort::LastUsedAt => "last used",
        Sort::ExpiresAt => "expires",
        Sort::Project => "project",
        Sort::Creator => "created by",
        Sort::LastRefusedAt => "last refused",
        Sort::State => "state",
        Sort::Requests => "requests in 7 days",
    }
}

/// The direction of a sort: ▲ ascending, ▼ descending.
pub fn arrow(order: Order) -> &'static str {
    match order {
        Order::Asc => "▲",
        Order::Desc => "▼",
    }
}
