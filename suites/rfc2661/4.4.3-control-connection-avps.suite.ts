/** RFC 2661 §4.4.3 and §5.1.1: what the AVPs of SCCRQ, SCCRP, SCCCN and StopCCN decide. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never, should } from "#expect/ladder";
import { acks, anyOf, control, NO_SECOND_TUNNEL, not, redial, stopped, tunnelRefused } from "#expect/matchers";
import {
  avpOf,
  challengeResponse,
  fromHex,
  hex,
  sccrp,
  sccrq,
  scccn,
  stopCcn,
  type ControlMessage,
} from "#peer/script";

const SCCRP_TYPE = 2;
const SCCCN_TYPE = 3;
const NO_SECRET = new Uint8Array(0);

/** A Challenge of so many octets; with 256 or more every octet value occurs. */
const challengeOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);
const CHALLENGES = [
  { length: 1 },
  { length: 15 },
  { length: 16 },
  { length: 17 },
  { length: 64 },
  { length: 255 },
  { length: 1017 },
];

const reversed = (m: ControlMessage): ControlMessage => ({ ...m, avps: m.avps.toReversed() });

conformance(
  {
    id: "rfc2661-0201",
    clause: CLAUSES["RFC2661-4.4.3-20"],
    needs: ["lns", "tunnel-authentication"],
    story: "a Challenge in SCCRQ is answered in SCCRP with MD5 of 2, the secret and the Challenge",
    met: { implementation: "Cisco IOS, with six octets too many", reported: "OpenL2TP, l2tp_avp.c" },
    params: CHALLENGES,
  },
  async ({ bench, climb, tunnelSecret, params: { length } }) => {
    const challenge = challengeOf(length);
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, challenge }));
    const expected = hex(challengeResponse(SCCRP_TYPE, tunnelSecret, challenge));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": expected }), "RFC2661-4.4.3-20"),
    );
  },
);

conformance(
  {
    id: "rfc2661-0202",
    clause: CLAUSES["RFC2661-4.4.3-20"],
    needs: ["lac", "tunnel-authentication"],
    story: "a Challenge in SCCRP is answered in SCCCN with MD5 of 3, the secret and the Challenge",
    params: CHALLENGES,
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret, params: { length } }) => {
    const challenge = challengeOf(length);
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, challenge }));
    const expected = hex(challengeResponse(SCCCN_TYPE, tunnelSecret, challenge));
    await climb(
      must(control("SCCCN", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": expected }), "RFC2661-4.4.3-20"),
    );
  },
);

/** Responses that prove nothing, each made of the type octet, the secret and the Challenge. */
const WRONG: Readonly<
  Record<string, (type: number, secret: Uint8Array, challenge: Uint8Array) => Uint8Array | undefined>
> = {
  "one bit off": (type, secret, challenge) =>
    challengeResponse(type, secret, challenge).map((o, i) => (i === 15 ? o ^ 1 : o)),
  "the other message": (type, secret, challenge) => challengeResponse(5 - type, secret, challenge),
  "the empty secret": (type, _secret, challenge) => challengeResponse(type, NO_SECRET, challenge),
  "no response": () => undefined,
};
const WRONGS = Object.keys(WRONG).map((response) => ({ response }));

conformance(
  {
    id: "rfc2661-0203",
    clause: CLAUSES["RFC2661-5.1.1-02"],
    needs: ["lns", "tunnel-authentication", "challenges-peer"],
    story: "a device that challenges opens no tunnel on a wrong Challenge Response: an ICRQ draws no ICRP",
    met: {
      implementation: "the Windows 2000 and XP client, which answers with an empty secret",
      reported: "a capture, its MD5 verified",
    },
    params: WRONGS,
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow, tunnelSecret, params }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const answer = await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    const response = WRONG[params.response]!(SCCCN_TYPE, tunnelSecret, answer.octets("avp.challenge"));
    allow(stopped(tunnel.id), control("CDN"));
    tunnel.send(scccn({ challengeResponse: response }), { proof: false });
    tunnel.ask();
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.1.1-02"));
  },
);

conformance(
  {
    id: "rfc2661-0204",
    clause: CLAUSES["RFC2661-5.1.1-02"],
    needs: ["lac", "tunnel-authentication", "challenges-peer"],
    story: "a device that challenges opens no tunnel on a wrong Challenge Response: no SCCCN",
    params: WRONGS,
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, tunnelSecret, params }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    const response = WRONG[params.response]!(SCCRP_TYPE, tunnelSecret, request.octets("avp.challenge"));
    allow(stopped(tunnel.id), redial);
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, challengeResponse: response }), { proof: false });
    await silence(never(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.1.1-02"));
  },
);

conformance(
  {
    id: "rfc2661-0205",
    clause: CLAUSES["RFC2661-5.1.1-04"],
    needs: ["lns", "tunnel-authentication", "challenges-peer"],
    story: "a device that challenges opens the tunnel on the right Challenge Response: an ICRQ draws an ICRP",
  },
  async ({ bench, climb, tunnelSecret }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const answer = await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.challenge.length": not(6) }), "RFC2661-5.1.1-04"),
    );
    const response = challengeResponse(SCCCN_TYPE, tunnelSecret, answer.octets("avp.challenge"));
    tunnel.send(scccn({ challengeResponse: response }));
    const call = tunnel.ask();
    await climb(must(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-5.1.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0206",
    clause: CLAUSES["RFC2661-5.1.1-04"],
    needs: ["lac", "tunnel-authentication", "challenges-peer"],
    story: "a device that challenges opens the tunnel on the right Challenge Response: SCCCN comes",
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    const response = challengeResponse(SCCRP_TYPE, tunnelSecret, request.octets("avp.challenge"));
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, challengeResponse: response }));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.1.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0207",
    clause: CLAUSES["RFC2661-4.4.1-16"],
    needs: ["lns"],
    story: "an SCCRQ with its AVPs in reverse order behind the Message Type is answered with SCCRP",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(reversed(sccrq({ assignedTunnelId: tunnel.id, receiveWindowSize: 4, vendorName: "l2tpspec" })));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.1-16"));
  },
);

conformance(
  {
    id: "rfc2661-0208",
    clause: CLAUSES["RFC2661-4.4.1-16"],
    needs: ["lac"],
    story: "an SCCRP with its AVPs in reverse order behind the Message Type is answered with SCCCN",
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(reversed(sccrp({ assignedTunnelId: tunnel.id, receiveWindowSize: 4, vendorName: "l2tpspec" })));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.1-16"));
  },
);

conformance(
  {
    id: "rfc2661-0209",
    clause: CLAUSES["RFC2661-4.4.3-55"],
    version: 2,
    needs: ["lns"],
    story:
      "a StopCCN with Tunnel ID 0 ends the tunnel that its Assigned Tunnel ID names: SCCCN and ICRQ open nothing any more",
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.tunnel();
    // As if SCCRP were still on its way: who had it would know the device's id, and owe it in the header.
    tunnel.withholdAcks();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    tunnel.stopped = true;
    const ns = tunnel.send(stopCcn({ assignedTunnelId: tunnel.id }), { header: { tunnelId: 0 } });
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.4.3-55"));
    tunnel.withholdAcks(false);
    allow(stopped(tunnel.id));
    tunnel.send(scccn());
    tunnel.ask();
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-55").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-0210",
    version: 2,
    clause: CLAUSES["RFC2661-5.3-04"],
    clauses: [CLAUSES["RFC2661-7.2.1-06"]],
    needs: ["lns", "two-openings"],
    story:
      "of two tunnels that open at once a StopCCN with Tunnel ID 0 ends only the named one: the other takes a call",
  },
  async ({ bench, climb }) => {
    const one = await bench.tunnel();
    const other = bench.tunnelBeside(one);
    one.send(sccrq({ assignedTunnelId: one.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": one.id })));
    other.send(sccrq({ assignedTunnelId: other.id }));
    // Both speak from one port: the Assigned Tunnel ID alone tells the second from a repeat of the first.
    const second = must(control("SCCRP", { "l2tp.tunnelId": other.id }), "RFC2661-7.2.1-06");
    const answer = await climb(second.or(stopped(other.id), "one tunnel for an address and port"));
    if (answer.field("l2tp.type")?.value === "StopCCN") return;
    one.stopped = true;
    const ns = one.send(stopCcn({ assignedTunnelId: one.id }), { header: { tunnelId: 0 } });
    await climb(must(acks(ns, { tunnel: one.id }), "RFC2661-5.3-04"));
    other.send(scccn());
    const call = other.ask();
    await climb(must(control("ICRP", { "l2tp.tunnelId": other.id, "l2tp.sessionId": call.id }), "RFC2661-5.3-04"));
  },
);

conformance(
  {
    id: "rfc2661-0211",
    clause: CLAUSES["RFC2661-4.4.3-59"],
    needs: ["lns"],
    story: "a Tie Breaker in SCCRQ ties with nothing at an idle device: SCCRP",
    params: [{ tie: "0000000000000000" }, { tie: "3a5c96f0182b4d7e" }, { tie: "ffffffffffffffff" }],
  },
  async ({ bench, climb, params }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, tieBreaker: fromHex(params.tie) }));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-59"));
  },
);

conformance(
  {
    id: "rfc2661-0212",
    version: 2,
    clause: CLAUSES["RFC2661-4.4.3-56"],
    needs: ["lns"],
    story: "tunnels from one address and port get ids of their own, and each is acknowledged in its own",
  },
  async ({ bench, climb }) => {
    const one = await bench.open();
    const other = bench.tunnelBeside(one);
    other.send(sccrq({ assignedTunnelId: other.id }));
    const answer = await climb(
      must(
        control("SCCRP", { "l2tp.tunnelId": other.id, "avp.assignedTunnelId": not(one.peerId) }),
        "RFC2661-4.4.3-56",
      ).or(tunnelRefused(other.id), NO_SECOND_TUNNEL),
    );
    if (answer.text("l2tp.type") === "StopCCN") return;
    other.send(scccn());
    await climb(must(acks(other.hello(), { tunnel: other.id }), "RFC2661-4.4.3-56"));
    await climb(must(acks(one.hello(), { tunnel: one.id }), "RFC2661-4.4.3-56"));
  },
);

conformance(
  {
    id: "rfc2661-0213",
    clause: CLAUSES["RFC2661-7.1-03"],
    clauses: [CLAUSES["RFC2661-7.2.1-21"]],
    version: 2,
    needs: ["lns"],
    story: "an SCCRQ with another Protocol Version draws SCCRP with version 1.0, or StopCCN",
    params: [{ version: "0.9" }, { version: "1.1" }, { version: "2.0" }],
  },
  async ({ bench, climb, params: { version } }) => {
    const tunnel = await bench.tunnel();
    const [major = 0, revision = 0] = version.split(".").map(Number);
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, protocolVersion: (major << 8) | revision }));
    const answer = control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.protocolVersion": 0x0100 });
    await climb(should(anyOf(answer, stopped(tunnel.id)), "RFC2661-7.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-0214",
    clause: CLAUSES["RFC2661-4.4.3-62"],
    needs: ["lns"],
    story: "a Host Name of one octet and of many is accepted",
    params: [{ octets: 1 }, { octets: 64 }, { octets: 255 }, { octets: 1017 }],
  },
  async ({ bench, climb, params: { octets } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, hostName: "n".repeat(octets) }));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-62").or(
        stopped(tunnel.id),
        "the name is refused",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-0215",
    clause: CLAUSES["RFC2661-4.4.3-63"],
    needs: ["lns"],
    story: "a Vendor Name of any length, the empty one included, is accepted",
    params: [{ octets: 0 }, { octets: 1 }, { octets: 255 }, { octets: 1017 }],
  },
  async ({ bench, climb, params: { octets } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, vendorName: "v".repeat(octets) }));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-63"));
  },
);

conformance(
  {
    id: "rfc2661-0216",
    clause: CLAUSES["RFC2661-4.4.3-58"],
    needs: ["lns"],
    story: "any Bearer Capabilities, and none, are accepted in SCCRQ",
    params: [{ bearer: 0 }, { bearer: 1 }, { bearer: 2 }, { bearer: 3 }],
  },
  async ({ bench, climb, params: { bearer } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, bearerCapabilities: bearer }));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-58"));
  },
);

conformance(
  {
    id: "rfc2661-0217",
    clause: CLAUSES["RFC2661-7.1-03"],
    needs: ["lns"],
    story: "an SCCRQ that assigns tunnel ID 0, or whose Framing Capabilities have a wrong length, opens no tunnel",
    params: [{ fault: "id 0" }, { fault: "framing of 3 octets" }, { fault: "window of 3 octets" }],
    waitsMs: 2_000,
  },
  async ({ bench, silence, allow, params: { fault } }) => {
    const tunnel = await bench.tunnel();
    allow(control("StopCCN"));
    const malformed = {
      "id 0": avpOf("assignedTunnelId", 0),
      "framing of 3 octets": avpOf("framingCapabilities", 3, { value: fromHex("00 00 03") }),
      "window of 3 octets": avpOf("receiveWindowSize", 4, { value: fromHex("00 00 04") }),
    }[fault];
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }, [malformed]));
    await silence(never(control("SCCRP"), "RFC2661-7.1-03").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-0218",
    clause: CLAUSES["RFC2661-7.1-04"],
    needs: ["lns"],
    version: 2,
    story: "a malformed M=0 AVP of SCCRQ is passed over: SCCRP, and no StopCCN behind it",
    params: [{ avp: "firmwareRevision" }, { avp: "tieBreaker" }],
  },
  async ({ bench, climb, silence, params: { avp } }) => {
    const tunnel = await bench.tunnel();
    const malformed = {
      firmwareRevision: avpOf("firmwareRevision", 1, { value: fromHex("00 01 00") }),
      tieBreaker: avpOf("tieBreaker", fromHex("00 01 02 03 04 05 06 07"), { value: fromHex("00 01 02 03 04 05 06") }),
    }[avp];
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }, [malformed]));
    await climb(should(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.1-04"));
    await silence(never(stopped(tunnel.id), "RFC2661-7.1-04").within(500));
  },
);
