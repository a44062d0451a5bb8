/** Round trips of a command: `npx vitest bench --project unit drivers/device/ssh`. One iteration is 200 of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, bench } from "vitest";
import { Dialogue } from "../dialogue.ts";
import { VRP } from "../vrp/grammar.ts";
import { openSshTerminal } from "./connect.ts";
import { startTestServer } from "./server.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "l2tpspec-bench-"));
const server = await startTestServer({ password: "p", answer: (line) => `you said ${line}` });
const terminal = await openSshTerminal({
  host: "127.0.0.1",
  port: server.port,
  user: "admin",
  password: "p",
  knownHosts: join(folder, "known_hosts"),
  acceptNewHostKey: true,
});
const dialogue = new Dialogue(terminal, VRP, { withinMs: 5000 });
await dialogue.login();

afterAll(async () => {
  await dialogue[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

bench("200 commands, one after the other", async () => {
  for (let i = 0; i < 200; i++) await dialogue.command(`display this ${i}`);
});
