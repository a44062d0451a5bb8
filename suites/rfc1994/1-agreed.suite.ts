/** RFC 1994 §1 to §3: how CHAP is agreed on, in one direction and in both. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { anyOf, chap, ending, ipcpNegotiation, lcp, lcpNegotiation, otherNcps, pap, present } from "#expect/matchers";
import { chap as chapPacket, control, lcp as lcpPacket, pap as papPacket, PPP } from "#peer/script";
import { askedForMd5, IS_MD5, MD5 } from "./asked-for-md5.ts";

const LINK = [lcpNegotiation, ipcpNegotiation, otherNcps] as const;
const CHAP_BY_HAND = { auth: "chap", byHand: ["CHAP", "IPCP"] } as const;
const CONFIGURE_ACK = 2;
/** A Challenge Value of the bench; no two octets in a row alike. */
const VALUE = Uint8Array.from({ length: 16 }, (_, i) => (i * 7 + 1) & 0xff);

conformance(
  {
    id: "rfc1994-0100",
    version: 2,
    clause: CLAUSES["RFC1994-1-01"],
    clauses: [CLAUSES["RFC1994-3-01"]],
    needs: ["lns", "chap"],
    story:
      "a device that authenticates its callers says so in its Configure-Request, and has MD5 for who naks other protocols with it",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcp("Configure-Request"), lcp("Configure-Ack"), chap("Challenge"));
    // By EAP, or by an algorithm of Microsoft's, if it would rather have that.
    await climb(must(lcp("Configure-Request", { "lcp.option.auth.protocol": present }), "RFC1994-1-01"));
    call.begin(caller, gateway, CHAP_BY_HAND);
    await climb(must(lcp("Configure-Request", IS_MD5), "RFC1994-3-01"));
  },
);

conformance(
  {
    id: "rfc1994-0101",
    clause: CLAUSES["RFC1994-3-01"],
    needs: ["lac", "chap"],
    story: "asked for CHAP with MD5 the device agrees",
  },
  async ({ bench, climb, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcp("Configure-Request"), ending);
    await climb(given(lcp("Configure-Request")));
    call.send(lcpPacket.configureRequest(8, [MD5]));
    await climb(must(lcp("Configure-Ack", { "lcp.id": 8 }), "RFC1994-3-01"));
  },
);

conformance(
  {
    id: "rfc1994-0102",
    version: 2,
    clause: CLAUSES["RFC1994-2.1-01"],
    needs: ["lns", "chap"],
    story:
      "who is asked for CHAP may ask for it as well: the device agrees or refuses, and its own authentication of the caller goes on",
  },
  async ({ bench, climb, allow, caller }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"));
    const asked = await askedForMd5(climb, call);
    call.send(control(PPP.LCP, CONFIGURE_ACK, asked.number("lcp.id"), asked.octets("lcp.options")));
    call.send(lcpPacket.configureRequest(8, [MD5]));
    const [ack, nak, reject] = (["Configure-Ack", "Configure-Nak", "Configure-Reject"] as const).map((code) =>
      lcp(code, { "lcp.id": 8 }),
    );
    const reply = await climb(must(anyOf(ack!, nak!, reject!), "RFC1994-2.1-01"));
    const agreed = reply.text("lcp.code") === "Configure-Ack";
    if (!agreed) call.send(lcpPacket.configureRequest(9, []));
    const challenge = await climb(must(chap("Challenge", { "chap.value": present }), "RFC1994-2.1-01"));
    if (agreed) {
      call.send(chapPacket.challenge(200, VALUE, bench.hostName));
      await climb(must(chap("Response", { "chap.id": 200 }), "RFC1994-2.1-01"));
      // The bench has no name for the device: it is content with any.
      call.send(chapPacket.success(200));
    }
    const id = challenge.number("chap.id");
    const answer = { secret: caller.password, challenge: challenge.octets("chap.value") };
    call.send(chapPacket.response(id, answer, caller.user));
    await climb(must(chap("Success", { "chap.id": id }), "RFC1994-2.1-01"));
  },
);

conformance(
  {
    id: "rfc1994-0103",
    version: 2,
    clause: CLAUSES["RFC1994-4.2-08"],
    needs: ["lns", "chap"],
    story:
      "who sends the device's own Challenge back, and then the device's Response to it as his own, is let in only where one secret serves both directions",
  },
  async ({ bench, climb, note, silence, allow, caller }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"), chap("Failure"), ending);
    const asked = await askedForMd5(climb, call);
    call.send(control(PPP.LCP, CONFIGURE_ACK, asked.number("lcp.id"), asked.octets("lcp.options")));
    call.send(lcpPacket.configureRequest(8, [MD5]));
    const agreed = await note(may(lcp("Configure-Ack", { "lcp.id": 8 }), "RFC1994-4.2-08").within(2_000));
    if (agreed === undefined) return;
    const challenge = await climb(given(chap("Challenge")));
    const id = challenge.number("chap.id");
    call.send(chapPacket.challenge(id, challenge.octets("chap.value"), bench.hostName));
    const response = await note(may(chap("Response", { "chap.id": id }), "RFC1994-4.2-08").within(5_000));
    if (response === undefined) return;
    call.send(chapPacket.response(id, response.octets("chap.value"), caller.user));
    await silence(never(chap("Success"), "RFC1994-4.2-08").within(2_000));
  },
);

conformance(
  {
    id: "rfc1994-0104",
    version: 2,
    clause: CLAUSES["RFC1994-4.2-09"],
    needs: ["lns", "pap", "chap"],
    story: "whether a name that CHAP was asked of gets in by PAP as well is written down",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, pap("Authenticate-Nak"), ending);
    await askedForMd5(climb, call);
    await call.openLcp(caller, gateway, { auth: "pap", byHand: ["PAP", "IPCP"] });
    call.send(papPacket.request(7, caller.user, caller.password));
    await note(may(pap("Authenticate-Ack", { "pap.id": 7 }), "RFC1994-4.2-09"));
  },
);
