//! Where a key press, a paste and the mouse go: the top layer first, and in it a focused text field
//! first.

use crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};

use super::App;
use crate::api::Sort;
use crate::tui::dialogs::Modal;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::Effect;
use crate::tui::state::chips::Chip;
use crate::tui::state::command::About;
use crate::tui::state::dialog::AtStake;
use crate::tui::state::{Screen, Target};

/// Rows that a notch of the wheel scrolls.
pub(super) const WHEEL: isize = 3;

impl App {
    pub(super) fn pressed(&mut self, key: KeyEvent) {
        if self.typed(key) {
            return;
        }
        if let Some(action) = self.keymap.resolve(self.layer(), key) {
            self.perform(action);
        }
    }

    /// A focused text field takes its keys before anything else sees them.
    fn typed(&mut self, key: KeyEvent) -> bool {
        self.in_top_dialog(|dialog, cx| dialog.typed(key, cx))
    }

    pub(super) fn pasted(&mut self, pasted: &str) {
        self.in_top_dialog(|dialog, cx| dialog.pasted(pasted, cx));
    }

    pub(super) fn mouse(&mut self, mouse: MouseEvent) {
        if !self.is_on_screen() {
            return self.mouse_in_dialog(mouse);
        }
        if mouse.kind == MouseEventKind::Down(MouseButton::Left)
            && let Some(target) = self.targets.at(mouse.column, mouse.row).cloned()
        {
            return self.hit(target);
        }
        if self.screen != Screen::Keys {
            return self.mouse_in_list(mouse);
        }
        let layout = self.layout();
        let (x, y) = (mouse.column, mouse.row);
        let in_details = layout.details.is_some_and(|details| details.contains(x, y));
        match mouse.kind {
            MouseEventKind::ScrollUp if in_details => self.scroll_details(-WHEEL),
            MouseEventKind::ScrollDown if in_details => self.scroll_details(WHEEL),
            MouseEventKind::ScrollUp => self.scroll_rows(-WHEEL),
            MouseEventKind::ScrollDown => self.scroll_rows(WHEEL),
            MouseEventKind::Down(MouseButton::Left) if in_details => {
                self.details_focused = true;
            }
            MouseEventKind::Down(MouseButton::Left) if layout.rows.contains(x, y) => {
                self.details_focused = false;
                self.browse.rows.select_line(usize::from(y - layout.rows.y));
                self.browse.load_ahead(&mut self.effects)
            }
            _ => {}
        }
    }

    /// The hints below a dialog are its own; the wheel scrolls where lines scroll. The rest is covered.
    fn mouse_in_dialog(&mut self, mouse: MouseEvent) {
        let scrolls = match self.layer() {
            Layer::Asking => Some((Action::PageUp, Action::PageDown)),
            Layer::Help | Layer::Usage | Layer::Revoked | Layer::Palette | Layer::Successors => {
                Some((Action::Up, Action::Down))
            }
            _ => None,
        };
        let is_below = self.layout().footer.contains(mouse.column, mouse.row);
        let action = match mouse.kind {
            MouseEventKind::ScrollUp => scrolls.map(|(up, _)| up),
            MouseEventKind::ScrollDown => scrolls.map(|(_, down)| down),
            MouseEventKind::Down(MouseButton::Left) if is_below => {
                match self.targets.at(mouse.column, mouse.row) {
                    Some(Target::Do(action)) => Some(*action),
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some(action) = action {
            self.perform(action);
        }
    }

    /// What can be clicked on the screen can be clicked while the filter is typed, too, which is kept then.
    fn hit(&mut self, target: Target) {
        if !self.over.is_empty() {
            self.keep_filter();
        }
        match target {
            Target::Do(action) => self.perform(action),
            Target::Sort(sort) => self.header_clicked(sort),
            Target::Filter(word) => self.filter_by_word(word),
            Target::Drop(Chip::Log(filter)) => self.drop_log_filter(filter),
            Target::Drop(chip) => self.browse.drop_chip(chip, &mut self.effects),
        }
    }

    fn header_clicked(&mut self, sort: Sort) {
        if let Err(why) = self.available_on_screen(Action::ReverseSort) {
            return self.say_why_not(&why);
        }
        match sort == self.browse.query.sort {
            true => self.perform(Action::ReverseSort),
            false => self.sort_by(sort),
        }
    }

    /// Keys that have not ended, whichever they are otherwise, to which this word applies.
    fn filter_by_word(&mut self, word: &str) {
        self.browse.turn_back();
        self.browse.clear_filter();
        self.browse.typed = word.to_owned();
        self.browse.refilter(&mut self.effects);
    }

    /// An action in the layer that has the keys.
    pub(super) fn perform(&mut self, action: Action) {
        match action {
            Action::Help => return self.open_help(),
            Action::Suspend => return self.effects.push(Effect::Suspend),
            Action::Quit => return self.quit(),
            Action::SayAgain if self.is_plain => return self.effects.push(Effect::SayAgain),
            _ if self.must_wait(action) => return self.wait(action),
            _ if self.was_meant_for_another(action) => return self.say_displaced(),
            _ => {}
        }
        if let Err(why) = self.available(action) {
            return self.say_why_not(&why);
        }
        match self.over.is_empty() {
            true => self.perform_on_screen(action),
            false => self.in_top_dialog(|dialog, cx| dialog.perform(action, cx)),
        }
    }

    /// Quits, but asks first when something would be lost; asked again, it quits.
    fn quit(&mut self) {
        let asked =
            matches!(self.over.last(), Some(Modal::Question(question)) if question.about == About::Quit);
        let (text, leave) = if asked {
            return self.quit_now();
        } else if self.is_at_stake(AtStake::Secret) {
            let text = "The secret is shown only now and may not have been kept.";
            (text, "Quit and lose it")
        } else if self.is_at_stake(AtStake::Typed) {
            ("What you typed has not been saved.", "Quit and discard it")
        } else {
            return self.quit_now();
        };
        self.ask(About::Quit, text, "Stay", leave)
    }

    pub(super) fn quit_now(&mut self) {
        self.quitting = true;
        self.effects.push(Effect::Quit)
    }

    fn scroll_rows(&mut self, lines: isize) {
        self.browse.rows.scroll_by(lines);
        self.browse.load_ahead(&mut self.effects)
    }

    pub(super) fn scroll_details(&mut self, lines: isize) {
        self.details_scroll = self
            .details_scroll
            .saturating_add_signed(lines.clamp(-999, 999) as i16)
            .min(400);
    }
}
