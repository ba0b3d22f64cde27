//! The columns of the table: which fit, in which order, and how wide. They give way by importance
//! as the terminal narrows.

use super::layout::Area;
use crate::api::Sort;

/// Cells between two columns.
const GAP: u16 = 2;
/// Cells in front of the first column, for the mark of the selected row.
pub const MARGIN: u16 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Name,
    Scope,
    Project,
    Created,
    LastUsed,
    Owner,
}

impl Column {
    /// From left to right.
    const ALL: [Column; 6] = [
        Column::Name,
        Column::Scope,
        Column::Project,
        Column::Created,
        Column::LastUsed,
        Column::Owner,
    ];
    /// The first to stay, the last to go.
    const BY_IMPORTANCE: [Column; 6] = [
        Column::Name,
        Column::Scope,
        Column::LastUsed,
        Column::Created,
        Column::Project,
        Column::Owner,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Column::Name => "NAME",
            Column::Scope => "SCOPE",
            Column::Project => "PROJECT",
            Column::Created => "CREATED",
            Column::LastUsed => "LAST USED",
            Column::Owner => "OWNER",
        }
    }

    /// The sort that its header asks for.
    pub fn sort(self) -> Option<Sort> {
        match self {
            Column::Name => Some(Sort::Name),
            Column::Scope => Some(Sort::Scope),
            Column::Created => Some(Sort::CreatedAt),
            Column::LastUsed => Some(Sort::LastUsedAt),
            Column::Project | Column::Owner => None,
        }
    }

    /// The least width that is of use.
    fn least(self) -> u16 {
        match self {
            Column::Name => 16,
            Column::Scope => 9,
            Column::Project => 12,
            Column::Created => 9,
            Column::LastUsed => 11,
            Column::Owner => 10,
        }
    }

    /// Its part of the width that is left over, and the most that it makes use of.
    fn growth(self) -> (u16, u16) {
        match self {
            Column::Name => (5, u16::MAX),
            Column::Project => (3, 30),
            Column::Owner => (2, 28),
            Column::Scope | Column::Created | Column::LastUsed => (0, 0),
        }
    }
}

/// A column in its place, relative to the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub column: Column,
    pub x: u16,
    pub width: u16,
}

/// The columns that fit in `area`.
pub fn place(area: Area, with_owner: bool) -> Vec<Placed> {
    let room = area.width.saturating_sub(MARGIN);
    let mut kept: Vec<Column> = Vec::new();
    let mut used = 0;
    for column in Column::BY_IMPORTANCE {
        let needed = column.least() + if kept.is_empty() { 0 } else { GAP };
        let wanted = with_owner || column != Column::Owner;
        if wanted && (kept.is_empty() || used + needed <= room) {
            used += needed;
            kept.push(column);
        } else if wanted {
            break;
        }
    }
    let spare = room.saturating_sub(used);
    let shares: u16 = kept.iter().map(|column| column.growth().0).sum();
    let width_of = |column: Column| {
        let (share, most) = column.growth();
        let grown = column.least() + (u32::from(spare) * u32::from(share) / u32::from(shares.max(1))) as u16;
        if share == 0 {
            column.least()
        } else {
            grown.min(most)
        }
    };
    let others: u16 = kept
        .iter()
        .filter(|&&c| c != Column::Name)
        .map(|&c| width_of(c) + GAP)
        .sum();
    let mut x = area.x + MARGIN.min(area.width);
    Column::ALL
        .into_iter()
        .filter(|column| kept.contains(column))
        .map(|column| {
            let width = if column == Column::Name {
                room.saturating_sub(others)
            } else {
                width_of(column)
            };
            let placed = Placed { column, x, width };
            x += width + GAP;
            placed
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(width: u16) -> Vec<Column> {
        place(
            Area {
                x: 1,
                y: 3,
                width,
                height: 1,
            },
            true,
        )
        .into_iter()
        .map(|placed| placed.column)
        .collect()
    }

    #[test]
    fn an_80_column_terminal_shows_everything() {
        assert_eq!(columns(78), Column::ALL);
    }

    #[test]
    fn columns_give_way_by_importance_and_stay_inside() {
        assert_eq!(columns(45), [Column::Name, Column::Scope, Column::LastUsed]);
        assert_eq!(columns(20), [Column::Name]);
        for width in 0..200 {
            for placed in place(
                Area {
                    x: 1,
                    y: 3,
                    width,
                    height: 1,
                },
                true,
            ) {
                assert!(placed.x + placed.width <= 1 + width, "{width}: {placed:?}");
            }
        }
    }
}
