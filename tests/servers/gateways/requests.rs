//! What gateways ask by their documentation, word by word, and what they do with the answer.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::gateways::stage::Stage;

/// As nginx sends it without `proxy_http_version`.
const AUTH_REQUEST: &str =
    "GET /v1/authorize?scope=analytics HTTP/1.0\r\nHost: keydeck\r\nConnection: close\r\n";
/// Traefik's, for a POST to /reports.
const FORWARD_AUTH: &str = "GET /v1/authorize?scope=analytics HTTP/1.1\r\nHost: 127.0.0.1:7390\r\n\
    User-Agent: Go-http-client/1.1\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: api.acme.example\r\n\
    X-Forwarded-Method: POST\r\nX-Forwarded-Port: 443\r\nX-Forwarded-Proto: https\r\n\
    X-Forwarded-Server: edge\r\nX-Forwarded-Uri: /reports?month=11\r\nAccept-Encoding: gzip\r\nConnection: close\r\n";
/// Caddy's, for a GET of /reports; it keeps the client's host and agent.
const CLONED: &str = "GET /v1/authorize?scope=analytics HTTP/1.1\r\nHost: api.acme.example\r\nUser-Agent: curl/8.5.0\r\n\
    Accept: */*\r\nAccept-Encoding: gzip\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: api.acme.example\r\n\
    X-Forwarded-Method: GET\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Uri: /reports?month=11\r\nConnection: close\r\n";

/// Envoy's: the client's method, and its path and query behind the prefix.
fn ext_authz(method: &str, path: &str) -> String {
    format!(
        "{method} /v1/authorize/api{path} HTTP/1.1\r\nHost: api.acme.example\r\nContent-Length: 0\r\n\
         x-keydeck-scope: analytics\r\nx-forwarded-for: 203.0.113.9, 10.0.0.5\r\nx-envoy-internal: true\r\n\
         x-envoy-expected-rq-timeout-ms: 5000\r\nConnection: close\r\n"
    )
}

/// The head of the answer to a request with these further lines, in lower case.
async fn answered(stage: &Stage, request: &str, lines: &[(&str, &str)]) -> String {
    let address = stage.deck.url.strip_prefix("http://").expect("http");
    let mut stream = TcpStream::connect(address).await.expect("accepted");
    let lines = lines.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let request = format!("{request}{}\r\n", lines.collect::<String>());
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, _) = answer.split_once("\r\n\r\n").expect("a head");
    head.to_lowercase()
}

fn status(head: &str) -> &str {
    head.split(' ').nth(1).expect("a status")
}

#[tokio::test]
async fn each_gateways_own_request_lets_through_or_refuses() {
    let stage = Stage::set("analytics").await;
    let (id, key) = stage.analytics_key("Board report").await;
    let (_, web) = stage.web_key(&["https://shop.acme.example"], None).await;
    let gateway = ("x-keydeck-gateway", stage.token());
    let mut requests: Vec<String> = [AUTH_REQUEST, FORWARD_AUTH, CLONED].map(str::to_owned).into();
    for method in [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND",
    ] {
        for path in [
            "/",
            "/reports?month=11",
            "/reports/?scope=web",
            "/?scope=web",
            "//a/../%2e%2e/b;c=d?e=%00&f",
            "/?x-sm-apikey=no",
        ] {
            requests.push(ext_authz(method, path));
        }
    }
    for request in &requests {
        let head = answered(&stage, request, &[gateway, ("x-sm-apikey", &key)]).await;
        assert_eq!(status(&head), "200", "{request}{head}");
        assert!(head.contains(&format!("x-keydeck-key-id: {id}\r\n")), "{head}");
        assert!(
            head.contains("x-keydeck-scope: analytics\r\n") && head.contains("content-length: 0"),
            "{head}"
        );
        for (lines, code, rule) in [
            (vec![gateway], "401", "key-missing"),
            (vec![("x-sm-apikey", key.as_str())], "401", "gateway-unknown"),
            (
                vec![gateway, ("authorization", "Basic Og==")],
                "401",
                "key-missing",
            ),
            (vec![gateway, ("x-sm-apikey", "kda_")], "401", "key-malformed"),
            (vec![gateway, ("x-sm-apikey", web.as_str())], "403", "scope-other"),
        ] {
            let head = answered(&stage, request, &lines).await;
            assert_eq!(status(&head), code, "{request}{head}");
            assert!(head.contains(&format!("x-keydeck-rule: {rule}\r\n")), "{head}");
            assert!(!head.contains("x-keydeck-key-id"), "{head}");
        }
    }
}
