//! The line of the filter while it is typed: text, or a secret, which is neither shown nor sent.

mod completing;

use crossterm::event::KeyEvent;
use zeroize::Zeroizing;

pub use self::completing::{Completing, Round};
use crate::api::{Key, KeyRevocation, LookupAnswer, ProblemType};
use crate::client::Error;
use crate::model::{KeyState, KeyToken, Secret, Settings, TokenHash, TokenKind, WhichToken, pasted};
use crate::tui::keymap::{Action, Keymap, Layer};
use crate::tui::message::{Effect, Message, UsageReply, UsageRequest};
use crate::tui::state::command::DialogCommand;
use crate::tui::state::dialog::{Context, Dialog, Stacking};
use crate::tui::state::hidden::HiddenField;
use crate::tui::state::notice::sentence;
use crate::tui::state::text::TextField;

/// What the server takes. A word that is completed may be longer.
const MAX_CHARS: usize = 100;
const SEVERAL: &str = "Several tokens are in this text: paste each by itself.";

#[derive(Debug)]
pub struct FilterLine {
    pub input: FilterInput,
    /// What there is to say of what was typed; the next key takes it away.
    pub says: Option<Says>,
    /// Only keys have words to complete.
    pub completing: Option<Completing>,
}

#[derive(Debug)]
pub enum FilterInput {
    Text(TextField),
    Secret(HiddenField),
}

#[derive(Debug, PartialEq, Eq)]
pub enum Says {
    Sentence(String),
    /// The question of this number asks which key a secret is of.
    LookingUp(u64),
}

impl FilterLine {
    pub fn new(text: &str) -> Self {
        Self {
            input: FilterInput::Text(TextField::limited(text, MAX_CHARS)),
            says: None,
            completing: None,
        }
    }

    /// Of a list whose filter has words.
    #[must_use]
    pub fn with_words(self, completing: Completing) -> Self {
        Self {
            completing: Some(completing),
            ..self
        }
    }

    /// What is filtered by; nothing of a secret.
    pub fn text(&self) -> &str {
        match &self.input {
            FilterInput::Text(text) => text.value(),
            FilterInput::Secret(_) => "",
        }
    }

    pub fn is_secret(&self) -> bool {
        matches!(self.input, FilterInput::Secret(_))
    }

    /// Takes a key that edits what is typed; `false` when it means something else.
    pub fn handle(&mut self, key: KeyEvent) -> bool {
        let taken = match &mut self.input {
            FilterInput::Text(text) => text.handle(key),
            FilterInput::Secret(secret) => secret.handle(key),
        };
        if taken {
            self.says = None;
            self.recognise();
        }
        taken
    }

    /// Takes pasted text; whether a secret is in the line now.
    pub fn paste(&mut self, pasted: &str) -> bool {
        self.says = None;
        if pasted::are_several_in(pasted) {
            self.says = Some(Says::Sentence(SEVERAL.into()));
            return false;
        }
        let secret = pasted::secret_in(pasted).or_else(|| foreign_in(pasted));
        match (&mut self.input, secret) {
            (_, Some(secret)) => self.hide(&secret),
            (FilterInput::Secret(begun), None) => begun.paste(pasted),
            (FilterInput::Text(text), None) => match continued(text, pasted) {
                Some(secret) => self.hide(&secret),
                None => self.says = text.paste(pasted).map(Says::Sentence),
            },
        }
        self.is_secret()
    }

    /// Text that turns out to be a secret is hidden; a secret that was taken back is text again.
    fn recognise(&mut self) {
        match &self.input {
            FilterInput::Text(text) => {
                if let Some(secret) = pasted::secret_in(text.value()) {
                    self.hide(&secret);
                }
            }
            FilterInput::Secret(secret) if secret.is_empty() => self.forget(),
            FilterInput::Secret(_) => {}
        }
    }

    fn hide(&mut self, secret: &Secret) {
        let mut field = HiddenField::default();
        field.paste(secret.expose());
        self.input = FilterInput::Secret(field);
    }

    fn forget(&mut self) {
        self.input = FilterInput::Text(TextField::limited("", MAX_CHARS));
    }

    /// The hash to look up, for the question of this number; `None` says why not.
    fn look_up(&mut self, number: u64) -> Option<TokenHash> {
        let FilterInput::Secret(field) = &self.input else {
            return None;
        };
        let typed = field.secret()?;
        let secret = pasted::secret_in(typed.expose()).unwrap_or(typed);
        match hash_of_key(&secret) {
            Ok(hash) => {
                self.says = Some(Says::LookingUp(number));
                Some(hash)
            }
            Err(sentence) => {
                self.says = Some(Says::Sentence(sentence));
                None
            }
        }
    }

    /// Says what came of a secret, which has served its purpose.
    fn say_of_secret(&mut self, says: Says) {
        self.forget();
        self.says = Some(says);
    }
}

impl FilterLine {
    /// What was typed at the end of the line; nothing of a secret.
    fn retyped(&mut self, cx: &mut Context) {
        if let (FilterInput::Text(text), Some(completing)) = (&self.input, &mut self.completing) {
            completing.typed(&text.before_cursor(), cx);
        }
    }

    /// The word before the cursor becomes the next of those that it may become.
    fn complete(&mut self, cx: &mut Context) {
        let (FilterInput::Text(text), Some(completing)) = (&mut self.input, &mut self.completing) else {
            return;
        };
        let before = text.before_cursor();
        let after = text
            .value()
            .strip_prefix(before.as_str())
            .unwrap_or_default()
            .to_owned();
        if let Some(completed) = completing.next(&before) {
            text.set(&format!("{completed}{after}"));
            self.says = None;
            cx.command(DialogCommand::Filter(self.text().to_owned()));
        }
    }

    fn ask_which_key(&mut self, cx: &mut Context) {
        let number = cx.number();
        cx.command(DialogCommand::DropNotice);
        if let Some(hash) = self.look_up(number) {
            cx.effect(Effect::Usage(UsageRequest::Lookup { number, hash }));
        }
    }

    fn looked_up(&mut self, result: Result<LookupAnswer, Error>, cx: &mut Context) {
        match result {
            Ok(found) => {
                let (key, token) = key_of(found);
                cx.close();
                cx.command(DialogCommand::ShowKey {
                    key: key.clone(),
                    token,
                });
                if key.state == KeyState::Revoked {
                    cx.command(DialogCommand::ShowRevoked(key));
                }
            }
            Err(error) if is_unknown(&error) => {
                let unknown = "Unknown here: no key that you may see has or had this secret.";
                self.say_of_secret(Says::Sentence(unknown.into()));
            }
            Err(error) => {
                let again = Keymap::told_of_fixed(Layer::Filter, "{accept} tries again.");
                let text = format!("{} {again}", sentence(&error));
                self.says = Some(Says::Sentence(text));
            }
        }
    }
}

impl Dialog for FilterLine {
    fn layer(&self) -> Layer {
        Layer::Filter
    }

    fn typed(&mut self, key: KeyEvent, cx: &mut Context) -> bool {
        let taken = self.handle(key);
        if taken {
            self.retyped(cx);
            cx.command(DialogCommand::Filter(self.text().to_owned()));
        }
        taken
    }

    /// A secret that is pasted whole is looked up immediately.
    fn pasted(&mut self, text: &str, cx: &mut Context) {
        let is_secret = self.paste(text);
        self.retyped(cx);
        cx.command(DialogCommand::Filter(self.text().to_owned()));
        if is_secret {
            self.ask_which_key(cx);
        }
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            Action::Accept if self.is_secret() => self.ask_which_key(cx),
            Action::Accept => cx.command(DialogCommand::KeepFilter),
            Action::Complete => self.complete(cx),
            Action::Back => {
                cx.close();
                cx.command(DialogCommand::Filter(String::new()));
            }
            _ => cx.command(DialogCommand::PerformOnScreen(action)),
        }
    }

    /// Its screen's rows can be moved through meanwhile.
    fn stacking(&self) -> Stacking {
        Stacking::OnScreen
    }

    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        match reply {
            Message::OfUsage(UsageReply::LookedUp { number, result })
                if self.says == Some(Says::LookingUp(number)) =>
            {
                self.looked_up(result, cx);
                None
            }
            Message::Completions { question, names } => {
                if let Some(completing) = &mut self.completing
                    && completing.found(question, names)
                    && completing.take_owed()
                {
                    self.complete(cx);
                }
                None
            }
            other => Some(other),
        }
    }
}

/// The key of a secret that was looked up, and which of its tokens that is.
fn key_of(found: LookupAnswer) -> (Box<Key>, WhichToken) {
    match found {
        LookupAnswer::Active { key, token }
        | LookupAnswer::Disabled { key, token }
        | LookupAnswer::Expired { key, token } => (key, token),
        LookupAnswer::Rotated { key, .. } => (key, WhichToken::Replaced),
        LookupAnswer::Revoked { key: Some(key), .. } => (key, WhichToken::Current),
        // A server of an earlier version says no more.
        LookupAnswer::Revoked {
            id,
            name,
            scope,
            revoked_at: at,
            revoked_by: by,
            key: None,
        } => {
            let key = Key {
                id,
                name,
                scope,
                state: KeyState::Revoked,
                revoked: Some(KeyRevocation { at, by, reason: None }),
                ..Key::with_settings(Settings::default())
            };
            (Box::new(key), WhichToken::Current)
        }
    }
}

/// The secret whose beginning is typed and whose rest is pasted.
fn continued(text: &TextField, pasted: &str) -> Option<Secret> {
    let before = Zeroizing::new(text.before_cursor());
    let mut all = Zeroizing::new(String::with_capacity(before.len() + pasted.len()));
    all.push_str(&before);
    all.push_str(pasted);
    pasted::secret_in(&all)
}

/// A token of another product, which may be imported, where nothing else is pasted than what only a generator makes, and what
/// copying puts around it.
fn foreign_in(pasted: &str) -> Option<Secret> {
    let (token, _) = KeyToken::pasted(pasted)
        .ok()
        .filter(|(token, _)| token.is_foreign())?;
    pasted::is_in_or_random(token.expose()).then(|| Secret::new(token.expose()))
}

/// Its hash, or what there is to say of a secret that is not a key's.
fn hash_of_key(secret: &Secret) -> Result<TokenHash, String> {
    if let Some(foreign) = foreign_in(secret.expose()) {
        return Ok(TokenHash::of(foreign.expose()));
    }
    let token = pasted::read(secret)?;
    match token.kind() {
        TokenKind::Key(_) => Ok(token.hash()),
        TokenKind::User => {
            Err("This is a person's sign-in token, not an API key; it stays on this machine.".into())
        }
        TokenKind::Gateway => {
            Err("This is a gateway's token, not an API key; it stays on this machine.".into())
        }
        TokenKind::SessionServer => {
            Err("This is a session server's token, not an API key; it stays on this machine.".into())
        }
    }
}

fn is_unknown(error: &Error) -> bool {
    error
        .problem()
        .is_some_and(|problem| problem.kind == ProblemType::NotFound)
}
