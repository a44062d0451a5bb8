/** What Allure groups results by: what a reader has to do about them. */
import { Status } from "allure-js-commons";
import type { Category } from "allure-js-commons/sdk";
import type { RuleOutcome } from "#expect/verdict";
import { KNOWN_PREFIX, messageOf, statusOf } from "./allure-result.ts";

/** What a category goes by. Allure puts a result into the first one that it fits. */
const ROWS: readonly (readonly [name: string, status: Status | undefined, prefix: string])[] = [
  ["Unexpected passes (baseline)", Status.FAILED, "UNEXPECTED PASS: "],
  ["Known deviations (baseline)", undefined, KNOWN_PREFIX],
  ["Inconclusive", Status.BROKEN, "INCONCLUSIVE: "],
  ["Remarks", Status.PASSED, "REMARK: "],
  ["Not applicable", Status.SKIPPED, "NOT APPLICABLE: "],
  ["Not run: the lab lacks an ability", Status.SKIPPED, "NOT RUN: "],
  ["Rules not exercised", Status.SKIPPED, "NOT EXERCISED: "],
  ["Expired baseline entries", Status.SKIPPED, "EXPIRED: "],
];

/** A failure that nobody expects is new, where there is a baseline that it could stand in. */
function rowsFor(hasBaseline: boolean): typeof ROWS {
  return [[hasBaseline ? "New against the baseline" : "Non-conformances", Status.FAILED, "NON-CONFORMANCE: "], ...ROWS];
}

/** Allure's `categories.json`. */
export function categoriesFor(hasBaseline: boolean): Category[] {
  return rowsFor(hasBaseline).map(([name, status, prefix]) => ({
    name,
    ...(status !== undefined && { matchedStatuses: [status] }),
    messageRegex: `(?s)${prefix.replace(/[()]/g, "\\$&")}.*`,
  }));
}

/** The category of a result; `undefined` for a plain pass. */
export function categoryOf(status: Status, message: string, hasBaseline: boolean): string | undefined {
  const fits = rowsFor(hasBaseline).find(
    ([, wanted, prefix]) => (wanted === undefined || wanted === status) && message.startsWith(prefix),
  );
  return fits?.[0];
}

/** The same of a verdict. */
export function categoryOfVerdict(verdict: RuleOutcome, known: boolean, hasBaseline: boolean): string | undefined {
  return categoryOf(statusOf(verdict), messageOf(verdict, "", known), hasBaseline);
}
