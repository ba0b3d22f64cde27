//! A key's state in words: in a cell of the table, and in its details. What needs attention also has a colour.

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::Line;

use super::lines::{field, paragraph};
use super::{Look, ended, text, time, used};
use crate::api::{Disabled, Key, RotationUses, Usage};
use crate::client::Error;
use crate::model::KeyState;
use crate::model::expiry::WARNED_DAYS;
use crate::tui::keymap::{Action, Layer};
use crate::tui::state::App;

const WARNED: SignedDuration = SignedDuration::from_hours(24 * WARNED_DAYS as i64);
/// Refusals are counted for so long.
const COUNTED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Words, and shorter ones where there is little room.
struct StateWords {
    words: String,
    short: String,
    style: Style,
    /// What stands between it and what is before it.
    joint: &'static str,
    /// Whether it says that something is refused, or will be before long: before all else it is to fit.
    warns: bool,
}

impl StateWords {
    /// The longest first; the last with one unit of time only.
    fn forms(&self) -> [String; 3] {
        [self.words.clone(), self.short.clone(), in_one_unit(&self.short)]
    }
}

const NEXT: &str = ", ";
/// Before what belongs to what is before it.
const PART: &str = " · ";

/// `disabled`, `expires in 12 d`: what refuses first, and then as much of the rest as fits.
pub fn in_table(key: &Key, width: usize, look: &Look) -> (String, Style) {
    let all = all(key, look);
    let Some(first) = all.first() else {
        return (String::new(), look.theme.text());
    };
    let mut shown: Vec<Option<String>> = vec![None; all.len()];
    let fits = |shown: &[Option<String>]| text::width(&joined(&all, shown)) <= width;
    let warnings = || (0..all.len()).filter(|index| all[*index].warns);
    let parts = || (0..all.len()).filter(|index| all[*index].joint == PART);
    // Shorter words with what belongs to them say more than longer ones without.
    'fitting: for with_parts in [true, false] {
        for form in 0..3 {
            warnings().for_each(|index| shown[index] = Some(all[index].forms()[form].clone()));
            parts().for_each(|index| shown[index] = with_parts.then(|| all[index].short.clone()));
            if fits(&shown) {
                break 'fitting;
            }
        }
    }
    for index in warnings().collect::<Vec<_>>().into_iter().rev() {
        if !fits(&shown) && index > 0 {
            shown[index] = None;
        }
    }
    for (index, words) in all.iter().enumerate() {
        // A part of what did not fit says nothing by itself.
        if words.warns || (words.joint == PART && shown[..index].last().is_none_or(Option::is_none)) {
            continue;
        }
        let before = shown[index].take();
        let longer = words.forms().into_iter().take(2).find(|form| {
            shown[index] = Some(form.clone());
            fits(&shown)
        });
        shown[index] = longer.or(before);
    }
    if shown.iter().all(Option::is_none) {
        shown[0] = Some(first.short.clone());
    }
    (joined(&all, &shown), first.style)
}

/// What is shown of it, in its order.
fn joined(all: &[StateWords], shown: &[Option<String>]) -> String {
    let mut line = String::new();
    for (words, form) in all.iter().zip(shown) {
        let Some(form) = form else { continue };
        line.push_str(if line.is_empty() { "" } else { words.joint });
        line.push_str(form);
    }
    line
}

/// `expires 4d` of `expires 4d23h`.
fn in_one_unit(short: &str) -> String {
    let (words, length) = short.rsplit_once(' ').unwrap_or(("", short));
    let mut was_unit = false;
    let first = length.char_indices().find(|(_, c)| {
        let is_next = was_unit && c.is_ascii_digit();
        was_unit |= c.is_alphabetic();
        is_next
    });
    let end = first.map_or(length.len(), |(at, _)| at);
    format!("{words} {}", &length[..end]).trim_start().to_owned()
}

/// The most urgent of it, in few words, where there is no column for it.
pub fn beside_name(key: &Key, look: &Look) -> (String, Style) {
    let first = all(key, look).into_iter().next();
    first.map_or_else(
        || (String::new(), look.theme.text()),
        |first| (first.short, first.style),
    )
}

/// The most urgent first.
fn all(key: &Key, look: &Look) -> Vec<StateWords> {
    let theme = look.theme;
    let mut all = Vec::new();
    let expired = has_expired(key, look.now);
    if expired {
        let ago = key.settings.expires_at.filter(|at| *at <= look.now);
        let ago = ago.map_or_else(String::new, |at| format!(" {}", time::ago(Some(at), look)));
        all.push(said(format!("expired{ago}"), "expired".into(), theme.bad()));
    }
    if key.disabled.is_some() {
        all.push(said("disabled".into(), "disabled".into(), theme.warning()));
    }
    if let Some(rotation) = key
        .rotation
        .as_ref()
        .filter(|rotation| rotation.ends_at > look.now)
    {
        let left = time::left(rotation.ends_at, look);
        all.push(said(
            format!("rotating, {left} left"),
            format!("rotating {}", brief(&left)),
            theme.accent(),
        ));
        all.extend(rotation.uses.map(|uses| meter(uses, look)));
    }
    if let Some(at) = key.settings.expires_at.filter(|_| !expired) {
        let left = time::left(at, look);
        match expires_soon(at, look.now) {
            true => all.push(said(
                format!("expires in {left}"),
                format!("expires {}", brief(&left)),
                theme.warning(),
            )),
            false => {
                let until = format!("until {}", time::end_in_column(at, look.now, &look.zone));
                let until = said(until.clone(), until, theme.faint());
                all.push(StateWords {
                    warns: false,
                    ..until
                });
            }
        }
    }
    all.extend(
        key.settings
            .local_development_ends_at
            .map(|ends| local_development(ends, look)),
    );
    all
}

fn said(words: String, short: String, style: Style) -> StateWords {
    StateWords {
        words,
        short,
        style,
        joint: NEXT,
        warns: true,
    }
}

/// Of local development, which ends then.
fn local_development(ends: Timestamp, look: &Look) -> StateWords {
    let (words, short, style) = match ends > look.now {
        true => {
            let left = time::left(ends, look);
            let short = format!("local {}", brief(&left));
            (format!("local dev, {left} left"), short, look.theme.accent())
        }
        false => ("local dev ended".into(), "local ended".into(), look.theme.faint()),
    };
    StateWords {
        warns: false,
        ..said(words, short, style)
    }
}

/// Which token of a rotation is used.
fn meter(uses: RotationUses, look: &Look) -> StateWords {
    let [old, new] = [uses.old, uses.new].map(text::number);
    StateWords {
        words: format!("old {old}, new {new}"),
        short: format!("old {old}"),
        style: look.theme.accent(),
        joint: PART,
        warns: false,
    }
}

/// `12d`, `5h`, `<1m`
fn brief(left: &str) -> String {
    let left = left.replace("under ", "<").replace("min", "m");
    left.replace(' ', "")
}

/// By the clock of this machine, where the server hasn't said so yet.
fn has_expired(key: &Key, now: Timestamp) -> bool {
    key.state == KeyState::Expired || key.settings.expires_at.is_some_and(|at| at <= now)
}

fn expires_soon(at: Timestamp, now: Timestamp) -> bool {
    at.duration_since(now) <= WARNED
}

/// In the details: why the key refuses, or will before long, and what can be done about it.
pub fn in_details(key: &Key, app: &App, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    if key.revoked.is_some() {
        return ended::in_details(key, width, look);
    }
    let mut lines = Vec::new();
    if has_expired(key, look.now) {
        let renew = how(app, Action::SetExpiry, "renews it");
        let words = format!("Expired: every request is refused until it is renewed{renew}");
        lines.extend(paragraph(&words, theme.bad(), width));
    } else if let Some(at) = key.settings.expires_at.filter(|at| expires_soon(*at, look.now)) {
        let renew = how(app, Action::SetExpiry, "renews it");
        let words = format!("Expires in {}{renew}", time::left(at, look));
        lines.extend(paragraph(&words, theme.warning(), width));
    }
    if let Some(disabled) = &key.disabled {
        let usage = app.key_usage.of(key.id);
        lines.extend(of_disabled(disabled, usage, app, width, look));
    }
    lines.extend(ended::in_details(key, width, look));
    lines
}

/// `; l renews it`, where that can be done.
pub fn how(app: &App, action: Action, what: &str) -> String {
    let key = app.keymap.key_of(Layer::Keys, action);
    let key = key.filter(|_| app.available_on_screen(action).is_ok());
    key.map_or_else(String::new, |key| format!("; {key} {what}"))
}

/// Since when, by whom and why, and the attempts since.
fn of_disabled(
    disabled: &Disabled,
    usage: Option<Result<&Usage, &Error>>,
    app: &App,
    width: usize,
    look: &Look,
) -> Vec<Line<'static>> {
    let theme = look.theme;
    let since = time::long_date(disabled.at, &look.zone);
    let enable = how(app, Action::Enable, "enables it");
    let told = format!("Disabled since {since} by {}{enable}", disabled.by.email);
    let mut lines = paragraph(&told, theme.warning(), width);
    if let Some(reason) = &disabled.reason {
        lines.extend(field("Reason", reason, width, look));
    }
    if let Some(Ok(usage)) = usage {
        let style = match usage.refused_while_disabled {
            Some(1..) => theme.warning(),
            _ => theme.faint(),
        };
        lines.extend(paragraph(&tries(disabled, usage, look), style, width));
    }
    lines
}

/// `12 requests since Tuesday, the last 3 min ago`.
fn tries(disabled: &Disabled, usage: &Usage, look: &Look) -> String {
    let since = match look.now.duration_since(disabled.at) > COUNTED {
        true => format!("in {}", time::length(30, "d", look)),
        false => time::since(disabled.at, look.now, &look.zone),
    };
    let count = usage.refused_while_disabled.unwrap_or_default();
    if count == 0 {
        return format!("No request {since}");
    }
    let last = usage.last_refused_at.filter(|at| *at >= disabled.at);
    let from = usage.refused_since.as_ref().and_then(|since| since.last.as_ref());
    let from = from
        .and_then(used::from_where)
        .map_or_else(String::new, |from| format!(" {from}"));
    let last = last.map_or_else(String::new, |at| {
        format!(", the last {}{from}", time::ago(Some(at), look))
    });
    format!("Refused: {} {since}{last}", used::plural(count, "request"))
}

/// `in 12 d (30 Nov 2026, 11:10)`, or how long ago it ended.
pub fn expiry_in_words(at: Timestamp, look: &Look) -> String {
    let exact = time::long_date(at, &look.zone);
    match at > look.now {
        true => format!("in {} ({exact})", time::left(at, look)),
        false => format!("{} ({exact})", time::ago(Some(at), look)),
    }
}

/// The instants until which a key's time is shown.
pub fn ends_of(key: &Key) -> impl Iterator<Item = Timestamp> {
    let rotation = key.rotation.as_ref().map(|rotation| rotation.ends_at);
    let local = key.settings.local_development_ends_at;
    [key.settings.expires_at, rotation, local].into_iter().flatten()
}
