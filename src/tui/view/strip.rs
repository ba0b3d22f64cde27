//! What is told of the selected key under a table that has no details beside it: where it is trusted, how it is used, and
//! who has it. Of a key that has ended, how that came.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use super::{Look, text, time, traffic, used};
use crate::api::Key;
use crate::model::Scope;
use crate::tui::state::App;

/// A line: its parts, each of which is whole or left out, but for the first.
type Parts = Vec<(String, Style)>;

pub fn render(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    let Some(key) = app.selected().filter(|_| area.height > 0) else {
        return;
    };
    let lines = match (area.height, &key.revoked) {
        (1, None) => vec![in_short(key, app, look)],
        (_, None) => vec![
            trusted(key, look),
            requests(key, app, look),
            whose(key, app, look),
        ],
        (_, Some(_)) => ended(key, look),
    };
    for (parts, y) in lines.into_iter().zip(area.top()..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        write(Pen::new(buffer, line), parts);
    }
}

/// What doesn't fit whole is left out, unless it is the first.
fn write(mut pen: Pen, parts: Parts) {
    pen.skip(2);
    let parts = parts.into_iter().filter(|(words, _)| !words.is_empty());
    for (index, (words, style)) in parts.enumerate() {
        let gap = if index == 0 { 0 } else { 2 };
        if index > 0 && text::width(&words) + gap + 1 > pen.room() {
            break;
        }
        pen.skip(gap as u16);
        pen.write(&words, style);
    }
}

/// The domains, as many as fit.
fn trusted(key: &Key, look: &Look) -> Parts {
    let theme = look.theme;
    let mut domains = key.settings.ui_domains.iter();
    let Some(first) = domains.next() else {
        let words = match key.scope {
            Scope::Analytics => "Reads the whole organisation",
            Scope::Mobile => "Any app",
            Scope::Web => "No UI domains",
        };
        return vec![(words.into(), theme.faint())];
    };
    let others = domains.map(|domain| (domain.as_str().to_owned(), theme.text()));
    let first = (first.as_str().to_owned(), theme.text());
    std::iter::once(first).chain(others).collect()
}

fn requests(key: &Key, app: &App, look: &Look) -> Parts {
    traffic::in_line(key, &app.key_usage, look)
}

fn whose(key: &Key, app: &App, look: &Look) -> Parts {
    let last = traffic::last_in_line(key, &app.key_usage, look);
    let created = format!(
        "Created by {} · {}",
        text::short_name(&key.creator.email),
        time::date(key.created_at, &look.zone)
    );
    vec![(last, look.theme.text()), (created, look.theme.faint())]
}

/// In one line.
fn in_short(key: &Key, app: &App, look: &Look) -> Parts {
    let mut parts = vec![(
        traffic::last_in_line(key, &app.key_usage, look),
        look.theme.text(),
    )];
    let requests = requests(key, app, look).into_iter();
    parts.extend(requests.filter(|(words, _)| words.starts_with(['✗', '✓'])));
    parts.extend(trusted(key, look).into_iter().take(1));
    parts
}

/// By whom and why it was revoked, and who has tried it since.
fn ended(key: &Key, look: &Look) -> Vec<Parts> {
    let theme = look.theme;
    let Some(revoked) = &key.revoked else {
        return Vec::new();
    };
    let ago = time::ago(Some(revoked.at), look);
    let by = text::short_name(&revoked.by.email);
    let reason = revoked.reason.as_deref().unwrap_or("no reason given");
    let mut lines = vec![vec![
        (format!("Revoked {ago} by {by}"), theme.bad()),
        (text::fit(reason, 200), theme.text()),
    ]];
    let last = key
        .refused_since
        .as_ref()
        .and_then(|refused| Some((refused.count, refused.last.as_ref()?)));
    lines.push(match last {
        None => vec![("Nobody has presented it since".into(), theme.faint())],
        Some((count, last)) => {
            let from = used::from_where(last).map_or_else(String::new, |from| format!(" {from}"));
            let ago = time::ago(Some(last.at), look);
            vec![
                (format!("✗ {} refused since", text::number(count)), theme.bad()),
                (format!("last {ago}{from}"), theme.text()),
            ]
        }
    });
    lines.push(trusted(key, look));
    lines
}
