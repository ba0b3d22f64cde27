//! Envoy with `ext_authz`.

use crate::gateways::gateway::{Gateway, Place};
use crate::gateways::stage::Setting;
use crate::venv;

fn port(address: &str) -> String {
    let (_, port) = address.rsplit_once(':').expect("a port");
    format!("port_value: {port}")
}

pub async fn start(setting: Setting) -> Gateway {
    let place = Place::new();
    let listen = format!("address: 127.0.0.1, port_value: {}", place.port);
    let scope = format!("x-keydeck-scope, value: {}", setting.scope);
    let configuration = place.configure(
        "envoy.yaml",
        &[
            ("port_value: 7390", &port(&setting.keydeck)),
            ("port_value: 9000", &port(&setting.api)),
            ("address: 0.0.0.0, port_value: 443", &listen),
            ("x-keydeck-scope, value: analytics", &scope),
            ("/etc/envoy/tls/fullchain.pem", &place.path("tls.pem")),
            ("/etc/envoy/tls/key.pem", &place.path("tls.key")),
        ],
    );
    let mut command = venv::program("envoy");
    command
        .args([
            "--disable-hot-restart",
            "--concurrency",
            "1",
            "-c",
            &configuration,
        ])
        .env("KEYDECK_GATEWAY_TOKEN", &setting.token);
    place.start(command).await
}
