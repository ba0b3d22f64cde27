//! The formats of other products: how each is recognised, and which of its fields becomes what.

pub mod aws;
pub mod kong;
pub mod unkey;

/// Which columns of our own exports are not taken over.
pub fn left_out(columns: &[String]) -> Vec<String> {
    let counted = ["last_used", "last_refused"];
    columns
        .iter()
        .filter(|column| counted.contains(&column.as_str()))
        .cloned()
        .collect()
}
