//! The line above the table that stays until somebody has decided about the keys that were reported leaked.

use std::collections::HashSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Look, text};
use crate::model::Shown;
use crate::tui::keymap::Action;
use crate::tui::state::layout::Area;
use crate::tui::state::{App, Target, Targets};

pub fn render(buffer: &mut Buffer, line: Rect, app: &App, look: &Look, targets: &mut Targets) {
    if line.height == 0 {
        return;
    }
    let Some(words) = words(app) else {
        return;
    };
    let way = format!("{} decides", app.way_to(Action::Leaks));
    let width = usize::from(line.width);
    let room = width.saturating_sub(text::width(&way) + 4);
    let words = text::fit(&format!(" ! {words}"), room);
    let gap = width.saturating_sub(text::width(&words) + text::width(&way) + 1);
    let theme = look.theme;
    Line::from(vec![
        Span::styled(words, theme.bad().bold()),
        Span::raw(" ".repeat(gap)),
        Span::styled(way, theme.accent()),
    ])
    .render(line, buffer);
    let area = Area {
        x: line.x,
        y: line.y,
        width: line.width,
        height: 1,
    };
    targets.add(area, Target::Do(Action::Leaks));
}

/// Names that are told of many.
const NAMED: usize = 5;

/// `2 keys were reported leaked: “Board”, “Checkout”`
pub fn words(app: &App) -> Option<String> {
    let reports = app.leaks.reports();
    let mut seen = HashSet::new();
    let mut names: Vec<String> = Vec::new();
    for leak in reports {
        if seen.insert(leak.key.id) {
            names.push(format!("“{}”", Shown::new(&leak.key.name)));
        }
    }
    let what = match (names.len(), app.leaks.may_be_more()) {
        (0, _) => return None,
        (1, false) => "1 key was reported leaked".to_owned(),
        (n, false) => format!("{n} keys were reported leaked"),
        (n, true) => format!("At least {n} keys were reported leaked"),
    };
    let others = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let and = match others {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    Some(format!("{what}: {}{and}", names.join(", ")))
}
