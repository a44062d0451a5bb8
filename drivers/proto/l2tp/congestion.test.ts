import { describe, expect, test } from "vitest";
import { CongestionWindow } from "./congestion.ts";

function sizesOver(window: CongestionWindow, acks: number): number[] {
  return Array.from({ length: acks }, () => {
    window.onAck();
    return window.size;
  });
}

describe("RFC 2661 Appendix A", () => {
  test("the first flight is one message, and each ack adds one up to the peer's window", () => {
    const window = new CongestionWindow(4, true);
    expect(window.size).toBe(1);
    expect(sizesOver(window, 5)).toEqual([2, 3, 4, 4, 4]);
  });

  test("a retransmission sets the window to one; from half of the old one it grows by one a window of acks", () => {
    const window = new CongestionWindow(8, true);
    sizesOver(window, 7);
    expect(window.size).toBe(8);
    window.onRetransmission();
    expect(window.size).toBe(1);
    // Slow start to 4 (half of 8), then 4 acks for the next step and 5 for the one after.
    expect(sizesOver(window, 3)).toEqual([2, 3, 4]);
    expect(sizesOver(window, 4)).toEqual([4, 4, 4, 5]);
    expect(sizesOver(window, 5)).toEqual([5, 5, 5, 5, 6]);
  });

  test("the window never exceeds what the peer told, also when that is less than was assumed", () => {
    const window = new CongestionWindow(4, true);
    window.setPeerWindow(2);
    expect(sizesOver(window, 4)).toEqual([2, 2, 2, 2]);
  });

  test("a window of 1 stays at 1, and 0 (invalid) still lets one message out", () => {
    expect(sizesOver(new CongestionWindow(1, true), 3)).toEqual([1, 1, 1]);
    expect(new CongestionWindow(0, true).size).toBe(1);
  });

  test("switched off, the peer's window alone limits", () => {
    const window = new CongestionWindow(4, false);
    window.onRetransmission();
    expect(window.size).toBe(4);
  });
});
