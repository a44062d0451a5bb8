/** Bugs met in the field: numbers and acknowledgements of the control channel (RFC 2661 §5.8). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, must, never } from "#expect/ladder";
import { anyControl, atLeast, control, oneOf, packet } from "#expect/matchers";
import { scccn, sccrq, zlb } from "#peer/script";

/** The Ns that lies so many numbers further. */
const from = (ns: number, by: number) => (ns + by + 65536) % 65536;

conformance(
  {
    id: "regressions-0013",
    clause: CLAUSES["RFC2661-5.8-21"],
    story: "ZLBs with an Ns past the expected one draw no ZLB: two that answered each other would never end",
    met: { implementation: "xl2tpd before 1.3.7", reported: "pull request xelerance/xl2tpd#89" },
    // One with an old number is a duplicate to one reader of §5.8, which is acknowledged, and takes no number to the other.
    params: [{ by: 1 }, { by: 5 }, { by: 32_767 }],
    background: ["session"],
    waitsMs: 2_000,
  },
  async ({ bench, silence, params: { by } }) => {
    const tunnel = await bench.open();
    // What the device still owes for the set-up is past.
    await tunnel.acknowledged(tunnel.hello());
    const ns = from(tunnel.ns, by);
    bench.burst(() => {
      for (let i = 0; i < 5; i++) tunnel.sendOnce(zlb(), { ns });
    });
    await silence(never(control("ZLB", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.8-21").within(2_000));
  },
);

conformance(
  {
    id: "regressions-0015",
    clause: CLAUSES["RFC2661-5.8-04"],
    story: "the acknowledgement of a HELLO bears the number of the device's next message, not of its last",
    met: { implementation: "lwIP's PPPoL2TP", reported: "lwIP, commit b9fe13c1" },
    background: ["ppp", "session"],
    version: 2,
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    // What is on its way meanwhile, an SLI or two, moves the number on.
    const next = oneOf(...[0, 1, 2, 3].map((by) => from(tunnel.nr, by)));
    const ns = tunnel.hello();
    const numbers = { "l2tp.tunnelId": tunnel.id, "l2tp.ns": next, "l2tp.nr": from(ns, 1) };
    await climb(must(packet("acknowledgement", { "l2tp.t": true, ...numbers }), "RFC2661-5.8-04"));
  },
);

conformance(
  {
    id: "regressions-0021",
    clause: CLAUSES["RFC2661-5.8-19"],
    clauses: [CLAUSES["RFC2661-5.8-18"]],
    needs: ["lns"],
    story:
      "a peer that announces a wide window is not flooded: before any answer to its ICRQs is acknowledged at most two are sent",
    met: { implementation: "Cisco IOS, which announces windows of 800 and more", reported: "OpenL2TP's manual" },
    params: [{ window: 20 }, { window: 1_000 }, { window: 65_535 }],
    background: ["session"],
    version: 2,
    waitsMs: 900,
  },
  async ({ bench, climb, silence, params: { window } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, receiveWindowSize: window }));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.8-18"));
    await tunnel.acknowledged(tunnel.send(scccn()));
    tunnel.withholdAcks();
    const { nr } = tunnel;
    bench.burst(() => {
      for (let i = 0; i < 6; i++) tunnel.ask();
    });
    await climb(given(anyControl({ "l2tp.tunnelId": tunnel.id, "l2tp.ns": nr })));
    // A window of one has grown by one for each message that was acknowledged: SCCRP, and whatever came behind it.
    const third = anyControl({ "l2tp.tunnelId": tunnel.id, "l2tp.ns": atLeast(2 * nr + 1) });
    await silence(never(third, "RFC2661-5.8-19").within(900));
  },
);
