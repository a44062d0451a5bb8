import { describe, expect, test } from "vitest";
import { VirtualClock } from "#link/clock";
import type { Endpoint } from "#proto/endpoint";
import { Driver } from "./drive.ts";

/** A machine that does what its inputs say: "send x", "event x", "timer 5". */
class Parrot implements Endpoint<string, string, string> {
  readonly log: string[] = [];
  readonly #out: string[] = [];
  readonly #events: string[] = [];
  #timer: number | undefined;

  receive(input: string, now: number): void {
    this.log.push(`${input}@${now}`);
    const [verb, what = ""] = input.split(" ");
    if (verb === "send") this.#out.push(what);
    if (verb === "event") this.#events.push(what);
    if (verb === "timer") this.#timer = what === "off" ? undefined : Number(what);
  }
  handleTimer(now: number): void {
    this.log.push(`timer@${now}`);
    this.#timer = undefined;
    this.#out.push("after timer");
  }
  nextTimerAt(): number | undefined {
    return this.#timer;
  }
  pollTransmit(): string | undefined {
    return this.#out.shift();
  }
  pollEvent(): string | undefined {
    return this.#events.shift();
  }
}

function bench(onEvent: (event: string, parrot: Parrot, driver: Driver<string, string, string>) => void = () => {}): {
  clock: VirtualClock;
  parrot: Parrot;
  driver: Driver<string, string, string>;
  came: string[];
} {
  const clock = new VirtualClock();
  const parrot = new Parrot();
  const came: string[] = [];
  const driver: Driver<string, string, string> = new Driver(parrot, clock, {
    transmit: (output) => came.push(`sent ${output}`),
    event: (event) => {
      came.push(`event ${event}`);
      onEvent(event, parrot, driver);
    },
  });
  return { clock, parrot, driver, came };
}

describe("Driver", () => {
  test("input brings output and events out, and arms the timer", async () => {
    const { clock, parrot, driver, came } = bench();
    driver.receive("event a");
    driver.receive("send b");
    driver.receive("timer 5");
    await clock.until(() => false, 10);
    expect(parrot.log).toEqual(["event a@0", "send b@0", "timer 5@0", "timer@5"]);
    expect(came).toEqual(["event a", "sent b", "sent after timer"]);
  });

  test("wake carries out what was done to the machine from outside", () => {
    const { parrot, driver, came } = bench();
    parrot.receive("send by hand", 0);
    expect(came).toEqual([]);
    driver.wake();
    expect(came).toEqual(["sent by"]);
  });

  test("a timer that moves is armed anew, and one that is gone does not fire", async () => {
    const { clock, parrot, driver } = bench();
    driver.receive("timer 5");
    driver.receive("timer 7");
    await clock.until(() => false, 6);
    expect(parrot.log).not.toContain("timer@5");
    driver.receive("timer off");
    await clock.until(() => false, 20);
    expect(parrot.log.filter((line) => line.startsWith("timer@"))).toEqual([]);
  });

  test("what an event handler sets off is sent before the next event, without recursion", () => {
    const { driver, came, parrot } = bench((event, machine, self) => {
      if (event !== "a") return;
      machine.receive("send reaction", 0);
      machine.receive("event b", 0);
      self.wake();
      self.receive("send second");
    });
    driver.receive("event a");
    expect(came).toEqual(["event a", "sent reaction", "sent second", "event b"]);
    expect(parrot.log).toHaveLength(4);
  });

  test("an error in a handler comes out, and the driver goes on at the next call", () => {
    const { driver, came } = bench((event) => {
      if (event === "bad") throw new Error("our bug");
    });
    expect(() => driver.receive("event bad")).toThrow("our bug");
    driver.receive("event good");
    expect(came).toEqual(["event bad", "event good"]);
  });

  test("after stop nothing comes in, goes out or fires", async () => {
    const { clock, parrot, driver, came } = bench();
    driver.receive("timer 5");
    driver.stop();
    driver.receive("send x");
    driver.wake();
    await clock.until(() => false, 10);
    expect([parrot.log, came]).toEqual([["timer 5@0"], []]);
  });
});
