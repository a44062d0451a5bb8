/** RFC 1994 §4: CHAP, for the end that challenges (a device that is the LNS) and the end that answers (the LAC). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never, should } from "#expect/ladder";
import {
  anyOf,
  atLeast,
  authentication,
  chap,
  echoReply,
  ending,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  octets,
  otherNcps,
  packet,
  present,
  stopped,
} from "#expect/matchers";
import { chap as chapPacket, chapMd5, control, hex, ipcp as ipcpPacket, lcp as lcpPacket, PPP } from "#peer/script";

const LINK = [lcpNegotiation, ipcpNegotiation, otherNcps] as const;
/** LCP by the reference PPP, CHAP agreed on; what follows is the case's. */
const CHAP_BY_HAND = { auth: "chap", byHand: ["CHAP", "IPCP"] } as const;
const ANY_VERDICT = anyOf(chap("Success"), chap("Failure"));
const ANY_IPCP = packet("IPCP packet", { "ipcp.code": present });
/** A Challenge Value of the bench as LNS; no two octets in a row alike. */
const counted = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * 7 + 1) & 0xff);

conformance(
  {
    id: "rfc1994-0001",
    version: 2,
    clause: CLAUSES["RFC1994-4.1-01"],
    clauses: [CLAUSES["RFC1994-4.1-13"]],
    needs: ["lns", "chap"],
    story: "once CHAP is agreed on a Challenge comes, and none without a Name",
    met: { implementation: "a Huawei LNS, whose Name is empty", reported: "a capture of its calls" },
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Challenge"));
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    // The silence first: what it looks for may be the first Challenge, which a rung before it would have claimed.
    const nameless = chap("Challenge", { "chap.name": octets(0) });
    await silence(never(nameless, "RFC1994-4.1-13").within(1_000));
    await climb(must(chap("Challenge"), "RFC1994-4.1-01"));
  },
);

conformance(
  {
    id: "rfc1994-0002",
    version: 3,
    clause: CLAUSES["RFC1994-4.1-02"],
    needs: ["lns", "chap"],
    story: "a Challenge without a Response is repeated, or the caller given up",
    waitsMs: 5_000,
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Challenge"));
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    await climb(given(chap("Challenge")));
    // How often is for a retry counter to say, if there is one. Identifiers and Values are for rules.
    const again = must(chap("Challenge"), "RFC1994-4.1-02");
    await climb(again.or(ending, "gives the caller up behind one Challenge"));
  },
);

conformance(
  {
    id: "rfc1994-0003",
    clause: CLAUSES["RFC1994-4.2-04"],
    needs: ["lns", "chap"],
    story: "the MD5 value over Identifier, secret and Challenge gets Success with the Response's Identifier",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"));
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    const id = asked.number("chap.id");
    call.send(chapPacket.response(id, { secret: caller.password, challenge: asked.octets("chap.value") }, caller.user));
    await climb(must(chap("Success", { "chap.id": id }), "RFC1994-4.2-04"));
  },
);

conformance(
  {
    id: "rfc1994-0004",
    clause: CLAUSES["RFC1994-4.1-06"],
    needs: ["lns", "chap"],
    story:
      "every Response to the current Challenge gets Success or Failure: a right one, one with a bit wrong, and zeros",
    params: [{ value: "right" }, { value: "flipped" }, { value: "zeros" }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"), ending);
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    const id = asked.number("chap.id");
    const right = chapMd5(id, caller.password, asked.octets("chap.value"));
    const flipped = right.map((octet, i) => (i === 15 ? octet ^ 1 : octet));
    call.send(chapPacket.response(id, { right, flipped, zeros: new Uint8Array(16) }[params.value], caller.user));
    await climb(must(ANY_VERDICT, "RFC1994-4.1-06"));
  },
);

conformance(
  {
    id: "rfc1994-0005",
    clause: CLAUSES["RFC1994-4.1-17"],
    needs: ["lns", "chap"],
    version: 2,
    story: "a Response Value that is cut short, or has an octet too many, does not let anybody in",
    params: [{ size: 1 }, { size: 15 }, { size: 17 }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"), chap("Failure"), ending, stopped(tunnel.id));
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    const id = asked.number("chap.id");
    const value = new Uint8Array(params.size);
    value.set(chapMd5(id, caller.password, asked.octets("chap.value")).subarray(0, params.size));
    call.send(chapPacket.response(id, value, caller.user));
    await silence(never(chap("Success"), "RFC1994-4.1-17"));
  },
);

conformance(
  {
    id: "rfc1994-0006",
    version: 2,
    clause: CLAUSES["RFC1994-4.1-08"],
    clauses: [CLAUSES["RFC1994-4.1-07"]],
    needs: ["lns", "chap"],
    story: "in the network phase the Response to the same Challenge gets Success again, and data flow as before",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Success"));
    call.begin(caller, gateway, { auth: "chap" });
    const asked = await climb(given(chap("Challenge")));
    await call.ipOpened();
    await call.carries();
    const id = asked.number("chap.id");
    call.send(chapPacket.response(id, { secret: caller.password, challenge: asked.octets("chap.value") }, caller.user));
    await climb(must(chap("Success", { "chap.id": id }), "RFC1994-4.1-08"));
    call.ping(7, 1);
    await climb(must(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": 1 }), "RFC1994-4.1-07"));
  },
);

conformance(
  {
    id: "rfc1994-0007",
    clause: CLAUSES["RFC1994-4.1-09"],
    needs: ["lns", "chap"],
    story: "a Response before LCP is open is dropped in silence",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation);
    await climb(given(lcp("Configure-Request")));
    call.send(chapPacket.response(1, counted(16), caller.user));
    await silence(never(anyOf(ANY_VERDICT, lcp("Protocol-Reject")), "RFC1994-4.1-09").within(1000));
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    await climb(given(chap("Challenge")));
  },
);

conformance(
  {
    id: "rfc1994-0008",
    clause: CLAUSES["RFC1994-4.1-05"],
    clauses: [CLAUSES["RFC1994-4.1-11"], CLAUSES["RFC1994-4.1-16"], CLAUSES["RFC1994-4.1-18"]],
    needs: ["lac", "chap"],
    story:
      "every Challenge gets a Response with its Identifier, the MD5 value, and the device's name, whatever the Value's size",
    params: [
      { id: 0, size: 1 },
      { id: 77, size: 16 },
      { id: 255, size: 255 },
    ],
  },
  async ({ bench, climb, allow, user, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Response"));
    await call.openLcp(user, gateway, CHAP_BY_HAND);
    const challenge = chapPacket.challenge(params.id, counted(params.size), "a name that nobody knows");
    call.send(challenge);
    await climb(must(chap("Response"), "RFC1994-4.1-05"));
    call.send(challenge);
    await climb(must(chap("Response", { "chap.id": params.id }), "RFC1994-4.1-11"));
    call.send(challenge);
    const value = hex(chapMd5(params.id, user.password, counted(params.size)));
    await climb(must(chap("Response", { "chap.value": value }), "RFC1994-4.1-16"));
    call.send(challenge);
    await climb(must(chap("Response", { "chap.name": user.user }), "RFC1994-4.1-18"));
  },
);

conformance(
  {
    id: "rfc1994-0009",
    clause: CLAUSES["RFC1994-4.2-10"],
    needs: ["lac", "chap"],
    story: "a Success with an Identifier that is not the Response's opens nothing; the right one does",
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Response"), ipcpNegotiation, otherNcps);
    await call.openLcp(user, gateway, CHAP_BY_HAND);
    call.send(chapPacket.challenge(7, counted(16), bench.hostName));
    await climb(given(chap("Response", { "chap.id": 7 })));
    call.send(chapPacket.success(107));
    await silence(never(ANY_IPCP, "RFC1994-4.2-10").within(1000));
    call.send(chapPacket.success(7));
    await climb(given(ipcp("Configure-Request")));
  },
);

conformance(
  {
    id: "rfc1994-0010",
    clause: CLAUSES["RFC1994-4.2-12"],
    needs: ["lac", "chap"],
    story: "after Failure the device starts no IPCP and answers none, even if the message says that all is well",
    params: [{ message: "" }, { message: "Welcome" }],
  },
  async ({ bench, climb, silence, allow, user, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Response"), ending);
    await call.openLcp(user, gateway, CHAP_BY_HAND);
    call.send(chapPacket.challenge(7, counted(16), bench.hostName));
    await climb(given(chap("Response", { "chap.id": 7 })));
    call.send(chapPacket.failure(7, params.message));
    call.send(ipcpPacket.configureRequest(1, [{ type: "address", value: gateway }]));
    await silence(never(ANY_IPCP, "RFC1994-4.2-12"));
  },
);

conformance(
  {
    id: "rfc1994-0011",
    clause: CLAUSES["RFC1994-4.2-05"],
    needs: ["lac", "chap"],
    story: "whatever the message of Success says, and if there is none, the device goes on to IPCP",
    params: [{ message: "" }, { message: "access denied" }, { message: "\u0000\u0007" }],
  },
  async ({ bench, climb, allow, user, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Response"), ipcpNegotiation, otherNcps);
    await call.openLcp(user, gateway, CHAP_BY_HAND);
    call.send(chapPacket.challenge(7, counted(16), bench.hostName));
    await climb(given(chap("Response", { "chap.id": 7 })));
    call.send(chapPacket.success(7, params.message));
    await climb(must(ipcp("Configure-Request"), "RFC1994-4.2-05"));
  },
);

conformance(
  {
    id: "rfc1994-0012",
    clause: CLAUSES["RFC1994-3-03"],
    needs: ["lac"],
    story:
      "asked for CHAP with an algorithm that nobody knows, the device answers with Configure-Nak or Configure-Reject",
    params: [{ algorithm: 0 }, { algorithm: 4 }, { algorithm: 0xfe }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcp("Configure-Request"), ending);
    await climb(given(lcp("Configure-Request")));
    call.send(lcpPacket.configureRequest(8, [{ type: "auth", protocol: PPP.CHAP, algorithm: params.algorithm }]));
    const refusal = anyOf(lcp("Configure-Nak", { "lcp.id": 8 }), lcp("Configure-Reject", { "lcp.id": 8 }));
    await climb(must(refusal, "RFC1994-3-03"));
  },
);

conformance(
  {
    id: "rfc1994-0013",
    version: 2,
    clause: CLAUSES["RFC1994-4-02"],
    needs: ["chap"],
    story: "CHAP has four Codes and no Code-Reject: another one gets no answer, and LCP stays open",
    params: [{ code: 0 }, { code: 5 }, { code: 255 }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Challenge"));
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    call.send(control(PPP.CHAP, params.code, 7, counted(20)));
    call.sendBehind(lcpPacket.echoRequest(9, 0));
    await silence(never(anyOf(ANY_VERDICT, lcp("Code-Reject")), "RFC1994-4-02").within(1000));
    const open = lcp("Echo-Reply", { "lcp.id": 9 });
    await climb(must(open, "RFC1994-4-02").or(ending, "gives the call up for an unknown Code"));
  },
);

conformance(
  {
    id: "rfc1994-0014",
    clause: CLAUSES["RFC1994-1-02"],
    needs: ["lns", "chap"],
    story: "before the Response the device, which has challenged, answers no IPCP and starts none",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Challenge"));
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    await climb(given(chap("Challenge", { "chap.length": atLeast(6) })));
    call.send(ipcpPacket.configureRequest(1, [{ type: "address", value: "0.0.0.0" }]));
    await silence(never(ANY_IPCP, "RFC1994-1-02").within(2000));
  },
);

conformance(
  {
    id: "rfc1994-0015",
    clause: CLAUSES["RFC1994-S-01"],
    needs: ["lac", "chap"],
    story: "after Failure the device sends no Response unasked",
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    await call.openLcp(user, gateway, CHAP_BY_HAND);
    call.send(chapPacket.challenge(7, counted(16), bench.hostName));
    await climb(given(chap("Response", { "chap.id": 7 })));
    call.send(chapPacket.failure(7, "no"));
    await silence(never(authentication, "RFC1994-S-01"));
  },
);

conformance(
  {
    id: "rfc1994-0016",
    clause: CLAUSES["RFC1994-4-01"],
    needs: ["lns", "chap"],
    story: "octets behind the Length of a Response are padding: it gets Success as without them",
    params: [{ octets: 1 }, { octets: 20 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"));
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    const id = asked.number("chap.id");
    const answer = { secret: caller.password, challenge: asked.octets("chap.value") };
    call.send(chapPacket.response(id, answer, caller.user, { tweak: { trailing: counted(params.octets) } }));
    await climb(should(chap("Success", { "chap.id": id }), "RFC1994-4-01"));
  },
);
