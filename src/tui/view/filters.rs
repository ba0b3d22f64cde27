//! The filters that are on, and the one that is typed; on the rule under the header, so that nothing moves.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::pen::{Pen, joined};
use super::{Look, clip, counts, filter, text};
use crate::tui::dialogs::Modal;
use crate::tui::keymap::Action;
use crate::tui::state::chips::Chip;
use crate::tui::state::layout::Area;
use crate::tui::state::{App, Screen, Target, Targets};

/// Widths to which the words of a filter are cut where there is no room for all.
const CUTS: [usize; 4] = [60, 32, 18, 9];

/// A filter in words, and what takes it away.
struct ShownFilter {
    words: String,
    drop: Target,
}

/// Draws them; returns where the text cursor belongs while one is typed.
pub fn render(
    buffer: &mut Buffer,
    screen: Rect,
    app: &App,
    look: &Look,
    targets: &mut Targets,
) -> Option<Position> {
    let layout = app.layout();
    let line = match layout.rule.height {
        0 => layout.summary,
        _ => layout.rule,
    };
    // The end of the rule stays.
    let end = layout.divider.filter(|_| layout.rule.height > 0);
    let line = Area {
        width: end.unwrap_or(line.width),
        ..line
    };
    if let Some(Modal::Filter(typed)) = app.over.first() {
        blank(buffer, clip(line, screen));
        return filter::line(
            buffer,
            clip(line, screen),
            typed,
            app.screen,
            &counts::found(app),
            look,
        );
    }
    let filters = filters(app);
    if !filters.is_empty() {
        chips(buffer, clip(line, screen), filters, app, look, targets);
    }
    None
}

fn blank(buffer: &mut Buffer, line: Rect) {
    for x in line.left()..line.right() {
        if let Some(cell) = buffer.cell_mut((x, line.y)) {
            cell.reset();
        }
    }
}

fn filters(app: &App) -> Vec<ShownFilter> {
    let typed = match app.screen {
        Screen::Keys => {
            let chips = app.browse.chips().into_iter();
            let chips = chips.map(|(chip, words)| ShownFilter {
                words,
                drop: Target::Drop(chip),
            });
            return chips.collect();
        }
        Screen::Projects => app.projects.filter.trim().to_owned(),
        Screen::People => app.people.filter.trim().to_owned(),
        Screen::Activity => {
            let chips = app.activity.filters().into_iter();
            let chips = chips.map(|(filter, words)| ShownFilter {
                words,
                drop: Target::Drop(Chip::Log(filter)),
            });
            return chips.collect();
        }
    };
    let typed = Some(typed).filter(|words| !words.is_empty());
    let filter = typed.map(|words| ShownFilter {
        words,
        drop: Target::Do(Action::Back),
    });
    filter.into_iter().collect()
}

/// ` [Web ×] [idle:90d ×]  5 keys · Esc clears `
fn chips(
    buffer: &mut Buffer,
    line: Rect,
    filters: Vec<ShownFilter>,
    app: &App,
    look: &Look,
    targets: &mut Targets,
) {
    let theme = look.theme;
    let found = counts::found(app);
    let key = |action| app.keymap.key_of(app.screen_layer(), action);
    let clears = key(Action::Back).map_or_else(String::new, |key| match app.screen {
        Screen::Keys if app.can_go_back() => format!("{key} goes back"),
        _ if filters.len() > 1 => format!("{key} clears all"),
        _ => format!("{key} clears"),
    });
    let last = key(Action::DropFilter).filter(|_| filters.len() > 1);
    let last = last.map_or_else(String::new, |key| format!("{key} the last"));
    let after = |parts: &[&str]| {
        let parts = parts.iter().filter(|part| !part.is_empty());
        parts.copied().collect::<Vec<_>>().join(" · ")
    };
    let afters = [
        after(&[&found, &clears, &last]),
        after(&[&found, &clears]),
        clears.clone(),
    ];
    let room = usize::from(line.width).saturating_sub(2);
    let chips_width = |cut: usize| -> usize {
        let width = |filter: &ShownFilter| text::width(&text::fit(&filter.words, cut)) + 5;
        filters.iter().map(width).sum()
    };
    let forms = CUTS
        .iter()
        .flat_map(|cut| afters.iter().map(|after| (after.as_str(), *cut)));
    let mut forms = forms.chain(CUTS.map(|cut| ("", cut)));
    let fits = |(after, cut): &(&str, usize)| chips_width(*cut) + text::width(after) + 2 <= room;
    let (after, cut) = forms.find(fits).unwrap_or(("", CUTS[CUTS.len() - 1]));
    let mut pen = Pen::new(buffer, line);
    pen.skip(1);
    for filter in &filters {
        let start = pen.write(" [", theme.faint());
        pen.write(
            &text::fit(&filter.words, cut),
            theme.accent().patch(theme.strong()),
        );
        pen.write(" ×", theme.bad());
        let end = pen.write("]", theme.faint());
        targets.add(joined(start, end), filter.drop.clone());
    }
    if !after.is_empty() {
        let area = pen.write(&format!("  {after} "), theme.faint());
        targets.add(area, Target::Do(Action::Back));
    } else {
        pen.write(" ", theme.text());
    }
}
