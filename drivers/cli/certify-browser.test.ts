/** `certify` on a machine without a browser: what is refused needs none. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type * as Pdf from "#reports/certificate/pdf";
import { MUTANTS } from "#mutants/index";
import { BUILT, callLns, folderWithKeys, profiles, runInto } from "./certify.fixture.ts";
import { certify } from "./certify.ts";

vi.mock("#reports/certificate/pdf", async (original) => ({
  ...(await original<typeof Pdf>()),
  findBrowser: () => ({ missing: "no browser to print with" }),
}));

let dir: string;
beforeAll(() => {
  dir = folderWithKeys();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function certified(
  name: string,
  fault?: string,
): Promise<readonly [code: number, said: string, complaint: string]> {
  const run = join(dir, name);
  const mutant = MUTANTS.find(({ clause }) => clause === fault);
  await runInto(run, await callLns(), mutant === undefined ? {} : { fault: mutant });
  let [said, complaint] = ["", ""];
  const out = new Writable({ write: (chunk: Buffer, _, done) => ((said += chunk.toString()), done()) });
  const o = { profile: "tiny", key: join(dir, "key.pem"), out: `${run}.tar`, profiles };
  const code = await certify(run, o, out, { write: (text) => (complaint += text) });
  return [code, said, complaint];
}

describe.skipIf(!BUILT)("without a browser", { timeout: 60_000 }, () => {
  test("a run is refused with its reasons, and no browser is missed", async () => {
    const refused = expect.stringMatching(/^fail +RFC2661-5\.1-01 [^]*\nrefused: /) as string;
    expect(await certified("faulty", "RFC2661-5.1-01")).toEqual([1, refused, ""]);
  });

  test("a run that shows its profile has no certificate yet, and it is said what is missing", async () => {
    expect(await certified("whole")).toEqual([2, "", "l2tpspec: no browser to print with\n"]);
    expect(existsSync(join(dir, "whole.tar"))).toBe(false);
  });
});
