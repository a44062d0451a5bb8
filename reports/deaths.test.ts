import { expect, test } from "vitest";
import { deathLines, deathsOf, type DeathsRecord, isUnexplained } from "./deaths.ts";
import { junitOf } from "./junit.ts";
import { PASSED, RUN_INFO, sample } from "./sample-case.ts";
import { exitCodeOf, resultsOf } from "./sink.ts";

const AT = "2026-11-28T09:00:00.000Z";
const death = (no: number, ...inFlight: string[]) => ({ no, how: "SIGSEGV", at: AT, inFlight });
const died = (no: number, alone: boolean, ...inFlight: string[]) => ({ no, how: "SIGSEGV", inFlight, alone });
const record = (...deaths: DeathsRecord["deaths"]): DeathsRecord => ({ deaths, lost: null });

/** `a` brings the death back alone, `b` does not. */
const A = sample({ key: "a", rules: [], suspect: died(1, false, "a", "b"), death: died(2, true, "a") });
const B = { ...PASSED, key: "b", rules: [], suspect: died(1, false, "a", "b") };

test("a death is put down to the case that brings it back alone, and is told once", () => {
  const deaths = deathsOf(record(death(1, "a", "b"), death(2, "a")), [A, B]);
  expect(deaths.map((d) => d.blamed)).toEqual([["a"], ["a"]]);
  expect(deathLines(deaths, null, [])).toEqual([
    "suspects         the device died (SIGSEGV) with 2 cases in flight; alone it died again with a",
  ]);
});

test("one that nobody brings back is a finding of its own: in the summary, in JUnit, in the exit code", () => {
  const results = resultsOf(RUN_INFO, [B], undefined, [], record(death(1, "a", "b"), death(2)));
  expect(results.deaths.every(isUnexplained)).toBe(true);
  expect(deathLines(results.deaths, null, [])).toEqual([
    "death            the device died (SIGSEGV) with 2 cases in flight; with each of them alone it lived: a, b",
    "death            the device died (SIGSEGV) while no case ran: nobody can tell what of",
  ]);
  expect(exitCodeOf(results)).toBe(1);
  expect(exitCodeOf({ ...results, deaths: [] })).toBe(0);
  expect(junitOf(results, [B]).match(/<testcase classname="deaths"/g)).toHaveLength(2);
});

test("one that is gone for good: how many cases it cost", () => {
  const lost = "the device did not come back: no image";
  const cases = [{ reason: `Error: ${lost}` }, { reason: "Error: another" }];
  expect(deathLines([], lost, cases)).toEqual([
    "gone             the device did not come back: no image; 1 cases could not be put to it",
  ]);
});
