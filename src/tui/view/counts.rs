//! The line below the title: how many keys there are of each kind, and what needs attention; on the other screens how many
//! rows there are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::{Pen, joined};
use super::{Look, marks, text};
use crate::model::Scope;
use crate::model::expiry::WARNED_DAYS;
use crate::tui::keymap::Action;
use crate::tui::state::browse::Total;
use crate::tui::state::query::EndedView;
use crate::tui::state::{App, Screen, Target, Targets};

/// The filters that the words at the right end ask for.
const EXPIRING: &str = "expires:30d";

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

/// ` 0 All 60  1 Web 35  2 Mobile 18  3 Analytics 7  4 Revoked 3              26 refused today · 5 idle `
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
        total: browse.ended(view),
        is_shown: query.ended.is_some(),
    });
    kinds
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

/// What stands at the right end: marks while there are some, and what needs attention, the most urgent first.
fn attention(mut pen: Pen, app: &App, look: &Look, targets: &mut Targets) {
    let mut parts: Vec<(String, Style, Option<Target>)> = Vec::new();
    if let Some((words, style)) = marks::counted(app, look) {
        parts.push((words, style, None));
    }
    if app.browse.query.ended.is_some() {
        let other = match app.browse.query.ended {
            Some(EndedView::Expired) => "4 shows revoked keys",
            _ => "4 shows expired keys",
        };
        parts.push((
            other.into(),
            look.theme.faint(),
            Some(Target::Do(Action::ShowEnded)),
        ));
    } else {
        let used: usize = parts.iter().map(|(words, ..)| text::width(words) + 3).sum();
        parts.extend(expiring(app, pen.room().saturating_sub(used + 2), look));
    }
    const BETWEEN: &str = " · ";
    let mut room = pen.room().saturating_sub(2);
    let fits = |(words, ..): &(String, Style, Option<Target>)| {
        let cells = text::width(words) + BETWEEN.chars().count();
        let fits = cells <= room + BETWEEN.chars().count();
        room = room.saturating_sub(cells);
        fits
    };
    let parts: Vec<_> = parts.into_iter().take_while(fits).collect();
    let used: usize = parts.iter().map(|(words, ..)| text::width(words) + 3).sum();
    let gap = (pen.room() + 2).saturating_sub(used);
    pen.skip(gap as u16);
    for (index, (words, style, target)) in parts.into_iter().enumerate() {
        if index > 0 {
            pen.write(BETWEEN, look.theme.faint());
        }
        let area = pen.write(&words, style);
        if let Some(target) = target {
            targets.add(area, target);
        }
    }
}

/// `3 expire within 30 days`, in fewer words where there is less room.
fn expiring(app: &App, room: usize, look: &Look) -> Option<(String, Style, Option<Target>)> {
    let counts = app.expiring.counts()?;
    let number = text::number(counts.total());
    let (long, short) = match counts.capped {
        true => (format!("more than {number}"), format!("{number}+")),
        false => (number.clone(), number),
    };
    let verb = if counts.total() == 1 { "expires" } else { "expire" };
    let forms = [
        format!("{long} {verb} within {WARNED_DAYS} days"),
        format!("{short} {verb} in {WARNED_DAYS} d"),
    ];
    let words = forms.into_iter().find(|words| text::width(words) <= room)?;
    Some((words, look.theme.warning(), Some(Target::Filter(EXPIRING))))
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
