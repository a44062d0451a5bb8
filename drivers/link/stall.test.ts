import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { StallWatch } from "./stall.ts";

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("a process that stood still knows for how long, also after it went on", async () => {
  using watch = new StallWatch();
  standStill(700);
  expect(watch.longestMs).toBeGreaterThanOrEqual(590);
  await sleep(250);
  expect(watch.longestMs).toBeGreaterThanOrEqual(590);
});
