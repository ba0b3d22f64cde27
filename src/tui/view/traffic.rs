//! How the selected key is used: in its details, and in the strip under a narrow table.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::lines::{field, indented, paragraph};
use super::{Look, text, time, used};
use crate::api::{Key, LastUse, USAGE_HOURS, Usage, UsageCount, WEEK_DAYS};
use crate::tui::state::Loadable;
use crate::tui::state::notice::sentence;

/// Hours of one bar, of which the least is taken that has room.
const HOURS_A_BAR: [usize; 6] = [3, 4, 6, 8, 12, 24];
const HOURS_A_DAY: usize = 24;
/// Cells before the bars.
const INDENT: usize = 2;
/// Of a last use that has not come yet.
const AHEAD: &str =
    "This last use is in the future: the clock of this machine is slow, or that of a server was fast.";

/// How often and when a key was used, and from where.
pub fn in_details(key: &Key, known: &Loadable<Usage>, width: usize, look: &Look) -> Vec<Line<'static>> {
    let usage = known.of(key.id);
    let mut lines = match usage {
        Some(Err(error)) => {
            let mut lines = field("Requests", "not known", width, look);
            lines.extend(paragraph(&sentence(error), look.theme.bad(), width));
            lines
        }
        Some(Ok(usage)) => week(
            usage.last_week(),
            [&usage.hours.allowed, &usage.hours.refused],
            width,
            look,
        ),
        None => match key.week {
            // The same in days, until the hours are here.
            Some(of_days) => {
                let [allowed, refused] = [of_days.allowed, of_days.refused].map(spread);
                week(of_days.total(), [&allowed, &refused], width, look)
            }
            None => field("Requests", "…", width, look),
        },
    };
    lines.extend(last_used(key, usage.and_then(Result::ok), width, look));
    lines
}

/// Hours of the counts of days.
fn spread(days: [u64; WEEK_DAYS]) -> Vec<u64> {
    days.into_iter()
        .flat_map(|count| std::iter::repeat_n(count, HOURS_A_DAY))
        .collect()
}

/// `✓ 591 allowed  ✗ 12 refused  7 d`, the bars below it, and which time these are of.
fn week(count: UsageCount, hours: [&[u64]; 2], width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let days = time::length(7, "d", look);
    if count == UsageCount::default() {
        return field("Requests", &format!("none in {days}"), width, look);
    }
    let [allowed, refused] = styles(count, look);
    let mut head = vec![
        Span::styled(used::allowed(count), allowed),
        Span::styled(format!("  {}", used::refused(count)), refused),
    ];
    let used: usize = head.iter().map(|span| text::width(&span.content)).sum();
    if let Some(gap) = width.checked_sub(used + days.len()).filter(|gap| *gap >= 2) {
        head.push(Span::styled(format!("{:gap$}{days}", ""), theme.faint()));
    }
    let mut lines = vec![Line::from(head)];
    let slots = hours_a_bar(width.saturating_sub(INDENT));
    let rows = [("✓", hours[0], theme.good()), ("✗", hours[1], theme.bad())];
    let row = |(sign, counts, style): (&str, &[u64], Style)| {
        let any = counts.iter().any(|&count| count > 0);
        any.then(|| Line::styled(format!("{sign} {}", used::bars(counts, slots)), style))
    };
    let rows: Vec<Line> = rows.into_iter().filter_map(row).collect();
    if !rows.is_empty() {
        lines.extend(rows);
        lines.push(axis(USAGE_HOURS.div_ceil(slots), look));
    }
    lines
}

/// Of what was allowed, and of what was refused: nothing is no news.
fn styles(count: UsageCount, look: &Look) -> [Style; 2] {
    let theme = look.theme;
    [(count.allowed, theme.good()), (count.refused, theme.bad())].map(|(count, style)| match count {
        0 => theme.faint(),
        _ => style,
    })
}

fn hours_a_bar(room: usize) -> usize {
    let fits = |hours: &&usize| USAGE_HOURS.div_ceil(**hours) <= room;
    let finest = HOURS_A_BAR.iter().find(fits);
    finest.copied().unwrap_or(HOURS_A_DAY)
}

/// `7 d ago            now`, below so many bars.
fn axis(bars: usize, look: &Look) -> Line<'static> {
    let start = format!("{} ago", time::length(7, "d", look));
    let end = "now";
    let words = match bars.checked_sub(start.len() + end.len() + 1) {
        Some(gap) => format!("{:INDENT$}{start}{:width$}{end}", "", "", width = gap + 1),
        None => format!("{:INDENT$}{:>bars$}", "", end),
    };
    Line::styled(words, look.theme.faint())
}

/// `Last used  3 min ago`, and below it from where.
fn last_used(key: &Key, usage: Option<&Usage>, width: usize, look: &Look) -> Vec<Line<'static>> {
    let last = last_use(usage);
    let at = last.map(|last| last.at).or(key.last_used_at);
    let ago = time::ago(at, look);
    let words = match at {
        // Within two days the age says it.
        Some(at) if time::is_long_ago(at, look.now) => format!("{ago} ({})", time::date(at, &look.zone)),
        _ => ago,
    };
    let mut lines = field("Last used", &words, width, look);
    if at.is_some_and(|at| time::is_ahead(at, look.now)) {
        lines.extend(paragraph(AHEAD, look.theme.warning(), width));
    }
    if let Some(from) = last.and_then(used::from_where) {
        lines.extend(indented(&from, width));
    }
    lines
}

fn last_use(usage: Option<&Usage>) -> Option<&LastUse> {
    usage.and_then(|usage| usage.last_use.as_ref())
}

/// The same in a line: `▁▂▂▃▂▂▁  ✓ 591 allowed  ✗ 12 refused in 7 d`.
pub fn in_line(key: &Key, known: &Loadable<Usage>, look: &Look) -> Vec<(String, Style)> {
    let theme = look.theme;
    let days = time::length(7, "d", look);
    let count = match (known.of(key.id), key.week) {
        (Some(Ok(usage)), _) => usage.last_week(),
        (_, Some(week)) => week.total(),
        (Some(Err(_)), None) => return vec![("Requests not known".into(), theme.faint())],
        (None, None) => return vec![("Requests …".into(), theme.faint())],
    };
    if count == UsageCount::default() {
        return vec![(format!("No requests in {days}"), theme.faint())];
    }
    let [allowed, refused] = styles(count, look);
    vec![
        (used::week(key), theme.text()),
        (used::allowed(count), allowed),
        (used::refused(count), refused),
        (format!("in {days}"), theme.faint()),
    ]
}

/// `Used 3 min ago from 203.0.113.7, https://shop.acme.example`.
pub fn last_in_line(key: &Key, known: &Loadable<Usage>, look: &Look) -> String {
    let last = last_use(known.of(key.id).and_then(Result::ok));
    let at = last.map(|last| last.at).or(key.last_used_at);
    let Some(at) = at else {
        return "Never used".into();
    };
    let from = last.and_then(used::from_where);
    let from = from.map_or_else(String::new, |from| format!(" {from}"));
    format!("Used {}{from}", time::ago(Some(at), look))
}
