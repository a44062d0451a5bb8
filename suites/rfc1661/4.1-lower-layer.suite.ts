/** RFC 1661 §4.1, Up and Down: in L2TP the lower layer is the call, up with ICCN and down with CDN. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never, should } from "#expect/ladder";
import {
  acks,
  authentication,
  control,
  data,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  nonZero,
  otherNcps,
} from "#expect/matchers";
import { icrp, sccrp } from "#peer/script";
import { reach, REPEAT_WITHIN_MS } from "./automaton.ts";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;

for (const [id, state, clause] of [
  ["rfc1661-0460", "Req-Sent", "RFC1661-4.1-T-REQSENT-DOWN"],
  ["rfc1661-0461", "Ack-Rcvd", "RFC1661-4.1-T-ACKRCVD-DOWN"],
  ["rfc1661-0462", "Ack-Sent", "RFC1661-4.1-T-ACKSENT-DOWN"],
  ["rfc1661-0463", "Opened", "RFC1661-4.1-T-OPENED-DOWN"],
  ["rfc1661-0464", "Stopping", "RFC1661-4.1-T-STOPPING-DOWN"],
  ["rfc1661-0465", "Stopped", "RFC1661-4.1-T-STOPPED-DOWN"],
] as const)
  conformance(
    {
      id,
      version: 2,
      clause: CLAUSES[clause],
      story: `${state}, the call goes down with CDN: two seconds later no PPP of that session comes any more`,
      background: ["session", "tunnel"],
      waitsMs: 20_000,
    },
    async (context) => {
      const a = await reach(context, state, clause);
      if (a === undefined) return;
      const { tunnel } = a.call;
      await tunnel.acknowledged(tunnel.hangUp(a.call));
      await context.elapse(2_000);
      // What follows counts from here: the last packets may have crossed the CDN.
      tunnel.hello();
      // What authentication repeats with a growing pause may be eight seconds apart by now.
      await context.silence(never(data({ "l2tp.sessionId": a.call.id }), clause).within(4 * a.restartMs));
    },
  );

conformance(
  {
    id: "rfc1661-0466",
    clause: CLAUSES["RFC1661-4.1-T-STOPPING-DOWN"],
    clauses: [
      CLAUSES["RFC1661-4.1-T-REQSENT-DOWN"],
      CLAUSES["RFC1661-4.1-T-OPENED-DOWN"],
      CLAUSES["RFC1661-4.1-T-STOPPED-DOWN"],
    ],
    needs: ["lns"],
    version: 2,
    story: "a call goes down with CDN in this state of LCP: the next one negotiates from the start, with repeats",
    params: [{ state: "Req-Sent" }, { state: "Opened" }, { state: "Stopping" }, { state: "Stopped" }],
    background: ["ppp", "tunnel"],
    waitsMs: 20_000,
  },
  async (context) => {
    const { state } = context.params;
    const clause = (
      {
        "Req-Sent": "RFC1661-4.1-T-REQSENT-DOWN",
        Opened: "RFC1661-4.1-T-OPENED-DOWN",
        Stopping: "RFC1661-4.1-T-STOPPING-DOWN",
        Stopped: "RFC1661-4.1-T-STOPPED-DOWN",
      } as const
    )[state];
    const a = await reach(context, state, clause);
    if (a === undefined) return;
    const { tunnel } = a.call;
    await tunnel.acknowledged(tunnel.hangUp(a.call));
    // The tunnel may go with its last call.
    const next = await (await context.bench.open()).call();
    const request = lcp("Configure-Request", { "l2tp.sessionId": next.id });
    await context.climb(must(request, clause));
    await context.climb(must(request, clause).within(REPEAT_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc1661-0467",
    clause: CLAUSES["RFC1661-4.1-T-STARTING-UP"],
    story: "the call comes up and the bench says nothing of LCP: the device asks unasked, and again",
    waitsMs: 6_000,
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation);
    const request = lcp("Configure-Request", { "l2tp.sessionId": call.id });
    await climb(must(request, "RFC1661-4.1-T-STARTING-UP"));
    await climb(must(request, "RFC1661-4.1-T-STARTING-UP").within(REPEAT_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc1661-0468",
    clause: CLAUSES["RFC1661-4.1-T-REQSENT-UP"],
    story: "the message that brought the call up is repeated once LCP is open: acknowledged, and LCP is not begun anew",
    waitsMs: 10_000,
  },
  async (context) => {
    const a = (await reach(context, "Opened", "RFC1661-4.1-T-REQSENT-UP"))!;
    const { tunnel } = a.call;
    const ns = (tunnel.ns - 1) & 0xffff;
    tunnel.resend(ns);
    await context.climb(given(acks(ns, { tunnel: tunnel.id })));
    await context.silence(never(a.request, "RFC1661-4.1-T-REQSENT-UP").within(1.5 * a.restartMs));
    await a.isOpen("RFC1661-4.1-T-REQSENT-UP");
  },
);

conformance(
  {
    id: "rfc1661-0479",
    clause: CLAUSES["RFC1661-4.1-T-STARTING-CLOSE"],
    needs: ["lac", "hang-up"],
    story: "the device dials in vain and is told to give up: it asks for no call, though the tunnel is answered late",
    background: ["tunnel"],
    waitsMs: 3_000,
  },
  async ({ bench, silence }) => {
    const { tunnel } = await bench.rung();
    await bench.deviceHangsUp();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await silence(never(control("ICRQ"), "RFC1661-4.1-T-STARTING-CLOSE"));
  },
);

conformance(
  {
    id: "rfc1661-0469",
    clause: CLAUSES["RFC1661-4.1-T-INITIAL-OPEN"],
    clauses: [CLAUSES["RFC1661-4.4-04"]],
    needs: ["lac"],
    story: "the device is told to bring its link up: it asks for a tunnel, then for a call in it, and completes it",
    background: ["tunnel"],
  },
  async ({ bench, climb, allow }) => {
    const { tunnel } = await bench.rung();
    allow(...LINK);
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    const fields = { "l2tp.tunnelId": tunnel.id, "avp.assignedSessionId": nonZero };
    const request = await climb(must(control("ICRQ", fields), "RFC1661-4.1-T-INITIAL-OPEN"));
    const call = tunnel.newCall();
    call.peerId = request.number("avp.assignedSessionId");
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await climb(should(control("ICCN", { "l2tp.sessionId": call.id }), "RFC1661-4.4-04"));
  },
);
