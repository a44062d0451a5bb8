/** RFC 1661 §5.1 to §5.4: Configure-Requests, and which answers to them count. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import {
  anyOf,
  authentication,
  ending,
  ipcp,
  lcp,
  lcpNegotiation,
  not,
  oneOf,
  packet,
  present,
  otherNcps,
} from "#expect/matchers";
import { concat, fromHex, lcp as lcpPacket, type LcpOption } from "#peer/script";
import { Automaton } from "./automaton.ts";

const REQUEST = lcp("Configure-Request");
/** A device that asks for nothing has nothing that could be answered wrongly. */
const ASKS = lcp("Configure-Request", { "lcp.options": not("") });
const MRU = { type: "mru", value: 1500 } as const;
/** One that no device asks for by itself. */
const ODD_MRU = { type: "mru", value: 1234 } as const;
const MRU_1400 = { type: "mru", value: 1400 } as const;
const magic = (value: number) => ({ type: "magic", value }) as const;
/** A repeat comes after the Restart time, which the RFC has at 3 s by default. */
const REPEATS_WITHIN_MS = 12_000;

/** Any answer to the bench's request. */
const answer = (id: number) =>
  packet("LCP answer", { "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"), "lcp.id": id });

/** An Ack that differs from the request in one thing. */
const WRONG = {
  changed: (options: Uint8Array) => options.map((octet, i) => (i === options.length - 1 ? octet ^ 1 : octet)),
  missing: (options: Uint8Array) => options.subarray(options[1] ?? 0),
  added: (options: Uint8Array) => concat(options, fromHex("c802")),
  empty: () => new Uint8Array(0),
} as const;

conformance(
  {
    id: "rfc1661-0650",
    clause: CLAUSES["RFC1661-5.1-03"],
    version: 2,
    story: "each Configure-Request gets an answer: the first, one more before LCP is open, and one when it is",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, authentication, ipcp("Configure-Request"), otherNcps, ending);
    const asked = await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [MRU]));
    await climb(must(answer(101), "RFC1661-5.1-03"));
    call.send(lcpPacket.configureRequest(102, [MRU]));
    await climb(must(answer(102), "RFC1661-5.1-03"));
    call.acknowledge(asked);
    call.send(lcpPacket.configureRequest(103, [MRU]));
    await climb(must(answer(103), "RFC1661-5.1-03"));
  },
);

conformance(
  {
    id: "rfc1661-0651",
    clause: CLAUSES["RFC1661-5.1-06"],
    story: "one answer speaks of all options of a request: an Ack has them all, and no second answer follows",
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [MRU_1400, magic(0x01020304)]));
    const whole = lcp("Configure-Ack", { "lcp.id": 101, "lcp.options": "mru,magic" });
    const others = [lcp("Configure-Nak", { "lcp.id": 101 }), lcp("Configure-Reject", { "lcp.id": 101 })];
    await climb(must(anyOf(whole, ...others), "RFC1661-5.1-06"));
    await silence(never(answer(101), "RFC1661-5.1-06").within(1000));
  },
);

conformance(
  {
    id: "rfc1661-0652",
    clause: CLAUSES["RFC1661-5.2-04"],
    version: 2,
    story:
      "an Ack whose options are not those of the request, one changed, missing or added, or none, opens nothing; the request is repeated",
    params: [{ ack: "changed" }, { ack: "missing" }, { ack: "added" }, { ack: "empty" }],
    waitsMs: 4000,
  },
  async ({ bench, climb, silence, note, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    const asked = await note(may(ASKS, "RFC1661-5.2-04"));
    if (asked === undefined) return;
    call.send(lcpPacket.configureRequest(101, []));
    await climb(given(lcp("Configure-Ack", { "lcp.id": 101 })));
    const octets = WRONG[params.ack](asked.octets("lcp.options"));
    call.send(lcpPacket.answer("Configure-Ack", asked.number("lcp.id"), octets));
    await silence(never(anyOf(authentication, ipcp("Configure-Request")), "RFC1661-5.2-04").within(1500));
    await climb(must(REQUEST, "RFC1661-5.2-04").within(REPEATS_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc1661-0653",
    clause: CLAUSES["RFC1661-5.3-14"],
    version: 2,
    story: "with an unknown option beside a bad value Configure-Reject comes first, and lists the unknown one",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [magic(0), MRU_1400, { type: 200, octets: fromHex("01") }]));
    // A device may refuse Magic-Numbers, or the MRU, altogether.
    const reject = lcp("Configure-Reject", {
      "lcp.id": 101,
      "lcp.options": oneOf("200", "magic,200", "mru,200", "magic,mru,200"),
    });
    await climb(must(reject, "RFC1661-5.3-14"));
  },
);

conformance(
  {
    id: "rfc1661-0654",
    clause: CLAUSES["RFC1661-5.3-08"],
    clauses: [CLAUSES["RFC1661-5.3-05"]],
    version: 2,
    story:
      "who asks for all that the device's Nak lists gets Configure-Ack; whether that is the default is written down",
    params: [{ bad: "mru" }, { bad: "magic" }],
  },
  async ({ bench, climb, note, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending, lcp("Configure-Ack", { "lcp.id": 101 }), lcp("Configure-Reject", { "lcp.id": 101 }));
    await climb(given(REQUEST));
    const bad: LcpOption = { mru: { type: "mru", value: 1 } as const, magic: magic(0) }[params.bad];
    call.send(lcpPacket.configureRequest(101, [bad]));
    // There is no default number (§6.4).
    const other = { mru: { "lcp.option.mru": not(MRU.value) }, magic: { "lcp.option.magic": present } }[params.bad];
    const nak =
      (await note(may(lcp("Configure-Nak", { "lcp.id": 101, ...other }), "RFC1661-5.3-05"))) ??
      (await note(may(lcp("Configure-Nak", { "lcp.id": 101 }), "RFC1661-5.3-05")));
    // Nothing was named where the device takes the value, or the option not at all.
    if (nak === undefined) return;
    call.send(lcpPacket.answer("Configure-Request", 102, nak.octets("lcp.options")));
    const listed = nak.text("lcp.options");
    await climb(must(lcp("Configure-Ack", { "lcp.id": 102, "lcp.options": listed }), "RFC1661-5.3-08"));
  },
);

conformance(
  {
    id: "rfc1661-0655",
    clause: CLAUSES["RFC1661-5.3-09"],
    version: 2,
    story:
      "a Nak with an Identifier that the device never used changes nothing: no new request at once, none with its values",
    waitsMs: 10_000,
  },
  async (context) => {
    const { bench, silence, allow } = context;
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    const { asked, restartMs } = await new Automaton(context, call).begin();
    call.send(lcpPacket.configureNak((asked.number("lcp.id") + 100) & 0xff, [ODD_MRU, magic(0x01020304)]));
    await silence(never(REQUEST, "RFC1661-5.3-09").within(restartMs / 2));
    const taken = anyOf(
      lcp("Configure-Request", { "lcp.option.mru": ODD_MRU.value }),
      lcp("Configure-Request", { "lcp.option.magic": 0x01020304 }),
    );
    await silence(never(taken, "RFC1661-5.3-09").within(1.5 * restartMs));
  },
);

conformance(
  {
    id: "rfc1661-0656",
    clause: CLAUSES["RFC1661-5.4-03"],
    version: 2,
    story:
      "a Reject with an Identifier that the device never used changes nothing: it goes on asking for all its options",
    waitsMs: 10_000,
  },
  async (context) => {
    const { bench, silence, note, allow } = context;
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    const { asked, restartMs, requestedOptions } = await new Automaton(context, call).begin();
    // There is nothing of it to reject; that it asks for nothing is written down.
    if (requestedOptions.length === 0) {
      await note(may(REQUEST, "RFC1661-5.4-03"));
      return;
    }
    call.send(lcpPacket.answer("Configure-Reject", (asked.number("lcp.id") + 100) & 0xff, requestedOptions));
    await silence(never(REQUEST, "RFC1661-5.4-03").within(restartMs / 2));
    const less = lcp("Configure-Request", { "lcp.options": not(asked.text("lcp.options")) });
    await silence(never(less, "RFC1661-5.4-03").within(1.5 * restartMs));
  },
);

conformance(
  {
    id: "rfc1661-0657",
    clause: CLAUSES["RFC1661-5.4-04"],
    version: 2,
    story: "a Reject of an option that the device did not ask, or not with that value, is dropped",
    params: [{ reject: "changed" }, { reject: "added" }],
    waitsMs: 10_000,
  },
  async (context) => {
    const { bench, silence, note, allow, params } = context;
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    const { asked, restartMs, requestedOptions } = await new Automaton(context, call).begin();
    // There is nothing of it to reject; that it asks for nothing is written down.
    if (requestedOptions.length === 0) {
      await note(may(REQUEST, "RFC1661-5.4-04"));
      return;
    }
    call.send(lcpPacket.answer("Configure-Reject", asked.number("lcp.id"), WRONG[params.reject](requestedOptions)));
    await silence(never(REQUEST, "RFC1661-5.4-04").within(restartMs / 2));
    const less = lcp("Configure-Request", { "lcp.options": not(asked.text("lcp.options")) });
    await silence(never(less, "RFC1661-5.4-04").within(1.5 * restartMs));
  },
);
