//! nginx with `auth_request`.

use std::process::Command;

use crate::gateways::gateway::{Gateway, Place};
use crate::gateways::stage::Setting;

pub async fn start(setting: Setting) -> Gateway {
    let place = Place::new();
    let listen = format!("listen 127.0.0.1:{} ssl", place.port);
    // As root owns what the package lays out, everything else is here.
    let http = format!(
        "http {{\n{}",
        ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"]
            .map(|kind| format!("    {kind}_temp_path {};\n", place.path(kind)))
            .concat()
    );
    let token = format!("proxy_set_header x-keydeck-gateway \"{}\";\n", setting.token);
    let configuration = place.configure(
        "nginx.conf",
        &[
            ("http {", &http),
            ("127.0.0.1:7390", &setting.keydeck),
            ("127.0.0.1:9000", &setting.api),
            ("listen 443 ssl", &listen),
            ("scope=analytics", &format!("scope={}", setting.scope)),
            ("/etc/nginx/tls/fullchain.pem", &place.path("tls.pem")),
            ("/etc/nginx/tls/key.pem", &place.path("tls.key")),
            (
                "include /etc/nginx/keydeck-gateway.conf",
                &format!("include {}", place.write("keydeck-gateway.conf", &token)),
            ),
        ],
    );
    let directives = format!(
        "daemon off; master_process off; error_log stderr; pid {};",
        place.path("pid")
    );
    let mut command = Command::new("nginx");
    command.args(["-c", &configuration, "-g", &directives]);
    place.start(command).await
}
