//! The configurations in `assets/gateways/`, in real gateways before a real API: only addresses and paths
//! are others. And what gateways ask by their own documentation, word by word.

mod api;
mod caddy;
mod conversations;
mod envoy;
mod gateway;
mod nginx;
mod requests;
mod stage;
mod traefik;
