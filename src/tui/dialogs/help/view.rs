//! Every key of the layer that help was opened from, read from the bindings.

use ratatui::layout::Position;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::Help;
use crate::model::filter::WORDS;
use crate::tui::keymap::{self, Layer};
use crate::tui::state::Screen;
use crate::tui::view::{Canvas, Draw, dialog, text};

const WIDTH: u16 = 64;
const KEYS: usize = 16;
/// What else may be typed into the filter of keys, before the words and after them.
const TEXT: (&str, &str) = ("shop", "in the name, project or UI domain");
const SECRET: (&str, &str) = ("a secret", "its key; only its hash is sent");

impl Draw for Help {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let help = self;
        let mut lines: Vec<Line> = keymap::of_layer(help.of)
            .filter(|binding| app.is_in_help(binding.action))
            .map(|binding| {
                Line::from(vec![
                    Span::styled(text::column(&binding.keys_label(), KEYS), look.theme.accent()),
                    Span::raw(binding.help),
                ])
            })
            .collect();
        if let Some(clicks) = clicks(help.of) {
            lines.push(Line::default());
            lines.push(Line::styled(clicks, look.theme.faint()));
            lines.push(Line::styled(
                "Shift and drag selects text, as without keydeck.",
                look.theme.faint(),
            ));
        }
        if help.of == Layer::Filter && app.screen == Screen::Keys {
            lines.push(Line::default());
            let words = [TEXT].into_iter().chain(WORDS).chain([SECRET]);
            lines.extend(words.map(|(word, meaning)| {
                Line::from(vec![
                    Span::styled(text::column(word, KEYS), look.theme.accent()),
                    Span::raw(meaning),
                ])
            }));
        }
        if !help.notes.is_empty() {
            lines.push(Line::default());
            let notes = help.notes.iter();
            lines.extend(notes.map(|note| Line::styled(*note, look.theme.faint())));
        }
        let height = lines.len() as u16 + 2;
        let title = format!("Keys · {}", help.title);
        let inner = dialog::open(
            buffer,
            screen,
            WIDTH,
            height.min(app.size().1),
            &title,
            look.theme.accent(),
        );
        let most = height.saturating_sub(2).saturating_sub(inner.height);
        let scroll = help.scroll.min(most);
        Paragraph::new(lines).scroll((scroll, 0)).render(inner, buffer);
        dialog::more(buffer, screen, inner, (scroll > 0, scroll < most), look);
        None
    }
}

/// What the mouse does.
fn clicks(layer: Layer) -> Option<&'static str> {
    match layer {
        Layer::Keys | Layer::Details => Some("A click selects, the wheel scrolls, a column header sorts."),
        Layer::Projects | Layer::People | Layer::Activity => Some("A click selects, the wheel scrolls."),
        _ => None,
    }
}
