import { spawnSync } from "node:child_process";
import { accessSync, constants, statfsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The machine, as the doctor looks at it; a test gives another one. */
export interface Machine {
  nodeVersion(): string;
  isRoot(): boolean;
  /** The program's full path. Looks where daemons live too, which a user's path may leave out. */
  onPath(name: string): string | undefined;
  /** Output is both streams; a program that cannot be started has code 127. */
  run(command: string, args: readonly string[]): { readonly code: number; readonly output: string };
  /** Why a module cannot be loaded, in one line. */
  loadFailure(module: string): Promise<string | undefined>;
  environment(name: string): string | undefined;
  canRead(file: string): boolean;
  /** Free octets of the file system of the working directory. */
  freeBytes(): number;
}

/** The command that installs Debian packages. */
export const apt = (packages: string): string => `apt-get install -y --no-install-recommends ${packages}`;

const SYSTEM = ["/usr/sbin", "/sbin", "/usr/local/sbin"];
const PATIENCE_MS = 10_000;

export const machine: Machine = {
  nodeVersion: () => process.version,
  isRoot: () => process.getuid?.() === 0,
  onPath: (name) =>
    [...(process.env.PATH ?? "").split(delimiter), ...SYSTEM]
      .map((dir) => join(dir, name))
      .find((file) => allows(file, constants.X_OK)),
  run: (command, args) => {
    const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", timeout: PATIENCE_MS });
    return error === undefined ? { code: status ?? 1, output: stdout + stderr } : { code: 127, output: error.message };
  },
  loadFailure: async (module) => {
    try {
      await import(module);
      return undefined;
    } catch (error) {
      return String(error instanceof Error ? error.message : error).split("\n")[0];
    }
  },
  environment: (name) => process.env[name],
  canRead: (file) => allows(file, constants.R_OK),
  freeBytes: () => {
    const { bavail, bsize } = statfsSync(process.cwd());
    return bavail * bsize;
  },
};

function allows(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}
