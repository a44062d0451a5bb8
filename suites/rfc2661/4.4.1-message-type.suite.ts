/** RFC 2661 §4.4.1: a Message Type that nobody knows, and Random Vectors of any number and length. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must, never } from "#expect/ladder";
import { acks, anyOf, control, data, echoed, redial, stopped } from "#expect/matchers";
import {
  append,
  avpOf,
  fromHex,
  hello,
  iccn,
  icrp,
  icrq,
  lcp,
  sccrp,
  sccrq,
  scccn,
  tweakMessageType,
  type ControlMessage,
} from "#peer/script";

/** A message of a type that no RFC defines. */
const unknown = (type: number): ControlMessage => ({ type, avps: [] });

const VECTOR = fromHex("3c 5a 78 96 b4 d2 f0 0e 2c 4a 68 86 a4 c2 e0 1f");
const OTHER_VECTOR = fromHex("81 42 24 18 a5 5a c3 3c 99 66 0f f0 77 88 12 21");
const randomVector = avpOf("randomVector", VECTOR);
const withVector = (m: ControlMessage): ControlMessage => append(m, randomVector);

conformance(
  {
    id: "rfc2661-1100",
    clause: CLAUSES["RFC2661-4.4.1-02"],
    story:
      "a message of an unknown type with M=1 ends the tunnel, also where it comes in a session: no session of it answers an LCP Echo-Request any more",
    params: [
      { type: 255, of: "tunnel" },
      { type: 0x7fff, of: "tunnel" },
      { type: 255, of: "session" },
    ],
    background: ["ppp"],
    version: 2,
    waitsMs: 2_000,
  },
  async ({ bench, role, silence, note, allow, user, gateway, params: { type, of } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway, { byHand: ["PAP", "CHAP", "IPCP"] });
    // A LAC has a call of its own for every caller, and there is one.
    const calls = role === "lns" ? [call, await tunnel.call()] : [call];
    await calls[1]?.openLcp(user, gateway, { byHand: ["PAP", "CHAP", "IPCP"] });
    allow(stopped(tunnel.id), control("CDN"), redial);
    tunnel.send(unknown(type), { sessionId: of === "session" ? call.peerId : 0 });
    const stop = await note(may(stopped(tunnel.id), "RFC2661-4.4.1-02"));
    await bench.afterCall();
    const echoes = calls.map((one, i) => never(echoed(100 + i, one.id), "RFC2661-4.4.1-02").within(1_000));
    bench.burst(() => {
      for (const [i, one] of calls.entries()) one.echo(100 + i);
    });
    await silence(...echoes);
    // Who has said StopCCN goes on to acknowledge for a while; of the others only a tunnel that stands does.
    if (stop !== undefined) return;
    await silence(never(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-4.4.1-02").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1101",
    clause: CLAUSES["RFC2661-4.4.1-03"],
    story: "a message of an unknown type with M=0 may be passed over: it is acknowledged, and the session goes on",
    params: [{ type: 255 }, { type: 0x7fff }],
    background: ["ppp"],
    waitsMs: 2_000,
    // A daemon of the field dies of it.
    alone: true,
  },
  async ({ bench, note, allow, user, gateway, params: { type } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(stopped(tunnel.id), control("CDN"), redial);
    const ns = tunnel.send(tweakMessageType(unknown(type), { m: 0 }));
    await note(may(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.4.1-03").within(1_000));
    call.echo(100);
    await note(may(anyOf(echoed(100, call.id), stopped(tunnel.id)), "RFC2661-4.4.1-03").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1102",
    clause: CLAUSES["RFC2661-4.4.1-15"],
    needs: ["lns"],
    story: "a Random Vector in SCCRQ, SCCCN, ICRQ, ICCN and HELLO, with nothing hidden, changes nothing",
    background: ["ppp"],
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(withVector(sccrq({ assignedTunnelId: tunnel.id })));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.1-15"));
    tunnel.send(withVector(scccn()));
    const call = tunnel.newCall();
    tunnel.send(withVector(icrq({ assignedSessionId: call.id })));
    const answer = await climb(must(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-4.4.1-15"));
    call.peerId = answer.number("avp.assignedSessionId");
    tunnel.send(withVector(iccn()), { sessionId: call.peerId });
    call.send(lcp.configureRequest(1, []));
    await climb(must(data({ "l2tp.sessionId": call.id }), "RFC2661-4.4.1-15"));
    await climb(must(acks(tunnel.send(withVector(hello())), { tunnel: tunnel.id }), "RFC2661-4.4.1-15"));
  },
);

conformance(
  {
    id: "rfc2661-1103",
    clause: CLAUSES["RFC2661-4.4.1-15"],
    needs: ["lac"],
    story: "a Random Vector in SCCRP, ICRP and HELLO, with nothing hidden, changes nothing",
    background: ["ppp"],
  },
  async ({ bench, climb }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(withVector(sccrp({ assignedTunnelId: tunnel.id })));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.1-15"));
    const call = await tunnel.asked();
    tunnel.send(withVector(icrp({ assignedSessionId: call.id })), { sessionId: call.peerId });
    await climb(must(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-4.4.1-15"));
    await climb(must(acks(tunnel.send(withVector(hello())), { tunnel: tunnel.id }), "RFC2661-4.4.1-15"));
  },
);

/** The tunnel's id hidden by the second of two vectors; the first hides a name that nobody needs. */
function twoVectors(m: ControlMessage, id: number, secret: Uint8Array): ControlMessage {
  return append(
    m,
    randomVector,
    avpOf("vendorName", "l2tpspec", { hide: { secret, randomVector: VECTOR } }),
    avpOf("randomVector", OTHER_VECTOR),
    avpOf("assignedTunnelId", id, { hide: { secret, randomVector: OTHER_VECTOR } }),
  );
}

conformance(
  {
    id: "rfc2661-1104",
    clause: CLAUSES["RFC2661-4.4.1-08"],
    needs: ["lns", "hidden-avps"],
    story: "of two Random Vectors in SCCRQ the nearer one opens the Assigned Tunnel ID: the SCCRP bears that id",
  },
  async ({ bench, climb, tunnelSecret }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(twoVectors(sccrq({ assignedTunnelId: undefined }), tunnel.id, tunnelSecret));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.1-08"));
  },
);

conformance(
  {
    id: "rfc2661-1105",
    clause: CLAUSES["RFC2661-4.4.1-08"],
    needs: ["lac", "hidden-avps"],
    story: "of two Random Vectors in SCCRP the nearer one opens the Assigned Tunnel ID: SCCCN bears that id",
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(twoVectors(sccrp({ assignedTunnelId: undefined }), tunnel.id, tunnelSecret));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.1-08"));
  },
);

const LENGTHS = [{ octets: 1 }, { octets: 15 }, { octets: 17 }, { octets: 64 }, { octets: 255 }, { octets: 1017 }];

/** The tunnel's id hidden by a vector of so many octets. */
function longVector(m: ControlMessage, id: number, secret: Uint8Array, octets: number): ControlMessage {
  const vector = Uint8Array.from({ length: octets }, (_, i) => (i * 11 + octets) & 0xff);
  return append(
    m,
    avpOf("randomVector", vector),
    avpOf("assignedTunnelId", id, { hide: { secret, randomVector: vector } }),
  );
}

conformance(
  {
    id: "rfc2661-1106",
    clause: CLAUSES["RFC2661-4.4.1-14"],
    needs: ["lns", "hidden-avps"],
    story: "a Random Vector of any length opens the Assigned Tunnel ID of SCCRQ",
    params: LENGTHS,
  },
  async ({ bench, climb, tunnelSecret, params: { octets } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(longVector(sccrq({ assignedTunnelId: undefined }), tunnel.id, tunnelSecret, octets));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.1-14"));
  },
);

conformance(
  {
    id: "rfc2661-1107",
    clause: CLAUSES["RFC2661-4.4.1-14"],
    needs: ["lac", "hidden-avps"],
    story: "a Random Vector of any length opens the Assigned Tunnel ID of SCCRP",
    params: LENGTHS,
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret, params: { octets } }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(longVector(sccrp({ assignedTunnelId: undefined }), tunnel.id, tunnelSecret, octets));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.1-14"));
  },
);
