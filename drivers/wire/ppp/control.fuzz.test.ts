import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, hex } from "../octets.ts";
import { chapOf, encodeChap, viewChap } from "./chap.ts";
import { type ControlView, type OptionView, viewControl } from "./control.ts";
import { encodePpp, PPP, viewPppFrame } from "./frame.ts";
import { encodeIpcp, IPCP_OPTIONS, ipcpOf, viewIpcp } from "./ipcp.ts";
import { encodeLcp, LCP_OPTIONS, lcpOf, viewLcp } from "./lcp.ts";
import { encodePap, papOf, viewPap } from "./pap.ts";

/** The four protocols: how octets are viewed, and how they come back from the value. */
const PROTOCOLS = {
  LCP: [viewLcp, (octets: Uint8Array) => encodeLcp(lcpOf(viewLcp(octets), octets))],
  IPCP: [viewIpcp, (octets: Uint8Array) => encodeIpcp(ipcpOf(viewIpcp(octets), octets))],
  PAP: [viewPap, (octets: Uint8Array) => encodePap(papOf(viewPap(octets), octets))],
  CHAP: [viewChap, (octets: Uint8Array) => encodeChap(chapOf(viewChap(octets), octets))],
} as const;
const CASES = Object.entries(PROTOCOLS);

const u8 = fc.integer({ min: 0, max: 255 });
const octets = fc.uint8Array({ maxLength: 64 });
/** Options of types that have a row, most of them with a length that fits, so that the chain goes on. */
const types = [...Object.values(LCP_OPTIONS), ...Object.values(IPCP_OPTIONS)].map(({ type }) => type);
const option = fc
  .tuple(fc.constantFrom(...types), fc.uint8Array({ maxLength: 9 }), fc.option(u8, { freq: 8 }))
  .map(([type, data, lie]) => concat(Uint8Array.of(type, lie ?? data.length + 2), data));
const data = fc.oneof(
  octets,
  fc.array(option, { maxLength: 6 }).map((options) => concat(...options)),
);
/** A packet with a low code and a Length that is right, or a little wrong. */
const packet = fc
  .tuple(fc.integer({ min: 0, max: 13 }), u8, fc.constantFrom(0, 0, 0, -1, 1), data, fc.uint8Array({ maxLength: 4 }))
  .map(([code, id, error, body, padding]) =>
    concat(Uint8Array.of(code, id, 0, Math.max(0, body.length + 4 + error)), body, padding),
  );
const any = fc.oneof(octets, packet);

/** What a view says, without where it stands. */
function valuesOf(view: ControlView & { readonly options?: readonly OptionView[] }): unknown[] {
  const { options = [], ...rest } = view;
  const fields = Object.entries(rest).filter(([name]) => !/^(issues|at|end|frameEnd)$|(At|End)$/.test(name));
  return [fields, options.map(({ type, length, name, value }) => [type, length, name, value])];
}

function inBounds(view: ControlView, size: number): void {
  expect(view.at).toBeLessThanOrEqual(view.dataAt);
  expect(view.dataAt).toBeLessThanOrEqual(view.end);
  expect(view.end).toBeLessThanOrEqual(view.frameEnd);
  expect(view.frameEnd).toBe(size);
  for (const issue of view.issues) expect(issue.at).toBeLessThanOrEqual(size);
  if (view.malformed) expect(view.issues.length).toBeGreaterThan(0);
}

describe.each(CASES)("%s: any octets", (_, [view, again]) => {
  test("are viewed without a throw, and the view does not leave them", () => {
    fc.assert(fc.property(any, (some) => inBounds(view(some), some.length)));
  });

  test("lie the same at any offset", () => {
    const relative = (issues: ControlView["issues"], shift: number) =>
      issues.map((issue) => ({ ...issue, at: issue.at - shift }));
    fc.assert(
      fc.property(any, octets, octets, (some, before, after) => {
        const there = view(concat(before, some, after), before.length, before.length + some.length);
        const here = view(some);
        expect(there.end - before.length).toBe(here.end);
        expect(valuesOf(there)).toEqual(valuesOf(here));
        expect(relative(there.issues, before.length)).toEqual(here.issues);
      }),
    );
  });

  test("come back from the value of a packet that is not malformed, octet for octet", () => {
    fc.assert(
      fc.property(any, (some) => {
        const { malformed, end } = view(some);
        if (!malformed) expect(hex(again(some))).toBe(hex(some, 0, end));
        else expect(view(some).issues).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("any octets", () => {
  test("make a frame, or an issue, never a throw", () => {
    fc.assert(
      fc.property(octets, (some) => {
        const frame = viewPppFrame(some);
        expect(frame.protocolAt + frame.protocolLength).toBeLessThanOrEqual(frame.end);
        expect(frame.payloadAt).toBeLessThanOrEqual(frame.end);
        if (frame.protocolLength === 0) expect(frame.issues).not.toEqual([]);
        inBounds(viewControl(frame.protocol, some, frame.payloadAt, frame.end), some.length);
      }),
    );
  });

  test("are found again behind any legal front", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(PPP)),
        fc.boolean(),
        fc.boolean(),
        octets,
        (protocol, addressControl, compressProtocol, payload) => {
          const frame = encodePpp(protocol, payload, { addressControl, compressProtocol });
          const view = viewPppFrame(frame);
          expect(view).toMatchObject({ protocol, addressControl, issues: [], end: frame.length });
          expect(hex(frame, view.payloadAt)).toBe(hex(payload));
        },
      ),
    );
  });
});
