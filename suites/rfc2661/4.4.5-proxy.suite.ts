/** RFC 2661 §4.4.5: the LAC tells what it has negotiated with the caller. An LNS may build on that, but lets nobody in on it. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, never } from "#expect/ladder";
import { anyOf, authentication, control, ending, ipcpNegotiation, lcp as lcpPacket, stopped } from "#expect/matchers";
import { avpOf, fromHex, iccn, ipcp, type Avp } from "#peer/script";

const CALLER_ASKED = fromHex("05 06 1b 2c 3d 4e");
/** CHAP with MD5 was asked for, and a magic number. */
const LAC_ASKED = fromHex("03 05 c2 23 05 05 06 5f 6e 7d 8c");
const LCP_AVPS: readonly Avp[] = [
  avpOf("initialReceivedLcpConfReq", CALLER_ASKED),
  avpOf("lastSentLcpConfReq", LAC_ASKED),
  avpOf("lastReceivedLcpConfReq", CALLER_ASKED),
];
const CHALLENGE = fromHex("5b 8d 21 f0 7a c4 96 3e 1d 2f 4a 6b 8c 9d ae 0f");

/** A login that proves nothing: the response is not that of any password. */
const login = (type: number, user: string, response: Uint8Array): readonly Avp[] => [
  avpOf("proxyAuthenType", type),
  avpOf("proxyAuthenName", user),
  avpOf("proxyAuthenChallenge", CHALLENGE),
  avpOf("proxyAuthenId", 0x11),
  avpOf("proxyAuthenResponse", response),
];
const NO_PROOF = new Uint8Array(16).fill(0x5a);

conformance(
  {
    id: "rfc2661-1150",
    clause: CLAUSES["RFC2661-4.4.5-08"],
    needs: ["lns"],
    story: "whether the LNS builds on a proxied negotiation, or begins PPP anew, is written down",
    params: [{ proxied: "nothing" }, { proxied: "LCP" }, { proxied: "LCP and a login" }],
    background: ["ppp"],
  },
  async ({ bench, note, allow, user, params: { proxied } }) => {
    const tunnel = await bench.open();
    allow(stopped(tunnel.id), control("CDN"));
    const avps = {
      nothing: [],
      LCP: LCP_AVPS,
      "LCP and a login": [...LCP_AVPS, ...login(2, user.user, NO_PROOF)],
    }[proxied];
    const call = await tunnel.call({ iccn: avps });
    const anew = lcpPacket("Configure-Request", { "l2tp.sessionId": call.id });
    await note(may(anyOf(anew, authentication, ending), "RFC2661-4.4.5-08"));
  },
);

/** What an LNS that asks for authentication is told instead, and the clause that says what that is worth. */
const UNPROVEN = {
  "LCP without a login": { clause: "RFC2661-4.4.5-34", type: -1, octets: 16 },
  "type 0": { clause: "RFC2661-4.4.5-35", type: 0, octets: 16 },
  "type 6": { clause: "RFC2661-4.4.5-35", type: 6, octets: 16 },
  "type 65535": { clause: "RFC2661-4.4.5-35", type: 0xffff, octets: 16 },
  "an empty response": { clause: "RFC2661-4.4.5-45", type: 2, octets: 0 },
  "a wrong response": { clause: "RFC2661-4.4.5-45", type: 2, octets: 16 },
  "a response of 17 octets": { clause: "RFC2661-4.4.5-45", type: 2, octets: 17 },
} as const;

conformance(
  {
    id: "rfc2661-1151",
    clause: CLAUSES["RFC2661-4.4.5-34"],
    clauses: [CLAUSES["RFC2661-4.4.5-35"], CLAUSES["RFC2661-4.4.5-45"]],
    needs: ["lns", "chap"],
    story: "with who has not proven who he is, whatever the LAC tells of him, the LNS speaks no IPCP",
    params: [
      { told: "LCP without a login" },
      { told: "type 0" },
      { told: "type 6" },
      { told: "type 65535" },
      { told: "an empty response" },
      { told: "a wrong response" },
      { told: "a response of 17 octets" },
    ],
    background: ["ppp"],
    waitsMs: 5_000,
  },
  async ({ bench, climb, silence, allow, elapse, user, gateway, params: { told } }) => {
    const { clause, type, octets } = UNPROVEN[told];
    const proof = type < 0 ? [] : login(type, user.user, new Uint8Array(octets).fill(0x5a));
    const tunnel = await bench.open();
    allow(stopped(tunnel.id), control("CDN"));
    const call = tunnel.ask();
    call.peerId = (await climb(given(control("ICRP", { "l2tp.sessionId": call.id })))).number("avp.assignedSessionId");
    tunnel.send(iccn({}, [...LCP_AVPS, ...proof]), { sessionId: call.peerId });
    // LCP may be built on, or be negotiated anew; nobody answers a Challenge.
    call.begin(user, gateway, { auth: "chap", byHand: ["PAP", "CHAP", "IPCP"] });
    await elapse(2_000);
    call.send(ipcp.configureRequest(1, []));
    await silence(never(ipcpNegotiation, clause));
  },
);
