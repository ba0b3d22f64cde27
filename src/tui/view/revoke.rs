//! "Yes, Delete": which key, and what will stop.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Look, dialog, text, time};
use crate::api::Key;
use crate::model::Scope;
use crate::tui::state::{App, RevokeDialog};

const WIDTH: u16 = 66;

pub fn render(
    buffer: &mut Buffer,
    screen: Rect,
    dialog: &RevokeDialog,
    app: &App,
    look: &Look,
) -> Option<Position> {
    let theme = look.theme;
    let width = dialog::inner_width(screen, WIDTH);
    let key = &dialog.key;
    let mut lines = vec![
        Line::styled(text::fit(&key.name, width), theme.strong()),
        facts(key, width, look),
    ];
    if screen.height >= 12 {
        lines.push(Line::default());
    }
    lines.extend(text::wrap(&consequences(key), width).into_iter().map(Line::raw));
    let for_ever = text::wrap("A revoked key never works again and can't be restored.", width);
    lines.extend(
        for_ever
            .into_iter()
            .map(|line| Line::styled(line, theme.strong())),
    );
    if let Some(error) = &dialog.error {
        lines.extend(
            text::wrap(error, width)
                .into_iter()
                .map(|line| Line::styled(line, theme.bad())),
        );
    }
    let height = lines.len() as u16 + 4;
    let inner = dialog::open(buffer, screen, WIDTH, height, "Revoke this key?", theme.bad());
    let buttons = if dialog.sending || app.is_quitting() {
        Line::styled("Revoking…", theme.faint())
    } else {
        dialog::buttons(
            &[("Cancel", !dialog.yes, false), ("Yes, Delete", dialog.yes, true)],
            look,
        )
    };
    dialog::with_buttons(buffer, inner, lines, buttons);
    None
}

/// `Web key · Storefront · last used 3 min ago`
fn facts(key: &Key, width: usize, look: &Look) -> Line<'static> {
    let used = match key.last_used_at {
        Some(at) => format!("last used {}", time::ago(Some(at), look.now)),
        None => "never used".into(),
    };
    let kind = format!("{} key", key.scope);
    let rest = match &key.project {
        Some(project) => {
            let room = width.saturating_sub(text::width(&kind) + text::width(&used) + 6);
            format!(" · {} · {used}", text::fit(&project.name, room))
        }
        None => format!(" · {used}"),
    };
    Line::from(vec![
        Span::styled(kind, look.theme.scope(key.scope)),
        Span::raw(rest),
    ])
}

fn consequences(key: &Key) -> String {
    let project = key.project.as_ref().map_or("", |project| project.name.as_str());
    let domains = key.ui_domains.len();
    match (key.scope, domains) {
        (Scope::Web, 1) => format!(
            "Web pages of “{project}” on {} stop connecting at once.",
            key.ui_domains[0]
        ),
        (Scope::Web, n) => format!(
            "Web pages of “{project}” on {n} origins, {} among them, stop connecting at once.",
            key.ui_domains[0]
        ),
        (Scope::Mobile, 0) => format!("Every app of “{project}” that presents it stops connecting at once."),
        (Scope::Mobile, _) => format!(
            "Apps of “{project}”, such as {}, stop connecting at once.",
            key.ui_domains[0]
        ),
        (Scope::Analytics, _) => {
            "Whatever reads the organisation's figures with it is refused at once.".into()
        }
    }
}
