//! What can be done now is decided once: in each state, and for each key of its layer, footer, palette, help and
//! dispatch give the same answer.

use std::collections::BTreeSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use keydeck::api::{ActivityAction, Order, ProjectMay};
use keydeck::model::{KeyState, Role, Scope};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::dialogs::PaletteCommand;
use keydeck::tui::keymap::{self, Action, Binding};
use keydeck::tui::message::{Effect, Message, Timer, Whereabouts};
use keydeck::tui::state::Reason;

use crate::common::draw::*;
use crate::common::lists::*;
use crate::common::marks::*;
use crate::common::people::*;
use crate::common::talk::*;

/// Room for every hint and for every line of help and palette.
const ROOM: (u16, u16) = (400, 120);

pub type State = (&'static str, fn() -> Talk);

pub const STATES: &[State] = &[
    ("nothing is known yet", || Talk::started(ROOM.0, ROOM.1)),
    ("keys", || keys(Scope::Web, "")),
    ("an Analytics key", || keys(Scope::Analytics, "")),
    ("a disabled key", || {
        special(|key| key.disabled = Some(crate::lifecycle::by_jonas(None)))
    }),
    ("an expired key", || special(|key| key.state = KeyState::Expired)),
    ("a rotation that is not asked for yet", || keys(Scope::Web, "t")),
    ("a rotation that is asked for", || keys(Scope::Web, "t<C-s>")),
    ("the dialog of a rotation", || {
        let mut talk = special(|key| key.rotation = Some(crate::lifecycle::for_a_day()));
        talk.press("t");
        talk
    }),
    ("details", || keys(Scope::Web, "<Enter>")),
    ("a filter", || keys(Scope::Web, "1")),
    ("keys in another order are coming", || keys(Scope::Web, "s")),
    ("keys in another order did not come", || {
        let mut talk = keys(Scope::Web, "s");
        talk.answer_page(Err(offline()));
        talk.app.notice = None;
        talk
    }),
    ("no keys", || Talk::sized(ROOM.0, ROOM.1, Vec::new())),
    ("marked keys", || keys(Scope::Web, "<Space>")),
    ("marked keys, and the details", || {
        keys(Scope::Web, "<Space><Enter>")
    }),
    ("a range", || keys(Scope::Web, "vj")),
    ("marked keys, of which it is asked whether they are shown", || {
        none_of_marked()
    }),
    ("marked keys that are not shown", || {
        let mut talk = none_of_marked();
        talk.answer_whereabouts(Whereabouts::NotShown);
        talk
    }),
    ("a plan that is on its way", || keys(Scope::Web, "<Space>d")),
    ("a plan", || plan(2)),
    ("a plan with a number to type", || plan(214)),
    ("a plan that is sent", || {
        let mut talk = plan(2);
        talk.press("<Right><Enter>");
        talk
    }),
    ("a colleague's key", || {
        let me = signed_in_as(Role::Analytics);
        as_me(me.clone(), key_seen_by(&me, false, Scope::Web))
    }),
    ("a role that sees its own keys alone", || {
        let me = signed_in_as(Role::Editor);
        as_me(me.clone(), key_seen_by(&me, true, Scope::Web))
    }),
    ("a role that creates nothing", || {
        let mut me = owner();
        me.may.create_keys.clear();
        as_me(me, key(1, "Checkout", Scope::Web))
    }),
    ("read-only", || read_only(keys(Scope::Web, ""))),
    ("projects", || projects("")),
    ("a project with keys and without session server", || projects("j")),
    ("a project without keys", || projects("G")),
    ("details of a project", || projects("<Enter>")),
    ("projects are coming", || keys(Scope::Web, "P")),
    ("no projects", || {
        let mut talk = keys(Scope::Web, "P");
        talk.answer_list_of_projects(Ok(Vec::new()));
        talk
    }),
    ("projects of an Editor", || projects_of_editor(2)),
    ("no projects of an Editor", || projects_of_editor(0)),
    ("projects, read-only", || read_only(projects(""))),
    ("people", || Talk::people(ROOM.0, ROOM.1, some_people())),
    ("no people", || Talk::people(ROOM.0, ROOM.1, Vec::new())),
    ("people are coming", || keys(Scope::Web, "U")),
    ("people, read-only", || {
        read_only(Talk::people(ROOM.0, ROOM.1, some_people()))
    }),
    ("activity", || activity(1, "")),
    ("activity of one person", || activity(1, "w")),
    ("activity of nobody", || {
        let mut talk = keys(Scope::Web, "A");
        let mut row = row(1, ActivityAction::KeyEdited, "Checkout");
        row.actor = None;
        talk.answer_activity(log(vec![row], false));
        talk
    }),
    ("no activity", || activity(0, "")),
    ("a form", || keys(Scope::Web, "e")),
    ("a form that is sent", || keys(Scope::Web, "e2<C-s>")),
    ("a sheet", || projects("n")),
    ("a sheet that is sent", || projects("nKiosk<C-s>")),
    ("a question", || projects("p")),
    ("a revocation", || keys(Scope::Web, "d")),
    ("a revocation that is sent", || {
        keys(Scope::Web, "d<Right><Enter>")
    }),
    ("usage", || keys(Scope::Web, "u")),
    ("would this be allowed", || keys(Scope::Web, "w")),
    ("would this be allowed, with nothing to type", || {
        keys(Scope::Analytics, "w")
    }),
    ("a removal that looks at the keys", || removal("")),
    ("a removal", || holding_of_removal("")),
    ("a removal that looks again", || {
        let mut talk = holding_of_removal("<Right>");
        talk.tell(Message::Resync);
        talk
    }),
    ("a removal that is sent", || holding_of_removal("<Left><Enter>")),
    ("successors are coming", || holding_of_removal("<Right><Enter>")),
    ("successors", || successors(2)),
    ("no successors", || successors(0)),
    ("a new token", || new_token(true)),
    ("a new token that was lost", || new_token(false)),
    ("the palette", || keys(Scope::Web, ":")),
];

fn keys(scope: Scope, then: &str) -> Talk {
    let keys = (1..=3).map(|number| key(number, &format!("Assistant {number}"), scope));
    let mut talk = Talk::sized(ROOM.0, ROOM.1, keys.collect());
    talk.press(then);
    talk
}

/// A key is marked, and the list is another one.
fn none_of_marked() -> Talk {
    let mut talk = keys(Scope::Web, "<Space>2");
    talk.answer_page(Ok(page(Vec::new())));
    talk
}

fn plan(count: u64) -> Talk {
    let mut talk = keys(Scope::Web, "<Space>d");
    talk.answer_plan(|new| Ok(plan_of(new, count)));
    talk
}

/// A key of the Owner that differs from others.
fn special(change: fn(&mut keydeck::api::Key)) -> Talk {
    let mut key = key(1, "Checkout", Scope::Web);
    change(&mut key);
    as_me(owner(), key)
}

fn as_me(me: keydeck::api::Me, key: keydeck::api::Key) -> Talk {
    let mut talk = Talk::sized(ROOM.0, ROOM.1, vec![key.clone()]);
    talk.tell(Message::Me(Ok(me)));
    while talk
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::LoadPage { .. }))
    {
        talk.answer_page(Ok(page(vec![key.clone()])));
    }
    talk.app.notice = None;
    talk
}

fn read_only(mut talk: Talk) -> Talk {
    talk.app.deck.read_only = true;
    talk
}

fn projects(then: &str) -> Talk {
    let mut talk = keys(Scope::Web, "P");
    talk.answer_list_of_projects(Ok(some_projects()));
    talk.press(then);
    talk
}

fn projects_of_editor(count: usize) -> Talk {
    let mut talk = keys(Scope::Web, "");
    let mut me = owner();
    me.may.create_projects = false;
    talk.tell(Message::Me(Ok(me)));
    talk.app.notice = None;
    talk.press("P");
    let mut projects = some_projects();
    projects.truncate(count);
    for project in &mut projects {
        project.may = ProjectMay::default();
        project.session_server = None;
    }
    talk.effects
        .retain(|effect| !matches!(effect, Effect::LoadPage { .. }));
    talk.answer_list_of_projects(Ok(projects));
    talk
}

fn activity(count: u64, then: &str) -> Talk {
    let mut talk = keys(Scope::Web, "A");
    talk.answer_activity(log(rows(count, count), false));
    talk.press(then);
    if !then.is_empty() {
        talk.answer_activity(log(rows(count, count), false));
    }
    talk
}

fn removal(then: &str) -> Talk {
    let mut talk = Talk::people(ROOM.0, ROOM.1, some_people());
    talk.press("jjd").press(then);
    talk
}

fn holding_of_removal(then: &str) -> Talk {
    let mut talk = removal("");
    talk.answer_holding(Ok(holding(2, 2)));
    talk.press(then);
    talk
}

fn successors(count: usize) -> Talk {
    let mut talk = holding_of_removal("<Right><Enter>");
    talk.answer_successors(some_people().into_iter().take(count).collect());
    talk
}

fn new_token(is_here: bool) -> Talk {
    let mut talk = Talk::people(ROOM.0, ROOM.1, some_people());
    talk.press("nlena@acme.example<C-s>");
    let mut added = crate::people::new_person();
    added.token = added.token.filter(|_| is_here);
    talk.reply(keydeck::tui::message::PeopleReply::Added(Ok(added)));
    talk
}

pub fn press(talk: &mut Talk, binding: &Binding) {
    let label = binding.keys[0].label();
    match label.as_str() {
        "Tab" => talk.press("<Tab>"),
        "Shift-Tab" => talk.press("<S-Tab>"),
        "Enter" => talk.press("<Enter>"),
        "Esc" => talk.press("<Esc>"),
        "↑" => talk.press("<Up>"),
        "↓" => talk.press("<Down>"),
        "←" => talk.press("<Left>"),
        "→" => talk.press("<Right>"),
        "PgUp" => talk.press("<PgUp>"),
        "PgDn" => talk.press("<PgDn>"),
        "F1" => talk.press("<F1>"),
        "Space" => talk.press("<Space>"),
        "Backspace" => talk.press("<BS>"),
        control if control.starts_with("Ctrl-") => {
            let letter = control.chars().last().expect("a letter").to_ascii_lowercase();
            let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
            talk.tell(Message::Key(key))
        }
        letter => talk.press(letter),
    };
}

fn bindings(talk: &Talk) -> Vec<Binding> {
    talk.app.keymap.of_layer(talk.app.layer()).cloned().collect()
}

/// What only says something, for a while.
fn is_word(effect: &Effect) -> bool {
    matches!(effect, Effect::After(_, Timer::ExpireNotice(_)))
}

#[test]
fn the_footer_offers_what_is_possible() {
    for (state, lead_to) in STATES {
        let talk = lead_to();
        let screen = drawn(&talk);
        let footer = screen.lines().last().unwrap_or_default();
        if talk.app.waiting_words().is_some() {
            continue;
        }
        for binding in bindings(&talk)
            .into_iter()
            .filter(|binding| !binding.hint.is_empty())
        {
            let hint = format!(" {} {} ", binding.keys[0].label(), binding.hint);
            let answer = talk.app.available(binding.action);
            assert_eq!(
                footer.contains(&hint),
                answer.is_ok(),
                "{state}: {:?} is {answer:?}, and the footer is {footer}",
                binding.action
            );
        }
    }
}

#[test]
fn help_lists_what_role_and_profile_allow() {
    for (state, lead_to) in STATES {
        let mut talk = lead_to();
        // All of it at once.
        talk.tell(Message::Resized {
            width: 120,
            height: 80,
        });
        let answers: Vec<_> = (talk.app.keymap.actions_of(talk.app.layer()))
            .into_iter()
            .map(|binding| (talk.app.available(binding.action), binding))
            .collect();
        talk.press("<F1>");
        let screen = drawn(&talk);
        for (answer, binding) in answers {
            let words: String = binding.help.chars().take(40).collect();
            let key = binding.keys[0].label();
            let is_listed = screen.lines().any(|line| {
                line.split('│')
                    .any(|part| part.trim().starts_with(&key) && part.contains(&words))
            });
            let is_lasting = answer.as_ref().is_err_and(Reason::is_lasting);
            assert_eq!(
                is_listed, !is_lasting,
                "{state}: {:?} is {answer:?}",
                binding.action
            );
        }
    }
}

#[test]
fn the_palette_offers_what_is_possible_or_waits_for_its_row() {
    for (state, lead_to) in STATES {
        let mut talk = lead_to();
        if !talk.app.over.is_empty() {
            continue;
        }
        // The palette is of the screen, also from its details.
        let screen = match talk.app.layer() {
            keymap::Layer::Details => keymap::Layer::Keys,
            layer => layer,
        };
        let answers: Vec<_> = (talk.app.keymap.of_layer(screen))
            .map(|binding| (binding.action, talk.app.available(binding.action)))
            .collect();
        talk.press(":");
        let Some(Modal::Palette(palette)) = talk.app.over.last() else {
            panic!("{state}: no palette");
        };
        for (action, answer) in answers {
            if matches!(action, Action::Palette | Action::Up | Action::Down | Action::Back) {
                continue;
            }
            let is_it =
                |command: &PaletteCommand| matches!(command, PaletteCommand::Key(it) if it.action == action);
            let is_offered = palette.commands.iter().any(is_it);
            let waits_or_can = matches!(answer, Ok(()) | Err(Reason::RowsComing));
            assert_eq!(is_offered, waits_or_can, "{state}: {action:?} is {answer:?}");
        }
    }
}

#[test]
fn what_is_impossible_is_not_done_and_says_why() {
    let (mut refusals, mut said, mut met) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for (state, lead_to) in STATES {
        for binding in bindings(&lead_to()) {
            let mut talk = lead_to();
            talk.effects.clear();
            let (layers, was) = (talk.app.over.len(), talk.notice().to_owned());
            let answer = talk.app.available(binding.action);
            press(&mut talk, &binding);
            let what = format!("{state}: {:?} is {answer:?}", binding.action);
            let Err(why) = answer else {
                said.push((what, talk.notice().to_owned()));
                continue;
            };
            assert_eq!(talk.app.over.len(), layers, "{what}");
            assert!(talk.effects.iter().all(is_word), "{what}: {:?}", talk.effects);
            if why == Reason::RowsComing {
                assert!(talk.app.waiting_words().is_some(), "{what}");
            } else if talk.app.waiting_words().is_none() {
                assert_eq!(talk.notice(), why.sentence().unwrap_or(was), "{what}");
            }
            refusals.extend(why.sentence());
            met.insert(
                format!("{why:?}")
                    .split('(')
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            );
        }
    }
    for (what, sentence) in said {
        assert!(!refusals.contains(&sentence), "{what}, but “{sentence}”");
    }
    let all = [
        "Hidden",
        "NothingSelected",
        "NothingToDo",
        "OldRows",
        "ReadOnly",
        "Role",
        "RowsComing",
        "Searching",
        "Selection",
        "Unanswered",
    ];
    assert_eq!(
        met.iter().collect::<Vec<_>>(),
        all,
        "each reason has a state here"
    );
}

#[test]
fn a_sort_that_is_chosen_before_there_are_rows_waits_for_them() {
    let mut talk = Talk::started(80, 24);
    talk.press("S");
    assert_eq!(
        talk.app.waiting_words().as_deref(),
        Some("Waiting for the list, then: reverse the sort. Esc cancels it.")
    );
    talk.answer_page(Ok(page(some_keys(3))));
    assert_eq!(talk.page_question().2.order, Some(Order::Asc));
}
