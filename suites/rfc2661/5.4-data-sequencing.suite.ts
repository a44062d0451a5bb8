/** RFC 2661 §5.4: sequence numbers of data messages. */
import { conformance, type Call, type CaseContext } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { between, control, data, echoed, lcp, redial, type FieldSpec } from "#expect/matchers";
import { avpOf, iccn, icrp } from "#peer/script";

const SEQUENCING_REQUIRED = [avpOf("sequencingRequired", true)];
/** In this time a LAC has noticed whether the LNS numbers its data. */
const NOTICED_MS = 1_500;
/** Numbers that other data of the device may have taken meanwhile. */
const A_FEW = 50;

type Case = Pick<CaseContext<unknown>, "bench" | "climb" | "elapse" | "caller" | "gateway">;

/** The device's call as LAC, with IP up; whether it has required sequencing itself. */
async function taken({ bench, climb, caller, gateway }: Case): Promise<{ call: Call; required: boolean }> {
  const tunnel = await bench.open();
  const call = await tunnel.asked();
  tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
  const iccn = await climb(given(control("ICCN", { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id })));
  const required = iccn.field("avp.sequencingRequired") !== undefined;
  call.sequenced = required;
  await call.openIp(caller, gateway);
  return { call, required };
}

/** The bench numbers its data from here on, or does so no more, and the device has had the time to notice. */
async function switched({ climb, elapse }: Case, call: Call, to: boolean, id: number): Promise<void> {
  call.sequenced = to;
  call.echo(id);
  // Numbered or not, from the next on: data is answered all the while.
  await climb(must(echoed(id, call.id), to ? "RFC2661-5.4-03" : "RFC2661-5.4-02"));
  await elapse(NOTICED_MS);
}

conformance(
  {
    id: "rfc2661-1378",
    clause: CLAUSES["RFC2661-5.4-01"],
    needs: ["lns"],
    story: "a call with Sequencing Required: each LCP Echo-Reply of the LNS is numbered",
    background: ["ppp"],
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call({ iccn: SEQUENCING_REQUIRED });
    call.sequenced = true;
    await call.openLcp(caller, gateway);
    for (const id of [1, 2, 3]) {
      call.echo(id);
      const reply = { "lcp.id": id, "l2tp.sessionId": call.id, "l2tp.s": true };
      await climb(must(lcp("Echo-Reply", reply), "RFC2661-5.4-01"));
    }
  },
);

conformance(
  {
    id: "rfc2661-1379",
    clause: CLAUSES["RFC2661-5.4-03"],
    version: 2,
    clauses: [CLAUSES["RFC2661-5.4-02"], CLAUSES["RFC2661-5.4-01"]],
    needs: ["lac"],
    story: "the LAC numbers its data while the LNS does, and no longer; always, where it has required it itself",
    background: ["ppp"],
    waitsMs: 2 * NOTICED_MS,
  },
  async (c) => {
    const { call, required } = await taken(c);
    const reply = (id: number, s: boolean) =>
      lcp("Echo-Reply", { "lcp.id": id, "l2tp.sessionId": call.id, "l2tp.s": s });
    await switched(c, call, true, 1);
    call.echo(2);
    await c.climb(must(reply(2, true), required ? "RFC2661-5.4-01" : "RFC2661-5.4-03"));
    await switched(c, call, false, 3);
    call.echo(4);
    await c.climb(required ? must(reply(4, true), "RFC2661-5.4-01") : must(reply(4, false), "RFC2661-5.4-02"));
  },
);

conformance(
  {
    id: "rfc2661-1380",
    clause: CLAUSES["RFC2661-5.4-04"],
    version: 2,
    clauses: [CLAUSES["RFC2661-5.4-02"], CLAUSES["RFC2661-5.4-03"]],
    needs: ["lac"],
    story: "numbered, not numbered, numbered again: the LAC counts on from where it had stopped",
    background: ["ppp"],
    waitsMs: 3 * NOTICED_MS,
  },
  async (c) => {
    const { call } = await taken(c);
    await switched(c, call, true, 1);
    call.echo(2);
    const before = await c.climb(given(lcp("Echo-Reply", { "lcp.id": 2, "l2tp.s": true })));
    await switched(c, call, false, 3);
    await switched(c, call, true, 4);
    call.echo(5);
    const last = before.number("l2tp.ns");
    const goesOn = { "lcp.id": 5, "l2tp.ns": between(last + 1, last + A_FEW) };
    await c.climb(must(lcp("Echo-Reply", goesOn), "RFC2661-5.4-04"));
  },
);

/** The first numbered data of a session, and the number after it. */
async function countsFromZero({ climb }: Pick<Case, "climb">, of: FieldSpec): Promise<void> {
  for (const ns of [0, 1]) await climb(must(data({ ...of, "l2tp.ns": ns }), "RFC2661-5.4-05"));
}

conformance(
  {
    id: "rfc2661-1381",
    clause: CLAUSES["RFC2661-5.4-05"],
    needs: ["lns"],
    story: "two calls with Sequencing Required: the data of each counts from 0, apart from the other's",
    background: ["ppp"],
    waitsMs: 5_000,
  },
  async (c) => {
    const tunnel = await c.bench.open();
    for (let i = 0; i < 2; i++) {
      // The data may come before the acknowledgement of ICCN, so nobody waits for that.
      const call = await tunnel.granted();
      tunnel.send(iccn({}, SEQUENCING_REQUIRED), { sessionId: call.peerId });
      call.sequenced = true;
      call.begin(c.caller, c.gateway);
      const of = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id };
      // One that numbers nothing is the business of 5.4-01.
      if (await c.note(may(data({ ...of, "l2tp.s": false }), "RFC2661-5.4-05").within(1_000))) return;
      await countsFromZero(c, of);
    }
  },
);

conformance(
  {
    id: "rfc2661-1382",
    clause: CLAUSES["RFC2661-5.4-05"],
    needs: ["lac"],
    story: "the LNS numbers its data from the first message on: that of the LAC counts from 0 when it begins to",
    background: ["ppp"],
    waitsMs: 5_000,
  },
  async (c) => {
    const tunnel = await c.bench.open();
    const call = await tunnel.call();
    call.sequenced = true;
    call.begin(c.caller, c.gateway);
    await countsFromZero(c, { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id });
  },
);

conformance(
  {
    id: "rfc2661-1383",
    clause: CLAUSES["RFC2661-5.4-06"],
    story: "data that was numbered and never answered is not sent again under its number",
    background: ["ppp"],
    waitsMs: 7_000,
  },
  async ({ bench, note, silence, allow, role }) => {
    const tunnel = await bench.open();
    allow(redial, control("CDN"), control("StopCCN"), control("ICRQ"));
    const call = await tunnel.call(role === "lns" ? { iccn: SEQUENCING_REQUIRED } : {});
    call.sequenced = true;
    // Nothing that LCP would answer, but it is numbered: a LAC numbers what it sends from here on.
    call.echo(1);
    const numbered = data({ "l2tp.sessionId": call.id, "l2tp.s": true });
    const first = await note(may(numbered, "RFC2661-5.4-06").within(5_000));
    if (first === undefined) return;
    const again = data({ "l2tp.sessionId": call.id, "l2tp.ns": first.number("l2tp.ns") });
    await silence(never(again, "RFC2661-5.4-06").within(7_000));
  },
);

conformance(
  {
    id: "rfc2661-1384",
    clause: CLAUSES["RFC2661-5.4-07"],
    needs: ["lac"],
    story: "the LNS turns numbers off with its first message, then on and off at will: PPP of the LAC goes on",
    background: ["ppp"],
  },
  async (c) => {
    const { call } = await taken(c);
    for (const [id, sequenced] of [true, false, false, true, true, false].entries()) {
      call.sequenced = sequenced;
      call.echo(id + 1);
      await c.note(may(echoed(id + 1, call.id), "RFC2661-5.4-07"));
    }
  },
);

conformance(
  {
    id: "rfc2661-1385",
    clause: CLAUSES["RFC2661-5.4-08"],
    story: "whether the device numbers its data while PPP negotiates is written down",
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, note, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    call.begin(caller, gateway);
    await note(may(data({ "l2tp.sessionId": call.id, "l2tp.s": true }), "RFC2661-5.4-08").within(3_000));
  },
);

/** Numbers of a call's data, as differences to the one that is due. */
const DISORDER: Readonly<Record<string, readonly number[]>> = {
  gap: [0, 3],
  swap: [1, 0],
  repeat: [0, 0],
};

conformance(
  {
    id: "rfc2661-1386",
    clause: CLAUSES["RFC2661-5.4-09"],
    story: "data numbers with a gap, out of order, twice, or past 65535: a later LCP echo is answered all the same",
    params: [{ numbers: "gap" }, { numbers: "swap" }, { numbers: "repeat" }, { numbers: "wrap" }],
    background: ["ppp"],
    waitsMs: 5_000,
  },
  async ({ bench, climb, allow, note, role, caller, gateway, params: { numbers } }) => {
    const tunnel = await bench.open();
    allow(redial);
    const call = await tunnel.call(role === "lns" ? { iccn: SEQUENCING_REQUIRED } : {});
    call.sequenced = true;
    await call.openIp(caller, gateway);
    const due = call.nextNs;
    // Near the end of the numbers by steps that a receiver takes for progress.
    const steps =
      numbers === "wrap" ? [0x4000, 0x8000, 0xc000, 0xfffe, 0xffff, 0] : DISORDER[numbers]!.map((n) => due + n);
    for (const [i, ns] of steps.entries()) call.echo(100 + i, { ns: ns & 0xffff });
    call.nextNs = numbers === "wrap" ? 1 : Math.max(...steps) + 1;
    // What came out of order may have been kept back or dropped; one that follows must get through, at a second try.
    call.echo(200);
    const replies = echoed(200, call.id);
    if ((await note(may(replies, "RFC2661-5.4-09").within(2_000))) !== undefined) return;
    call.echo(201);
    await climb(must(echoed(201, call.id), "RFC2661-5.4-09").within(5_000));
  },
);
