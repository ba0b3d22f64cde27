//! The screens in words: what is listed, the selected row column by column, and its details.

use std::hash::{DefaultHasher, Hash, Hasher};

use strum::IntoEnumIterator;

use super::spoken::{Spoken, UNBROKEN, in_words};
use super::times::timeless;
use crate::api::{Key, Order, UsageCount};
use crate::tui::keymap::Action;
use crate::tui::state::columns::{EndedColumn, KeyColumn};
use crate::tui::state::list::{List, Listed};
use crate::tui::state::query::EndedView;
use crate::tui::state::{App, Body, Screen};
use crate::tui::view::list::{Empty, ListColumn, instead_of_rows};
use crate::tui::view::{
    Look, activity, banner, body, chips, counts, details, ended, header, people, projects, table, text, time,
    used,
};

/// Columns whose cells say by themselves what they are.
const NEED_NO_LABEL: [&str; 9] = [
    "NAME", "SCOPE", "PROJECT", "STATE", "EMAIL", "ROLE", "WHO", "WHAT", "WHEN",
];
/// Stands in a cell where there is nothing.
const NOTHING: &str = "–";

/// What is listed, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListSummary {
    /// What was asked for: how many there are may change by itself.
    pub question: u64,
    pub marks: String,
    pub words: String,
}

/// The selected row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenRow {
    pub id: u128,
    /// Another one when something was done to it.
    pub version: u64,
    pub words: String,
}

/// A screen while nothing lies over it.
#[derive(Debug, Default)]
pub struct SpokenScreen {
    pub summary: ListSummary,
    pub row: Option<SpokenRow>,
    /// Why there are no rows, and the way out.
    pub instead: Vec<String>,
}

pub fn spoken(app: &App, look: &Look) -> SpokenScreen {
    let (row, instead) = match app.screen {
        Screen::Keys => of_keys(app, look),
        Screen::Projects => {
            let columns = projects::columns(app);
            of_list(app, &app.projects.list, columns, || projects::empty(app), look)
        }
        Screen::People => {
            let columns = &people::COLUMNS;
            of_list(app, &app.people.list, columns, || people::empty(app), look)
        }
        Screen::Activity => {
            let columns = &activity::COLUMNS;
            of_list(app, &app.activity.list, columns, || activity::empty(app), look)
        }
    };
    SpokenScreen {
        summary: summary(app),
        row,
        instead,
    }
}

/// The details of the selected row, as they stand beside the table.
pub fn details_of_selected(app: &App, look: &Look) -> Spoken {
    let width = UNBROKEN;
    let titled = |name: &str| Spoken::titled(format!("Details of {name}"));
    let spoken = match app.screen {
        Screen::Keys => app.selected().map(|key| {
            let revealed = app.revealed.as_ref().filter(|revealed| revealed.key == key.id);
            let secret = revealed.map(|revealed| &revealed.secret);
            titled(&key.name)
                .lines(details::lines(key, revealed.is_some(), app, width, look))
                .lines(activity::of_key(key, app, width, look))
                .secret(secret)
        }),
        Screen::Projects => app
            .projects
            .list
            .selected()
            .map(|project| titled(&project.name).lines(projects::lines(project, width, look))),
        Screen::People => app.people.list.selected().map(|person| {
            titled(&person.user.email).lines(people::lines(person, people::is_me(app, person), width, look))
        }),
        Screen::Activity => app.activity.list.selected().map(|row| {
            let row = activity::lines(row, width, look);
            Spoken::titled("Details").lines(row)
        }),
    };
    spoken.unwrap_or_default().scroll(app.details_scroll)
}

/// `Keys, 35 keys, Web, sorted by created, descending`.
fn summary(app: &App) -> ListSummary {
    let query = &app.browse.query;
    let mut words = vec![app.screen_title().to_owned()];
    words.extend(Some(counts::found(app)).filter(|found| !found.is_empty()));
    let leaks = banner::words(app).filter(|_| app.screen == Screen::Keys);
    words.extend(leaks.map(|leaks| format!("{leaks} ({} decides)", app.way_to(Action::Leaks))));
    let typed = |typed: &str| Some(typed.trim().to_owned()).filter(|typed| !typed.is_empty());
    let filters: Vec<String> = match app.screen {
        Screen::Keys => app.browse.chips().into_iter().map(|(_, words)| words).collect(),
        Screen::Projects => typed(&app.projects.filter).into_iter().collect(),
        Screen::People => typed(&app.people.filter).into_iter().collect(),
        Screen::Activity => app
            .activity
            .filters()
            .into_iter()
            .map(|(_, words)| words)
            .collect(),
    };
    let mut question = DefaultHasher::new();
    filters.hash(&mut question);
    if app.screen == Screen::Keys {
        format!("{query:?}").hash(&mut question);
    }
    words.extend(filters.into_iter().map(|filter| format!("only {filter}")));
    if app.screen == Screen::Keys && query.ended != Some(EndedView::Revoked) {
        let order = match query.order {
            Order::Asc => "ascending",
            Order::Desc => "descending",
        };
        words.push(format!("sorted by {}, {order}", header::sort_label(query.sort)));
    }
    let marks = marked(app);
    words.extend(Some(marks.clone()).filter(|marks| !marks.is_empty()));
    ListSummary {
        question: question.finish(),
        marks,
        words: words.join(", "),
    }
}

/// `7 marked, 3 not shown`; nothing without any.
fn marked(app: &App) -> String {
    let (marks, hidden) = (app.marks.len(), app.marks.hidden());
    let number = |keys: usize| text::number(keys as u64);
    let mut words = match (app.screen, marks) {
        (Screen::Keys, 1..) => format!("{} marked", number(marks)),
        _ => return String::new(),
    };
    if app.marks.range().is_some() {
        words.push_str(" and more as you move");
    }
    if hidden > 0 {
        words.push_str(&format!(", {} not shown", number(hidden)));
    }
    words
}

type RowOrNot = (Option<SpokenRow>, Vec<String>);

fn of_keys(app: &App, look: &Look) -> RowOrNot {
    let rows = &app.browse.rows;
    match app.browse.body() {
        Body::Rows => {}
        other => {
            let (headline, way_out) = body::words(app, &other);
            return (None, vec![headline, way_out]);
        }
    }
    let Some(key) = app.selected() else {
        return (None, Vec::new());
    };
    let line = rows.visible().position(|(selected, _)| selected);
    let at = rows
        .first_number()
        .zip(line)
        .map(|(first, line)| first + line as u64);
    let total = app.browse.total().filter(|total| total.is_exact);
    let mut words = vec![place(at, total.map(|total| total.keys))];
    words.extend(match app.browse.rows_ended() {
        None => cells_of_key(app, key, look),
        Some(view) => cells_of_ended(key, view, look),
    });
    let labels = chips::of_key(key);
    if !labels.is_empty() {
        words.push(format!("labels {}", labels.join(", ")));
    }
    let is_marked = app.marks.contains(key.id);
    if is_marked {
        words.push("marked".into());
    }
    let mut version = DefaultHasher::new();
    (key.version, format!("{:?}", key.state), is_marked).hash(&mut version);
    let row = SpokenRow {
        id: key.id.as_u128(),
        version: version.finish(),
        words: joined(words),
    };
    (Some(row), Vec::new())
}

fn cells_of_key(app: &App, key: &Key, look: &Look) -> Vec<String> {
    let offered = app.offered_columns();
    let is_offered = |column: &KeyColumn| match column {
        KeyColumn::Owner => offered.owners,
        KeyColumn::State => offered.states,
        _ => true,
    };
    let columns = KeyColumn::iter().filter(is_offered);
    let cells = columns.filter_map(|column| match column {
        // In the table it is told by signs.
        KeyColumn::Week => of_week(key, look),
        KeyColumn::Used => Some(last_used(key, look)),
        _ => {
            let content = table::cell(column, key, usize::MAX, look).text;
            cell(column.label(), &content)
        }
    });
    cells.collect()
}

/// `1,204 requests in 7 days`, `12 refused, the last 3 h ago`.
fn of_week(key: &Key, look: &Look) -> Option<String> {
    let week = key.week?;
    let UsageCount { allowed, refused } = week.total();
    let mut words = match allowed {
        0 => "no requests in 7 days".to_owned(),
        _ => format!("{} in 7 days", used::plural(allowed, "request")),
    };
    if refused > 0 {
        let last = key.last_refused_at.map(|at| time::ago(Some(at), look));
        let last = last.map_or_else(String::new, |ago| format!(", the last {ago}"));
        words.push_str(&format!(", {} refused{last}", text::number(refused)));
    }
    Some(words)
}

/// `used 3 min ago`, `never used`.
fn last_used(key: &Key, look: &Look) -> String {
    match key.last_used_at {
        Some(at) => format!("used {}", time::ago(Some(at), look)),
        None => "never used".into(),
    }
}

fn cells_of_ended(key: &Key, view: EndedView, look: &Look) -> Vec<String> {
    let cells = EndedColumn::iter().filter_map(|column| {
        let (content, _) = ended::cell(column, key, look);
        cell(column.label(view), &content)
    });
    cells.collect()
}

fn of_list<T: Listed>(
    app: &App,
    list: &List<T>,
    columns: &[ListColumn<T>],
    empty: impl FnOnce() -> Empty,
    look: &Look,
) -> RowOrNot
where
    T::Id: Hash,
{
    if let Some((headline, way_out)) = instead_of_rows(app, list, empty) {
        return (None, vec![headline, way_out]);
    }
    let Some(item) = list.selected() else {
        return (None, Vec::new());
    };
    let at = list.items().iter().position(|other| other.id() == item.id());
    let total = list.total().map(|total| total as u64);
    let mut words = vec![place(at.map(|at| at as u64 + 1), total)];
    let cells = columns
        .iter()
        .map(|column| (column.label, (column.cell)(item, look).0));
    words.extend(cells.filter_map(|(label, content)| cell(label, &content)));
    let (mut id, mut version) = (DefaultHasher::new(), DefaultHasher::new());
    item.id().hash(&mut id);
    words.iter().for_each(|words| timeless(words).hash(&mut version));
    let row = SpokenRow {
        id: id.finish().into(),
        version: version.finish(),
        words: joined(words),
    };
    (Some(row), Vec::new())
}

/// `3 of 60`, as far as that is known.
fn place(at: Option<u64>, total: Option<u64>) -> String {
    match (at, total) {
        (Some(at), Some(total)) => format!("{} of {}", text::number(at), text::number(total)),
        (Some(at), None) => text::number(at),
        (None, _) => String::new(),
    }
}

fn cell(label: &str, content: &str) -> Option<String> {
    let content = in_words(&content.to_owned().into()).filter(|content| content != NOTHING)?;
    Some(match NEED_NO_LABEL.contains(&label) {
        true => content,
        false => format!("{} {content}", label.to_lowercase()),
    })
}

fn joined(words: Vec<String>) -> String {
    let words: Vec<String> = words.into_iter().filter(|words| !words.is_empty()).collect();
    words.join(", ")
}
