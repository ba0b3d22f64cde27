//! How often a key was allowed and refused, day by day: bars over an axis with its numbers, each of the two by its own measure
//! over the same days.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Bar, BarChart, BarGroup, Widget};

use super::lines::paragraph;
use super::{Look, text, time, used};
use crate::api::{UsageCount, UsageSeries};

/// Days from one label under the bars to the next.
const LABELLED: usize = 7;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Cells of a label: `╵22 Nov`.
const DATE: usize = 7;
/// Lines that bars are high at least and at most.
const LOWEST: usize = 2;
const HIGHEST: usize = 16;

/// Both, in about so many lines.
pub fn of_days(days: &UsageSeries, width: usize, lines: usize, look: &Look) -> Vec<Line<'static>> {
    let count = days.total();
    let charts = [
        Chart {
            words: used::allowed(count),
            counts: &days.allowed,
            style: look.theme.good(),
        },
        Chart {
            words: used::refused(count),
            counts: &days.refused,
            style: refused_style(count, look),
        },
    ];
    let most = charts.iter().map(Chart::most).max().unwrap_or(0);
    let axis = Axis::of(most, days.allowed.len(), width);
    let drawn: Vec<&Chart> = charts.iter().filter(|chart| chart.most() > 0).collect();
    // A heading and the line of zero each, the days, and what they are.
    let frame = charts.len() + drawn.len() + 2;
    let spare = lines.saturating_sub(frame);
    let mut out = Vec::new();
    for chart in &charts {
        // What was allowed gets two thirds of what there is for both.
        let height = match (drawn.len(), chart.words.starts_with('✓')) {
            (2, true) => spare * 2 / 3,
            (2, false) => spare / 3,
            _ => spare,
        };
        out.extend(chart.lines(&axis, height.clamp(LOWEST, HIGHEST), width, look));
    }
    if most > 0 {
        out.push(Line::styled(axis.dates(days), look.theme.faint()));
        let about = "Days of UTC; the last one is not over.";
        out.extend(paragraph(about, look.theme.faint(), width));
    }
    out
}

/// What is refused draws the eye only where something was.
pub fn refused_style(count: UsageCount, look: &Look) -> Style {
    match count.refused {
        0 => look.theme.faint(),
        _ => look.theme.bad(),
    }
}

struct Chart<'a> {
    words: String,
    counts: &'a [u64],
    style: Style,
}

impl Chart<'_> {
    fn most(&self) -> u64 {
        self.counts.iter().copied().max().unwrap_or(0)
    }

    /// A line that says how many, and bars where there were any, between the lines of the most and of zero.
    fn lines(&self, axis: &Axis, height: usize, width: usize, look: &Look) -> Vec<Line<'static>> {
        let most = self.most();
        let mut heading = format!("{} in {}", self.words, time::length(30, "d", look));
        if most > 0 {
            heading = format!("{heading}, at most {} a day", text::number(most));
        }
        let mut lines = paragraph(&heading, self.style, width);
        if most == 0 {
            return lines;
        }
        let pace = axis.pace;
        let bars = bars(pace.newest(self.counts), most, pace, height as u16);
        for (row, bars) in bars.into_iter().enumerate() {
            let beside = match row {
                0 => axis.beside(&text::number(most), "┤"),
                _ => axis.beside("", "│"),
            };
            lines.push(Line::from(vec![
                Span::styled(beside, look.theme.faint()),
                Span::styled(bars, self.style),
            ]));
        }
        let zero = format!("{}{}", axis.beside("0", "└"), "─".repeat(axis.cells()));
        lines.push(Line::styled(zero, look.theme.faint()));
        lines
    }
}

/// What both charts share: room for the numbers on the left, and the places of the days.
struct Axis {
    /// Cells of the longest number.
    digits: usize,
    pace: Pace,
    /// Cells of the line under the bars.
    width: usize,
}

impl Axis {
    fn of(most: u64, days: usize, width: usize) -> Self {
        let digits = text::width(&text::number(most));
        let room = width.saturating_sub(digits + 2);
        Self {
            digits,
            pace: Pace::of(days, room.saturating_sub(DATE - 1).max(1)),
            width: room,
        }
    }

    /// `   312 ┤`.
    fn beside(&self, number: &str, sign: &str) -> String {
        let digits = self.digits;
        format!("{number:>digits$} {sign}")
    }

    fn cells(&self) -> usize {
        (usize::from(self.pace.step()) * self.pace.bars).min(self.width)
    }

    /// A mark and a date under the bar of today and of every seventh day before, as far as there is room: half a date would
    /// be another one.
    fn dates(&self, days: &UsageSeries) -> String {
        let bars = self.pace.newest(&days.allowed).len();
        let first = days.allowed.len() - bars;
        let mut line = String::new();
        for bar in (0..bars).filter(|bar| (bars - 1 - bar).is_multiple_of(LABELLED)) {
            let at = used::slot(days, first + bar, DAY).to_zoned(TimeZone::UTC);
            let label = format!("╵{}", at.strftime("%-d %b"));
            let place = bar * usize::from(self.pace.step());
            if place + text::width(&label) > self.width || text::width(&line) > place {
                continue;
            }
            line = format!("{}{label}", text::column(&line, place));
        }
        format!("{}{line}", " ".repeat(self.digits + 2))
            .trim_end()
            .to_owned()
    }
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
            step => (step.min(5) as u16 - 1, 1),
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

/// The bars as lines, so that they scroll with the text around them.
fn bars(counts: &[u64], most: u64, pace: Pace, height: u16) -> Vec<String> {
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
        .max(most)
        .render(area, &mut buffer);
    let rows = buffer.content.chunks(usize::from(area.width.max(1)));
    rows.map(|row| row.iter().map(|cell| cell.symbol()).collect())
        .collect()
}
