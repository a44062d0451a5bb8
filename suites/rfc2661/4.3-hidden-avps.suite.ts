/** RFC 2661 §4.3: AVPs that the bench hides. What the device sends hidden is looked at by rules, in every case. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must } from "#expect/ladder";
import { anyOf, control, data } from "#expect/matchers";
import {
  challengeResponse,
  fromHex,
  hex,
  hidden,
  iccn,
  icrp,
  icrq,
  inOrder,
  lcp,
  sccrp,
  sccrq,
  type AvpName,
} from "#peer/script";
import { likeInClear, REFUSED, refused } from "./hidden-call.ts";

/** Of the length that the RFC recommends at least. */
const VECTOR = fromHex("5b 1f 03 c9 4e a0 77 12 8d 36 fa 60 e4 99 2c d1");
const OTHER_VECTOR = fromHex("c0 4d 81 3a 96 2f e8 0b 75 d3 1c 6e 52 af 09 b8");
/** Of another length: the RFC sets none. */
const LONG_VECTOR = fromHex("01 23 45 67 89 ab cd ef fe dc ba 98 76 54 32 10 11 22 33 44 55");

const SCCRP_TYPE = 2;
const SCCCN_TYPE = 3;

/** Padding, no octet of which tells anything. */
const paddingOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 151 + 77) & 0xff);
const challengeOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);

/** What leaves every hidden value in one block of the cipher, and makes none of them very short. */
const PADDING = paddingOf(7);
const SHORT_CHALLENGE = challengeOf(7);

/** Below, at and above one and two blocks of the cipher, the two octets of the clear length counted. */
const CHALLENGES = [{ length: 1 }, { length: 13 }, { length: 14 }, { length: 15 }, { length: 30 }, { length: 100 }];
const PADDINGS = [{ padding: 0 }, { padding: 1 }, { padding: 12 }, { padding: 64 }, { padding: 255 }];

/** What SCCRQ and SCCRP may hide, one at a time; all of it has M=1 here or decides an id. */
const IN_OPENING: readonly { readonly avp: AvpName }[] = [
  { avp: "framingCapabilities" },
  { avp: "bearerCapabilities" },
  { avp: "assignedTunnelId" },
  { avp: "firmwareRevision" },
  { avp: "vendorName" },
];
const OPENING = { bearerCapabilities: 3, firmwareRevision: 0x0102, vendorName: "l2tpspec" } as const;

const IN_ICRQ: readonly { readonly avp: AvpName }[] = [
  { avp: "assignedSessionId" },
  { avp: "callSerialNumber" },
  { avp: "bearerType" },
  { avp: "calledNumber" },
];

conformance(
  {
    id: "rfc2661-1220",
    clause: CLAUSES["RFC2661-4.3-06"],
    needs: ["lns", "hidden-avps"],
    story: "an SCCRQ with one AVP hidden is answered with SCCRP to the tunnel id that it assigns",
    params: IN_OPENING,
  },
  async ({ bench, climb, tunnelSecret: secret, params: { avp } }) => {
    const tunnel = await bench.tunnel();
    const request = sccrq({ assignedTunnelId: tunnel.id, ...OPENING });
    tunnel.send(hidden(request, { secret, randomVector: VECTOR }, avp));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.3-06"));
  },
);

conformance(
  {
    id: "rfc2661-1221",
    clause: CLAUSES["RFC2661-4.3-06"],
    needs: ["lac", "hidden-avps"],
    story: "an SCCRP with one AVP hidden is answered with SCCCN to the tunnel id that it assigns",
    params: IN_OPENING,
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret: secret, params: { avp } }) => {
    const { tunnel } = await bench.rung();
    const answer = sccrp({ assignedTunnelId: tunnel.id, ...OPENING });
    tunnel.send(hidden(answer, { secret, randomVector: VECTOR }, avp));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.3-06"));
  },
);

conformance(
  {
    id: "rfc2661-1222",
    clause: CLAUSES["RFC2661-4.3-04"],
    needs: ["lns", "hidden-avps", "tunnel-authentication"],
    story: "a hidden Challenge of any length in SCCRQ is answered with the Challenge Response of the clear one",
    params: CHALLENGES,
  },
  async ({ bench, climb, tunnelSecret: secret, params: { length } }) => {
    const challenge = challengeOf(length);
    const tunnel = await bench.tunnel();
    const request = sccrq({ assignedTunnelId: tunnel.id, challenge });
    tunnel.send(hidden(request, { secret, randomVector: LONG_VECTOR }, "challenge"));
    const response = hex(challengeResponse(SCCRP_TYPE, secret, challenge));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": response }), "RFC2661-4.3-04"),
    );
  },
);

conformance(
  {
    id: "rfc2661-1223",
    clause: CLAUSES["RFC2661-4.3-04"],
    needs: ["lac", "hidden-avps", "tunnel-authentication"],
    story: "a hidden Challenge of any length in SCCRP is answered with the Challenge Response of the clear one",
    params: CHALLENGES,
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret: secret, params: { length } }) => {
    const challenge = challengeOf(length);
    const { tunnel } = await bench.rung();
    const answer = sccrp({ assignedTunnelId: tunnel.id, challenge });
    tunnel.send(hidden(answer, { secret, randomVector: LONG_VECTOR }, "challenge"));
    const response = hex(challengeResponse(SCCCN_TYPE, secret, challenge));
    await climb(
      must(control("SCCCN", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": response }), "RFC2661-4.3-04"),
    );
  },
);

conformance(
  {
    id: "rfc2661-1224",
    clause: CLAUSES["RFC2661-4.3-03"],
    needs: ["lns", "hidden-avps", "tunnel-authentication"],
    story: "in SCCRQ one Random Vector serves two hidden AVPs and another one a third: each is read with the nearest",
    params: [{ vectors: "one" }, { vectors: "two" }],
  },
  async ({ bench, climb, tunnelSecret: secret, params: { vectors } }) => {
    const challenge = SHORT_CHALLENGE;
    const tunnel = await bench.tunnel();
    const first = { secret, randomVector: VECTOR, padding: PADDING };
    const clear = sccrq({ assignedTunnelId: tunnel.id, challenge });
    tunnel.send(
      vectors === "one"
        ? hidden(clear, first, "framingCapabilities", "assignedTunnelId", "challenge")
        : hidden(
            hidden(clear, first, "framingCapabilities", "assignedTunnelId"),
            { secret, randomVector: OTHER_VECTOR, padding: PADDING },
            "challenge",
          ),
    );
    const response = hex(challengeResponse(SCCRP_TYPE, secret, challenge));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": response }), "RFC2661-4.3-03"),
    );
  },
);

conformance(
  {
    id: "rfc2661-1225",
    clause: CLAUSES["RFC2661-4.3-03"],
    needs: ["lac", "hidden-avps", "tunnel-authentication"],
    story: "in SCCRP a second Random Vector before the Challenge is the one that opens it",
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret: secret }) => {
    const challenge = SHORT_CHALLENGE;
    const { tunnel } = await bench.rung();
    const clear = sccrp({ assignedTunnelId: tunnel.id, challenge });
    const half = hidden(
      clear,
      { secret, randomVector: VECTOR, padding: PADDING },
      "framingCapabilities",
      "assignedTunnelId",
    );
    tunnel.send(hidden(half, { secret, randomVector: OTHER_VECTOR, padding: PADDING }, "challenge"));
    const response = hex(challengeResponse(SCCCN_TYPE, secret, challenge));
    await climb(
      must(control("SCCCN", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": response }), "RFC2661-4.3-03"),
    );
  },
);

conformance(
  {
    id: "rfc2661-1226",
    clause: CLAUSES["RFC2661-4.3-06"],
    needs: ["lns", "hidden-avps"],
    story: "an ICRQ with one AVP hidden is granted like one in clear, with an ICRP to the session id that it assigns",
    params: IN_ICRQ,
    version: 2,
  },
  async ({ bench, climb, allow, tunnelSecret: secret, params: { avp } }) => {
    const answer = await likeInClear({ bench, climb, allow }, (request) =>
      hidden(request, { secret, randomVector: VECTOR }, avp),
    );
    await climb(must(answer, "RFC2661-4.3-06"));
  },
);

conformance(
  {
    id: "rfc2661-1227",
    clause: CLAUSES["RFC2661-4.3-06"],
    clauses: [CLAUSES["RFC2661-4.3-05"]],
    needs: ["lns", "hidden-avps"],
    story: "padding behind a hidden Assigned Session ID changes nothing: ICRP comes to the clear id",
    params: PADDINGS,
    version: 2,
  },
  async ({ bench, climb, note, tunnelSecret: secret, params: { padding } }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    const hiding = { secret, randomVector: VECTOR, padding: paddingOf(padding) };
    tunnel.send(hidden(icrq({ assignedSessionId: call.id }), hiding, "assignedSessionId"));
    const answered = control("ICRP", { "l2tp.sessionId": call.id });
    await climb(must(answered, "RFC2661-4.3-06").or(refused(call), REFUSED));
    const next = tunnel.newCall();
    tunnel.send(hidden(icrq({ assignedSessionId: next.id }), hiding, "assignedSessionId"));
    await note(may(anyOf(control("ICRP", { "l2tp.sessionId": next.id }), refused(next)), "RFC2661-4.3-05"));
  },
);

conformance(
  {
    id: "rfc2661-1228",
    clause: CLAUSES["RFC2661-4.3-06"],
    needs: ["lac", "hidden-avps"],
    story: "a hidden Assigned Session ID in ICRP, padded or not, is the one that ICCN goes to",
    params: PADDINGS,
    background: ["ppp"],
  },
  async ({ bench, climb, tunnelSecret: secret, params: { padding } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    const hiding = { secret, randomVector: VECTOR, padding: paddingOf(padding) };
    tunnel.send(hidden(icrp({ assignedSessionId: call.id }), hiding, "assignedSessionId"), {
      sessionId: call.peerId,
    });
    await climb(must(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-4.3-06"));
  },
);

conformance(
  {
    id: "rfc2661-1229",
    clause: CLAUSES["RFC2661-4.3-06"],
    needs: ["lns", "hidden-avps"],
    story: "an ICCN with its speed or its framing hidden brings the session up: PPP is answered",
    params: [{ avp: "txConnectSpeed" }, { avp: "framingType" }],
    background: ["ppp"],
  },
  async ({ bench, climb, tunnelSecret: secret, params: { avp } }) => {
    const tunnel = await bench.open();
    const call = tunnel.ask();
    const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    call.peerId = answer.number("avp.assignedSessionId");
    tunnel.send(hidden(iccn(), { secret, randomVector: VECTOR }, avp), { sessionId: call.peerId });
    call.send(lcp.configureRequest(1, []));
    await climb(must(data({ "l2tp.sessionId": call.id }), "RFC2661-4.3-06"));
  },
);

conformance(
  {
    id: "rfc2661-1230",
    clause: CLAUSES["RFC2661-4.3-09"],
    needs: ["lns", "hidden-avps"],
    story: "behind a Random Vector hidden and clear AVPs may stand in turn: ICRQ draws ICRP to its clear id",
    params: [{ clear: "assignedSessionId" }, { clear: "callSerialNumber" }, { clear: "bearerType" }],
    version: 2,
  },
  async ({ bench, climb, allow, tunnelSecret: secret, params: { clear } }) => {
    const all: readonly AvpName[] = ["assignedSessionId", "callSerialNumber", "bearerType", "calledNumber"];
    const hiding = { secret, randomVector: VECTOR, padding: PADDING };
    // The vector first, so that the clear one stands behind it in each row.
    const answer = await likeInClear({ bench, climb, allow }, (request) =>
      inOrder(hidden(request, hiding, ...all.filter((name) => name !== clear)), "randomVector"),
    );
    await climb(must(answer, "RFC2661-4.3-09"));
  },
);
