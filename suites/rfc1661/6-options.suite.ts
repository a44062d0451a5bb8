/** RFC 1661 §6 and §6.1 to §6.3: what an option binds, and options that are odd, repeated or unknown. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  absent,
  authentication,
  between,
  chap,
  data,
  echoReply,
  ending,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  not,
  oneOf,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { chap as chapPacket, concat, frame, fromHex, lcp as lcpPacket, PPP } from "#peer/script";
import { askedForMd5 } from "../rfc1994/asked-for-md5.ts";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
const REQUEST = lcp("Configure-Request");
const MRU_1400 = { type: "mru", value: 1400 } as const;
const LQR = packet("quality report", { "ppp.name": "LQR" });
/** RFC 1989 §2.2: the number of the protocol, and a report every second. */
const QUALITY = { type: "quality", protocol: PPP.LQR, data: fromHex("00000064") } as const;
/** Numbers of nothing yet; as long as RFC 1989 §2.5 has it. */
const REPORT = frame(PPP.LQR, new Uint8Array(48));

/** Any answer to the bench's request. */
const answer = (id: number) =>
  packet("LCP answer", { "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"), "lcp.id": id });
const ack = (id: number) => lcp("Configure-Ack", { "lcp.id": id });

conformance(
  {
    id: "rfc1661-0710",
    clause: CLAUSES["RFC1661-6-01"],
    story: "with a peer that knows no option but authentication, and asks for none, LCP opens and data flow",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    const asked = await climb(given(REQUEST));
    const [all, auth] = [asked.octets("lcp.options"), asked.option("lcp.option.auth")];
    const authAt =
      auth.length === 0 ? all.length : asked.field("lcp.option.auth.length")!.at - 1 - asked.field("lcp.options")!.at;
    const others = concat(all.subarray(0, authAt), all.subarray(authAt + auth.length));
    // An empty Reject would reject nothing.
    if (others.length > 0) call.send(lcpPacket.answer("Configure-Reject", asked.number("lcp.id"), others));
    call.begin(caller, gateway);
    await climb(should(ipcp("Configure-Ack"), "RFC1661-6-01").within(15_000));
    await call.ipOpened();
    await call.carries();
    call.ping(7, 1);
    await climb(should(echoReply({ "inner.icmp.id": 7 }), "RFC1661-6-01"));
  },
);

conformance(
  {
    id: "rfc1661-0711",
    clause: CLAUSES["RFC1661-6-06"],
    story: "an option whose Length does not even count itself is not acknowledged, and the next good request is",
    params: [{ length: 0 }, { length: 1 }],
  },
  async ({ bench, climb, silence, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, lcp("Configure-Nak", { "lcp.id": 101 }), lcp("Configure-Reject", { "lcp.id": 101 }), ending);
    await climb(given(REQUEST));
    call.send(
      lcpPacket.configureRequest(101, [{ type: 1, octets: fromHex("0578"), tweak: { length: params.length } }]),
    );
    await silence(never(ack(101), "RFC1661-6-06").within(1000));
    call.send(lcpPacket.configureRequest(102, []));
    await climb(given(ack(102)));
  },
);

conformance(
  {
    id: "rfc1661-0712",
    clause: CLAUSES["RFC1661-6-04"],
    version: 2,
    story: "the Length of a request ends its options: one behind it, though bad, is not spoken of in the answer",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [MRU_1400], { tweak: { trailing: fromHex("050600000000") } }));
    const codes = oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject");
    const ofMru = packet("answer about the MRU alone", { "lcp.code": codes, "lcp.id": 101, "lcp.options": "mru" });
    await climb(must(ofMru, "RFC1661-6-04"));
  },
);

conformance(
  {
    id: "rfc1661-0713",
    clause: CLAUSES["RFC1661-6-08"],
    version: 2,
    story: "an MRU listed twice may get any answer or none; it does no harm to the next good request",
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, answer(101), ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [MRU_1400, { type: "mru", value: 1300 }]));
    await note(may(answer(101), "RFC1661-6-08"));
    call.send(lcpPacket.configureRequest(102, []));
    await climb(must(ack(102), "RFC1661-6-08"));
  },
);

conformance(
  {
    id: "rfc1661-0714",
    clause: CLAUSES["RFC1661-6-09"],
    story:
      "a larger MRU, and short forms of the header, that the device acknowledges oblige it to nothing: pings are answered in any form",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway, { ppp: { mru: 2000, pfc: true, acfc: true } });
    await call.carries();
    call.ping(7, 1);
    await climb(must(echoReply({ "inner.icmp.id": 7 }), "RFC1661-6-09"));
  },
);

conformance(
  {
    id: "rfc1661-0715",
    clause: CLAUSES["RFC1661-6-10"],
    story: "option 0 is nobody's: it comes back in Configure-Reject, or gets another answer of who knows it",
    params: [{ octets: "" }, { octets: "00000100" }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [{ type: 0, octets: fromHex(params.octets) }]));
    const reject = lcp("Configure-Reject", { "lcp.id": 101, "lcp.options": "0" });
    await climb(must(reject, "RFC1661-6-10").or(answer(101), "takes option 0 for one that it knows"));
  },
);

conformance(
  {
    id: "rfc1661-0716",
    version: 2,
    clause: CLAUSES["RFC1661-6.1-01"],
    story: "a device that asks for an MRU below 1500 takes 1500 octets all the same",
    waitsMs: 10_000,
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending, data({ "inner.ip.length": between(20, 1500) }));
    const small = await note(may(lcp("Configure-Request", { "lcp.option.mru": between(1, 1499) }), "RFC1661-6.1-01"));
    if (small === undefined) return;
    await call.openIp(caller, gateway);
    await call.carries();
    call.ping(7, 1, 1500 - 28);
    await climb(must(data({ "inner.icmp.type": 0, "inner.icmp.id": 7, "inner.icmp.seq": 1 }), "RFC1661-6.1-01"));
  },
);

conformance(
  {
    id: "rfc1661-0717",
    clause: CLAUSES["RFC1661-6.1-06"],
    story: "the MRU counts neither FF 03 nor the protocol: frames of four octets more than 1500 are taken",
    params: [{ information: 1497 }, { information: 1500 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, data({ "inner.ip.length": between(20, 1500) }));
    await call.openIp(caller, gateway);
    await call.carries();
    call.ping(7, 1, params.information - 28);
    await climb(must(data({ "inner.icmp.type": 0, "inner.icmp.id": 7, "inner.icmp.seq": 1 }), "RFC1661-6.1-06"));
  },
);

conformance(
  {
    id: "rfc1661-0718",
    clause: CLAUSES["RFC1661-6.2-02"],
    needs: ["lns", "pap", "chap"],
    story: "of the protocols that it has the device asks for the strongest first: CHAP, not PAP",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    allow(REQUEST);
    const strong = lcp("Configure-Request", { "lcp.option.auth": not("PAP") });
    const weak = lcp("Configure-Request", { "lcp.option.auth": "PAP" });
    await climb(should(strong, "RFC1661-6.2-02").or(weak, "asks for PAP first"));
  },
);

conformance(
  {
    id: "rfc1661-0719",
    clause: CLAUSES["RFC1661-6.2-07"],
    story: "each end may ask the other to authenticate itself: the device answers the bench's wish, by whatever answer",
    params: [{ protocol: "c023" }, { protocol: "c22305" }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [{ type: 3, octets: fromHex(params.protocol) }]));
    await climb(must(answer(101), "RFC1661-6.2-07"));
  },
);

conformance(
  {
    id: "rfc1661-0720",
    version: 2,
    clause: CLAUSES["RFC1661-6.3-03"],
    clauses: [CLAUSES["RFC1661-3.5-03"]],
    story: "asked for quality reports the device may refuse; if it agrees, they come",
    waitsMs: 10_000,
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending, answer(101), LQR);
    const asked = await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [QUALITY]));
    if ((await note(may(ack(101), "RFC1661-3.5-03"))) === undefined) return;
    call.acknowledge(asked);
    await climb(must(LQR, "RFC1661-6.3-03").within(5000));
  },
);

conformance(
  {
    id: "rfc1661-0721",
    version: 2,
    clause: CLAUSES["RFC1661-6.3-01"],
    story: "a device that asks for quality reports, and was promised them, does not reject them",
    waitsMs: 10_000,
  },
  async ({ bench, climb, silence, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending, LQR);
    const asked = await note(may(lcp("Configure-Request", { "lcp.option.quality": present }), "RFC1661-6.3-01"));
    if (asked === undefined) return;
    call.send(lcpPacket.configureRequest(101, []));
    await climb(given(ack(101)));
    call.acknowledge(asked);
    for (let n = 0; n < 3; n++) call.send(REPORT);
    await silence(never(lcp("Protocol-Reject"), "RFC1661-6.3-01").within(1000));
  },
);

conformance(
  {
    id: "rfc1661-0722",
    clause: CLAUSES["RFC1661-6.3-05"],
    version: 2,
    story: "a device whose wish for quality reports, among others, is rejected goes on without them",
    waitsMs: 10_000,
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    const asked = await note(may(lcp("Configure-Request", { "lcp.option.quality": present }), "RFC1661-6.3-05"));
    // All that was asked is no proper subset of it (§5.4): a Reject of it may be dropped.
    if (asked === undefined || asked.text("lcp.options") === "quality") return;
    const { id, option } = { id: asked.number("lcp.id"), option: asked.option("lcp.option.quality") };
    call.send(lcpPacket.answer("Configure-Reject", id, option));
    const without = lcp("Configure-Request", { "lcp.id": not(id), "lcp.option.quality": absent });
    await climb(must(without, "RFC1661-6.3-05"));
  },
);

conformance(
  {
    id: "rfc1661-0723",
    version: 2,
    clause: CLAUSES["RFC1661-3.5-04"],
    needs: ["lns", "chap"],
    story: "quality reports on end, where the device has agreed to any, keep nobody from proving himself by CHAP",
    waitsMs: 10_000,
  },
  async ({ bench, climb, note, allow, caller }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending, answer(101), LQR, lcp("Protocol-Reject"));
    const asked = await askedForMd5(climb, call);
    call.send(lcpPacket.configureRequest(101, [QUALITY]));
    if ((await note(may(ack(101), "RFC1661-3.5-04"))) === undefined) return;
    call.acknowledge(asked);
    const challenge = await climb(given(chap("Challenge")));
    for (let n = 0; n < 20; n++) call.send(REPORT);
    const id = challenge.number("chap.id");
    const proof = { secret: caller.password, challenge: challenge.octets("chap.value") };
    call.send(chapPacket.response(id, proof, caller.user));
    await climb(must(chap("Success"), "RFC1661-3.5-04").within(10_000));
  },
);
