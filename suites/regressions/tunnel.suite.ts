/** Bugs met in the field: tunnels that are refused, forgotten, or asked whether they live (RFC 2661 §5.1.1, §5.8, §6.5). */
import { conformance, type Tunnel } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { acks, control, NO_SECOND_TUNNEL, nonZero, present, redial, stopped, tunnelRefused } from "#expect/matchers";
import { icrq, sccrp, sccrq, scccn, zlb } from "#peer/script";

/** No proof of any secret. */
const WRONG = new Uint8Array(16).fill(0x5a);
const NOT_AUTHORISED = 4;
const ANOTHER_CODE = "another reason than Result Code 4, not authorized";

conformance(
  {
    id: "regressions-0040",
    clause: CLAUSES["RFC2661-7.2.1-15"],
    needs: ["lns", "challenges-peer"],
    story:
      "a wrong proof of the tunnel secret in SCCCN draws StopCCN, not silence; another Result Code than 4 leaves a remark",
    met: { implementation: "osvbng", reported: "issue osvbng#494" },
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.challenge": present })));
    tunnel.send(scccn({ challengeResponse: WRONG }), { proof: false });
    const refused = must(stopped(tunnel.id, { "avp.resultCode.result": NOT_AUTHORISED }), "RFC2661-7.2.1-15");
    await climb(refused.or(stopped(tunnel.id), ANOTHER_CODE));
  },
);

conformance(
  {
    id: "regressions-0058",
    clause: CLAUSES["RFC2661-7.2.1-11"],
    needs: ["lac", "challenges-peer"],
    story: "a wrong proof of the tunnel secret in SCCRP draws StopCCN; another Result Code than 4 leaves a remark",
    met: { implementation: "xl2tpd 1.3.18", reported: "seen in a capture: Result Code 2, Error Code 6 and a text" },
  },
  async ({ bench, climb, allow }) => {
    const { tunnel } = await bench.rung();
    allow(redial);
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, hostName: bench.hostName, challengeResponse: WRONG }), {
      proof: false,
    });
    const refused = must(stopped(tunnel.id, { "avp.resultCode.result": NOT_AUTHORISED }), "RFC2661-7.2.1-11");
    await climb(refused.or(stopped(tunnel.id), ANOTHER_CODE));
  },
);

/** How far a call has come when HELLO is sent. */
type Far = "no call" | "asked" | "connected" | "LCP open" | "IPCP open";

conformance(
  {
    id: "regressions-0042",
    clause: CLAUSES["RFC2661-6.5-03"],
    story: "a HELLO is acknowledged however far a call of the tunnel has come",
    met: { implementation: "Android 9 and 10", reported: "issue xelerance/xl2tpd#191" },
    params: [
      { call: "no call" },
      { call: "asked" },
      { call: "connected" },
      { call: "LCP open" },
      { call: "IPCP open" },
    ],
    background: ["ppp", "session"],
  },
  async ({ bench, climb, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const steps: Readonly<Record<Far, () => Promise<unknown>>> = {
      "no call": () => Promise.resolve(),
      asked: () => (bench.role === "lac" ? askedBy(tunnel) : tunnel.asked()),
      connected: () => tunnel.call(),
      "LCP open": async () => (await tunnel.call()).openLcp(caller, gateway),
      "IPCP open": async () => (await tunnel.call()).openIp(caller, gateway),
    };
    const askedBy = (one: Tunnel) => {
      one.ask();
      return climb(given(control("ICRP", { "l2tp.tunnelId": one.id })));
    };
    await steps[params.call]();
    await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-6.5-03"));
  },
);

conformance(
  {
    id: "regressions-0054",
    version: 2,
    clause: CLAUSES["RFC2661-7.1-03"],
    clauses: [CLAUSES["RFC2661-7.2.1-06"], CLAUSES["RFC2661-6.5-03"]],
    needs: ["lns"],
    story:
      "an SCCRQ without a tunnel id is no request: what the device tells a stranger of itself is written down, and its tunnels go on",
    met: { implementation: "LNSs on the Internet", reported: "pull request nmap/nmap#2415" },
    background: ["tunnel"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, note }) => {
    const standing = await bench.open();
    const stranger = await bench.tunnel();
    stranger.sendOnce(sccrq({ assignedTunnelId: undefined, hostName: bench.hostName }));
    await note(may(control("StopCCN"), "RFC2661-7.1-03").within(1_000));
    await note(may(control("SCCRP", { "avp.vendorName": present }), "RFC2661-7.1-03").within(1_000));
    await climb(must(acks(standing.hello(), { tunnel: standing.id }), "RFC2661-6.5-03"));
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName }));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.2.1-06").or(
        tunnelRefused(tunnel.id),
        NO_SECOND_TUNNEL,
      ),
    );
  },
);

conformance(
  {
    id: "regressions-0055",
    version: 2,
    clause: CLAUSES["RFC2661-7.2.1-06"],
    needs: ["lns"],
    story:
      "a LAC that lost its tunnel without a word asks for a new one from the same port, at once or a little later: SCCRP",
    met: { implementation: "HP and H3C firewalls", reported: "the vendor's VPN configuration guide, on L2TP" },
    params: [{ afterMs: 0 }, { afterMs: 1_000 }, { afterMs: 10_000 }],
    background: ["ppp"],
    waitsMs: 10_000,
  },
  async ({ bench, climb, elapse, params: { afterMs } }) => {
    const lost = await bench.open();
    await lost.call();
    lost.script.stop();
    await elapse(afterMs);
    const tunnel = bench.tunnelBeside(lost);
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName }));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.2.1-06").or(
        tunnelRefused(tunnel.id),
        NO_SECOND_TUNNEL,
      ),
    );
  },
);

conformance(
  {
    id: "regressions-0060",
    clause: CLAUSES["RFC2661-5.8-24"],
    needs: ["lns"],
    story: "a ZLB that bears the id of a session acknowledges like any other: ICRP is not repeated",
    met: { implementation: "xl2tpd 1.3.18", reported: "seen in a capture" },
    waitsMs: 4_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.open();
    tunnel.withholdAcks();
    const call = tunnel.newCall();
    tunnel.send(icrq({ assignedSessionId: call.id }));
    const granted = control("ICRP", { "l2tp.sessionId": call.id, "avp.assignedSessionId": nonZero });
    const reply = await climb(given(granted));
    const nr = (reply.number("l2tp.ns") + 1) & 0xffff;
    tunnel.sendOnce(zlb(), { sessionId: reply.number("avp.assignedSessionId"), nr });
    await silence(never(granted, "RFC2661-5.8-24").within(4_000));
  },
);
