//! Caddy with `forward_auth`.

use std::process::Command;

use crate::gateways::gateway::{Gateway, Place};
use crate::gateways::stage::Setting;

pub async fn start(setting: Setting) -> Gateway {
    let place = Place::new();
    // A certificate of the test's own, and no second port for redirects.
    let site = format!(
        "{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n\nhttps://api.acme.example:{} {{\n\ttls {} {}\n",
        place.port,
        place.path("tls.pem"),
        place.path("tls.key")
    );
    let configuration = place.configure(
        "Caddyfile",
        &[
            ("\napi.acme.example {\n", &site),
            ("127.0.0.1:7390", &setting.keydeck),
            ("127.0.0.1:9000", &setting.api),
            ("scope=analytics", &format!("scope={}", setting.scope)),
        ],
    );
    let mut command = Command::new("caddy");
    command
        .args(["run", "--adapter", "caddyfile", "--config", &configuration])
        .env("KEYDECK_GATEWAY_TOKEN", &setting.token);
    place.start(command).await
}
