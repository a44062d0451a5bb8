import { describe, expect, test } from "vitest";
import { DELIVERY_DEFAULTS, Delivery, type DeliveryOptions, type Departure } from "./delivery.ts";

/** A channel whose invariants are asked for after every call. */
function channel(o: Partial<DeliveryOptions> = {}): Delivery<string, string> {
  return new Proxy(new Delivery<string, string>({ ...DELIVERY_DEFAULTS, ...o }), {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args);
        expect(target.broken(), `after ${String(name)}`).toEqual([]);
        return result;
      };
    },
  });
}

/** `SCCRQ Ns 0 Nr 0`, the way that RFC 2661 Appendix B writes it. */
function line(d: Departure<string>): string {
  return `${d.message ?? "ZLB"} Ns ${d.ns} Nr ${d.nr}`;
}

/** Everything that goes out at `now`. */
function out(d: Delivery<string, string>, now = 0): string[] {
  const lines: string[] = [];
  for (let next = d.poll(now); next; next = d.poll(now)) lines.push(line(next));
  return lines;
}

/** Lets the timers run until `until`; what goes out, with its time in seconds. */
function run(d: Delivery<string, string>, until: number): string[] {
  const lines: string[] = [];
  for (let at = d.nextTimerAt(); at !== undefined && at <= until; at = d.nextTimerAt()) {
    d.handleTimer(at);
    lines.push(...out(d, at).map((text) => `${at / 1000} ${text}`));
  }
  return lines;
}

const ZLB = undefined;

describe("the exchanges of RFC 2661 Appendix B", () => {
  test("B.1 lock-step tunnel establishment", () => {
    const a = channel();
    const b = channel();
    a.send("SCCRQ");
    expect(out(a)).toEqual(["SCCRQ Ns 0 Nr 0"]);
    expect(b.receive({ ns: 0, nr: 0, message: "SCCRQ" }, 0)).toEqual(["SCCRQ"]);
    b.send("SCCRP");
    expect(out(b)).toEqual(["SCCRP Ns 0 Nr 1"]);
    expect(a.receive({ ns: 0, nr: 1, message: "SCCRP" }, 0)).toEqual(["SCCRP"]);
    a.send("SCCCN");
    expect(out(a)).toEqual(["SCCCN Ns 1 Nr 1"]);
    expect(b.receive({ ns: 1, nr: 1, message: "SCCCN" }, 0)).toEqual(["SCCCN"]);
    expect(out(b)).toEqual(["ZLB Ns 1 Nr 2"]);
    expect(a.receive({ ns: 1, nr: 2, message: ZLB }, 0)).toEqual([]);
    expect([a.unacknowledged, b.unacknowledged, a.nextTimerAt()]).toEqual([0, 0, undefined]);
  });

  test("B.2 lost packet with retransmission", () => {
    const lac = channel({ initialNs: 2, initialNr: 1 });
    const lns = channel({ initialNs: 1, initialNr: 2 });
    lac.send("ICRQ");
    expect(out(lac)).toEqual(["ICRQ Ns 2 Nr 1"]);
    lns.receive({ ns: 2, nr: 1, message: "ICRQ" }, 10);
    lns.send("ICRP");
    expect(out(lns, 10), "lost").toEqual(["ICRP Ns 1 Nr 3"]);
    expect(run(lac, 1000)).toEqual(["1 ICRQ Ns 2 Nr 1"]);
    expect(lns.receive({ ns: 2, nr: 1, message: "ICRQ" }, 1005), "seen already").toEqual([]);
    expect(out(lns, 1005)).toEqual(["ZLB Ns 2 Nr 3"]);
    expect(run(lns, 1010)).toEqual(["1.01 ICRP Ns 1 Nr 3"]);
    expect(lac.receive({ ns: 1, nr: 3, message: "ICRP" }, 1010)).toEqual(["ICRP"]);
    lac.send("ICCN");
    expect(out(lac, 1010)).toEqual(["ICCN Ns 3 Nr 2"]);
    lns.receive({ ns: 3, nr: 2, message: "ICCN" }, 1010);
    expect(out(lns, 1010)).toEqual(["ZLB Ns 2 Nr 4"]);
  });
});

describe("what comes in", () => {
  test("a duplicate is acknowledged each time and handed up once", () => {
    const d = channel();
    expect(d.receive({ ns: 0, nr: 0, message: "HELLO" }, 0)).toEqual(["HELLO"]);
    expect(out(d)).toEqual(["ZLB Ns 0 Nr 1"]);
    for (let i = 0; i < 3; i++) {
      expect(d.receive({ ns: 0, nr: 0, message: "HELLO" }, 0)).toEqual([]);
      expect(out(d)).toEqual(["ZLB Ns 0 Nr 1"]);
    }
  });

  test.each([
    [15, "duplicate"],
    [0, "duplicate"],
    [65535, "duplicate"],
    [32784, "duplicate"],
    [32783, "early"],
    [17, "early"],
    [16, "new"],
  ])("with 15 as the last number received, Ns %i is %s", (ns, as) => {
    const d = channel({ initialNr: 16 });
    expect(d.receive({ ns, nr: 0, message: "HELLO" }, 0)).toEqual(as === "new" ? ["HELLO"] : []);
    const nr = as === "new" ? 17 : 16;
    expect(out(d)).toEqual(as === "early" ? [] : [`ZLB Ns 0 Nr ${nr}`]);
  });

  test.each([0, 1, 7, 65535])("a ZLB with Ns %i moves no Nr and gets no answer", (ns) => {
    const d = channel({ initialNr: 1 });
    expect(d.receive({ ns, nr: 0, message: ZLB }, 0)).toEqual([]);
    expect(out(d)).toEqual([]);
    expect(d.nr).toBe(1);
  });

  test("early messages are dropped by default: each comes up only when it is the next one", () => {
    const d = channel();
    expect(d.receive({ ns: 1, nr: 0, message: "b" }, 0)).toEqual([]);
    expect(d.receive({ ns: 0, nr: 0, message: "a" }, 0)).toEqual(["a"]);
    expect(out(d)).toEqual(["ZLB Ns 0 Nr 1"]);
    expect(d.receive({ ns: 1, nr: 0, message: "b" }, 0)).toEqual(["b"]);
  });

  test("early messages can be held, within the receive window only", () => {
    const d = channel({ queueOutOfOrder: true, receiveWindow: 3 });
    for (const [ns, message] of [
      [2, "c"],
      [3, "d"],
      [1, "b"],
      [2, "c again"],
    ] as const) {
      expect(d.receive({ ns, nr: 0, message }, 0)).toEqual([]);
    }
    expect(out(d)).toEqual([]);
    expect(d.receive({ ns: 0, nr: 0, message: "a" }, 0)).toEqual(["a", "b", "c again"]);
    expect(out(d), "d lay outside the window").toEqual(["ZLB Ns 0 Nr 3"]);
  });

  test("an acknowledgement can wait for a message to ride on, but not for ever", () => {
    const d = channel({ ackDelayMs: 200 });
    d.receive({ ns: 0, nr: 0, message: "a" }, 0);
    expect(out(d, 0)).toEqual([]);
    expect(run(d, 1000)).toEqual(["0.2 ZLB Ns 0 Nr 1"]);
    d.receive({ ns: 1, nr: 0, message: "b" }, 1000);
    d.send("c");
    expect(out(d, 1000)).toEqual(["c Ns 0 Nr 2"]);
    d.receive({ ns: 1, nr: 1, message: ZLB }, 1000);
    expect(run(d, 2000), "it rode on c").toEqual([]);
  });

  test("an Nr counts on a duplicate and on an early message too", () => {
    const d = channel();
    d.receive({ ns: 0, nr: 0, message: "a" }, 0);
    d.send("x");
    out(d);
    d.receive({ ns: 5, nr: 1, message: "early" }, 0);
    expect(d.unacknowledged).toBe(0);
    d.send("y");
    out(d);
    d.receive({ ns: 0, nr: 2, message: "a" }, 0);
    expect(d.unacknowledged).toBe(0);
  });

  test("an Nr past anything ever sent, or an old one, acknowledges nothing", () => {
    const d = channel();
    d.send("x");
    out(d);
    for (const nr of [2, 100, 32767, 40000, 65535, 0]) d.receive({ ns: 0, nr, message: ZLB }, 0);
    expect(d.unacknowledged).toBe(1);
    d.receive({ ns: 0, nr: 1, message: ZLB }, 0);
    expect(d.unacknowledged).toBe(0);
  });
});

describe("what goes out", () => {
  test("retransmissions after 1, 2, 4, 8, 8 s; 8 s later, 31 s after the first, the tunnel is given up", () => {
    const d = channel();
    d.send("ICRQ");
    out(d);
    expect(run(d, 60_000)).toEqual([1, 3, 7, 15, 23].map((t) => `${t} ICRQ Ns 0 Nr 0`));
    expect(d.state).toBe("gave-up");
    expect(d.receive({ ns: 0, nr: 1, message: "late" }, 60_000)).toEqual([]);
    expect(out(d, 60_000)).toEqual([]);
  });

  test("it is given up at 31 s and not before", () => {
    const d = channel();
    d.send("ICRQ");
    out(d);
    run(d, 30_999);
    expect([d.state, d.nextTimerAt()]).toEqual(["open", 31_000]);
  });

  test("wait, cap and number of tries can be set", () => {
    const d = channel({ retransmitMs: 2000, backoffCapMs: 100_000, maxTries: 3 });
    d.send("ICRQ");
    out(d);
    expect(run(d, 60_000)).toEqual([2, 6, 14].map((t) => `${t} ICRQ Ns 0 Nr 0`));
    expect(d.state).toBe("gave-up");
  });

  test("a retransmission keeps its Ns and shows the Nr of the moment", () => {
    const d = channel();
    d.send("ICRP");
    out(d);
    d.receive({ ns: 0, nr: 0, message: "HELLO" }, 500);
    expect(out(d, 500)).toEqual(["ZLB Ns 1 Nr 1"]);
    expect(run(d, 1000)).toEqual(["1 ICRP Ns 0 Nr 1"]);
  });

  test("slow start: one message, two after its acknowledgement, and never more than the peer's window", () => {
    const d = channel({ peerWindow: 3 });
    for (const m of ["a", "b", "c", "d", "e", "f", "g", "h"]) d.send(m);
    expect(out(d)).toEqual(["a Ns 0 Nr 0"]);
    d.receive({ ns: 0, nr: 1, message: ZLB }, 0);
    expect(out(d)).toEqual(["b Ns 1 Nr 0", "c Ns 2 Nr 0"]);
    d.receive({ ns: 0, nr: 3, message: ZLB }, 0);
    expect(out(d)).toEqual(["d Ns 3 Nr 0", "e Ns 4 Nr 0", "f Ns 5 Nr 0"]);
    d.receive({ ns: 0, nr: 4, message: ZLB }, 0);
    expect(out(d)).toEqual(["g Ns 6 Nr 0"]);
  });

  test("a ZLB shows the number of the next message to be sent, not of the last one queued", () => {
    const d = channel();
    d.send("a");
    d.send("b");
    out(d);
    d.receive({ ns: 0, nr: 0, message: "HELLO" }, 0);
    expect(out(d)).toEqual(["ZLB Ns 1 Nr 1"]);
  });

  test("after a loss only the oldest message is repeated; the others follow its acknowledgement", () => {
    const d = channel({ congestionControl: true });
    for (const m of ["a", "b", "c"]) d.send(m);
    out(d);
    d.receive({ ns: 0, nr: 1, message: ZLB }, 0);
    d.send("d");
    out(d, 0);
    expect(run(d, 1000), "b, c are on their way, d waits").toEqual(["1 b Ns 1 Nr 0"]);
    d.receive({ ns: 0, nr: 2, message: ZLB }, 1100);
    // One loss, one reaction: the repeat of c, which was sent before it, does not shrink the window again.
    expect(out(d, 1100)).toEqual(["c Ns 2 Nr 0", "d Ns 3 Nr 0"]);
    d.receive({ ns: 0, nr: 4, message: ZLB }, 1200);
    expect(d.unacknowledged).toBe(0);
  });

  test("without congestion control the peer's window alone limits", () => {
    const d = channel({ congestionControl: false, peerWindow: 4 });
    for (const m of ["a", "b", "c", "d", "e"]) d.send(m);
    expect(out(d).length).toBe(4);
    expect(run(d, 1000).length, "each has its own timer").toBe(4);
  });

  test("the wrap: 65535 is followed by 0, both ways", () => {
    const d = channel({ initialNs: 65534, initialNr: 65535, congestionControl: false });
    for (const m of ["a", "b", "c"]) d.send(m);
    expect(out(d)).toEqual(["a Ns 65534 Nr 65535", "b Ns 65535 Nr 65535", "c Ns 0 Nr 65535"]);
    expect(d.receive({ ns: 65535, nr: 0, message: "x" }, 0)).toEqual(["x"]);
    expect(d.unacknowledged, "0 acknowledges 65534 and 65535").toBe(1);
    expect(d.receive({ ns: 0, nr: 1, message: "y" }, 0)).toEqual(["y"]);
    expect(d.unacknowledged).toBe(0);
    expect(out(d)).toEqual(["ZLB Ns 1 Nr 1"]);
    expect(d.receive({ ns: 65535, nr: 1, message: "x" }, 0), "a duplicate across the wrap").toEqual([]);
  });

  test("more messages than there are numbers", { timeout: 30_000 }, () => {
    const d = new Delivery<string, string>(DELIVERY_DEFAULTS);
    let last = "";
    for (let i = 0; i < 65_600; i++) {
      const ns = d.send("m");
      last = out(d).join();
      d.receive({ ns: 0, nr: (ns + 1) % 65536, message: ZLB }, 0);
    }
    expect(last).toBe("m Ns 63 Nr 0");
    expect([d.unacknowledged, d.broken()]).toEqual([0, []]);
  });
});

describe("shutting down", () => {
  test("acknowledging goes on for 31 s after the last exchange", () => {
    const d = channel();
    d.receive({ ns: 0, nr: 0, message: "StopCCN" }, 0);
    d.linger(0, { drop: true });
    expect(out(d, 0)).toEqual(["ZLB Ns 0 Nr 1"]);
    d.receive({ ns: 0, nr: 0, message: "StopCCN" }, 15_000);
    expect(out(d, 15_000)).toEqual(["ZLB Ns 0 Nr 1"]);
    expect([d.state, d.nextTimerAt()]).toEqual(["lingering", 46_000]);
    d.handleTimer(46_000);
    expect(d.state).toBe("done");
    d.receive({ ns: 0, nr: 0, message: "StopCCN" }, 46_001);
    expect(out(d, 46_001)).toEqual([]);
  });

  test("a StopCCN that is sent is delivered first: its retransmission cycle, then 31 s from its acknowledgement", () => {
    const d = channel();
    d.send("StopCCN");
    d.linger(0);
    out(d, 0);
    expect(run(d, 4000)).toEqual(["1 StopCCN Ns 0 Nr 0", "3 StopCCN Ns 0 Nr 0"]);
    d.receive({ ns: 0, nr: 1, message: ZLB }, 4000);
    expect(d.nextTimerAt()).toBe(35_000);
  });

  test("what was never sent can be taken back; its number is given anew", () => {
    const d = channel();
    for (const m of ["a", "b", "c"]) d.send(m);
    out(d);
    d.dropUnsent();
    expect(d.send("StopCCN")).toBe(1);
    d.receive({ ns: 0, nr: 1, message: ZLB }, 0);
    expect(out(d)).toEqual(["StopCCN Ns 1 Nr 0"]);
  });

  test("with a peer that said StopCCN nothing is repeated any more", () => {
    const d = channel();
    d.send("a");
    d.send("b");
    out(d, 0);
    d.receive({ ns: 0, nr: 0, message: "StopCCN" }, 100);
    d.linger(100, { drop: true });
    expect(out(d, 100)).toEqual(["ZLB Ns 1 Nr 1"]);
    expect(run(d, 20_000)).toEqual([]);
  });
});

describe("for a bench that scripts", () => {
  test("a message can be sent again by hand, acknowledged or not, with the Nr of the moment", () => {
    const d = channel();
    d.send("HELLO");
    out(d);
    d.receive({ ns: 0, nr: 1, message: "x" }, 100);
    out(d, 100);
    expect([d.resend(0), d.resend(1)]).toEqual([true, false]);
    expect(out(d, 200)).toEqual(["HELLO Ns 0 Nr 1"]);
  });

  test("muted, nothing is acknowledged and Nr stands still; unmuted, one acknowledgement covers all", () => {
    const d = channel();
    d.muteAcks(true);
    expect(d.receive({ ns: 0, nr: 0, message: "a" }, 0)).toEqual(["a"]);
    expect(d.receive({ ns: 1, nr: 0, message: "b" }, 0)).toEqual(["b"]);
    d.send("x");
    expect(out(d, 0)).toEqual(["x Ns 0 Nr 0"]);
    d.receive({ ns: 2, nr: 1, message: ZLB }, 0);
    expect(d.nextTimerAt()).toBeUndefined();
    d.muteAcks(false);
    expect(out(d, 0)).toEqual(["ZLB Ns 1 Nr 2"]);
  });

  test("a burst goes past the window once; its retransmissions keep to it", () => {
    const d = channel();
    for (const m of ["a", "b", "c", "d", "e", "f"]) d.send(m, { burst: true });
    expect(out(d).length).toBe(6);
    expect(run(d, 1000)).toEqual(["1 a Ns 0 Nr 0"]);
  });
});
