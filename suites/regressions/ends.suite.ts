/** Bugs met in the field: how a session or a tunnel was ended (RFC 2661 §4.4.2, §5.6, §5.7). */
import { conformance, type Call, type Tunnel } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never, should, type Step } from "#expect/ladder";
import { acks, control, data, echoed, not, redial, stopped } from "#expect/matchers";
import { cdn, iccn, lcp, sccrq, scccn, stopCcn } from "#peer/script";

/** Codes that their sender forgot to put into network order. */
const SWAPPED = [
  { message: "CDN", result: 0x0300 },
  { message: "CDN", result: 0x0200, error: 0x0600 },
  { message: "StopCCN", result: 0x0100 },
  { message: "StopCCN", result: 0x0200, error: 0x0600 },
];
const codes = ({ result, error = -1 }: { result: number; error?: number }) => ({
  result,
  ...(error >= 0 && { error }),
});
const ENDS: Readonly<Record<string, (tunnel: Tunnel, call: Call, resultCode: ReturnType<typeof codes>) => number>> = {
  CDN: (tunnel, call, resultCode) =>
    tunnel.send(cdn({ assignedSessionId: call.id, resultCode }), { sessionId: call.peerId }),
  StopCCN: (tunnel, _call, resultCode) => tunnel.send(stopCcn({ assignedTunnelId: tunnel.id, resultCode })),
};

conformance(
  {
    id: "regressions-0009",
    clause: CLAUSES["RFC2661-4.4.2-13"],
    story: "a CDN or StopCCN with its codes in the wrong octet order ends what it names all the same",
    met: {
      implementation: "the macOS and iOS client; accel-ppp",
      reported: "xl2tpd's avp.c, issue hwdsl2/docker-ipsec-vpn-server#20; accel-ppp, commit bb608827",
    },
    params: SWAPPED,
    background: ["ppp", "session"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow, user, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(redial, stopped(tunnel.id));
    const ns = ENDS[params.message]!(tunnel, call, codes(params));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.4.2-13"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.4.2-13").within(2_000));
  },
);

conformance(
  {
    id: "regressions-0010",
    version: 3,
    clause: CLAUSES["RFC2661-4.4.2-09"],
    needs: ["lns"],
    story: "a CDN with a Result Code AVP of 8, 10 or more octets ends its session, and the call beside it goes on",
    met: {
      implementation: "xl2tpd up to 1.3.13, against Android and MikroTik",
      reported: "issues xelerance/xl2tpd#90 and #44, hwdsl2/docker-ipsec-vpn-server#132",
    },
    params: [{ octets: 8 }, { octets: 10 }, { octets: 18 }],
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, caller, gateway, params: { octets } }) => {
    const tunnel = await bench.open();
    const beside = await tunnel.call();
    const byHand = { byHand: ["PAP", "CHAP", "IPCP"] } as const;
    await beside.openLcp(caller, gateway, byHand);
    const call = await tunnel.call();
    // Its PPP has begun: whether a device ends one that is only about to begin is another question.
    await call.openLcp(caller, gateway, byHand);
    const resultCode = {
      8: { result: 3 },
      10: { result: 2, error: 6 },
      18: { result: 2, error: 6, message: "l2tpspec" },
    };
    const end = cdn({ assignedSessionId: call.id, resultCode: resultCode[octets] });
    await tunnel.acknowledged(tunnel.send(end, { sessionId: call.peerId }));
    beside.ask(100);
    await climb(must(echoed(100, beside.id), "RFC2661-4.4.2-09"));
    // What it sends there of itself, a Challenge once more, is asked about elsewhere.
    await call.echoAfterEnd(101);
    await silence(never(echoed(101, call.id), "RFC2661-4.4.2-09").within(2_000));
  },
);

/** Whoever ends a call or a tunnel by the receiver's id, where his own belongs. */
const MISNAMED = {
  CDN: { clause: "RFC2661-5.6-01", end: (tunnel: Tunnel, call: Call) => endBy(tunnel, call) },
  StopCCN: { clause: "RFC2661-3.1-14", end: (_tunnel: Tunnel, _call: Call, other: Tunnel) => stopBy(other) },
} as const;
const CLEARED = "the whole tunnel is cleared for a CDN that names no call";
const endBy = (tunnel: Tunnel, call: Call) =>
  tunnel.send(cdn({ assignedSessionId: call.peerId }), { sessionId: call.peerId });
const stopBy = (tunnel: Tunnel) => tunnel.send(stopCcn({ assignedTunnelId: tunnel.peerId }));

conformance(
  {
    id: "regressions-0023",
    clause: CLAUSES["RFC2661-5.6-01"],
    clauses: [CLAUSES["RFC2661-3.1-14"]],
    needs: ["lns", "two-openings"],
    story: "a CDN or StopCCN with the receiver's id where the sender's belongs harms no other call and no other tunnel",
    met: { implementation: "the MSL2TP client of Deterministic Networks", reported: "xl2tpd's control.c" },
    params: [{ message: "CDN" }, { message: "StopCCN" }],
    background: ["ppp", "session"],
    version: 2,
  },
  async ({ bench, climb, allow, caller, gateway, params: { message } }) => {
    const tunnel = await bench.open();
    const other = await bench.open();
    const beside = await tunnel.call();
    await beside.openLcp(caller, gateway, { byHand: ["PAP", "CHAP", "IPCP"] });
    const call = await tunnel.call();
    allow(stopped(other.id));
    const { clause, end } = MISNAMED[message];
    end(tunnel, call, other);
    beside.echo(100);
    // A CDN with a value out of range may cost the tunnel that it came in (§7.1), but a StopCCN no other one.
    const lives = (step: Step) => (message === "CDN" ? step.or(stopped(tunnel.id), CLEARED) : step);
    const alive = await climb(lives(must(echoed(100, beside.id), clause)));
    if (alive.field("l2tp.type")?.value === "StopCCN") return;
    await climb(lives(must(acks(tunnel.hello(), { tunnel: tunnel.id }), clause)));
  },
);

conformance(
  {
    id: "regressions-0025",
    clause: CLAUSES["RFC2661-4.4.4-51"],
    needs: ["lns"],
    story:
      "a CDN under Session ID 0, from a LAC that has no ICRP yet, ends the call that its Assigned Session ID names",
    met: { implementation: "accel-ppp", reported: "accel-ppp, commit 7937f571" },
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    // As if ICRP were still on its way: who had it would know the device's id, and owe it in the header.
    tunnel.withholdAcks();
    const call = tunnel.ask();
    const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    call.peerId = answer.number("avp.assignedSessionId");
    const ns = tunnel.send(cdn({ assignedSessionId: call.id }), { sessionId: 0 });
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.4.4-51"));
    tunnel.withholdAcks(false);
    allow(control("CDN"), stopped(tunnel.id));
    bench.burst(() => {
      tunnel.send(iccn(), { sessionId: call.peerId });
      call.send(lcp.configureRequest(1, []));
    });
    await silence(never(data({ "l2tp.sessionId": call.id }), "RFC2661-4.4.4-51").within(2_000));
  },
);

conformance(
  {
    id: "regressions-0027",
    clause: CLAUSES["RFC2661-5.7-01"],
    clauses: [CLAUSES["RFC2661-9.1-02"]],
    needs: ["lns"],
    story:
      "a tunnel that opens right behind the end of another gets an id that does not follow from it, and a repeat of the StopCCN is not taken for its own",
    met: { implementation: "accel-ppp", reported: "accel-ppp, commit f6bad674" },
  },
  async ({ bench, climb }) => {
    const one = await bench.open();
    const ns = one.close();
    await one.acknowledged(ns);
    const other = bench.tunnelBeside(one);
    other.send(sccrq({ assignedTunnelId: other.id, hostName: bench.hostName }));
    const unlike = { "l2tp.tunnelId": other.id, "avp.assignedTunnelId": not((one.peerId + 1) % 65536) };
    await climb(should(control("SCCRP", unlike), "RFC2661-9.1-02"));
    await other.acknowledged(other.send(scccn()));
    one.resend(ns);
    await climb(must(acks(ns, { tunnel: one.id }), "RFC2661-5.7-01"));
    const call = other.ask();
    await climb(must(control("ICRP", { "l2tp.tunnelId": other.id, "l2tp.sessionId": call.id }), "RFC2661-5.7-01"));
  },
);
