//! What can be done now, and what just happened.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Widget};

use super::pen::{Pen, joined};
use super::{Look, filter, marks, text};
use crate::tui::dialogs::Modal;
use crate::tui::keymap::Action;
use crate::tui::state::layout::Area;
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
    let waiting = || app.waiting_words().map(|words| (words, look.theme.warning()));
    if let Some((sentence, style)) = filter::says(app, look).or_else(waiting) {
        return in_place_of_hints(buffer, area, &sentence, style, app);
    }
    let (mut right, left): (Vec<Hint>, Vec<Hint>) =
        hints(app).into_iter().partition(|hint| is_way(hint.action));
    for spared in [Action::Palette, Action::Quit] {
        if right.iter().map(Hint::width).sum::<usize>() > usize::from(area.width) {
            right.retain(|hint| hint.action != spared);
        }
    }
    let reserved: usize = right.iter().map(Hint::width).sum();
    // A cell at each end stays free.
    let mut room = usize::from(area.width).saturating_sub(reserved);
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

/// A sentence; one that is too long begins on the rule above.
fn in_place_of_hints(buffer: &mut Buffer, area: Rect, sentence: &str, style: Style, app: &App) {
    let room = usize::from(area.width).saturating_sub(2);
    let rule = app.layout().foot_rule;
    let has_rule = rule.height > 0 && rule.y + 1 == area.y;
    let mut lines = text::wrap(sentence, room);
    if text::width(sentence) <= room || lines.len() > 1 + usize::from(has_rule) {
        lines = vec![text::fit_sentence(sentence, room)];
    }
    let more = lines.len() as u16 - 1;
    let area = Rect {
        y: area.y - more,
        height: area.height + more,
        ..area
    };
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|line| Line::styled(format!(" {line}"), style))
        .collect();
    Clear.render(area, buffer);
    Paragraph::new(lines).render(area, buffer);
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
/// over the hints, and then over rows: a name in it tells which thing it is about, and is not cut. It lies over no secret
/// and over no dialog: where one reaches down to the hints, it takes their place.
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
    let is_kept_free = is_new || app.revealed.is_some() || is_covered(buffer, layout.foot_rule);
    let border = match layout.foot_rule.height {
        _ if is_kept_free => layout.footer.y.min(screen.bottom().saturating_sub(1)),
        0 => layout.footer.y.saturating_sub(1),
        _ => layout.foot_rule.y,
    };
    let most = match is_kept_free || !app.is_on_screen() {
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
    // Rows and hints that it would cover in part go as a whole; of a rule, only the words.
    let is_rule = !is_kept_free && layout.foot_rule.height > 0;
    for row in area.rows() {
        match is_rule && row.y == border {
            true => end_words(buffer, row),
            false => Clear.render(
                Rect {
                    x: screen.x,
                    width: screen.width,
                    ..row
                },
                buffer,
            ),
        }
    }
    Clear.render(area, buffer);
    Paragraph::new(lines).render(area, buffer);
}

/// Makes a rule again of the words in it that would be covered in part.
fn end_words(buffer: &mut Buffer, covered: Rect) {
    const RULE: &str = "─";
    let is_word = |buffer: &Buffer, x: u16| {
        buffer
            .cell((x, covered.y))
            .is_some_and(|cell| cell.symbol() != RULE)
    };
    let last = covered.right().saturating_sub(1);
    let is_blank = buffer
        .cell((last, covered.y))
        .is_some_and(|cell| cell.symbol() == " ");
    // The blank before the words is none of them.
    if !is_word(buffer, last) || (is_blank && !is_word(buffer, last.saturating_sub(1))) {
        return;
    }
    let cut: Vec<u16> = (covered.right()..buffer.area.right())
        .take_while(|x| is_word(buffer, *x))
        .collect();
    for x in cut {
        if let Some(cell) = buffer.cell_mut((x, covered.y)) {
            cell.set_symbol(RULE);
        }
    }
}

/// Whether a dialog, which is not dimmed as what is behind it, lies over a line.
fn is_covered(buffer: &Buffer, line: Area) -> bool {
    let mut cells = (line.x..line.x + line.width).filter_map(|x| buffer.cell((x, line.y)));
    line.height > 0
        && cells.any(|cell| ["│", "╰"].contains(&cell.symbol()) && !cell.modifier.contains(Modifier::DIM))
}
