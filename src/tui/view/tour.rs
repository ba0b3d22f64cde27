//! The step of the tour, under the screen, which ends above it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};
use strum::VariantArray;

use super::{Look, text};
use crate::tui::keymap::{Action, Layer};
use crate::tui::state::App;
use crate::tui::state::tour::{Tour, TourStep};

/// The screen without the rows of the tour, and these.
pub fn parted(area: Rect, app: &App) -> (Rect, Rect) {
    let rows = app.tour_rows().min(area.height);
    let height = area.height - rows;
    let screen = Rect { height, ..area };
    let strip = Rect {
        y: area.y + height,
        height: rows,
        ..area
    };
    (screen, strip)
}

pub fn render(buffer: &mut Buffer, strip: Rect, app: &App, look: &Look) {
    let Some(tour) = app.tour().filter(|_| strip.height > 1 && strip.width > 4) else {
        return;
    };
    Clear.render(strip, buffer);
    title(buffer, strip, tour, app, look);
    let room = usize::from(strip.width).saturating_sub(2);
    let sentence = told(tour.step(), app);
    let told = match strip.height {
        ..3 => vec![text::fit_sentence(&sentence, room)],
        _ => text::wrap(&sentence, room),
    };
    let mut lines: Vec<Line> = told
        .into_iter()
        .map(|line| Line::raw(format!(" {line}")))
        .collect();
    // Whole on a line of its own, so that it can be selected.
    if let Some(secret) = tour.shown_secret() {
        let most = usize::from(strip.height).saturating_sub(2);
        lines.truncate(most.max(1));
        lines.push(Line::styled(format!(" {}", secret.expose()), look.theme.strong()));
    }
    let below = Rect {
        y: strip.y + 1,
        height: strip.height - 1,
        ..strip
    };
    Paragraph::new(lines).render(below, buffer);
}

/// What a step says, with the keys that the person has set.
pub fn told(step: TourStep, app: &App) -> String {
    let close = app
        .keymap
        .letter_of(Layer::Usage, Action::Back)
        .unwrap_or_default();
    let told = app.keymap.told(Layer::Keys, step.text());
    told.replace("{close}", &close)
        .replace("{paste}", &app.tour_pastes())
}

/// `── Tour 3 of 8 · Stop it first ───────────── Esc leaves the tour ──`, unless there is a dialog that Esc closes.
fn title(buffer: &mut Buffer, strip: Rect, tour: &Tour, app: &App, look: &Look) {
    let step = tour.step();
    let (number, all) = (step.number(), TourStep::VARIANTS.len());
    let left = format!("── Tour {number} of {all} · {} ", step.title());
    let width = usize::from(strip.width);
    let [whole, brief] = [" {back} leaves the tour ──", " {back} ──"].map(|words| app.told(words));
    let leaves = app.over.is_empty();
    let [whole, brief] = if leaves {
        [whole, brief]
    } else {
        ["──".into(), "──".into()]
    };
    let right = match text::width(&left) + text::width(&whole) <= width {
        true => whole,
        false => brief,
    };
    let left = text::fit(&left, width.saturating_sub(text::width(&right)));
    let between = width.saturating_sub(text::width(&left) + text::width(&right));
    let line = Line::from(vec![
        Span::styled(left, look.theme.accent()),
        Span::styled("─".repeat(between), look.theme.accent()),
        Span::styled(right, look.theme.accent()),
    ]);
    Paragraph::new(line).render(Rect { height: 1, ..strip }, buffer);
}
