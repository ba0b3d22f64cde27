//! The lines that part the screen: under the header, before the details, above the footer. On the one under the table
//! stands which of its rows are shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use super::{Look, clip, header, text};
use crate::tui::state::layout::Layout;
use crate::tui::state::list::{List, Listed};
use crate::tui::state::{App, Screen, Targets};

/// Which rows are on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The number of the first one, from 1; unknown where rows before it were never seen.
    pub first: Option<u64>,
    pub shown: u64,
    /// Of all, where that is known.
    pub total: Option<u64>,
    pub more_above: bool,
    pub more_below: bool,
}

/// `targets` has what can be clicked in the table.
pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look, targets: &Targets) {
    let layout = app.layout();
    let style = look.theme.border(false);
    horizontal(buffer, clip(layout.rule, screen), style);
    horizontal(buffer, clip(layout.table_rule, screen), style);
    horizontal(buffer, clip(layout.foot_rule, screen), style);
    if let Some(x) = layout.divider {
        divider(
            buffer,
            screen,
            x,
            &layout,
            app.details_focused && app.over.is_empty(),
            look,
        );
    }
    if !layout.is_covered() {
        let rule = clip(layout.table_rule, screen);
        let width = layout.divider.unwrap_or(rule.width).min(rule.width);
        at_end(buffer, Rect { width, ..rule }, &position(app, targets), look);
    }
}

fn horizontal(buffer: &mut Buffer, line: Rect, style: Style) {
    for x in line.left()..line.right() {
        put(buffer, x, line.y, "─", style, line.height > 0);
    }
}

/// It is heavier, and has the accent, while the details have the focus.
fn divider(buffer: &mut Buffer, screen: Rect, x: u16, layout: &Layout, focused: bool, look: &Look) {
    let (signs, style) = match focused {
        true => (["┃", "┰", "┸"], look.theme.border(true)),
        false => (["│", "┬", "┴"], look.theme.border(false)),
    };
    let body = clip(layout.table, screen);
    // It begins under the rule, whatever stands above the table.
    for y in clip(layout.banner, screen).top()..body.bottom() {
        put(buffer, x, y, signs[0], style, x < screen.right());
    }
    let joints = [(layout.rule, signs[1]), (layout.table_rule, signs[2])];
    for (rule, sign) in joints {
        let is_drawn = clip(rule, screen).height > 0 && x < screen.right();
        put(buffer, x, rule.y, sign, style, is_drawn);
    }
}

fn put(buffer: &mut Buffer, x: u16, y: u16, sign: &str, style: Style, is_drawn: bool) {
    if is_drawn && let Some(cell) = buffer.cell_mut((x, y)) {
        cell.set_symbol(sign).set_style(style);
    }
}

/// `…`, `sort: name ▲`, `1–30 of 60 ▼ 30 more`: what there is to say, the least important first. The ellipsis is there while
/// other rows are on their way.
fn position(app: &App, targets: &Targets) -> Vec<String> {
    let is_coming = match app.screen {
        Screen::Keys => app.browse.is_replacing(),
        Screen::Projects => app.projects.list.is_waiting(),
        Screen::People => app.people.list.is_waiting(),
        Screen::Activity => app.activity.list.is_waiting(),
    };
    let sort = header::hidden_sort(app, targets);
    let stretch = stretch_of(app)
        .map(Stretch::in_words)
        .filter(|words| !words.is_empty());
    let coming = is_coming.then(|| "…".to_owned());
    [sort, stretch, coming].into_iter().flatten().collect()
}

/// At the right end of a rule, as much as fits of the last of it.
fn at_end(buffer: &mut Buffer, rule: Rect, parts: &[String], look: &Look) {
    let room = usize::from(rule.width).saturating_sub(2);
    let joined = |parts: &[String]| {
        let parts: Vec<String> = parts.iter().map(|words| format!(" {words} ")).collect();
        parts.join("─")
    };
    let forms = (0..parts.len()).map(|from| joined(&parts[from..]));
    let Some(words) = forms.into_iter().find(|words| text::width(words) <= room) else {
        return;
    };
    let used = text::width(&words) as u16;
    let line = Rect {
        x: rule.right().saturating_sub(used + 1),
        width: used,
        ..rule
    };
    Pen::new(buffer, line).write(&words, look.theme.faint());
}

fn stretch_of(app: &App) -> Option<Stretch> {
    let stretch = match app.screen {
        Screen::Keys => of_keys(app),
        Screen::Projects => of_list(&app.projects.list),
        Screen::People => of_list(&app.people.list),
        Screen::Activity => of_list(&app.activity.list),
    };
    (stretch.shown > 0).then_some(stretch)
}

fn of_keys(app: &App) -> Stretch {
    let rows = &app.browse.rows;
    let shown = rows.visible().count() as u64;
    let total = app.browse.total().filter(|total| total.is_exact);
    let first = rows.first_number();
    let (more_above, more_below) = rows.more_than_visible();
    Stretch {
        first,
        shown,
        total: total.map(|total| total.keys),
        more_above,
        more_below,
    }
}

fn of_list<T: Listed>(list: &List<T>) -> Stretch {
    let shown = list.visible().count() as u64;
    let above = list.above() as u64;
    let loaded = list.items().len() as u64;
    Stretch {
        first: Some(above + 1),
        shown,
        total: list.total().map(|total| total as u64),
        more_above: above > 0,
        more_below: list.total().is_none() || above + shown < loaded,
    }
}

impl Stretch {
    /// `1–30 of 60 ▼`; nothing where all rows are on the screen.
    fn in_words(self) -> String {
        let arrow = match (self.more_above, self.more_below) {
            (false, false) => return String::new(),
            (true, false) => "▲",
            (false, true) => "▼",
            (true, true) => "▲▼",
        };
        let Some(first) = self.first else {
            return format!("{arrow} more");
        };
        let last = (first + self.shown).saturating_sub(1);
        let range = format!("{}–{}", text::number(first), text::number(last));
        match self.total {
            Some(total) if self.more_below => {
                let more = text::number(total.saturating_sub(last));
                format!("{range} of {} {arrow} {more} more", text::number(total))
            }
            Some(total) => format!("{range} of {} {arrow}", text::number(total)),
            None => format!("{range} {arrow} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_goes_on_says_so() {
        let stretch = |first, shown, total, more_above, more_below| {
            let stretch = Stretch {
                first,
                shown,
                total,
                more_above,
                more_below,
            };
            stretch.in_words()
        };
        assert_eq!(stretch(Some(1), 12, Some(12), false, false), "");
        assert_eq!(
            stretch(Some(1), 30, Some(60), false, true),
            "1–30 of 60 ▼ 30 more"
        );
        assert_eq!(
            stretch(Some(13), 30, Some(60), true, true),
            "13–42 of 60 ▲▼ 18 more"
        );
        assert_eq!(stretch(Some(31), 30, Some(60), true, false), "31–60 of 60 ▲");
        assert_eq!(stretch(Some(1), 30, None, false, true), "1–30 ▼ more");
        assert_eq!(stretch(None, 30, Some(2_000), true, true), "▲▼ more");
    }
}
