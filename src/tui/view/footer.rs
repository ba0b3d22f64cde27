//! What can be done now, and what just happened.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};

use super::pen::{Pen, joined};
use super::{Look, filter, marks, text};
use crate::tui::dialogs::Modal;
use crate::tui::keymap::Action;
use crate::tui::state::{App, Target, Targets, Tone};

/// What the footer says of a binding.
struct Hint {
    action: Action,
    key: String,
    words: String,
}

impl Hint {
    fn width(&self) -> usize {
        text::width(&self.key) + text::width(&self.words) + 3
    }

    fn write(&self, pen: &mut Pen, look: &Look, targets: &mut Targets) {
        let start = pen.write(&self.key, look.theme.strong().patch(look.theme.accent()));
        let end = pen.write(&format!(" {}", self.words), look.theme.text());
        targets.add(joined(start, end), Target::Do(self.action));
        pen.skip(2);
    }
}

/// What there is to say of what was typed into the filter or waits for rows, or else the hints of the layer for what is
/// possible now: the most useful on the left, always in the same order, and on the right the ways on and out, which stay.
pub fn render(buffer: &mut Buffer, area: Rect, app: &App, look: &Look, targets: &mut Targets) {
    if let Some((sentence, style)) = filter::says(app, look) {
        let room = usize::from(area.width).saturating_sub(2);
        let sentence = format!(" {}", text::fit_sentence(&sentence, room));
        Paragraph::new(Span::styled(sentence, style)).render(area, buffer);
        return;
    }
    if let Some(words) = app.waiting_words() {
        let room = usize::from(area.width).saturating_sub(2);
        let words = format!(" {}", text::fit_sentence(&words, room));
        Paragraph::new(Span::styled(words, look.theme.warning())).render(area, buffer);
        return;
    }
    let (mut right, left): (Vec<Hint>, Vec<Hint>) =
        hints(app).into_iter().partition(|hint| is_way(hint.action));
    for spared in [Action::Palette, Action::Quit] {
        if right.iter().map(Hint::width).sum::<usize>() > usize::from(area.width) + 1 {
            right.retain(|hint| hint.action != spared);
        }
    }
    let reserved: usize = right.iter().map(Hint::width).sum();
    let mut room = (usize::from(area.width) + 1).saturating_sub(reserved);
    let mut pen = Pen::new(buffer, area);
    pen.skip(1);
    for hint in left {
        // What comes after is less useful, but may be shorter.
        if hint.width() <= room {
            room -= hint.width();
            hint.write(&mut pen, look, targets);
        }
    }
    let gap = pen.room().saturating_sub(reserved.saturating_sub(1));
    pen.skip(gap as u16);
    for hint in right {
        hint.write(&mut pen, look, targets);
    }
}

fn hints(app: &App) -> Vec<Hint> {
    let possible = app.keymap.of_layer(app.layer());
    let possible = possible.filter(|binding| app.can(binding.action));
    let hints = possible.filter_map(|binding| {
        Some(Hint {
            action: binding.action,
            key: binding.keys.first()?.label(),
            words: marks::hint(app, binding).unwrap_or_else(|| binding.hint.to_owned()),
        })
    });
    let mut hints: Vec<Hint> = hints.filter(|hint| !hint.words.is_empty()).collect();
    hints.sort_by_key(|hint| marks::rank(app, hint.action));
    hints
}

/// Leads on or out, and is shown whatever else there is room for.
fn is_way(action: Action) -> bool {
    matches!(
        action,
        Action::Back | Action::Palette | Action::Help | Action::Quit
    )
}

/// Over the rule above the footer, so that it costs no row and moves nothing. Where that is too short for it, it goes on
/// over the hints, and then over rows: a name in it tells which thing it is about, and is not cut. It lies over no secret.
pub fn notice(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    let Some(notice) = &app.notice else {
        return;
    };
    let (sign, style) = match notice.tone {
        Tone::Done => ("✓", look.theme.good()),
        Tone::Note => ("·", look.theme.strong()),
        Tone::Failed => ("✗", look.theme.bad()),
    };
    let layout = app.layout();
    let is_new = app.over.iter().any(|over| matches!(over, Modal::NewSecret(_)));
    let has_secret = is_new || app.revealed.is_some();
    let border = match layout.foot_rule.height {
        _ if has_secret => layout.footer.y.min(screen.bottom().saturating_sub(1)),
        0 => layout.footer.y.saturating_sub(1),
        _ => layout.foot_rule.y,
    };
    let most = match has_secret {
        true => usize::from(screen.bottom().saturating_sub(border)),
        false => usize::from(screen.height) / 2,
    };
    let room = usize::from(screen.width).saturating_sub(8);
    let mut lines = text::wrap(&notice.text, room);
    if lines.len() > most {
        lines = vec![text::fit_sentence(&notice.text, room)];
    }
    let height = lines.len() as u16;
    // Never over a row that is not needed for it.
    let y = border.min(screen.bottom().saturating_sub(height));
    let lines = lines.into_iter().enumerate().map(|(index, line)| match index {
        0 => format!(" {sign} {line} "),
        _ => format!("   {line} "),
    });
    let lines: Vec<Line> = lines.map(|line| Line::styled(line, style)).collect();
    let width = lines.iter().map(Line::width).max().unwrap_or_default();
    let area = Rect {
        x: 2.min(screen.width),
        y,
        width: (width as u16).min(screen.width),
        height,
    }
    .intersection(screen);
    let below = Rect {
        x: screen.x,
        y: border + 1,
        width: screen.width,
        height: (y + height).saturating_sub(border + 1),
    };
    Clear.render(below.intersection(screen), buffer);
    Clear.render(area, buffer);
    Paragraph::new(lines).render(area, buffer);
}
