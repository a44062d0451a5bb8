/**
 * RFC 2661 §4.4.3: the bench, as LNS, asks for a tunnel while the device's own request is on its way. What a device that has
 * sent a Tie Breaker does differs from one that has not, so each case goes by the SCCRQ that came.
 */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must, never } from "#expect/ladder";
import { anyOf, control, not, redial, stopped } from "#expect/matchers";
import { fromHex, sccrp, sccrq } from "#peer/script";

const HIGHEST = fromHex("ff ff ff ff ff ff ff ff");
const LOWEST = fromHex("00 00 00 00 00 00 00 00");

conformance(
  {
    id: "rfc2661-1130",
    clause: CLAUSES["RFC2661-4.4.3-09"],
    needs: ["lac"],
    story: "a request without Tie Breaker loses to one that has it: an SCCRP to the device's own then opens nothing",
    background: ["session"],
    waitsMs: 2_000,
  },
  async ({ bench, silence, note, allow }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    const rival = bench.tunnelBeside(tunnel);
    allow(redial, stopped(rival.id));
    rival.send(sccrq({ assignedTunnelId: rival.id, tieBreaker: HIGHEST }));
    const taken = await note(may(control("SCCRP", { "l2tp.tunnelId": rival.id }), "RFC2661-4.4.3-09").within(1_000));
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    const opened = control("SCCCN", { "l2tp.tunnelId": tunnel.id });
    // A device that takes no requests has no tie to break.
    const loses = taken !== undefined && request.field("avp.tieBreaker.length") === undefined;
    if (loses) await silence(never(opened, "RFC2661-4.4.3-09").within(1_000));
    else await note(may(opened, "RFC2661-4.4.3-09").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1131",
    clause: CLAUSES["RFC2661-4.4.3-09"],
    needs: ["lac"],
    story: "a rival request without Tie Breaker wins over nobody: the device's own tunnel opens",
    background: ["session"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, note, allow }) => {
    const { tunnel } = await bench.rung();
    const rival = bench.tunnelBeside(tunnel);
    allow(redial);
    rival.send(sccrq({ assignedTunnelId: rival.id }));
    const answer = anyOf(control("SCCRP", { "l2tp.tunnelId": rival.id }), stopped(rival.id));
    await note(may(answer, "RFC2661-4.4.3-09").within(1_000));
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-09"));
  },
);

conformance(
  {
    id: "rfc2661-1132",
    clause: CLAUSES["RFC2661-4.4.3-06"],
    needs: ["lac"],
    story:
      "the lowest Tie Breaker is compared with the device's own request, which loses: an SCCRP to it opens nothing",
    background: ["session"],
    waitsMs: 2_000,
  },
  async ({ bench, silence, note, allow }) => {
    const { tunnel } = await bench.rung();
    const rival = bench.tunnelBeside(tunnel);
    allow(redial);
    rival.send(sccrq({ assignedTunnelId: rival.id, tieBreaker: LOWEST }));
    const answer = anyOf(control("SCCRP", { "l2tp.tunnelId": rival.id }), stopped(rival.id));
    const answered = await note(may(answer, "RFC2661-4.4.3-06").within(1_000));
    const refused = answered?.text("l2tp.type") === "StopCCN";
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    const opened = control("SCCCN", { "l2tp.tunnelId": tunnel.id });
    if (!refused) await silence(never(opened, "RFC2661-4.4.3-06").within(1_000));
    else await note(may(opened, "RFC2661-4.4.3-06").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1133",
    clause: CLAUSES["RFC2661-4.4.3-08"],
    needs: ["lac"],
    story: "the device's own Tie Breaker sent back is a draw: neither request is answered, and neither tunnel opens",
    background: ["session"],
    version: 2,
    waitsMs: 2_000,
  },
  async ({ bench, silence, note, allow }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    const rival = bench.tunnelBeside(tunnel);
    allow(redial, stopped(0));
    const own = request.field("avp.tieBreaker");
    const tieBreaker = own === undefined ? HIGHEST : fromHex(String(own.value));
    // A repeat would reach a device that has forgotten both, and would be a new request.
    rival.sendOnce(sccrq({ assignedTunnelId: rival.id, tieBreaker }));
    const answered = control("SCCRP", { "l2tp.tunnelId": rival.id });
    // Without one of the device's own there is no draw.
    if (own === undefined) {
      allow(stopped(rival.id));
      await note(may(answered, "RFC2661-4.4.3-08").within(1_000));
      return;
    }
    await silence(never(answered, "RFC2661-4.4.3-08").within(1_000));
    // Who takes no requests says so, and breaks no ties; who has forgotten both may ask anew, under the same ID too.
    const anew = control("SCCRQ", {
      "avp.assignedTunnelId": request.number("avp.assignedTunnelId"),
      "avp.tieBreaker": not(own.value),
    });
    const other = await note(may(anyOf(stopped(rival.id), anew), "RFC2661-4.4.3-08").within(2_000));
    if (other !== undefined) return;
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await silence(never(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-08").within(1_000));
  },
);
