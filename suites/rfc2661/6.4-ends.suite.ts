/** RFC 2661 §6.4, §6.5, §6.12 and §6.14: the end of a tunnel and of a call, and what comes in the middle of one. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { acks, anyOf, atLeast, control, disconnected, echoed, redial, stopped } from "#expect/matchers";
import { cdn, icrp, icrq, sli, type ControlMessage } from "#peer/script";
import { asksAnew } from "./misplaced-request.ts";

/** More than twice the 60 seconds after which most peers say HELLO. */
const LONG_MS = 130_000;

/** New link settings: nothing escaped, all control characters, some. */
const MASKS = [0, 0xffff_ffff, 0x000a_0000] as const;
const settings = (mask: number): ControlMessage => sli({ accm: { send: mask, receive: mask } });

conformance(
  {
    id: "rfc2661-1200",
    clause: CLAUSES["RFC2661-6.4-04"],
    story: "a StopCCN in an idle tunnel is acknowledged, and no StopCCN comes in return",
    waitsMs: 2_000,
    background: ["session"],
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    await tunnel.acknowledged(tunnel.hello());
    allow(redial);
    const ns = tunnel.close();
    // One that crossed ours does not acknowledge it; and nothing that could have waited was on its way.
    await silence(never(stopped(tunnel.id, { "l2tp.nr": ns + 1 }), "RFC2661-6.4-04").within(2_000));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-6.4-04"));
  },
);

conformance(
  {
    id: "rfc2661-1201",
    clause: CLAUSES["RFC2661-6.12-06"],
    clauses: [CLAUSES["RFC2661-6.12-01"]],
    story:
      "a CDN for an established session is acknowledged, no CDN comes in return, and the session's data is dropped",
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    call.stop();
    allow(stopped(tunnel.id), redial, control("ICRQ"), control("CDN"));
    const ns = tunnel.hangUp(call);
    await silence(
      never(control("CDN", { "l2tp.sessionId": call.id, "l2tp.nr": ns + 1 }), "RFC2661-6.12-06").within(1_000),
    );
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-6.12-06"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-6.12-01").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1202",
    clause: CLAUSES["RFC2661-6.12-01"],
    needs: ["lns"],
    story: "after a CDN for a session that was not established yet, its id asks for a new call",
    background: ["ppp"],
    version: 2,
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    // A tunnel may go with its last call: this one holds it.
    await tunnel.call();
    const call = tunnel.ask();
    const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    call.peerId = answer.number("avp.assignedSessionId");
    allow(control("CDN"));
    await tunnel.acknowledged(tunnel.hangUp(call));
    const ns = tunnel.send(icrq({ assignedSessionId: call.id, callSerialNumber: 2 }));
    await climb(
      must(control("ICRP", { "l2tp.sessionId": call.id, "l2tp.nr": atLeast(ns + 1) }), "RFC2661-6.12-01").or(
        disconnected(tunnel.id, [call.id], { "l2tp.nr": atLeast(ns + 1) }),
        "a second call is refused",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-1203",
    clause: CLAUSES["RFC2661-6.12-01"],
    needs: ["lac"],
    story: "a CDN in answer to ICRQ frees the call: no ICCN comes for it",
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    allow(stopped(tunnel.id), redial, control("ICRQ"), control("CDN"));
    const ns = tunnel.hangUp(call);
    await silence(never(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-6.12-01").within(500));
    const ack = await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-6.12-01"));
    // An answer that comes too late: the call is free, and goes on no more, unless its ID was taken for another one since.
    if (await asksAnew({ note }, { type: "ICRQ", tunnel, call, clause: "RFC2661-6.12-01", ack })) return;
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await silence(never(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-6.12-01").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1204",
    version: 2,
    clause: CLAUSES["RFC2661-6.14-01"],
    needs: ["lac"],
    story: "SLI is taken before LCP, and with other masks while the call is up; data goes on",
    background: ["ppp"],
  },
  async ({ bench, climb, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    const early = tunnel.send(settings(0), { sessionId: call.peerId });
    await climb(must(acks(early, { tunnel: tunnel.id }), "RFC2661-6.14-01"));
    await call.openLcp(user, gateway);
    for (const [i, mask] of MASKS.entries()) {
      const ns = tunnel.send(settings(mask), { sessionId: call.peerId });
      await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-6.14-01"));
      call.ask(100 + i);
      await climb(must(echoed(100 + i, call.id), "RFC2661-6.14-01"));
    }
  },
);

conformance(
  {
    id: "rfc2661-1205",
    version: 2,
    clause: CLAUSES["RFC2661-6.5-01"],
    clauses: [CLAUSES["RFC2661-6.5-02"]],
    story: "the bench sends no HELLO for more than two minutes: session and tunnel stay",
    background: ["ppp"],
    waitsMs: LONG_MS,
  },
  async ({ bench, climb, silence, note, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    await silence(
      never(anyOf(stopped(tunnel.id), control("CDN", { "l2tp.sessionId": call.id })), "RFC2661-6.5-01").within(LONG_MS),
    );
    await note(may(control("HELLO", { "l2tp.tunnelId": tunnel.id }), "RFC2661-6.5-02").within(LONG_MS));
    call.ask(100);
    await climb(must(echoed(100, call.id), "RFC2661-6.5-01"));
  },
);

conformance(
  {
    id: "rfc2661-1206",
    clause: CLAUSES["RFC2661-6.12-05"],
    version: 2,
    story: "a CDN with a Q.931 Cause Code is acknowledged like one without",
    params: [{ cause: 0 }, { cause: 16 }],
    background: ["ppp"],
  },
  async ({ bench, note, allow, user, gateway, params: { cause } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    call.stop();
    // A CDN in return is not in the tables (§7.4), and forbidden nowhere.
    allow(stopped(tunnel.id), redial, control("ICRQ"), control("CDN"));
    const q931 = cause === 0 ? undefined : { cause, msg: 0x45, advisory: "" };
    const ns = tunnel.send(cdn({ assignedSessionId: call.id, q931CauseCode: q931 }), { sessionId: call.peerId });
    await note(may(acks(ns, { tunnel: tunnel.id }), "RFC2661-6.12-05"));
  },
);
