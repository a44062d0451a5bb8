/** The labs of a night, and what each of them has for itself while it runs. */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isMisuse, Misuse } from "#fixtures/misuse";
import { loadLab } from "#lab/load";
import { isDriven, type LabSpec, ownKindOf } from "#lab/schema";

/** One lab file of the folder. */
export interface NightLab {
  readonly file: string;
  /** `undefined` where the file cannot be read as one; `why` then says it. */
  readonly spec: LabSpec | undefined;
  readonly why?: string;
}

/** In the order of their names. Misuse where there are none, or two of one name. */
export function labsIn(dir: string): readonly NightLab[] {
  const labs = filesIn(dir).map(labOf);
  const names = labs.map(({ spec }) => spec?.name).filter((name) => name !== undefined);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new Misuse({ file: dir, field: "name", expected: "labs of different names", found: `"${twice}" twice` });
  return labs;
}

function filesIn(dir: string): readonly string[] {
  const expected = "a folder of lab files (*.yaml)";
  try {
    const files = readdirSync(dir).filter((name) => /\.ya?ml$/.test(name));
    if (files.length === 0) throw new Misuse({ field: "--labs", expected, found: `none in ${dir}` });
    return files.sort().map((name) => join(dir, name));
  } catch (cause) {
    if (isMisuse(cause)) throw cause;
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new Misuse({ field: "--labs", expected, found: `${dir}: ${code}`, cause });
  }
}

/** One broken file must not cost the other labs their night. */
function labOf(file: string): NightLab {
  try {
    return { file, spec: loadLab(file).spec };
  } catch (error) {
    if (!isMisuse(error)) throw error;
    return { file, spec: undefined, why: error.message };
  }
}

/**
 * What of the machine and of the world a lab's run needs for itself; two labs that name one of these are run in turn. Namespaces are
 * the run's own, and no two of them meet.
 */
export function sharedBy({ bench, device }: LabSpec): ReadonlySet<string> {
  const shared = [`device ${device.id}`];
  if (bench.kind === "loopback")
    // Each case has a tester address of its own, from the first one on.
    for (const address of [bench.device, bench.tester])
      shared.push(`loopback ${address.split(".").slice(0, 2).join(".")}`);
  if (bench.kind === "sites")
    for (const { interface: name } of [bench.wan, bench.lan]) if (name !== undefined) shared.push(`interface ${name}`);
  if (isDriven(device)) {
    if (device.access !== undefined) {
      shared.push(`login ${device.access.host}:${device.access.port}`);
      shared.push(`state ${device.state.replace(/^~(?=\/)/, homedir())} ${device.id}`);
    }
    // Its processor is emulated, and takes one of the machine's.
    if (ownKindOf(device) === "guest") shared.push("guest");
  }
  return new Set(shared);
}
