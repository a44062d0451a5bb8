/** RFC 1334 §2.2: a device that proves itself, which is the LAC: when it stops, and what stands in for a lost reply. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import {
  control,
  ending,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  otherNcps,
  packet,
  pap,
  present,
} from "#expect/matchers";
import { ipcp as ipcpPacket, lcp as lcpPacket, pap as papPacket } from "#peer/script";

const PAP_BY_HAND = { auth: "pap", byHand: ["PAP", "IPCP"] } as const;
const ANY_IPCP = packet("IPCP packet", { "ipcp.code": present });

conformance(
  {
    id: "rfc1334-0120",
    clause: CLAUSES["RFC1334-2.2.1-12"],
    needs: ["lac", "pap"],
    story: "when the link is terminated in place of an Authenticate-Nak, the device agrees and begins no IPCP",
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, pap("Authenticate-Request"), ending);
    await call.openLcp(user, gateway, PAP_BY_HAND);
    await climb(given(pap("Authenticate-Request")));
    call.stop();
    call.send(lcpPacket.terminateRequest(77));
    const agreed = must(lcp("Terminate-Ack", { "lcp.id": 77 }), "RFC1334-2.2.1-12");
    await climb(agreed.or(control("CDN"), "hangs up without Terminate-Ack"));
    call.send(ipcpPacket.configureRequest(1, [{ type: "address", value: gateway }]));
    await silence(never(ANY_IPCP, "RFC1334-2.2.1-12"));
  },
);

conformance(
  {
    id: "rfc1334-0121",
    version: 2,
    clause: CLAUSES["RFC1334-2.2.1-02"],
    needs: ["lac", "pap"],
    story: "a login stays without a reply, its repeat gets Authenticate-Ack: that is the last",
    waitsMs: 10_000,
  },
  async ({ bench, climb, silence, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ipcpNegotiation, otherNcps);
    await call.openLcp(user, gateway, PAP_BY_HAND);
    await climb(given(pap("Authenticate-Request")));
    const again = must(pap("Authenticate-Request"), "RFC1334-2.2.1-02");
    // How often is for a retry counter to say, if there is one.
    const repeat = await climb(again.or(ending, "gives the link up behind one login"));
    if (repeat.field("pap.code") === undefined) return;
    call.send(papPacket.ack(repeat.number("pap.id")));
    await silence(never(pap("Authenticate-Request"), "RFC1334-2.2.1-02").within(5_000));
  },
);

conformance(
  {
    id: "rfc1334-0122",
    clause: CLAUSES["RFC1334-2.2.1-11"],
    needs: ["lac", "pap"],
    story:
      "Authenticate-Ack for the login before the last: on to IPCP, or another login, until the last one's Ack comes",
    waitsMs: 8_000,
  },
  async ({ bench, climb, note, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, pap("Authenticate-Request"), ipcpNegotiation, otherNcps);
    await call.openLcp(user, gateway, PAP_BY_HAND);
    const first = await climb(given(pap("Authenticate-Request")));
    const second = await climb(given(pap("Authenticate-Request")));
    call.send(papPacket.ack(first.number("pap.id")));
    // A reply to what was asked is valid for one reader, and stale for the other, who repeats until the last is answered.
    await note(may(ipcp("Configure-Request"), "RFC1334-2.2.1-11").within(500));
    call.send(papPacket.ack(second.number("pap.id")));
    await climb(must(ipcp("Configure-Request"), "RFC1334-2.2.1-11"));
  },
);
