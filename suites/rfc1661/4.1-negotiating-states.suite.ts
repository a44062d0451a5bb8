/** RFC 1661 §4.1, what comes in while LCP is negotiated: a table of the cells in Req-Sent, Ack-Rcvd and Ack-Sent. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { cellsOf, judgeCell, storyOf, type CellRow } from "./automaton-cells.ts";

const REQ_SENT: readonly CellRow[] = [
  ["rfc1661-0400", "RCRPLUS", ["sca"], "Ack-Sent"],
  ["rfc1661-0401", "RCRMINUS", ["scn"], "Req-Sent, acknowledged"],
  ["rfc1661-0402", "RCA", [], "Ack-Rcvd"],
  ["rfc1661-0403", "RCN", ["scr"], "Req-Sent"],
  ["rfc1661-0404", "RTR", ["sta"], "Req-Sent"],
  ["rfc1661-0405", "RTA", [], "Req-Sent"],
  ["rfc1661-0406", "RUC", ["scj"], "Req-Sent"],
  ["rfc1661-0407", "RXJPLUS", [], "Req-Sent"],
  ["rfc1661-0408", "RXR", [], "Req-Sent"],
];

const ACK_RCVD: readonly CellRow[] = [
  ["rfc1661-0410", "RCRPLUS", ["sca"], "Opened"],
  ["rfc1661-0411", "RCRMINUS", ["scn"], "Ack-Rcvd"],
  ["rfc1661-0412", "RTR", ["sta"], "Req-Sent"],
  ["rfc1661-0413", "RTA", [], "Req-Sent"],
  ["rfc1661-0414", "RUC", ["scj"], "Ack-Rcvd"],
  ["rfc1661-0415", "RXJPLUS", [], "Req-Sent"],
  ["rfc1661-0416", "RXR", [], "Ack-Rcvd"],
];

const ACK_SENT: readonly CellRow[] = [
  ["rfc1661-0420", "RCRPLUS", ["sca"], "Ack-Sent"],
  ["rfc1661-0421", "RCRMINUS", ["scn"], "Req-Sent, acknowledged"],
  ["rfc1661-0422", "RCA", [], "Opened"],
  ["rfc1661-0423", "RCN", ["scr"], "Ack-Sent"],
  ["rfc1661-0424", "RTR", ["sta"], "Req-Sent, acknowledged"],
  ["rfc1661-0425", "RTA", [], "Ack-Sent"],
  ["rfc1661-0426", "RUC", ["scj"], "Ack-Sent"],
  ["rfc1661-0427", "RXJPLUS", [], "Ack-Sent"],
  ["rfc1661-0428", "RXR", [], "Ack-Sent"],
];

const CELLS = [...cellsOf("Req-Sent", REQ_SENT), ...cellsOf("Ack-Rcvd", ACK_RCVD), ...cellsOf("Ack-Sent", ACK_SENT)];

for (const cell of CELLS)
  conformance(
    { id: cell.id, clause: CLAUSES[cell.clause], version: 2, story: storyOf(cell), waitsMs: 10_000 },
    async (context) => {
      await judgeCell(context, cell);
    },
  );
