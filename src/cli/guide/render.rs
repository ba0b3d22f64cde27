//! Markdown as text for a terminal, or without any sequences for a pipe.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::inline::Inline;
use super::wrap::{self, Span, Style};

/// Between two columns of a table.
const GAP: usize = 2;
/// A column is made no narrower than this for the sake of others.
const NARROW: usize = 8;
const CODE_INDENT: &str = "    ";

/// The text in lines of at most this width; code stays as it is.
pub fn markdown(text: &str, width: usize, has_styles: bool) -> String {
    let mut page = Page::new(width, has_styles);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        page.take(event);
    }
    page.out
}

type Cell = Vec<Span>;

struct Page {
    out: String,
    width: usize,
    has_styles: bool,
    inline: Inline,
    /// The number of the next item of each open list; a list without an order has none.
    lists: Vec<Option<u64>>,
    /// What the next line of an item begins with.
    bullet: Option<String>,
    is_code: bool,
    rows: Vec<Vec<Cell>>,
}

impl Page {
    fn new(width: usize, has_styles: bool) -> Self {
        Self {
            out: String::new(),
            width,
            has_styles,
            inline: Inline::new(!has_styles),
            lists: Vec::new(),
            bullet: None,
            is_code: false,
            rows: Vec::new(),
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Text(code) if self.is_code => self.code(&code),
            Event::Start(Tag::CodeBlock(_)) => {
                self.paragraph();
                self.gap();
                self.is_code = true;
            }
            Event::End(TagEnd::CodeBlock) => self.is_code = false,
            Event::End(TagEnd::Heading(level)) => self.heading(level),
            Event::End(TagEnd::Paragraph | TagEnd::Item) => self.paragraph(),
            Event::Start(Tag::List(first)) => {
                self.paragraph();
                if self.lists.is_empty() {
                    self.gap();
                }
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => drop(self.lists.pop()),
            Event::Start(Tag::Item) => self.item(),
            Event::Start(Tag::TableHead | Tag::TableRow) => self.rows.push(Vec::new()),
            Event::End(TagEnd::TableCell) => {
                let cell = self.inline.finish();
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            Event::End(TagEnd::Table) => self.table(),
            event => drop(self.inline.take(&event)),
        }
    }

    /// An empty line before what comes next.
    fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn line(&mut self, indent: &str, spans: &[Span]) {
        let text: String = match self.has_styles {
            true => spans.iter().map(Span::painted).collect(),
            false => spans.iter().map(|span| span.text.as_str()).collect(),
        };
        let line = format!("{indent}{text}");
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn heading(&mut self, level: HeadingLevel) {
        self.gap();
        let mut spans = self.inline.finish();
        for span in &mut spans {
            span.style = Style::Bold;
        }
        let rule = match level {
            _ if self.has_styles && level != HeadingLevel::H1 => "",
            HeadingLevel::H1 => "=",
            _ => "-",
        };
        let rule = rule.repeat(wrap::width(&spans).min(self.width));
        for line in wrap::lines(&spans, self.width) {
            self.line("", &line);
        }
        if !rule.is_empty() {
            self.line("", &[Span::new(rule, Style::Dim)]);
        }
    }

    fn item(&mut self) {
        let Some(number) = self.lists.last_mut() else {
            return;
        };
        let bullet = match number {
            None => "• ".to_owned(),
            Some(number) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
        };
        self.bullet = Some(bullet);
    }

    /// What was collected of a paragraph or an item, if anything.
    fn paragraph(&mut self) {
        let spans = self.inline.finish();
        if spans.is_empty() {
            return;
        }
        let outer = "  ".repeat(self.lists.len().saturating_sub(1));
        let (mut first, rest) = match (self.bullet.take(), self.lists.is_empty()) {
            (Some(bullet), _) => {
                let hanging = " ".repeat(bullet.chars().count());
                (format!("{outer}{bullet}"), format!("{outer}{hanging}"))
            }
            (None, false) => (format!("{outer}  "), format!("{outer}  ")),
            (None, true) => {
                self.gap();
                (String::new(), String::new())
            }
        };
        for line in wrap::lines(&spans, self.width.saturating_sub(rest.len())) {
            self.line(&first, &line);
            first.clone_from(&rest);
        }
    }

    /// Never broken: it is to be copied.
    fn code(&mut self, code: &str) {
        let indent = "  ".repeat(self.lists.len()) + CODE_INDENT;
        for line in code.lines() {
            self.line(&indent, &[Span::new(line, Style::Plain)]);
        }
    }

    fn table(&mut self) {
        self.gap();
        let rows = std::mem::take(&mut self.rows);
        let widths = columns(&rows, self.width);
        for (index, row) in rows.iter().enumerate() {
            self.row(row, &widths, index == 0);
        }
    }

    fn row(&mut self, row: &[Cell], widths: &[usize], is_header: bool) {
        let cell = |(cell, &width): (&Cell, &usize)| wrap::lines(cell, width);
        let cells: Vec<_> = row.iter().zip(widths).map(cell).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        if is_header && cells.iter().flatten().flatten().next().is_none() {
            return;
        }
        for number in 0..height {
            let mut line = Vec::new();
            for (lines, width) in cells.iter().zip(widths) {
                let part = lines.get(number).cloned().unwrap_or_default();
                let padding = width.saturating_sub(wrap::width(&part)) + GAP;
                let style = |span: Span| match is_header {
                    true => Span::new(span.text, Style::Bold),
                    false => span,
                };
                line.extend(part.into_iter().map(style));
                line.push(Span::new(" ".repeat(padding), Style::Plain));
            }
            self.line("", &line);
        }
        if is_header {
            let rules: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
            self.line("", &[Span::new(rules.join(&" ".repeat(GAP)), Style::Dim)]);
        }
    }
}

/// As wide as what is in them; when that is too much, the widest give way.
fn columns(rows: &[Vec<Cell>], width: usize) -> Vec<usize> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| wrap::width(cell)).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..count).map(widest).collect();
    let room = width.saturating_sub(GAP * count.saturating_sub(1));
    // Not below what is not broken, as long as there is room for that: all code, or else each word of it.
    let unbroken = |column: usize, limit: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let unbroken = cells.map(|cell| wrap::unbroken(cell, limit)).max();
        unbroken.unwrap_or(0).max(NARROW)
    };
    let least = [room, 1].map(|limit| (0..count).map(|column| unbroken(column, limit)).collect());
    for least in least.into_iter().chain([vec![NARROW; count]]) {
        while widths.iter().sum::<usize>() > room {
            let widest = widths
                .iter_mut()
                .zip(&least)
                .filter(|(width, least)| **width > **least);
            match widest.max_by_key(|(width, _)| **width) {
                Some((widest, _)) => *widest -= 1,
                None => break,
            }
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::cli::guide::topics::TOPICS;

    const SAMPLE: &str = "# Keys\n\nPress `c` to **copy**, see [Backups](backup.md#x) and [below](#y).\n\n\
        - one\n- two, which\n  goes on\n\n1. first\n\n```sh run: reason\nkeydeck key list   # all\n```\n\n\
        | Key | What |\n|---|---|\n| `a` | all of it |\n\n## End\n";

    #[test]
    fn a_pipe_gets_text_alone() {
        let expected = "\
Keys
====

Press `c` to copy, see Backups
(keydeck guide backup) and below.

• one
• two, which goes on

1. first

    keydeck key list   # all

Key  What
---  ---------
`a`  all of it

End
---
";
        assert_eq!(markdown(SAMPLE, 33, false), expected);
    }

    #[test]
    fn a_terminal_gets_bold_code_without_backticks() {
        let shown = markdown(SAMPLE, 80, true);
        assert!(shown.starts_with("\x1b[1mKeys\x1b[0m\n"), "{shown}");
        assert!(
            shown.contains("Press \x1b[1mc\x1b[0m to \x1b[1mcopy\x1b[0m, see"),
            "{shown}"
        );
        assert!(shown.contains("\x1b[2m---  ---------\x1b[0m\n"), "{shown}");
        assert!(
            shown.contains("\n\x1b[1mEnd\x1b[0m\n") && !shown.contains('`'),
            "{shown}"
        );
    }

    #[test]
    fn every_topic_fits_every_width_but_for_code_and_wide_tables() {
        for topic in TOPICS {
            for width in [30, 40, 63, 80, 100] {
                let text = markdown(topic.text, width, false);
                assert!(
                    !text.contains('\x1b') && !text.contains("\n\n\n"),
                    "{}",
                    topic.name
                );
                let is_code = |line: &&str| line.starts_with(CODE_INDENT);
                // An address or a word of code that is longer than a line has one to itself.
                let is_unbroken =
                    |line: &&str| (line.contains("://") || line.contains('`')) && !line.trim().contains(' ');
                let lines = text.lines().filter(|line| !is_code(line) && !is_unbroken(line));
                for line in lines.filter(|_| width >= 63) {
                    assert!(line.width() <= width, "{} {width}: {line}", topic.name);
                }
            }
        }
    }

    #[test]
    fn no_topic_breaks_code_where_a_line_has_room_for_it() {
        for topic in TOPICS {
            let whole = markdown(topic.text, 10_000, false);
            let is_text = |line: &&str| !line.starts_with(CODE_INDENT) && !line.contains("  ");
            let codes = whole
                .lines()
                .filter(is_text)
                .flat_map(|line| line.split('`').skip(1).step_by(2));
            for code in codes {
                for width in [63, 80, 100] {
                    // Beside it a bullet and a bracket.
                    if code.width() + 2 + 6 <= width {
                        let shown = markdown(topic.text, width, false);
                        assert!(
                            shown.contains(&format!("`{code}`")),
                            "{} {width}: {code}",
                            topic.name
                        );
                    }
                }
            }
        }
    }

    /// Nothing of the files is lost on the way.
    #[test]
    fn every_word_of_a_topic_is_shown() {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        for topic in TOPICS {
            let shown = letters(&markdown(topic.text, 10_000, false));
            let plain = topic
                .text
                .lines()
                .filter(|line| !line.starts_with("```") && !line.contains("]("));
            for line in plain.filter(|line| !line.contains("| --") && !line.contains("[")) {
                assert!(shown.contains(&letters(line)), "{}: {line}", topic.name);
            }
        }
    }
}
