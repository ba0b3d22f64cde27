//! Every field of the selected key. The secret is masked until it is asked for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::lines::{chips_of, field, id, indented, paragraph};
use super::{Look, activity, list, local, meter, standing, text, time, traffic};
use crate::api::Key;
use crate::model::KeyField;
use crate::model::KeyState;
use crate::model::field::FieldValue;
use crate::tui::keymap::Action;
use crate::tui::state::App;

pub fn render(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    let Some(key) = app.selected() else {
        list::details(buffer, area, app, "", |_| Vec::new(), look);
        return;
    };
    let is_revealed = app
        .revealed
        .as_ref()
        .is_some_and(|revealed| revealed.key == key.id);
    let lines = |width| {
        let mut lines = lines(key, is_revealed, app, width, look);
        lines.extend(activity::of_key(key, app, width, look));
        lines
    };
    list::details(buffer, area, app, &key.name, lines, look);
}

/// Everything that is told of a key.
pub fn lines(key: &Key, is_revealed: bool, app: &App, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let mut lines = of_what(key, width, look);
    if key.project.as_ref().is_some_and(|project| !project.deployed) {
        let why = "Project not deployed: this key can't connect";
        lines.extend(paragraph(why, theme.warning(), width));
    }
    lines.extend(standing::in_details(key, app, width, look));
    if let Some(rotation) = &key.rotation {
        let how = standing::how(app, Action::Rotate, "ends or extends it");
        lines.extend(meter::until(rotation, &how, width, look));
        lines.extend(meter::tokens(rotation, app.key_usage.of(key.id), width, look));
    }
    lines.push(Line::default());
    lines.extend(traffic::in_details(key, &app.key_usage, width, look));
    lines.push(Line::default());
    lines.extend(secret(key, is_revealed, app, width, look));
    lines.push(Line::default());
    lines.extend(settings(key, width, look));
    lines.extend(field(
        "Created",
        &time::long_date(key.created_at, &look.zone),
        width,
        look,
    ));
    if let Some(imported) = &key.imported {
        let at = time::long_date(imported.at, &look.zone);
        lines.extend(field("Imported", &at, width, look));
    }
    lines.extend(field("Created by", &key.creator.email, width, look));
    lines.extend(field("Changes", &changes(key.version), width, look));
    lines.extend(id("Id", key.id, width, look));
    lines
}

fn settings(key: &Key, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let settings = &key.settings;
    for of in KeyField::of(key.scope).filter(|field| field.is_setting()) {
        let words = match (of, settings.value(of)) {
            (KeyField::UiDomains, _) => {
                lines.extend(domains(key, width, look));
                lines.push(Line::default());
                continue;
            }
            (KeyField::AllowedNetworks, FieldValue::List(items)) => items.join(", "),
            (_, FieldValue::List(items)) => {
                lines.extend(chips_of(of.facts().short_label, &items, width, look));
                continue;
            }
            (KeyField::LocalDevelopment, FieldValue::Text(address)) => local::in_details(key, &address, look),
            // It is shown with that.
            (KeyField::LocalDevelopmentEndsAt, _) => continue,
            (KeyField::ExpiresAt, _) => key
                .settings
                .expires_at
                .map_or_else(String::new, |at| standing::expiry_in_words(at, look)),
            (_, value) => of.in_words(&value),
        };
        if !words.is_empty() {
            lines.extend(field(of.facts().short_label, &words, width, look));
        }
    }
    lines
}

/// `Web key · Storefront`; a project whose name is too long for that goes below.
fn of_what(key: &Key, width: usize, look: &Look) -> Vec<Line<'static>> {
    let kind = format!("{} key", key.scope);
    let room = width.saturating_sub(text::width(&kind) + 3);
    let kind = Span::styled(kind, look.theme.faint());
    let (words, style) = match &key.project {
        Some(project) if text::width(&project.name) <= room => {
            let project = format!(" · {}", text::fit(&project.name, room));
            return vec![Line::from(vec![kind, Span::raw(project)])];
        }
        Some(project) => (project.name.as_str(), Style::new()),
        None => ("reads the whole organisation", look.theme.faint()),
    };
    let mut lines = vec![Line::from(kind)];
    lines.extend(paragraph(words, style, width));
    lines
}

fn changes(version: u64) -> String {
    match version {
        ..=1 => "none since creation".into(),
        n => format!("{} since creation", n - 1),
    }
}

fn secret(key: &Key, is_revealed: bool, app: &App, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let can = |action: &Action| app.available_on_screen(*action).is_ok();
    if is_revealed {
        return vec![Line::from(vec![
            Span::styled("Secret  ", theme.faint()),
            Span::styled("shown below", theme.warning()),
        ])];
    }
    let what_to_do = match key.scope.is_viewable() {
        _ if key.state == KeyState::Revoked => "was destroyed".into(),
        true if key.is_hash_only() => "imported by its hash alone, can't be shown".into(),
        true => app.keymap.hints(
            app.screen_layer(),
            [Action::Copy, Action::Reveal].into_iter().filter(can),
        ),
        false => "was shown once".into(),
    };
    let mut spans = vec![
        Span::styled("Secret  ", theme.faint()),
        Span::raw(format!("{}  ", text::fit(&key.hint, 16))),
    ];
    let used: usize = spans.iter().map(|span| text::width(&span.content)).sum();
    if used + text::width(&what_to_do) <= width {
        spans.push(Span::styled(what_to_do, theme.faint()));
        return vec![Line::from(spans)];
    }
    let mut lines = vec![Line::from(spans)];
    lines.extend(paragraph(&what_to_do, theme.faint(), width));
    lines
}

fn domains(key: &Key, width: usize, look: &Look) -> Vec<Line<'static>> {
    let label = KeyField::UiDomains.label_of(key.scope);
    let mut lines = vec![Line::styled(
        format!("{label} ({})", key.settings.ui_domains.len()),
        look.theme.faint(),
    )];
    if key.settings.ui_domains.is_empty() {
        lines.push(Line::raw("  any app"));
    }
    let domains = key.settings.ui_domains.iter();
    lines.extend(domains.flat_map(|domain| indented(domain.as_str(), width)));
    lines
}
