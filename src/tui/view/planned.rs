//! What came of a plan, where it was not all that it showed.

use ratatui::text::Line;

use super::dialog::DialogText;
use super::lines::paragraph;
use super::{Look, text};
use crate::api::{LeftAlone, PlanDifference, PlanProgress};

/// Nothing was done, because these keys are not as they were.
pub fn changed(difference: &PlanDifference, width: usize, look: &Look) -> DialogText {
    let head = format!("Since the plan was made: {}.", difference.words());
    let others = difference.total().saturating_sub(difference.sample.len() as u64);
    DialogText {
        head: paragraph(&head, look.theme.strong(), width),
        body: named(&difference.sample, others, width, look),
        foot: paragraph("The marks are kept.", look.theme.text(), width),
        ..DialogText::default()
    }
}

/// What was done, and which keys were left alone.
pub fn done(progress: &PlanProgress, width: usize, look: &Look) -> DialogText {
    let theme = look.theme;
    let mut head = Vec::new();
    match progress.left_alone {
        0 => {}
        1 => head.extend(paragraph(
            "1 key was left alone; it stays marked:",
            theme.warning(),
            width,
        )),
        keys => {
            let words = format!("{} keys were left alone; they stay marked:", text::number(keys));
            head.extend(paragraph(&words, theme.warning(), width));
        }
    }
    let mut foot = Vec::new();
    if !progress.is_finished() {
        let left = text::number(progress.left);
        let words = format!("The server does not answer; it continues with {left} more.");
        foot.extend(paragraph(&words, theme.warning(), width));
    }
    let others = progress
        .left_alone
        .saturating_sub(progress.left_alone_keys.len() as u64);
    DialogText {
        head,
        body: named(&progress.left_alone_keys, others, width, look),
        foot,
        ..DialogText::default()
    }
}

/// `  Checkout assistant: someone changed it`
fn named(keys: &[LeftAlone], others: u64, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for key in keys {
        let words = format!("{}: {}", key.name, key.why.words());
        let whole = text::whole(&words, width.saturating_sub(2)).into_iter();
        lines.extend(whole.map(|line| Line::raw(format!("  {line}"))));
    }
    if others > 0 {
        let more = format!("  and {} more", text::number(others));
        lines.push(Line::styled(more, look.theme.faint()));
    }
    lines
}
