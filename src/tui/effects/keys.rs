//! What the server is asked about keys, and the projects that a form offers for them.

use uuid::Uuid;

use crate::api::{KeyEdit, KeyFields, KeyFilter, KeyList, NewProject, ProjectQuery, RevealPurpose, Revoking};
use crate::client::Client;
use crate::tui::message::{Load, Message, Purpose};

pub async fn page(client: Client, generation: u64, load: Load, list: KeyList) -> Message {
    Message::Page {
        generation,
        load,
        result: client.keys(&list).await,
    }
}

pub async fn counts(client: Client, generation: u64, filter: KeyFilter) -> Message {
    Message::Counts {
        generation,
        result: client.counts_and_attention(filter).await,
    }
}

pub async fn search_projects(client: Client, question: u64, text: String) -> Message {
    let q = (!text.is_empty()).then_some(text);
    let query = ProjectQuery {
        q,
        deployed: Some(true),
        ..ProjectQuery::default()
    };
    Message::Projects {
        question,
        result: client.projects(&query).await,
    }
}

pub async fn create_project(client: Client, question: u64, name: String) -> Message {
    let new = NewProject { name, deployed: true };
    Message::ProjectCreated {
        question,
        result: client.create_project(&new).await,
    }
}

pub async fn create(client: Client, fields: KeyFields, idempotency_key: Uuid) -> Message {
    Message::Created {
        result: client.create(&fields, idempotency_key).await.map(Box::new),
    }
}

pub async fn edit(client: Client, id: Uuid, version: u64, edit: KeyEdit) -> Message {
    Message::Edited {
        id,
        result: client.edit(id, version, &edit).await.map(Box::new),
    }
}

pub async fn revoke(client: Client, id: Uuid, reason: Option<String>) -> Message {
    Message::Revoked {
        id,
        result: client.revoke_for(id, &Revoking { reason }).await.map(Box::new),
    }
}

pub async fn reveal(client: Client, id: Uuid, purpose: Purpose) -> Message {
    let told = match purpose {
        Purpose::Show => RevealPurpose::Show,
        Purpose::Copy => RevealPurpose::Copy,
    };
    Message::Revealed {
        id,
        purpose,
        result: client.reveal_for(id, told).await,
    }
}
