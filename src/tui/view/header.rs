//! The two lines on top: who and where; how many, filter and sort.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use strum::IntoEnumIterator;

use super::{Look, filter, text};
use crate::api::{KeyCounts, Order, Sort};
use crate::model::Scope;
use crate::tui::decks::DeckSummary;
use crate::tui::dialogs::Modal;
use crate::tui::keymap::{Binding, Layer};
use crate::tui::state::query::EndedView;
use crate::tui::state::{App, EventStream, Screen};

/// From here on the tabs stand in the title, else on the right of the line below, where that has room.
const WIDE: u16 = 100;
/// What the left of the second line needs beside tabs: `1,284 people`.
const ROOM_FOR_COUNT: usize = 16;

/// ` keydeck  Acme Studios            mira@acme.example · Owner   local  ● live`
pub fn title(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    let theme = look.theme;
    let organisation = app.me.as_ref().map_or("", |me| me.organisation.name.as_str());
    let (sign, state, style) = match &app.connection {
        EventStream::Connecting => ("○", "connecting", theme.faint()),
        EventStream::Live => ("●", "live", theme.good()),
        EventStream::Polling => ("○", "polling", theme.accent()),
        EventStream::Lost(error) if error.is_retryable() => ("✗", "offline, retrying", theme.bad()),
        EventStream::Lost(_) => ("✗", "not connected", theme.bad()),
    };
    let who = app.me.as_ref().map_or_else(String::new, |me| {
        format!("{} · {}", text::fit(&me.user.email, 40), me.user.role)
    });
    let deck = deck_label(&app.deck, server(app));
    let mut right = vec![Span::styled(format!("{sign} {state} "), style)];
    let room =
        usize::from(area.width).saturating_sub(text::width(" keydeck  ") + text::width(&right[0].content));
    if text::width(&deck) + 2 <= room {
        right.insert(0, Span::raw("  "));
        right.insert(0, Span::styled(deck.clone(), theme.deck(app.deck.colour)));
    }
    if text::width(&deck) + text::width(&who) + 6 <= room {
        right.insert(0, Span::raw(format!("{who}   ")));
    }
    let used: usize = right.iter().map(|span| text::width(&span.content)).sum();
    let left_room = usize::from(area.width).saturating_sub(used + text::width(" keydeck  ") + 1);
    let organisation = text::fit(organisation, left_room);
    let room = left_room.saturating_sub(text::width(&organisation));
    let mut left = vec![
        Span::styled(" keydeck", theme.strong().patch(theme.accent())),
        Span::raw("  "),
        Span::styled(organisation, theme.strong()),
    ];
    if area.width >= WIDE {
        left.extend(tabs(app, room, look));
    }
    Paragraph::new(Line::from(left)).render(area, buffer);
    Paragraph::new(Line::from(right))
        .right_aligned()
        .render(right_of(area, used), buffer);
}

/// The host of the server that answers, where several may.
fn server(app: &App) -> Option<&str> {
    match &app.connection {
        EventStream::Live | EventStream::Polling => app.server.as_deref(),
        EventStream::Connecting | EventStream::Lost(_) => None,
    }
}

/// Where one is: `production`, or ` production · read-only ` on the profile's colour; of several servers
/// with the one that answers: `production → keys-2.acme.example`.
fn deck_label(deck: &DeckSummary, server: Option<&str>) -> String {
    let label = text::fit(&deck.label, 40);
    let label = match server {
        Some(host) => format!("{label} → {}", text::fit(host, 30)),
        None => label,
    };
    let label = match deck.read_only {
        true => format!("{label} · read-only"),
        false => label,
    };
    match deck.colour {
        Some(_) => format!(" {label} "),
        None => label,
    }
}

/// The screens with their keys, the one that is shown marked; nothing where they don't all fit.
fn tabs(app: &App, room: usize, look: &Look) -> Spans {
    let mut spans = vec![Span::raw("  ")];
    for screen in app.screens() {
        let (label, style) = match screen == app.screen {
            true => (
                format!(" {} ", app.screen_title()),
                look.theme.strong().reversed(),
            ),
            false => (format!(" {} ", screen.title()), look.theme.faint()),
        };
        spans.push(Span::styled(
            format!(" {}", key_of(app, screen)),
            look.theme.accent(),
        ));
        spans.push(Span::styled(label, style));
    }
    let used: usize = spans.iter().map(|span| text::width(&span.content)).sum();
    if used < room { spans } else { Vec::new() }
}

/// The key that shows a screen.
fn key_of(app: &App, screen: Screen) -> String {
    let shows = |binding: &&Binding| Screen::shown_by(binding.action) == Some(screen);
    let binding = app.keymap.of_layer(Layer::Keys).find(shows);
    binding
        .and_then(|binding| binding.keys.first())
        .map(|key| key.label())
        .unwrap_or_default()
}

/// ` 1,284 keys   Web 902  Mobile 311  Analytics 71        scope: all   sort: created ▼`; while the
/// filter is typed, the filter.
pub fn summary(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) -> Option<Position> {
    let (left, right) = match app.screen {
        Screen::Keys => keys_summary(area, app, look),
        _ => list_summary(area, app, look),
    };
    let used: usize = right.iter().map(|span| text::width(&span.content)).sum();
    Paragraph::new(Line::from(right))
        .right_aligned()
        .style(look.theme.faint())
        .render(right_of(area, used), buffer);
    let room = Rect {
        width: area.width.saturating_sub(used as u16 + 1),
        ..area
    };
    if let Some(Modal::Filter(line)) = app.over.first() {
        return filter::line(buffer, room, line, app.screen, &found(app), look);
    }
    Paragraph::new(Line::from(left)).render(room, buffer);
    None
}

type Spans = Vec<Span<'static>>;

/// What stands on the left and on the right.
fn keys_summary(area: Rect, app: &App, look: &Look) -> (Spans, Spans) {
    let query = &app.browse.query;
    let scope = query.scope.map_or("all", Scope::label);
    let by = match query.ended {
        Some(EndedView::Revoked) => "revoked",
        _ => sort_label(query.sort),
    };
    let sort = format!("sort: {by} {} ", arrow(query.order));
    let mut right = vec![Span::raw(sort)];
    if area.width >= 60 {
        let view = match query.ended {
            None => format!("scope: {scope}   "),
            Some(EndedView::Revoked) => "4: expired   0: active   ".into(),
            Some(EndedView::Expired) => "4: revoked   0: active   ".into(),
        };
        right.insert(0, Span::raw(view));
    }
    right.splice(0..0, narrowed(area, app, look));
    let used: usize = right.iter().map(|span| text::width(&span.content)).sum();
    let room = usize::from(area.width).saturating_sub(used + 1);
    let summary = app
        .browse
        .counts
        .as_ref()
        .map_or_else(String::new, |counts| total(counts, query.ended));
    if query.ended.is_some() && text::width(&summary) + 2 > room {
        right.clear();
    }
    let left = match app.browse.typed.trim() {
        "" => counts(app.browse.counts.as_ref(), query.ended, room, look),
        typed => filtered_by(typed, &found(app), room, look),
    };
    (left, right)
}

/// Of which project and whose keys are shown, when not all.
fn narrowed(area: Rect, app: &App, look: &Look) -> Option<Span<'static>> {
    let query = &app.browse.query;
    let project = query
        .project
        .as_ref()
        .map(|project| format!("project: {}", project.name));
    let whose = query.creator.as_ref().map(|creator| match app.shows_mine() {
        true => "mine".to_owned(),
        false => format!("created by {}", creator.email),
    });
    let room = usize::from(area.width) / 3;
    let words = project
        .into_iter()
        .chain(whose)
        .reduce(|a, b| format!("{a}, {b}"))?;
    let words = format!("{}   ", text::fit(&words, room));
    Some(Span::styled(words, look.theme.accent()))
}

fn list_summary(area: Rect, app: &App, look: &Look) -> (Spans, Spans) {
    let only = app.activity.only.words();
    let typed = match app.screen {
        Screen::Projects => app.projects.filter.trim(),
        Screen::People => app.people.filter.trim(),
        Screen::Activity => &only,
        Screen::Keys => "",
    };
    let left = match typed {
        "" => vec![Span::styled(format!(" {}", found(app)), look.theme.strong())],
        typed => filtered_by(typed, &found(app), usize::from(area.width), look),
    };
    // Where the tabs have no room, there is some here.
    let room = usize::from(area.width).saturating_sub(ROOM_FOR_COUNT);
    let right = match area.width < WIDE {
        true => tabs(app, room, look),
        false => Vec::new(),
    };
    (left, right)
}

fn filtered_by(typed: &str, found: &str, room: usize, look: &Look) -> Spans {
    let found = match found {
        "" => String::new(),
        found => format!(" · {found}"),
    };
    let room = room.saturating_sub(text::width(&found) + 12);
    vec![
        Span::raw(" filter "),
        Span::styled(text::fit(typed, room), look.theme.accent()),
        Span::styled(found, look.theme.faint()),
    ]
}

/// How many rows match, as far as is known.
fn found(app: &App) -> String {
    let (total, one, many) = match app.screen {
        Screen::Keys => {
            let counts = app.browse.current_counts();
            return counts.map_or_else(String::new, |counts| total(counts, app.browse.query.ended));
        }
        Screen::Projects => (app.projects.list.total(), "project", "projects"),
        Screen::People => (app.people.list.total(), "person", "people"),
        Screen::Activity => (app.activity.list.total(), "entry", "entries"),
    };
    match total {
        None => String::new(),
        Some(1) => format!("1 {one}"),
        Some(n) => format!("{} {many}", text::number(n as u64)),
    }
}

fn counts(
    counts: Option<&KeyCounts>,
    ended: Option<EndedView>,
    room: usize,
    look: &Look,
) -> Vec<Span<'static>> {
    let Some(counts) = counts else {
        return Vec::new();
    };
    let mut spans = vec![
        Span::styled(format!(" {}", total(counts, ended)), look.theme.strong()),
        Span::raw(" "),
    ];
    let mut used = text::width(&spans[0].content);
    // Of very many only some are counted: how many are of each scope is not known then.
    for scope in Scope::iter().filter(|_| !counts.capped) {
        let part = format!("  {} {}", scope.label(), text::number(counts.of(scope)));
        used += text::width(&part) + 1;
        if used < room {
            spans.push(Span::styled(part, look.theme.scope(scope)));
        }
    }
    spans
}

fn total(counts: &KeyCounts, ended: Option<EndedView>) -> String {
    let number = text::number(counts.total());
    let kind = match ended {
        None => "",
        Some(EndedView::Revoked) => "revoked ",
        Some(EndedView::Expired) => "expired ",
    };
    match counts.total() {
        _ if counts.capped => format!("more than {number} {kind}keys"),
        1 => format!("1 {kind}key"),
        _ => format!("{number} {kind}keys"),
    }
}

fn sort_label(sort: Sort) -> &'static str {
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
    }
}

/// The direction of a sort: ▲ ascending, ▼ descending.
pub fn arrow(order: Order) -> &'static str {
    match order {
        Order::Asc => "▲",
        Order::Desc => "▼",
    }
}

fn right_of(area: Rect, width: usize) -> Rect {
    let width = (width as u16).min(area.width);
    Rect {
        x: area.x + area.width - width,
        width,
        ..area
    }
}
