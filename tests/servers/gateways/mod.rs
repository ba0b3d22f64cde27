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

/// Each test with each of its gateways.
macro_rules! at_each_gateway {
    ($($test:ident: $conversation:ident at [$($gateway:ident),+];)+) => {$(
        mod $test {
            use super::{$($gateway),+, conversations};

            $(
                #[tokio::test]
                async fn $gateway() {
                    conversations::$conversation($gateway::start).await;
                }
            )+
        }
    )+};
}

// Traefik waits half a minute for a server that hangs.
at_each_gateway! {
    lets_analytics_keys_through_and_fails_closed: of_analytics_keys at [caddy, envoy, nginx, traefik];
    holds_web_keys_to_pages_and_addresses: of_web_keys at [caddy, envoy, nginx, traefik];
    lets_a_page_of_another_origin_use_its_key_in_chromium: of_a_page_of_another_origin at [caddy, nginx];
    tells_pages_that_the_api_is_away: of_an_api_that_is_away at [caddy, envoy, nginx, traefik];
    refuses_while_the_server_hangs: of_a_server_that_hangs at [caddy, envoy, nginx];
}
