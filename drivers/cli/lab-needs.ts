/** What one lab asks of the machine: its bench, the programs that its commands call, its secrets. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "#fixtures/root";
import { isDriven, type LabSpec, ownKindOf } from "#lab/schema";
import { apt, type Machine } from "./machine.ts";

/** One thing that a lab needs. */
export interface LabNeed {
  readonly id: string;
  readonly ok: boolean;
  readonly why: string;
  /** The exact command that puts it right. */
  readonly install: string;
}

/** A check of the machine as a whole that a lab may lean on. */
interface Known {
  readonly id: string;
  readonly ok: boolean;
  readonly install: string;
}

export function needsOf(lab: LabSpec, checks: readonly Known[], m: Machine): readonly LabNeed[] {
  return [
    ...benchNeeds(lab, checks),
    ...programsOf(lab).map((name) => programNeed(name, "its commands call it", checks, m)),
    ...(ownKind(lab) === "emulator" ? [programNeed("ping", "its emulated device pings by it", checks, m)] : []),
    ...(ownKind(lab) === "guest" ? GUEST.map((name) => programNeed(name, "its device is a guest", checks, m)) : []),
    ...secretNeeds(lab, m),
  ];
}

function benchNeeds(lab: LabSpec, checks: readonly Known[]): readonly LabNeed[] {
  const needed = (ids: readonly string[], why: string): readonly LabNeed[] =>
    checks.filter((c) => ids.includes(c.id)).map(({ id, ok, install }) => ({ id, ok, why, install }));
  switch (lab.bench.kind) {
    case "namespaces":
      return needed(["root", "ip netns", "tcpdump"], "its bench is of network namespaces, with a witness on the wire");
    case "sites":
      return needed(
        ["root", "ip netns", "tcpdump", "koffi", "nft"],
        "hosts stand around its device in network namespaces, with a witness at every point",
      );
    default:
      return [];
  }
}

/** Programs that the lab's own commands and its scripts call, as far as a look at their first words tells. */
function programsOf(lab: LabSpec): readonly string[] {
  if (lab.device.driver !== "command") return [];
  const { start = [], ready, alive, dial, hangUp, adminClose, restart, stop, log, templates } = lab.device;
  const commands = [...start, ready, alive, dial, hangUp, adminClose, restart, stop, log].filter(
    (text) => text !== undefined,
  );
  const scripts = [...commands, ...(templates === undefined ? [] : scriptsIn(join(PACKAGE_ROOT, templates)))];
  const names = scripts
    .flatMap((text) => text.split(/\n|&&|\|\||[;|&]/))
    .flatMap((command) => programsIn(command.trim().split(/\s+/)));
  // Paths and placeholders are the lab's own business; what the shell knows needs no package.
  const found = names.filter((name) => /^[a-z][\w.+-]*$/i.test(name) && !SHELL.has(name));
  return [...new Set(found)].sort();
}

/** Templates that the device's shell runs, less their comments. */
function scriptsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .filter((text) => text.startsWith("#!/bin/sh"))
    .map((text) => text.replace(/^#.*$/gm, ""));
}

const SHELL = new Set(
  "cd echo exit export false for if then else fi do done kill printf read set sleep test trap true until wait while".split(
    " ",
  ),
);

/** A command of one shell line, and the command that it runs in turn. */
function programsIn(words: readonly string[]): readonly string[] {
  const [word = "", ...rest] = words;
  if (/^\w+=/.test(word) || word === "exec" || word === "then" || word === "do") return programsIn(rest);
  if (word === "ip" && rest[0] === "netns" && rest[1] === "exec") return ["ip", ...programsIn(rest.slice(3))];
  if (word === "setpriv") return ["setpriv", ...programsIn(afterOptions(rest))];
  return [word];
}

/** `--pdeathsig KILL` and the like take their value as a word of its own. */
function afterOptions(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word, i) => !word.startsWith("-") && !/^--[a-z]+$/.test(words[i - 1] ?? ""));
  return at < 0 ? [] : words.slice(at);
}

/** What a guest runs by; what its image is made by the image's builder tells. */
const GUEST = ["qemu-system-x86_64", "qemu-img"];

function ownKind({ device }: LabSpec): ReturnType<typeof ownKindOf> {
  return isDriven(device) ? ownKindOf(device) : undefined;
}

function programNeed(name: string, why: string, checks: readonly Known[], m: Machine): LabNeed {
  return {
    id: name,
    ok: m.onPath(name) !== undefined,
    why,
    install: checks.find((c) => c.id === name)?.install ?? apt(PACKAGE_OF[name] ?? name),
  };
}

/** Debian packages that are named otherwise than their command. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  ip: "iproute2",
  nft: "nftables",
  ping: "iputils-ping",
  pppd: "ppp",
  "qemu-img": "qemu-utils",
  "qemu-system-x86_64": "qemu-system-x86",
  radiusd: "freeradius",
  setpriv: "util-linux",
  ssh: "openssh-client",
  "slirp-fullbolt": "slirp",
  unshare: "util-linux",
  "xl2tpd-control": "xl2tpd",
};

function secretNeeds(lab: LabSpec, m: Machine): readonly LabNeed[] {
  const references = [
    ...lab.users.map((user) => user.password),
    ...accessSecrets(lab),
    ...(lab.tunnelSecret === undefined ? [] : [lab.tunnelSecret]),
  ];
  return [...new Set(references)].flatMap((id): LabNeed[] => {
    const [, kind, name = ""] = /^(env|file):(.+)$/s.exec(id) ?? [];
    const why = "a secret of the lab stands there";
    if (kind === "env") return [{ id, ok: m.environment(name) !== undefined, why, install: `export ${name}=...` }];
    if (kind === "file") return [{ id, ok: m.canRead(name), why, install: `write the secret to ${name}` }];
    return [];
  });
}

function accessSecrets({ device }: LabSpec): readonly string[] {
  const { password, key, passphrase } = (isDriven(device) ? device.access : undefined) ?? {};
  return [password, key, passphrase].filter((one) => one !== undefined);
}
