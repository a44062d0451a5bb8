import { defineConfig } from "vitest/config";

/** Package imports (`#wire/...`) resolve to the TypeScript sources, not to dist. */
const conditions = ["source", "node", "import", "module", "default"];

/**
 * Tests that want a processor and wait for nothing: mutants, pages in a browser, bundles. `npm test` runs them beside the others, which
 * wait for most of their time (L2TPSPEC_TESTS: `still` for these, `timed` for the others; all without it).
 */
const STILL = [
  "fixtures/mutation/**/*.test.ts",
  "reports/**/*.test.ts",
  "drivers/cli/{certify,verify,merge,own}*.test.ts",
];
const part = process.env.L2TPSPEC_TESTS;

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        resolve: { conditions },
        ssr: { resolve: { conditions, externalConditions: conditions } },
        test: {
          name: "unit",
          include: part === "still" ? STILL : ["drivers/**/*.test.ts", "fixtures/**/*.test.ts", "reports/**/*.test.ts"],
          exclude: ["dist/**", "node_modules/**", "reports/out/**", ...(part === "timed" ? STILL : [])],
          expect: { requireAssertions: true },
          // Many tests wait for processes and packets: how long that takes on a busy machine is nobody's claim.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // Workers that keep their modules: isolation costs about 0.2 s a file. Processes, since raw-socket works on a
          // process's main thread only.
          isolate: false,
          pool: "forks",
        },
      },
      {
        // Started by `l2tpspec run`, which provides the plan. Suites and all are the built product, which the command runs
        // too, and node loads it by itself.
        extends: true,
        test: {
          name: "conformance",
          include: ["fixtures/conformance.entry.ts"],
          server: { deps: { external: [/\/dist\//] } },
          expect: { requireAssertions: true },
          isolate: false,
          pool: "forks",
          // Cases leave much short-lived data: fewer, larger young generations.
          execArgv: ["--max-semi-space-size=64"],
          retry: 0,
          // As many as the lab says (drivers/cli/run-cases.ts).
          maxConcurrency: Number(process.env.L2TPSPEC_CONCURRENT ?? 1),
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
