import { describe, expect, test } from "vitest";
import { type SessionEvent, type SessionSide, type SessionState, step } from "./session.ts";

/** The tables row by row, in the RFC's order: states | events | actions | new state. Transcribed from the RFC, not from the code. */
const TABLES: Readonly<Record<SessionSide, string>> = {
  // RFC 2661 §7.4.1
  "lac-incoming": `
    idle                                 | call                    | open tunnel            | wait-tunnel
    idle                                 | ICCN, ICRP, CDN         | clean up               | idle
    wait-tunnel                          | line-drop, local-close  | clean up               | idle
    wait-tunnel                          | tunnel-open             | send ICRQ              | wait-reply
    wait-reply                           | ICRP ok                 | send ICCN              | established
    wait-reply                           | ICRP bad                | send CDN, clean up     | idle
    wait-reply                           | ICRQ                    | send CDN, clean up     | idle
    wait-reply                           | CDN, ICCN               | clean up               | idle
    wait-reply                           | local-close, line-drop  | send CDN, clean up     | idle
    established                          | CDN                     | clean up               | idle
    established                          | ICRQ, ICRP, ICCN        | send CDN, clean up     | idle
    established                          | line-drop, local-close  | send CDN, clean up     | idle`,
  // RFC 2661 §7.4.2
  "lns-incoming": `
    idle                                 | ICRQ ok                 | send ICRP              | wait-connect
    idle                                 | ICRQ bad                | send CDN, clean up     | idle
    idle                                 | ICRP                    | send CDN, clean up     | idle
    idle                                 | ICCN                    | clean up               | idle
    wait-connect                         | ICCN ok                 | prepare for data       | established
    wait-connect                         | ICCN bad                | send CDN, clean up     | idle
    wait-connect                         | ICRQ, ICRP              | send CDN, clean up     | idle
    idle, wait-connect, established      | CDN                     | clean up               | idle
    wait-connect, established            | local-close             | send CDN, clean up     | idle
    established                          | ICRQ, ICRP, ICCN        | send CDN, clean up     | idle`,
  // RFC 2661 §7.5.1
  "lac-outgoing": `
    idle                                 | OCRQ ok                 | send OCRP, open bearer | wait-cs-answer
    idle                                 | OCRQ bad                | send CDN, clean up     | idle
    idle                                 | OCRP                    | send CDN, clean up     | idle
    idle                                 | OCCN, CDN               | clean up               | idle
    wait-cs-answer                       | bearer-answer           | send OCCN              | established
    wait-cs-answer                       | bearer-failure          | send CDN, clean up     | idle
    wait-cs-answer                       | OCRQ, OCRP, OCCN        | send CDN, clean up     | idle
    established                          | OCRQ, OCRP, OCCN        | send CDN, clean up     | idle
    wait-cs-answer, established          | CDN                     | clean up               | idle
    established                          | line-drop, local-close  | send CDN, clean up     | idle`,
  // RFC 2661 §7.5.2; that a bad OCCN ends the session is §4.1
  "lns-outgoing": `
    idle                                 | call                    | open tunnel            | wait-tunnel
    idle                                 | OCCN, OCRP, CDN         | clean up               | idle
    wait-tunnel                          | tunnel-open             | send OCRQ              | wait-reply
    wait-reply                           | OCRP ok                 |                        | wait-connect
    wait-reply                           | OCRP bad                | send CDN, clean up     | idle
    wait-reply                           | OCCN, OCRQ              | send CDN, clean up     | idle
    wait-connect                         | OCCN ok                 |                        | established
    wait-connect                         | OCCN bad                | send CDN, clean up     | idle
    wait-connect                         | OCRQ, OCRP              | send CDN, clean up     | idle
    idle, wait-reply, wait-connect, established | CDN              | clean up               | idle
    established                          | OCRQ, OCRP, OCCN        | send CDN, clean up     | idle
    wait-reply, wait-connect, established | local-close            | send CDN, clean up     | idle
    wait-tunnel                          | local-close             | clean up               | idle`,
};

interface Cell {
  readonly state: SessionState;
  readonly event: string;
  readonly does: readonly string[];
  readonly next: SessionState;
}

function cellsOf(table: string): Cell[] {
  const list = (text: string | undefined): string[] =>
    (text ?? "")
      .split(",")
      .map((s) => s.trim())
      .filter(Boolean);
  return table
    .trim()
    .split("\n")
    .flatMap((row) => {
      const [states, events, does, next] = row.split("|");
      return list(states).flatMap((state) =>
        list(events).map((event) => ({ state, event, does: list(does), next: (next ?? "").trim() }) as Cell),
      );
    });
}

const STATES: readonly SessionState[] = [
  "idle",
  "wait-tunnel",
  "wait-reply",
  "wait-connect",
  "wait-cs-answer",
  "established",
];
const MESSAGES = ["ICRQ", "ICRP", "ICCN", "OCRQ", "OCRP", "OCCN", "CDN"];
const EVENTS = [
  ...["call", "tunnel-open", "local-close", "line-drop", "bearer-answer", "bearer-failure"],
  ...MESSAGES.flatMap((m) => [`${m} ok`, `${m} bad`]),
] as readonly SessionEvent[];

/** A row that says neither is for the acceptable message and the other. */
function eventsOf(cell: Cell): readonly SessionEvent[] {
  const names = MESSAGES.includes(cell.event) ? [`${cell.event} ok`, `${cell.event} bad`] : [cell.event];
  return names as SessionEvent[];
}

describe.each(Object.keys(TABLES) as SessionSide[])("%s", (side) => {
  const cells = cellsOf(TABLES[side]);

  test.each(cells)("$state, $event -> $next", (cell) => {
    for (const event of eventsOf(cell)) {
      expect(step(side, cell.state, event)).toEqual({ next: cell.next, does: cell.does });
    }
  });

  test("no other row exists", () => {
    const present = new Set(cells.flatMap((cell) => eventsOf(cell).map((event) => `${cell.state}: ${event}`)));
    for (const state of STATES) {
      for (const event of EVENTS) {
        if (present.has(`${state}: ${event}`)) continue;
        expect(step(side, state, event), `${state}: ${event}`).toBeUndefined();
      }
    }
    expect(present.size).toBeGreaterThan(cells.length);
  });
});
