//! The create and edit forms: a field a line, its error under it, the buttons always in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_segmentation::UnicodeSegmentation;

use super::{Look, dialog, text};
use crate::model::{Scope, Shown};
use crate::tui::state::Form;
use crate::tui::state::form::{DomainList, Field, ProjectChoice};
use crate::tui::state::text::TextField;

const WIDTH: u16 = 76;
const LABEL: usize = 14;
/// Lines of the domain list that are shown at once.
const DOMAIN_LINES: usize = 8;

/// A line of the form; the focused one also says where the cursor stands.
struct FormLine {
    line: Line<'static>,
    focused: bool,
    cursor: Option<usize>,
}

/// Collects the lines from top to bottom.
struct Lines<'a> {
    form: &'a Form,
    look: &'a Look,
    width: usize,
    lines: Vec<FormLine>,
}

pub fn render(buffer: &mut Buffer, screen: Rect, form: &Form, look: &Look) -> Option<Position> {
    let mut lines = Lines {
        form,
        look,
        width: dialog::inner_width(screen, WIDTH),
        lines: Vec::new(),
    };
    lines.build();
    let lines = lines.lines;
    let title = match &form.editing {
        Some(key) => format!("Edit {}", key.name),
        None => "Create a key".into(),
    };
    let height = (lines.len() as u16 + 4).max(12);
    let inner = dialog::open(buffer, screen, WIDTH, height, &title, look.theme.accent());
    let last = inner.height.min(1);
    let above = Rect {
        height: inner.height - last,
        ..inner
    };
    let focused = lines.iter().rposition(|line| line.focused).unwrap_or(0);
    let scroll = (focused + 2)
        .saturating_sub(usize::from(above.height))
        .min(focused);
    let cursor = lines.get(focused).and_then(|line| line.cursor);
    let shown: Vec<Line> = lines.into_iter().skip(scroll).map(|line| line.line).collect();
    Paragraph::new(shown).render(above, buffer);
    let below = Rect {
        y: inner.y + above.height,
        height: last,
        ..inner
    };
    Paragraph::new(buttons(form, look)).render(below, buffer);
    let x = above.x + u16::try_from(cursor?).ok()?;
    let y = above.y + u16::try_from(focused - scroll).ok()?;
    above.contains(Position { x, y }).then_some(Position { x, y })
}

fn buttons(form: &Form, look: &Look) -> Line<'static> {
    let verb = if form.editing.is_some() { "Save" } else { "Create" };
    if form.sending {
        return Line::styled(
            if form.editing.is_some() {
                "Saving…"
            } else {
                "Creating…"
            },
            look.theme.faint(),
        );
    }
    dialog::buttons(
        &[
            (verb, form.focus == Field::Submit, false),
            ("Cancel", form.focus == Field::Cancel, false),
        ],
        look,
    )
}

impl Lines<'_> {
    fn build(&mut self) {
        if let Some(banner) = &self.form.banner {
            for line in text::wrap(banner, self.width) {
                self.plain(Line::styled(line, self.look.theme.bad()));
            }
            self.plain(Line::default());
        }
        self.scope();
        let fields = self.form.fields();
        for field in fields {
            match field {
                Field::Name => self.text(field, "Name", &self.form.name),
                Field::Project => self.project(),
                Field::Domains => self.domains(),
                Field::LocalToggle => {
                    self.toggle(field, "Development", self.form.local, "I'm developing locally")
                }
                Field::LocalAddress => self.text(field, "  from", &self.form.local_address),
                Field::Persistence => {
                    self.toggle(field, "Sessions", self.form.persistence, "Cross-page persistence");
                }
                Field::Scope | Field::Submit | Field::Cancel => continue,
            }
            self.error(self.form.error_under(field).map(str::to_owned));
        }
    }

    fn plain(&mut self, line: Line<'static>) {
        self.lines.push(FormLine {
            line,
            focused: false,
            cursor: None,
        });
    }

    fn label(&self, label: &str, focused: bool) -> Span<'static> {
        let style = if focused {
            self.look.theme.accent().bold()
        } else {
            self.look.theme.faint()
        };
        let mark = if focused { "▌" } else { " " };
        Span::styled(format!("{mark}{}", text::column(label, LABEL - 1)), style)
    }

    fn error(&mut self, error: Option<String>) {
        let room = self.width.saturating_sub(LABEL + 2);
        let lines = error.map(|error| text::wrap(&error, room)).unwrap_or_default();
        for (index, line) in lines.into_iter().enumerate() {
            let sign = if index == 0 { "! " } else { "  " };
            self.plain(Line::styled(
                format!("{}{sign}{line}", " ".repeat(LABEL)),
                self.look.theme.bad(),
            ));
        }
    }

    fn hint(&mut self, words: &str) {
        for line in text::wrap(words, self.width.saturating_sub(LABEL)) {
            self.plain(Line::styled(
                format!("{}{line}", " ".repeat(LABEL)),
                self.look.theme.faint(),
            ));
        }
    }

    fn scope(&mut self) {
        let focused = self.form.focus == Field::Scope;
        let mut spans = vec![self.label("Scope", focused)];
        for &scope in &self.form.scopes {
            let is_it = scope == self.form.scope;
            let mark = if is_it { "(•)" } else { "( )" };
            let style = if is_it {
                self.look.theme.scope(scope).bold()
            } else {
                self.look.theme.faint()
            };
            spans.push(Span::styled(format!("{mark} {scope}   "), style));
        }
        self.lines.push(FormLine {
            line: Line::from(spans),
            focused,
            cursor: None,
        });
        if self.form.editing.is_none() {
            self.hint(about(self.form.scope));
        }
        self.plain(Line::default());
    }

    fn input(&mut self, label: Span<'static>, field: &TextField, focused: bool) {
        let (shown, cursor) = window(field, self.width.saturating_sub(LABEL), focused);
        let style = if focused {
            self.look.theme.strong()
        } else {
            self.look.theme.text()
        };
        let line = Line::from(vec![label, Span::styled(shown, style)]);
        self.lines.push(FormLine {
            line,
            focused,
            cursor: focused.then_some(LABEL + cursor),
        });
    }

    fn text(&mut self, field: Field, label: &str, value: &TextField) {
        let focused = self.form.focus == field;
        self.input(self.label(label, focused), value, focused);
        if field == Field::LocalAddress && focused && value.is_blank() {
            self.hint("your public address or network, such as 203.0.113.7");
        }
    }

    fn toggle(&mut self, field: Field, label: &str, on: bool, words: &str) {
        let focused = self.form.focus == field;
        let mark = if on { "[x]" } else { "[ ]" };
        let style = if focused {
            self.look.theme.strong()
        } else {
            self.look.theme.text()
        };
        let line = Line::from(vec![
            self.label(label, focused),
            Span::styled(format!("{mark} {words}"), style),
        ]);
        self.lines.push(FormLine {
            line,
            focused,
            cursor: focused.then_some(LABEL + 1),
        });
    }

    fn project(&mut self) {
        let form = self.form;
        let focused = form.focus == Field::Project;
        self.input(self.label("Project", focused), &form.project.text, focused);
        if let Some(error) = &form.project.error {
            self.error(Some(error.clone()));
        }
        if !focused {
            return;
        }
        let choices = form.project.choices();
        if form.project.waiting {
            self.hint("searching…");
        } else if choices.is_empty() && form.project.chosen().is_none() {
            self.hint("No deployed project has that in its name or id.");
        }
        let skip = (form.project.highlighted() + 1).saturating_sub(5);
        for (index, choice) in choices.iter().enumerate().skip(skip).take(5) {
            let name = match choice {
                ProjectChoice::Existing(project) => {
                    text::fit(&project.name, self.width.saturating_sub(LABEL + 2))
                }
                ProjectChoice::New(name) => format!("+ new project “{}”", text::fit(name, 30)),
            };
            let taken = index == form.project.highlighted();
            let style = if taken {
                self.look.theme.selected()
            } else {
                self.look.theme.text()
            };
            let mark = if taken { "▸ " } else { "  " };
            self.plain(Line::from(vec![
                Span::raw(" ".repeat(LABEL)),
                Span::styled(format!("{mark}{name}"), style),
            ]));
        }
    }

    fn domains(&mut self) {
        let form = self.form;
        let focused = form.focus == Field::Domains;
        let list = &form.domains;
        let (label, hint) = match form.scope {
            Scope::Mobile => ("Bundle ids", "none: any app; one a line, such as com.acme.shop"),
            _ => (
                "UI domains",
                "one a line, such as https://shop.acme.example or https://*.acme.example",
            ),
        };
        let all = list.lines().len();
        let skip = if focused {
            (list.current() + 1).saturating_sub(DOMAIN_LINES)
        } else {
            0
        };
        let last = if focused {
            all
        } else {
            all.saturating_sub(1).max(1)
        };
        for (index, field) in list
            .lines()
            .iter()
            .enumerate()
            .take(last.min(skip + DOMAIN_LINES))
            .skip(skip)
        {
            let here = focused && index == list.current();
            let label = if index == skip {
                self.label(label, focused)
            } else {
                Span::raw(" ".repeat(LABEL))
            };
            self.input(label, field, here);
            self.error(list.error_of_line(index, &form.errors).map(str::to_owned));
        }
        if last > skip + DOMAIN_LINES {
            self.hint(&format!("and {} more", last - skip - DOMAIN_LINES));
        }
        if focused {
            self.hint(hint);
        }
        self.error(DomainList::error_of_list(&form.errors).map(str::to_owned));
    }
}

fn about(scope: Scope) -> &'static str {
    match scope {
        Scope::Web => "for web pages: its UI domains are the origins that it works on",
        Scope::Mobile => "for mobile apps: its UI domains are bundle identifiers",
        Scope::Analytics => "reads the whole organisation; its secret is shown once and it can't be edited",
    }
}

/// The part of a field that fits, and the cursor's column in it.
fn window(field: &TextField, width: usize, focused: bool) -> (String, usize) {
    let shown = Shown::new(field.value()).into_string();
    let cursor = text::width(Shown::new(&field.before_cursor()).as_str());
    if !focused {
        return (text::fit(field.value(), width), cursor);
    }
    let scroll = (cursor + 1).saturating_sub(width.max(1));
    let mut skipped = 0;
    let mut out = String::new();
    let mut used = 0;
    for grapheme in shown.graphemes(true) {
        let cells = text::width(grapheme);
        if skipped < scroll {
            skipped += cells;
            continue;
        }
        if used + cells > width {
            break;
        }
        used += cells;
        out.push_str(grapheme);
    }
    (out, cursor.saturating_sub(skipped))
}

/// Draws a single line of editable text; returns where its cursor stands.
pub fn text_line(buffer: &mut Buffer, area: Rect, field: &TextField, style: Style) -> Option<Position> {
    let (shown, cursor) = window(field, usize::from(area.width), true);
    Paragraph::new(Span::styled(shown, style)).render(area, buffer);
    let x = area.x + u16::try_from(cursor).ok()?;
    area.contains(Position { x, y: area.y })
        .then_some(Position { x, y: area.y })
}
