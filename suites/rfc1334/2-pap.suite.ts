/** RFC 1334 §2: PAP, for the end that asks (a device that is the LNS) and the end that proves itself (the LAC). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never, should } from "#expect/ladder";
import {
  anyOf,
  authentication,
  echoReply,
  ending,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  not,
  otherNcps,
  packet,
  pap,
  present,
} from "#expect/matchers";
import { control, ipcp as ipcpPacket, lcp as lcpPacket, ofText, pap as papPacket, PPP } from "#peer/script";

const LINK = [lcpNegotiation, ipcpNegotiation, otherNcps] as const;
/** LCP by the reference PPP, PAP agreed on; what follows is the case's. */
const PAP_BY_HAND = { auth: "pap", byHand: ["PAP", "IPCP"] } as const;
const ANY_REPLY = anyOf(pap("Authenticate-Ack"), pap("Authenticate-Nak"));
const ANY_IPCP = packet("IPCP packet", { "ipcp.code": present });

conformance(
  {
    id: "rfc1334-0001",
    clause: CLAUSES["RFC1334-2.2.2-04"],
    needs: ["lns", "pap"],
    story: "the reply to a login has its Identifier and a Msg-Length",
    params: [{ id: 0 }, { id: 1 }, { id: 255 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    call.send(papPacket.request(params.id, caller.user, caller.password));
    const reply = pap("Authenticate-Ack", { "pap.id": params.id });
    await climb(must(reply, "RFC1334-2.2.2-04"));
  },
);

conformance(
  {
    id: "rfc1334-0002",
    clause: CLAUSES["RFC1334-2.2.2-03"],
    needs: ["lns", "pap"],
    story: "after a refused login the link is given up",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, pap("Authenticate-Nak"), ending);
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    call.send(papPacket.request(7, caller.user, `${caller.password}x`));
    await climb(should(ending, "RFC1334-2.2.2-03"));
  },
);

conformance(
  {
    id: "rfc1334-0003",
    clause: CLAUSES["RFC1334-2.2.1-04"],
    needs: ["lns", "pap"],
    story: "every login is answered, with an empty name, an empty password, both empty, and 255 octets of each",
    params: [
      { user: 0, password: 8 },
      { user: 8, password: 0 },
      { user: 0, password: 0 },
      { user: 255, password: 255 },
    ],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    call.send(papPacket.request(7, "u".repeat(params.user), "p".repeat(params.password)));
    await climb(must(ANY_REPLY, "RFC1334-2.2.1-04"));
  },
);

conformance(
  {
    id: "rfc1334-0004",
    version: 2,
    clause: CLAUSES["RFC1334-2.2.1-06"],
    clauses: [CLAUSES["RFC1334-2.2.1-05"]],
    needs: ["lns", "pap"],
    story: "the accepted login, repeated once the network phase has begun, is accepted again, and data flow as before",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, pap("Authenticate-Ack"));
    await call.openIp(caller, gateway, { auth: "pap" });
    await call.carries();
    call.send(papPacket.request(200, caller.user, caller.password));
    await climb(must(pap("Authenticate-Ack", { "pap.id": 200 }), "RFC1334-2.2.1-06"));
    call.ping(7, 1);
    await climb(must(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": 1 }), "RFC1334-2.2.1-05"));
  },
);

conformance(
  {
    id: "rfc1334-0005",
    clause: CLAUSES["RFC1334-2.2.1-07"],
    needs: ["lns", "pap"],
    story: "a login before LCP is open is dropped in silence; the same one afterwards is answered",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await climb(given(lcp("Configure-Request")));
    call.send(papPacket.request(7, caller.user, caller.password));
    await silence(never(anyOf(ANY_REPLY, lcp("Protocol-Reject")), "RFC1334-2.2.1-07").within(1000));
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    call.send(papPacket.request(8, caller.user, caller.password));
    await climb(given(pap("Authenticate-Ack", { "pap.id": 8 })));
  },
);

conformance(
  {
    id: "rfc1334-0006",
    clause: CLAUSES["RFC1334-2.2-01"],
    needs: ["lns", "pap"],
    story: "octets behind the Length of a login are padding: it is accepted as without them",
    params: [{ octets: 1 }, { octets: 20 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    const trailing = ofText("x".repeat(params.octets));
    call.send(papPacket.request(7, caller.user, caller.password, { tweak: { trailing } }));
    await climb(should(pap("Authenticate-Ack", { "pap.id": 7 }), "RFC1334-2.2-01"));
  },
);

/** Lengths that lead out of the login, to where padding would be; of the last one the octets are there, as padding. */
const OVERRUNS = {
  name: () => ({ peerIdLength: 255 }),
  password: () => ({ passwordLength: 255 }),
  padding: (whole: number) => ({ length: whole - 2 }),
} as const;

conformance(
  {
    id: "rfc1334-0007",
    version: 2,
    clause: CLAUSES["RFC1334-2.2-01"],
    needs: ["lns", "pap"],
    story: "what lies behind the Length of a login is no part of its name or password: it is not accepted",
    params: [{ beyond: "name" }, { beyond: "password" }, { beyond: "padding" }],
  },
  async ({ bench, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, pap("Authenticate-Nak"), ending);
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    const tweak = OVERRUNS[params.beyond](6 + ofText(caller.user).length + ofText(caller.password).length);
    call.send(papPacket.request(7, caller.user, caller.password, { tweak }));
    // How to take a malformed login RFC 1334 leaves open, unlike RFC 1661 for its packets: a remark at worst.
    await silence(never(pap("Authenticate-Ack"), "RFC1334-2.2-01"));
  },
);

conformance(
  {
    id: "rfc1334-0008",
    version: 2,
    clause: CLAUSES["RFC1334-2.2-02"],
    needs: ["lns", "pap"],
    story: "PAP has three Codes and no Code-Reject: another one gets no reply, and the login behind it is accepted",
    params: [{ code: 0 }, { code: 4 }, { code: 255 }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    call.send(control(PPP.PAP, params.code, 7, ofText("\u0001a\u0001b")));
    call.sendBehind(papPacket.request(8, caller.user, caller.password));
    const reply = packet("PAP packet", { "pap.code": present, "pap.id": 7 });
    await silence(never(anyOf(reply, lcp("Code-Reject")), "RFC1334-2.2-02").within(1000));
    const accepted = pap("Authenticate-Ack", { "pap.id": 8 });
    await climb(must(accepted, "RFC1334-2.2-02").or(ending, "gives the call up for an unknown Code"));
  },
);

conformance(
  {
    id: "rfc1334-0009",
    version: 2,
    clause: CLAUSES["RFC1334-2.2.1-02"],
    needs: ["lac", "pap"],
    story: "a login without a reply is repeated, or the link given up",
    waitsMs: 8_000,
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation);
    await call.openLcp(user, gateway, PAP_BY_HAND);
    await climb(given(pap("Authenticate-Request")));
    // How often is for a retry counter to say, if there is one; its Identifier is a rule's to judge.
    const again = must(pap("Authenticate-Request"), "RFC1334-2.2.1-02");
    await climb(again.or(ending, "gives the link up behind one login"));
  },
);

conformance(
  {
    id: "rfc1334-0010",
    clause: CLAUSES["RFC1334-2.2.1-01"],
    needs: ["lac", "pap"],
    story: "the device that acknowledged PAP sends its login unasked, with a Length that its name and password fill",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, pap("Authenticate-Request"));
    await call.openLcp(user, gateway, PAP_BY_HAND);
    const length = 6 + ofText(user.user).length + ofText(user.password).length;
    await climb(
      must(pap("Authenticate-Request", { "pap.length": length, "pap.peerId": user.user }), "RFC1334-2.2.1-01"),
    );
  },
);

conformance(
  {
    id: "rfc1334-0011",
    clause: CLAUSES["RFC1334-2.2.1-11"],
    needs: ["lac", "pap"],
    story: "an Authenticate-Ack with an Identifier that the device never used opens nothing; the right one does",
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, pap("Authenticate-Request"), otherNcps, ipcpNegotiation);
    await call.openLcp(user, gateway, PAP_BY_HAND);
    const login = await climb(given(pap("Authenticate-Request")));
    const id = login.number("pap.id");
    call.send(papPacket.ack((id + 100) & 0xff));
    await silence(never(ANY_IPCP, "RFC1334-2.2.1-11").within(1000));
    call.send(papPacket.ack(id));
    await climb(given(ipcp("Configure-Request")));
  },
);

conformance(
  {
    id: "rfc1334-0012",
    clause: CLAUSES["RFC1334-2.2.2-05"],
    needs: ["lac", "pap"],
    story: "whatever the message of an Authenticate-Ack says, it lets the device in",
    params: [{ message: "" }, { message: "access denied" }, { message: "\u0000\u0007\u001b" }],
  },
  async ({ bench, climb, allow, user, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, pap("Authenticate-Request"), otherNcps, ipcpNegotiation);
    await call.openLcp(user, gateway, PAP_BY_HAND);
    const login = await climb(given(pap("Authenticate-Request")));
    call.send(papPacket.ack(login.number("pap.id"), params.message));
    await climb(must(ipcp("Configure-Request"), "RFC1334-2.2.2-05"));
  },
);

conformance(
  {
    id: "rfc1334-0013",
    clause: CLAUSES["RFC1334-2.2.2-05"],
    needs: ["lac", "pap"],
    story: "whatever the message of an Authenticate-Nak says, it does not let the device in",
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, pap("Authenticate-Request"), ending);
    await call.openLcp(user, gateway, PAP_BY_HAND);
    const login = await climb(given(pap("Authenticate-Request")));
    call.send(papPacket.nak(login.number("pap.id"), "Login ok"));
    call.send(ipcpPacket.configureRequest(1, [{ type: "address", value: gateway }]));
    await silence(never(ANY_IPCP, "RFC1334-2.2.2-05"));
  },
);

conformance(
  {
    id: "rfc1334-0014",
    clause: CLAUSES["RFC1334-2-04"],
    needs: ["lac", "pap"],
    story: "no login before LCP is open: while the device's own request is not acknowledged, none comes",
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    await climb(given(lcp("Configure-Request")));
    call.send(lcpPacket.configureRequest(8, [{ type: "auth", protocol: PPP.PAP }]));
    await climb(given(lcp("Configure-Ack", { "lcp.id": 8 })));
    await silence(never(authentication, "RFC1334-2-04").within(2000));
  },
);

conformance(
  {
    id: "rfc1334-0015",
    version: 2,
    clause: CLAUSES["RFC1334-2-01"],
    needs: ["lns", "pap", "chap"],
    story: "a device that has CHAP too asks for that, or for another protocol than PAP, before it asks for PAP",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    allow(lcp("Configure-Request"));
    // EAP (RFC 3748) is no less strong than CHAP.
    const stronger = lcp("Configure-Request", { "lcp.option.auth.protocol": not(PPP.PAP) });
    await climb(must(stronger, "RFC1334-2-01"));
  },
);
