//! A plan of many keys: how many, which, what is left out, and what came of it.

use jiff::Timestamp;
use ratatui::layout::Position;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{PlanDialog, PlanStage};
use crate::api::{NewPlan, Plan, PlanAction, PlanBreakdown, PlanProgress, PlannedKey};
use crate::model::{Scope, expiry};
use crate::tui::plain::form::entry;
use crate::tui::plain::spoken::{ChoiceKeys, FieldEntry, Speak, Spoken, SpokenField, UNBROKEN};
use crate::tui::state::App;
use crate::tui::view::lines::paragraph;
use crate::tui::view::{Canvas, Draw, Look, dialog, planned, reason, text, time};

const WIDTH: u16 = 76;
/// People who are named.
const PEOPLE: usize = 3;
/// Keys that are named at least; where there is no room for them, they scroll.
const LEAST_KEYS: usize = 3;
/// Lines of the border, the buttons, and what stays in sight around the dialog.
const AROUND: usize = 6;

impl Draw for PlanDialog {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let width = dialog::inner_width(screen, WIDTH);
        let words = words(self, width, usize::from(screen.height), look);
        let buttons = match doing(self) {
            Some(doing) => Line::styled(doing, look.theme.faint()),
            None if app.is_quitting() => Line::default(),
            None => buttons(self, width, look),
        };
        let title = title(self);
        let frame = (WIDTH, title.as_str(), border(self, look));
        let field = dialog::ask(buffer, screen, frame, words, self.scroll, buttons, look);
        match self.takes_reason() {
            true => reason::render(buffer, field, &self.reason, self.is_in_reason(), look),
            false => None,
        }
    }
}

/// What is waited for.
fn doing(dialog: &PlanDialog) -> Option<String> {
    match &dialog.stage {
        PlanStage::Committing(plan, progress) => Some(committing(plan, progress.as_deref())),
        _ => None,
    }
}

fn border(dialog: &PlanDialog, look: &Look) -> Style {
    match dialog.new.action {
        PlanAction::Revoke => look.theme.bad(),
        _ if dialog.may_stop_them() => look.theme.warning(),
        _ => look.theme.accent(),
    }
}

/// `Revoke 214 keys?`
fn title(dialog: &PlanDialog) -> String {
    let asked = dialog.new.ids.as_ref().map_or(0, Vec::len) as u64;
    let question = |keys| format!("{} {}?", capital(dialog.new.action.verb()), counted(keys));
    match &dialog.stage {
        PlanStage::Planned(plan) if plan.count == 0 => "Nothing to do".into(),
        PlanStage::Planned(plan) | PlanStage::Committing(plan, _) => question(plan.count),
        PlanStage::Planning | PlanStage::Unplanned => question(asked),
        PlanStage::Changed(_) => "Nothing was done: keys have changed".into(),
        PlanStage::Outdated => "Nothing was done: the plan is out of date".into(),
        PlanStage::Done(progress) => {
            let (done, count) = (text::number(progress.done), counted(progress.count));
            format!("{} {done} of {count}", capital(progress.action.past()))
        }
    }
}

fn words(dialog: &PlanDialog, width: usize, height: usize, look: &Look) -> dialog::DialogText {
    let theme = look.theme;
    let error = || match &dialog.error {
        Some(error) => paragraph(error, theme.bad(), width),
        None => Vec::new(),
    };
    match &dialog.stage {
        PlanStage::Planning => only_head(paragraph("Asking what would be done…", theme.faint(), width)),
        PlanStage::Unplanned | PlanStage::Outdated => only_head(error()),
        PlanStage::Changed(difference) => planned::changed(difference, width, look),
        PlanStage::Done(progress) => planned::done(progress, width, look),
        PlanStage::Planned(plan) | PlanStage::Committing(plan, _) => {
            let mut foot = consequences(dialog, width, look);
            foot.extend(left_out(&plan.breakdown, plan.action, width, look));
            foot.extend(beside(dialog, width, look));
            if plan.count > 0 {
                let until = time::clock(plan.expires_at, &look.zone);
                let valid = format!("This plan is valid until {until}.");
                foot.extend(paragraph(&valid, theme.faint(), width));
            }
            foot.extend(error());
            foot.extend(number_line(dialog, look));
            let head = head(plan, width, look);
            let field = 2 * usize::from(dialog.takes_reason());
            let room = height.saturating_sub(AROUND + field + head.len() + foot.len());
            dialog::DialogText {
                head,
                body: sample(plan, width, room, look),
                foot,
                has_field: dialog.takes_reason(),
            }
        }
    }
}

fn only_head(head: Vec<Line<'static>>) -> dialog::DialogText {
    dialog::DialogText {
        head,
        ..dialog::DialogText::default()
    }
}

/// `214 keys: 180 Web, 30 Mobile, 4 Analytics`, when they were used and who created them.
fn head(plan: &Plan, width: usize, look: &Look) -> Vec<Line<'static>> {
    let (theme, of) = (look.theme, &plan.breakdown);
    if plan.count == 0 {
        let none = "Nothing would be done to any of the marked keys.";
        return paragraph(none, theme.strong(), width);
    }
    let scopes = [
        (Scope::Web, of.by_scope.web),
        (Scope::Mobile, of.by_scope.mobile),
        (Scope::Analytics, of.by_scope.analytics),
    ];
    let scopes = scopes.into_iter().filter(|(_, keys)| *keys > 0);
    let scopes: Vec<String> = scopes
        .map(|(scope, keys)| format!("{} {scope}", text::number(keys)))
        .collect();
    let all = format!("{}: {}", counted(plan.count), scopes.join(", "));
    let mut lines = paragraph(&all, theme.strong(), width);
    let (used, style) = match of.used_within_24h {
        0 => ("None was used within the last 24 hours.".to_owned(), theme.text()),
        1 => (
            "! 1 was used within the last 24 hours.".to_owned(),
            theme.warning(),
        ),
        used => {
            let used = format!("! {} were used within the last 24 hours.", text::number(used));
            (used, theme.warning())
        }
    };
    lines.extend(paragraph(&used, style, width));
    lines.extend(paragraph(&creators(of), theme.text(), width));
    lines
}

/// `Created by mira@acme.example (120), jonas@acme.example (90) and 2 others`
fn creators(of: &PlanBreakdown) -> String {
    let named = of.by_owner.iter().take(PEOPLE);
    let named: Vec<String> = named
        .map(|owner| format!("{} ({})", owner.creator.email, text::number(owner.count)))
        .collect();
    let others = of.owners.saturating_sub(named.len() as u64);
    let others = match others {
        0 => String::new(),
        1 => " and 1 other".into(),
        others => format!(" and {} others", text::number(others)),
    };
    format!("Created by {}{others}.", named.join(", "))
}

/// Those that were used last, as many as there is room for, and how many more there are.
fn sample(plan: &Plan, width: usize, room: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines: Vec<Line> = vec![Line::default()];
    let mut shown = 0;
    for key in &plan.sample {
        let of_key = key_lines(key, width, look);
        // Two lines more: how many there are, and a blank one.
        if shown >= LEAST_KEYS && lines.len() + of_key.len() + 2 > room {
            break;
        }
        lines.extend(of_key);
        shown += 1;
    }
    let more = plan.count.saturating_sub(shown as u64);
    if more > 0 && shown > 0 {
        let more = format!("  and {} more, used before these or never", text::number(more));
        lines.push(Line::styled(more, look.theme.faint()));
    }
    match shown {
        0 => Vec::new(),
        _ => lines.into_iter().chain([Line::default()]).collect(),
    }
}

/// `  Checkout assistant   Web        3 min ago    Storefront`; the name is whole, the rest gives way.
fn key_lines(key: &PlannedKey, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let used = match key.last_used_at {
        Some(at) => time::ago(Some(at), look),
        None => "never used".into(),
    };
    let project = key.project.clone().unwrap_or_else(|| "–".into());
    let mut cells = vec![
        (key.scope.label().to_owned(), 9, theme.text()),
        (used, 10, theme.text()),
        (project, 14, theme.text()),
    ];
    while cells.iter().map(|cell| cell.1 + 2).sum::<usize>() + 18 > width && !cells.is_empty() {
        cells.pop();
    }
    let taken: usize = cells.iter().map(|cell| cell.1 + 2).sum();
    let room = width.saturating_sub(taken + 2);
    let mut name = text::whole(&key.name, room).into_iter();
    let first = name.next().unwrap_or_default();
    let mut spans = vec![Span::raw(format!("  {}", text::column(&first, room)))];
    for (content, cells, style) in cells {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(text::column(&content, cells), style));
    }
    let rest = name.map(|line| Line::raw(format!("  {line}")));
    std::iter::once(Line::from(spans)).chain(rest).collect()
}

fn consequences(dialog: &PlanDialog, width: usize, look: &Look) -> Vec<Line<'static>> {
    let (theme, new) = (look.theme, &dialog.new);
    let mut lines = match new.action {
        PlanAction::Revoke => {
            let words = "Revoking takes effect immediately and can't be undone.";
            paragraph(words, theme.strong(), width)
        }
        PlanAction::Disable => {
            let words = "They are refused immediately, until they are enabled.";
            paragraph(words, theme.strong(), width)
        }
        PlanAction::Enable => paragraph("They are accepted again immediately.", theme.text(), width),
        PlanAction::SetExpiry => paragraph(&end(new, look), theme.strong(), width),
        PlanAction::Label => {
            let labels = |what, labels: &[String]| match labels {
                [] => None,
                labels => Some(format!("{what}: {}.", labels.join(", "))),
            };
            let words = [
                labels("Added", &new.add_labels),
                labels("Removed", &new.remove_labels),
            ];
            let words: Vec<String> = words.into_iter().flatten().collect();
            paragraph(&words.join(" "), theme.strong(), width)
        }
    };
    if let Some(reason) = new.reason.as_ref().filter(|_| !dialog.takes_reason()) {
        lines.extend(paragraph(&format!("Reason: {reason}"), theme.text(), width));
    }
    lines
}

fn end(new: &NewPlan, look: &Look) -> String {
    let Some(at) = new.expires_at.as_ref().and_then(Option::as_deref) else {
        return "They never end.".into();
    };
    let told = at.parse::<Timestamp>().map(|at| expiry::told(at, &look.zone));
    format!("They are valid until {}.", told.unwrap_or_else(|_| at.to_owned()))
}

/// `Left out: 2 that you may not disable, 1 that is disabled already, 1 that is gone.`
fn left_out(of: &PlanBreakdown, action: PlanAction, width: usize, look: &Look) -> Vec<Line<'static>> {
    let (already, impossible) = match action {
        PlanAction::Revoke => ("revoked already", "that can't be revoked"),
        PlanAction::Disable => ("disabled already", "that can't be disabled"),
        PlanAction::Enable => ("not disabled", "expired, which must be renewed first"),
        PlanAction::SetExpiry => ("with this expiry already", "that can't have it"),
        PlanAction::Label => ("with these labels already", "that would have more than 8"),
    };
    let may_not = format!("that you may not {}", action.verb());
    let parts = [
        (of.not_allowed, may_not.as_str()),
        (of.unchanged, already),
        (of.not_possible, impossible),
        (of.gone, "no longer there"),
    ];
    let parts = parts.into_iter().filter(|(keys, _)| *keys > 0);
    let parts: Vec<String> = parts
        .map(|(keys, what)| format!("{} {what}", text::number(keys)))
        .collect();
    match parts.is_empty() {
        true => Vec::new(),
        false => paragraph(
            &format!("Left out: {}.", parts.join("; ")),
            look.theme.warning(),
            width,
        ),
    }
}

/// That the selected key is not among them.
fn beside(dialog: &PlanDialog, width: usize, look: &Look) -> Vec<Line<'static>> {
    let Some(name) = &dialog.beside else {
        return Vec::new();
    };
    let words = format!("“{name}” is selected, but not marked: nothing is done to it.");
    paragraph(&words, look.theme.text(), width)
}

/// `Type 214 to go on: 21_`
fn number_line(dialog: &PlanDialog, look: &Look) -> Option<Line<'static>> {
    let wanted = dialog.number_to_type()?;
    let theme = look.theme;
    let mut spans = vec![
        Span::raw(format!("Type {wanted} to go on: ")),
        Span::styled(dialog.typed.clone(), theme.strong()),
    ];
    match dialog.lacks_number() {
        true => spans.push(Span::styled("▁", theme.accent())),
        false => spans.push(Span::styled(" ✓", theme.good())),
    }
    Some(Line::from(spans))
}

/// The buttons; what can't be pressed before the number is typed is shown faintly.
fn buttons(dialog: &PlanDialog, width: usize, look: &Look) -> Line<'static> {
    let mut line = dialog::button_row(&dialog.buttons, width, look);
    if let Some(label) = dialog.commit_label().filter(|_| dialog.lacks_number())
        && line.width() + text::width(label) + 2 <= width
    {
        line.push_span(Span::styled(format!("  {label}"), look.theme.faint()));
    }
    line
}

/// `Revoking… 2,400 of 7,120`
fn committing(plan: &Plan, progress: Option<&PlanProgress>) -> String {
    let doing = match plan.action {
        PlanAction::Revoke => "Revoking",
        PlanAction::Disable => "Disabling",
        PlanAction::Enable => "Enabling",
        PlanAction::SetExpiry => "Setting the expiry",
        PlanAction::Label => "Labelling",
    };
    match progress {
        None => format!("{doing}…"),
        Some(progress) => {
            let done = text::number(progress.count.saturating_sub(progress.left));
            format!("{doing}… {done} of {}", text::number(progress.count))
        }
    }
}

/// `1 key`, `1,284 keys`.
fn counted(keys: u64) -> String {
    match keys {
        1 => "1 key".into(),
        keys => format!("{} keys", text::number(keys)),
    }
}

fn capital(verb: &str) -> String {
    let mut chars = verb.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

impl Speak for PlanDialog {
    fn speak(&self, _app: &App, look: &Look) -> Spoken {
        let dialog::DialogText { head, body, foot, .. } = words(self, UNBROKEN, usize::MAX, look);
        let number = self.number_to_type().map(|wanted| {
            let typed = FieldEntry::Text {
                before: self.typed.clone(),
                after: String::new(),
            };
            SpokenField::new(format!("Type {wanted} to go on"), typed)
        });
        let asks = number.as_ref().map(|number| number.label.clone());
        let number = match self.is_in_reason() {
            true => Some(SpokenField::new(reason::LABEL, entry(&self.reason))),
            false => number,
        };
        let mut spoken = Spoken::titled(title(self)).lines(head).lines(body).lines(foot);
        // Said where one types.
        spoken
            .lines
            .retain(|line| asks.as_ref().is_none_or(|asks| !line.starts_with(asks)));
        let keys = match number {
            Some(_) => ChoiceKeys::AltDigits,
            None => ChoiceKeys::Digits,
        };
        spoken = spoken.buttons(&self.buttons).field(number);
        spoken.choice_keys = keys;
        spoken.doing(doing(self).as_deref())
    }
}
