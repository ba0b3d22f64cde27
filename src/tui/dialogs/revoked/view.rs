//! What became of a key that was revoked: what is known of it, and what isn't.

use jiff::SignedDuration;
use ratatui::layout::Position;
use ratatui::text::{Line, Span};

use super::{AskedServer, RevokedCard};
use crate::api::{Key, KeyCheck, RefusedSince};
use crate::model::{Scope, Shown};
use crate::tui::keymap::{Action, Layer};
use crate::tui::plain::spoken::{Speak, Spoken, UNBROKEN};
use crate::tui::state::App;
use crate::tui::state::notice::sentence;
use crate::tui::view::lines::{field, paragraph};
use crate::tui::view::{Canvas, Draw, Look, dialog, text, time, used};

/// The line that says what became of it fits.
const WIDTH: u16 = 88;
const TITLE: &str = "Revoked";
/// A screen of this height has room for blank lines.
const ROOMY: u16 = 20;
/// What the last line says.
const HINTS: [Action; 4] = [Action::Back, Action::Refresh, Action::CopyId, Action::ItsActivity];
/// How long a session lasts that began before.
const SESSION: SignedDuration = SignedDuration::from_mins(30);

impl Draw for RevokedCard {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let width = dialog::inner_width(screen, WIDTH);
        let theme = look.theme;
        let gap = || (screen.height >= ROOMY).then(Line::default);
        let mut head = dialog::name(&self.key.name, width, theme.strong());
        head.extend(which(&self.key, width, look));
        head.extend(gap());
        head.extend(status(self, width, look));
        let mut body = by_whom_and_why(&self.key, width, look);
        body.extend(gap());
        body.extend(proof(self, app, width, look));
        let words = dialog::DialogText {
            head,
            body,
            foot: why_old(self, app, width, look),
            ..dialog::DialogText::default()
        };
        let border = if self.is_let_through() {
            theme.bad()
        } else {
            theme.accent()
        };
        let hints = app.keymap.hints(Layer::Revoked, HINTS.into_iter());
        let hints = Line::styled(text::fit(&hints, width), theme.faint());
        let frame = (WIDTH, TITLE, border);
        dialog::ask(buffer, screen, frame, words, self.scroll, hints, look);
        None
    }
}

/// `Web key · Storefront · kdw_…4BkS`, and the id.
fn which(key: &Key, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut words = format!("{} key", key.scope);
    if let Some(project) = &key.project {
        words = format!("{words} · {}", Shown::new(&project.name));
    }
    let mut lines = dialog::name(&words, width, look.theme.text());
    let id = match key.hint.as_str() {
        "" => format!("id {}", key.id),
        hint => format!("{hint} · id {}", key.id),
    };
    lines.extend(paragraph(&id, look.theme.faint(), width));
    lines
}

/// `✓ Revoked 09:54:36 · 14 attempts since, all refused, last 3 s ago from 203.0.113.24`
fn status(card: &RevokedCard, width: usize, look: &Look) -> Vec<Line<'static>> {
    let when = match &card.key.revoked {
        Some(revoked) => time::clock_of_day(revoked.at, look.now, &look.zone),
        None => "(when is not known yet)".into(),
    };
    let attempts = match (&card.key.refused_since, card.is_known) {
        (Some(refused), _) => attempts(refused, card.is_let_through(), look),
        (None, false) if card.error.is_none() => "asking for attempts since…".into(),
        (None, _) => "attempts since are not known".into(),
    };
    let (sign, style) = match card.is_let_through() {
        true => ("✗", look.theme.bad()),
        false => ("✓", look.theme.good()),
    };
    paragraph(
        &format!("{sign} Revoked {when} · {attempts}"),
        style.bold(),
        width,
    )
}

fn attempts(refused: &RefusedSince, is_let_through: bool, look: &Look) -> String {
    let (number, all) = match refused.count {
        0 => return "no attempts since".into(),
        1 => ("1 attempt since".to_owned(), "refused"),
        count => (format!("{} attempts since", text::number(count)), "all refused"),
    };
    // Of a server that lets it through nothing of the kind is said.
    let all = if is_let_through {
        "refused where counted"
    } else {
        all
    };
    let last = refused.last.as_ref().map_or_else(String::new, |last| {
        let from = used::from_where(last).map_or_else(String::new, |from| format!(" {from}"));
        format!(", last {}{from}", time::fine_ago(last.at, look))
    });
    format!("{number}, {all}{last}")
}

fn by_whom_and_why(key: &Key, width: usize, look: &Look) -> Vec<Line<'static>> {
    let Some(revoked) = &key.revoked else {
        return Vec::new();
    };
    let mut lines = field("By", &revoked.by.email, width, look);
    if let Some(reason) = &revoked.reason {
        lines.extend(field("Reason", reason, width, look));
    }
    let is_over = look.now.duration_since(revoked.at) >= SESSION;
    if key.scope != Scope::Analytics && !is_over {
        let ends = revoked.at.checked_add(SESSION).unwrap_or(revoked.at);
        let sessions = format!(
            "Sessions that began before may last until {}.",
            time::clock(ends, &look.zone)
        );
        lines.extend(paragraph(&sessions, look.theme.faint(), width));
    }
    lines
}

/// What each server said when it checked the key itself.
fn proof(card: &RevokedCard, app: &App, width: usize, look: &Look) -> Vec<Line<'static>> {
    let who = match card.servers.len() {
        1 => "the server checks",
        _ => "each server checks",
    };
    let again = match card.unanswered {
        0 if card.servers.is_empty() => "…",
        0 => "",
        _ if card.servers.iter().any(|server| server.said.is_some()) => "; asking again…",
        _ => "…",
    };
    let heading = format!("Proof: {who} the key itself{again}");
    let mut lines = paragraph(&heading, look.theme.faint(), width);
    let servers = card.servers.iter();
    lines.extend(servers.flat_map(|server| of_server(server, app, width, look)));
    lines
}

/// `✓ keys-1.acme.example  refuses it (key-revoked), checked 09:54:37`
fn of_server(server: &AskedServer, app: &App, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let (sign, style) = match server.refuses() {
        Some(true) => ("✓", theme.good()),
        Some(false) => ("✗", theme.bad()),
        None if server.said.is_none() => ("…", theme.faint()),
        None => ("?", theme.warning()),
    };
    let words = match &server.said {
        None => "has not answered yet".to_owned(),
        Some(Err(error)) => {
            let again = app.keymap.told(Layer::Revoked, "{refresh} checks again.");
            format!("not known: {} {again}", sentence(error))
        }
        Some(Ok(check)) => what_it_says(check, look),
    };
    let host = format!("{sign} {}", Shown::new(&server.host));
    if text::width(&host) + text::width(&words) + 2 <= width {
        return vec![Line::from(vec![
            Span::styled(host, style),
            Span::raw(format!("  {words}")),
        ])];
    }
    let mut lines = paragraph(&host, style, width);
    let rest = text::wrap(&words, width.saturating_sub(2));
    lines.extend(rest.into_iter().map(|line| Line::raw(format!("  {line}"))));
    lines
}

fn what_it_says(check: &KeyCheck, look: &Look) -> String {
    let at = time::clock_of_day(check.at, look.now, &look.zone);
    let rule = check.rule().unwrap_or_default();
    match check.tokens.len() {
        0 => format!("has no token of it any more to check, at {at}"),
        _ if !check.is_refused() => format!("would still let it through, at {at}"),
        1 => format!("refuses it ({rule}), checked {at}"),
        _ => format!("refuses both its tokens ({rule}), checked {at}"),
    }
}

fn why_old(card: &RevokedCard, app: &App, width: usize, look: &Look) -> Vec<Line<'static>> {
    card.error.as_ref().map_or_else(Vec::new, |error| {
        let again = app.keymap.told(Layer::Revoked, "{refresh} asks again.");
        let old = format!("Not up to date: {} {again}", sentence(error));
        paragraph(&old, look.theme.warning(), width)
    })
}

impl Speak for RevokedCard {
    fn speak(&self, app: &App, look: &Look) -> Spoken {
        Spoken::titled(TITLE)
            .line(self.key.name.as_str())
            .lines(which(&self.key, UNBROKEN, look))
            .lines(status(self, UNBROKEN, look))
            .lines(by_whom_and_why(&self.key, UNBROKEN, look))
            .lines(proof(self, app, UNBROKEN, look))
            .lines(why_old(self, app, UNBROKEN, look))
            .scroll(self.scroll)
    }
}
