//! Traefik with `forwardAuth`.

use crate::gateways::gateway::{Gateway, Place};
use crate::gateways::stage::Setting;
use crate::venv;

pub async fn start(setting: Setting) -> Gateway {
    let place = Place::new();
    let routes = place.configure(
        "traefik-keydeck.yml",
        &[
            ("127.0.0.1:7390", &setting.keydeck),
            ("127.0.0.1:9000", &setting.api),
            ("scope=analytics", &format!("scope={}", setting.scope)),
            ("/etc/traefik/tls/fullchain.pem", &place.path("tls.pem")),
            ("/etc/traefik/tls/key.pem", &place.path("tls.key")),
        ],
    );
    let address = format!("address: \"127.0.0.1:{}\"", place.port);
    let configuration = place.configure(
        "traefik.yml",
        &[
            ("address: \":443\"", &address),
            ("/etc/traefik/traefik-keydeck.yml", &routes),
        ],
    );
    let mut command = venv::program("traefik");
    command
        .args(["--configfile", &configuration])
        .env("KEYDECK_GATEWAY_TOKEN", &setting.token);
    place.start(command).await
}
