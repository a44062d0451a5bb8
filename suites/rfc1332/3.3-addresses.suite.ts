/** RFC 1332 §3.1 and §3.3: whose address is asked for, named, refused and taken. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should, type Step } from "#expect/ladder";
import {
  absent,
  anyOf,
  atLeast,
  authentication,
  echoReply,
  ending,
  ipcp,
  ipcpNegotiation,
  lcpNegotiation,
  otherNcps,
  present,
} from "#expect/matchers";
import { control, ip, ipcp as ipcpPacket, PPP } from "#peer/script";

const LINK = [lcpNegotiation, authentication, otherNcps] as const;
const IPCP_BY_HAND = { byHand: ["IPCP"] } as const;
const CONFIGURE_ACK = 2;
const ZERO = "0.0.0.0";
const address = (value: string) => ({ type: "address", value }) as const;
const WITH_ADDRESS = ipcp("Configure-Request", { "ipcp.option.address": present });
const replies = (id: number) =>
  [
    ipcp("Configure-Ack", { "ipcp.id": id }),
    ipcp("Configure-Nak", { "ipcp.id": id }),
    ipcp("Configure-Reject", { "ipcp.id": id }),
  ] as const;
/** RFC 1661 §5.4 has a Reject name a proper subset of the request: read to the letter, never its only option. */
const orInsists = (step: Step, options: string): Step =>
  options === "address" ? step.or(WITH_ADDRESS, "takes no Reject of its only option, and asks again") : step;
/** The old option of RFC 1172, as this bench names it. */
const OLD = { type: "addresses", source: "172.16.1.50", destination: "172.16.1.1" } as const;

conformance(
  {
    id: "rfc1332-0120",
    version: 3,
    clause: CLAUSES["RFC1332-3.3-08"],
    clauses: [CLAUSES["RFC1332-3.1-02"]],
    background: ["session", "tunnel"],
    story:
      "a device whose address is rejected does not ask for it again: it goes on without one, or ends IPCP or the call",
  },
  async ({ bench, climb, note, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"), ipcp("Terminate-Request"), ending);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    const asked = await climb(given(ipcp("Configure-Request")));
    if (asked.field("ipcp.option.address") === undefined) {
      // An end may have no address for the link (RFC 1332 §3.3): there is none to reject then.
      await note(may(WITH_ADDRESS, "RFC1332-3.3-08").within(1_000));
      return;
    }
    const theirs = address(asked.text("ipcp.option.address"));
    call.send(ipcpPacket.configureReject(asked.number("ipcp.id"), [theirs]));
    const old = ipcp("Configure-Request", { "ipcp.option.addresses": present });
    await note(may(old, "RFC1332-3.1-02").within(300));
    const without = ipcp("Configure-Request", { "ipcp.option.address": absent });
    const due = must(anyOf(without, ipcp("Terminate-Request"), ending), "RFC1332-3.3-08");
    const next = await climb(orInsists(due, asked.text("ipcp.options")));
    if (next.field("ipcp.option.address") === undefined)
      await silence(never(WITH_ADDRESS, "RFC1332-3.3-08").within(4_000));
  },
);

conformance(
  {
    id: "rfc1332-0121",
    clause: CLAUSES["RFC1332-3.1-02"],
    background: ["session", "tunnel"],
    story: "a Nak that appends the old IP-Addresses is taken up, or is not",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"), ipcp("Code-Reject"), ending);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    const asked = await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureNak(asked.number("ipcp.id"), [OLD]));
    await note(may(ipcp("Configure-Request", { "ipcp.option.addresses": present }), "RFC1332-3.1-02").within(4_000));
  },
);

conformance(
  {
    id: "rfc1332-0122",
    clause: CLAUSES["RFC1332-3.3-02"],
    story: "the address that the device's Nak appends is one that it takes; where that is 0.0.0.0, it waits for one",
  },
  async ({ role, bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, []));
    const reply = await note(may(anyOf(...replies(21)), "RFC1332-3.3-02"));
    const named = reply?.field("ipcp.option.address")?.value;
    if (reply?.text("ipcp.code") !== "Configure-Nak" || named === undefined) return;
    const ours = role === "lac" ? gateway : (caller.address ?? ZERO);
    call.send(ipcpPacket.configureRequest(22, [address(named === ZERO ? ours : String(named))]));
    const [ack, nak] = replies(22);
    await climb(should(named === ZERO ? anyOf(ack, nak) : ack, "RFC1332-3.3-02"));
  },
);

conformance(
  {
    id: "rfc1332-0123",
    clause: CLAUSES["RFC1332-3.3-02"],
    needs: ["lns"],
    story: "an address that is no caller's to have, or another caller's, is naked or rejected; it is answered at all",
    params: [
      { asks: "the LNS's" },
      { asks: "another caller's" },
      { asks: "127.0.0.1" },
      { asks: "224.0.0.1" },
      { asks: "255.255.255.255" },
      { asks: "0.0.0.1" },
    ],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    allow(...LINK, ipcpNegotiation);
    const other = await tunnel.call();
    await other.openIp(caller, gateway);
    const call = await tunnel.call();
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request", { "l2tp.sessionId": call.id })));
    const { local, remote } = other.addresses;
    const whose: Readonly<Record<string, string>> = { "the LNS's": remote, "another caller's": local };
    const asked = whose[params.asks] ?? params.asks;
    call.send(ipcpPacket.configureRequest(201, [address(asked)]));
    const [ack, nak, reject] = replies(201);
    await climb(should(anyOf(nak, reject), "RFC1332-3.3-02").or(ack, `lets a caller have ${asked}`));
  },
);

/** Naks that the bench gives before it rejects the option, as RFC 1661 §4.6 has it by default. */
const MAX_FAILURE = 5;

conformance(
  {
    id: "rfc1332-0124",
    version: 3,
    clause: CLAUSES["RFC1332-3.3-10"],
    background: ["session", "tunnel"],
    story:
      "naked with another address five times, each time a different one, the device takes it, insists, or gives up; rejected at last, it does without or gives up",
    waitsMs: 10_000,
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"), ending);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    let asked = await climb(given(ipcp("Configure-Request")));
    const gaveUp = anyOf(ipcp("Terminate-Request"), ending);
    for (let n = 1; n <= MAX_FAILURE; n++) {
      call.send(ipcpPacket.configureNak(asked.number("ipcp.id"), [address(`10.99.0.${n}`)]));
      asked = await climb(must(anyOf(ipcp("Configure-Request"), gaveUp), "RFC1332-3.3-10"));
      const wants = asked.field("ipcp.option.address")?.value;
      if (asked.field("ipcp.code")?.value !== "Configure-Request" || wants === undefined) return;
    }
    const theirs = address(asked.text("ipcp.option.address"));
    call.send(ipcpPacket.configureReject(asked.number("ipcp.id"), [theirs]));
    const without = ipcp("Configure-Request", { "ipcp.option.address": absent });
    const due = must(anyOf(without, gaveUp), "RFC1332-3.3-10");
    await climb(orInsists(due, asked.text("ipcp.options")));
  },
);

/** The address beside this one in its network of 24 bits, never the first two nor the last two. */
const beside = (ipv4: string): string => {
  const [a = 10, b = 0, c = 0, d = 0] = ipv4.split(".").map(Number);
  return [a, b, c, (d % 200) + 3].join(".");
};

conformance(
  {
    id: "rfc1332-0125",
    version: 2,
    clause: CLAUSES["RFC1332-3.3-06"],
    clauses: [CLAUSES["RFC1332-2-T-OPENED-RCRPLUS"]],
    needs: ["lac"],
    story: "IPCP run anew with another address for the device renumbers it: it answers a ping to the new one",
  },
  async ({ bench, climb, climbAll, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation);
    await call.openIp(user, gateway);
    await call.carries();
    const fresh = beside(call.addresses.remote);
    call.stop();
    call.send(ipcpPacket.configureRequest(199, [address(gateway)]));
    const [asked] = await climbAll(
      must(ipcp("Configure-Request"), "RFC1332-2-T-OPENED-RCRPLUS"),
      must(ipcp("Configure-Ack", { "ipcp.id": 199 }), "RFC1332-2-T-OPENED-RCRPLUS"),
    );
    call.send(ipcpPacket.configureNak(asked?.number("ipcp.id") ?? 0, [address(fresh)]));
    const again = await climb(given(ipcp("Configure-Request", { "ipcp.option.address": fresh })));
    // With whatever else it asks for.
    call.send(control(PPP.IPCP, CONFIGURE_ACK, again.number("ipcp.id"), again.octets("ipcp.options")));
    await call.carries({ local: gateway, remote: fresh });
    call.send(ip.ping(gateway, fresh, 7, 1));
    await climb(must(echoReply({ "inner.icmp.id": 7, "inner.ip.src": fresh }), "RFC1332-3.3-06"));
  },
);

/** RFC 1332 A: what compression is recommended with; the slots are numbered from 0. */
const LEAST_SLOTS = 4;

conformance(
  {
    id: "rfc1332-0126",
    version: 2,
    clause: CLAUSES["RFC1332-4.1-04"],
    story: "which of the recommended options the device asks for is written down",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    const compression = { "ipcp.option.compression.maxSlotId": atLeast(LEAST_SLOTS - 1) };
    await note(may(ipcp("Configure-Request", compression), "RFC1332-4.1-04").within(1_000));
    await climb(given(ipcp("Configure-Request")));
  },
);
