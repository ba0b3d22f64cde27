//! The columns of a table as they are declared.

/// Between two columns.
pub(super) const GAP: usize = 2;

/// A column: its title, and what becomes of it where there is little room.
#[derive(Debug, Clone, Copy)]
pub struct TableColumn {
    pub(super) title: &'static str,
    pub(super) is_number: bool,
    pub(super) room: Room,
}

/// How much of the width a column needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// It is never cut.
    Whole,
    /// A third of the width, so that it can be told from others.
    Name,
    /// A few cells.
    Text,
}

impl TableColumn {
    /// Words of one's own: never cut.
    pub const fn word(title: &'static str) -> Self {
        Self {
            title,
            is_number: false,
            room: Room::Whole,
        }
    }

    /// As [`TableColumn::word`], on the right.
    pub const fn number(title: &'static str) -> Self {
        Self {
            title,
            is_number: true,
            room: Room::Whole,
        }
    }

    /// The name of what a row is about: the last to be cut.
    pub const fn name(title: &'static str) -> Self {
        Self {
            title,
            is_number: false,
            room: Room::Name,
        }
    }

    /// Other text of somebody's: cut where it must be.
    pub const fn text(title: &'static str) -> Self {
        Self {
            title,
            is_number: false,
            room: Room::Text,
        }
    }
}
