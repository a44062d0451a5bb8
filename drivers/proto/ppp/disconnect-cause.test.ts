import { describe, expect, test } from "vitest";
import { Line } from "./bench.test-support.ts";
import type { PppOptions } from "./endpoint.ts";

const USER = { user: "hb@hb", password: "admin@123" };
const TELLS = { tellCause: true } as const;

const call = (server: Partial<PppOptions> = {}, client: Partial<PppOptions> = {}): Line =>
  new Line(
    { credentials: USER, ...TELLS, ...client },
    {
      address: "172.16.1.1",
      assign: () => "172.16.1.51",
      verify: (user) => (user === USER.user ? USER.password : undefined),
      ...TELLS,
      ...server,
    },
  ).start();
const WRONG = { credentials: { ...USER, password: "wrong" } };

describe("how a link ends, by RFC 3145 §3", () => {
  test.each([
    ["pap", 0xc023],
    ["chap", 0xc223],
  ] as const)("%s with a wrong password: at the peer for who checks, local for who proves", (method, protocol) => {
    const line = call({ requireAuth: method }, WRONG);
    line.run(60_000);
    expect(line.last("server", "down")).toMatchObject({ cause: { code: 16, protocol, direction: 1 } });
    expect(line.last("client", "down")).toMatchObject({ cause: { code: 16, protocol, direction: 2 } });
  });

  test("closed by one end", () => {
    const line = call();
    line.run(1000, line.bothUp);
    line.client.stop(line.now, "bye");
    line.run(60_000);
    expect(line.last("client", "down")).toMatchObject({ cause: { code: 3, protocol: 0, direction: 2 } });
    expect(line.last("server", "down")).toMatchObject({ cause: { code: 3, protocol: 0, direction: 1 } });
  });

  test("no method of ours is taken", () => {
    const line = call({ requireAuth: ["pap", "chap"] }, { acceptAuth: [] });
    line.run(60_000);
    expect(line.last("server", "down")).toMatchObject({ cause: { code: 15, direction: 1 } });
  });

  test("nobody answers, or LCP never opens", () => {
    const silent = call();
    silent.tamper = () => [];
    silent.run(100_000);
    expect(silent.last("client", "down")).toMatchObject({ cause: { code: 6, protocol: 0xc021, direction: 0 } });
    const deaf = call();
    deaf.tamper = (from, frame) => (from === "client" ? [] : [frame]);
    deaf.run(100_000);
    expect(deaf.last("client", "down")).toMatchObject({ cause: { code: 5, protocol: 0xc021, direction: 0 } });
  });

  test("no reply to the login, or to Echo-Requests", () => {
    const mute = call({ requireAuth: "pap" });
    mute.tamper = (_from, frame) => (frame[2] === 0xc0 && frame[3] === 0x23 ? [] : [frame]);
    mute.run(100_000);
    expect(mute.last("client", "down")).toMatchObject({ cause: { code: 13, protocol: 0xc023, direction: 0 } });
    const gone = call({}, { echoMs: 10_000, echoFailures: 3 });
    gone.run(1000, gone.bothUp);
    gone.tamper = (from, frame) => (from === "server" ? [] : [frame]);
    gone.run(100_000);
    expect(gone.last("client", "down")).toMatchObject({ cause: { code: 8, protocol: 0xc021, direction: 0 } });
  });

  test("nothing is told unless asked for", () => {
    const line = call({ requireAuth: "pap", tellCause: false }, WRONG);
    line.run(60_000);
    expect(line.last("server", "down")).toEqual({ type: "down", reason: "authentication failed" });
  });
});
