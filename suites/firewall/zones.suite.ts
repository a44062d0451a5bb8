/** C12 to C14: what the security policies permit passes, row by row, and nothing else does. */
import { CLAUSES } from "#clauses";
import { conformance } from "#conformance";
import { ping, refused, tcp, udp } from "#expect/flow";
import { given, must, never } from "#expect/ladder";
import { equal, packet, present, seen } from "#expect/matchers";

const LAC_BRANCH = CLAUSES["CALL-LNS-C12-01"];
const LAC_L2TP = CLAUSES["CALL-LNS-C12-02"];
const LNS_L2TP = CLAUSES["CALL-LNS-C13-01"];
const LNS_BRANCH = CLAUSES["CALL-LNS-C13-02"];
const ROW = CLAUSES["CALL-LNS-C14-01"];
const NO_ROW = CLAUSES["CALL-LNS-C14-02"];
const COUNTS = CLAUSES["CALL-LNS-C14-03"];

const EACH_PROTOCOL = [{ protocol: "icmp" }, { protocol: "udp" }, { protocol: "tcp" }] as const;

conformance(
  {
    id: "firewall-0101",
    clause: LAC_BRANCH,
    needs: ["lac", "hosts"],
    params: EACH_PROTOCOL,
    story: "branch traffic passes from trust to dmz with its policy, is refused without it, and passes again with it",
  },
  async ({ site, params }) => {
    const flow = { ...params, from: "pc1", to: "server" } as const;
    await site.passes(flow, LAC_BRANCH.id);
    await site.configure({ without: ["trust_dmz"] });
    await site.refuses(flow, LAC_BRANCH.id);
    await site.configure({});
    await site.passes(flow, LAC_BRANCH.id);
  },
);

conformance(
  {
    id: "firewall-0102",
    version: 2,
    clause: LAC_L2TP,
    needs: ["lac", "hosts"],
    story: "without its policy from local to untrust the LAC sends no L2TP packet; with it, it calls again",
  },
  async ({ site, climb, silence }) => {
    await site.passes(ping("pc1", "server"), LAC_L2TP.id);
    await site.configure({ without: ["local_untrust_l2tp"] });
    await site.callAnew();
    await site.begin(ping("pc1", "server", { withinMs: 250 }));
    await silence(never(ownL2tp(site.device), LAC_L2TP.id).within(site.redialMs));
    await site.configure({});
    await climb(
      must(packet("SCCRQ", { "l2tp.type": "SCCRQ", "ip.src": site.device }), LAC_L2TP.id).within(
        // No packet of the bench tells the new policy: what it counts from is before the silence.
        2 * site.redialMs + A_CALL_MS,
      ),
    );
    await site.tunnelUp();
    await site.passes(ping("pc1", "server"), LAC_L2TP.id);
  },
);

conformance(
  {
    id: "firewall-0103",
    version: 2,
    clause: LNS_L2TP,
    needs: ["lns", "hosts"],
    story: "without its policy from untrust to local the LNS answers no L2TP packet; with it, the LAC's call comes up",
  },
  async ({ site, climb, silence }) => {
    await site.passes(ping("pc1", "server"), LNS_L2TP.id);
    await site.configure({ without: ["untrust_local_l2tp"] });
    await site.callAnew();
    await climb(
      given(seen("wan", "SCCRQ", undefined, { "l2tp.type": "SCCRQ", "ip.dst": site.device })).within(
        site.redialMs + A_CALL_MS,
      ),
    );
    await silence(never(ownL2tp(site.device), LNS_L2TP.id).within(site.redialMs));
    await site.configure({});
    await climb(
      must(packet("SCCRP", { "l2tp.type": "SCCRP", "ip.src": site.device }), LNS_L2TP.id).within(
        // No packet of the bench tells the new policy: what it counts from is before the silence.
        2 * site.redialMs + A_CALL_MS,
      ),
    );
    await site.tunnelUp();
    await site.passes(ping("pc1", "server"), LNS_L2TP.id);
  },
);

conformance(
  {
    id: "firewall-0104",
    clause: LNS_BRANCH,
    needs: ["lns", "hosts"],
    params: EACH_PROTOCOL,
    story:
      "what comes out of the tunnel passes from dmz to trust with its policy, is refused without it, and passes again with it",
  },
  async ({ site, params }) => {
    const flow = { ...params, from: "pc1", to: "server" } as const;
    await site.passes(flow, LNS_BRANCH.id);
    await site.configure({ without: ["dmz_trust"] });
    await site.refuses(flow, LNS_BRANCH.id);
    await site.configure({});
    await site.passes(flow, LNS_BRANCH.id);
  },
);

conformance(
  {
    id: "firewall-0105",
    clause: ROW,
    needs: ["lac", "hosts", "tunnel-end"],
    params: [
      { row: "trust_dmz", from: "pc1", to: "server", otherFrom: "server", otherTo: "pc1" },
      { row: "dmz_trust", from: "server", to: "pc1", otherFrom: "pc1", otherTo: "server" },
    ],
    story: "a row of the LAC's policies removed alone breaks its own traffic, and the other row's passes as before",
  },
  async ({ site, params: { row, from, to, otherFrom, otherTo } }) => {
    await site.far.routeToBranch(true);
    await site.passes(udp(from, to), ROW.id);
    await site.passes(udp(otherFrom, otherTo), ROW.id);
    await site.configure({ without: [row] });
    await site.refuses(udp(from, to), ROW.id);
    await site.passes(udp(otherFrom, otherTo), ROW.id);
    await site.configure({});
    await site.passes(udp(from, to), ROW.id);
    await site.passes(udp(otherFrom, otherTo), ROW.id);
  },
);

conformance(
  {
    id: "firewall-0106",
    clause: ROW,
    needs: ["lns", "hosts", "tunnel-end"],
    params: [
      { row: "dmz_trust", from: "pc1", to: "server", otherFrom: "server", otherTo: "far" },
      { row: "trust_dmz", from: "server", to: "far", otherFrom: "pc1", otherTo: "server" },
    ],
    story: "a row of the LNS's policies removed alone breaks its own traffic, and the other row's passes as before",
  },
  async ({ site, params: { row, from, to, otherFrom, otherTo } }) => {
    await site.passes(udp(from, to), ROW.id);
    await site.passes(udp(otherFrom, otherTo), ROW.id);
    await site.configure({ without: [row] });
    await site.refuses(udp(from, to), ROW.id);
    await site.passes(udp(otherFrom, otherTo), ROW.id);
    await site.configure({});
    await site.passes(udp(from, to), ROW.id);
    await site.passes(udp(otherFrom, otherTo), ROW.id);
  },
);

conformance(
  {
    id: "firewall-0107",
    clause: NO_ROW,
    needs: ["lac", "hosts"],
    rowNeeds: { "from=far": "tunnel-end" },
    params: [
      { zones: "trust-untrust", from: "pc1", to: "outside" },
      { zones: "trust-local", from: "pc1", to: "device" },
      { zones: "untrust-trust", from: "outside", to: "pc1" },
      { zones: "untrust-dmz", from: "outside", to: "server" },
      { zones: "untrust-local", from: "outside", to: "device-wan" },
      { zones: "dmz-local", from: "far", to: "device-ppp" },
      { zones: "dmz-untrust", from: "far", to: "internet" },
    ],
    story: "between two zones of the LAC for which no row stands, a ping does not pass",
  },
  async ({ site, params: { from, to } }) => {
    await site.far.routePastTunnel(true);
    await site.passes(ping("pc1", "server"), NO_ROW.id);
    await site.refuses(ping(from, to), NO_ROW.id);
    await site.passes(ping("pc1", "server"), NO_ROW.id);
  },
);

conformance(
  {
    id: "firewall-0108",
    clause: NO_ROW,
    needs: ["lns", "hosts"],
    rowNeeds: { "from=far": "tunnel-end" },
    params: [
      { zones: "trust-untrust", from: "server", to: "outside" },
      { zones: "trust-local", from: "server", to: "device" },
      { zones: "untrust-trust", from: "outside", to: "server" },
      { zones: "untrust-local", from: "outside", to: "device-wan" },
      { zones: "dmz-local", from: "far", to: "device-ppp" },
      { zones: "dmz-untrust", from: "far", to: "internet" },
    ],
    story: "between two zones of the LNS for which no row stands, a ping does not pass",
  },
  async ({ site, params: { from, to } }) => {
    await site.far.routePastTunnel(true);
    await site.passes(ping("pc1", "server"), NO_ROW.id);
    await site.refuses(ping(from, to), NO_ROW.id);
    await site.passes(ping("pc1", "server"), NO_ROW.id);
  },
);

conformance(
  {
    id: "firewall-0109",
    clause: NO_ROW,
    needs: ["lac", "hosts", "tunnel-end"],
    params: [{ protocol: "udp" }, { protocol: "tcp" }],
    story: "the policy from dmz to trust is for headquarters alone: the LNS's own address does not reach a branch PC",
  },
  async ({ site, params }) => {
    await site.far.routeToBranch(true);
    await site.passes({ ...params, from: "server", to: "pc1" }, NO_ROW.id);
    await site.refuses({ ...params, from: "far", to: "pc1" }, NO_ROW.id);
    await site.passes({ ...params, from: "server", to: "pc1" }, NO_ROW.id);
  },
);

conformance(
  {
    id: "firewall-0110",
    clause: COUNTS,
    needs: ["hosts", "counts"],
    story: "the hits of the row from branch to headquarters grow by one with each flow that it lets through",
  },
  async ({ site, role }) => {
    const row = { lac: "trust_dmz", lns: "dmz_trust" }[role];
    const grown = await site.counting("policy", row, async () => {
      await site.passes(udp("pc1", "server"), COUNTS.id);
      await site.passes(tcp("pc1", "server"), COUNTS.id);
      await site.passes(ping("pc1", "server"), COUNTS.id);
    });
    site.reads(`the device says: hits of ${row} grew by`, grown, equal(3), COUNTS.id);
  },
);

conformance(
  {
    id: "firewall-0111",
    clause: COUNTS,
    needs: ["hosts", "counts"],
    story: "each ping that no row permits is one refusal in the device's count",
  },
  async ({ site, role, silence }) => {
    const grown = await site.counting("policy", "default", async () => {
      const one = await site.begin(ping("outside", "device-wan", { withinMs: 250 }));
      await silence(...refused(one.flow, role, COUNTS.id));
      const two = await site.begin(ping("outside", "device-wan", { withinMs: 250 }));
      await silence(...refused(two.flow, role, COUNTS.id));
    });
    site.reads("the device says: refusals by the default rule grew by", grown, equal(2), COUNTS.id);
  },
);

const OWN_PING_STORY =
  "the device's own ping passes to a zone by a row for it, and without that row it is refused, though all else passes";

conformance(
  {
    id: "firewall-0112",
    clause: NO_ROW,
    clauses: [ROW],
    needs: ["lac", "hosts", "ping"],
    params: [
      { zones: "local-trust", to: "pc1" },
      { zones: "local-dmz", to: "server" },
      { zones: "local-untrust", to: "peer" },
    ],
    story: OWN_PING_STORY,
  },
  async ({ site, params: { to } }) => {
    await site.configure({ policies: [site.permitOwnPing("local_ping", to)] });
    await site.ownPingPasses(to, ROW.id);
    await site.configure({});
    await site.passes(ping("pc1", "server"), NO_ROW.id);
    await site.ownPingRefused(to, NO_ROW.id);
    await site.passes(ping("pc1", "server"), NO_ROW.id);
  },
);

conformance(
  {
    id: "firewall-0113",
    clause: NO_ROW,
    clauses: [ROW],
    needs: ["lns", "hosts", "ping"],
    rowNeeds: { "to=far": "tunnel-end" },
    params: [
      { zones: "local-trust", to: "server" },
      { zones: "local-dmz", to: "far" },
      { zones: "local-untrust", to: "peer" },
    ],
    story: OWN_PING_STORY,
  },
  async ({ site, params: { to } }) => {
    await site.configure({ policies: [site.permitOwnPing("local_ping", to)] });
    await site.ownPingPasses(to, ROW.id);
    await site.configure({});
    await site.passes(ping("pc1", "server"), NO_ROW.id);
    await site.ownPingRefused(to, NO_ROW.id);
    await site.passes(ping("pc1", "server"), NO_ROW.id);
  },
);

/** What a call takes, beyond the time until it is placed, with the retransmission of one message. */
const A_CALL_MS = 5_000;

/** Any L2TP packet that the device itself sends. */
function ownL2tp(device: string): ReturnType<typeof packet> {
  return packet("L2TP packet of the device", { "ip.src": device, "l2tp.type": present });
}
