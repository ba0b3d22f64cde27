//! The screen of projects.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use url::Url;

use super::lines::{field, id, paragraph};
use super::list::{self, Empty, ListColumn};
use super::{Look, text, time};
use crate::api::{Project, SessionServer};
use crate::tui::keymap::Action;
use crate::tui::state::App;
use crate::tui::state::columns::Fit;

const NAME: ListColumn<Project> = ListColumn {
    label: "NAME",
    fit: Fit::rest(16),
    cell: |project, look| (project.name.clone(), look.theme.text()),
};
const DEPLOYED: ListColumn<Project> = ListColumn {
    label: "DEPLOYED",
    fit: Fit::of(8, 1, 8),
    cell: |project, look| match project.deployed {
        true => ("yes".into(), look.theme.text()),
        false => ("no".into(), look.theme.warning()),
    },
};
const KEYS: ListColumn<Project> = ListColumn {
    label: "KEYS",
    fit: Fit::of(6, 2, 6).right(),
    cell: |project, look| (text::number(project.keys), look.theme.text()),
};
const SESSION_SERVER: ListColumn<Project> = ListColumn {
    label: "SESSION SERVER",
    fit: Fit::of(14, 3, 34),
    cell: |project, look| match &project.session_server {
        Some(server) => (host(server), look.theme.text()),
        None => ("none".into(), look.theme.warning()),
    },
};
const CREATOR: ListColumn<Project> = ListColumn {
    label: "CREATED BY",
    fit: Fit::of(12, 4, 30),
    cell: |project, look| (project.creator.email.clone(), look.theme.faint()),
};

/// For those who may set session servers, and for all others.
const COLUMNS: [ListColumn<Project>; 5] = [NAME, DEPLOYED, KEYS, SESSION_SERVER, CREATOR];
const WITHOUT_SERVERS: [ListColumn<Project>; 4] = [NAME, DEPLOYED, KEYS, CREATOR];

fn host(server: &SessionServer) -> String {
    let url = Url::parse(&server.url).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.unwrap_or("set").to_owned()
}

pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    let list = &app.projects.list;
    list::render(buffer, screen, app, list, columns(app), || empty(app), look);
}

/// Those that the user may see.
pub fn columns(app: &App) -> &'static [ListColumn<Project>] {
    match app.projects.shows_session_servers() {
        true => &COLUMNS,
        false => &WITHOUT_SERVERS,
    }
}

pub fn empty(app: &App) -> Empty {
    let (headline, way_out) = match app.projects.filter.trim() {
        "" if app.available_on_screen(Action::Create).is_ok() => (
            format!(
                "No projects yet: {} creates the first",
                app.way_to(Action::Create)
            ),
            "Keys are assigned to projects. {back} goes back to the keys.",
        ),
        "" => (
            "No projects that you may see".to_owned(),
            "{back} goes back to the keys.",
        ),
        typed => (
            format!("No project matches “{typed}”"),
            "{back} clears the filter, and then goes back to the keys.",
        ),
    };
    Empty {
        headline,
        way_out: app.told(way_out),
    }
}

pub fn details(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    let selected = app.projects.list.selected();
    let title = selected.map_or("", |project| project.name.as_str());
    let lines = |width| selected.map_or_else(Vec::new, |project| lines(project, width, look));
    list::details(buffer, area, app, title, lines, look);
}

pub fn lines(project: &Project, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let (state, style) = match project.deployed {
        true => ("Deployed", theme.good()),
        false => (
            "Not deployed: its keys can't connect, and none can be created",
            theme.warning(),
        ),
    };
    let created = time::long_date(project.created_at, &look.zone);
    let mut lines = paragraph(state, style, width);
    lines.push(Line::default());
    lines.extend(field("Keys", &text::number(project.keys), width, look));
    lines.extend(field("Created", &created, width, look));
    lines.extend(field("Created by", &project.creator.email, width, look));
    lines.extend(id("Id", project.id, width, look));
    if project.may.session_server {
        lines.push(Line::default());
        lines.extend(session_server(project.session_server.as_ref(), width, look));
    }
    lines
}

fn session_server(server: Option<&SessionServer>, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let mut lines = vec![Line::styled("Session server", theme.faint())];
    let Some(server) = server else {
        lines.extend(paragraph("none: its keys can't connect", theme.warning(), width));
        return lines;
    };
    lines.extend(paragraph(&server.url, Style::new(), width));
    lines.extend(field("Key name", &server.key_name, width, look));
    lines.extend(paragraph(
        "private key: sealed, never shown again",
        theme.faint(),
        width,
    ));
    lines
}
