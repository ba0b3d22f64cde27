//! Who is signed in, and what follows when that changes: what is shown and offered follows the role
//! immediately.

use super::App;
use crate::api::{Key, Me, Sort};
use crate::client::Error;
use crate::tui::message::Message;
use crate::tui::state::columns::Offered;
use crate::tui::state::dialog::{Dialog, Stacking};
use crate::tui::state::notice::Notice;
use crate::tui::state::{Screen, Tone};

impl App {
    pub(super) fn signed_in(&mut self, result: Result<Me, Error>) {
        let Ok(me) = result else {
            return;
        };
        self.refused = None;
        let rights = |me: &Me| (me.user.id, me.user.role, me.may.clone());
        let before = self.me.replace(me);
        let is_same = before.is_none() || before.as_ref().map(rights) == self.me.as_ref().map(rights);
        if !is_same {
            self.follow_role();
        }
    }

    /// Everything that is shown may be other rows now, and the screen itself no longer allowed. Dialogs
    /// stay: a refusal in them is still to be read, and what was typed in them to be kept.
    fn follow_role(&mut self) {
        let is_of_role =
            |dialog: &dyn Dialog| matches!(dialog.stacking(), Stacking::OfRole | Stacking::OnScreen);
        self.over.retain(|over| !is_of_role(over.dialog()));
        self.browse.drop_unread();
        self.projects.list.clear();
        self.people.list.clear();
        self.activity.list.clear();
        if !self.shows_owners() {
            self.browse.query.creator = None;
        }
        self.marks.doubt_all();
        self.expiring.clear();
        self.revoked_count.clear();
        self.leaks.clear();
        self.count_aside();
        self.hide_secret();
        if !self.may_show(self.screen) {
            self.go(Screen::Keys);
        }
        self.browse.requery(&mut self.effects);
        if self.screen != Screen::Keys {
            self.filtered();
        }
        self.tell_role();
    }

    /// Says the new role, unless a refusal, which tells more, is still to be read.
    fn tell_role(&mut self) {
        let is_failed = |notice: &Notice| notice.tone == Tone::Failed;
        match &self.me {
            Some(me) if !self.notice.as_ref().is_some_and(is_failed) => {
                let text = format!("Your role is {} now; what you may do has changed.", me.user.role);
                self.say(Tone::Note, text)
            }
            _ => {}
        }
    }

    /// A sign-in that is refused leaves nothing to work with, whatever was asked. So does an answer that
    /// is no keydeck's, where it is the connection itself that is tried.
    pub(super) fn note_refusal(&mut self, reply: &Message) {
        let tries_connection = matches!(
            reply,
            Message::Me(_) | Message::Page { .. } | Message::Disconnected(_)
        );
        match reply.error() {
            Some(error @ Error::SignIn) => self.refused = Some(error.clone()),
            Some(error @ (Error::NotKeydeck(_) | Error::Unusable(_))) if tries_connection => {
                self.refused = Some(error.clone());
            }
            _ => {}
        }
    }

    pub(super) fn may_show(&self, screen: Screen) -> bool {
        screen != Screen::People || self.me.as_ref().is_some_and(|me| me.may.manage_users)
    }

    /// Whether the user sees others' keys, so that a key's owner is worth a column.
    pub fn shows_owners(&self) -> bool {
        self.me.as_ref().is_some_and(|me| me.may.see_all_keys)
    }

    /// The columns of keys that have something to say. What states the rows have doesn't depend on the time, so that
    /// columns don't come and go by themselves.
    pub fn offered_columns(&self) -> Offered {
        let has_state = |key: &Key| {
            let ends = key.settings.expires_at.or(key.settings.local_development_ends_at);
            ends.is_some() || key.disabled.is_some() || key.rotation.is_some()
        };
        Offered {
            owners: self.shows_owners(),
            states: self.browse.query.sort == Sort::ExpiresAt || self.browse.rows.any(has_state),
            weeks: self.browse.rows.any(|key| key.week.is_some()),
            marks: !self.marks.is_empty(),
        }
    }

    /// Whether the table shows the keys of the user alone.
    pub fn shows_mine(&self) -> bool {
        let creator = self.browse.query.creator.as_ref();
        let me = self.me.as_ref();
        creator.is_some_and(|creator| me.is_some_and(|me| me.user.id == creator.id))
    }
}
