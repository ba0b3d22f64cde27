//! One of many by name, such as every command that is possible now.

use ratatui::layout::Position;

use super::Palette;
use crate::tui::plain::form::entry;
use crate::tui::plain::spoken::{ChoiceKeys, Speak, Spoken, SpokenField};
use crate::tui::state::App;
use crate::tui::view::picker::{PickerBox, PickerLine};
use crate::tui::view::{Canvas, Draw, Look};

const NOTHING: &str = "Nothing has that in its name or description.";

impl Draw for Palette {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let groups = self.commands.chunk_by(|one, other| one.group() == other.group());
        let look = PickerBox {
            what_for: "",
            title: &self.title,
            prompt: ":",
            nothing: NOTHING,
            most: self.commands.len() + groups.count(),
        };
        let is_grouped = self.is_grouped();
        look.draw(canvas, &self.picker, |command| PickerLine {
            group: command.group().filter(|_| is_grouped),
            name: command.name(),
            about: command.about().to_owned(),
            aside: command.keys(),
        })
    }
}

impl Speak for Palette {
    fn speak(&self, _app: &App, _look: &Look) -> Spoken {
        let commands = self.picker.items().iter();
        let commands = commands.map(|command| {
            let about = match command.about() {
                "" => command.name(),
                about => about.to_owned(),
            };
            match command.keys() {
                keys if keys.is_empty() => about,
                keys => format!("{about}: {keys}"),
            }
        });
        let mut spoken = Spoken::titled(self.title.as_str()).choices(
            commands.collect(),
            self.picker.index(),
            ChoiceKeys::DigitsFirst,
        );
        if spoken.choices.is_empty() {
            spoken.lines.push(NOTHING.to_owned());
        }
        spoken.field(Some(SpokenField::new(
            "Part of the name",
            entry(&self.picker.text),
        )))
    }
}
