//! What is said when one scene follows another: what changed, and nothing twice. A pure function of the two.

use super::scene::{Link, Scene};
use super::spoken::{FieldEntry, Spoken};
use super::times::{shape, timeless};
use crate::model::Secret;

/// Of so many choices each is said when they change while one types.
const FEW_CHOICES: usize = 9;

#[derive(Debug, Clone)]
pub enum Utterance {
    Line(String),
    Secret(Secret),
}

#[derive(Debug, Default)]
pub struct News {
    pub said: Vec<Utterance>,
    /// Lines, by their place among the new ones, of which only a figure is another one: they can wait.
    pub held: Vec<usize>,
}

impl News {
    fn line(&mut self, words: impl Into<String>) {
        let words = words.into();
        if !words.is_empty() {
            self.said.push(Utterance::Line(words));
        }
    }

    fn says(&self, words: &str) -> bool {
        let mut said = self.said.iter();
        said.any(|said| matches!(said, Utterance::Line(line) if line == words))
    }

    fn lines<'a>(&mut self, lines: impl IntoIterator<Item = &'a String>) {
        lines.into_iter().for_each(|line| self.line(line));
    }
}

/// How one came to the scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SceneChange {
    /// It is the one of before.
    Here,
    /// What lay over it was left.
    Back,
    New,
}

/// `latest` is what was told last, `before` what was told last of this layer. `figures`: whether lines are said of which
/// only a figure is another one.
pub fn news(latest: &Scene, before: &Scene, now: &Scene, change: SceneChange, figures: bool) -> News {
    let mut news = News::default();
    of_everywhere(&mut news, latest, now);
    match change {
        SceneChange::New => {
            news.said.extend(opening(now, now.layer.is_dialog()));
            return news;
        }
        SceneChange::Back => news.line(now.spoken.title.as_str()),
        SceneChange::Here if before.spoken.title != now.spoken.title => news.line(now.spoken.title.as_str()),
        SceneChange::Here => {}
    }
    of_lines(&mut news, &before.spoken, &now.spoken, figures);
    of_entry(&mut news, Some(&before.spoken), &now.spoken, change);
    of_rows(&mut news, latest, before, now, change);
    if change == SceneChange::Here && before.spoken.scroll != now.spoken.scroll {
        scrolled(&mut news, &now.spoken);
    }
    news
}

/// The first words; with what can be pressed.
pub fn opening(now: &Scene, hints: bool) -> Vec<Utterance> {
    let mut news = News::default();
    let spoken = &now.spoken;
    match &now.summary {
        Some(summary) if spoken.field.is_none() && now.is_settled => news.line(summary.words.as_str()),
        _ => news.line(spoken.title.as_str()),
    }
    news.lines(&spoken.lines);
    news.said.extend(spoken.secret.clone().map(Utterance::Secret));
    let labels: Vec<&str> = spoken.fields.iter().map(|(label, _)| label.as_str()).collect();
    if labels.len() > 1 {
        news.line(format!("{} fields: {}.", labels.len(), labels.join(", ")));
    }
    news.lines(&spoken.doing);
    let row = now
        .row
        .as_ref()
        .filter(|_| now.is_settled && spoken.field.is_none());
    news.lines(row.map(|row| &row.words));
    news.line(if hints { now.hints.as_str() } else { "" });
    of_entry(&mut news, None, spoken, SceneChange::New);
    news.said
}

/// Where one is, in full.
pub fn everything(now: &Scene) -> Vec<Utterance> {
    let mut news = News::default();
    let spoken = &now.spoken;
    match &now.summary {
        Some(summary) if !now.layer.is_dialog() => news.line(summary.words.as_str()),
        _ => news.line(spoken.title.as_str()),
    }
    news.lines(&spoken.lines);
    news.said.extend(spoken.secret.clone().map(Utterance::Secret));
    for (label, value) in &spoken.fields {
        news.line(format!("{label}: {value}"));
    }
    news.lines(&spoken.doing);
    news.lines(now.row.as_ref().map(|row| &row.words));
    news.lines(&now.waiting);
    news.said.extend(of_tour(now));
    news.line(match now.link {
        Link::Up => "",
        Link::Connecting => "Connecting.",
        Link::Down => OFFLINE,
    });
    news.line(now.hints.as_str());
    of_entry(&mut news, None, spoken, SceneChange::New);
    news.said
}

/// What has the focus, where a key changed nothing.
pub fn here(now: &Scene) -> Vec<Utterance> {
    let mut news = News::default();
    let spoken = &now.spoken;
    let field = spoken.field.as_ref();
    news.lines(field.iter().flat_map(|field| &field.remarks));
    match (spoken.scroll, field.map(|field| &field.entry)) {
        (Some(_), _) => scrolled(&mut news, spoken),
        (None, Some(FieldEntry::Value(value))) => {
            news.line(format!("{}: {value}", field.map_or("", |field| &field.label)));
        }
        (None, Some(FieldEntry::Text { .. })) => {}
        (None, None) => of_choice(&mut news, spoken),
    }
    news.lines(now.row.as_ref().filter(|_| field.is_none()).map(|row| &row.words));
    news.said
}

const OFFLINE: &str = "Offline: keydeck tries again automatically.";

fn tour_words(scene: &Scene) -> Option<&String> {
    scene.tour.as_ref().map(|(words, _)| words)
}

/// The step of the tour; its secret stands on a line of its own.
pub fn of_tour(now: &Scene) -> Vec<Utterance> {
    let secret = now.tour.as_ref().and_then(|(_, secret)| secret.clone());
    let words = tour_words(now).cloned().map(Utterance::Line);
    words.into_iter().chain(secret.map(Utterance::Secret)).collect()
}

fn of_everywhere(news: &mut News, before: &Scene, now: &Scene) {
    if before.spoken.secret.is_some() && now.spoken.secret.is_none() {
        news.line("The secret still stands above: clear the terminal when you are done with it.");
    }
    if let Some((number, words)) = &now.notice
        && before.notice.as_ref().is_none_or(|(told, _)| told != number)
    {
        news.line(words.as_str());
    }
    if tour_words(now) != tour_words(before) {
        news.said.extend(of_tour(now));
    }
    if now.waiting != before.waiting {
        news.lines(&now.waiting);
    }
    match (before.link, now.link) {
        (Link::Up | Link::Connecting, Link::Down) => news.line(OFFLINE),
        (Link::Down, Link::Up) => news.line("Connected again."),
        _ => {}
    }
}

fn of_lines(news: &mut News, before: &Spoken, now: &Spoken, figures: bool) {
    for (index, line) in now.lines.iter().enumerate() {
        let told = |same: fn(&str) -> String| before.lines.iter().any(|told| same(told) == same(line));
        if told(timeless) {
            continue;
        }
        match told(shape) && !figures {
            true => news.held.push(index),
            false => news.line(line.as_str()),
        }
    }
    let is_new = match (&before.secret, &now.secret) {
        (before, Some(now)) => before
            .as_ref()
            .is_none_or(|before| before.expose() != now.expose()),
        (_, None) => false,
    };
    news.said
        .extend(now.secret.clone().filter(|_| is_new).map(Utterance::Secret));
    if before.doing != now.doing {
        news.lines(&now.doing);
    }
}

fn numbered(index: usize, choice: &str) -> String {
    format!("{}. {choice}", index + 1)
}

/// The one that is selected.
fn of_choice(news: &mut News, now: &Spoken) {
    let selected = now
        .chosen
        .and_then(|index| Some((index, now.choices.get(index)?)));
    if let Some((index, choice)) = selected {
        news.line(numbered(index, choice));
    }
}

/// What one types or chooses: what is chosen from follows what it is for, and comes before the line where one types.
fn of_entry(news: &mut News, before: Option<&Spoken>, now: &Spoken, change: SceneChange) {
    let nothing = Spoken::default();
    let before = before.unwrap_or(&nothing);
    let types = now.field.as_ref().is_some_and(|field| field.prompt().is_some());
    if types {
        of_choices(news, before, now, change);
    }
    of_field(news, before, now, change);
    if !types {
        of_choices(news, before, now, change);
    }
}

/// All of them when others are offered, or the one that was selected.
fn of_choices(news: &mut News, before: &Spoken, now: &Spoken, change: SceneChange) {
    if before.choices == now.choices {
        if before.chosen != now.chosen || change == SceneChange::Back {
            of_choice(news, now);
        }
        return;
    }
    let is_searched = now.field.as_ref().is_some_and(|field| field.prompt().is_some());
    if change == SceneChange::Here && is_searched && now.choices.len() > FEW_CHOICES {
        news.line(format!("{} found", now.choices.len()));
        return of_choice(news, now);
    }
    for (index, choice) in now.choices.iter().enumerate() {
        let words = numbered(index, choice);
        match now.chosen == Some(index) {
            true => news.line(format!("{words} (selected)")),
            false => news.line(words),
        }
    }
}

fn of_field(news: &mut News, told: &Spoken, spoken: &Spoken, change: SceneChange) {
    let Some(now) = &spoken.field else {
        return;
    };
    let before = told.field.as_ref().filter(|_| change == SceneChange::Here);
    let told_hint = before.is_some_and(|before| before.hint == now.hint);
    let before = before.filter(|before| before.label == now.label);
    if before.is_none() {
        let remarks = now.remarks.iter().filter(|remark| !news.says(remark));
        remarks
            .cloned()
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|remark| news.line(remark));
    }
    // What is chosen among the choices is said there.
    let is_chosen = before.is_some() && !spoken.choices.is_empty();
    match (&now.entry, before.map(|before| &before.entry)) {
        (FieldEntry::Value(value), told) if told != Some(&now.entry) && !is_chosen => {
            news.line(format!("{}: {value}", now.label));
        }
        (FieldEntry::Text { after, .. }, told) => {
            let was = match told {
                Some(FieldEntry::Text { after, .. }) => after.as_str(),
                _ => "",
            };
            if after != was {
                news.line(match after.as_str() {
                    "" => "The cursor is at the end.".to_owned(),
                    after => format!("After the cursor: “{after}”."),
                });
            }
        }
        _ => {}
    }
    if !told_hint && !now.hint.is_empty() {
        news.line(format!("({})", now.hint));
    }
}

/// `latest` may be the filter, where the same list was told while it was typed.
fn of_rows(news: &mut News, latest: &Scene, before: &Scene, now: &Scene, change: SceneChange) {
    let Some(summary) = now.summary.as_ref().filter(|_| now.is_settled) else {
        return;
    };
    let told = latest.summary.as_ref().or(before.summary.as_ref());
    let is_other_list = told.is_none_or(|told| told.question != summary.question);
    match told.is_none_or(|told| told.marks == summary.marks) {
        _ if is_other_list => news.line(summary.words.as_str()),
        true => {}
        false if summary.marks.is_empty() => news.line("No marks."),
        false => news.line(summary.marks.as_str()),
    }
    let of = |scene: &Scene| scene.row.as_ref().map(|row| (row.id, row.version));
    if change == SceneChange::Back || is_other_list || of(before) != of(now) {
        news.lines(now.row.as_ref().map(|row| &row.words));
    }
}

fn scrolled(news: &mut News, now: &Spoken) {
    let last = now.lines.len().saturating_sub(1);
    let at = usize::from(now.scroll.unwrap_or_default());
    news.lines(now.lines.get(at.min(last)));
    if at > last {
        news.line("(the last line)");
    }
}

/// The line of which this one is another figure.
pub fn like<'a>(told: &'a Spoken, line: &str) -> Option<&'a String> {
    let of_it = shape(line);
    told.lines.iter().find(|told| shape(told) == of_it)
}
