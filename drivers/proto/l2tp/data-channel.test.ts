/** RFC 2661 §5.4 and §3.1 from outside: how data messages look and what is taken of them. */
import { describe, expect, test } from "vitest";
import { avpOf } from "#wire/l2tp/avp";
import { encodeData, viewHeader } from "#wire/l2tp/header";
import { avpIn } from "#wire/l2tp/message";
import { fromHex, ofText } from "#wire/octets";
import type { L2tpOptions } from "./endpoint.ts";
import { Pair } from "./pair.ts";

class Session {
  readonly pair: Pair;
  readonly lac: [number, number];
  readonly lns: [number, number];

  constructor(lac: Partial<L2tpOptions> = {}, lns: Partial<L2tpOptions> = {}) {
    this.pair = new Pair({ lac, lns });
    const { tunnel, session } = this.pair.connect();
    this.lac = [tunnel, session];
    const [atLns = 0] = this.pair.lns.tunnels();
    this.lns = [atLns, this.pair.lns.tunnelInfo(atLns)?.sessions[0]?.ourId ?? 0];
    this.pair.clear();
  }

  up(o = {}): this {
    this.pair.lac.sendData(...this.lac, ofText("up"), this.pair.now, o);
    return this;
  }

  down(o = {}): this {
    this.pair.lns.sendData(...this.lns, ofText("down"), this.pair.now, o);
    this.pair.settle();
    return this;
  }

  /** Ns of each data message that `role` sent, `-` for none. */
  ns(role: "lac" | "lns"): string {
    this.pair.settle();
    return this.pair.passings
      .filter((p) => p.from === role)
      .map((p) => p.view.header.ns ?? "-")
      .join(" ");
  }
}

describe("§5.4 sequence numbers", () => {
  test("none by default", () => {
    const s = new Session().up().down().up();
    expect([s.ns("lac"), s.ns("lns")]).toEqual(["- -", "-"]);
  });

  test("the LNS switches them on and off, and the LAC follows; each counts from 0 and goes on where it stopped", () => {
    const s = new Session({}, { dataSequencing: true });
    s.up().down().up().up().down({ sequenced: false }).up().down().up();
    expect([s.ns("lac"), s.ns("lns")]).toEqual(["- 0 1 - 2", "0 - 1"]);
  });

  test("a LAC that wants them always says Sequencing Required: all data of both ends has them", () => {
    const s = new Session({ dataSequencing: true });
    s.up().down().up().down({ sequenced: false }).up().down();
    expect([s.ns("lac"), s.ns("lns")]).toEqual(["0 1 2", "0 - 1"]);
  });

  test("Sequencing Required stands in ICCN exactly then, whoever put it there", () => {
    const required = (lac: Partial<L2tpOptions>): unknown => {
      const pair = new Pair({ lac });
      pair.connect();
      return avpIn(pair.last("lac", "ICCN"), "sequencingRequired");
    };
    expect(required({})).toBeUndefined();
    expect(required({ dataSequencing: true })).toBe(true);
    const extraAvps = { ICCN: [avpOf("sequencingRequired", true)] };
    expect(required({ extraAvps })).toBe(true);
    const s = new Session({ extraAvps }).up().down();
    expect([s.ns("lac"), s.ns("lns")]).toEqual(["0", "0"]);
  });

  test("gaps, repeats, swaps and the wrap: all is passed on, with its Ns", () => {
    const s = new Session({ dataSequencing: true });
    for (const ns of [0, 2, 1, 1, 65535, 0]) s.up({ ns });
    s.pair.settle();
    expect(s.pair.events.lns.map((e) => (e.type === "data" ? e.ns : e.type))).toEqual([0, 2, 1, 1, 65535, 0]);
  });
});

describe("§3.1 every mix of header fields finds the payload", () => {
  const mixes = Array.from({ length: 16 }, (_, i) => ({
    l: (i & 1) > 0,
    s: (i & 2) > 0,
    o: (i & 4) > 0,
    p: (i & 8) > 0,
  }));

  test.each(mixes)("L $l, S $s, O $o, P $p", ({ l, s, o, p }) => {
    const session = new Session();
    const offset = fromHex("aabbcc");
    session.up({ length: l, priority: p, ...(s && { ns: 7, nr: 99 }), ...(o && { offset }) });
    session.pair.settle();
    const { header } = session.pair.last("lac", "data");
    expect(header).toMatchObject({ t: false, l, s, o, p, reserved: 0, version: 2 });
    expect(session.pair.events.lns).toMatchObject([{ type: "data", payload: ofText("up") }]);
  });

  test("an Offset Size or a Length past the end of the datagram: dropped", () => {
    const s = new Session();
    const header = { tunnelId: s.lns[0], sessionId: s.lns[1], length: true };
    s.pair.inject("lns", encodeData({ ...header, offset: fromHex("00") }, ofText("x"), { offsetSize: 200 }));
    s.pair.inject("lns", encodeData(header, ofText("x"), { length: 100 }));
    expect(s.pair.settle().events.lns).toEqual([]);
    s.pair.inject("lns", encodeData(header, ofText("x"), { trailing: fromHex("ff") }));
    expect(s.pair.settle().events.lns, "what Length does not count is no payload").toMatchObject([
      { payload: ofText("x") },
    ]);
  });

  test("the Length bit as the option says, unless the message says otherwise", () => {
    const s = new Session({ lengthInData: true }).up().up({ length: false }).down();
    expect(s.pair.passings.map((p) => p.view.header.l)).toEqual([true, false, false]);
    expect(viewHeader(new Uint8Array(0)).l).toBe(false);
  });
});

test("data carries the ids of the receiver, control keeps its order before it", () => {
  const pair = new Pair();
  const { tunnel, session } = pair.connect();
  pair.clear();
  const info = pair.lac.tunnelInfo(tunnel);
  pair.lac.sendData(tunnel, session, ofText("last words"), pair.now);
  pair.lac.hangUp(tunnel, session, pair.now);
  pair.settle();
  expect(pair.sent.slice(0, 2)).toEqual(["lac data", "lac CDN Ns 4 Nr 2"]);
  expect(pair.last("lac", "data").header).toMatchObject({
    tunnelId: info?.peerId,
    sessionId: info?.sessions[0]?.peerId,
  });
  expect(pair.happened("lns")).toEqual(["data", "session-down"]);
});

test("§6.5 data is a sign of life: no HELLO while it comes", () => {
  const s = new Session({ helloAfterMs: 10_000 }, { helloAfterMs: 0 });
  for (let i = 0; i < 5; i++) {
    s.pair.run(9000);
    s.down();
  }
  expect(s.pair.passings.some((p) => p.name === "HELLO")).toBe(false);
  s.pair.clear().run(10_100);
  expect(s.pair.sent).toEqual(["lac HELLO Ns 4 Nr 2", "lns ZLB Ns 2 Nr 5"]);
  expect(s.pair.last("lac", "HELLO").header.sessionId).toBe(0);
});
