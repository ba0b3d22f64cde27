//! "Yes, Delete": which key, and what will stop.

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Pressed, RevokeDialog};
use crate::api::{Key, Usage};
use crate::client::Error;
use crate::model::{Scope, Shown};
use crate::tui::plain::form::entry;
use crate::tui::plain::spoken::{Speak, Spoken, SpokenField, UNBROKEN};
use crate::tui::state::App;
use crate::tui::view::lines::paragraph;
use crate::tui::view::{Canvas, Draw, Look, dialog, reason, text, time, used};

const WIDTH: u16 = 66;
const TITLE: &str = "Revoke this key?";
const DISABLE_FIRST: &str =
    "Disable first refuses it just the same, counts further attempts, and can be undone.";
/// A screen of this height has room for blank lines.
const ROOMY: u16 = 18;

impl Draw for RevokeDialog {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let dialog = self;
        let theme = look.theme;
        let width = dialog::inner_width(screen, WIDTH);
        let foot = warning(dialog, width, look);
        let words = dialog::DialogText {
            head: which(dialog, width, look),
            body: what_stops(dialog, screen, width, look),
            foot,
            has_field: true,
        };
        let buttons = match doing(dialog, app) {
            Some(doing) => Line::styled(doing, theme.faint()),
            None => dialog::button_row(&dialog.buttons, width, look),
        };
        let frame = (WIDTH, TITLE, theme.bad());
        let field = dialog::ask(buffer, screen, frame, words, dialog.scroll, buttons, look);
        reason::render(buffer, field, &dialog.reason, dialog.is_in_reason(), look)
    }
}

fn warning(dialog: &RevokeDialog, width: usize, look: &Look) -> Vec<Line<'static>> {
    let immediately = "Revoking takes effect immediately and can't be undone.";
    let mut lines = paragraph(immediately, look.theme.strong(), width);
    let error = dialog.error.iter();
    lines.extend(error.flat_map(|error| paragraph(error, look.theme.bad(), width)));
    lines
}

/// What is waited for.
fn doing(dialog: &RevokeDialog, app: &App) -> Option<&'static str> {
    let is_sent = dialog.sending || app.is_quitting();
    is_sent.then(|| match dialog.buttons.focused() {
        Some(Pressed::DisableFirst) => "Disabling…",
        _ => "Revoking…",
    })
}

/// Which key it is, told from every other one.
fn which(dialog: &RevokeDialog, width: usize, look: &Look) -> Vec<Line<'static>> {
    let key = &dialog.key;
    let usage = dialog.usage.of(key.id).and_then(Result::ok);
    let mut lines = dialog::name(&key.name, width, look.theme.strong());
    lines.extend(facts(key, usage, width, look));
    lines.extend(dialog::which_key(key, width, look));
    lines
}

fn what_stops(dialog: &RevokeDialog, screen: Rect, width: usize, look: &Look) -> Vec<Line<'static>> {
    let key = &dialog.key;
    let usage = dialog.usage.of(key.id);
    let gap = || (screen.height >= ROOMY).then(Line::default);
    let mut lines: Vec<Line> = gap().into_iter().collect();
    lines.extend(at_stake(key, usage, width, look));
    lines.extend(gap());
    lines.extend(paragraph(&consequences(key), look.theme.text(), width));
    if dialog.offers_to_disable() {
        lines.extend(gap());
        lines.extend(paragraph(DISABLE_FIRST, look.theme.faint(), width));
    }
    lines.extend(gap());
    lines
}

/// How it is used, as far as that is known.
fn at_stake(
    key: &Key,
    usage: Option<Result<&Usage, &Error>>,
    width: usize,
    look: &Look,
) -> Vec<Line<'static>> {
    let theme = look.theme;
    match usage {
        None => paragraph("Loading its usage…", theme.faint(), width),
        Some(Err(error)) => {
            let unknown = format!("Its usage is not known: {error}.");
            paragraph(&unknown, theme.warning(), width)
        }
        Some(Ok(usage)) => {
            let attempts = key.disabled.as_ref();
            let attempts = attempts.map(|disabled| used::while_disabled(usage, disabled, look));
            let sentences = attempts.into_iter().chain(used::at_stake(usage, look));
            let lines = sentences.flat_map(|sentence| paragraph(&sentence, theme.text(), width));
            lines.collect()
        }
    }
}

/// `Web key · Storefront · last used 3 min ago`
fn facts(key: &Key, usage: Option<&Usage>, width: usize, look: &Look) -> Vec<Line<'static>> {
    let last = usage.and_then(|usage| usage.last_use.as_ref());
    let used = match last.map(|last| last.at).or(key.last_used_at) {
        Some(at) => format!("last used {}", time::ago(Some(at), look)),
        None => "never used".into(),
    };
    let kind = format!("{} key", key.scope);
    let rest = match &key.project {
        Some(project) => format!(" · {} · {used}", Shown::new(&project.name)),
        None => format!(" · {used}"),
    };
    if text::width(&kind) + text::width(&rest) > width {
        return dialog::name(&format!("{kind}{rest}"), width, look.theme.text());
    }
    let kind = Span::styled(kind, look.theme.text());
    vec![Line::from(vec![kind, Span::raw(rest)])]
}

/// What stops, and by which of its tokens.
fn consequences(key: &Key) -> String {
    let what = what_uses_it(key);
    match &key.rotation {
        None => what,
        Some(rotation) => format!(
            "{what} It is being rotated: both of its tokens stop, the old one ({}) too.",
            rotation.old_hint
        ),
    }
}

fn what_uses_it(key: &Key) -> String {
    let project = key.project.as_ref().map_or("", |project| project.name.as_str());
    let domains = key.settings.ui_domains.len();
    match (key.scope, domains) {
        (Scope::Web, 1) => format!(
            "Web pages of “{project}” on {} stop connecting immediately.",
            key.settings.ui_domains[0]
        ),
        (Scope::Web, n) => format!(
            "Web pages of “{project}” on {n} UI domains, {} among them, stop connecting immediately.",
            key.settings.ui_domains[0]
        ),
        (Scope::Mobile, 0) => {
            format!("Every app of “{project}” that presents it stops connecting immediately.")
        }
        (Scope::Mobile, _) => format!(
            "Apps of “{project}”, such as {}, stop connecting immediately.",
            key.settings.ui_domains[0]
        ),
        (Scope::Analytics, _) => {
            "Whatever reads the organisation's figures with it is refused immediately.".into()
        }
    }
}

impl Speak for RevokeDialog {
    fn speak(&self, app: &App, look: &Look) -> Spoken {
        let screen = Rect::new(0, 0, u16::MAX, 0);
        let reason = self
            .is_in_reason()
            .then(|| SpokenField::new(reason::LABEL, entry(&self.reason)));
        Spoken::titled(TITLE)
            .lines(which(self, UNBROKEN, look))
            .lines(what_stops(self, screen, UNBROKEN, look))
            .lines(warning(self, UNBROKEN, look))
            .buttons(&self.buttons)
            .field(reason)
            .doing(doing(self, app))
    }
}
