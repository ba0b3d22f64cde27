//! What is shown in the table's place when there are no rows: loading, empty, no match, refused,
//! offline. Each says the way out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Look, text};
use crate::client::Error;
use crate::tui::keymap::Action;
use crate::tui::state::notice::sentence;
use crate::tui::state::query::EndedView;
use crate::tui::state::{App, Body, EventStream};

pub fn render(buffer: &mut Buffer, area: Rect, app: &App, body: &Body, look: &Look) {
    let (headline, way_out) = words(app, body);
    message(buffer, area, &headline, &way_out, look);
}

/// A headline and the way out, in the middle of where rows would be.
pub fn message(buffer: &mut Buffer, area: Rect, headline: &str, way_out: &str, look: &Look) {
    let width = usize::from(area.width).saturating_sub(4).clamp(1, 70);
    let mut lines: Vec<Line> = text::wrap(headline, width)
        .into_iter()
        .map(|line| Line::styled(line, look.theme.strong()))
        .collect();
    lines.push(Line::default());
    lines.extend(
        text::wrap(way_out, width)
            .into_iter()
            .map(|line| Line::from(Span::raw(line))),
    );
    let height = (lines.len() as u16).min(area.height);
    let top = area.y + (area.height - height) / 3;
    Paragraph::new(lines).centered().render(
        Rect {
            y: top,
            height,
            ..area
        },
        buffer,
    );
}

const REFRESHES: (Action, &str) = (Action::Refresh, "refreshes");
const TRIES: (Action, &str) = (Action::Refresh, "tries now");
const HELPS: (Action, &str) = (Action::Help, "shows help");
const QUITS: (Action, &str) = (Action::Quit, "quits");

/// `r refreshes, q quits.`
fn told(app: &App, ways: &[(Action, &str)]) -> String {
    let way = |(action, what): &(Action, &str)| format!("{} {what}", app.way_to(*action));
    let ways: Vec<String> = ways.iter().map(way).collect();
    format!("{}.", ways.join(", "))
}

/// What is said in place of rows, and the way out.
pub fn words(app: &App, body: &Body) -> (String, String) {
    if let Some(error) = &app.refused {
        return refused(app, error);
    }
    match body {
        Body::Loading => match &app.connection {
            EventStream::Lost(error) => offline(app, error),
            _ => ("Loading keys…".into(), app.told("{asking:quit} quits.")),
        },
        Body::Failed(error) if error.is_retryable() => offline(app, error),
        Body::Failed(error) => (sentence(error), told(app, &[REFRESHES, QUITS])),
        Body::Empty if app.browse.query.ended.is_some() => none_has_ended(app),
        Body::Empty if app.available_on_screen(Action::Create).is_ok() => (
            format!("No keys yet: {} creates the first", app.way_to(Action::Create)),
            format!(
                "Its project is created in the same form. You give a name, a project and where the key is used; the secret is \
                 then copied, and you see the lines that put it to work. {}",
                told(app, &[HELPS, QUITS])
            ),
        ),
        Body::Empty if app.shows_owners() => ("No keys yet".into(), told(app, &[REFRESHES, HELPS, QUITS])),
        Body::Empty => (
            "No keys that you may see".into(),
            told(app, &[REFRESHES, HELPS, QUITS]),
        ),
        Body::NoMatch if app.browse.query.ended.is_some() => none_has_ended(app),
        Body::NoMatch => no_match(app),
        Body::Rows => (String::new(), String::new()),
    }
}

fn no_match(app: &App) -> (String, String) {
    let query = &app.browse.query;
    let scope = query
        .scope
        .map_or("key".to_owned(), |scope| format!("{scope} key"));
    let (project, whose) = narrowed(app);
    let headline = match app.browse.asked_text() {
        "" => format!("There is no {scope}{project}{whose}"),
        typed => format!("No {scope}{project}{whose} matches “{typed}”"),
    };
    let way_out = match query.scope {
        Some(_) => app.told("{back} clears the filter, {scope-all} shows all scopes."),
        None => app.told("{back} clears the filter."),
    };
    (headline, way_out)
}

/// No key of a view of those that have ended is found.
fn none_has_ended(app: &App) -> (String, String) {
    let kind = match app.browse.query.ended {
        Some(EndedView::Expired) => "expired",
        _ => "revoked",
    };
    let (project, whose) = narrowed(app);
    let headline = match app.browse.asked_text() {
        "" => format!("There is no {kind} key{project}{whose}"),
        typed => format!("No {kind} key{project}{whose} matches “{typed}”"),
    };
    let other = match app.browse.query.ended {
        Some(EndedView::Expired) => "shows the revoked keys",
        _ => "shows the expired keys",
    };
    let way_out = match app.browse.query.is_filtered() {
        true => format!("{{back}} clears the filter; {{show-ended}} {other}, {{scope-all}} the active ones."),
        false => format!("{{show-ended}} {other}, {{scope-all}} the active ones."),
    };
    (headline, app.told(&way_out))
}

/// ` of the project “Storefront”`, ` created by you`.
fn narrowed(app: &App) -> (String, String) {
    let query = &app.browse.query;
    let project = match &query.project {
        Some(project) => format!(" of the project “{}”", project.name),
        None => String::new(),
    };
    let whose = match &query.creator {
        None => String::new(),
        Some(_) if app.shows_mine() => " created by you".into(),
        Some(creator) => format!(" created by {}", creator.email),
    };
    (project, whose)
}

pub fn refused(app: &App, error: &Error) -> (String, String) {
    let way_out = match error {
        Error::SignIn => "Start keydeck again with a valid token. ",
        _ => "",
    };
    (
        sentence(error),
        format!("{way_out}{}", told(app, &[REFRESHES, QUITS])),
    )
}

pub fn offline(app: &App, error: &Error) -> (String, String) {
    (
        sentence(error),
        format!(
            "keydeck tries again automatically; {}",
            told(app, &[TRIES, QUITS])
        ),
    )
}
