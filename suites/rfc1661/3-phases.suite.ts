/** RFC 1661 §3.1 to §3.6: what may be said, and what is heard, in which phase of the link. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  absent,
  anyOf,
  authentication,
  between,
  chap,
  echoReply,
  ending,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  not,
  oneOf,
  otherNcps,
  packet,
  pap,
  present,
} from "#expect/matchers";
import { chap as chapPacket, frame, fromHex, ip, ipcp as ipcpPacket, pap as papPacket } from "#peer/script";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
/** The Identifier of what the bench sends in the wrong phase. */
const ID = 77;
const HOST = "172.31.255.1";
const ANY_IPCP = packet("IPCP packet", { "ipcp.code": present });
const NETWORK_DATA = packet("network data", { "inner.ip.src": present });
const NOT_LCP = packet("anything but LCP", { "ppp.name": not("LCP") });
/** Something in LCP that could be meant as an answer. */
const REFUSAL = anyOf(
  lcp("Protocol-Reject"),
  lcp("Code-Reject"),
  packet("LCP answer", { "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"), "lcp.id": ID }),
);

const STRANGERS = {
  pap: papPacket.request(ID, "hb@hb", "guess"),
  chap: chapPacket.response(ID, new Uint8Array(16), "hb@hb"),
  ipcp: ipcpPacket.configureRequest(ID, [{ type: "address", value: "0.0.0.0" }]),
  ip: ip.ping(HOST, "172.16.1.1", 7, 1),
  unknown: frame(0x80cf, fromHex("014d0004")),
} as const;

conformance(
  {
    id: "rfc1661-0610",
    clause: CLAUSES["RFC1661-3.4-01"],
    story: "before LCP is open anything but LCP is dropped in silence, known or unknown, and LCP then opens as usual",
    params: [{ sent: "pap" }, { sent: "chap" }, { sent: "ipcp" }, { sent: "ip" }, { sent: "unknown" }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await climb(given(lcp("Configure-Request")));
    call.send(STRANGERS[params.sent]);
    await silence(never(anyOf(NOT_LCP, REFUSAL), "RFC1661-3.4-01").within(1000));
    call.begin(caller, gateway);
    await climb(given(lcp("Configure-Ack")));
  },
);

conformance(
  {
    id: "rfc1661-0611",
    clause: CLAUSES["RFC1661-3.4-04"],
    story:
      "with no option asked for, the reply to a ping has a Protocol field of two octets and at most 1500 of information",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    await call.carries();
    call.ping(7, 1);
    const plain = { "inner.icmp.id": 7, "ppp.protocolLength": 2, "inner.ip.length": between(20, 1500) };
    await climb(must(echoReply(plain), "RFC1661-3.4-04"));
  },
);

conformance(
  {
    id: "rfc1661-0612",
    clause: CLAUSES["RFC1661-3.5-02"],
    needs: ["pap", "chap"],
    story: "as soon as LCP is open the device begins to authenticate: as LNS by a Challenge, as LAC by its login",
  },
  async ({ role, bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, packet("quality report", { "ppp.name": "LQR" }));
    const { auth, first } = {
      lns: { auth: "chap", first: chap("Challenge") } as const,
      lac: { auth: "pap", first: pap("Authenticate-Request") } as const,
    }[role];
    await call.openLcp(caller, gateway, { auth, byHand: ["PAP", "CHAP", "IPCP"] });
    await climb(should(first, "RFC1661-3.5-02"));
  },
);

conformance(
  {
    id: "rfc1661-0613",
    clause: CLAUSES["RFC1661-3.5-06"],
    needs: ["lns", "pap", "chap"],
    story: "who fails to authenticate himself is sent Terminate-Request, or the call is ended",
    params: [{ auth: "pap" }, { auth: "chap" }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    // The link may be ended first, and the call behind it.
    allow(lcpNegotiation, chap("Challenge"), pap("Authenticate-Nak"), chap("Failure"), ending);
    call.begin({ ...caller, password: `${caller.password}x` }, gateway, { auth: params.auth });
    await climb(should(ending, "RFC1661-3.5-06").within(10_000));
  },
);

conformance(
  {
    id: "rfc1661-0614",
    clause: CLAUSES["RFC1661-3.5-07"],
    needs: ["pap"],
    story: "while authentication is open IPCP and IP are dropped in silence, and LCP goes on",
    params: [{ sent: "ipcp" }, { sent: "ip" }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, authentication);
    await call.openLcp(caller, gateway, { auth: "pap", byHand: ["PAP", "CHAP", "IPCP"] });
    call.send(STRANGERS[params.sent]);
    const answers = anyOf(ANY_IPCP, otherNcps, NETWORK_DATA, REFUSAL);
    await silence(never(answers, "RFC1661-3.5-07").within(1000));
    call.echo(9);
    await climb(given(lcp("Echo-Reply", { "lcp.id": 9 })));
  },
);

conformance(
  {
    id: "rfc1661-0615",
    clause: CLAUSES["RFC1661-3.5-08"],
    needs: ["lns", "pap"],
    story: "a login by PAP that comes five seconds late is as good as an early one",
    waitsMs: 5000,
  },
  async ({ bench, climb, elapse, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, { auth: "pap", byHand: ["PAP", "IPCP"] });
    await elapse(5000);
    call.send(papPacket.request(ID, caller.user, caller.password));
    await climb(should(pap("Authenticate-Ack", { "pap.id": ID }), "RFC1661-3.5-08"));
  },
);

conformance(
  {
    id: "rfc1661-0616",
    clause: CLAUSES["RFC1661-3.5-08"],
    needs: ["lns", "chap"],
    story:
      "the Response to the newest Challenge after five seconds, or to the first repeat, is as good as an early one",
    waitsMs: 5000,
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, { auth: "chap", byHand: ["CHAP", "IPCP"] });
    const first = await climb(given(chap("Challenge")));
    const challenge = (await note(may(chap("Challenge"), "RFC1661-3.5-08").within(5000))) ?? first;
    const id = challenge.number("chap.id");
    const proof = { secret: caller.password, challenge: challenge.octets("chap.value") };
    call.send(chapPacket.response(id, proof, caller.user));
    await climb(should(chap("Success", { "chap.id": id }), "RFC1661-3.5-08"));
  },
);

conformance(
  {
    id: "rfc1661-0617",
    clause: CLAUSES["RFC1661-3.5-09"],
    needs: ["lns", "chap"],
    story: "who never answers is challenged again, but not without end: then the link is terminated",
    waitsMs: 45_000,
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Challenge"), ending);
    await call.openLcp(caller, gateway, { auth: "chap", byHand: ["CHAP", "IPCP"] });
    await climb(given(chap("Challenge")));
    await climb(should(chap("Challenge"), "RFC1661-3.5-09").within(12_000));
    await climb(should(ending, "RFC1661-3.5-09").within(60_000));
  },
);

conformance(
  {
    id: "rfc1661-0618",
    clause: CLAUSES["RFC1661-3.5-10"],
    needs: ["lac", "pap"],
    story: "refused and told no more, the device need not end the link, but begins no network protocol",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, pap("Authenticate-Request"), ending);
    await call.openLcp(caller, gateway, { auth: "pap", byHand: ["PAP", "IPCP"] });
    const login = await climb(given(pap("Authenticate-Request")));
    call.send(papPacket.nak(login.number("pap.id")));
    await silence(never(anyOf(ANY_IPCP, otherNcps, NETWORK_DATA), "RFC1661-3.5-10"));
  },
);

conformance(
  {
    id: "rfc1661-0619",
    clause: CLAUSES["RFC1661-3.5-11"],
    needs: ["lns"],
    version: 2,
    story:
      "who rejects the authentication that the device asks for gets as far as IPCP only where it then asks for none any more",
  },
  async ({ bench, note, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    const asked = await note(may(lcp("Configure-Request", { "lcp.option.auth": present }), "RFC1661-3.5-11"));
    if (asked === undefined) return;
    call.begin(caller, gateway, { ppp: { acceptAuth: [] } });
    // By default nothing is mandatory (§3.5): a device may have asked for what it can do without, and then says so.
    const yields = lcp("Configure-Request", { "lcp.option.auth": absent });
    if ((await note(may(yields, "RFC1661-3.5-11").within(5000))) !== undefined) return;
    await silence(never(anyOf(ANY_IPCP, otherNcps, NETWORK_DATA), "RFC1661-3.5-11").within(5000));
  },
);

conformance(
  {
    id: "rfc1661-0624",
    clause: CLAUSES["RFC1661-3.1-02"],
    needs: ["lns"],
    story: "whether the device asks its callers to authenticate themselves is written down",
  },
  async ({ bench, note, allow }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    allow(lcp("Configure-Request"));
    await note(may(lcp("Configure-Request", { "lcp.option.auth": present }), "RFC1661-3.1-02"));
  },
);
