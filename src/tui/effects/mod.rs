//! Carries out effects: the only place of the dashboard that talks to the server, the clipboard and
//! the clock. Everything answers with a message.

mod activity;
mod arrivals;
mod completion;
mod events;
mod keys;
mod lifecycle;
mod marks;
mod people;
mod projects;
mod usage;

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use self::arrivals::Arrivals;
pub use self::arrivals::{Arrival, Arrived, CopyOf};
use crate::client::Client;
use crate::clipboard::{Clipboard, CopyRoute};
use crate::model::Secret;
use crate::tui::decks::Decks;
use crate::tui::message::{Effect, MarksRequest, Message, NamedId, PeopleRequest, Route, UsageRequest};

/// Runs effects on the current runtime.
pub struct Runner {
    client: Client,
    decks: Arc<dyn Decks>,
    clipboard: Arc<Clipboard>,
    arrivals: Arrivals,
    reconnect: Arc<Notify>,
    /// Listens to the events of the deck that is open, and to which server tells them.
    listener: AbortHandle,
    /// Requests for rows and counts that a newer question makes pointless, by generation.
    pages: Vec<(u64, AbortHandle)>,
    counts: Vec<(u64, AbortHandle)>,
    /// Brings the keys that are to be marked.
    walk: Option<AbortHandle>,
}

impl Runner {
    /// Begins to listen to the server's events.
    pub fn start(client: Client, decks: Arc<dyn Decks>, arrivals: UnboundedSender<Arrived>) -> Self {
        let reconnect = Arc::new(Notify::new());
        let arrivals = Arrivals {
            left: 0,
            sender: arrivals,
        };
        let listener = events::attend(&client, &arrivals, &reconnect);
        let clipboard = Arc::new(Clipboard::start());
        Self {
            client,
            decks,
            clipboard,
            arrivals,
            reconnect,
            listener,
            pages: Vec::new(),
            counts: Vec::new(),
            walk: None,
        }
    }

    /// Leaves a deck for another one; what was asked there is no longer wanted.
    pub fn switch_to(&mut self, client: Client) {
        self.listener.abort();
        self.arrivals.left += 1;
        self.client = client;
        let requests = self.pages.drain(..).chain(self.counts.drain(..));
        for request in requests.map(|(_, request)| request).chain(self.walk.take()) {
            request.abort();
        }
        self.listener = events::attend(&self.client, &self.arrivals, &self.reconnect);
    }

    /// What has arrived, if it is of the deck that is open or of no deck at all.
    pub fn take(&self, arrived: Arrived) -> Option<Arrival> {
        let is_of_no_deck = match &arrived.arrival {
            Arrival::Message(message) => message.is_about_the_clipboard(),
            Arrival::ForTerminal { .. } => true,
            Arrival::Opened { .. } => false,
        };
        (arrived.left == self.arrivals.left || is_of_no_deck).then_some(arrived.arrival)
    }

    fn open(&self, number: u64, label: String) {
        let (decks, arrivals) = (self.decks.clone(), self.arrivals.clone());
        // It may build a runtime of its own, which a thread of this one may not.
        std::thread::spawn(move || {
            let result = decks.open(&label).map(Box::new);
            arrivals.send(Arrival::Opened { number, result })
        });
    }

    /// Everything but what needs the terminal itself, which the loop does.
    pub fn run(&mut self, effect: Effect) {
        let client = self.client.clone();
        match effect {
            Effect::LoadMe => self.answer(async move { Message::Me(client.me().await) }),
            Effect::LoadPage {
                generation,
                load,
                list,
            } => {
                abandon(&mut self.pages, generation);
                let handle = self.spawn(keys::page(client, generation, load, list));
                self.pages.push((generation, handle));
            }
            Effect::LoadCounts { generation, filter } => {
                abandon(&mut self.counts, generation);
                let handle = self.spawn(keys::counts(client, generation, filter));
                self.counts.push((generation, handle));
            }
            Effect::SearchProjects { question, text } => {
                self.answer(keys::search_projects(client, question, text));
            }
            Effect::Complete(asked) => self.answer(completion::names(client, asked)),
            Effect::CreateProject { question, name } => {
                self.answer(keys::create_project(client, question, name));
            }
            Effect::Create {
                fields,
                idempotency_key,
            } => self.answer(keys::create(client, fields, idempotency_key)),
            Effect::Edit { id, version, edit } => self.answer(keys::edit(client, id, version, edit)),
            Effect::Revoke { id, reason } => self.answer(keys::revoke(client, id, reason)),
            Effect::Reveal { id, purpose } => self.answer(keys::reveal(client, id, purpose)),
            Effect::People(request) => self.ask_about_people(client, request),
            Effect::Projects(request) => {
                self.answer(async move { Message::OfProjects(projects::answer(client, request).await) });
            }
            Effect::Activity(request) => {
                self.answer(async move { Message::OfActivity(activity::answer(client, request).await) });
            }
            Effect::Usage(request) => self.ask_about_usage(client, request),
            Effect::Copy { subject, secret } => self.copy(CopyOf::Secret, subject, secret),
            Effect::CopyId(subject) => self.copy_id(subject),
            Effect::Lifecycle(request) => {
                self.answer(async move { Message::OfLifecycle(lifecycle::answer(client, request).await) });
            }
            Effect::Marks(request) => self.ask_about_marks(client, request),
            Effect::ClearClipboard => {
                let clipboard = self.clipboard.clone();
                self.answer(async move { Message::ClipboardCleared(clipboard.clear_if_ours().await) });
            }
            Effect::SwitchProfile { number, label } => self.open(number, label),
            Effect::Reconnect => self.reconnect.notify_one(),
            Effect::After(delay, timer) => self.answer(async move {
                tokio::time::sleep(delay).await;
                Message::Due(timer)
            }),
            Effect::ForgetFrames | Effect::Suspend | Effect::SayAgain | Effect::Quit => {}
        }
    }

    fn ask_about_people(&self, client: Client, request: PeopleRequest) {
        let arrivals = self.arrivals.clone();
        let tell = move |reply| {
            arrivals.send(Arrival::Message(Message::OfPeople(reply)));
        };
        self.answer(async move { Message::OfPeople(people::answer(client, request, tell).await) });
    }

    fn ask_about_marks(&mut self, client: Client, request: MarksRequest) {
        let walks = matches!(request, MarksRequest::Walk { .. } | MarksRequest::Stop);
        if let Some(walk) = self.walk.take_if(|_| walks) {
            walk.abort();
        }
        let arrivals = self.arrivals.clone();
        let task = tokio::spawn(async move {
            let tell = |reply| {
                arrivals.send(Arrival::Message(Message::OfMarks(reply)));
            };
            if let Some(reply) = marks::answer(client, request, tell).await {
                tell(reply);
            }
        });
        if walks {
            self.walk = Some(task.abort_handle());
        }
    }

    fn ask_about_usage(&self, client: Client, request: UsageRequest) {
        let arrivals = self.arrivals.clone();
        tokio::spawn(usage::answer(client, request, move |reply| {
            arrivals.send(Arrival::Message(Message::OfUsage(reply)));
        }));
    }

    fn copy_id(&self, subject: NamedId) {
        let id = Secret::new(subject.id.to_string());
        self.copy(CopyOf::Id, subject, id);
    }

    fn copy(&self, of: CopyOf, subject: NamedId, text: Secret) {
        let (clipboard, arrivals) = (self.clipboard.clone(), self.arrivals.clone());
        tokio::spawn(async move {
            let arrival = match clipboard.copy(text).await {
                CopyRoute::Terminal(text, inside) => Arrival::ForTerminal {
                    of,
                    subject,
                    text,
                    inside,
                },
                CopyRoute::Sent => Arrival::Message(of.told(subject, Route::Terminal)),
                CopyRoute::Native => Arrival::Message(of.told(subject, Route::Clipboard)),
                CopyRoute::Failed(why) => Arrival::Message(of.told(subject, Route::Failed(why))),
            };
            arrivals.send(arrival);
        });
    }

    fn answer(&self, work: impl Future<Output = Message> + Send + 'static) {
        self.spawn(work);
    }

    fn spawn(&self, work: impl Future<Output = Message> + Send + 'static) -> AbortHandle {
        let arrivals = self.arrivals.clone();
        let task = tokio::spawn(async move {
            arrivals.send(Arrival::Message(work.await));
        });
        task.abort_handle()
    }
}

/// Stops the requests of older generations: their connections close, and the server stops looking.
fn abandon(requests: &mut Vec<(u64, AbortHandle)>, generation: u64) {
    requests.retain(|(of, handle)| {
        if *of < generation {
            handle.abort();
        }
        !handle.is_finished() && *of >= generation
    });
}
