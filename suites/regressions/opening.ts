/** The bench's part in opening a tunnel, written once for both roles. */
import type { CaseContext, Tunnel } from "#conformance";
import { sccrp, sccrq, type ControlMessage } from "#peer/script";

export type Bench = CaseContext<Record<string, never>>["bench"];

/** What a device in that role sends when it takes the bench's opening message. */
export const ANSWERS = { lns: "SCCRP", lac: "SCCCN" } as const;

/** The bench calls with SCCRQ, or answers the device's call with SCCRP, made by `of`; what comes is the case's business. */
export async function begin(
  bench: Bench,
  of: (message: ControlMessage) => ControlMessage = (message) => message,
): Promise<{ readonly tunnel: Tunnel; readonly ns: number }> {
  if (bench.role === "lac") {
    const tunnel = await bench.tunnel();
    return { tunnel, ns: tunnel.send(of(sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName }))) };
  }
  const { tunnel } = await bench.rung();
  return { tunnel, ns: tunnel.send(of(sccrp({ assignedTunnelId: tunnel.id, hostName: bench.hostName }))) };
}
