/** RFC 1994 §2 and §4.1: what a Challenge is made of, and Challenges while the link is in use. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  anyOf,
  chap,
  control,
  echoReply,
  ending,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  not,
  oneOf,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { chap as chapPacket, chapMd5, hex, ipcp as ipcpPacket, lcp as lcpPacket } from "#peer/script";

const LINK = [lcpNegotiation, ipcpNegotiation, otherNcps] as const;
const CHAP_BY_HAND = { auth: "chap", byHand: ["CHAP", "IPCP"] } as const;
/** Longer than the pause that a device which challenges anew may leave. */
const REPEATED_WITHIN_MS = 20_000;
/** A Challenge Value of the bench, another for each call of this; no two octets in a row alike. */
const counted = (n: number, from = 1): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * 7 + from) & 0xff);

conformance(
  {
    id: "rfc1994-0110",
    clause: CLAUSES["RFC1994-4.1-21"],
    clauses: [CLAUSES["RFC1994-2-01"], CLAUSES["RFC1994-4.1-03"]],
    needs: ["lns", "chap"],
    story: "if the device challenges again in the network phase, a wrong Response to that gets Failure",
    waitsMs: REPEATED_WITHIN_MS,
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"), chap("Success"), ending);
    await call.openIp(caller, gateway, { auth: "chap" });
    call.stop();
    // What came before is claimed by now: the next Challenge is one of the network phase.
    call.echo(9);
    const half = REPEATED_WITHIN_MS / 2;
    const again =
      (await note(may(chap("Challenge"), "RFC1994-4.1-03").within(half))) ??
      (await note(may(chap("Challenge"), "RFC1994-2-01").within(2 * half)));
    if (again === undefined) return;
    call.send(chapPacket.response(again.number("chap.id"), new Uint8Array(16), caller.user));
    await climb(must(chap("Failure", { "chap.id": again.number("chap.id") }), "RFC1994-4.1-21"));
  },
);

conformance(
  {
    id: "rfc1994-0111",
    clause: CLAUSES["RFC1994-2-02"],
    needs: ["lns", "chap"],
    version: 2,
    story: "after a wrong Response the connection is given up",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Challenge"), chap("Failure"), ending);
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    call.send(chapPacket.response(asked.number("chap.id"), counted(16), caller.user));
    await climb(should(ending, "RFC1994-2-02"));
  },
);

conformance(
  {
    id: "rfc1994-0112",
    clause: CLAUSES["RFC1994-2.3-01"],
    needs: ["lns", "chap"],
    story: "a secret has an octet or more: whoever answers with none is not let in, by a known name or another",
    params: [{ name: "known" }, { name: "unknown" }, { name: "longest" }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Challenge"), chap("Failure"), ending);
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    const asked = await climb(given(chap("Challenge")));
    const id = asked.number("chap.id");
    const name = { known: caller.user, unknown: "nobody@hb", longest: "n".repeat(255) }[params.name];
    call.send(chapPacket.response(id, { secret: "", challenge: asked.octets("chap.value") }, name));
    await silence(never(chap("Success"), "RFC1994-2.3-01").within(2_000));
  },
);

conformance(
  {
    id: "rfc1994-0113",
    clause: CLAUSES["RFC1994-2.3-04"],
    needs: ["lns", "chap"],
    story: "calls in different tunnels, some time apart, get Challenges with different Values",
    waitsMs: 3_000,
  },
  async ({ bench, climb, elapse, allow, caller, gateway }) => {
    allow(lcpNegotiation, chap("Challenge"), ending);
    const values: string[] = [];
    for (let n = 0; n < 3; n++) {
      const tunnel = await bench.open();
      const call = await tunnel.call();
      await call.openLcp(caller, gateway, CHAP_BY_HAND);
      const fresh = { "l2tp.sessionId": call.id, "chap.value": not(oneOf(...values)) };
      values.push((await climb(should(chap("Challenge", fresh), "RFC1994-2.3-04"))).text("chap.value"));
      call.stop();
      tunnel.close();
      await elapse(1_000);
    }
  },
);

conformance(
  {
    id: "rfc1994-0114",
    clause: CLAUSES["RFC1994-4.1-19"],
    clauses: [CLAUSES["RFC1994-4.1-16"]],
    needs: ["lac", "chap"],
    story: "three Challenges in the network phase get the right Responses, and data flow between them as before",
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Response"));
    await call.openIp(user, gateway, { auth: "chap" });
    await call.carries();
    for (const [i, size] of [1, 16, 255].entries()) {
      const value = counted(size, i);
      const id = 200 + i;
      call.send(chapPacket.challenge(id, value, bench.hostName));
      const right = { "chap.id": id, "chap.value": hex(chapMd5(id, user.password, value)) };
      await climb(must(chap("Response", right), "RFC1994-4.1-16"));
      call.send(chapPacket.success(id));
      call.ping(7, i);
      await climb(must(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": i }), "RFC1994-4.1-19"));
    }
    call.echo(9);
    const begins = anyOf(lcpNegotiation, ipcpNegotiation);
    await silence(never(begins, "RFC1994-4.1-19").within(1_000));
  },
);

conformance(
  {
    id: "rfc1994-0115",
    clause: CLAUSES["RFC1994-4.1-23"],
    needs: ["lac", "chap"],
    story: "when the link is terminated in place of Failure, the device agrees and begins no IPCP",
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, chap("Response"), ending);
    await call.openLcp(user, gateway, CHAP_BY_HAND);
    call.send(chapPacket.challenge(7, counted(16), bench.hostName));
    await climb(given(chap("Response", { "chap.id": 7 })));
    call.stop();
    call.send(lcpPacket.terminateRequest(77));
    const agreed = must(lcp("Terminate-Ack", { "lcp.id": 77 }), "RFC1994-4.1-23");
    await climb(agreed.or(control("CDN"), "hangs up without Terminate-Ack"));
    call.send(ipcpPacket.configureRequest(1, [{ type: "address", value: gateway }]));
    await silence(never(packet("IPCP packet", { "ipcp.code": present }), "RFC1994-4.1-23"));
  },
);

/** Tries at one link, each behind an LCP negotiation of its own. */
const TRIES = 4;

conformance(
  {
    id: "rfc1994-0116",
    clause: CLAUSES["RFC1994-4.2-07"],
    needs: ["lns", "chap"],
    story:
      "wrong Responses, one after the other on one link, with LCP begun anew between them: when the device ends it is written down",
    waitsMs: 15_000,
  },
  async ({ bench, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, chap("Challenge"), chap("Failure"), ending);
    await call.openLcp(caller, gateway, CHAP_BY_HAND);
    for (let n = 1; n <= TRIES; n++) {
      const asked = await note(may(chap("Challenge"), "RFC1994-4.2-07"));
      if (asked === undefined) return;
      call.send(chapPacket.response(asked.number("chap.id"), counted(16, n), caller.user));
      // The first failure may end the link: then there is nothing to count.
      if ((await note(may(ending, "RFC1994-4.2-07").within(2_000))) !== undefined) return;
      call.drive((ppp, now) => ppp.renegotiate(now));
    }
  },
);
