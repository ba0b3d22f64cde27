//! "Yes, Delete": which key, and what will stop.

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::RevokeDialog;
use crate::api::{Key, Usage};
use crate::client::Error;
use crate::model::{Scope, Shown};
use crate::tui::view::lines::paragraph;
use crate::tui::view::{Canvas, Draw, Look, dialog, text, time, used};

const WIDTH: u16 = 66;
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
        let mut foot = paragraph(
            "Revoking takes effect immediately and can't be undone.",
            theme.strong(),
            width,
        );
        if let Some(error) = &dialog.error {
            foot.extend(paragraph(error, theme.bad(), width));
        }
        let words = dialog::DialogText {
            head: which(dialog, width, look),
            body: what_stops(dialog, screen, width, look),
            foot,
        };
        let buttons = match dialog.sending || app.is_quitting() {
            true => Line::styled("Revoking…", theme.faint()),
            false => dialog::button_row(&dialog.buttons, width, look),
        };
        let frame = (WIDTH, "Revoke this key?", theme.bad());
        dialog::ask(buffer, screen, frame, words, dialog.scroll, buttons, look);
        None
    }
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
    lines.extend(at_stake(usage, width, look));
    lines.extend(gap());
    lines.extend(paragraph(&consequences(key), look.theme.text(), width));
    lines
}

/// How it is used, as far as that is known.
fn at_stake(usage: Option<Result<&Usage, &Error>>, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    match usage {
        None => paragraph("Loading its usage…", theme.faint(), width),
        Some(Err(error)) => {
            let unknown = format!("Its usage is not known: {error}.");
            paragraph(&unknown, theme.warning(), width)
        }
        Some(Ok(usage)) => {
            let sentences = used::at_stake(usage, look).into_iter();
            let lines = sentences.flat_map(|sentence| paragraph(&sentence, theme.text(), width));
            lines.collect()
        }
    }
}

/// `Web key · Storefront · last used 3 min ago`
fn facts(key: &Key, usage: Option<&Usage>, width: usize, look: &Look) -> Vec<Line<'static>> {
    let last = usage.and_then(|usage| usage.last_use.as_ref());
    let used = match last.map(|last| last.at).or(key.last_used_at) {
        Some(at) => format!("last used {}", time::ago(Some(at), look.now)),
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
    let kind = Span::styled(kind, look.theme.scope(key.scope));
    vec![Line::from(vec![kind, Span::raw(rest)])]
}

fn consequences(key: &Key) -> String {
    let project = key.project.as_ref().map_or("", |project| project.name.as_str());
    let domains = key.ui_domains.len();
    match (key.scope, domains) {
        (Scope::Web, 1) => format!(
            "Web pages of “{project}” on {} stop connecting immediately.",
            key.ui_domains[0]
        ),
        (Scope::Web, n) => format!(
            "Web pages of “{project}” on {n} UI domains, {} among them, stop connecting immediately.",
            key.ui_domains[0]
        ),
        (Scope::Mobile, 0) => {
            format!("Every app of “{project}” that presents it stops connecting immediately.")
        }
        (Scope::Mobile, _) => format!(
            "Apps of “{project}”, such as {}, stop connecting immediately.",
            key.ui_domains[0]
        ),
        (Scope::Analytics, _) => {
            "Whatever reads the organisation's figures with it is refused immediately.".into()
        }
    }
}
