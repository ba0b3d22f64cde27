//! The dashboard without a terminal: its state in conversations, its views on a test backend.
#![cfg(test)]

mod activity;
mod activity_filters;
mod availability;
mod common;
mod conversation;
mod ended;
mod explain;
mod guide;
mod jumps;
mod leaks;
mod lifecycle;
mod lookup;
mod marks;
mod people;
mod places;
mod plain;
mod projects;
mod rebound;
mod revoked;
mod screen;
mod usage;
mod views;
mod views_people;
mod views_screens;
