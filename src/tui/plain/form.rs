//! A form in words: its fields with their values, the one that has the focus, and what is wrong.

use super::spoken::{ChoiceKeys, FieldEntry, Spoken, SpokenField};
use crate::tui::state::form::{
    FieldInput, Form, FormField, LineList, Presence, ProjectChoice, ProjectPicker,
};
use crate::tui::state::text::TextField;
use crate::tui::view::{Look, fields};

const EMPTY: &str = "empty";
const NOT_SHOWN: &str = "not shown: it holds a secret";

/// Without a title, which the dialog has.
pub fn spoken(form: &Form, look: &Look) -> Spoken {
    let mut spoken = Spoken::default();
    spoken.lines.extend(form.banner.clone());
    for (index, field) in form.fields.iter().enumerate() {
        if field.presence == Presence::Absent {
            continue;
        }
        spoken.fields.push((field.label.trim().to_owned(), value(field)));
        // Nothing is wrong with what is being sent until the answer says so.
        if !form.sending {
            spoken.lines.extend(remarks(form, index, field, look));
        }
    }
    match form.focused() {
        Some(field) => focused(spoken, field, remarks(form, form.focus, field, look)),
        None => spoken.buttons(&form.button_row()),
    }
}

fn focused(mut spoken: Spoken, field: &FormField, remarks: Vec<String>) -> Spoken {
    let entered = FieldEntry::Value(value(field));
    let mut of_field = SpokenField::new(field.label.trim(), entered).hint(field.hint());
    of_field.remarks = remarks;
    match &field.input {
        FieldInput::Text(text) => of_field.entry = entry(text),
        FieldInput::Time(time) => of_field.entry = entry(time.text()),
        FieldInput::Overlap(overlap) => of_field.entry = entry(overlap.text()),
        FieldInput::Hidden(text) => of_field.entry = hidden(text.length()),
        FieldInput::Toggle { .. } => of_field.hint = "Space switches it".into(),
        FieldInput::Choice { options, chosen } => {
            let options = options.iter().map(|option| (*option).to_owned()).collect();
            spoken = spoken.choices(options, *chosen, ChoiceKeys::Own);
        }
        FieldInput::Lines(list) => in_list(&mut of_field, list),
        FieldInput::Project(picker) => {
            of_field.entry = entry(picker.text());
            spoken = spoken.choices(offered(picker), picker.highlighted(), ChoiceKeys::AltDigits);
        }
    }
    spoken.field(Some(of_field))
}

/// The text of a field, divided by the cursor; nothing of a secret but its length.
pub fn entry(text: &TextField) -> FieldEntry {
    if text.holds_secret() {
        return hidden(text.value().chars().count());
    }
    let before = text.before_cursor();
    let after = text.value().get(before.len()..).unwrap_or_default().to_owned();
    FieldEntry::Text { before, after }
}

/// Text of so many characters that is not shown.
pub fn hidden(length: usize) -> FieldEntry {
    FieldEntry::Text {
        before: "*".repeat(length),
        after: String::new(),
    }
}

fn in_list(of_field: &mut SpokenField, list: &LineList) {
    let (at, all) = (list.current(), list.lines().len());
    if let Some(line) = list.lines().get(at) {
        of_field.entry = entry(line);
    }
    if all > 1 {
        of_field.label = format!("{}, line {} of {all}", of_field.label, at + 1);
    }
    let hints = [
        Some(fields::hint_of_list(list.of).to_owned()),
        fields::offer_of_list(list),
    ];
    of_field.hint = hints.into_iter().flatten().collect::<Vec<_>>().join("; ");
}

fn value(field: &FormField) -> String {
    let text = |text: &TextField| match text.value() {
        _ if text.holds_secret() => NOT_SHOWN.to_owned(),
        "" => EMPTY.to_owned(),
        value => value.to_owned(),
    };
    match &field.input {
        FieldInput::Text(of) => text(of),
        FieldInput::Time(time) => text(time.text()),
        FieldInput::Overlap(overlap) => text(overlap.text()),
        FieldInput::Project(picker) => text(picker.text()),
        FieldInput::Hidden(of) if of.is_empty() => EMPTY.into(),
        FieldInput::Hidden(of) => format!("{} characters, not shown", of.length()),
        FieldInput::Toggle { on, meaning } => format!("{}, {meaning}", if *on { "on" } else { "off" }),
        FieldInput::Choice { .. } => field.value().to_owned(),
        FieldInput::Lines(list) => {
            let lines = list.lines().iter().filter(|line| !line.is_blank());
            let values: Vec<String> = lines.map(text).collect();
            match values.is_empty() {
                true => EMPTY.into(),
                false => values.join(", "),
            }
        }
    }
}

/// What is wrong with a field, and what follows from what stands in it.
fn remarks(form: &Form, index: usize, field: &FormField, look: &Look) -> Vec<String> {
    let said = form.error_under(index).into_iter().chain(field.of_paste());
    let mut remarks: Vec<String> = said.map(str::to_owned).collect();
    match &field.input {
        FieldInput::Lines(list) => {
            let lines = 0..list.lines().len();
            let wrong = lines.filter_map(|line| list.error_of_line(line, &form.errors));
            remarks.extend(wrong.map(str::to_owned));
            remarks.extend(list.error_of_list(&form.errors).map(str::to_owned));
            let others =
                (0..list.lines().len()).filter(|line| index != form.focus || *line != list.current());
            remarks.extend(others.filter_map(|line| list.warning_of_line(line)));
        }
        FieldInput::Project(picker) => remarks.extend(of_project(picker)),
        FieldInput::Time(time) if remarks.is_empty() && index == form.focus => {
            remarks.extend(fields::until(time, look));
        }
        FieldInput::Overlap(overlap) => remarks.extend(fields::overlap_until(overlap, look)),
        _ => {}
    }
    let label = field.label.trim();
    let remarks = remarks.into_iter();
    remarks.map(|remark| format!("{label}: {remark}")).collect()
}

fn of_project(picker: &ProjectPicker) -> Option<String> {
    if let Some(error) = picker.error() {
        return Some(error.to_owned());
    }
    if let Some(name) = picker.new_name() {
        return Some(format!("a new project “{name}” is created together with the key"));
    }
    match (picker.chosen(), picker.chosen_creator()) {
        (Some(project), Some(creator)) => Some(format!("{}, the one of {creator}", project.name)),
        (Some(project), None) => Some(format!("{} is taken", project.name)),
        (None, _) => None,
    }
}

fn offered(picker: &ProjectPicker) -> Vec<String> {
    let choices = picker.choices();
    let words = choices.iter().enumerate().map(|(index, choice)| match choice {
        ProjectChoice::Existing(project) => match picker.creator_of(index) {
            Some(creator) => format!("{}, of {creator}", project.name),
            None => project.name.clone(),
        },
        ProjectChoice::New(name) => format!("new project “{name}”"),
    });
    words.collect()
}
