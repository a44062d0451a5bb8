/** RFC 1334 §1, §2 and §2.2.1: when PAP is asked for and runs, and how the end that asks takes its time. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  anyOf,
  between,
  echoReply,
  ending,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  not,
  otherNcps,
  packet,
  pap,
  present,
} from "#expect/matchers";
import { pap as papPacket, PPP } from "#peer/script";

const LINK = [lcpNegotiation, ipcpNegotiation, otherNcps] as const;
/** LCP by the reference PPP, PAP agreed on; what follows is the case's. */
const PAP_BY_HAND = { auth: "pap", byHand: ["PAP", "IPCP"] } as const;
const ANY_REPLY = anyOf(pap("Authenticate-Ack"), pap("Authenticate-Nak"));
const ANY_PAP = packet("PAP packet", { "pap.code": present });

conformance(
  {
    id: "rfc1334-0100",
    version: 2,
    clause: CLAUSES["RFC1334-1-01"],
    clauses: [CLAUSES["RFC1661-6.2-03"]],
    needs: ["lns", "pap"],
    story:
      "a device that authenticates its callers says so in its Configure-Request, and asks for PAP if that is what it hears",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcp("Configure-Request"), lcp("Configure-Ack"), ending);
    const asked = await climb(must(lcp("Configure-Request", { "lcp.option.auth.protocol": present }), "RFC1334-1-01"));
    if (asked.number("lcp.option.auth.protocol") === PPP.PAP) return;
    // One that insists on a stronger protocol may do so.
    call.begin(caller, gateway, PAP_BY_HAND);
    await climb(should(lcp("Configure-Request", { "lcp.option.auth.protocol": PPP.PAP }), "RFC1661-6.2-03"));
  },
);

conformance(
  {
    id: "rfc1334-0101",
    clause: CLAUSES["RFC1334-2.2.1-03"],
    needs: ["lns", "pap"],
    story: "the device waits for the login, says nothing of PAP before it, and takes one that comes after five seconds",
    waitsMs: 5_000,
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    await silence(never(ANY_PAP, "RFC1334-2.2.1-03").within(5_000));
    call.send(papPacket.request(7, caller.user, caller.password));
    await climb(should(pap("Authenticate-Ack", { "pap.id": 7 }), "RFC1334-2.2.1-03"));
  },
);

conformance(
  {
    id: "rfc1334-0102",
    version: 3,
    clause: CLAUSES["RFC1334-2-03"],
    needs: ["lns", "pap"],
    story:
      "in the network phase nothing of PAP comes unasked; when LCP begins anew and asks for it, the login is taken anew",
    waitsMs: 6_500,
  },
  async ({ bench, climb, note, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, pap("Authenticate-Ack"));
    await call.openIp(caller, gateway, { auth: "pap" });
    await call.carries();
    // Who was slow to look the caller up has repeats of his login to answer yet (RFC 1334 §2.2.1).
    const late = pap("Authenticate-Ack", { "pap.id": between(2, 255) });
    while ((await note(may(late, "RFC1334-2-03").within(1_500))) !== undefined);
    await silence(never(ANY_PAP, "RFC1334-2-03").within(5_000));
    call.drive((ppp, now) => ppp.renegotiate(now));
    // Whether a device lets LCP begin anew is no matter of PAP; nor has it to ask a caller twice who it is (RFC 1661 §3.5).
    const anew = await note(may(lcp("Configure-Request"), "RFC1334-2-03"));
    if (anew?.field("lcp.option.auth") === undefined) return;
    const again = must(pap("Authenticate-Ack"), "RFC1334-2-03");
    await climb(again.or(ending, "gives the call up when LCP begins anew"));
  },
);

conformance(
  {
    id: "rfc1334-0103",
    clause: CLAUSES["RFC1334-2.2-01"],
    needs: ["lns", "pap"],
    story: "a login whose Length leaves no room for it, or is more than the frame has, lets nobody in",
    params: [{ length: 0 }, { length: 3 }, { length: 4 }, { length: 5 }, { length: 200 }, { length: 65_535 }],
  },
  async ({ bench, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, pap("Authenticate-Nak"), ending);
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    call.send(papPacket.request(7, caller.user, caller.password, { tweak: { length: params.length } }));
    await silence(never(pap("Authenticate-Ack"), "RFC1334-2.2-01").within(2_000));
  },
);

conformance(
  {
    id: "rfc1334-0104",
    version: 2,
    clause: CLAUSES["RFC1334-2.2.1-13"],
    clauses: [CLAUSES["RFC1334-2.2.1-06"]],
    needs: ["lns", "pap"],
    story: "the accepted login twice more: Authenticate-Ack each time, whatever its message",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, pap("Authenticate-Ack"));
    call.begin(caller, gateway, { auth: "pap" });
    const first = await climb(given(pap("Authenticate-Ack")));
    await call.ipOpened();
    const message = first.field("pap.message")?.value ?? "";
    call.send(papPacket.request(200, caller.user, caller.password));
    await climb(must(pap("Authenticate-Ack", { "pap.id": 200 }), "RFC1334-2.2.1-06"));
    call.send(papPacket.request(201, caller.user, caller.password));
    await climb(must(pap("Authenticate-Ack", { "pap.id": 201 }), "RFC1334-2.2.1-06"));
    call.send(papPacket.request(202, caller.user, caller.password));
    const another = pap("Authenticate-Ack", { "pap.id": 202, "pap.message": not(message) });
    await note(may(another, "RFC1334-2.2.1-13").within(1_000));
  },
);

conformance(
  {
    id: "rfc1334-0105",
    clause: CLAUSES["RFC1334-2.2.1-04"],
    needs: ["lns", "pap"],
    story: "a right login after a refused one is answered too, or the link is given up",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    call.send(papPacket.request(7, caller.user, `${caller.password}x`));
    const first = await climb(must(anyOf(ANY_REPLY, ending), "RFC1334-2.2.1-04"));
    // Where the call is given up at once, nobody is there to be asked again.
    const ended = first.field("pap.code") === undefined;
    if (ended || (await note(may(ending, "RFC1334-2.2.1-04").within(1_000))) !== undefined) return;
    call.send(papPacket.request(8, caller.user, caller.password));
    // Whether the second is judged anew, or gets what the first one got, the RFC does not say outside the network phase.
    await climb(must(anyOf(ANY_REPLY, ending), "RFC1334-2.2.1-04"));
  },
);

conformance(
  {
    id: "rfc1334-0106",
    clause: CLAUSES["RFC1334-2.2.1-05"],
    clauses: [CLAUSES["RFC1334-2.2.1-06"]],
    needs: ["lns", "pap"],
    story: "ten repeats of the accepted login, all at once, get Authenticate-Ack, and data flow as before",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, pap("Authenticate-Ack"));
    await call.openIp(caller, gateway, { auth: "pap" });
    await call.carries();
    bench.burst(() => {
      for (let id = 200; id < 210; id++) call.sendBehind(papPacket.request(id, caller.user, caller.password));
    });
    // One that comes while another is being looked at may share its answer.
    await climb(must(pap("Authenticate-Ack", { "pap.id": between(200, 209) }), "RFC1334-2.2.1-06"));
    call.ping(7, 1);
    await climb(must(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": 1 }), "RFC1334-2.2.1-05"));
  },
);

conformance(
  {
    id: "rfc1334-0107",
    clause: CLAUSES["RFC1334-2.2.2-07"],
    needs: ["lns", "pap"],
    story: "Authenticate-Ack holds Msg-Length and a message, which may be empty",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, PAP_BY_HAND);
    call.send(papPacket.request(7, caller.user, caller.password));
    await climb(must(pap("Authenticate-Ack", { "pap.id": 7, "pap.message": present }), "RFC1334-2.2.2-07"));
  },
);
