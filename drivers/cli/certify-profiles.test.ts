/** The profiles against the catalogue as it is: what each asks, and that its core can be shown. */
import { beforeAll, describe, expect, test } from "vitest";
import { CLAUSES, severityOf } from "#clauses";
import { profileOf, PROFILES } from "#reports/certificate/profiles";
import { type Known, scopeOf } from "#reports/certificate/scope";
import { knownCases } from "./known-cases.ts";

let known: Known;
beforeAll(async () => {
  known = (await knownCases()).of({ tunnelSecret: "public:x" });
});

describe.each(PROFILES.map((p) => [p.name, p] as const))("%s", (_, profile) => {
  test("asks everything of the weight of a MUST that is judged in its role, and its core is part of that", () => {
    const { mandatory, notShown, advised } = scopeOf(profile, known);
    const ids = mandatory.map((m) => m.clause.id);
    expect(profile.core.filter((id) => !ids.includes(id))).toEqual([]);
    expect(mandatory.filter((m) => m.core).length).toBe(new Set(profile.core).size);
    for (const { clause, keys, rules } of mandatory) {
      expect(severityOf(clause), clause.id).toBe("fail");
      expect(profile.actors, clause.id).toContain(clause.actor);
      expect(keys.length + rules.length, clause.id).toBeGreaterThan(0);
      for (const key of keys) expect(key.split("~")[1], key).toBe(profile.role);
    }
    for (const { clause, why } of notShown) expect(why, clause.id).not.toBe("");
    expect(notShown.map((n) => n.clause.id).filter((id) => ids.includes(id))).toEqual([]);
    for (const id of advised) expect(severityOf(CLAUSES[id]), id).toBe("remark");
  });

  test("leaves no clause out without a word: what other suites alone show in its role is counted", () => {
    const { mandatory, notShown, outside } = scopeOf(profile, known);
    const { suites: _, ...whole } = profile;
    const asked = new Set(scopeOf(whole, known).mandatory.map((m) => m.clause.id));
    expect(outside.filter((clause) => !asked.has(clause.id))).toEqual([]);
    expect(outside.length > 0).toBe(profile.suites !== undefined);
    const bound = Object.values(CLAUSES).filter(
      (c) =>
        severityOf(c) === "fail" && profile.actors.includes(c.actor) && profile.documents.some((d) => d.rfc === c.rfc),
    );
    expect(mandatory.length + notShown.length + outside.length).toBe(bound.length);
  });
});

test("what hangs on a device without a tunnel secret is not asked of a lab that has one", () => {
  const { mandatory, notShown } = scopeOf(profileOf("rfc2661-lns"), known);
  expect(mandatory.flatMap((m) => m.keys).filter((key) => key.startsWith("rfc2661-1237"))).toEqual([]);
  expect(mandatory.length).toBeGreaterThan(250);
  expect(notShown.length).toBeLessThan(20);
});

test("an unknown profile is the caller's mistake, and the known ones are named", () => {
  expect(() => profileOf("call")).toThrow(
    /^--profile: expected call-lns, call-lac, rfc2661-lns, rfc2661-lac, ppp-lns, ppp-lac, login-lns, login-lac, firewall-lns, firewall-lac, found call$/,
  );
});
