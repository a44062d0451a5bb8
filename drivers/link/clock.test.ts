import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { type Clock, ClockStalled, RealClock, VirtualClock } from "./clock.ts";

const never = (): boolean => false;

/** Lets the time go to `atMs`. */
async function pass(clock: Clock, atMs: number): Promise<void> {
  await clock.until(never, atMs);
}

describe("VirtualClock", () => {
  test("work runs in the order of its times, and of the calls where times are equal", async () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    for (const [name, at] of [
      ["c", 5],
      ["a", 1],
      ["d", 5],
      ["b", 1],
      ["e", 5],
    ] as const) {
      clock.schedule(at, () => ran.push(`${name}@${clock.now()}`));
    }
    await pass(clock, 10);
    expect(ran).toEqual(["a@1", "b@1", "c@5", "d@5", "e@5"]);
    expect(clock.now()).toBe(10);
  });

  test("time stands still unless somebody waits", async () => {
    const clock = new VirtualClock();
    clock.schedule(1, () => expect.unreachable());
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(clock.now()).toBe(0);
  });

  test("epochNs counts from the given start, in fractions of a millisecond too", async () => {
    const clock = new VirtualClock({ startEpochNs: 1_000n });
    await pass(clock, 0.1);
    expect(clock.epochNs()).toBe(101_000n);
  });

  test("until is true at the event that brings it about, and time stays there", async () => {
    const clock = new VirtualClock();
    let arrived = false;
    clock.schedule(3, () => (arrived = true));
    clock.schedule(4, () => expect.unreachable());
    expect(await clock.until(() => arrived, 10)).toBe(true);
    expect(clock.now()).toBe(3);
  });

  test("what is due at the deadline still counts, though it was scheduled after the wait began", async () => {
    const clock = new VirtualClock();
    let arrived = false;
    clock.schedule(1, () => clock.schedule(10, () => (arrived = true)));
    expect(await clock.until(() => arrived, 10)).toBe(true);
  });

  test("until is false at its deadline, not later, and at once when that is past", async () => {
    const clock = new VirtualClock();
    clock.schedule(100, () => expect.unreachable());
    expect(await clock.until(never, 10)).toBe(false);
    expect(clock.now()).toBe(10);
    expect(await clock.until(never, 5)).toBe(false);
    expect(clock.now()).toBe(10);
  });

  test("a condition that holds already costs no time, at a past deadline either", async () => {
    const clock = new VirtualClock();
    await pass(clock, 10);
    expect(await clock.until(() => true, 5)).toBe(true);
    expect(clock.now()).toBe(10);
  });

  test("of two who wait, neither is carried past its deadline by the other", async () => {
    const clock = new VirtualClock();
    const ended: string[] = [];
    const wait = async (name: string, deadline: number): Promise<void> => {
      await clock.until(never, deadline);
      ended.push(`${name}@${clock.now()}`);
    };
    await Promise.all([wait("long", 50), wait("short", 20), wait("middle", 30)]);
    expect(ended).toEqual(["short@20", "middle@30", "long@50"]);
  });

  test("who waited acts before time moves on, through any depth of promises", async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    let rung = 0;
    clock.schedule(1, () => rung++);
    clock.schedule(1, () => seen.push("same time, next event"));
    clock.schedule(2, () => seen.push("later"));
    const deep = async (levels: number): Promise<void> => {
      if (levels > 0) await deep(levels - 1);
      else await clock.until(() => rung > 0, 10);
    };
    const actor = deep(20).then(() => {
      seen.push(`acted at ${clock.now()}`);
      clock.schedule(clock.now(), () => seen.push(`its work at ${clock.now()}`));
    });
    await Promise.all([actor, pass(clock, 5)]);
    expect(seen).toEqual(["acted at 1", "same time, next event", "its work at 1", "later"]);
  });

  test("a wait in the background never moves time, and is met or expires as others move it", async () => {
    const clock = new VirtualClock();
    const background = clock.background();
    let arrived = false;
    background.schedule(5, () => (arrived = true));
    const seen: string[] = [];
    const note = (name: string) => (met: boolean) => seen.push(`${name} ${met} at ${background.now()}`);
    const waits = [
      background.until(() => arrived, 100).then(note("met")),
      background.until(never, 3).then(note("expired")),
      background.until(never, 100).then(note("not yet")),
    ];
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([clock.now(), seen]).toEqual([0, []]);
    await clock.until(never, 8);
    expect(seen).toEqual(["expired false at 3", "met true at 5"]);
    await clock.until(never, 200);
    await Promise.all(waits);
    expect(seen.at(-1)).toBe("not yet false at 100");
  });

  test("cancelled work does not run, and cancelling twice or late does no harm", async () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    const cancels = [3, 1, 2, 4].map((at) => clock.schedule(at, () => ran.push(at)));
    cancels[0]?.();
    cancels[0]?.();
    await pass(clock, 5);
    cancels[1]?.();
    expect(ran).toEqual([1, 2, 4]);
  });

  test("a loop of zero delays is a stall, not a hang", async () => {
    const clock = new VirtualClock({ stallMs: 20 });
    const again = (): void => void clock.schedule(clock.now(), again);
    again();
    await expect(clock.until(never, 10)).rejects.toThrow(ClockStalled);
  });

  test("a thread that others keep busy is no stall", async () => {
    const clock = new VirtualClock({ stallMs: 20 });
    clock.schedule(1, () => {
      const until = performance.now() + 40;
      while (performance.now() < until);
    });
    expect(await clock.until(never, 10)).toBe(false);
  });

  test("waiting without deadline for what nobody will do is a stall", async () => {
    const clock = new VirtualClock({ stallMs: 20 });
    await expect(clock.until(never, Infinity)).rejects.toThrow(/stood at 0 ms for 20 ms/);
  });

  test("an error in scheduled work ends the wait, and the clock goes on afterwards", async () => {
    const clock = new VirtualClock();
    clock.schedule(1, () => {
      throw new Error("our bug");
    });
    await expect(pass(clock, 10)).rejects.toThrow("our bug");
    await pass(clock, 10);
    expect(clock.now()).toBe(10);
  });

  test("an error in the condition ends that wait alone", async () => {
    const clock = new VirtualClock();
    const wrong = clock.until(() => {
      throw new Error("bad condition");
    }, 10);
    const right = clock.until(never, 5);
    await expect(wrong).rejects.toThrow("bad condition");
    expect(await right).toBe(false);
  });

  test("abort rejects with its reason, before and during the wait", async () => {
    const clock = new VirtualClock();
    await expect(clock.until(never, 10, AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
    const controller = new AbortController();
    clock.schedule(5, () => controller.abort(new Error("enough")));
    await expect(clock.until(never, 10, controller.signal)).rejects.toThrow("enough");
    expect(clock.now()).toBe(5);
  });
});

describe("RealClock", () => {
  test("a datagram that came while nobody could run is read before the timer that is due by then", async () => {
    const clock = new RealClock();
    const order: string[] = [];
    const socket = createSocket("udp4", () => order.push("datagram"));
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    clock.schedule(clock.now() + 1, () => order.push("timer"));
    const send = `const s = require("dgram").createSocket("udp4"); s.send("x", ${socket.address().port}, "127.0.0.1", () => s.close())`;
    spawnSync(process.execPath, ["-e", send]);
    await clock.until(() => order.length === 2, clock.now() + 1_000);
    socket.close();
    expect(order).toEqual(["datagram", "timer"]);
  });

  test("work runs at its time, and those who wait look again after it", async () => {
    const clock = new RealClock();
    const ran: string[] = [];
    clock.schedule(clock.now() + 12, () => ran.push("b"));
    clock.schedule(clock.now() + 4, () => ran.push("a"));
    const at = clock.now() + 4;
    clock.schedule(at, () => expect(clock.now()).toBeGreaterThanOrEqual(at));
    expect(await clock.until(() => ran.length === 2, clock.now() + 2_000)).toBe(true);
    expect(ran).toEqual(["a", "b"]);
  });

  test("poke wakes who waits; the condition is not polled", async () => {
    const clock = new RealClock();
    let asked = 0;
    let arrived = false;
    const wait = clock.until(() => (asked++, arrived), clock.now() + 2_000);
    arrived = true;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(asked).toBe(1);
    clock.poke();
    expect(await wait).toBe(true);
    expect(asked).toBe(2);
  });

  test("until is false after its deadline, never before", async () => {
    const clock = new RealClock();
    const deadline = clock.now() + 8;
    expect(await clock.until(never, deadline)).toBe(false);
    expect(clock.now()).toBeGreaterThanOrEqual(deadline);
  });

  test("an error in scheduled work ends the wait, or the next one", async () => {
    const clock = new RealClock();
    const bug = (): void => {
      throw new Error("our bug");
    };
    clock.schedule(0, bug);
    await expect(clock.until(never, clock.now() + 2_000)).rejects.toThrow("our bug");
    await new Promise<void>((resolve) => {
      clock.schedule(0, () => {
        setImmediate(resolve);
        bug();
      });
    });
    await expect(clock.until(() => true, clock.now())).rejects.toThrow("our bug");
    expect(await clock.until(() => true, clock.now())).toBe(true);
  });

  test("abort rejects with its reason", async () => {
    const clock = new RealClock();
    const controller = new AbortController();
    const wait = clock.until(never, Infinity, controller.signal);
    controller.abort(new Error("enough"));
    await expect(wait).rejects.toThrow("enough");
  });

  test("epochNs is the wall clock's", () => {
    const offMs = Number(new RealClock().epochNs() / 1_000_000n) - Date.now();
    expect(Math.abs(offMs)).toBeLessThan(100);
  });
});

test("a real clock whose process was set aside between its two readings reads again", () => {
  const monotonic = vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValue(30);
  const wall = vi.spyOn(Date, "now").mockReturnValue(1_030);
  try {
    expect(new RealClock().epochNs()).toBe(1_030_000_000n);
  } finally {
    monotonic.mockRestore();
    wall.mockRestore();
  }
});
