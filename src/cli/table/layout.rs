//! How wide the columns of a table are.

use super::column::{GAP, Room, TableColumn};

/// Beside the `…` at the edge.
const EDGE: usize = 1 + GAP;
/// Of text, and of the last column, where they are cut.
const LEAST: usize = 10;
/// Of names: a third of the width, within these bounds.
const NAMES: (usize, usize) = (16, 40);

/// The columns that are shown, from the left.
#[derive(Debug, PartialEq, Eq)]
pub struct ColumnLayout {
    pub widths: Vec<usize>,
    /// The cells between the last column and the `…` at the edge, where columns on the right are left out.
    pub before_edge: Option<usize>,
}

impl ColumnLayout {
    /// `natural` is how wide each column's contents are.
    pub fn of(columns: &[TableColumn], natural: &[usize], width: Option<usize>) -> Self {
        let Some(width) = width.filter(|width| *width < total(natural)) else {
            return Self::whole(natural.to_vec());
        };
        let (few, many) = NAMES;
        let least: Vec<usize> = (columns.iter().zip(natural))
            .map(|(column, &natural)| match column.room {
                Room::Whole => natural,
                Room::Name => natural.min((width / 3).clamp(few, many)),
                Room::Text => natural.min(LEAST),
            })
            .collect();
        if total(&least) <= width {
            return Self::whole(shared(least, natural, width));
        }
        let room = width.saturating_sub(EDGE);
        let last = columns.len() - 1;
        // The beginning of the last column, where there is enough room for it.
        let mut cut = least.clone();
        if let Some(cells) = width.checked_sub(total(&least[..last]) + GAP) {
            cut[last] = cells;
            if last > 0 && cells >= LEAST {
                let others = shared(cut[..last].to_vec(), &natural[..last], width - GAP - LEAST);
                cut[last] = width - GAP - total(&others);
                cut[..last].copy_from_slice(&others);
                return Self::whole(cut);
            }
        }
        let shown = (1..=last).rev().find(|&shown| total(&least[..shown]) <= room);
        let shown = shown.unwrap_or(1);
        let mut widths = shared(least[..shown].to_vec(), &natural[..shown], room);
        // Not even the first has its room: it is cut to what there is.
        if total(&widths) > room {
            widths = vec![room];
        }
        let before_edge = width.saturating_sub(total(&widths) + 1);
        Self {
            widths,
            before_edge: Some(before_edge),
        }
    }

    fn whole(widths: Vec<usize>) -> Self {
        Self {
            widths,
            before_edge: None,
        }
    }
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + widths.len().saturating_sub(1) * GAP
}

/// Gives what is left of the room cell by cell to the narrowest column that would use it, the first of them first.
fn shared(mut widths: Vec<usize>, natural: &[usize], room: usize) -> Vec<usize> {
    let mut left = room.saturating_sub(total(&widths));
    while left > 0 {
        let wanting = (0..widths.len()).filter(|&index| widths[index] < natural[index]);
        let Some(narrowest) = wanting.min_by_key(|&index| widths[index]) else {
            break;
        };
        widths[narrowest] += 1;
        left -= 1;
    }
    widths
}
