/** RFC 1661 §6.4: the Magic-Number, which tells a looped line. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  anyOf,
  authentication,
  ending,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  not,
  nonZero,
  oneOf,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { lcp as lcpPacket } from "#peer/script";
import { Automaton } from "./automaton.ts";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
const REQUEST = lcp("Configure-Request");
/** A device without Magic-Numbers does nothing of what follows. */
const ASKS = lcp("Configure-Request", { "lcp.option.magic": present });
const MRU_1400 = { type: "mru", value: 1400 } as const;
const magic = (value: number) => ({ type: "magic", value }) as const;
const OTHER = 0x01020304;
const THIRD = 0x0badcafe;
const REPEATS_WITHIN_MS = 12_000;
const LOOPED_MS = 20_000;

const answer = (id: number) =>
  packet("LCP answer", { "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"), "lcp.id": id });

conformance(
  {
    id: "rfc1661-0740",
    clause: CLAUSES["RFC1661-6.4-16"],
    clauses: [CLAUSES["RFC1661-5.3-02"]],
    story:
      "number 0 between two good options gets Configure-Nak with another number and nothing else, or Configure-Reject",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [MRU_1400, magic(0), { type: "accm", value: 0 }]));
    const nak = lcp("Configure-Nak", { "lcp.id": 101, "lcp.option.magic": nonZero });
    const reject = lcp("Configure-Reject", { "lcp.id": 101 });
    await climb(must(anyOf(nak, reject), "RFC1661-6.4-16"));
  },
);

conformance(
  {
    id: "rfc1661-0741",
    clause: CLAUSES["RFC1661-6.4-04"],
    story: "a number unlike the device's is acknowledged; only who has none himself may reject it",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [magic(OTHER)]));
    const reject = lcp("Configure-Reject", { "lcp.id": 101 });
    const ack = lcp("Configure-Ack", { "lcp.id": 101, "lcp.option.magic": OTHER });
    await climb(should(ack, "RFC1661-6.4-04").or(reject, "uses no Magic-Numbers"));
  },
);

conformance(
  {
    id: "rfc1661-0742",
    clause: CLAUSES["RFC1661-6.4-11"],
    clauses: [CLAUSES["RFC1661-6.4-10"]],
    story: "a device that asks for a Magic-Number lets the other end have one",
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    if ((await note(may(ASKS, "RFC1661-6.4-11"))) === undefined) return;
    call.send(lcpPacket.configureRequest(101, [magic(OTHER)]));
    const ack = lcp("Configure-Ack", { "lcp.id": 101, "lcp.option.magic": OTHER });
    await climb(must(ack, "RFC1661-6.4-11"));
  },
);

conformance(
  {
    id: "rfc1661-0743",
    clause: CLAUSES["RFC1661-6.4-05"],
    clauses: [CLAUSES["RFC1661-6.4-06"]],
    version: 2,
    waitsMs: 5_000,
    story: "the device's own number in a request gets Configure-Nak with another one, and no new request at once",
  },
  async (context) => {
    const { bench, climb, silence, note, allow } = context;
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    const { asked, restartMs } = await new Automaton(context, call).begin();
    // A device without Magic-Numbers does nothing of what follows; that it asks for none is written down.
    if (asked.field("lcp.option.magic") === undefined) {
      await note(may(REQUEST, "RFC1661-6.4-05"));
      return;
    }
    const own = asked.number("lcp.option.magic");
    call.send(lcpPacket.configureRequest(101, [magic(own)]));
    const nak = lcp("Configure-Nak", { "lcp.id": 101, "lcp.option.magic": not(oneOf(0, own)) });
    await climb(must(nak, "RFC1661-6.4-05"));
    await silence(never(REQUEST, "RFC1661-6.4-06").within(restartMs / 4));
  },
);

conformance(
  {
    id: "rfc1661-0744",
    clause: CLAUSES["RFC1661-6.4-07"],
    story: "when its own Nak comes back as well the device chooses a new number",
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    const asked = await note(may(ASKS, "RFC1661-6.4-07"));
    if (asked === undefined) return;
    const { id, own } = { id: asked.number("lcp.id"), own: asked.number("lcp.option.magic") };
    call.send(lcpPacket.configureRequest(id, [magic(own)]));
    const nak = await note(may(lcp("Configure-Nak", { "lcp.id": id, "lcp.option.magic": present }), "RFC1661-6.4-07"));
    // Who does not see its own number is RFC1661-6.4-05's.
    if (nak === undefined) return;
    call.send(lcpPacket.configureNak(id, [magic(nak.number("lcp.option.magic"))]));
    const next = lcp("Configure-Request", { "lcp.option.magic": not(own) });
    await climb(must(next, "RFC1661-6.4-07").within(REPEATS_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc1661-0745",
    clause: CLAUSES["RFC1661-6.4-08"],
    story: "a Nak of its number makes the device ask anew with another one, without waiting for its timer",
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    const asked = await note(may(ASKS, "RFC1661-6.4-08"));
    if (asked === undefined) return;
    call.send(lcpPacket.configureNak(asked.number("lcp.id"), [magic(OTHER)]));
    const next = lcp("Configure-Request", { "lcp.option.magic": not(asked.number("lcp.option.magic")) });
    await climb(should(next, "RFC1661-6.4-08").within(1000));
  },
);

conformance(
  {
    id: "rfc1661-0746",
    clause: CLAUSES["RFC1661-6.4-12"],
    story: "a Reject of its number is as good as an Ack to the device: LCP opens without it, and stays open",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    const asked = await note(may(ASKS, "RFC1661-6.4-12"));
    if (asked === undefined) return;
    const { id, option } = { id: asked.number("lcp.id"), option: asked.option("lcp.option.magic") };
    call.send(lcpPacket.answer("Configure-Reject", id, option));
    await climb(should(lcp("Configure-Request", { "lcp.id": not(id) }), "RFC1661-6.4-12"));
    await call.openIp(caller, gateway);
    call.echo(9);
    await climb(should(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1661-6.4-12"));
  },
);

conformance(
  {
    id: "rfc1661-0747",
    clause: CLAUSES["RFC1661-6.4-18"],
    story: "on a looped line, where all that it sends comes back to it, LCP never opens",
    waitsMs: LOOPED_MS,
  },
  async ({ bench, climb, silence, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(packet("any LCP packet", { "lcp.code": present }), ending);
    if ((await note(may(ASKS, "RFC1661-6.4-18"))) === undefined) return;
    call.mirror();
    // What came before the line was looped comes again.
    await climb(given(REQUEST).within(REPEATS_WITHIN_MS));
    const opened = anyOf(authentication, ipcp("Configure-Request"), lcp("Echo-Request"), otherNcps);
    await silence(never(opened, "RFC1661-6.4-18").within(LOOPED_MS));
  },
);

conformance(
  {
    id: "rfc1661-0748",
    clause: CLAUSES["RFC1661-6.4-19"],
    story: "two ends that happen to choose the same number come apart again: with another one LCP opens",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    const asked = await note(may(ASKS, "RFC1661-6.4-19"));
    if (asked === undefined) return;
    call.send(lcpPacket.configureRequest(101, [magic(asked.number("lcp.option.magic"))]));
    await climb(given(answer(101)));
    call.begin(caller, gateway, { ppp: { magic: true } });
    await climb(must(lcp("Configure-Ack", { "lcp.option.magic": nonZero }), "RFC1661-6.4-19"));
  },
);

conformance(
  {
    id: "rfc1661-0749",
    clause: CLAUSES["RFC1661-6.4-21"],
    story:
      "a peer without a Magic-Number puts 0 into its Echo-Requests, and is answered with the device's own number, or 0",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    const asked = await climb(given(REQUEST));
    const own = Number(asked.field("lcp.option.magic")?.value ?? 0);
    await call.openLcp(caller, gateway);
    call.echo(9);
    await climb(must(lcp("Echo-Reply", { "lcp.id": 9, "lcp.magic": oneOf(0, own) }), "RFC1661-6.4-21"));
  },
);

conformance(
  {
    id: "rfc1661-0750",
    clause: CLAUSES["RFC1661-6.4-14"],
    story: "what the device does on its own number in an Echo-Request, and on one that is nobody's, is written down",
    params: [{ number: "own" }, { number: "third" }],
  },
  async ({ bench, climb, note, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    const asked = await climb(given(REQUEST));
    const own = Number(asked.field("lcp.option.magic")?.value ?? THIRD);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(lcpPacket.echoRequest(9, { own, third: THIRD }[params.number]));
    await note(may(anyOf(lcp("Echo-Reply", { "lcp.id": 9 }), ending), "RFC1661-6.4-14"));
  },
);
