/** RFC 2661 §4.3: hidden proofs and ends, what cannot be opened, and a device that shares no secret. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { acks, anyOf, control, echoed, redial, stopped } from "#expect/matchers";
import {
  cdn,
  challengeResponse,
  fromHex,
  hidden,
  icrq,
  scccn,
  sccrp,
  sccrq,
  stopCcn,
  tweakAvp,
  without,
  type ControlMessage,
  type Hiding,
} from "#peer/script";

const VECTOR = fromHex("5b 1f 03 c9 4e a0 77 12 8d 36 fa 60 e4 99 2c d1");
const NOT_THE_SECRET = fromHex("6e 6f 74 20 74 68 65 20 73 65 63 72 65 74");
const SCCRP_TYPE = 2;
const SCCCN_TYPE = 3;

conformance(
  {
    id: "rfc2661-1231",
    clause: CLAUSES["RFC2661-4.3-06"],
    needs: ["lns", "hidden-avps", "tunnel-authentication", "challenges-peer"],
    story: "a hidden Challenge Response in SCCCN opens the tunnel of a device that challenges: an ICRQ draws an ICRP",
  },
  async ({ bench, climb, tunnelSecret: secret }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const answer = await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    const proof = challengeResponse(SCCCN_TYPE, secret, answer.octets("avp.challenge"));
    tunnel.send(hidden(scccn({ challengeResponse: proof }), { secret, randomVector: VECTOR }, "challengeResponse"));
    const call = tunnel.ask();
    await climb(must(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-4.3-06"));
  },
);

conformance(
  {
    id: "rfc2661-1232",
    clause: CLAUSES["RFC2661-4.3-06"],
    needs: ["lac", "hidden-avps", "tunnel-authentication", "challenges-peer"],
    story: "a hidden Challenge Response in SCCRP opens the tunnel of a device that challenges: SCCCN comes",
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret: secret }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    const proof = challengeResponse(SCCRP_TYPE, secret, request.octets("avp.challenge"));
    const answer = sccrp({ assignedTunnelId: tunnel.id, challengeResponse: proof });
    tunnel.send(hidden(answer, { secret, randomVector: VECTOR }, "challengeResponse"));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.3-06"));
  },
);

conformance(
  {
    id: "rfc2661-1233",
    clause: CLAUSES["RFC2661-4.3-06"],
    needs: ["hidden-avps"],
    version: 2,
    story: "a CDN with its Assigned Session ID hidden ends the session, and the tunnel goes on",
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow, user, gateway, tunnelSecret: secret }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    call.stop();
    // A CDN in return is not in the tables (§7.4), and forbidden nowhere.
    allow(stopped(tunnel.id, { "avp.resultCode.result": 1 }), redial, control("ICRQ"), control("CDN"));
    const end = hidden(cdn({ assignedSessionId: call.id }), { secret, randomVector: VECTOR }, "assignedSessionId");
    const ns = tunnel.send(end, { sessionId: call.peerId });
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.3-06"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.3-06").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1234",
    clause: CLAUSES["RFC2661-4.3-06"],
    needs: ["hidden-avps"],
    version: 2,
    story: "a StopCCN with its Assigned Tunnel ID hidden ends the tunnel's session",
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow, user, gateway, tunnelSecret: secret }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    call.stop();
    allow(redial, control("CDN"), stopped(tunnel.id));
    tunnel.stopped = true;
    const ns = tunnel.send(
      hidden(stopCcn({ assignedTunnelId: tunnel.id }), { secret, randomVector: VECTOR }, "assignedTunnelId"),
    );
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.3-06"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.3-06").within(2_000));
  },
);

const id = "assignedSessionId";

/** The vector stands before the AVP, which is then spoilt by hand. */
const withVector = (m: ControlMessage, hiding: Hiding): ControlMessage => ({
  ...m,
  avps: [...hidden(m, hiding, id).avps.slice(0, 1), ...m.avps],
});

type Spoil = (request: ControlMessage, hiding: Hiding) => ControlMessage;
/** An ICRQ whose Assigned Session ID cannot be opened, in the ways that there are. */
const SPOILT: Readonly<Record<string, Spoil>> = {
  "no vector": (m, hiding) => without(hidden(m, hiding, id), "randomVector"),
  "vector behind": (m, hiding) => {
    const veiled = hidden(m, hiding, id);
    return { ...veiled, avps: [...veiled.avps.slice(1), ...veiled.avps.slice(0, 1)] };
  },
  "another secret": (m, hiding) => hidden(m, { ...hiding, secret: NOT_THE_SECRET }, id),
  "no room for the length": (m, hiding) => tweakAvp(withVector(m, hiding), id, { h: 1, value: fromHex("5a") }),
  "no octet": (m, hiding) => tweakAvp(withVector(m, hiding), id, { h: 1, value: new Uint8Array(0) }),
};

conformance(
  {
    id: "rfc2661-1235",
    clause: CLAUSES["RFC2661-7.1-03"],
    needs: ["lns", "hidden-avps"],
    story: "an ICRQ whose hidden Assigned Session ID cannot be opened brings up no call, and the device lives",
    params: Object.keys(SPOILT).map((how) => ({ how })),
    waitsMs: 2_000,
  },
  async ({ bench, silence, allow, tunnelSecret: secret, params: { how } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    allow(control("CDN"), stopped(tunnel.id));
    tunnel.send(SPOILT[how]!(icrq({ assignedSessionId: call.id }), { secret, randomVector: VECTOR }), {
      tweaked: true,
    });
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.1-03").within(2_000));
  },
);

/** A clear length that is more than what follows, by a little and by as much as can be. */
const LENGTHS = [{ length: 5 }, { length: 0x00ff }, { length: 0xffff }];

conformance(
  {
    id: "rfc2661-1236",
    clause: CLAUSES["RFC2661-7.1-03"],
    needs: ["lns", "hidden-avps"],
    story: "a hidden Call Serial Number that tells more octets than it has does no harm: a fresh SCCRQ is answered",
    params: LENGTHS,
    waitsMs: 2_000,
  },
  async ({ bench, silence, allow, tunnelSecret: secret, params: { length } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    allow(control("CDN"), stopped(tunnel.id));
    const hiding = { secret, randomVector: VECTOR, toldLength: length };
    tunnel.send(hidden(icrq({ assignedSessionId: call.id }), hiding, "callSerialNumber"), { tweaked: true });
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.1-03").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1237",
    clause: CLAUSES["RFC2661-4.3-01"],
    needs: ["lns", "no-tunnel-secret"],
    story: "a device without a tunnel secret hides nothing in SCCRP and ICRP",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const clear = { "avp.assignedTunnelId.h": false, "avp.framingCapabilities.h": false };
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id, ...clear }), "RFC2661-4.3-01"));
    tunnel.send(scccn());
    const call = tunnel.ask();
    await climb(
      must(control("ICRP", { "l2tp.sessionId": call.id, "avp.assignedSessionId.h": false }), "RFC2661-4.3-01"),
    );
  },
);

conformance(
  {
    id: "rfc2661-1238",
    clause: CLAUSES["RFC2661-4.3-01"],
    needs: ["lac", "no-tunnel-secret"],
    story: "a device without a tunnel secret hides nothing in SCCRQ and ICRQ",
    background: ["ppp", "session"],
  },
  async ({ bench, climb }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCCN", { "l2tp.tunnelId": tunnel.id })));
    await climb(
      must(control("ICRQ", { "l2tp.tunnelId": tunnel.id, "avp.assignedSessionId.h": false }), "RFC2661-4.3-01"),
    );
  },
);

conformance(
  {
    id: "rfc2661-1239",
    clause: CLAUSES["RFC2661-4.3-01"],
    needs: ["lns", "no-tunnel-secret"],
    story: "a hidden AVP for a device without a tunnel secret: what comes of it is written down",
    waitsMs: 1_000,
  },
  async ({ bench, note, allow }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    allow(control("CDN"));
    tunnel.send(hidden(icrq({ assignedSessionId: call.id }), { secret: NOT_THE_SECRET, randomVector: VECTOR }, id));
    const answers = anyOf(control("CDN"), stopped(tunnel.id), control("ICRP"));
    await note(may(answers, "RFC2661-4.3-01").within(1_000));
  },
);
