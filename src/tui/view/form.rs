//! The create and edit forms of keys: a field a line, its error under it, the buttons always in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::form_lines::{FormLines, LABEL};
use super::{Look, dialog, text};
use crate::api::Key;
use crate::model::field::Widget;
use crate::model::{KeyField, Scope, Shown};
use crate::tui::state::Form;
use crate::tui::state::form::{DOMAINS, DomainList, Entry, Field, LOCAL, NAME, PROJECT, ProjectChoice};
use crate::tui::state::text::TextField;

/// Lines of the domain list that are shown at once.
const DOMAIN_LINES: usize = 8;

const EDIT: &str = "Edit ";

/// Collects the lines from top to bottom.
struct Lines<'a> {
    form: &'a Form,
    lines: FormLines<'a>,
}

pub fn render(buffer: &mut Buffer, screen: Rect, form: &Form, look: &Look) -> Option<Position> {
    let mut lines = Lines {
        form,
        lines: FormLines::new(screen, look),
    };
    lines.build();
    let title = match &form.editing {
        Some(key) => format!("{EDIT}{}", key.name),
        None => "Create a key".into(),
    };
    lines.lines.show(buffer, screen, &title, buttons(form, look))
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
            self.lines.banner(banner);
        }
        if let Some(key) = &self.form.editing {
            self.which(key);
        }
        self.scope();
        let fields = self.form.fields();
        for field in fields {
            match field {
                NAME => self.text(field, "Name", &self.form.name),
                PROJECT => self.project(),
                DOMAINS => self.domains(),
                LOCAL => self.toggle(field, "Development", self.form.local, "I'm developing locally"),
                Field::LocalAddress => self.text(field, "  from", &self.form.local_address),
                Field::Key(of) => self.entry(field, of),
                Field::Scope | Field::Submit | Field::Cancel => continue,
            }
            self.lines.error(self.form.error_under(field));
        }
    }

    fn scope(&mut self) {
        let focused = self.form.focus == Field::Scope;
        let mut spans = vec![self.lines.label("Scope", focused)];
        for &scope in &self.form.scopes {
            let is_it = scope == self.form.scope;
            let mark = if is_it { "(•)" } else { "( )" };
            let style = if is_it {
                self.lines.look.theme.scope(scope).bold()
            } else {
                self.lines.look.theme.faint()
            };
            spans.push(Span::styled(format!("{mark} {scope}   "), style));
        }
        self.lines.line(Line::from(spans), focused, None);
        if self.form.editing.is_none() {
            self.lines.hint(about(self.form.scope));
        }
        self.lines.plain(Line::default());
    }

    /// What tells the key from others; its name, too, where the title has no room for all of it.
    fn which(&mut self, key: &Key) {
        let width = self.lines.width;
        if text::width(Shown::new(&key.name).as_str()) + EDIT.len() + 2 > width {
            for line in dialog::name(&key.name, width, self.lines.look.theme.strong()) {
                self.lines.plain(line);
            }
        }
        for line in dialog::which_key(key, width, self.lines.look) {
            self.lines.plain(line);
        }
    }

    fn text(&mut self, field: Field, label: &str, value: &TextField) {
        let focused = self.form.focus == field;
        self.lines.input(self.lines.label(label, focused), value, focused);
        if field == Field::LocalAddress && focused && value.is_blank() {
            self.lines
                .hint("your public address or network, such as 203.0.113.7");
        }
    }

    /// A field of which the declaration says all.
    fn entry(&mut self, field: Field, of: KeyField) {
        match (of.widget(), self.form.entries.get(of)) {
            (Widget::Toggle { label, .. }, Some(Entry::Toggle(on))) => {
                self.toggle(field, label, *on, of.label());
            }
            (Widget::Text { hint, .. }, Some(Entry::Text(value))) => {
                self.text(field, of.label(), value);
                if self.form.focus == field && value.is_blank() {
                    self.lines.hint(hint);
                }
            }
            (Widget::Text { .. } | Widget::Toggle { .. } | Widget::Custom, _) => {}
        }
    }

    fn toggle(&mut self, field: Field, label: &str, on: bool, words: &str) {
        let focused = self.form.focus == field;
        let mark = if on { "[x]" } else { "[ ]" };
        let line = Line::from(vec![
            self.lines.label(label, focused),
            Span::styled(format!("{mark} {words}"), self.lines.entry(focused)),
        ]);
        self.lines.line(line, focused, Some(LABEL + 1));
    }

    fn project(&mut self) {
        let form = self.form;
        let focused = form.focus == PROJECT;
        self.lines
            .input(self.lines.label("Project", focused), &form.project.text, focused);
        if let Some(error) = &form.project.error {
            self.lines.error(Some(error));
        }
        if let Some(creator) = form.project.chosen_creator() {
            self.lines.hint(&format!("the one of {creator}"));
        }
        if !focused {
            return;
        }
        let choices = form.project.choices();
        if form.project.waiting {
            self.lines.hint("searching…");
        } else if choices.is_empty() && form.project.chosen().is_none() && form.project.error.is_none() {
            self.lines.hint("No deployed project has that in its name or id.");
        }
        let skip = (form.project.highlighted() + 1).saturating_sub(5);
        for (index, choice) in choices.iter().enumerate().skip(skip).take(5) {
            let room = self.lines.width.saturating_sub(LABEL + 2);
            let name = match choice {
                ProjectChoice::Existing(project) => match form.project.creator_of(index) {
                    Some(creator) => text::whole(&format!("{} · {creator}", project.name), room),
                    None => text::whole(&project.name, room),
                },
                ProjectChoice::New(name) => text::whole(&format!("+ new project “{name}”"), room),
            };
            let taken = index == form.project.highlighted();
            let style = if taken {
                self.lines.look.theme.selected()
            } else {
                self.lines.look.theme.text()
            };
            for (part, name) in name.into_iter().enumerate() {
                let mark = if taken && part == 0 { "▸ " } else { "  " };
                self.lines.plain(Line::from(vec![
                    Span::raw(" ".repeat(LABEL)),
                    Span::styled(format!("{mark}{name}"), style),
                ]));
            }
        }
    }

    fn domains(&mut self) {
        let form = self.form;
        let focused = form.focus == DOMAINS;
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
                self.lines.label(label, focused)
            } else {
                Span::raw(" ".repeat(LABEL))
            };
            self.lines.input(label, field, here);
            match list.error_of_line(index, &form.errors) {
                Some(error) => self.lines.error(Some(error)),
                // Not yet a whole host: http://localhost would be warned of while it is typed.
                None if here && !field.value().contains('.') => {}
                None => self.lines.warning(list.warning_of_line(index).as_deref()),
            }
        }
        if last > skip + DOMAIN_LINES {
            self.lines
                .hint(&format!("and {} more", last - skip - DOMAIN_LINES));
        }
        if focused {
            self.lines.hint(hint);
        }
        self.lines.error(DomainList::error_of_list(&form.errors));
    }
}

fn about(scope: Scope) -> &'static str {
    match scope {
        Scope::Web => "for web pages: its UI domains are the origins that it works on",
        Scope::Mobile => "for mobile apps: its UI domains are bundle identifiers",
        Scope::Analytics => "reads the whole organisation; its secret is shown once and its name stays",
    }
}
