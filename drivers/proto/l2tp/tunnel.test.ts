import { describe, expect, test } from "vitest";
import { step, type TunnelEvent, type TunnelState } from "./tunnel.ts";

/** RFC 2661 §7.2.1 row by row, in its order: state, event, action, new state. Transcribed from the RFC, not from the code. */
const ROWS = `
idle            | open           | send SCCRQ               | wait-ctl-reply
idle            | SCCRQ ok       | send SCCRP               | wait-ctl-conn
idle            | SCCRQ bad      | send StopCCN, clean up   | idle
idle            | SCCRP          | send StopCCN, clean up   | idle
idle            | SCCCN          | clean up                 | idle
wait-ctl-reply  | SCCRP ok       | send SCCCN, tunnel-open  | established
wait-ctl-reply  | SCCRP bad      | send StopCCN, clean up   | idle
wait-ctl-reply  | SCCRQ lost-tie | clean up, requeue SCCRQ  | idle
wait-ctl-reply  | SCCCN          | send StopCCN, clean up   | idle
wait-ctl-conn   | SCCCN ok       | tunnel-open              | established
wait-ctl-conn   | SCCCN bad      | send StopCCN, clean up   | idle
wait-ctl-conn   | SCCRP          | send StopCCN, clean up   | idle
wait-ctl-conn   | SCCRQ          | send StopCCN, clean up   | idle
established     | open           | tunnel-open              | established
established     | close          | send StopCCN, clean up   | idle
established     | SCCRQ          | send StopCCN, clean up   | idle
established     | SCCRP          | send StopCCN, clean up   | idle
established     | SCCCN          | send StopCCN, clean up   | idle
idle            | StopCCN        | clean up                 | idle
wait-ctl-reply  | StopCCN        | clean up                 | idle
wait-ctl-conn   | StopCCN        | clean up                 | idle
established     | StopCCN        | clean up                 | idle
`
  .trim()
  .split("\n")
  .map((row) => row.split("|").map((cell) => cell.trim()) as [TunnelState, TunnelEvent, string, TunnelState]);

const STATES: readonly TunnelState[] = ["idle", "wait-ctl-reply", "wait-ctl-conn", "established"];
const MESSAGES = ["SCCRQ", "SCCRP", "SCCCN", "StopCCN"] as const;
const EVENTS: readonly TunnelEvent[] = [
  "open",
  "close",
  "SCCRQ lost-tie",
  ...MESSAGES.flatMap((m) => [`${m} ok`, `${m} bad`] as const),
];

describe("RFC 2661 §7.2.1", () => {
  test.each(ROWS)("%s, %s: %s -> %s", (state, event, does, next) => {
    const wanted = { next, does: does.split(", ") };
    const both = /^(SCC..|StopCCN)$/.test(event);
    for (const e of both ? ([`${event} ok`, `${event} bad`] as TunnelEvent[]) : [event]) {
      expect(step(state, e)).toEqual(wanted);
    }
  });

  test("no other row exists", () => {
    const present = new Set(
      ROWS.flatMap(([state, event]) => [event, `${event} ok`, `${event} bad`].map((e) => `${state}: ${e}`)),
    );
    const absent = STATES.flatMap((state) => EVENTS.map((event) => ({ state, event }))).filter(
      ({ state, event }) => !present.has(`${state}: ${event}`),
    );
    expect(absent.map(({ state, event }) => `${state}: ${event}`)).toEqual([
      "idle: close",
      "idle: SCCRQ lost-tie",
      "wait-ctl-reply: open",
      "wait-ctl-reply: close",
      "wait-ctl-reply: SCCRQ ok",
      "wait-ctl-reply: SCCRQ bad",
      "wait-ctl-conn: open",
      "wait-ctl-conn: close",
      "wait-ctl-conn: SCCRQ lost-tie",
      "established: SCCRQ lost-tie",
    ]);
    for (const { state, event } of absent) expect(step(state, event), `${state}: ${event}`).toBeUndefined();
  });
});
