/** RFC 1661 §5.3: what the device makes of a Configure-Nak. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, should } from "#expect/ladder";
import { absent, anyOf, ending, lcp, not, oneOf, present } from "#expect/matchers";
import { fromHex, lcp as lcpPacket, PPP } from "#peer/script";

const REQUEST = lcp("Configure-Request");
const MRU_1400 = { type: "mru", value: 1400 } as const;
const MAGIC = { type: "magic", value: 0x01020304 } as const;
/** A repeat comes after the Restart time, which the RFC has at 3 s by default. */
const REPEATS_WITHIN_MS = 12_000;

conformance(
  {
    id: "rfc1661-0658",
    clause: CLAUSES["RFC1661-5.3-11"],
    needs: ["lns", "chap"],
    story: "of two values for one option in a Nak the device takes one",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    const asked = await climb(given(lcp("Configure-Request", { "lcp.option.auth": present })));
    const [chap, pap] = [
      { type: "auth", protocol: PPP.CHAP, algorithm: 5 } as const,
      { type: "auth", protocol: PPP.PAP } as const,
    ];
    call.send(lcpPacket.configureNak(asked.number("lcp.id"), [pap, chap]));
    const one = lcp("Configure-Request", { "lcp.option.auth": present, "lcp.option.auth#2": absent });
    await climb(should(one, "RFC1661-5.3-11"));
  },
);

conformance(
  {
    id: "rfc1661-0659",
    clause: CLAUSES["RFC1661-5.3-12"],
    needs: ["lns", "chap"],
    story:
      "an option in a Nak may be shorter or longer than it was asked: the device asks anew in good form, or ends the link",
    params: [{ octets: "c023" }, { octets: "c2230500000000" }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    const asked = await climb(given(lcp("Configure-Request", { "lcp.option.auth": present })));
    call.send(lcpPacket.configureNak(asked.number("lcp.id"), [{ type: 3, octets: fromHex(params.octets) }]));
    const known = { "lcp.option.auth": oneOf("PAP", "CHAP-MD5", "MS-CHAP", "MS-CHAP-V2") };
    const next = lcp("Configure-Request", { ...known, "lcp.option.auth.length": oneOf(4, 5) });
    await climb(must(anyOf(next, ending), "RFC1661-5.3-12").within(REPEATS_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc1661-0660",
    clause: CLAUSES["RFC1661-5.3-10"],
    clauses: [CLAUSES["RFC1661-5.3-07"], CLAUSES["RFC1661-5.1-05"]],
    version: 2,
    story:
      "whether the device repeats its Identifier, takes the value of a Nak, and an option appended to it, is written down",
    waitsMs: 4000,
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    const first = await climb(given(REQUEST));
    const id = first.number("lcp.id");
    // A Nak counts for the latest request alone (§5.3), which may have another Identifier than the first.
    const anew = lcp("Configure-Request", { "lcp.id": not(id) });
    const renumbered = await note(may(anew, "RFC1661-5.1-05").within(4000));
    if (renumbered === undefined) await note(may(lcp("Configure-Request", { "lcp.id": id }), "RFC1661-5.1-05"));
    const asked = (renumbered ?? first).number("lcp.id");
    call.send(lcpPacket.configureNak(asked, [MAGIC]));
    const taken = lcp("Configure-Request", { "lcp.option.magic": MAGIC.value });
    const next =
      (await note(may(taken, "RFC1661-5.3-10").within(2000))) ??
      (await note(may(lcp("Configure-Request", { "lcp.id": not(asked) }), "RFC1661-5.3-10")));
    call.send(lcpPacket.configureNak(next?.number("lcp.id") ?? asked, [MRU_1400]));
    await note(may(lcp("Configure-Request", { "lcp.option.mru": 1400 }), "RFC1661-5.3-07"));
  },
);

conformance(
  {
    id: "rfc1661-0661",
    clause: CLAUSES["RFC1661-5.3-12"],
    story: "a Nak with an MRU of another Length leads to a request in good form, or to the end of the link",
    params: [{ octets: "05" }, { octets: "057800" }],
    waitsMs: 3000,
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    const asked = await climb(given(REQUEST));
    call.send(lcpPacket.configureNak(asked.number("lcp.id"), [{ type: 1, octets: fromHex(params.octets) }]));
    const plain = lcp("Configure-Request", { "lcp.option.mru.length": absent });
    const whole = lcp("Configure-Request", { "lcp.option.mru.length": 4 });
    await climb(must(anyOf(plain, whole, ending), "RFC1661-5.3-12").within(REPEATS_WITHIN_MS));
  },
);
