//! Removing a person: their keys, and what becomes of them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Look, dialog, text, time};
use crate::api::{Key, RemovalProgress};
use crate::tui::state::Removal;
use crate::tui::state::people::{Choice, Holding};

const WIDTH: u16 = 76;

pub fn render(buffer: &mut Buffer, screen: Rect, removal: &Removal, look: &Look) -> Option<Position> {
    let theme = look.theme;
    let width = dialog::inner_width(screen, WIDTH);
    let mut above = vec![head(removal, width, look)];
    if removal.is_me {
        above.extend(wrapped(
            "This is you: you'll be signed out.",
            width,
            theme.warning().bold(),
        ));
    }
    let below: Vec<Line> = [
        wrapped(consequences(removal), width, theme.text()),
        wrapped(removal.error.as_deref().unwrap_or_default(), width, theme.bad()),
    ]
    .concat();
    // The border and the buttons have three lines.
    let room = usize::from(screen.height).saturating_sub(above.len() + below.len() + 3);
    let keys = match &removal.holding {
        Some(holding) => keys(holding, room, width, look),
        None => Vec::new(),
    };
    let blank = usize::from(room >= keys.len() + 2);
    let gap = || std::iter::repeat_n(Line::default(), blank);
    let lines: Vec<Line> = above
        .into_iter()
        .chain(keys)
        .chain(gap())
        .chain(below)
        .chain(gap())
        .collect();
    let height = lines.len() as u16 + 3;
    let inner = dialog::open(buffer, screen, WIDTH, height, "Remove this person?", theme.bad());
    dialog::with_buttons(buffer, inner, lines, buttons(removal, width, look));
    None
}

/// `nina@acme.example · Support · 12 keys`
fn head(removal: &Removal, width: usize, look: &Look) -> Line<'static> {
    let user = &removal.person.user;
    let keys = match &removal.holding {
        None => String::new(),
        Some(Holding { total: 0, .. }) => " · no keys".into(),
        Some(Holding { total: 1, .. }) => " · 1 key".into(),
        Some(holding) => format!(" · {} keys", text::number(holding.total)),
    };
    let rest = format!(" · {}{keys}", user.role);
    let email = text::fit(&user.email, width.saturating_sub(text::width(&rest)));
    Line::from(vec![Span::styled(email, look.theme.strong()), Span::raw(rest)])
}

fn wrapped(words: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    let lines = text::wrap(words, width).into_iter();
    lines
        .filter(|line| !line.is_empty())
        .map(|line| Line::styled(line, style))
        .collect()
}

/// What the choices do.
fn consequences(removal: &Removal) -> &'static str {
    match &removal.holding {
        None if !removal.is_looking() => "Their keys could not be looked at. Esc closes this; d tries again.",
        None => "Looking at their keys…",
        Some(Holding { total: 0, .. }) if removal.is_me => "",
        Some(Holding { total: 0, .. }) => "They can't sign in any more.",
        Some(_) => {
            "Keys that are handed over go on working, and the projects go along. Revoked keys stop working at once and for ever."
        }
    }
}

/// As many keys as there is room for, and how many more there are.
fn keys(holding: &Holding, room: usize, width: usize, look: &Look) -> Vec<Line<'static>> {
    let total = usize::try_from(holding.total).unwrap_or(usize::MAX);
    let mut shown = holding.keys.len().min(room);
    if shown < total {
        shown = shown.min(room.saturating_sub(1));
    }
    let mut lines: Vec<Line> = holding.keys[..shown]
        .iter()
        .map(|key| line(key, width, look))
        .collect();
    if shown < total && room > 0 {
        let and = if shown == 0 { "" } else { "and " };
        let more = text::number((total - shown) as u64);
        lines.push(Line::styled(format!("  {and}{more} more"), look.theme.faint()));
    }
    lines
}

/// `  Checkout assistant   Web        Storefront     3 min ago`; the name stays longest.
fn line(key: &Key, width: usize, look: &Look) -> Line<'static> {
    let project = key.project.as_ref().map_or("–", |project| project.name.as_str());
    let used = match key.last_used_at {
        Some(at) => time::ago(Some(at), look.now),
        None => "never used".into(),
    };
    let theme = look.theme;
    let mut cells = vec![
        (key.scope.label().to_owned(), 10, theme.scope(key.scope)),
        (used, 11, theme.text()),
        (project.to_owned(), 18, theme.text()),
    ];
    while cells.iter().map(|cell| cell.1 + 2).sum::<usize>() + 16 > width && !cells.is_empty() {
        cells.pop();
    }
    let taken: usize = cells.iter().map(|cell| cell.1 + 2).sum();
    let mut spans = vec![Span::raw(text::column(
        &format!("  {}", key.name),
        width.saturating_sub(taken),
    ))];
    for (content, cells, style) in cells {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(text::column(&content, cells), style));
    }
    Line::from(spans)
}

/// The buttons: in few words where there is little room, and the focused one alone where there is less.
fn buttons(removal: &Removal, width: usize, look: &Look) -> Line<'static> {
    if removal.sending {
        return Line::styled(removing(removal.progress), look.theme.faint());
    }
    let line = |label: fn(Choice) -> &'static str| {
        let focused = removal.focused();
        let buttons: Vec<_> = removal
            .choices()
            .iter()
            .map(|&choice| (label(choice), choice == focused, destroys(choice)))
            .collect();
        dialog::buttons(&buttons, look)
    };
    let fits = |line: &Line| line.width() <= width + 3;
    [line(long), line(short)]
        .into_iter()
        .find(fits)
        .unwrap_or_else(|| {
            let focused = removal.focused();
            dialog::buttons(&[(short(focused), true, destroys(focused))], look)
        })
}

/// `Removing… 12,000 of 50,000`
fn removing(progress: Option<RemovalProgress>) -> String {
    let Some(progress) = progress else {
        return "Removing…".into();
    };
    let (done, all) = (progress.done(), progress.done() + progress.left);
    format!("Removing… {} of {}", text::number(done), text::number(all))
}

fn destroys(choice: Choice) -> bool {
    matches!(choice, Choice::Remove | Choice::RevokeAll)
}

fn long(choice: Choice) -> &'static str {
    match choice {
        Choice::Cancel => "Cancel",
        Choice::Remove => "Yes, Remove",
        Choice::HandOver => "Hand over to…",
        Choice::RevokeAll => "Revoke them all",
    }
}

fn short(choice: Choice) -> &'static str {
    match choice {
        Choice::HandOver => "Hand over",
        Choice::RevokeAll => "Revoke all",
        other => long(other),
    }
}
