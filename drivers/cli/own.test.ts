/**
 * A case and a driver of a lab's own, as the README tells to write them: in a folder outside of the package, which node has never
 * heard of. What comes of them is what comes of the product's own.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PACKAGE_ROOT } from "#fixtures/root";

const MAIN = join(PACKAGE_ROOT, "dist/drivers/cli/main.js");

const SUITE = `import { CLAUSES } from "l2tpspec/clauses";
import { conformance } from "l2tpspec/conformance";
import { must } from "l2tpspec/ladder";
import { acks } from "l2tpspec/matchers";

const clause = CLAUSES["RFC2661-5.8-03"];
interface Row extends Record<string, number> { times: number }
const ROWS: readonly Row[] = [{ times: 2 }];

conformance(
  { id: "mylab-0001", clause, needs: ["lns"], params: ROWS, story: "HELLOs in a row are acknowledged, each of them" },
  async ({ bench, climb, params: { times } }) => {
    const tunnel = await bench.open();
    for (let i = 0; i < times; i++)
      await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-5.8-03"));
  },
);
`;

const DRIVER = `import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { DeviceError, driver, z } from "l2tpspec/driver";

export default driver({
  name: "mybox",
  options: z.strictObject({ program: z.array(z.string()).min(1) }),
  open({ program: [command = "", ...words] }, { id, folder, address, users, pool, gateway, tunnelSecret = "" }) {
    writeFileSync(folder + "/users", JSON.stringify(users));
    const at = ["--listen", address, "--users", folder + "/users", "--pool", pool, "--gateway", gateway];
    let box: ChildProcess | undefined;
    let said = "";
    return {
      id,
      can: new Set(),
      async start(signal) {
        const child = spawn(command, [...words, "peer", "lns", "--quiet", ...at, "--secret", tunnelSecret]);
        box = child;
        child.stderr.on("data", (text: Buffer) => (said += text.toString()));
        while (!said.includes("LNS on")) {
          if (child.exitCode !== null) throw new DeviceError({ step: "start", text: "it ended", output: said });
          await Promise.race([once(child.stderr, "data", { signal }), once(child, "exit", { signal })]);
        }
      },
      async stop() {
        if (box === undefined || box.exitCode !== null) return;
        box.kill();
        await once(box, "exit");
      },
      alive: async () => box?.exitCode === null,
      log: async () => said,
      async [Symbol.asyncDispose]() {
        await this.stop();
      },
    };
  },
});
`;

const LAB = `schema: 1
name: mybox
bench: { kind: loopback, device: 127.66.7.1, tester: 127.66.8.1 }
device:
  driver: own
  id: mybox-1
  name: mybox
  options: { program: ["${process.execPath}", "${MAIN}"] }
role: [lns]
users: [{ name: alice, password: "public:s3cret", address: 172.16.1.51 }]
pool: 172.16.1.0/24
gateway: 172.16.1.1
tunnelSecret: "public:tunnel-secret"
`;

let dir: string;
const write = (name: string, text: string): string => {
  const file = join(dir, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return name;
};
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-own-"));
  write("mylab/hello.suite.ts", SUITE);
  write("mybox.driver.ts", DRIVER);
  write("mybox.yaml", LAB);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function l2tpspec(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], { cwd: dir, encoding: "utf8" });
  return { status, stdout, stderr };
}

test("a case beside the product's, and a driver: run, and judged again like any other", { timeout: 120_000 }, () => {
  const own = ["--suites", "mylab", "--suite", "mylab"];
  const ran = l2tpspec("run", "--lab", "mybox.yaml", "--drivers", "mybox.driver.ts", ...own, "--no-report");
  expect([ran.status, ran.stdout]).toEqual([0, expect.stringMatching(/^1 cases and \d+ rules: \d+ passed, 0 failed/)]);
  const [run = ""] = readdirSync(join(dir, "reports/out"));
  const folder = join("reports/out", run);
  const key = "mylab-0001~lns~times=2";
  const results = JSON.parse(readFileSync(join(dir, folder, "results.json"), "utf8")) as {
    device: string;
    cases: readonly object[];
  };
  expect(results).toMatchObject({ device: "mybox-1", cases: [{ key, clause: "RFC2661-5.8-03", verdict: "pass" }] });
  // The line of the suite as it was written, and not as it runs.
  expect(readFileSync(join(dir, folder, "cases", key, "ladder.json"), "utf8")).toContain(
    '"at":"mylab/hello.suite.ts:15"',
  );
  const again = l2tpspec("judge", folder);
  expect([again.status, again.stdout.split("\n")[0]]).toEqual([0, ran.stdout.split("\n")[0]]);
});

test("list has it in its place", () => {
  const { status, stdout } = l2tpspec("list", "--suites", "mylab", "--suite", "mylab", "--json");
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([{ id: "mylab-0001", suite: "mylab/hello", role: "lns", level: "implied" }]);
});

test("mutants puts it to the faulty peers whose clause it names", { timeout: 120_000 }, () => {
  const body = `async ({ bench, climb, caller, gateway }) => {
    const call = await (await bench.open()).call();
    await call.openLcp(caller, gateway);
    call.echo(7);
    await climb(must(lcp("Echo-Reply", { "lcp.id": 7, "l2tp.sessionId": call.id }), clause.id));
  }`;
  write(
    "echo/x.suite.ts",
    `import { CLAUSES } from "l2tpspec/clauses";
import { conformance } from "l2tpspec/conformance";
import { must } from "l2tpspec/ladder";
import { lcp } from "l2tpspec/matchers";
const clause = CLAUSES["RFC1661-5.8-01"];
conformance({ id: "echo-0001", clause, background: ["ppp"], story: "an Echo-Request is answered" }, ${body});
`,
  );
  const { stdout } = l2tpspec("mutants", "--suites", "echo", "--case", "echo-0001", "--json");
  const report = JSON.parse(stdout) as {
    falseAlarms: readonly object[];
    mutants: readonly { killedBy: readonly string[] }[];
  };
  expect(report.falseAlarms).toEqual([]);
  expect(report.mutants.flatMap(({ killedBy }) => killedBy)).toContain("echo-0001");
});

const declares = (changes: readonly (readonly [string, string])[]): string =>
  changes.reduce((text, [from, to]) => text.replace(from, to), SUITE);

const BAD_SUITES: readonly (readonly [what: string, file: string, text: string, line: RegExp])[] = [
  [
    "a file that is no TypeScript",
    "a/x.suite.ts",
    "const x: = 1;",
    /^Misuse a\/x\.suite\.ts: expected a file that loads, found .+ in line 1$/,
  ],
  [
    "a file that throws",
    "b/x.suite.ts",
    'throw new Error("boom\\nand more");',
    /^Misuse b\/x\.suite\.ts:1: expected a file that loads, found boom and more$/,
  ],
  [
    "a file that declares nothing",
    "c/x.suite.ts",
    "export {};",
    /^Misuse c\/x\.suite\.ts: expected at least one case: .*, found none$/,
  ],
  [
    "a clause that there is not",
    "d/x.suite.ts",
    declares([
      ["mylab-", "d-"],
      ["5.8-03", "5.8-99"],
    ]),
    /^Misuse d\/x\.suite\.ts:\d+: CLAUSES: expected a clause of this version .*, found "RFC2661-5\.8-99"$/,
  ],
  [
    "an id of another folder",
    "e/x.suite.ts",
    SUITE,
    /^Misuse e\/x\.suite\.ts:\d+: id: expected e-<4 digits>, found "mylab-0001"$/,
  ],
  [
    "an id of the product",
    "f/rfc2661/x.suite.ts",
    declares([["mylab-0001", "rfc2661-0501"]]),
    /^Misuse f\/rfc2661\/x\.suite\.ts:\d+: id: expected .*an id is given once, found rfc2661-0501, which stands in rfc2661\/5\.8-/,
  ],
  [
    "a suite of the product's name",
    "g/rfc2661/3.1-header.suite.ts",
    SUITE,
    /^Misuse g\/rfc2661\/3\.1-header\.suite\.ts: expected a suite whose name is free, /,
  ],
  [
    "a folder without one",
    "h/x.ts",
    "export {};",
    /^Misuse --suites: expected a folder with \*\.suite\.ts in it, found h: none$/,
  ],
  [
    "a need that there is not",
    "j/x.suite.ts",
    declares([
      ["mylab-", "j-"],
      ['["lns"]', '["lns", "dail"]'],
    ]),
    /^Misuse j\/x\.suite\.ts:10: j-0001: needs: expected one of lac, lns, .*, found "dail"$/,
  ],
  [
    "two files that make one suite",
    "k/x.suite.ts",
    "export {};",
    /^Misuse k\/x\.suite\.ts: expected a suite whose name is free, found k\/x, which is that of k\/k\/x\.suite\.ts$/,
  ],
  [
    "an id given twice",
    "n/x.suite.ts",
    `${declares([["mylab-", "n-"]])}conformance({ id: "n-0001", clause, story: "again" }, async () => {});`,
    /^Misuse n\/x\.suite\.ts:\d+: id: expected .*an id is given once, found n-0001, which stands in n\/x$/,
  ],
  ["a folder whose name a pattern reads otherwise: none", "c++/x.suite.ts", declares([["mylab-", "c++-"]]), /^$/],
  ["a file for a folder", "l", "export {};", /^Misuse --suites: expected a folder, found l: a file$/],
];

/** What the command would say of each folder of suites: one process that knows the product's cases asks for all of them. */
const complaints = new Map<string, string>();
function complaintOf(folder: string): string {
  if (!complaints.has(folder)) {
    const own = pathToFileURL(join(PACKAGE_ROOT, "dist/fixtures/own.js")).href;
    const catalogue = pathToFileURL(join(PACKAGE_ROOT, "dist/fixtures/catalogue.js")).href;
    const script = `const { loadOwnSuites } = await import("${own}");
      await (await import("${catalogue}")).loadCatalogue();
      const said = [];
      for (const folder of process.argv.slice(1))
        said.push([folder, await loadOwnSuites(folder).then(() => "", (e) => e.name + " " + e.message)]);
      console.log(JSON.stringify(said));`;
    write("k/k/x.suite.ts", declares([["mylab-", "k-"]]));
    const folders = BAD_SUITES.map(([, name, text]) => write(name, text).split("/")[0]!);
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script, ...folders], {
      cwd: dir,
      encoding: "utf8",
    });
    for (const [one, said] of JSON.parse(stdout) as readonly [string, string][]) complaints.set(one, said);
  }
  return complaints.get(folder) ?? "";
}

describe("one clear line for", () => {
  test.each(BAD_SUITES)("%s", (_what, name, _text, line) => {
    expect(complaintOf(name.split("/")[0]!)).toMatch(line);
  });

  test("a mistake in a suite, which is the caller's", () => {
    write("b/x.suite.ts", 'throw new Error("boom");');
    const { status, stdout, stderr } = l2tpspec("list", "--suites", "b");
    expect([status, stdout, stderr]).toEqual([
      64,
      "",
      "l2tpspec: b/x.suite.ts:1: expected a file that loads, found boom\n",
    ]);
  });

  test.each<[string, string, string, RegExp]>([
    [
      "a driver that is none",
      "export default { name: 1 };",
      LAB,
      /: default export: expected a driver: .*, found one without name, options, open\n$/,
    ],
    [
      "options that it does not take",
      DRIVER,
      LAB.replace(/program: .*\]/, "program: 3"),
      /^l2tpspec: own\.yaml:8: device\.options\.program: expected array, found 3\n$/,
    ],
    [
      "a name that no driver has",
      DRIVER,
      LAB.replace("  name: mybox", "  name: yours"),
      /^l2tpspec: own\.yaml:7: device\.name: expected mybox, found yours\n$/,
    ],
    [
      "a bench that it cannot be at",
      DRIVER,
      LAB.replace(/bench: .*/, "bench: { kind: memory }"),
      /^l2tpspec: own\.yaml: device\.driver: expected reference, since bench\.kind is memory, found own\n$/,
    ],
    [
      "a schema that cannot answer at once",
      DRIVER.replace(".min(1)", ".refine(async () => true)"),
      LAB,
      /^l2tpspec: driver mybox: options: expected a schema that answers at once, found one that is asynchronous\n$/,
    ],
  ])("%s", (_what, driver, lab, line) => {
    write("own.driver.ts", driver);
    write("own.yaml", lab);
    const { status, stderr } = l2tpspec("doctor", "--lab", "own.yaml", "--drivers", "own.driver.ts");
    expect([status, stderr]).toEqual([64, expect.stringMatching(line)]);
  });
});

describe("a mistake in a case's body", () => {
  const TWO_CASES = `import { CLAUSES } from "l2tpspec/clauses";
import { conformance } from "l2tpspec/conformance";
import { must } from "l2tpspec/ladder";
import { acks } from "l2tpspec/matchers";

const clause = CLAUSES["RFC2661-5.8-03"];
const needs = ["lns"] as const;
conformance({ id: "body-0001", clause, needs, story: "nobody waits for the claim" }, async ({ bench, climb }) => {
  const tunnel = await bench.open();
  climb(must(acks(tunnel.hello() + 9, { tunnel: tunnel.id }), clause.id));
});
conformance({ id: "body-0002", clause, needs, story: "no such method" }, async ({ bench }) => {
  const tunnel = await bench.open();
  (tunnel as any).helo();
});
conformance({ id: "body-0003", clause, needs, story: "no such clause" }, async ({ bench, climb }) => {
  const tunnel = await bench.open();
  await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC9999-1-1" as any));
});
conformance({ id: "body-0004", clause, needs, story: "what LCP says is not looked at" }, async ({ bench, climb }) => {
  const tunnel = await bench.open();
  await tunnel.call();
  await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), clause.id));
});
conformance({ id: "body-0005", clause, needs, background: ["ppp"], story: "nobody waits for LCP" }, async ({ bench, climb, caller, gateway }) => {
  const tunnel = await bench.open();
  const call = await tunnel.call();
  void call.openLcp(caller, gateway).then(() => Promise.reject(new Error("after it")));
  await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), clause.id));
});
`;

  test(
    "is the case's reason, with its line; and the exit code is the one that is printed",
    { timeout: 120_000 },
    () => {
      write("body/x.suite.ts", TWO_CASES);
      const own = ["--suites", "body", "--suite", "body", "--case", "body-0001,body-0002,body-0003,body-0004"];
      const { status, stdout, stderr } = l2tpspec("run", ...own, "--no-report", "--out", "bodies");
      expect([status, /\(exit code (\d)\)/.exec(stdout)?.[1], stderr]).toEqual([
        2,
        "2",
        expect.not.stringContaining("internal error"),
      ]);
      const [run = ""] = readdirSync(join(dir, "bodies"));
      const { cases } = JSON.parse(readFileSync(join(dir, "bodies", run, "results.json"), "utf8")) as {
        cases: readonly { verdict: string; reason: string }[];
      };
      expect(cases.map(({ verdict, reason }) => [verdict, reason])).toEqual([
        ["inconclusive", "climb at body/x.suite.ts:10 was not awaited: the case went on without it"],
        ["inconclusive", "TypeError: tunnel.helo is not a function (body/x.suite.ts:14)"],
        ["inconclusive", expect.stringMatching(/^Error: must: .*, found "RFC9999-1-1" \(body\/x\.suite\.ts:18\)$/)],
        ["inconclusive", expect.stringMatching(/LCP Configure-Request.* says background: \["ppp"\]\)$/)],
      ]);
    },
  );

  test("one that nobody waits for ends the run, and with the code that is printed", { timeout: 120_000 }, () => {
    write("body/x.suite.ts", TWO_CASES);
    const own = ["--suites", "body", "--suite", "body", "--case", "body-0005"];
    const { status, stderr } = l2tpspec("run", ...own, "--no-report", "--out", "unawaited");
    expect([status, /\(exit code (\d)\)/.exec(stderr)?.[1], stderr]).toEqual([
      2,
      "2",
      expect.stringContaining("l2tpspec: a case did not await what failed: after it\n"),
    ]);
  });
});

describe("a driver that does not do its part", () => {
  test("by its name, and the step, and with its last words", { timeout: 120_000 }, () => {
    write("mybox-ends.yaml", LAB.replace(/program: .*\]/, `program: ["/bin/sh", "-c", "echo no >&2"]`));
    const own = ["--suites", "mylab", "--suite", "mylab", "--drivers", "mybox.driver.ts"];
    const { status, stderr } = l2tpspec("run", "--lab", "mybox-ends.yaml", ...own, "--no-report");
    const said = /^l2tpspec: device: start: driver mybox: it ended \(after \d+\.\d s\); it said: no\n$/;
    expect([status, stderr]).toEqual([2, expect.stringMatching(said)]);
  });

  test("a second one of its name, and a folder in the place of a file", () => {
    write("again.driver.ts", DRIVER);
    const complaint = (files: string): string => l2tpspec("doctor", "--drivers", files).stderr;
    expect(complaint("mybox.driver.ts,again.driver.ts")).toBe(
      "l2tpspec: again.driver.ts: name: expected one that no other driver has, found mybox, which is that of mybox.driver.ts\n",
    );
    expect(complaint("mylab")).toBe("l2tpspec: --drivers: expected a file with a driver, found mylab: a folder\n");
  });
});

test("the types are there for an editor: the exports of package.json are what the loader knows", () => {
  const { exports } = JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")) as {
    exports: Readonly<Record<string, string>>;
  };
  const loader = readFileSync(join(PACKAGE_ROOT, "fixtures/own-loader.ts"), "utf8");
  const known = [...loader.matchAll(/"l2tpspec\/(\w+)"/g)].map(([, name]) => `./${name}`);
  expect(
    Object.keys(exports)
      .filter((name) => name !== "./package.json")
      .sort(),
  ).toEqual(known.sort());
  for (const name of known) {
    const declarations = join(PACKAGE_ROOT, exports[name]!.replace(/\.js$/, ".d.ts"));
    expect(readFileSync(declarations, "utf8")).toContain("export");
  }
});
