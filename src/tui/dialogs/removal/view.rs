//! Removing a person: their keys, and what becomes of them.

use ratatui::layout::Position;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::RemovalDialog;
use crate::api::{Key, RemovalProgress};
use crate::model::Shown;
use crate::tui::keymap::Layer;
use crate::tui::message::PersonKeys;
use crate::tui::plain::spoken::{Speak, Spoken, UNBROKEN};
use crate::tui::state::App;
use crate::tui::view::{Canvas, Draw, Look, dialog, text, time};

const WIDTH: u16 = 76;
const TITLE: &str = "Remove this person?";
const SIGNED_OUT: &str = "This is you: you'll be signed out.";

impl Draw for RemovalDialog {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let removal = self;
        let theme = look.theme;
        let width = dialog::inner_width(screen, WIDTH);
        let mut above = head(removal, width, look);
        if removal.is_me {
            above.extend(wrapped(SIGNED_OUT, width, theme.warning().bold()));
        }
        let below: Vec<Line> = [
            wrapped(&consequences(removal, app), width, theme.text()),
            wrapped(removal.error.as_deref().unwrap_or_default(), width, theme.bad()),
        ]
        .concat();
        // The border and the buttons have three lines.
        let room = usize::from(screen.height).saturating_sub(above.len() + below.len() + 3);
        let keys = match &removal.keys {
            Some(of) => keys(of, room, width, look),
            None => Vec::new(),
        };
        let blank = usize::from(room >= keys.len() + 2);
        let gap = || std::iter::repeat_n(Line::default(), blank);
        let words = dialog::DialogText {
            head: above,
            body: keys.into_iter().chain(gap()).collect(),
            foot: below,
            ..dialog::DialogText::default()
        };
        let frame = (WIDTH, TITLE, theme.bad());
        let buttons = match removal.sending {
            true => Line::styled(removing(removal.progress), theme.faint()),
            false => dialog::button_row(removal.buttons(), width, look),
        };
        dialog::ask(buffer, screen, frame, words, removal.scroll, buttons, look);
        None
    }
}

/// `nina@acme.example · Support · 12 keys`
fn head(removal: &RemovalDialog, width: usize, look: &Look) -> Vec<Line<'static>> {
    let user = &removal.person.user;
    let keys = match &removal.keys {
        None => String::new(),
        Some(PersonKeys { total: 0, .. }) => " · no keys".into(),
        Some(PersonKeys { total: 1, .. }) => " · 1 key".into(),
        Some(of) => format!(" · {} keys", text::number(of.total)),
    };
    let rest = format!("{}{keys}", user.role);
    let email = Shown::new(&user.email).into_string();
    if text::width(&email) + text::width(&rest) + 3 > width {
        let mut lines = dialog::name(&user.email, width, look.theme.strong());
        lines.push(Line::raw(rest));
        return lines;
    }
    let email = Span::styled(email, look.theme.strong());
    vec![Line::from(vec![email, Span::raw(format!(" · {rest}"))])]
}

fn wrapped(words: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    let lines = text::wrap(words, width).into_iter();
    lines
        .filter(|line| !line.is_empty())
        .map(|line| Line::styled(line, style))
        .collect()
}

/// What the choices do.
fn consequences(removal: &RemovalDialog, app: &App) -> String {
    let words = match &removal.keys {
        None if !removal.is_loading() => {
            "Their keys could not be loaded. {back} closes this; {remove} tries again."
        }
        None => "Loading their keys…",
        Some(PersonKeys { total: 0, .. }) if removal.is_me => "",
        Some(PersonKeys { total: 0, .. }) => "They can no longer sign in.",
        Some(_) => {
            "Keys that are handed over keep working, and the projects go with them. Revoking takes effect immediately and can't be undone."
        }
    };
    app.keymap.told(Layer::Asking, words)
}

/// As many keys as there is room for, and how many more there are.
fn keys(of: &PersonKeys, room: usize, width: usize, look: &Look) -> Vec<Line<'static>> {
    let total = usize::try_from(of.total).unwrap_or(usize::MAX);
    let mut lines: Vec<Line> = Vec::new();
    let mut shown = 0;
    let columns = columns(&of.keys, width, look);
    for key in &of.keys {
        let of_key = key_lines(key, &columns, width, look);
        let is_last = shown + 1 == total;
        if lines.len() + of_key.len() + usize::from(!is_last) > room {
            break;
        }
        lines.extend(of_key);
        shown += 1;
    }
    if shown < total && room > 0 {
        let and = if shown == 0 { "" } else { "and " };
        let more = text::number((total - shown) as u64);
        lines.push(Line::styled(format!("  {and}{more} more"), look.theme.faint()));
    }
    lines
}

/// The least cells for a name, and the most for what a project is called.
const NAME: usize = 16;
const PROJECT: usize = 18;

/// What stands beside the name of a key.
fn cells(key: &Key, look: &Look) -> [(String, Style); 4] {
    let project = key.project.as_ref().map_or("–", |project| project.name.as_str());
    let used = match key.last_used_at {
        Some(at) => time::ago(Some(at), look),
        None => "never used".into(),
    };
    let theme = look.theme;
    [
        (key.hint.clone(), theme.faint()),
        (key.scope.label().to_owned(), theme.text()),
        (used, theme.text()),
        (text::fit(project, PROJECT), theme.text()),
    ]
}

/// How wide that is of all of these keys. Where the names would have too little room, what tells the keys from others of
/// nearly the same name stays longest.
fn columns(keys: &[Key], width: usize, look: &Look) -> Vec<usize> {
    let mut columns = vec![0; 4];
    for key in keys {
        for (column, (content, _)) in columns.iter_mut().zip(cells(key, look)) {
            *column = text::width(&content).max(*column);
        }
    }
    while columns.iter().map(|column| column + 2).sum::<usize>() + NAME > width && !columns.is_empty() {
        columns.pop();
    }
    columns
}

/// `  Checkout assistant   kdw_…4BkS  Web        3 min ago  Storefront`; the name stays whole, over several
/// lines if it must.
fn key_lines(key: &Key, columns: &[usize], width: usize, look: &Look) -> Vec<Line<'static>> {
    let taken: usize = columns.iter().map(|column| column + 2).sum();
    let room = width.saturating_sub(taken + 2);
    let mut name = text::whole(&key.name, room).into_iter();
    let first = name.next().unwrap_or_default();
    let mut spans = vec![Span::raw(format!("  {}", text::column(&first, room)))];
    for ((content, style), column) in cells(key, look).into_iter().zip(columns) {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(text::column(&content, *column), style));
    }
    let rest = name.map(|line| Line::raw(format!("  {line}")));
    std::iter::once(Line::from(spans)).chain(rest).collect()
}

/// `Removing… 12,000 of 50,000`
fn removing(progress: Option<RemovalProgress>) -> String {
    let Some(progress) = progress else {
        return "Removing…".into();
    };
    let (done, all) = (progress.done(), progress.done() + progress.left);
    format!("Removing… {} of {}", text::number(done), text::number(all))
}

impl Speak for RemovalDialog {
    fn speak(&self, app: &App, look: &Look) -> Spoken {
        let mut spoken = Spoken::titled(TITLE).lines(head(self, UNBROKEN, look));
        spoken.lines.extend(self.is_me.then(|| SIGNED_OUT.to_owned()));
        if let Some(of) = &self.keys {
            spoken = spoken.lines(keys(of, usize::MAX, UNBROKEN, look));
        }
        let doing = self.sending.then(|| removing(self.progress));
        spoken.lines.push(consequences(self, app));
        spoken.lines.extend(self.error.clone());
        spoken.buttons(self.buttons()).doing(doing.as_deref())
    }
}
