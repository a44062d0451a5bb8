/** RFC 1661 §4.1, what comes in once LCP is Opened, and in Stopping, where a Terminate-Request in Opened leads. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must, never } from "#expect/ladder";
import { anyOf, control, echoed, ipcp } from "#expect/matchers";
import { lcp, PPP, control as controlPacket } from "#peer/script";
import { cellsOf, happen, judgeCell, leavesOpened, storyOf, type CellRow } from "./automaton-cells.ts";
import { EVENT_ID, reach } from "./automaton.ts";

const OPENED: readonly CellRow[] = [
  ["rfc1661-0430", "RCRMINUS", ["scr", "scn"], "Req-Sent, acknowledged"],
  ["rfc1661-0431", "RTA", ["scr"], "Req-Sent"],
  ["rfc1661-0432", "RXJPLUS", [], "still open"],
];

const STOPPING: readonly CellRow[] = [
  ["rfc1661-0440", "RCRPLUS", [], "nothing"],
  ["rfc1661-0441", "RCRMINUS", [], "nothing"],
  ["rfc1661-0442", "RCA", [], "nothing"],
  ["rfc1661-0443", "RCN", [], "nothing"],
  ["rfc1661-0444", "RTR", ["sta"], "nothing"],
  ["rfc1661-0445", "RUC", ["scj"], "nothing"],
  ["rfc1661-0446", "RXJPLUS", [], "nothing"],
  ["rfc1661-0447", "RXR", [], "nothing"],
  ["rfc1661-0448", "RXJMINUS", [], "nothing"],
];

for (const cell of [...cellsOf("Opened", OPENED), ...cellsOf("Stopping", STOPPING)])
  conformance(
    {
      id: cell.id,
      clause: CLAUSES[cell.clause],
      clauses: leavesOpened(cell) ? [CLAUSES["RFC1661-4.2-04"]] : [],
      version: 2,
      story: storyOf(cell),
      waitsMs: 12_000,
    },
    async (context) => {
      await judgeCell(context, cell);
    },
  );

conformance(
  {
    id: "rfc1661-0433",
    clause: CLAUSES["RFC1661-4.1-T-OPENED-RXR"],
    clauses: [CLAUSES["RFC1661-4.3-09"]],
    story: "Opened, Echo-Request: one Echo-Reply; Echo-Reply and Discard-Request: no answer; LCP stays open",
    waitsMs: 6_000,
  },
  async (context) => {
    const { climb, silence } = context;
    const a = (await reach(context, "Opened", "RFC1661-4.1-T-OPENED-RXR"))!;
    a.call.send(a.echoRequest(EVENT_ID));
    const reply = echoed(EVENT_ID, a.call.id);
    await climb(must(reply, "RFC1661-4.1-T-OPENED-RXR"));
    await silence(never(reply, "RFC1661-4.1-T-OPENED-RXR").within(1000));
    context.bench.burst(() => {
      a.call.send(lcp.echoReply(EVENT_ID, 0));
      a.call.send(lcp.discardRequest(EVENT_ID, 0));
    });
    await silence(never(a.replies(), "RFC1661-4.3-09").within(1000));
    await a.isOpen("RFC1661-4.1-T-OPENED-RXR");
  },
);

conformance(
  {
    id: "rfc1661-0434",
    clause: CLAUSES["RFC1661-4.1-T-OPENED-RTR"],
    clauses: [CLAUSES["RFC1661-4.4-08"]],
    version: 2,
    story:
      "Opened, Terminate-Request: Terminate-Ack; then for one Restart time neither an Echo-Reply nor IPCP, no answer to Configure-Request and no CDN",
    waitsMs: 8_000,
  },
  async (context) => {
    const { climb, silence, allow, bench } = context;
    const a = (await reach(context, "Opened", "RFC1661-4.1-T-OPENED-RTR"))!;
    a.call.send(lcp.terminateRequest(EVENT_ID));
    await climb(must(a.of("Terminate-Ack", { "lcp.id": EVENT_ID }), "RFC1661-4.1-T-OPENED-RTR"));
    bench.burst(() => {
      a.call.send(a.echoRequest(EVENT_ID));
      a.ask(EVENT_ID);
    });
    // The pause that the zeroed counter gives: above zero whatever it is, and the table's one Restart time.
    const end = anyOf(control("CDN"), control("StopCCN"));
    await silence(never(anyOf(end, a.of("Configure-Ack")), "RFC1661-4.4-08").within(a.restartMs / 20));
    const life = anyOf(a.replies(), a.request, a.upper, ipcp("Configure-Ack"), end);
    await silence(never(life, "RFC1661-4.1-T-OPENED-RTR").within(a.restartMs * 0.75));
    allow(end);
  },
);

conformance(
  {
    id: "rfc1661-0435",
    clause: CLAUSES["RFC1661-4.1-T-OPENED-RXJMINUS"],
    story: "Opened, a reject without which LCP cannot be: the device terminates the link, or ends the call at once",
    params: [{ reject: "code" }, { reject: "protocol" }],
    waitsMs: 5_000,
  },
  async (context) => {
    const { climb, allow, params } = context;
    const a = (await reach(context, "Opened", "RFC1661-4.1-T-OPENED-RXJMINUS"))!;
    const reject = (): void => {
      if (params.reject === "code") happen(a, "RXJMINUS");
      else a.call.send(lcp.protocolReject(EVENT_ID, PPP.LCP, a.requestedPacket));
    };
    allow(a.gone, a.of("Terminate-Request"));
    reject();
    const end = anyOf(a.of("Terminate-Request"), a.gone);
    await climb(must(end, "RFC1661-4.1-T-OPENED-RXJMINUS").within(a.restartMs / 2));
  },
);

conformance(
  {
    id: "rfc1661-0439",
    clause: CLAUSES["RFC1661-4.3-08"],
    story: "a reject without which LCP cannot be ends the connection: an echo is not answered any more",
    params: [{ reject: "code" }, { reject: "protocol" }],
    waitsMs: 6_000,
  },
  async (context) => {
    const { silence, allow, params } = context;
    const a = (await reach(context, "Opened", "RFC1661-4.3-08"))!;
    allow(a.gone, a.of("Terminate-Request"));
    if (params.reject === "code") happen(a, "RXJMINUS");
    else a.call.send(lcp.protocolReject(EVENT_ID, PPP.LCP, a.requestedPacket));
    await context.elapse(a.restartMs / 4);
    a.call.send(a.echoRequest(EVENT_ID));
    await silence(never(echoed(EVENT_ID, a.call.id), "RFC1661-4.3-08").within(a.restartMs / 2));
  },
);

conformance(
  {
    id: "rfc1661-0436",
    clause: CLAUSES["RFC1661-4.1-T-OPENED-RCA"],
    story: "Opened, its last Ack once more: dropped, or LCP is negotiated anew; either way it can be opened",
    waitsMs: 6_000,
  },
  async (context) => {
    const a = (await reach(context, "Opened", "RFC1661-4.1-T-OPENED-RCA"))!;
    a.acknowledge();
    await context.note(may(a.request, "RFC1661-4.1-T-OPENED-RCA").within(a.restartMs / 2));
    await a.opensSomehow("RFC1661-4.1-T-OPENED-RCA");
  },
);

conformance(
  {
    id: "rfc1661-0437",
    clause: CLAUSES["RFC1661-4.1-T-OPENED-RCN"],
    story:
      "Opened, a refusal of the request last acknowledged: dropped, or negotiated anew; either way LCP can be opened",
    waitsMs: 6_000,
  },
  async (context) => {
    const a = (await reach(context, "Opened", "RFC1661-4.1-T-OPENED-RCN"))!;
    a.refuse();
    await context.note(may(a.request, "RFC1661-4.1-T-OPENED-RCN").within(a.restartMs / 2));
    await a.opensSomehow("RFC1661-4.1-T-OPENED-RCN");
  },
);

conformance(
  {
    id: "rfc1661-0438",
    clause: CLAUSES["RFC1661-4.3-10"],
    story: "Opened, Code-Rejects with nonsense in them: none of them draws a Code-Reject",
    params: [{ inside: "an unknown Code" }, { inside: "nothing" }, { inside: "a Code-Reject" }],
    waitsMs: 6_000,
  },
  async (context) => {
    const { silence, params } = context;
    const a = (await reach(context, "Opened", "RFC1661-4.3-10"))!;
    context.allow(a.gone, a.of("Terminate-Request"));
    const inside = {
      "an unknown Code": Uint8Array.of(200, 1, 0, 4),
      nothing: new Uint8Array(),
      "a Code-Reject": Uint8Array.of(7, 1, 0, 4),
    }[params.inside];
    a.call.send(controlPacket(PPP.LCP, 7, EVENT_ID, inside));
    await silence(never(a.of("Code-Reject"), "RFC1661-4.3-10").within(1500));
  },
);
