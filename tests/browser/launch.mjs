// A headless Chromium in which all of the world is on this machine.

import { chromium } from "playwright-core";

/** @param {string[]} hosts rules of where each host is, the first that fits */
export function launched(hosts) {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      `--host-resolver-rules=${hosts.join(",")}`,
      "--ignore-certificate-errors",
      "--no-sandbox",
      "--headless",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // All servers are on this machine, which pages of the world could not ask without consent.
      "--disable-features=LocalNetworkAccessChecks",
    ],
  });
}
