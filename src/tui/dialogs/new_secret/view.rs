//! A new secret, shown whole: of a key, or a person's sign-in token.

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};

use super::work::{self, WorkLine};
use super::{NewSecret, SecretOf};
use crate::api::Key;
use crate::model::token;
use crate::tui::decks::DeckSummary;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::Route;
use crate::tui::plain::spoken::{Speak, Spoken, UNBROKEN};
use crate::tui::state::App;
use crate::tui::state::notice::sentence;
use crate::tui::view::lines::paragraph;
use crate::tui::view::{Canvas, Draw, Look, dialog, secret, text, time};

const WIDTH: u16 = 78;

impl Draw for NewSecret {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let new = self;
        let width = dialog::inner_width(screen, WIDTH);
        let mut lines = which(new, screen, width, look);
        lines.extend(about(new, app, width, look));
        lines.extend(copied(new.copied.as_ref(), width, look));
        let of_secret = new.secret.as_ref().map_or(0, |new| secret::height(new, screen));
        // The border, a blank line and the keys.
        let height = lines.len() as u16 + 4;
        let room = screen.height.saturating_sub(of_secret + height + 2);
        let work = work_lines(&new.of, &app.deck, usize::from(screen.width), room, look);
        let of_work = work.len() as u16;
        let room = screen.height.saturating_sub(of_secret + of_work);
        let taken = (height + 2).min(room);
        let part = |y, height| Rect { y, height, ..screen };
        let above = part(screen.y + (room - taken) / 2, taken);
        let opened = dialog::open(buffer, above, WIDTH, height, &title(&new.of), look.theme.accent());
        dialog::with_buttons(buffer, opened.inner, lines, keys(new, app, look));
        let below = part(above.bottom(), of_secret);
        if let Some(new) = &new.secret {
            secret::draw(buffer, below, new, screen, look);
        }
        // As the secret with nothing on its left and right, so that it can be selected.
        let below = part(below.bottom(), of_work).intersection(screen);
        Clear.render(below, buffer);
        Paragraph::new(work).render(below, buffer);
        None
    }
}

/// `c copies it   Enter closes`
fn keys(new: &NewSecret, app: &App, look: &Look) -> Line<'static> {
    let copy = app.keymap.key_of(Layer::NewSecret, Action::Copy);
    let copy = copy.filter(|_| new.secret.is_some());
    let close = app.keymap.key_of(Layer::NewSecret, Action::Back);
    let key = |key: Option<String>, what: &str| {
        let key = key.into_iter();
        let spans = key.flat_map(|key| {
            [
                Span::styled(key, look.theme.accent().bold()),
                Span::styled(format!(" {what}   "), look.theme.faint()),
            ]
        });
        spans.collect::<Vec<_>>()
    };
    Line::from([key(copy, "copies it"), key(close, "closes")].concat())
}

/// What there is to know of the secret, or why there is none.
fn about(new: &NewSecret, app: &App, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let Some(secret) = &new.secret else {
        return paragraph(&lost(&new.of, app), theme.warning(), width);
    };
    let mut lines = match new.of.is_shown_once() {
        true => paragraph(
            "This secret is shown only now. Copy it before you close this.",
            theme.warning().bold(),
            width,
        ),
        false => paragraph(
            "You can reveal and copy it again at any time.",
            theme.faint(),
            width,
        ),
    };
    if token::names_no_server(secret) {
        lines.extend(paragraph(token::OF_LOCAL_DECK, theme.warning(), width));
    }
    for words in what_for(&new.of, &app.deck, look) {
        lines.extend(paragraph(&words, theme.text(), width));
    }
    lines
}

/// What puts a new key to work, where there is room for all of it.
fn work_lines(of: &SecretOf, deck: &DeckSummary, width: usize, room: u16, look: &Look) -> Vec<Line<'static>> {
    let SecretOf::Key(key) = of else {
        return Vec::new();
    };
    let of_work = work::lines(key, deck);
    let lines = |after: &[Line<'static>]| -> Vec<Line<'static>> {
        let of_one = |line: &WorkLine| {
            let mut lines = paragraph(line.who, look.theme.faint(), width);
            lines.extend(line.rows(width).into_iter().map(Line::raw));
            lines.extend_from_slice(after);
            lines
        };
        of_work.iter().flat_map(of_one).collect()
    };
    let forms = [lines(&[Line::default()]), lines(&[])];
    let fitting = forms.into_iter().find(|lines| lines.len() <= usize::from(room));
    fitting.unwrap_or_default()
}

/// Which way it was copied, and no more than is known of that.
fn copied(route: Option<&Route>, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    match route {
        Some(Route::Clipboard) => paragraph("✓ Copied to the clipboard.", theme.good(), width),
        Some(Route::Terminal) => paragraph(
            "· Sent to the terminal (OSC 52); paste it somewhere to be sure.",
            theme.warning(),
            width,
        ),
        Some(Route::OuterTmux) => paragraph(
            "· Sent to the tmux around this one, which takes it only with set-clipboard on; paste it somewhere to be sure.",
            theme.warning(),
            width,
        ),
        Some(Route::Failed(why)) => {
            paragraph(&format!("✗ Not copied: {}", sentence(why)), theme.bad(), width)
        }
        None => Vec::new(),
    }
}

fn title(of: &SecretOf) -> String {
    match of {
        SecretOf::Key(key) => format!("{} key created", key.scope),
        SecretOf::RotatedKey(key) => format!("{} key rotated: its new secret", key.scope),
        SecretOf::Person(_) => "Sign-in token".into(),
    }
}

/// A screen of this height has room for more than the name and the secret.
const ROOMY: u16 = 16;

/// Whose secret it is, whole where the secret below has room, too.
fn which(new: &NewSecret, screen: Rect, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = dialog::name(new.of.name(), width, look.theme.strong());
    if lines.len() > usize::from(screen.height) / 4 {
        lines = vec![Line::styled(text::fit(new.of.name(), width), look.theme.strong())];
    }
    if let SecretOf::Key(key) | SecretOf::RotatedKey(key) = &new.of
        && screen.height >= ROOMY
    {
        lines.extend(dialog::which_key(key, width, look));
    }
    lines
}

/// What is to be done with it; a command on a line of its own.
fn what_for(of: &SecretOf, deck: &DeckSummary, look: &Look) -> Vec<String> {
    match (of, &deck.servers) {
        (SecretOf::Key(_), _) => Vec::new(),
        (SecretOf::RotatedKey(key), _) => vec![old_token(key, look)],
        (SecretOf::Person(_), Some(servers)) => vec![
            "It is their sign-in token: they run this, and give it there.".into(),
            format!("keydeck login {}", servers.as_arguments()),
        ],
        (SecretOf::Person(_), None) => vec![
            "It is their sign-in token: they run keydeck login with this server's address, and give it there.".into(),
        ],
    }
}

/// What becomes of the token that the key had.
fn old_token(key: &Key, look: &Look) -> String {
    match &key.rotation {
        None => "The old token is refused from now on.".into(),
        Some(rotation) => {
            let until = time::exact(rotation.ends_at, &look.zone);
            format!("The old token {} is valid until {until}.", rotation.old_hint)
        }
    }
}

/// Why there is none, and what to do.
fn lost(of: &SecretOf, app: &App) -> String {
    let words = match of {
        SecretOf::Key(_) => {
            "An earlier attempt had created it, but its answer was lost, and with it the secret, which is shown only once. Revoke this key and create another."
        }
        SecretOf::RotatedKey(_) => {
            "The server sent no secret. Close this, and look at the key's rotation with {keys:rotate}."
        }
        SecretOf::Person(_) => {
            "The server sent no token. Close this, and create a new one with {people:new-token}."
        }
    };
    app.keymap.told(Layer::NewSecret, words)
}

impl Speak for NewSecret {
    fn speak(&self, app: &App, look: &Look) -> Spoken {
        let screen = Rect::new(0, 0, u16::MAX, u16::MAX);
        Spoken::titled(title(&self.of))
            .lines(which(self, screen, UNBROKEN, look))
            .lines(about(self, app, UNBROKEN, look))
            .lines(work_lines(&self.of, &app.deck, UNBROKEN, u16::MAX, look))
            .secret(self.secret.as_ref())
    }
}
