/** Bugs met in the field: AVPs that were read by something else than their Length, Vendor ID and M bit (RFC 2661 §4.1). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never } from "#expect/ladder";
import { acks, anyOf, control, data, echoed, redial, stopped } from "#expect/matchers";
import {
  avpOf,
  cdn,
  iccn,
  inOrder,
  lcp,
  tweakAvp,
  withAvps,
  type Avp,
  type AvpName,
  type ControlMessage,
} from "#peer/script";
import { ANSWERS, begin } from "./opening.ts";

/** AVPs of SCCRQ and SCCRP, each with the M bit that it must not have. */
const MISMARKED: readonly { readonly avp: AvpName; readonly m: 0 | 1 }[] = [
  { avp: "protocolVersion", m: 0 },
  { avp: "framingCapabilities", m: 0 },
  { avp: "hostName", m: 0 },
  { avp: "assignedTunnelId", m: 0 },
  { avp: "receiveWindowSize", m: 0 },
  { avp: "firmwareRevision", m: 1 },
  { avp: "vendorName", m: 1 },
];
const OPTIONAL: readonly Avp[] = [
  avpOf("receiveWindowSize", 4),
  avpOf("firmwareRevision", 0x0102),
  avpOf("vendorName", "l2tpspec"),
];

conformance(
  {
    id: "regressions-0003",
    clause: CLAUSES["RFC2661-4.1-09"],
    story:
      "an AVP of SCCRQ or SCCRP that the RFC knows and that bears the wrong M bit does not keep the tunnel from opening",
    met: {
      implementation: "an older Huawei device, whose marks OpenL2TP held against it",
      reported: "OpenL2TP's changelog, on the M bit",
    },
    params: MISMARKED,
    background: ["session"],
  },
  async ({ bench, climb, allow, role, params: { avp, m } }) => {
    const { tunnel } = await begin(bench, (message) => tweakAvp(withAvps(message, ...OPTIONAL), avp, { m }));
    allow(redial);
    await climb(
      must(control(ANSWERS[role], { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-09").or(
        stopped(tunnel.id),
        "the device holds the M bit against the sender",
      ),
    );
  },
);

/** What may stand right behind Host Name: an AVP whose first octet is 80, one whose first is 00, or nothing. */
const BEHIND: Readonly<Record<string, (message: ControlMessage) => ControlMessage>> = {
  "Framing Capabilities": (message) => inOrder(message, "hostName", "framingCapabilities"),
  "Assigned Tunnel ID": (message) => inOrder(message, "hostName", "assignedTunnelId"),
  "Vendor Name": (message) => inOrder(withAvps(message, avpOf("vendorName", "l2tpspec")), "hostName", "vendorName"),
  nothing: (message) => inOrder(message, "protocolVersion", "framingCapabilities", "assignedTunnelId", "hostName"),
};

conformance(
  {
    id: "regressions-0004",
    clause: CLAUSES["RFC2661-4.1-11"],
    story: "Host Name ends where its Length says: the tunnel opens whatever stands behind it",
    met: {
      implementation: "OpenL2TP, called by Huawei devices",
      reported:
        "OpenL2TP's changelog: the octet behind the name counted as a part of it, and no tunnel was configured for that name",
    },
    params: Object.keys(BEHIND).map((behind) => ({ behind })),
    background: ["session"],
  },
  async ({ bench, climb, role, params: { behind } }) => {
    const { tunnel } = await begin(bench, BEHIND[behind]);
    await climb(must(control(ANSWERS[role], { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.1-11"));
  },
);

conformance(
  {
    id: "regressions-0012",
    clause: CLAUSES["RFC2661-6.12-01"],
    story: "a CDN that tells the PPP cause too (RFC 3145) is acknowledged and ends its session like any other",
    met: { implementation: "xl2tpd", reported: "issue xelerance/xl2tpd#153" },
    params: [
      { code: 1, protocol: 0 },
      { code: 3, protocol: 0xc021 },
      { code: 16, protocol: 0xc223 },
    ],
    background: ["ppp", "session"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow, user, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(redial, stopped(tunnel.id));
    const cause = avpOf("pppDisconnectCause", { ...params, direction: 1, message: "l2tpspec" });
    const end = cdn({ assignedSessionId: call.id, resultCode: { result: 1 } }, [cause]);
    const ns = tunnel.send(end, { sessionId: call.peerId });
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-6.12-01"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-6.12-01").within(2_000));
  },
);

conformance(
  {
    id: "regressions-0024",
    clause: CLAUSES["RFC2661-7.4.2-05"],
    needs: ["lns"],
    story: "an ICCN that says the Assigned Session ID once more, which it has no need to, brings up the session",
    met: {
      implementation: "accel-ppp before October 2013, refused by strict LNSs",
      reported: "accel-ppp, commit f1adc930",
    },
    background: ["ppp"],
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    const call = tunnel.ask();
    const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    call.peerId = answer.number("avp.assignedSessionId");
    bench.burst(() => {
      tunnel.send(iccn({}, [avpOf("assignedSessionId", call.id)]), { sessionId: call.peerId });
      call.send(lcp.configureRequest(1, []));
    });
    await climb(
      must(data({ "l2tp.sessionId": call.id }), "RFC2661-7.4.2-05").or(
        anyOf(control("CDN", { "l2tp.sessionId": call.id }), stopped(tunnel.id)),
        "the device refuses an AVP that ICCN has no use for",
      ),
    );
  },
);
