/** RFC 2661 §4.4.2: a tunnel or session is over, whatever reason is given for it. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { must, never } from "#expect/ladder";
import { acks, control, echoed, redial, stopped } from "#expect/matchers";
import { cdn, concat, ofText, ofU16, avpOf, stopCcn, withAvps } from "#peer/script";

/** Reserved, defined by nobody, and 3 with its octets swapped. */
const UNLISTED = [{ code: 0 }, { code: 99 }, { code: 0x0300 }];
/** Result Code alone, with an Error Code, with a text of one octet and of many. */
const TEXTS = [{ octets: 2 }, { octets: 4 }, { octets: 5 }, { octets: 204 }];

/** A Result Code AVP with a value of so many octets. */
const resultOf = (result: number, octets: number) =>
  avpOf(
    "resultCode",
    { result },
    { value: concat(ofU16(result, 6), ofText("r".repeat(Math.max(0, octets - 4)))).subarray(0, octets) },
  );

conformance(
  {
    id: "rfc2661-1110",
    clause: CLAUSES["RFC2661-4.4.2-13"],
    story: "a StopCCN with a Result Code that no list has is acknowledged, and the tunnel's session is dead",
    params: UNLISTED,
    background: ["ppp"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence, allow, user, gateway, params: { code } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(redial, control("CDN"));
    await climb(must(acks(tunnel.close(code), { tunnel: tunnel.id }), "RFC2661-4.4.2-13"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.4.2-13").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1111",
    clause: CLAUSES["RFC2661-4.4.2-13"],
    story: "a CDN with a Result Code that no list has is acknowledged, and its session is dead",
    params: UNLISTED,
    background: ["ppp"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence, allow, user, gateway, params: { code } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(redial, control("ICRQ"), control("CDN"), stopped(tunnel.id));
    await climb(must(acks(tunnel.hangUp(call, code), { tunnel: tunnel.id }), "RFC2661-4.4.2-13"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.4.2-13").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1112",
    clause: CLAUSES["RFC2661-4.4.2-09"],
    story: "a StopCCN ends the tunnel with and without Error Code and text",
    params: TEXTS,
    background: ["ppp"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence, allow, user, gateway, params: { octets } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(redial, control("CDN"));
    tunnel.stopped = true;
    const ns = tunnel.send(withAvps(stopCcn({ assignedTunnelId: tunnel.id }), resultOf(2, octets)));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.4.2-09"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.4.2-09").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1113",
    clause: CLAUSES["RFC2661-4.4.2-09"],
    story: "a CDN ends its session with and without Error Code and text",
    params: TEXTS,
    background: ["ppp"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence, allow, user, gateway, params: { octets } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(redial, control("ICRQ"), control("CDN"), stopped(tunnel.id));
    const message = withAvps(cdn({ assignedSessionId: call.id }), resultOf(2, octets));
    const ns = tunnel.send(message, { sessionId: call.peerId });
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.4.2-09"));
    await call.echoAfterEnd(100);
    await silence(never(echoed(100, call.id), "RFC2661-4.4.2-09").within(1_000));
  },
);
