/** Bugs met in the field: AVPs that are hidden, or say that they are (RFC 2661 §4.3). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must } from "#expect/ladder";
import { acks, control, redial, stopped } from "#expect/matchers";
import { avpOf, fromHex, hello, hidden, unknownAvp, withAvps, type AvpName } from "#peer/script";
import { ANSWERS, begin } from "./opening.ts";

const RANDOM_VECTOR = fromHex("0f 1e 2d 3c 4b 5a 69 78 87 96 a5 b4 c3 d2 e1 f0");
const HIDDEN: readonly { readonly avp: AvpName }[] = [
  { avp: "framingCapabilities" },
  { avp: "assignedTunnelId" },
  { avp: "bearerCapabilities" },
  { avp: "vendorName" },
];

conformance(
  {
    id: "regressions-0019",
    clause: CLAUSES["RFC2661-4.3-06"],
    needs: ["tunnel-authentication", "hidden-avps"],
    story: "an AVP that is hidden in the message that opens the tunnel is read like a clear one",
    met: {
      implementation: "Cisco IOS",
      reported: "the workarounds of OpenL2TP (l2tp_private.h) and rp-l2tp (tunnel.c)",
    },
    params: HIDDEN,
    background: ["session"],
  },
  async ({ bench, climb, role, tunnelSecret, params: { avp } }) => {
    const optional = [avpOf("bearerCapabilities", 3), avpOf("vendorName", "l2tpspec")];
    const hiding = { secret: tunnelSecret, randomVector: RANDOM_VECTOR };
    const { tunnel } = await begin(bench, (message) => hidden(withAvps(message, ...optional), hiding, avp));
    await climb(must(control(ANSWERS[role], { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.3-06"));
  },
);

/** Octets that nobody has enciphered: whatever length they are read as, it is wrong. */
const CIPHERS = [
  { octets: 0 },
  { octets: 1 },
  { octets: 2 },
  { octets: 15 },
  { octets: 16 },
  { octets: 17 },
  { octets: 48 },
];
const VENDOR_NAME = 8;

conformance(
  {
    id: "regressions-0030",
    clause: CLAUSES["RFC2661-4.3-08"],
    needs: ["tunnel-authentication", "hidden-avps"],
    story:
      "a hidden M=0 AVP that reveals any length but its own does no harm: the HELLO is acknowledged, or dropped until it comes without, and the next one is acknowledged",
    met: {
      implementation: "accel-ppp up to August 2026",
      reported: "accel-ppp, commit 9554ce05 and pull request #344",
    },
    params: CIPHERS.flatMap(({ octets }) => [
      { octets, vector: true },
      { octets, vector: false },
    ]),
    background: ["session"],
    version: 2,
  },
  async ({ bench, climb, note, allow, params: { octets, vector } }) => {
    const tunnel = await bench.open();
    const cipher = unknownAvp(0, VENDOR_NAME, new Uint8Array(octets).fill(0x5a), { h: 1 });
    const ns = tunnel.send(hello({}, vector ? [avpOf("randomVector", RANDOM_VECTOR), cipher] : [cipher]));
    const taken = acks(ns, { tunnel: tunnel.id });
    // §7.1 would have the AVP passed over, but that is no must: what cannot be read may cost the message, or the tunnel.
    allow(redial, stopped(tunnel.id));
    const answer = await note(may(taken, "RFC2661-4.3-08"));
    if (answer?.field("l2tp.type")?.value === "StopCCN") return;
    if (answer === undefined) {
      tunnel.sendOnce(hello(), { ns });
      await climb(must(taken, "RFC2661-4.3-08"));
    }
    const goesOn = must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-4.3-08");
    await climb(goesOn.or(stopped(tunnel.id), "the tunnel is cleared for an AVP with M=0"));
  },
);
