//! A new key's secret, shown whole.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::{Look, dialog, text};
use crate::tui::message::Route;
use crate::tui::state::NewSecret;
use crate::tui::state::notice::sentence;

const WIDTH: u16 = 78;

pub fn render(buffer: &mut Buffer, screen: Rect, new: &NewSecret, look: &Look) -> Option<Position> {
    let theme = look.theme;
    let width = dialog::inner_width(screen, WIDTH);
    let shown_once = !new.key.scope.is_viewable();
    let mut lines = vec![Line::styled(text::fit(&new.key.name, width), theme.strong())];
    let wrapped = |words: &str, style| {
        text::wrap(words, width)
            .into_iter()
            .map(move |line| Line::styled(line, style))
    };
    match &new.secret {
        Some(secret) => {
            if shown_once {
                lines.extend(wrapped("This secret is shown only now. Copy it before you close this.", theme.warning().bold()));
            } else {
                lines.extend(wrapped("You can show and copy it again at any time.", theme.faint()));
            }
            lines.push(Line::default());
            lines.extend(text::chunks(secret.expose(), width).into_iter().map(Line::raw));
        }
        None => lines.extend(wrapped(
            "An earlier attempt had created it, but its answer was lost, and with it the secret, which is shown only once. Revoke this key and create another.",
            theme.warning(),
        )),
    }
    lines.push(Line::default());
    lines.extend(match &new.copied {
        Some(Route::Clipboard) => wrapped("✓ Copied to the clipboard.", theme.good()).collect::<Vec<_>>(),
        Some(Route::Terminal) => wrapped(
            "· Sent to the terminal (OSC 52); paste it somewhere to be sure.",
            theme.warning(),
        )
        .collect(),
        Some(Route::Failed(why)) => {
            wrapped(&format!("✗ Not copied: {}", sentence(why)), theme.bad()).collect()
        }
        None => Vec::new(),
    });
    let height = lines.len() as u16 + 3;
    let title = format!("{} key created", new.key.scope);
    let inner = dialog::open(buffer, screen, WIDTH, height, &title, theme.accent());
    let hints = match new.secret {
        Some(_) => "c copies it   Enter closes",
        None => "Enter closes",
    };
    dialog::with_buttons(buffer, inner, lines, Line::styled(hints, theme.faint()));
    None
}
