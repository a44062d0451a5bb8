/** Every transcript is played to the dialogue: in memory in several manners, over TCP octet by octet, and over SSH. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Dialogue, type DialogueOptions, type Terminal } from "#device/dialogue";
import { type Manner, Replay } from "#device/replay/replay";
import { openTcpTerminal, playOn, startReplayServer } from "#device/replay/server";
import { openSshTerminal } from "#device/ssh/connect";
import { startTestServer } from "#device/ssh/server.fixture";
import { VRP } from "../grammar.ts";
import { DIALOGUE_RUNS } from "./dialogue-runs.fixture.ts";
import { DISPLAY_RUNS } from "./display-runs.fixture.ts";
import { type Run, turnsOf } from "./run.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "l2tpspec-transcripts-"));
afterAll(() => rmSync(folder, { recursive: true }));
const RUNS: Readonly<Record<string, Run>> = { ...DIALOGUE_RUNS, ...DISPLAY_RUNS };
const names = Object.keys(RUNS);

/** Leads the dialogue through the transcript, and sees that nothing of it was left over and no secret was shown. */
async function follow(name: string, terminal: Terminal, quietMs: number): Promise<void> {
  const shown: string[] = [];
  const transcript: DialogueOptions["transcript"] = ({ sent, received }) => shown.push(sent ?? "", received ?? "");
  await using dialogue = new Dialogue(terminal, VRP, { withinMs: 5000, quietMs, transcript });
  await RUNS[name]!(dialogue);
  expect(shown.join("\n")).not.toMatch(/Admin@123|Huawei@2026/);
}

test("each transcript is followed by a test, and named in the list that says where it comes from", () => {
  const here = new URL(".", import.meta.url);
  const files = readdirSync(here).filter((file) => file.endsWith(".txt"));
  expect(files.toSorted()).toEqual(names.map((name) => `${name}.txt`).toSorted());
  const list = readFileSync(new URL("README.md", here), "utf8");
  expect(files.filter((file) => !list.includes(file))).toEqual([]);
});

describe.each<[string, Manner]>([
  ["at once", {}],
  ["octet by octet", { piece: 1 }],
  ["in threes, with pauses and wrapped echoes", { piece: 3, pauseMs: 1, wrapAt: 7 }],
])("in memory, %s", (_, manner) => {
  test.concurrent.each(names)("%s", async (name) => {
    const replay = new Replay(turnsOf(name), manner);
    await follow(name, replay, 20);
    const said = turnsOf(name).flatMap(({ expect: line }) => line ?? []);
    expect(replay.sent).toEqual(said);
  });
});

describe.each<[string, Manner]>([
  ["in packets of one octet, with wrapped echoes", { piece: 1, wrapAt: 5 }],
  ["with pauses", { piece: 40, pauseMs: 2 }],
])("over TCP, %s", (_, manner) => {
  test.concurrent.each(names)("%s", async (name) => {
    await using server = await startReplayServer(turnsOf(name), manner);
    await follow(name, await openTcpTerminal(server.port), 60);
    expect(server.ends.filter((why) => !why.startsWith("the device closed"))).toEqual([]);
  });
});

test.each(names)("over SSH: %s", async (name) => {
  await using server = await startTestServer({
    password: "p",
    shell: (channel) => playOn(channel, turnsOf(name), { piece: 7 }),
  });
  const knownHosts = join(folder, name);
  writeFileSync(knownHosts, `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
  const access = { host: "127.0.0.1", port: server.port, user: "admin", password: "p", knownHosts };
  await follow(name, await openSshTerminal(access), 60);
});

test("nothing listens where there is no server", async () => {
  const server = await startReplayServer([]);
  await server[Symbol.asyncDispose]();
  await expect(openTcpTerminal(server.port)).rejects.toThrow(
    `device: tcp: nothing listens at 127.0.0.1:${server.port}`,
  );
});

test("a line that a transcript does not expect ends it, with the reason", async () => {
  await using server = await startReplayServer(turnsOf("reset-l2tp"));
  await using dialogue = new Dialogue(await openTcpTerminal(server.port), VRP, { withinMs: 5000, quietMs: 60 });
  await dialogue.login();
  await expect(dialogue.command("reset saved-configuration")).rejects.toThrow(/the connection ended/);
  expect(server.ends).toEqual([
    'the recording expects "reset l2tp tunnel local-id 8", not "reset saved-configuration"',
  ]);
});
