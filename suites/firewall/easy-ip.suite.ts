/** C15 and C16: source NAT on the LAC, to the address that IPCP has given it. */
import { CLAUSES } from "#clauses";
import { conformance } from "#conformance";
import { answerAt, packetAt, ping, tcp, udp } from "#expect/flow";
import { given, must, never } from "#expect/ladder";
import { atLeast, equal, not, packet, present, seen } from "#expect/matchers";

const OWN_SOURCE = CLAUSES["CALL-LNS-C15-01"];
const LOST = CLAUSES["CALL-LNS-C15-02"];
const EASY_IP = CLAUSES["CALL-LNS-C16-01"];
const BACK = CLAUSES["CALL-LNS-C16-02"];
const APART = CLAUSES["CALL-LNS-C16-03"];
const OUTSIDE_RULE = CLAUSES["CALL-LNS-C16-04"];
const OWN_L2TP = CLAUSES["CALL-LNS-C16-05"];
const FOLLOWS = CLAUSES["CALL-LNS-C16-06"];

const EACH_PROTOCOL = [{ protocol: "icmp" }, { protocol: "udp" }, { protocol: "tcp" }] as const;
/** The branch's lower half: pc1 is in it, pc2 is not. */
const HALF = "10.1.1.0/25";
const BRANCH = "10.1.1.0/24";
/** Within a flow; no device forgets a flow so soon. */
const PAUSE_MS = 2_000;

conformance(
  {
    id: "firewall-0201",
    clause: OWN_SOURCE,
    needs: ["lac", "hosts"],
    params: EACH_PROTOCOL,
    story: "without the NAT rule the server sees the PC's own address, and its answer is lost on the default route",
  },
  async ({ site, params, climb, silence }) => {
    await site.configure({ nat: [] });
    const sent = { ...params, from: "pc1", to: "server" } as const;
    const { flow } = await site.passes(sent, OWN_SOURCE.id, { translated: false, oneWay: true });
    await climb(given(seen("away", "answer", undefined, { "ip.dst": flow.source.address })));
    await silence(never(answerAt(flow, "lan"), OWN_SOURCE.id));
  },
);

conformance(
  {
    id: "firewall-0202",
    clause: LOST,
    needs: ["lns", "hosts", "tunnel-end"],
    story: "the LNS has no route to the branch: the answer to an untranslated packet leaves by the default route",
  },
  async ({ site, climb, silence }) => {
    await site.far.translate(false);
    await site.configure({ policies: [site.permit("branch_itself", "dmz", "trust", BRANCH)] });
    const { flow } = await site.passes(ping("pc1", "server"), LOST.id, { translated: false, oneWay: true });
    await climb(must(seen("away", "ICMP echo answer", flow.tag, { "ip.dst": flow.source.address }), LOST.id));
    await silence(never(answerAt(flow, "wan"), LOST.id));
  },
);

conformance(
  {
    id: "firewall-0203",
    clause: EASY_IP,
    needs: ["lac", "hosts"],
    params: EACH_PROTOCOL,
    story:
      "the source that the server sees is exactly the address that IPCP gave to the LAC, and the rule counts the flow",
  },
  async ({ site, params }) => {
    const flow = { ...params, from: "pc1", to: "server" } as const;
    const translated = { address: site.assigned };
    const grown = await site.counting("nat", site.natRule, () => site.passes(flow, EASY_IP.id, { translated }));
    site.reads(`the device says: hits of ${site.natRule} grew by`, grown, atLeast(1), EASY_IP.id);
  },
);

conformance(
  {
    id: "firewall-0204",
    clause: EASY_IP,
    needs: ["lac", "hosts"],
    story: "while a translated flow lives, the device lists it with the assigned address",
  },
  async ({ site }) => {
    const { flow } = await site.passes(udp("pc1", "server"), EASY_IP.id, { translated: { address: site.assigned } });
    const listed = (await site.flows()).find(({ destination }) => destination.port === flow.destination.port);
    site.reads(
      "the device says: it translates the flow to",
      listed === undefined ? "not listed" : (listed.translated?.address ?? "nothing"),
      equal(site.assigned),
      EASY_IP.id,
    );
  },
);

conformance(
  {
    id: "firewall-0205",
    clause: BACK,
    needs: ["lac", "hosts"],
    params: [
      { protocol: "icmp", port: 0x1234 },
      { protocol: "udp", port: 4321 },
      { protocol: "tcp", port: 4322 },
    ],
    story: "the answer reaches the PC at the address and the port, or with the ICMP Identifier, that the PC used",
  },
  async ({ site, params }) => {
    const { told } = await site.passes({ ...params, from: "pc1", to: "server" }, BACK.id);
    site.reads("the PC says: it was answered", told.answered, equal(true), BACK.id);
  },
);

conformance(
  {
    id: "firewall-0206",
    clause: BACK,
    needs: ["lac", "hosts"],
    story: "one mapping serves a whole flow: a later packet of it is translated as the first was, and answered",
  },
  async ({ site, climb, elapse }) => {
    const { caught } = await site.passes(udp("pc1", "server", { port: 4400, service: 7100 }), BACK.id);
    const mapped = { "inner.udp.srcPort": caught[0]!.number("inner.udp.srcPort") };
    await elapse(PAUSE_MS);
    const again = await site.begin(udp("pc1", "server", { port: 4400, service: 7100 }));
    const translated = { address: site.assigned };
    await climb(must(packetAt(again.flow, "wan", "request", { translated, fields: mapped }), BACK.id));
    await climb(must(packetAt(again.flow, "lan", "answer"), BACK.id));
  },
);

conformance(
  {
    id: "firewall-0207",
    clause: APART,
    needs: ["lac", "hosts"],
    params: [
      { protocol: "udp", mapped: "inner.udp.srcPort" },
      { protocol: "icmp", mapped: "inner.icmp.id" },
    ],
    story:
      "two PCs with the same source port, or ICMP Identifier, are given different ones, and each gets its own answer",
  },
  async ({ site, params: { protocol, mapped }, climb }) => {
    const same = { protocol, to: "server", port: 4500, service: 7200 } as const;
    const { caught } = await site.passes({ ...same, from: "pc1" }, APART.id);
    const other = await site.begin({ ...same, from: "pc2" });
    const apart = { address: site.assigned, port: not(equal(caught[0]!.number(mapped))) };
    await climb(must(packetAt(other.flow, "wan", "request", { translated: apart }), APART.id));
    await climb(must(packetAt(other.flow, "lan", "answer"), APART.id));
    site.reads("the second PC says: it was answered", other.told.answered, equal(true), APART.id);
  },
);

conformance(
  {
    id: "firewall-0208",
    clause: OUTSIDE_RULE,
    needs: ["lac", "hosts", "tunnel-end"],
    params: EACH_PROTOCOL,
    story: "a PC outside of the rule's source network keeps its address, while one inside is translated",
  },
  async ({ site, params }) => {
    await site.far.routeToBranch(true);
    await site.configure({ nat: [site.easyIp(HALF)] });
    await site.passes({ ...params, from: "pc2", to: "server" }, OUTSIDE_RULE.id, { translated: false });
    await site.passes({ ...params, from: "pc1", to: "server" }, OUTSIDE_RULE.id);
  },
);

conformance(
  {
    id: "firewall-0209",
    clause: OWN_L2TP,
    needs: ["lac", "hosts"],
    story: "the LAC's own L2TP packets keep its public address while what they carry is translated",
  },
  async ({ site, climb, silence }) => {
    await site.passes(tcp("pc1", "server"), OWN_L2TP.id);
    await site.callAnew();
    await climb(
      must(packet("SCCRQ", { "l2tp.type": "SCCRQ", "ip.src": site.device }), OWN_L2TP.id).within(
        site.redialMs + A_CALL_MS,
      ),
    );
    await site.tunnelUp();
    await silence(never(elsewhere(site.device), OWN_L2TP.id));
  },
);

conformance(
  {
    id: "firewall-0210",
    clause: FOLLOWS,
    needs: ["lac", "hosts", "tunnel-end"],
    story: "when the LNS gives another address, the next flow is translated to that one",
  },
  async ({ site, climb }) => {
    await site.passes(udp("pc1", "server"), FOLLOWS.id);
    await site.far.reassign(site.otherAddress);
    await climb(given(packet("SCCRQ", { "l2tp.type": "SCCRQ" })).within(site.redialMs + A_CALL_MS));
    await site.tunnelUp();
    await site.passes(udp("pc1", "server"), FOLLOWS.id, { translated: { address: site.otherAddress } });
  },
);

/** What a call takes, beyond the time until it is placed, with the retransmission of one message. */
const A_CALL_MS = 5_000;

/** An L2TP packet on the WAN that is not from the device's own address, and neither for it. */
function elsewhere(device: string): ReturnType<typeof seen> {
  return seen("wan", "L2TP packet of neither end", undefined, {
    "l2tp.type": present,
    "ip.src": not(device),
    "ip.dst": not(device),
  });
}
