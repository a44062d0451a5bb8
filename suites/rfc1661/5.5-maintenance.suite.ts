/** RFC 1661 §5 and §5.5 to §5.8: packets that manage an open link, at their limits. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  anyOf,
  authentication,
  between,
  ending,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  oneOf,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { control, frame, fromHex, lcp as lcpPacket, PPP } from "#peer/script";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
/** Octets that a device gives back unchanged, no two neighbours alike. */
const counted = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * 7 + 1) & 0xff);
const hexOf = (octets: Uint8Array): string => Array.from(octets, (o) => o.toString(16).padStart(2, "0")).join("");
/** The bench's MRU, and what it provokes the device with: longer than that. */
const SMALL_MRU = 576;
const LONG = 1400;
const REFUSAL = anyOf(lcp("Code-Reject"), lcp("Protocol-Reject"), lcp("Terminate-Request"), lcp("Terminate-Ack"));

/** What the device makes of the bench's MRU: one that wants another, or none, shows nothing of what it means. */
const MRU_ANSWER = packet("answer about the MRU", {
  "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"),
  "lcp.option.mru": present,
});

conformance(
  {
    id: "rfc1661-0680",
    clause: CLAUSES["RFC1661-5-05"],
    story: "a frame has one LCP packet: a second one behind the Length of the first is padding, and gets no answer",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway);
    call.send(lcpPacket.echoRequest(8, 0, undefined, { tweak: { trailing: fromHex("0909000800000000") } }));
    await climb(must(lcp("Echo-Reply", { "lcp.id": 8 }), "RFC1661-5-05"));
    await silence(never(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1661-5-05").within(1000));
  },
);

conformance(
  {
    id: "rfc1661-0681",
    clause: CLAUSES["RFC1661-5.5-07"],
    story: "the data of a Terminate-Request mean nothing: whatever they are, Terminate-Ack comes",
    params: [{ octets: 0 }, { octets: 1 }, { octets: 200 }, { octets: 1400 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    await call.openLcp(caller, gateway);
    call.stop();
    call.send(lcpPacket.terminateRequest(200, counted(params.octets)));
    await climb(must(lcp("Terminate-Ack", { "lcp.id": 200 }), "RFC1661-5.5-07"));
  },
);

conformance(
  {
    id: "rfc1661-0682",
    clause: CLAUSES["RFC1661-5.5-08"],
    story: "a Terminate-Ack that the device did not ask for, with any Identifier, makes it negotiate anew",
    params: [{ id: 0 }, { id: 255 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(lcpPacket.terminateAck(params.id));
    await climb(must(lcp("Configure-Request"), "RFC1661-5.5-08"));
  },
);

conformance(
  {
    id: "rfc1661-0683",
    clause: CLAUSES["RFC1661-5.6-04"],
    version: 2,
    story: "Code-Reject of a packet that is longer than the bench's MRU is cut to that, from the front on",
  },
  async ({ bench, note, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    call.begin(caller, gateway, { ppp: { mru: SMALL_MRU } });
    const answer = await note(may(MRU_ANSWER, "RFC1661-5.6-04"));
    if (answer?.text("lcp.code") !== "Configure-Ack") return;
    await call.ipOpened();
    call.send(control(PPP.LCP, 100, 5, counted(LONG)));
    await climb(must(lcp("Code-Reject", { "lcp.length": between(5, SMALL_MRU) }), "RFC1661-5.6-04"));
  },
);

conformance(
  {
    id: "rfc1661-0684",
    clause: CLAUSES["RFC1661-5.7-05"],
    version: 2,
    story: "Protocol-Reject of a packet that is longer than the bench's MRU is cut to that, from the front on",
  },
  async ({ bench, note, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    call.begin(caller, gateway, { ppp: { mru: SMALL_MRU } });
    const answer = await note(may(MRU_ANSWER, "RFC1661-5.7-05"));
    if (answer?.text("lcp.code") !== "Configure-Ack") return;
    await call.ipOpened();
    call.send(frame(0x80cf, counted(LONG)));
    await climb(must(lcp("Protocol-Reject", { "lcp.length": between(6, SMALL_MRU) }), "RFC1661-5.7-05"));
  },
);

conformance(
  {
    id: "rfc1661-0685",
    clause: CLAUSES["RFC1661-5-01"],
    version: 2,
    story: "an Echo-Request that is longer than the bench's MRU gets a reply that is not, or none",
  },
  async ({ bench, note, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    call.begin(caller, gateway, { ppp: { mru: SMALL_MRU } });
    const answer = await note(may(MRU_ANSWER, "RFC1661-5-01"));
    if (answer?.text("lcp.code") !== "Configure-Ack") return;
    await call.ipOpened();
    call.send(lcpPacket.echoRequest(9, 0, counted(LONG)));
    await silence(
      never(lcp("Echo-Reply", { "lcp.length": between(SMALL_MRU + 1, 65535) }), "RFC1661-5-01").within(1500),
    );
  },
);

conformance(
  {
    id: "rfc1661-0686",
    clause: CLAUSES["RFC1661-5.6-05"],
    story: "Codes of later RFCs may be known or not: whatever comes of one, the link stays open",
    params: [{ code: 0 }, { code: 12 }, { code: 13 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, lcp("Code-Reject"), lcp(params.code));
    await call.openIp(caller, gateway);
    call.send(control(PPP.LCP, params.code, 5, fromHex("00000000 00000000")));
    call.echo(9);
    await climb(must(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1661-5.6-05"));
  },
);

conformance(
  {
    id: "rfc1661-0687",
    clause: CLAUSES["RFC1661-5.7-02"],
    story: "once IPCP was sent back in Protocol-Reject the device sends no more of it",
    waitsMs: 8000,
  },
  async ({ bench, climb, silence, elapse, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    await call.openLcp(caller, gateway, { byHand: ["IPCP"] });
    const asked = await climb(given(ipcp("Configure-Request")));
    const information = asked.packet.octets.slice(asked.packet.ppp!.frame.payloadAt, asked.packet.ppp!.frame.end);
    call.send(lcpPacket.protocolReject(1, PPP.IPCP, information));
    // What was on its way already does no harm.
    await elapse(1000);
    call.send(lcpPacket.protocolReject(2, PPP.IPCP, information));
    await silence(never(packet("IPCP packet", { "ipcp.code": present }), "RFC1661-5.7-02").within(7000));
  },
);

conformance(
  {
    id: "rfc1661-0688",
    clause: CLAUSES["RFC1661-5.7-03"],
    story: "before LCP is open a Protocol-Reject is dropped in silence, and IPCP comes up later all the same",
    params: [{ protocol: 0x8021 }, { protocol: 0xc021 }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await climb(given(lcp("Configure-Request")));
    call.send(lcpPacket.protocolReject(1, params.protocol, fromHex("01010004")));
    await silence(never(anyOf(REFUSAL, ending), "RFC1661-5.7-03").within(1000));
    call.begin(caller, gateway);
    await climb(should(ipcp("Configure-Request"), "RFC1661-5.7-03").within(15_000));
  },
);

conformance(
  {
    id: "rfc1661-0689",
    clause: CLAUSES["RFC1661-5.8-05"],
    story:
      "an Echo-Request of the device that nobody answers: whether its next one has the same Identifier is written down",
    waitsMs: 24_000,
  },
  async ({ bench, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    await call.openIp(caller, gateway);
    call.stop();
    const first = await note(may(lcp("Echo-Request"), "RFC1661-5.8-05").within(12_000));
    const same = lcp("Echo-Request", { "lcp.id": oneOf(...(first === undefined ? [] : [first.number("lcp.id")])) });
    if (first !== undefined) await note(may(same, "RFC1661-5.8-05").within(12_000));
  },
);

conformance(
  {
    id: "rfc1661-0690",
    clause: CLAUSES["RFC1662-3.1-05"],
    version: 2,
    story:
      "flags, escapes and control characters in an Echo-Request come back as they are, or not at all: nothing here is a serial line",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway);
    const octets = fromHex("7e7d7d5e7d5d1113007f7eff03");
    call.send(lcpPacket.echoRequest(9, 0, octets));
    // Nothing says that the data have to come back (RFC 1661 §5.8).
    await climb(must(lcp("Echo-Reply", { "lcp.id": 9, "lcp.data": oneOf(hexOf(octets), "") }), "RFC1662-3.1-05"));
  },
);
