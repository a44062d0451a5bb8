/** The tunnel secret for judging again what was recorded. No run's folder holds one that is not public. */
import { join } from "node:path";
import { Misuse } from "#fixtures/misuse";
import type { LabSpec } from "#lab/schema";
import { resolveSecret } from "#lab/secret";

/**
 * From the file of `--secrets`, which must name one; without a file from the lab, where it is public there. A reference to
 * an environment or a file is never followed: the folder may come from another machine, and mean that one's.
 */
export async function tunnelSecretOf(
  lab: Pick<LabSpec, "tunnelSecret"> | undefined,
  file: string | undefined,
): Promise<Uint8Array | undefined> {
  if (file === undefined) {
    const reference = lab?.tunnelSecret;
    if (reference?.startsWith("public:") !== true) return undefined;
    return new TextEncoder().encode(resolveSecret(reference, "tunnelSecret"));
  }
  const { readSecrets } = await import("#fixtures/judge-capture-secrets");
  const { tunnels } = readSecrets(file);
  const [only] = tunnels;
  if (only !== undefined && tunnels.length === 1) return only.secret;
  const expected = "one tunnel secret, which is that of the run's device";
  throw new Misuse({ file, field: "tunnels", expected, found: String(tunnels.length) });
}

/**
 * For whoever certifies his own run where he made it: without a file the lab's own reference is followed, wherever it leads.
 * `undefined` where the lab has none, or one that leads to nothing.
 */
export async function ownTunnelSecretOf(
  run: string,
  lab: Pick<LabSpec, "tunnelSecret">,
  file: string | undefined,
): Promise<Uint8Array | undefined> {
  if (file !== undefined) return tunnelSecretOf(lab, file);
  const { tunnelSecret } = lab;
  if (tunnelSecret === undefined) return undefined;
  const secret = resolveSecret(tunnelSecret, "tunnelSecret", join(run, "lab.json"));
  return secret === "" ? undefined : new TextEncoder().encode(secret);
}
