//! Text within a paragraph: code, emphasis, and where a link leads.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::wrap::{Span, Style};

/// Collects the spans of a paragraph, heading, item or cell.
#[derive(Debug, Default)]
pub struct Inline {
    spans: Vec<Span>,
    /// Of what is open, the innermost last.
    styles: Vec<Style>,
    links: Vec<String>,
    /// Where nothing else can, backticks show what is code.
    quotes_code: bool,
}

impl Inline {
    pub fn new(quotes_code: bool) -> Self {
        Self {
            quotes_code,
            ..Self::default()
        }
    }

    /// Whether the event was one of text.
    pub fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::Text(text) => self.push(text),
            Event::Code(code) if self.quotes_code => {
                let style = self.styles.last().copied().unwrap_or(Style::Plain);
                self.spans.push(Span::code(format!("`{code}`"), style));
            }
            Event::Code(code) => self.spans.push(Span::code(code.as_ref(), Style::Bold)),
            Event::SoftBreak | Event::HardBreak => self.push(" "),
            Event::Start(Tag::Strong) => self.styles.push(Style::Bold),
            Event::Start(Tag::Emphasis) => self.styles.push(Style::Italic),
            Event::End(TagEnd::Strong | TagEnd::Emphasis) => drop(self.styles.pop()),
            Event::Start(Tag::Link { dest_url, .. }) => self.links.push(dest_url.to_string()),
            Event::End(TagEnd::Link) => self.end_link(),
            _ => return false,
        }
        true
    }

    pub fn finish(&mut self) -> Vec<Span> {
        std::mem::take(&mut self.spans)
    }

    fn push(&mut self, text: &str) {
        let style = self.styles.last().copied().unwrap_or(Style::Plain);
        self.spans.push(Span::new(text, style));
    }

    /// A terminal has no links: what to type, or the address.
    fn end_link(&mut self) {
        let Some(target) = self.links.pop() else { return };
        let file = target.split('#').next().unwrap_or_default();
        if let Some(topic) = file.strip_suffix(".md") {
            self.push(&format!(" (keydeck guide {topic})"));
        } else if target.starts_with("https://") {
            self.push(&format!(" ({target})"));
        }
    }
}
