//! What a user may do: the one place that decides, from the signed-in user alone.

use strum::IntoEnumIterator;
use uuid::Uuid;

use crate::api::{KeyMay, Permissions, ProjectMay, User};
use crate::model::{KeyField, Role, Scope};
use crate::server::store::Visible;

/// The keys and projects that the user may see. Others are answered as if they did not exist.
pub fn visible(user: &User) -> Visible {
    match user.role {
        Role::Owner | Role::Support | Role::Analytics => Visible::All,
        Role::Editor => Visible::CreatedBy(user.id),
    }
}

/// Whether the user may see what `creator` created.
pub fn may_see(user: &User, creator: Uuid) -> bool {
    match visible(user) {
        Visible::All => true,
        Visible::CreatedBy(id) => id == creator,
    }
}

/// Whether the user may create a key of `scope`; a Web or Mobile key for the project of `project_creator`.
pub fn may_create(user: &User, scope: Scope, project_creator: Option<Uuid>) -> bool {
    match (scope, user.role) {
        (Scope::Analytics, role) => role != Role::Editor,
        (Scope::Web | Scope::Mobile, Role::Owner | Role::Support) => true,
        (Scope::Web | Scope::Mobile, Role::Editor) => project_creator == Some(user.id),
        (Scope::Web | Scope::Mobile, Role::Analytics) => false,
    }
}

/// Whether the user may import a key that they may create as that of `creator`.
pub fn may_import_for(user: &User, creator: Uuid) -> bool {
    user.id == creator || user.role == Role::Owner
}

/// Whether the user may edit or revoke the keys of `creator`.
pub fn may_change(user: &User, creator: Uuid) -> bool {
    match changeable(user) {
        Visible::All => true,
        Visible::CreatedBy(id) => id == creator,
    }
}

/// The keys that the user may edit or revoke.
pub fn changeable(user: &User) -> Visible {
    match user.role {
        Role::Owner | Role::Support => Visible::All,
        Role::Analytics | Role::Editor => Visible::CreatedBy(user.id),
    }
}

/// What the user may do with a key that they may see.
pub fn key_may(user: &User, creator: Uuid, scope: Scope) -> KeyMay {
    let change = may_change(user, creator);
    KeyMay {
        reveal: may_see(user, creator) && scope.is_viewable(),
        edit: change && KeyField::editable(scope).next().is_some(),
        revoke: change,
        rotate: change && may_create(user, scope, Some(user.id)),
    }
}

pub fn may_create_projects(user: &User) -> bool {
    user.role != Role::Analytics
}

/// Whether the user may rename, deploy or remove the project of `creator`.
pub fn may_edit_project(user: &User, creator: Uuid) -> bool {
    may_create_projects(user) && may_see(user, creator)
}

/// Whether the user may see the whole activity log, and so prove that it is whole.
pub fn may_see_all_activity(user: &User) -> bool {
    visible(user) == Visible::All
}

/// Whether the user may see and set the session servers of projects.
pub fn may_set_session_servers(user: &User) -> bool {
    user.role == Role::Owner
}

/// What the user may do with the project of `creator`, which they may see.
pub fn project_may(user: &User, creator: Uuid) -> ProjectMay {
    ProjectMay {
        edit: may_edit_project(user, creator),
        session_server: may_set_session_servers(user),
    }
}

pub fn may_manage_users(user: &User) -> bool {
    user.role == Role::Owner
}

pub fn may_set_policy(user: &User) -> bool {
    user.role == Role::Owner
}

pub fn may_manage_gateways(user: &User) -> bool {
    user.role == Role::Owner
}

pub fn may_manage_webhooks(user: &User) -> bool {
    user.role == Role::Owner
}

/// What the user may do, for a dashboard that offers only that.
pub fn permissions(user: &User) -> Permissions {
    Permissions {
        see_all_keys: visible(user) == Visible::All,
        // An Editor's own projects are the only ones that they see, so any visible one will do.
        create_keys: Scope::iter()
            .filter(|&scope| may_create(user, scope, Some(user.id)))
            .collect(),
        create_projects: may_create_projects(user),
        manage_users: may_manage_users(user),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    /// Section 4 of the design: own and others' keys, by role. `r` reveal, `e` edit, `d` revoke.
    const KEYS: [(Role, &str, &str); 4] = [
        (Role::Owner, "red", "red"),
        (Role::Support, "red", "red"),
        (Role::Analytics, "red", "r"),
        (Role::Editor, "red", ""),
    ];

    fn user(role: Role) -> User {
        User {
            id: Uuid::from_u128(1),
            email: "mira@acme.example".into(),
            role,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn letters(may: KeyMay) -> String {
        [(may.reveal, 'r'), (may.edit, 'e'), (may.revoke, 'd')]
            .into_iter()
            .filter_map(|(may, letter)| may.then_some(letter))
            .collect()
    }

    #[test]
    fn every_role_may_do_what_the_table_says_with_own_and_others_keys() {
        for (role, own, others) in KEYS {
            let user = user(role);
            assert_eq!(letters(key_may(&user, user.id, Scope::Web)), own, "{role}");
            assert_eq!(letters(key_may(&user, Uuid::nil(), Scope::Web)), others, "{role}");
        }
    }

    #[test]
    fn every_role_may_do_what_the_table_says_with_own_and_others_projects() {
        for (role, own, others, session_server) in [
            (Role::Owner, true, true, true),
            (Role::Support, true, true, false),
            (Role::Analytics, false, false, false),
            (Role::Editor, true, false, false),
        ] {
            let user = user(role);
            for (creator, edit) in [(user.id, own), (Uuid::nil(), others)] {
                let may = ProjectMay { edit, session_server };
                assert_eq!(project_may(&user, creator), may, "{role}");
            }
        }
    }

    #[test]
    fn whoever_may_revoke_a_key_and_create_one_of_its_scope_rotates_it() {
        use Scope::{Analytics, Mobile, Web};
        for (role, scope, own, others) in [
            (Role::Owner, Web, true, true),
            (Role::Owner, Analytics, true, true),
            (Role::Support, Mobile, true, true),
            (Role::Support, Analytics, true, true),
            (Role::Analytics, Web, false, false),
            (Role::Analytics, Analytics, true, false),
            (Role::Editor, Web, true, false),
            (Role::Editor, Mobile, true, false),
            (Role::Editor, Analytics, false, false),
        ] {
            let user = user(role);
            let may = [user.id, Uuid::nil()].map(|creator| key_may(&user, creator, scope).rotate);
            assert_eq!(may, [own, others], "{role} {scope}");
        }
    }

    #[test]
    fn nobody_reveals_an_analytics_key_or_edits_more_than_its_fields_declare() {
        let is_edited = KeyField::editable(Scope::Analytics).next().is_some();
        for role in Role::iter() {
            let user = user(role);
            let may = if is_edited { "ed" } else { "d" };
            assert_eq!(letters(key_may(&user, user.id, Scope::Analytics)), may, "{role}");
        }
        for field in [
            KeyField::Name,
            KeyField::UiDomains,
            KeyField::CrossPagePersistence,
        ] {
            assert!(!field.is_edited_of(Scope::Analytics), "{field:?}");
        }
    }

    #[test]
    fn every_role_creates_what_the_table_says() {
        use Scope::{Analytics, Mobile, Web};
        let scopes = |role| permissions(&user(role)).create_keys;
        assert_eq!(scopes(Role::Owner), [Web, Mobile, Analytics]);
        assert_eq!(scopes(Role::Support), [Web, Mobile, Analytics]);
        assert_eq!(scopes(Role::Analytics), [Analytics]);
        assert_eq!(scopes(Role::Editor), [Web, Mobile]);
        assert!(!may_create(&user(Role::Editor), Web, Some(Uuid::nil())));
        assert!(may_create(&user(Role::Support), Web, Some(Uuid::nil())));
    }
}
