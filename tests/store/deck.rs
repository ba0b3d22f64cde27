//! A store with an owner, an editor and two projects, and short ways to ask it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{Timestamp, ToSpan};
use keydeck::api::{KeyFilter, ProjectQuery, Sort, User};
use keydeck::model::{Role, Scope, Settings, TokenHash, UiDomain, ValidKey};
use keydeck::server::store::{
    Actor, Founding, KeyCreation, KeyQuery, KeyRecord, KeySlice, NewKey, NewUserRecord, Position,
    ProjectRecord, Sealed, Store, Visible, WrappedDataKey,
};
use strum::VariantArray;
use uuid::Uuid;

use super::engine::{self, Place};

pub struct Deck {
    pub store: Arc<dyn Store>,
    pub owner: User,
    pub editor: User,
    pub shop: ProjectRecord,
    pub kiosk: ProjectRecord,
    /// Where the database is.
    pub place: Place,
}

pub fn founding() -> Founding {
    Founding {
        organisation: "Acme Studios".into(),
        owner_email: "mira@acme.example".into(),
        owner_token: Some(TokenHash::of("kdu_owner")),
        at: Timestamp::now(),
    }
}

pub fn data_key() -> WrappedDataKey {
    WrappedDataKey {
        id: 1,
        bytes: vec![7; 72],
    }
}

impl Deck {
    pub async fn new() -> Self {
        let (store, place) = engine::found(&founding(), &data_key()).await;
        let owner = store.first_user(Role::Owner).await.unwrap().unwrap();
        Self::around(store, owner, place).await
    }

    /// Adds the editor and, where they are missing, the two projects.
    pub async fn around(store: Arc<dyn Store>, owner: User, place: Place) -> Self {
        let by = actor(&owner);
        let editor = NewUserRecord {
            email: "ed@acme.example".into(),
            role: Role::Editor,
            token: Some(TokenHash::of("kdu_editor")),
        };
        let editor = store.add_user(editor, by).await.unwrap().unwrap();
        let shop = match store.add_project("Storefront".into(), true, by).await.unwrap() {
            Ok(project) => project,
            Err(_) => named(&*store, "Storefront").await,
        };
        let kiosk = store
            .add_project("Kiosk".into(), true, actor(&editor))
            .await
            .unwrap()
            .unwrap();
        Self {
            store,
            owner,
            editor,
            shop,
            kiosk,
            place,
        }
    }

    pub async fn create(&self, new: NewKey, by: &User) -> KeyRecord {
        match self.store.create_key(new, actor(by)).await.unwrap() {
            KeyCreation::Created(key) => key,
            other => panic!("not created: {other:?}"),
        }
    }

    /// A Web key of the owner in the shop.
    pub async fn web(&self, name: &str) -> KeyRecord {
        self.create(new_key(Scope::Web, name, Some(self.shop.id)), &self.owner)
            .await
    }

    /// Sixty keys of three scopes, two people and two projects, with names that tie when compared, and
    /// times that tie.
    pub async fn sixty(&self) -> Vec<KeyRecord> {
        let start = Timestamp::now().saturating_sub(1000.hours()).unwrap();
        let mut keys = Vec::new();
        for n in 0..60_i64 {
            let scope = Scope::VARIANTS[n as usize % 3];
            let project = [self.shop.id, self.kiosk.id][n as usize % 2];
            let name = format!(
                "{} {}",
                ["Checkout", "checkout", "Über 100%", "Board \"A\""][n as usize % 4],
                n / 4
            );
            let mut new = new_key(scope, &name, scope.has_project().then_some(project));
            new.valid.settings.labels = LABELS[n as usize % LABELS.len()]
                .iter()
                .map(|label| (*label).to_owned())
                .collect();
            new.created_at = start.saturating_add((n / 5).hours()).unwrap();
            // Every third ends, some at the same instant.
            let end = start.saturating_add((2_000 + n % 8).hours()).unwrap();
            new.valid.settings.expires_at = (n % 3 == 1).then_some(end);
            let by = if n % 7 == 0 { &self.editor } else { &self.owner };
            keys.push(self.create(new, by).await);
        }
        keys
    }

    pub async fn page(&self, query: &KeyQuery) -> KeySlice {
        self.store.keys(query).await.unwrap().unwrap()
    }

    /// All that match, page by page from the start on.
    pub async fn listing(&self, query: &KeyQuery) -> Vec<KeyRecord> {
        let mut query = query.clone();
        let mut all = Vec::new();
        loop {
            let page = self.page(&query).await;
            let last = page.items.last().map(|(_, place)| place.clone());
            all.extend(page.items.into_iter().map(|(key, _)| key));
            match last {
                Some(place) if page.more_after => query.position = Position::After(place),
                _ => return all,
            }
        }
    }
}

/// Of every sixth of the sixty keys.
const LABELS: [&[&str]; 6] = [
    &["Production", "Team A"],
    &["production"],
    &["Straße", "eu\"x\\n\""],
    &[],
    &["prod", "Team", "x%_'"],
    &[],
];

async fn named(store: &dyn Store, name: &str) -> ProjectRecord {
    let query = ProjectQuery {
        q: Some(name.into()),
        ..ProjectQuery::default()
    };
    store.projects(&query, Visible::All).await.unwrap().remove(0)
}

pub fn actor(user: &User) -> Actor {
    Actor {
        user: user.id,
        role: user.role,
        token: None,
        address: Some([127, 0, 0, 1].into()),
        visible: match user.role {
            Role::Editor => Visible::CreatedBy(user.id),
            _ => Visible::All,
        },
    }
}

/// A key with a token, and for Web and Mobile a sealed token, that no other has.
pub fn new_key(scope: Scope, name: &str, project: Option<Uuid>) -> NewKey {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let domains = match scope {
        Scope::Web => vec!["https://shop.acme.example"],
        Scope::Mobile => vec!["com.Acme.Shop", "com.acme.kiosk"],
        Scope::Analytics => Vec::new(),
    };
    NewKey {
        id: Uuid::now_v7(),
        valid: ValidKey {
            scope,
            name: name.into(),
            project,
            settings: Settings {
                ui_domains: domains
                    .into_iter()
                    .map(|text| UiDomain::trusted(text.into()))
                    .collect(),
                ..Settings::default()
            },
        },
        token_hash: TokenHash::of(&format!("token {n}")),
        hint: "kdw_…x9Qz".into(),
        sealed: scope.is_viewable().then(|| Sealed {
            data_key: 1,
            bytes: format!("{:>08}{}", n, "sealed".repeat(14)).into_bytes(),
        }),
        created_at: Timestamp::now(),
        idempotency: None,
    }
}

/// The first page of fifty in a sort's ascending order.
pub fn query(sort: Sort) -> KeyQuery {
    KeyQuery {
        visible: Visible::All,
        filter: KeyFilter::default(),
        sort,
        descending: false,
        position: Position::Start,
        limit: 50,
        week: false,
    }
}

pub fn text(q: &str) -> KeyFilter {
    KeyFilter {
        q: Some(q.into()),
        ..KeyFilter::default()
    }
}
