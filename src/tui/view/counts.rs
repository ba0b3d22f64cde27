//! The line below the title: how many keys there are of each kind, and what needs attention; on the other screens how many
//! rows there are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::{Pen, joined};
use super::{Look, marks, text};
use crate::api::{AtLeast, KeyAttention};
use crate::model::Scope;
use crate::model::expiry::WARNED_DAYS;
use crate::tui::keymap::Action;
use crate::tui::state::browse::Total;
use crate::tui::state::query::EndedView;
use crate::tui::state::{App, Screen, Target, Targets};

/// The filters that the words at the right end ask for.
const EXPIRING: &str = "expires:30d";
const REFUSED: &str = "refused:24h";
const IDLE: &str = "idle:90d";

/// Keys of one kind.
struct Kind {
    action: Action,
    label: &'static str,
    total: Option<Total>,
    is_shown: bool,
}

/// How much is said of each kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `1 Web 35`
    Whole,
    /// `1 35`, but of what is shown
    Keys,
    /// Only what is shown.
    Shown,
}

/// ` 0 All 60  1 Web 35  2 Mobile 18  3 Analytics 7  4 Revoked 3         26 keys refused in 24 h · 5 idle `
pub fn render(buffer: &mut Buffer, area: Rect, app: &App, look: &Look, targets: &mut Targets) {
    if app.screen != Screen::Keys {
        let found = found(app);
        Pen::new(buffer, area).write(&format!(" {found}"), look.theme.strong());
        return;
    }
    let kinds = kinds(app);
    let room = usize::from(area.width);
    let forms = [Form::Whole, Form::Keys, Form::Shown];
    let fits = |form: &Form| width(&kinds, *form, app) <= room;
    let form = forms.into_iter().find(fits).unwrap_or(Form::Shown);
    let mut pen = Pen::new(buffer, area);
    for kind in &kinds {
        if form != Form::Shown || kind.is_shown {
            write(&mut pen, kind, form, app, look, targets);
        }
    }
    attention(pen, app, look, targets);
}

fn kinds(app: &App) -> Vec<Kind> {
    let (browse, query) = (&app.browse, &app.browse.query);
    let mut kinds = vec![Kind {
        action: Action::ScopeAll,
        label: "All",
        total: browse.active(None),
        is_shown: query.ended.is_none() && query.scope.is_none(),
    }];
    let scopes = [
        (Action::ScopeWeb, Scope::Web),
        (Action::ScopeMobile, Scope::Mobile),
        (Action::ScopeAnalytics, Scope::Analytics),
    ];
    kinds.extend(scopes.map(|(action, scope)| Kind {
        action,
        label: scope.label(),
        total: browse.active(Some(scope)),
        is_shown: query.ended.is_none() && query.scope == Some(scope),
    }));
    let view = query.ended.unwrap_or(EndedView::Revoked);
    kinds.push(Kind {
        action: Action::ShowEnded,
        label: match view {
            EndedView::Revoked => "Revoked",
            EndedView::Expired => "Expired",
        },
        total: browse.ended(view).or_else(|| revoked(app, view)),
        is_shown: query.ended.is_some(),
    });
    kinds
}

/// Of all that were revoked: nothing where the other counts are of fewer than all keys. How many of them match is counted
/// once they are shown.
fn revoked(app: &App, view: EndedView) -> Option<Total> {
    let is_of_all = view == EndedView::Revoked && !app.browse.query.is_filtered_beside_scope();
    let counts = app.revoked_count.counts().filter(|_| is_of_all)?;
    Some(Total {
        keys: counts.total(),
        is_exact: !counts.capped,
    })
}

/// Its key, what it is called, and how many there are.
fn words(kind: &Kind, form: Form, app: &App) -> (String, String, String) {
    let key = app
        .keymap
        .key_of(app.screen_layer(), kind.action)
        .unwrap_or_default();
    let name = match form == Form::Whole || kind.is_shown {
        true => format!(" {}", kind.label),
        false => String::new(),
    };
    let count = kind
        .total
        .map_or_else(String::new, |total| format!(" {}", number(total)));
    (format!(" {key}"), name, format!("{count} "))
}

fn number(total: Total) -> String {
    let more = if total.is_exact { "" } else { "+" };
    format!("{}{more}", text::number(total.keys))
}

fn width(kinds: &[Kind], form: Form, app: &App) -> usize {
    let shown = kinds.iter().filter(|kind| form != Form::Shown || kind.is_shown);
    let width = |kind: &Kind| {
        let (key, name, count) = words(kind, form, app);
        text::width(&key) + text::width(&name) + text::width(&count)
    };
    shown.map(width).sum()
}

fn write(pen: &mut Pen, kind: &Kind, form: Form, app: &App, look: &Look, targets: &mut Targets) {
    let theme = look.theme;
    let (key, name, count) = words(kind, form, app);
    let styles = match kind.is_shown {
        true => [theme.tab(); 3],
        false => [theme.accent(), theme.faint(), theme.text()],
    };
    let start = pen.write(&key, styles[0]);
    pen.write(&name, styles[1]);
    let end = pen.write(&count, styles[2]);
    targets.add(joined(start, end), Target::Do(kind.action));
}

/// What stands at the right end, in words and in fewer of them; a click opens the filter that finds it.
struct Part {
    words: String,
    short: String,
    style: Style,
    target: Option<Target>,
}

const BETWEEN: &str = " · ";

/// Marks while there are some, and what needs attention, the most urgent first.
fn attention(mut pen: Pen, app: &App, look: &Look, targets: &mut Targets) {
    let mut parts = parts(app, look);
    let room = pen.room().saturating_sub(3);
    let width = |parts: &[Part]| -> usize {
        let words: usize = parts.iter().map(|part| text::width(&part.words)).sum();
        words + BETWEEN.chars().count() * parts.len().saturating_sub(1)
    };
    // The most urgent stays in words the longest.
    for last in (0..parts.len()).rev() {
        if width(&parts) > room {
            parts[last].words = std::mem::take(&mut parts[last].short);
        }
    }
    while width(&parts) > room {
        parts.pop();
    }
    let gap = (pen.room()).saturating_sub(width(&parts) + 1);
    pen.skip(gap as u16);
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            pen.write(BETWEEN, look.theme.faint());
        }
        let area = pen.write(&part.words, part.style);
        if let Some(target) = part.target {
            targets.add(area, target);
        }
    }
}

fn parts(app: &App, look: &Look) -> Vec<Part> {
    let marked = marks::counted(app, look).map(|(words, style)| Part {
        short: words.clone(),
        words,
        style,
        target: None,
    });
    let others = match app.browse.query.ended {
        Some(view) => vec![other_view(view, app, look)],
        None => needing_attention(app, look),
    };
    marked.into_iter().chain(others).collect()
}

fn other_view(view: EndedView, app: &App, look: &Look) -> Part {
    let key = app.way_to(Action::ShowEnded);
    let other = match view {
        EndedView::Revoked => "expired",
        EndedView::Expired => "revoked",
    };
    Part {
        words: format!("{key} shows {other} keys"),
        short: format!("{key}: {other}"),
        style: look.theme.faint(),
        target: Some(Target::Do(Action::ShowEnded)),
    }
}

/// `26 keys refused in 24 h · 5 idle · 3 expire within 30 days`
fn needing_attention(app: &App, look: &Look) -> Vec<Part> {
    let theme = look.theme;
    let attention = app.browse.counts.and_then(|counts| counts.attention);
    let mut parts = Vec::new();
    if let Some(refused) = attention
        .map(|attention| attention.refused)
        .filter(|refused| refused.count > 0)
    {
        let number = at_least(refused);
        let keys = if refused.count == 1 { "key" } else { "keys" };
        parts.push(Part {
            words: format!("{number} {keys} refused in {} h", KeyAttention::REFUSED_HOURS),
            short: format!("{number} refused"),
            style: theme.bad(),
            target: Some(Target::Filter(REFUSED)),
        });
    }
    if let Some(idle) = attention
        .map(|attention| attention.idle)
        .filter(|idle| idle.count > 0)
    {
        let words = format!("{} idle", at_least(idle));
        parts.push(Part {
            short: words.clone(),
            words,
            style: theme.faint(),
            target: Some(Target::Filter(IDLE)),
        });
    }
    parts.extend(expiring(app, look));
    parts
}

fn at_least(count: AtLeast) -> String {
    let more = if count.capped { "+" } else { "" };
    format!("{}{more}", text::number(count.count))
}

fn expiring(app: &App, look: &Look) -> Option<Part> {
    let counts = app.expiring.counts().filter(|counts| counts.total() > 0)?;
    let number = text::number(counts.total());
    let (long, short) = match counts.capped {
        true => (format!("more than {number}"), format!("{number}+")),
        false => (number.clone(), number),
    };
    let verb = if counts.total() == 1 { "expires" } else { "expire" };
    Some(Part {
        words: format!("{long} {verb} within {WARNED_DAYS} days"),
        short: format!("{short} {verb} in {WARNED_DAYS} d"),
        style: look.theme.warning(),
        target: Some(Target::Filter(EXPIRING)),
    })
}

/// How many rows match, as far as is known.
pub fn found(app: &App) -> String {
    let (total, one, many) = match app.screen {
        Screen::Keys => {
            let kind = match app.browse.query.ended {
                None => "",
                Some(EndedView::Revoked) => "revoked ",
                Some(EndedView::Expired) => "expired ",
            };
            return match app.browse.total() {
                None => String::new(),
                Some(Total {
                    keys,
                    is_exact: false,
                }) => format!("more than {} {kind}keys", text::number(keys)),
                Some(Total { keys: 1, .. }) => format!("1 {kind}key"),
                Some(Total { keys, .. }) => format!("{} {kind}keys", text::number(keys)),
            };
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
