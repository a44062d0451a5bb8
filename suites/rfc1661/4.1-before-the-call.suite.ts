/** RFC 1661 §4.1, Initial and Starting: LCP on a session that is not up yet, for which the table has dashes. */
import { conformance } from "#conformance";
import { CLAUSES, type ClauseId } from "#clauses";
import { given, must, never, should } from "#expect/ladder";
import {
  authentication,
  control,
  data,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  nonZero,
  otherNcps,
  redial,
} from "#expect/matchers";
import { control as controlPacket, icrp, icrq, iccn, lcp as lcpPacket, PPP } from "#peer/script";

type Context = Parameters<Parameters<typeof conformance>[1]>[0];
type Tunnel = Awaited<ReturnType<Context["bench"]["open"]>>;
type Call = Awaited<ReturnType<Tunnel["call"]>>;

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
const QUIET_MS = 1_000;
/** Two Restart times of the RFC's default: before the call is up none can be measured. */
const TWO_RESTARTS_MS = 6_000;
const MRU = { type: "mru", value: 1500 } as const;

/** A session of which both ids are known to the bench, and that is not up: before its ICCN, or its ICRP. */
async function halfWay({ bench, climb }: Context): Promise<Call> {
  const tunnel = await bench.open();
  if (bench.role === "lns") return tunnel.asked();
  const call = tunnel.newCall();
  tunnel.send(icrq({ assignedSessionId: call.id }));
  const fields = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id, "avp.assignedSessionId": nonZero };
  call.peerId = (await climb(given(control("ICRP", fields)))).number("avp.assignedSessionId");
  return call;
}

/** The rest of the way: ICCN, or ICRP and the device's ICCN. */
async function bringUp({ bench, climb }: Context, call: Call): Promise<void> {
  const { tunnel } = call;
  if (bench.role === "lac") tunnel.send(iccn(), { sessionId: call.peerId });
  else {
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await climb(given(control("ICCN", { "l2tp.sessionId": call.id })));
  }
}

/** No PPP before the call is up; LCP once it is. */
async function judgeEarly(context: Context, clause: ClauseId, send: (call: Call) => void): Promise<void> {
  const { silence, climb, allow } = context;
  const call = await halfWay(context);
  allow(...LINK);
  send(call);
  await silence(never(data({ "l2tp.tunnelId": call.tunnel.id }), clause).within(QUIET_MS));
  await bringUp(context, call);
  await climb(must(lcp("Configure-Request", { "l2tp.sessionId": call.id }), clause));
}

const EARLY: Readonly<Record<string, Uint8Array>> = {
  "Configure-Request": lcpPacket.configureRequest(1, [MRU]),
  "Configure-Ack": lcpPacket.configureAck(1, [MRU]),
  "Configure-Nak": lcpPacket.configureNak(1, [MRU]),
  "Terminate-Request": lcpPacket.terminateRequest(1),
  "Terminate-Ack": lcpPacket.terminateAck(1),
  "Code-Reject": lcpPacket.codeReject(1, Uint8Array.of(1, 1, 0, 4)),
  "Echo-Request": lcpPacket.echoRequest(1, 0),
  "an unknown Code": controlPacket(PPP.LCP, 100, 1, new Uint8Array()),
};

conformance(
  {
    id: "rfc1661-0475",
    clause: CLAUSES["RFC1661-4.1-T-STARTING-RX"],
    story: "LCP on a session that is not up yet gets no answer, and LCP begins as ever when the call is up",
    params: Object.keys(EARLY).map((packet) => ({ packet })),
    background: ["session"],
    waitsMs: 2_000,
  },
  async (context) => {
    await judgeEarly(context, "RFC1661-4.1-T-STARTING-RX", (call) => call.send(EARLY[context.params.packet]!));
  },
);

conformance(
  {
    id: "rfc1661-0476",
    clause: CLAUSES["RFC1661-4.1-T-INITIAL-RX"],
    clauses: [CLAUSES["RFC1661-4.4-01"]],
    story:
      "a whole negotiation's worth of LCP on a session that is not up yet: no answer, and the call completes as ever",
    background: ["session"],
    waitsMs: 3_000,
  },
  async (context) => {
    const { bench, caller, gateway, climb } = context;
    let last: Call | undefined;
    await judgeEarly(context, "RFC1661-4.1-T-INITIAL-RX", (call) => {
      last = call;
      bench.burst(() => {
        for (const packet of Object.values(EARLY)) call.send(packet);
      });
    });
    last!.begin(caller, gateway);
    await climb(should(lcp("Configure-Ack", { "l2tp.sessionId": last!.id }), "RFC1661-4.4-01"));
  },
);

conformance(
  {
    id: "rfc1661-0477",
    clause: CLAUSES["RFC1661-4.1-T-INITIAL-TO"],
    story: "a call that is half set up is left so for two Restart times: no PPP of the device in it",
    background: ["session"],
    waitsMs: 7_000,
  },
  async (context) => {
    const call = await halfWay(context);
    context.allow(...LINK, control("StopCCN"), redial);
    await context.silence(
      never(data({ "l2tp.tunnelId": call.tunnel.id }), "RFC1661-4.1-T-INITIAL-TO").within(TWO_RESTARTS_MS),
    );
  },
);

conformance(
  {
    id: "rfc1661-0478",
    clause: CLAUSES["RFC1661-4.1-T-STARTING-DOWN"],
    needs: ["lns"],
    version: 2,
    story: "a call is given up with CDN before ICCN, and once more: no PPP in it, and the next call negotiates",
    background: ["session"],
    waitsMs: 3_000,
  },
  async (context) => {
    const { bench, silence, climb, allow } = context;
    const call = await halfWay(context);
    const { tunnel } = call;
    // The tunnel may go with its last call.
    allow(...LINK, control("StopCCN"));
    await tunnel.acknowledged(tunnel.hangUp(call));
    tunnel.hangUp(call);
    await silence(never(data({ "l2tp.tunnelId": tunnel.id }), "RFC1661-4.1-T-STARTING-DOWN").within(QUIET_MS));
    const next = await (await bench.open()).call();
    await climb(must(lcp("Configure-Request", { "l2tp.sessionId": next.id }), "RFC1661-4.1-T-STARTING-DOWN"));
  },
);
