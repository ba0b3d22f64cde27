//! The fields of a form, each with what is wrong with it or, while it has the focus, its hint.

use ratatui::text::{Line, Span};

use super::form_lines::FormLines;
use super::{Look, text, time};
use crate::model::{Scope, expiry};
use crate::tui::keymap::{Keymap, Layer};
use crate::tui::state::form::{
    FieldInput, Form, FormField, LineList, LinesOf, OverlapEnd, OverlapField, Presence, ProjectChoice,
    ProjectPicker, TimeField,
};

/// Lines of a list that are shown at once.
const LIST_LINES: usize = 8;
/// Items that are named of what can be taken into a list.
const OFFERED: usize = 3;
/// Projects that are offered at once.
const CHOICES: usize = 5;

pub fn render(lines: &mut FormLines, form: &Form) {
    for (index, field) in form.fields.iter().enumerate() {
        if field.presence != Presence::Absent {
            render_one(lines, form, index, field);
        }
    }
}

pub fn render_one(lines: &mut FormLines, form: &Form, index: usize, field: &FormField) {
    let focused = index == form.focus;
    match &field.input {
        FieldInput::Text(text) => lines.input(lines.label_of(field.label, focused), text, focused),
        FieldInput::Time(time) => lines.input(lines.label_of(field.label, focused), time.text(), focused),
        FieldInput::Overlap(overlap) => {
            lines.input(lines.label_of(field.label, focused), overlap.text(), focused);
        }
        FieldInput::Hidden(text) => lines.hidden(lines.label_of(field.label, focused), text, focused),
        FieldInput::Toggle { on, meaning } => toggle(lines, field.label, *on, meaning, focused),
        FieldInput::Choice { options, chosen } => choice(lines, field.label, options, *chosen, focused),
        FieldInput::Lines(list) => list_of_lines(lines, form, field.label, list, focused),
        FieldInput::Project(picker) => {
            let is_wrong = form.error_under(index).is_some();
            project(lines, field.label, picker, focused, is_wrong);
        }
    }
    lines.error(form.error_under(index));
    field.of_paste().into_iter().for_each(|said| lines.note(said));
    if focused && !field.hint().is_empty() {
        lines.hint(field.hint());
    }
    match &field.input {
        FieldInput::Time(time) if form.error_under(index).is_none() => {
            until(time, lines.look).iter().for_each(|told| lines.hint(told));
        }
        FieldInput::Overlap(overlap) => {
            overlap_until(overlap, lines.look)
                .iter()
                .for_each(|told| lines.note(told));
        }
        _ => {}
    }
}

/// Which instant was given, where the person is and in UTC, unless that is what was typed.
pub fn until(time: &TimeField, look: &Look) -> Option<String> {
    let Some(at) = time.read_as()? else {
        return Some("it never expires".into());
    };
    let told = expiry::told(at, &look.zone);
    let until = if time.always() { "until" } else { "valid until" };
    (told != time.text().value()).then(|| format!("{until} {told}"))
}

/// Until when the old token of a rotation is valid.
pub fn overlap_until(overlap: &OverlapField, look: &Look) -> Option<String> {
    let exact = |end| time::exact(end, &look.zone);
    Some(match overlap.end(look.now)? {
        OverlapEnd::Immediately => {
            "The old token is refused immediately: whatever still presents it stops working.".to_owned()
        }
        OverlapEnd::At(end) => format!("The old token is valid until {}.", exact(end)),
        OverlapEnd::WithKey(end) => {
            format!(
                "The old token is valid until the key itself expires, {}.",
                exact(end)
            )
        }
    })
}

fn toggle(lines: &mut FormLines, label: &str, on: bool, meaning: &str, focused: bool) {
    let mark = if on { "[x]" } else { "[ ]" };
    let words = text::fit(
        &format!("{mark} {meaning}"),
        lines.width.saturating_sub(lines.label),
    );
    let line = Line::from(vec![
        lines.label_of(label, focused),
        Span::styled(words, lines.entry(focused)),
    ]);
    lines.line(line, focused, Some(lines.label + 1));
}

fn choice(lines: &mut FormLines, label: &str, options: &[&'static str], chosen: usize, focused: bool) {
    let room = lines.width.saturating_sub(lines.label);
    let (options, cursor) = options_line(options, chosen, room, lines.look);
    let label = lines.label_of(label, focused);
    let spans: Vec<_> = std::iter::once(label).chain(options).collect();
    lines.line(Line::from(spans), focused, Some(lines.label + cursor));
}

/// All options, the chosen one marked; where they don't all fit, the chosen one alone. With it, where the
/// cursor is among them: on the mark of the chosen one.
fn options_line(
    options: &[&'static str],
    chosen: usize,
    room: usize,
    look: &Look,
) -> (Vec<Span<'static>>, usize) {
    let marked = |(index, option): (usize, &&str)| match index == chosen {
        true => Span::styled(format!("(•) {option}   "), look.theme.accent().bold()),
        false => Span::styled(format!("( ) {option}   "), look.theme.faint()),
    };
    let all: Vec<_> = options.iter().enumerate().map(marked).collect();
    let width = |spans: &[Span]| -> usize { spans.iter().map(|span| text::width(&span.content)).sum() };
    if width(&all) <= room {
        let cursor = width(&all[..chosen.min(all.len())]) + 1;
        return (all, cursor);
    }
    let option = options.get(chosen).copied().unwrap_or_default();
    let only = Span::styled(format!("◂ {option} ▸"), look.theme.accent().bold());
    (vec![only], 0)
}

fn project(lines: &mut FormLines, label: &str, picker: &ProjectPicker, focused: bool, is_wrong: bool) {
    lines.input(lines.label_of(label, focused), picker.text(), focused);
    lines.error(picker.error());
    if let Some(creator) = picker.chosen_creator() {
        lines.hint(&format!("the one of {creator}"));
    }
    if picker.new_name().is_some() {
        lines.hint("+ a new project, created together with the key");
    }
    if picker.is_waiting() && (focused || picker.will_take()) {
        lines.hint("searching…");
    }
    if !focused {
        return;
    }
    let choices = picker.choices();
    // Where it is wrong that none is chosen, that says it.
    if let Some(words) = picker.none_found().filter(|_| !is_wrong) {
        lines.hint(words);
    }
    let skip = (picker.highlighted() + 1).saturating_sub(CHOICES);
    for (index, choice) in choices.iter().enumerate().skip(skip).take(CHOICES) {
        let words = match choice {
            ProjectChoice::Existing(project) => match picker.creator_of(index) {
                Some(creator) => format!("{} · {creator}", project.name),
                None => project.name.clone(),
            },
            ProjectChoice::New(name) => format!("+ new project “{name}”"),
        };
        offered(lines, &words, index == picker.highlighted());
    }
}

/// One of what is offered under a field.
fn offered(lines: &mut FormLines, words: &str, taken: bool) {
    let style = match taken {
        true => lines.look.theme.selected(),
        false => lines.look.theme.text(),
    };
    let parts = text::whole(words, lines.width.saturating_sub(lines.label + 2));
    for (index, part) in parts.into_iter().enumerate() {
        let mark = if taken && index == 0 { "▸ " } else { "  " };
        lines.plain(Line::from(vec![
            Span::raw(" ".repeat(lines.label)),
            Span::styled(format!("{mark}{part}"), style),
        ]));
    }
}

/// What may be entered in a list.
pub fn hint_of_list(of: LinesOf) -> &'static str {
    match of {
        LinesOf::Items(field) => field.hint(),
        LinesOf::Domains(Scope::Mobile) => "none: any app; one a line, such as com.acme.shop",
        LinesOf::Domains(_) => "one a line, such as https://shop.acme.example or https://*.acme.example",
    }
}

/// What can be taken into the line where the cursor is.
pub fn offer_of_list(list: &LineList) -> Option<String> {
    let offered = list.offered_here();
    let first = offered.iter().take(OFFERED).map(String::as_str);
    let named = first.collect::<Vec<_>>().join(", ");
    let more = match offered.len().saturating_sub(OFFERED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let takes = Keymap::told_of_fixed(Layer::Form, "{right} takes");
    match offered.len() {
        0 => None,
        1 => Some(format!("used from {named}; {takes} it")),
        _ => Some(format!("used from {named}{more}; {takes} them all")),
    }
}

/// A line for each item, with its own error, and while the list has the focus one more to type in.
fn list_of_lines(lines: &mut FormLines, form: &Form, label: &str, list: &LineList, focused: bool) {
    let hint = hint_of_list(list.of);
    let all = list.lines().len();
    let (skip, last) = match focused {
        true => ((list.current() + 1).saturating_sub(LIST_LINES), all),
        false => (0, all.saturating_sub(1).max(1)),
    };
    let shown = list.lines().iter().enumerate();
    for (index, field) in shown.take(last.min(skip + LIST_LINES)).skip(skip) {
        let here = focused && index == list.current();
        let label = match index == skip {
            true => lines.label_of(label, focused),
            false => Span::raw(" ".repeat(lines.label)),
        };
        lines.input(label, field, here);
        match list.error_of_line(index, &form.errors) {
            Some(error) => lines.error(Some(error)),
            // Not yet a whole host: http://localhost would be warned of while it is typed.
            None if here && !field.value().contains('.') => {}
            None => lines.warning(list.warning_of_line(index).as_deref()),
        }
        if let Some(meant) = list.meant_here().filter(|_| here) {
            let takes = Keymap::told_of_fixed(Layer::Form, "{accept} takes it");
            lines.note(&format!("→ {meant} ({takes})"));
        }
    }
    if last > skip + LIST_LINES {
        lines.hint(&format!("and {} more", last - skip - LIST_LINES));
    }
    if focused {
        lines.hint(hint);
        offer_of_list(list).iter().for_each(|offer| lines.note(offer));
    }
    lines.error(list.error_of_list(&form.errors));
}
