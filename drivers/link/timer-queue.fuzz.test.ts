import fc from "fast-check";
import { expect, test } from "vitest";
import { TimerQueue } from "./timer-queue.ts";

type Step = { readonly add: number } | { readonly cancel: number } | "take";

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ add: fc.nat(9) }),
  fc.record({ cancel: fc.nat(30) }),
  fc.constant("take" as const),
);

test("the queue does what a sorted list would, whatever is added, cancelled and taken", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new TimerQueue();
      const cancels: (() => void)[] = [];
      const taken: number[] = [];
      let model: { readonly id: number; readonly at: number }[] = [];
      const expected: number[] = [];
      for (const one of steps) {
        if (one === "take") {
          queue.take()?.();
          const first = model.shift();
          if (first) expected.push(first.id);
        } else if ("add" in one) {
          const id = cancels.length;
          cancels.push(queue.add(one.add, () => taken.push(id)));
          model.push({ id, at: one.add });
          model.sort((a, b) => a.at - b.at || a.id - b.id);
        } else {
          cancels[one.cancel]?.();
          model = model.filter(({ id }) => id !== one.cancel);
        }
        expect(queue.size).toBe(model.length);
        expect(queue.nextAt()).toBe(model[0]?.at);
      }
      expect(taken).toEqual(expected);
    }),
  );
});
