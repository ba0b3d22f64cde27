//! What the other person changed, field by field, beside what was typed here.

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Conflict, FieldConflict, Side};
use crate::model::KeyField;
use crate::tui::keymap::Layer;
use crate::tui::plain::spoken::{ChoiceKeys, FieldEntry, Speak, Spoken, SpokenField, UNBROKEN};
use crate::tui::state::App;
use crate::tui::view::{Canvas, Draw, Look, dialog, text};

const WIDTH: u16 = 92;
const TITLE: &str = "Changed by someone else";
const INTRO: &str = "Someone saved this key while you were editing it. Choose whose value to keep in each field; nothing you typed is lost.";
const SAME: &str = "They made the same changes as you: nothing is left to save.";
const CONTESTED: &str = "both of you changed it";
const LINES_A_VALUE: usize = 4;

impl Draw for Conflict {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let conflict = self;
        let theme = look.theme;
        let width = dialog::inner_width(screen, WIDTH);
        let head = which(conflict, screen, width, look);
        let mut lines: Vec<Line> = text::wrap(INTRO, width).into_iter().map(Line::raw).collect();
        lines.push(Line::default());
        let mut selected = 0..0;
        for (index, field) in conflict.lines.iter().enumerate() {
            let is_selected = index == conflict.selected;
            let from = lines.len();
            lines.extend(field_lines(field, is_selected, width, look));
            if is_selected {
                selected = from..lines.len();
            }
        }
        if conflict.lines.is_empty() {
            lines.push(Line::styled(SAME, theme.strong()));
        }
        let height = (head.len() + lines.len()) as u16 + 4;
        let opened = dialog::open(buffer, screen, WIDTH, height, TITLE, theme.warning());
        let inner = opened.inner;
        let last = inner.height.min(1);
        let top = (head.len() as u16).min(inner.height - last);
        let part = |y, height| Rect { y, height, ..inner };
        Paragraph::new(head).render(part(inner.y, top), buffer);
        let room = inner.height - last - top;
        // The fields that are chosen from stay in sight, the first line of the selected one before its last.
        let scroll = selected.end.saturating_sub(usize::from(room)).min(selected.start);
        let hidden = lines.len().saturating_sub(scroll + usize::from(room));
        Paragraph::new(lines)
            .scroll((scroll as u16, 0))
            .render(part(inner.y + top, room), buffer);
        dialog::more_lines(buffer, opened, (scroll as u16, hidden as u16), look);
        let hint =
            "{left} mine   {right} theirs   {up}{down} field   {submit} saves   {back} back to the form";
        let hint = app.keymap.told(Layer::Conflict, hint);
        Paragraph::new(Line::styled(hint, theme.faint())).render(part(inner.y + top + room, last), buffer);
        None
    }
}

/// Which key it is, above what scrolls: whole, unless that took more than half of the screen.
fn which(conflict: &Conflict, screen: Rect, width: usize, look: &Look) -> Vec<Line<'static>> {
    let which = dialog::which_key(&conflict.current, width, look);
    let mut head = dialog::name(conflict.name(), width, look.theme.strong());
    head.truncate(
        (usize::from(screen.height) / 2)
            .saturating_sub(which.len())
            .max(1),
    );
    head.extend(which);
    head
}

fn field_lines(field: &FieldConflict, selected: bool, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let mark = if selected { "▌" } else { " " };
    let note = if field.is_contested() { CONTESTED } else { "" };
    let head = if selected {
        theme.strong().patch(theme.accent())
    } else {
        theme.strong()
    };
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{mark}{}  ", field.label), head),
        Span::styled(note, theme.warning()),
    ])];
    let column = width.saturating_sub(4) / 2;
    let lines_of = |side, value, taken| value_lines(field.field, (side, value, taken), column);
    let mine = lines_of("mine", &field.mine, field.side == Side::Mine);
    let theirs = lines_of("theirs", &field.theirs, field.side == Side::Theirs);
    for row in 0..mine.len().max(theirs.len()) {
        let cell = |lines: &[String], taken| {
            let content = text::column(lines.get(row).map_or("", String::as_str), column);
            Span::styled(content, if taken { theme.text() } else { theme.faint() })
        };
        lines.push(Line::from(vec![
            Span::raw("  "),
            cell(&mine, field.side == Side::Mine),
            Span::raw("  "),
            cell(&theirs, field.side == Side::Theirs),
        ]));
    }
    lines.push(Line::default());
    lines
}

/// `(•) mine: …`, the taken side with a dot.
fn value_lines(of: KeyField, (side, value, taken): (&str, &str, bool), width: usize) -> Vec<String> {
    let mark = if taken { "(•)" } else { "( )" };
    let mut lines = vec![format!("{mark} {side}")];
    let room = width.saturating_sub(4);
    let whole = |line| text::whole(line, room).into_iter();
    let mut values: Vec<String> = value
        .lines()
        .flat_map(|line| whole(line).map(|part| format!("    {part}")))
        .collect();
    if values.is_empty() {
        values.push("    (none)".into());
    }
    // A name is what is to be told from another one; of many domains the first say enough.
    if of != KeyField::Name && values.len() > LINES_A_VALUE {
        let more = values.len() - LINES_A_VALUE + 1;
        values.truncate(LINES_A_VALUE - 1);
        values.push(format!("    and {more} more"));
    }
    lines.extend(values);
    lines
}

impl Speak for Conflict {
    fn speak(&self, _app: &App, look: &Look) -> Spoken {
        let mut spoken =
            Spoken::titled(TITLE)
                .line(self.name())
                .lines(dialog::which_key(&self.current, UNBROKEN, look));
        let Some(field) = self.lines.get(self.selected) else {
            return spoken.line(SAME);
        };
        let value = |value: &str| match value {
            "" => "(none)".to_owned(),
            value => value.lines().collect::<Vec<_>>().join(", "),
        };
        for line in &self.lines {
            let taken = match line.side {
                Side::Mine => "mine",
                Side::Theirs => "theirs",
            };
            spoken
                .fields
                .push((line.label.to_owned(), format!("{taken} is taken")));
        }
        let note = if field.is_contested() {
            CONTESTED
        } else {
            "one of you changed it"
        };
        let sides = vec![
            format!("mine: {}", value(&field.mine)),
            format!("theirs: {}", value(&field.theirs)),
        ];
        let taken = usize::from(field.side == Side::Theirs);
        let of_field = SpokenField::new(field.label, FieldEntry::Value(note.to_owned()))
            .hint("the arrows up and down go to the other fields");
        spoken
            .line(INTRO)
            .choices(sides, taken, ChoiceKeys::Digits)
            .field(Some(of_field))
    }
}
