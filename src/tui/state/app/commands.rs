//! What the actions do, layer by layer.

use strum::IntoEnumIterator;

use super::App;
use crate::api::{PersonRef, Sort};
use crate::model::Scope;
use crate::tui::dialogs::{Help, Palette, PaletteCommand};
use crate::tui::keymap::{Action, Group, Layer};
use crate::tui::message::{Effect, Load};
use crate::tui::state::columns::KeyColumn;
use crate::tui::state::dialog::Dialog;
use crate::tui::state::{Body, Screen};

impl App {
    pub(super) fn perform_browsing(&mut self, action: Action) {
        if self.details_focused && self.scrolls_details(action) {
            return;
        }
        if self.perform_marking(action) {
            return;
        }
        match action {
            Action::Up => self.moved(-1),
            Action::Down => self.moved(1),
            Action::PageUp => self.moved(-(self.browse.rows.height() as isize)),
            Action::PageDown => self.moved(self.browse.rows.height() as isize),
            Action::Top => self.select_first(),
            Action::Bottom => self.select_last(),
            Action::Details | Action::SwitchFocus => {
                self.details_focused = !self.details_focused;
            }
            Action::Back => self.back(),
            Action::ItsProject => self.show_keys_of_its_project(),
            Action::ItsPerson => self.show_keys_of_its_person(),
            Action::NextSort => self.sort_by(next_sort(self.browse.query.sort)),
            Action::ReverseSort => {
                self.browse.query.order = self.browse.query.order.reversed();
                self.browse.load(Load::Start, &mut self.effects)
            }
            Action::ScopeAll => self.only(None),
            Action::ScopeWeb => self.only(Some(Scope::Web)),
            Action::ScopeMobile => self.only(Some(Scope::Mobile)),
            Action::ScopeAnalytics => self.only(Some(Scope::Analytics)),
            Action::ShowEnded => self.browse.show_ended(&mut self.effects),
            Action::Mine => self.toggle_mine(),
            Action::Filter => self.open_filter(),
            Action::DropFilter => self.drop_last_chip(),
            Action::Refresh => self.refresh_all(),
            Action::Palette => self.open_palette(),
            Action::Create => self.open_create(),
            Action::Edit => self.open_edit(),
            Action::Revoke => self.open_revoke(),
            Action::Disable => self.open_disable(),
            Action::Enable => self.ask_to_enable(),
            Action::SetExpiry => self.open_set_expiry(),
            Action::Rotate => self.open_rotate(),
            Action::Copy => self.copy(),
            Action::Reveal => self.reveal(),
            Action::CopyId => self.copy_id(),
            Action::Prove => self.open_revoked(),
            Action::Leaks => self.open_leaks(),
            Action::Usage => self.open_usage(),
            Action::Explain => self.open_explain(),
            Action::ItsActivity => self.show_activity_of_selected(),
            _ => {}
        }
    }

    pub(super) fn scrolls_details(&mut self, action: Action) -> bool {
        let page = self.size.1 as isize / 2;
        match action {
            Action::Up => self.scroll_details(-1),
            Action::Down => self.scroll_details(1),
            Action::PageUp => self.scroll_details(-page),
            Action::PageDown => self.scroll_details(page),
            Action::Top => self.scroll_details(isize::MIN),
            Action::Bottom => self.scroll_details(isize::MAX),
            _ => return false,
        };
        true
    }

    pub(super) fn moved(&mut self, lines: isize) {
        self.browse.rows.move_by(lines);
        self.browse.load_ahead(&mut self.effects)
    }

    fn select_first(&mut self) {
        if self.browse.rows.more_before() {
            return self.browse.load(Load::Start, &mut self.effects);
        }
        self.browse.rows.select_first();
    }

    fn select_last(&mut self) {
        if self.browse.rows.more_after() {
            return self.browse.load(Load::End, &mut self.effects);
        }
        self.browse.rows.select_last();
    }

    /// Esc: from the details to the table, then back from a jump, from a filtered table to the whole, from keys that have ended to the others,
    /// and then the marks go.
    fn back(&mut self) {
        if self.details_focused {
            self.details_focused = false;
            return;
        }
        if self.browse.typed.is_empty() && self.go_back() {
            return;
        }
        if self.can_go_back() {
            self.browse.typed.clear();
            return self.browse.refilter(&mut self.effects);
        }
        if !self.browse.query.is_filtered() {
            if self.browse.query.ended.is_some() {
                return self.browse.leave_ended(&mut self.effects);
            }
            return self.drop_marks();
        }
        self.browse.clear_filter();
        self.browse.requery(&mut self.effects)
    }

    /// What a jump asked for is no filter that one leaves behind: back to where it began.
    fn drop_last_chip(&mut self) {
        if self.browse.typed.is_empty() && self.go_back() {
            return;
        }
        if let Some((chip, _)) = self.browse.chips().pop() {
            self.browse.drop_chip(chip, &mut self.effects);
        }
    }

    /// Only the user's own keys, or all again.
    fn toggle_mine(&mut self) {
        let me = self.me.as_ref().map(|me| PersonRef {
            id: me.user.id,
            email: me.user.email.clone(),
        });
        self.browse.query.creator = me.filter(|_| !self.shows_mine());
        self.browse.requery(&mut self.effects)
    }

    pub(super) fn sort_by(&mut self, sort: Sort) {
        self.marks.end_range();
        self.browse.query.sort = sort;
        self.browse.query.order = sort.natural_order();
        self.browse.load(Load::Start, &mut self.effects)
    }

    /// Only these, of the keys that have not ended.
    fn only(&mut self, scope: Option<Scope>) {
        let is_ended = self.browse.query.ended.is_some();
        if self.browse.query.scope == scope && !is_ended {
            return;
        }
        self.browse.turn_back();
        self.browse.query.scope = scope;
        self.browse.requery(&mut self.effects)
    }

    pub(super) fn refresh_all(&mut self) {
        self.effects.extend([Effect::LoadMe, Effect::Reconnect]);
        self.count_aside();
        match (self.screen, self.browse.body()) {
            (Screen::Keys, Body::Rows) => self.browse.refresh(&mut self.effects),
            (Screen::Keys, _) => self.browse.requery(&mut self.effects),
            _ => self.refresh_list(),
        }
        self.await_rest();
    }

    /// How something is done on this screen: its key, or its name in the palette where it has none.
    pub fn way_to(&self, action: Action) -> String {
        let key = self.keymap.key_of(self.screen_layer(), action);
        key.unwrap_or_else(|| format!(":{}", action.name()))
    }

    /// A sentence on this screen, with the keys of the actions that it names (`Keymap::told`).
    pub fn told(&self, sentence: &str) -> String {
        self.keymap.told(self.screen_layer(), sentence)
    }

    /// Every command that is possible now, by its name: what is about the selected row first, and motions last.
    pub(super) fn open_palette(&mut self) {
        let mut actions = self.keymap.actions_of(self.screen_layer());
        actions.retain(|binding| {
            let action = binding.action;
            let is_here = matches!(action, Action::Palette | Action::Up | Action::Down | Action::Back);
            self.is_in_palette(action) && !is_here
        });
        actions.sort_by_key(|binding| match binding.action.group() {
            Group::Look => 0,
            Group::Change => 1,
            Group::Move => 3,
            _ => 2,
        });
        let keys = actions.into_iter().map(PaletteCommand::Key);
        let decks = self.other_decks().cloned().map(PaletteCommand::SwitchProfile);
        let commands = keys.chain(decks).collect();
        self.open(Palette::new("Commands", commands))
    }

    pub(super) fn open_help(&mut self) {
        let of = self.layer();
        if of == Layer::Help {
            return;
        }
        let dialog = self.top_dialog();
        let title = dialog.map_or(of.title(), Dialog::title);
        let notes = dialog.map_or(&[][..], Dialog::help).iter();
        let notes: Vec<String> = notes.map(|words| self.keymap.told(of, words)).collect();
        let most = self.keymap.of_layer(of).count() + notes.len();
        self.open(Help::new(of, title, notes, most))
    }
}

/// `s` goes through the columns from left to right, and then through what has none.
fn next_sort(sort: Sort) -> Sort {
    let mut sorts: Vec<Sort> = KeyColumn::iter().filter_map(KeyColumn::sort).collect();
    let others: Vec<Sort> = Sort::iter().filter(|other| !sorts.contains(other)).collect();
    sorts.extend(others);
    let next = sorts
        .iter()
        .position(|other| *other == sort)
        .map_or(0, |at| at + 1);
    sorts.get(next).or(sorts.first()).copied().unwrap_or_default()
}
