// Reads a token on standard input and verifies it with the clock so many seconds off: node verify.mjs KEY ISSUER AUDIENCE SECONDS…
import { jwtVerify } from "jose";
import { readFileSync } from "node:fs";

const [key, issuer, audience, ...skews] = process.argv.slice(2);
const token = readFileSync(0, "utf8").trim();
for (const skew of skews) {
  await jwtVerify(token, new TextEncoder().encode(key), {
    issuer,
    audience,
    algorithms: ["HS256"],
    clockTolerance: 0,
    maxTokenAge: "31m",
    currentDate: new Date(Date.now() + Number(skew) * 1000),
  });
}
console.log("verified");
