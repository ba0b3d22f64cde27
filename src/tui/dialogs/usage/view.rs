//! How a key is used, large: 30 days in bars, what refused, and from where it was used.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Bar, BarChart, BarGroup, Widget};

use super::LargeUsage;
use crate::api::{Key, RefusedBy, RefusedSource, Usage, UsageCount, UsageSeries, UsageSource};
use crate::model::{Rule, Scope, UiDomain};
use crate::tui::state::notice::sentence;
use crate::tui::view::lines::paragraph;
use crate::tui::view::{Canvas, Draw, Look, dialog, text, time, used};

const WIDTH: u16 = 100;
/// Of the figures' labels.
const LABEL: usize = 13;
/// Of times and counts before what they are about.
const ASIDE: usize = 13;
/// Days from one label under the bars to the next.
const LABELLED: usize = 7;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// A screen of this height has room for high bars.
const TALL: u16 = 30;

impl Draw for LargeUsage {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer, screen, look, ..
        } = canvas;
        let large = self;
        let width = dialog::inner_width(screen, WIDTH);
        let lines = match large.usage.of(large.key.id) {
            None => vec![Line::styled("Loading its usage…", look.theme.faint())],
            Some(Err(error)) => paragraph(&sentence(error), look.theme.bad(), width),
            Some(Ok(usage)) => {
                let part = Part {
                    usage,
                    width,
                    tall: screen.height >= TALL,
                    look,
                };
                part.lines(large.key.scope, addable_to(&large.key))
            }
        };
        let title = format!("Usage · {}", large.key.name);
        let frame = (WIDTH, title.as_str(), look.theme.accent());
        dialog::scrolling(buffer, screen, frame, lines, large.scroll, look);
        None
    }
}

/// What is drawn, and the room there is.
struct Part<'a> {
    usage: &'a Usage,
    width: usize,
    tall: bool,
    look: &'a Look,
}

impl Part<'_> {
    fn lines(&self, scope: Scope, domains: &[UiDomain]) -> Vec<Line<'static>> {
        let usage = self.usage;
        let since = format!("Since {}", used::last_hour_began(usage, self.look));
        let mut lines = self.figures("Last 7 days", usage.last_week());
        lines.extend(self.figures(&since, usage.last_hour()));
        lines.extend(self.last_use());
        lines.push(Line::default());
        lines.extend(self.charts());
        lines.extend(self.refusals());
        let origins = match scope {
            Scope::Mobile => "Apps",
            Scope::Web | Scope::Analytics => "Origins",
        };
        lines.extend(self.sources(origins, &usage.origins));
        lines.extend(self.sources("Addresses", &usage.addresses));
        lines.extend(self.refused(origins, &usage.refused_origins, domains));
        lines.extend(self.refused("Addresses", &usage.refused_addresses, &[]));
        lines
    }

    /// `Last 7 days  ✓ 1,204 allowed  ✗ 12 refused`
    fn figures(&self, label: &str, count: UsageCount) -> Vec<Line<'static>> {
        let theme = self.look.theme;
        let label = Span::styled(text::column(label, LABEL.min(self.width)), theme.faint());
        let allowed = Span::styled(used::allowed(count), theme.good());
        let refused = Span::styled(used::refused(count), refused_style(count, self.look));
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
                format!("{}{from}", time::ago(Some(last.at), self.look.now))
            }
        };
        beside(
            Span::styled("Last use", self.look.theme.faint()),
            &words,
            Style::new(),
            self.width,
        )
    }

    /// Allowed and refused apart, each by its own measure, over the same days.
    fn charts(&self) -> Vec<Line<'static>> {
        let theme = self.look.theme;
        let days = &self.usage.days;
        let count = days.total();
        let (high, low) = if self.tall { (6, 3) } else { (4, 2) };
        let allowed = (used::allowed(count), theme.good());
        let refused = (used::refused(count), refused_style(count, self.look));
        let mut lines = self.chart(allowed, &days.allowed, high);
        lines.extend(self.chart(refused, &days.refused, low));
        if count != UsageCount::default() {
            lines.push(Line::styled(self.dates(days), theme.faint()));
            let about = "By day of UTC; the last one is today.";
            lines.extend(paragraph(about, theme.faint(), self.width));
        }
        lines
    }

    /// A line that says how many, and bars where there were any.
    fn chart(&self, (words, style): (String, Style), counts: &[u64], height: u16) -> Vec<Line<'static>> {
        let most = counts.iter().copied().max().unwrap_or(0);
        let mut heading = format!("{words} in 30 d");
        if most > 0 {
            heading = format!("{heading}, at most {} a day", text::number(most));
        }
        let mut lines = paragraph(&heading, style, self.width);
        if most > 0 {
            let pace = Pace::of(counts.len(), self.width);
            lines.extend(bars(pace.newest(counts), most, pace, height, style));
        }
        lines
    }

    /// A mark and a date under every seventh bar, as far as there is room: half a date would be another one.
    fn dates(&self, days: &UsageSeries) -> String {
        let pace = Pace::of(days.allowed.len(), self.width);
        let first = days.allowed.len() - pace.newest(&days.allowed).len();
        let mut line = String::new();
        for index in (first..days.allowed.len()).step_by(LABELLED) {
            let at = used::slot(days, index, DAY).to_zoned(TimeZone::UTC);
            let label = format!("╵{}", at.strftime("%-d %b"));
            if text::width(&line) + text::width(&label) > self.width {
                break;
            }
            line.push_str(&text::column(&label, LABELLED * usize::from(pace.step())));
        }
        line.trim_end().to_owned()
    }

    fn refusals(&self) -> Vec<Line<'static>> {
        let rules = &self.usage.refused_by;
        if rules.is_empty() {
            return Vec::new();
        }
        let mut lines = self.heading("Refusals in 30 d");
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
        let mut lines = self.heading(&format!("{what} that it was used from in 7 d, the newest first"));
        lines.extend(sources.iter().flat_map(|source| {
            let ago = time::ago(Some(source.last_used_at), self.look.now);
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
            let ago = time::ago(Some(source.last_refused_at), self.look.now);
            let ago = Span::styled(ago, theme.faint());
            lines.extend(beside(ago, &source.name, Style::new(), self.width));
            let mut why = format!("✗ {} {}", text::number(source.count), source.rule);
            if source.is_addable(domains) {
                why.push_str("; this looks like yours: add it with e");
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

/// Nothing can be added to a key that was revoked.
fn addable_to(key: &Key) -> &[UiDomain] {
    match key.revoked {
        None => &key.ui_domains,
        Some(_) => &[],
    }
}

/// What is refused draws the eye only where something was.
fn refused_style(count: UsageCount, look: &Look) -> Style {
    match count.refused {
        0 => look.theme.faint(),
        _ => look.theme.bad(),
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

/// How wide bars are, and how far apart; the oldest give way where not all fit.
#[derive(Debug, Clone, Copy)]
struct Pace {
    bar: u16,
    gap: u16,
    bars: usize,
}

impl Pace {
    fn of(bars: usize, width: usize) -> Self {
        let step = (width + 1) / bars.max(1);
        let (bar, gap) = match step {
            ..=1 => (1, 0),
            step => (step.min(4) as u16 - 1, 1),
        };
        Self {
            bar,
            gap,
            bars: bars.min(width.max(1)),
        }
    }

    fn step(self) -> u16 {
        self.bar + self.gap
    }

    fn newest(self, counts: &[u64]) -> &[u64] {
        &counts[counts.len().saturating_sub(self.bars)..]
    }
}

/// The bars as lines, so that they scroll with what stands around them.
fn bars(counts: &[u64], most: u64, pace: Pace, height: u16, style: Style) -> Vec<Line<'static>> {
    // The least that can be seen of a bar; whatever is there shows.
    let least = most.div_ceil(u64::from(height) * 8);
    let drawn = |&count: &u64| match count {
        0 => Bar::default().text_value(String::new()),
        count => Bar::default().value(count.max(least)).text_value(String::new()),
    };
    let group: Vec<Bar> = counts.iter().map(drawn).collect();
    let area = Rect::new(0, 0, pace.step() * counts.len() as u16, height);
    let mut buffer = Buffer::empty(area);
    BarChart::default()
        .data(BarGroup::default().bars(&group))
        .bar_width(pace.bar)
        .bar_gap(pace.gap)
        .bar_style(style)
        .max(most)
        .render(area, &mut buffer);
    let rows = buffer.content.chunks(usize::from(area.width.max(1)));
    rows.map(|row| Line::styled(row.iter().map(|cell| cell.symbol()).collect::<String>(), style))
        .collect()
}
