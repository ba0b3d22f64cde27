//! Going from one screen to another, and what all lists have in common.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use strum::IntoEnumIterator;

use super::App;
use super::input::WHEEL;
use crate::tui::keymap::Action;
use crate::tui::state::Tone;
use crate::tui::state::list::{Fetch, Loaded};
use crate::tui::state::notice::sentence;
use crate::tui::state::screen::Screen;

impl App {
    /// Goes to a screen and asks for what it shows. To the keys once more: from those that have ended to the others.
    pub(super) fn show(&mut self, screen: Screen) {
        if !self.may_show(screen) {
            return;
        }
        self.trail.forget();
        if (self.screen, screen) == (Screen::Keys, Screen::Keys) && self.browse.query.ended.is_some() {
            self.details_focused = false;
            return self.browse.leave_ended(&mut self.effects);
        }
        self.go(screen);
        match screen {
            Screen::Keys => self.browse.refresh(&mut self.effects),
            Screen::Activity => self.show_all_activity(),
            _ => self.refresh_list(),
        };
    }

    /// Goes to a screen, whatever it shows.
    pub(super) fn go(&mut self, screen: Screen) {
        self.details_focused = false;
        self.details_scroll = 0;
        // What was said is about the screen that is left.
        self.notice.take_if(|_| self.screen != screen);
        self.screen = screen;
        self.marks.end_range();
        self.resize(self.size.0, self.size.1);
        self.hide_secret()
    }

    /// Something changed: asks again for what this screen shows of it.
    pub(super) fn refresh_list(&mut self) {
        self.fetch(self.screen, Fetch::Refresh)
    }

    /// Asks for a stretch of the list of a screen, where there is something to ask for.
    fn fetch(&mut self, screen: Screen, fetch: Fetch) {
        match screen {
            Screen::Keys => {}
            Screen::Projects => self.fetch_projects(fetch),
            Screen::People => self.fetch_people(fetch),
            Screen::Activity => self.fetch_activity(fetch),
        }
    }

    /// Says why the list of a screen shows old rows, and asks for what comes next.
    pub(super) fn list_loaded(&mut self, screen: Screen, loaded: Option<Loaded>) {
        let Some(Loaded { failed, next }) = loaded else {
            return;
        };
        if let Some(error) = failed {
            self.say(Tone::Failed, sentence(&error));
        }
        self.fetch(screen, next);
    }

    /// What is selected on this screen, told from everything else there.
    pub(super) fn selection(&self) -> (Screen, Option<u128>) {
        let selected = match self.screen {
            Screen::Keys => self.browse.selected_id().map(|id| id.as_u128()),
            Screen::Projects => self.projects.list.selected().map(|project| project.id.as_u128()),
            Screen::People => self.people.list.selected().map(|person| person.user.id.as_u128()),
            Screen::Activity => self.activity.list.selected().map(|row| row.seq.into()),
        };
        (self.screen, selected)
    }

    /// An action in the screen that has the keys.
    pub(super) fn perform_on_screen(&mut self, action: Action) {
        if let Some(screen) = Screen::shown_by(action) {
            return self.show(screen);
        }
        match self.screen {
            Screen::Keys => self.perform_browsing(action),
            Screen::Projects => self.perform_in_projects(action),
            Screen::People => self.perform_in_people(action),
            Screen::Activity => self.perform_in_activity(action),
        }
    }

    /// What every screen but that of the keys does alike; `false`: the action is another one.
    pub(super) fn perform_in_any_list(&mut self, action: Action) -> bool {
        if self.details_focused && self.scrolls_details(action) {
            return true;
        }
        match action {
            Action::Details | Action::SwitchFocus => self.details_focused = !self.details_focused,
            Action::Back => self.out_of_list(),
            Action::Filter => self.open_filter(),
            Action::Palette => self.open_palette(),
            Action::Refresh => self.refresh_all(),
            _ => return false,
        }
        true
    }

    /// Esc: out of the details, out of the filter, and then back to the keys.
    fn out_of_list(&mut self) {
        if self.details_focused {
            self.details_focused = false;
            return;
        }
        match self.filter_text().filter(|text| !text.is_empty()) {
            Some(text) => {
                text.clear();
                self.filtered()
            }
            None => self.show(Screen::Keys),
        }
    }

    /// The line of the screen's rows that is selected.
    pub fn selected_line(&self) -> Option<usize> {
        fn line<T>(mut rows: impl Iterator<Item = (bool, T)>) -> Option<usize> {
            rows.position(|(selected, _)| selected)
        }
        match self.screen {
            Screen::Keys => line(self.browse.rows.visible()),
            Screen::Projects => line(self.projects.list.visible()),
            Screen::People => line(self.people.list.visible()),
            Screen::Activity => line(self.activity.list.visible()),
        }
    }

    /// The screens that the user may see.
    pub fn screens(&self) -> impl Iterator<Item = Screen> {
        Screen::iter().filter(|&screen| self.may_show(screen))
    }

    /// Clicks and the wheel on every screen but that of the keys.
    pub(super) fn mouse_in_list(&mut self, mouse: MouseEvent) {
        let layout = self.layout();
        let (x, y) = (mouse.column, mouse.row);
        let in_details = layout.details.is_some_and(|details| details.contains(x, y));
        match mouse.kind {
            MouseEventKind::ScrollUp if in_details => return self.scroll_details(-WHEEL),
            MouseEventKind::ScrollDown if in_details => return self.scroll_details(WHEEL),
            MouseEventKind::ScrollUp => self.scroll_list(-WHEEL),
            MouseEventKind::ScrollDown => self.scroll_list(WHEEL),
            MouseEventKind::Down(MouseButton::Left) if in_details => self.details_focused = true,
            MouseEventKind::Down(MouseButton::Left) if layout.rows.contains(x, y) => {
                self.details_focused = false;
                self.select_line(usize::from(y - layout.rows.y));
            }
            _ => {}
        }
        self.load_more()
    }

    fn scroll_list(&mut self, lines: isize) {
        match self.screen {
            Screen::Keys => {}
            Screen::Projects => self.projects.list.scroll_by(lines),
            Screen::People => self.people.list.scroll_by(lines),
            Screen::Activity => self.activity.list.scroll_by(lines),
        }
    }

    fn select_line(&mut self, line: usize) {
        match self.screen {
            Screen::Keys => {}
            Screen::Projects => self.projects.list.select_line(line),
            Screen::People => self.people.list.select_line(line),
            Screen::Activity => self.activity.list.select_line(line),
        }
    }

    pub(super) fn load_more(&mut self) {
        match self.screen {
            Screen::Keys => self.browse.load_ahead(&mut self.effects),
            screen => self.fetch(screen, Fetch::More),
        }
    }

    /// What is typed into the filter of this screen, when it has one.
    pub(super) fn filter_text(&mut self) -> Option<&mut String> {
        match self.screen {
            Screen::Keys => Some(&mut self.browse.typed),
            Screen::Projects => Some(&mut self.projects.filter),
            Screen::People => Some(&mut self.people.filter),
            Screen::Activity => Some(&mut self.activity.typed),
        }
    }

    /// Asks for what matches the filter of this screen.
    pub(super) fn filtered(&mut self) {
        match self.screen {
            Screen::Keys => self.browse.refilter(&mut self.effects),
            Screen::Activity => self.activity_filtered(),
            screen => self.fetch(screen, Fetch::Start),
        }
    }
}
