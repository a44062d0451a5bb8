/**
 * `npm run golden [-- choice-0001 ...]`: plays the peers of the choices (`fixtures/mutants/choices.ts`), all of them or those
 * named, and keeps their captures and ladders in `fixtures/captures/choices/`. Ends with 1 where a peer does not go its way.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = (path) => import(pathToFileURL(join(root, "dist/fixtures", path)).href);
const { CHOICES } = await built("mutants/choices.js");
const { loadCatalogue, select } = await built("catalogue.js");
const { blameIn, GOLDEN_FOLDER, goldenFolder, playWay } = await built("mutation/choice-trial.js");

const named = process.argv.slice(2);
const unknown = named.filter((id) => !CHOICES.some((choice) => choice.id === id));
if (unknown.length > 0) {
  console.error(`golden: expected ids of choices, found ${unknown.join(", ")}`);
  process.exit(64);
}
const runs = new Map(select(await loadCatalogue(), {}).map((run) => [run.key, run]));
const casesDir = mkdtempSync(join(tmpdir(), "l2s-golden-"));
let astray = 0;
try {
  for (const choice of CHOICES.filter(({ id }) => named.length === 0 || named.includes(id)))
    for (const [i, way] of choice.ways.entries()) {
      const { result, recorded, folder } = await playWay(runs.get(choice.run), choice, way, 1, casesDir);
      const goes = JSON.stringify(recorded) === JSON.stringify(way.records);
      const blame = blameIn(result);
      console.log(`${choice.id}-${i + 1} ${choice.clause} ${way.story}: ${recorded.join(", ")}`);
      if (!goes) console.error(`  expected ${way.records.join(", ")}`);
      for (const words of blame) console.error(`  ${words}`);
      if (!goes || blame.length > 0) {
        astray++;
        continue;
      }
      const kept = goldenFolder(choice, i + 1);
      mkdirSync(kept, { recursive: true });
      // When the case ran, and how long that took, is no part of what it shows.
      const ladder = JSON.parse(readFileSync(join(folder, "ladder.json"), "utf8"));
      const lasting = { ...ladder, startedAt: new Date(0).toISOString(), durationMs: 0 };
      writeFileSync(join(kept, "ladder.json"), JSON.stringify(lasting));
      cpSync(join(folder, "run.pcapng"), join(kept, "run.pcapng"));
    }
  const wanted = new Set(CHOICES.flatMap((choice) => choice.ways.map((_, i) => basename(goldenFolder(choice, i + 1)))));
  for (const name of readdirSync(GOLDEN_FOLDER))
    if (!wanted.has(name)) rmSync(join(GOLDEN_FOLDER, name), { recursive: true });
} finally {
  rmSync(casesDir, { recursive: true, force: true });
}
process.exit(astray === 0 ? 0 : 1);
