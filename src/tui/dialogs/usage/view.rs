//! How a key is used, large: 30 days in bars, what refused, and from where it was used.

use ratatui::layout::Position;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::LargeUsage;
use crate::api::{Key, RefusedBy, RefusedSource, Usage, UsageCount, UsageSource};
use crate::model::{Rule, Scope, UiDomain};
use crate::tui::keymap::Layer;
use crate::tui::plain::spoken::{Speak, Spoken, UNBROKEN};
use crate::tui::state::App;
use crate::tui::state::notice::sentence;
use crate::tui::view::lines::paragraph;
use crate::tui::view::{Canvas, Draw, Look, dialog, text, time, usage_chart, used};

/// More is no easier to read.
const WIDTH: u16 = 160;
/// From here on, from where it is used and from where it is refused stand side by side.
const SIDE_BY_SIDE: usize = 100;
/// Between the two.
const BETWEEN: usize = 4;
/// Of the figures' labels.
const LABEL: usize = 13;
/// Of times and counts before what they are about.
const ASIDE: usize = 13;
const BORDERS: usize = 2;
const ADD: &str = "; this looks like yours: add it with {edit}";

impl Draw for LargeUsage {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let large = self;
        let width = dialog::inner_width(screen, WIDTH);
        let room = usize::from(screen.height).saturating_sub(BORDERS);
        let lines = lines(large, app, width, room, look);
        let title = format!("Usage · {}", large.key.name);
        let frame = (WIDTH, title.as_str(), look.theme.accent());
        dialog::scrolling(buffer, screen, frame, lines, large.scroll, look);
        None
    }
}

/// The bars are as high as `room` lets them be.
fn lines(large: &LargeUsage, app: &App, width: usize, room: usize, look: &Look) -> Vec<Line<'static>> {
    match large.usage.of(large.key.id) {
        None => vec![Line::styled("Loading its usage…", look.theme.faint())],
        Some(Err(error)) => paragraph(&sentence(error), look.theme.bad(), width),
        Some(Ok(usage)) => {
            let advice = app.keymap.told(Layer::Keys, ADD);
            let part = Part {
                usage,
                width,
                look,
                advice: &advice,
            };
            part.lines(large.key.scope, addable_to(&large.key), room)
        }
    }
}

impl Speak for LargeUsage {
    fn speak(&self, app: &App, look: &Look) -> Spoken {
        Spoken::titled(format!("Usage · {}", self.key.name))
            .lines(lines(self, app, UNBROKEN, 0, look))
            .scroll(self.scroll)
    }
}

/// What is drawn, and the room there is.
struct Part<'a> {
    usage: &'a Usage,
    width: usize,
    look: &'a Look,
    /// Of an origin that may be added.
    advice: &'a str,
}

impl Part<'_> {
    /// The bars are as high as `room` lets them be.
    fn lines(&self, scope: Scope, domains: &[UiDomain], room: usize) -> Vec<Line<'static>> {
        let usage = self.usage;
        let since = format!("Since {}", used::last_hour_began(usage, self.look));
        let mut lines = self.figures("Last 7 days", usage.last_week());
        lines.extend(self.figures(&since, usage.last_hour()));
        lines.extend(self.last_use());
        lines.push(Line::default());
        let below = self.below(scope, domains);
        let spare = room.saturating_sub(lines.len() + below.len());
        lines.extend(usage_chart::of_days(&usage.days, self.width, spare, self.look));
        lines.extend(below);
        lines
    }

    /// What refused it, and from where it was used and refused: side by side where there is room.
    fn below(&self, scope: Scope, domains: &[UiDomain]) -> Vec<Line<'static>> {
        let usage = self.usage;
        let origins = match scope {
            Scope::Mobile => "Apps",
            Scope::Web | Scope::Analytics => "Origins",
        };
        let half = Part {
            width: (self.width - BETWEEN.min(self.width)) / 2,
            ..*self
        };
        let parts = |part: &Self| {
            let mut used = part.sources(origins, &usage.origins);
            used.extend(part.sources("Addresses", &usage.addresses));
            let mut refused = part.refusals();
            refused.extend(part.refused(origins, &usage.refused_origins, domains));
            refused.extend(part.refused("Addresses", &usage.refused_addresses, &[]));
            (used, refused)
        };
        let (used, refused) = parts(&half);
        if self.width >= SIDE_BY_SIDE && !used.is_empty() && !refused.is_empty() {
            return side_by_side(used, refused, half.width + BETWEEN);
        }
        let (used, refused) = parts(self);
        refused.into_iter().chain(used).collect()
    }

    /// `Last 7 days  ✓ 1,204 allowed  ✗ 12 refused`
    fn figures(&self, label: &str, count: UsageCount) -> Vec<Line<'static>> {
        let theme = self.look.theme;
        let label = Span::styled(text::column(label, LABEL.min(self.width)), theme.faint());
        let allowed = Span::styled(used::allowed(count), theme.good());
        let refused = Span::styled(used::refused(count), usage_chart::refused_style(count, self.look));
        let both = LABEL + text::width(&allowed.content) + text::width(&refused.content) + 2;
        if both <= self.width {
            return vec![Line::from(vec![label, allowed, Span::raw("  "), refused])];
        }
        let indent = Span::raw(" ".repeat(LABEL));
        vec![
            Line::from(vec![label, allowed]),
            Line::from(vec![indent, refused]),
        ]
    }

    fn last_use(&self) -> Vec<Line<'static>> {
        let words = match &self.usage.last_use {
            None => "never".to_owned(),
            Some(last) => {
                let from = used::from_where(last).map_or_else(String::new, |from| format!(" {from}"));
                format!("{}{from}", time::ago(Some(last.at), self.look))
            }
        };
        beside(
            Span::styled("Last use", self.look.theme.faint()),
            &words,
            Style::new(),
            self.width,
        )
    }

    fn refusals(&self) -> Vec<Line<'static>> {
        let rules = &self.usage.refused_by;
        if rules.is_empty() {
            return Vec::new();
        }
        let mut lines = self.heading(&format!("Refusals in {}", time::length(30, "d", self.look)));
        lines.extend(rules.iter().flat_map(|rule| self.refusal(rule)));
        lines
    }

    fn refusal(&self, rule: &RefusedBy) -> Vec<Line<'static>> {
        let theme = self.look.theme;
        let count = Span::styled(format!("✗ {}", text::number(rule.count)), theme.bad());
        let mut lines = beside(count, &rule.rule, theme.strong(), self.width);
        // Whether there is something to add is said beside what was refused.
        let known: Option<Rule> = rule.rule.parse().ok();
        let sentence = known.and_then(Rule::without_advice);
        let sentence = sentence.unwrap_or(&rule.sentence);
        lines.extend(beside(Span::raw(""), sentence, Style::new(), self.width));
        lines
    }

    fn sources(&self, what: &str, sources: &[UsageSource]) -> Vec<Line<'static>> {
        if sources.is_empty() {
            return Vec::new();
        }
        let mut lines = self.heading(&format!(
            "{what} that used it in {}, the newest first",
            time::length(7, "d", self.look)
        ));
        lines.extend(sources.iter().flat_map(|source| {
            let ago = time::ago(Some(source.last_used_at), self.look);
            let ago = Span::styled(ago, self.look.theme.faint());
            beside(ago, &source.name, Style::new(), self.width)
        }));
        lines
    }

    /// With what refused it, and whether it is plausibly one of the organisation's own.
    fn refused(&self, what: &str, sources: &[RefusedSource], domains: &[UiDomain]) -> Vec<Line<'static>> {
        if sources.is_empty() {
            return Vec::new();
        }
        let theme = self.look.theme;
        let mut lines = self.heading(&format!("{what} that were refused, the newest first"));
        for source in sources {
            let ago = time::ago(Some(source.last_refused_at), self.look);
            let ago = Span::styled(ago, theme.faint());
            lines.extend(beside(ago, &source.name, Style::new(), self.width));
            let mut why = format!("✗ {} {}", text::number(source.count), source.rule);
            if source.is_addable(domains) {
                why.push_str(self.advice);
            }
            lines.extend(beside(Span::raw(""), &why, theme.bad(), self.width));
        }
        lines
    }

    fn heading(&self, words: &str) -> Vec<Line<'static>> {
        let mut lines = vec![Line::default()];
        lines.extend(paragraph(words, self.look.theme.strong(), self.width));
        lines
    }
}

/// Lines beside lines, the right ones from this column on.
fn side_by_side(left: Vec<Line<'static>>, right: Vec<Line<'static>>, column: usize) -> Vec<Line<'static>> {
    let count = left.len().max(right.len());
    let rest = |lines: Vec<Line<'static>>| lines.into_iter().chain(std::iter::repeat(Line::default()));
    let both = rest(left).zip(rest(right)).take(count);
    // A line's own style would be that of both.
    let spans = |line: Line<'static>| {
        let style = line.style;
        line.into_iter().map(move |span| span.patch_style(style))
    };
    both.map(|(left, right)| {
        let missing = column.saturating_sub(left.width());
        let gap = Span::raw(" ".repeat(missing));
        Line::from_iter(spans(left).chain([gap]).chain(spans(right)))
    })
    .collect()
}

/// Nothing can be added to a key that was revoked.
fn addable_to(key: &Key) -> &[UiDomain] {
    match key.revoked {
        None => &key.settings.ui_domains,
        Some(_) => &[],
    }
}

/// Words beside what they are about, in as many lines as they need.
fn beside(aside: Span<'static>, words: &str, style: Style, width: usize) -> Vec<Line<'static>> {
    let column = ASIDE.min(width / 2);
    let first = Span::styled(text::column(&aside.content, column), aside.style);
    let blank = Span::raw(" ".repeat(column));
    let asides = std::iter::once(first).chain(std::iter::repeat(blank));
    let lines = text::wrap(words, width.saturating_sub(column)).into_iter();
    let lines = asides.zip(lines);
    lines
        .map(|(aside, line)| Line::from(vec![aside, Span::styled(line, style)]))
        .collect()
}
