/** C11: the way of a packet between branch and headquarters, traced by its payload at every point. */
import { CLAUSES } from "#clauses";
import { conformance } from "#conformance";
import { ping, refused, tcp, udp } from "#expect/flow";
import { must, never } from "#expect/ladder";
import { atLeast, between, equal, seen } from "#expect/matchers";

const INTO_TUNNEL = CLAUSES["CALL-LNS-C11-01"];
const OUT_OF_TUNNEL = CLAUSES["CALL-LNS-C11-02"];
const BACK = CLAUSES["CALL-LNS-C11-03"];
const OUTER = CLAUSES["CALL-LNS-C11-04"];
const LARGE = CLAUSES["CALL-LNS-C11-05"];
const DF = CLAUSES["CALL-LNS-C11-06"];
const MSS = CLAUSES["CALL-LNS-C11-07"];

/** Of the tunnel in the cases that look at its edge; below the LAN's. */
const MTU = 1400;
const IP_AND_UDP = 28;
/** What the device is told to clamp at, below what the hosts offer of themselves, and an offer that is smaller. */
const CLAMP = 1200;
const SMALL = 536;
const IP_AND_TCP = 40;
/** A host takes an answer that is not what it sent for none. */
const UNCHANGED = "the host that began says: it has its own payload back";

conformance(
  {
    id: "firewall-0001",
    clause: INTO_TUNNEL,
    clauses: [OUTER],
    needs: ["lac", "hosts"],
    params: [{ protocol: "icmp" }, { protocol: "udp" }, { protocol: "tcp" }],
    story: "what a branch PC sends to the server leaves the LAC inside the session, and the answer reaches the PC",
  },
  async ({ site, params }) => {
    const { told } = await site.passes({ ...params, from: "pc1", to: "server" }, INTO_TUNNEL.id);
    site.reads(UNCHANGED, told.answered, equal(true), INTO_TUNNEL.id);
  },
);

conformance(
  {
    id: "firewall-0002",
    clause: OUT_OF_TUNNEL,
    clauses: [OUTER],
    needs: ["lns", "hosts"],
    params: [{ protocol: "icmp" }, { protocol: "udp" }, { protocol: "tcp" }],
    story:
      "what comes out of the session reaches the server with its payload, and the answer goes back into the session",
  },
  async ({ site, params }) => {
    const { told } = await site.passes({ ...params, from: "pc1", to: "server" }, OUT_OF_TUNNEL.id);
    site.reads(UNCHANGED, told.answered, equal(true), OUT_OF_TUNNEL.id);
  },
);

conformance(
  {
    id: "firewall-0003",
    clause: BACK,
    needs: ["lac", "hosts", "tunnel-end"],
    params: [{ protocol: "icmp" }, { protocol: "udp" }, { protocol: "tcp" }],
    story:
      "what headquarters sends to a branch PC comes out of the session unchanged, and the PC's answer goes into it",
  },
  async ({ site, params }) => {
    await site.far.routeToBranch(true);
    const { told } = await site.passes({ ...params, from: "server", to: "pc1" }, BACK.id);
    site.reads(UNCHANGED, told.answered, equal(true), BACK.id);
  },
);

conformance(
  {
    id: "firewall-0004",
    clause: BACK,
    needs: ["lns", "hosts", "tunnel-end"],
    params: [{ protocol: "icmp" }, { protocol: "udp" }, { protocol: "tcp" }],
    story: "what the server sends to the LAC's address in the tunnel goes into the session, and the answer comes back",
  },
  async ({ site, params }) => {
    const { told } = await site.passes({ ...params, from: "server", to: "far" }, BACK.id);
    site.reads(UNCHANGED, told.answered, equal(true), BACK.id);
  },
);

conformance(
  {
    id: "firewall-0005",
    clause: BACK,
    needs: ["hosts"],
    story: "a TCP connection that the client resets is reset at the other end too",
  },
  async ({ site }) => {
    await site.passes(tcp("pc1", "server", { reset: true }), BACK.id);
  },
);

conformance(
  {
    id: "firewall-0006",
    clause: OUTER,
    needs: ["hosts"],
    story: "while a flow passes, none of its packets is seen on the way past the tunnel",
  },
  async ({ site, silence }) => {
    // What leaks is gone before the answer is back: the silence begins with the flow.
    const { flow } = await site.begin(ping("pc1", "server"));
    await silence(never(seen("away", "ICMP packet of the flow", flow.tag), OUTER.id));
    await site.passes(ping("pc1", "server"), OUTER.id);
  },
);

conformance(
  {
    id: "firewall-0007",
    clause: LARGE,
    needs: ["hosts"],
    params: [{ size: 2000 }, { size: 4000 }],
    story: "a datagram larger than the link's MTU arrives whole: the server answers to all of it",
  },
  async ({ site, params }) => {
    const { told } = await site.passes(udp("pc1", "server", { size: params.size }), LARGE.id);
    site.reads("octets that the server sent back:", told.octets, equal(params.size), LARGE.id);
  },
);

conformance(
  {
    id: "firewall-0008",
    clause: DF,
    needs: ["lac", "hosts"],
    story: "a datagram as large as the tunnel's MTU passes with DF set",
  },
  async ({ site }) => {
    await site.configure({ mru: MTU });
    await site.tunnelUp();
    await site.passes(udp("pc1", "server", { size: MTU - IP_AND_UDP, dontFragment: true }), DF.id);
  },
);

conformance(
  {
    id: "firewall-0009",
    clause: DF,
    needs: ["lac", "hosts"],
    story: "one octet more than the tunnel's MTU with DF set does not pass, and the PC is told the MTU by ICMP",
  },
  async ({ site, role, climb, silence }) => {
    await site.configure({ mru: MTU });
    await site.tunnelUp();
    const { flow } = await site.begin(udp("pc1", "server", { size: MTU - IP_AND_UDP + 1, dontFragment: true }));
    const tooBig = { "icmp.type": 3, "icmp.code": 4, "icmp.nextHopMtu": MTU, "ip.dst": flow.source.address };
    await silence(...refused(flow, role, DF.id));
    await climb(must(seen("lan", "ICMP fragmentation needed", undefined, tooBig), DF.id));
  },
);

conformance(
  {
    id: "firewall-0010",
    clause: LARGE,
    needs: ["lac", "hosts"],
    story: "a TCP connection carries more than one segment of the tunnel's MTU holds, in packets that fit it",
  },
  async ({ site, silence }) => {
    await site.configure({ mru: MTU });
    await site.tunnelUp();
    const fits = { "inner.ip.length": between(IP_AND_UDP, MTU) };
    const { flow, told } = await site.passes(tcp("pc1", "server", { size: 6000 }), LARGE.id, { at: { wan: fits } });
    const longer = { "inner.ip.length": atLeast(MTU + 1), "inner.tcp.dstPort": flow.destination.port };
    await silence(never(seen("wan", "TCP segment longer than the MTU", undefined, longer), LARGE.id));
    site.reads("octets that the server sent back:", told.octets, equal(6000), LARGE.id);
  },
);

conformance(
  {
    id: "firewall-0011",
    clause: LARGE,
    needs: ["lac", "hosts"],
    story: "one octet more than the tunnel's MTU without DF arrives whole, in fragments that fit it",
  },
  async ({ site }) => {
    await site.configure({ mru: MTU });
    await site.tunnelUp();
    const fits = { "inner.ip.length": between(IP_AND_UDP, MTU), "inner.ip.moreFragments": true };
    const long = udp("pc1", "server", { size: MTU - IP_AND_UDP + 1 });
    const { told } = await site.passes(long, LARGE.id, { at: { wan: fits } });
    site.reads("octets that the server sent back:", told.octets, equal(MTU - IP_AND_UDP + 1), LARGE.id);
  },
);

conformance(
  {
    id: "firewall-0012",
    clause: INTO_TUNNEL,
    needs: ["lac", "hosts"],
    params: [{ protocol: "icmp" }, { protocol: "udp" }],
    story: "one packet of a branch PC is one packet in the tunnel, and one answer is one answer at the PC",
  },
  async ({ site, params }) => {
    const { flow } = await site.passes({ ...params, from: "pc1", to: "server" }, INTO_TUNNEL.id);
    await site.passesOnce(flow, INTO_TUNNEL.id);
  },
);

conformance(
  {
    id: "firewall-0013",
    clause: OUT_OF_TUNNEL,
    needs: ["lns", "hosts"],
    params: [{ protocol: "icmp" }, { protocol: "udp" }],
    story: "one packet out of the tunnel is one packet at the server, and one answer is one answer in the tunnel",
  },
  async ({ site, params }) => {
    const { flow } = await site.passes({ ...params, from: "pc1", to: "server" }, OUT_OF_TUNNEL.id);
    await site.passesOnce(flow, OUT_OF_TUNNEL.id);
  },
);

conformance(
  {
    id: "firewall-0014",
    clause: MSS,
    needs: ["hosts"],
    story: "a device that clamps the MSS on the PPP link lowers what SYN and SYN ACK offer, there and back",
  },
  async ({ site }) => {
    await site.configure({ mss: CLAMP });
    const lowered = { offered: atLeast(CLAMP + 1), passed: between(1, CLAMP) };
    await site.passes(tcp("pc1", "server"), MSS.id, { mss: lowered });
  },
);

conformance(
  {
    id: "firewall-0015",
    clause: MSS,
    needs: ["hosts"],
    story:
      "an MSS below the one that the device clamps at is left as the hosts offer it, in the SYN and in the SYN ACK",
  },
  async ({ site }) => {
    await site.configure({ mss: CLAMP });
    const alone = { offered: equal(SMALL), passed: equal(SMALL) };
    await site.passes(tcp("pc1", "server", { mss: SMALL }), MSS.id, { mss: alone });
  },
);

conformance(
  {
    id: "firewall-0016",
    clause: MSS,
    needs: ["hosts"],
    story: "a stream that begins through a device that clamps the MSS arrives whole, in segments that keep to it",
  },
  async ({ site, silence }) => {
    await site.configure({ mss: CLAMP });
    const { flow, told } = await site.passes(tcp("pc1", "server", { size: 6000 }), MSS.id);
    // Not of the answer: how much of it a host sends at once is by chance.
    const longer = { "inner.ip.length": atLeast(IP_AND_TCP + CLAMP + 1), "inner.tcp.dstPort": flow.destination.port };
    await silence(never(seen("wan", "TCP segment above the MSS", undefined, longer), MSS.id));
    site.reads("octets that the server sent back:", told.octets, equal(6000), MSS.id);
  },
);
