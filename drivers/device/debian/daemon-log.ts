/** What stands, from all that xl2tpd has logged since it began. */
import type { SessionSeen, TunnelSeen } from "../observation.ts";

interface Logged extends SessionSeen {
  readonly remoteAddress: string;
  readonly serial: number;
}

export interface Standing {
  readonly tunnels: readonly TunnelSeen[];
  readonly sessions: readonly SessionSeen[];
}

/** An end is told in other words by whoever began it, and of the four names of a tunnel or call each names two or three. */
export function standingIn(log: string): Standing {
  let tunnels: TunnelSeen[] = [];
  let sessions: Logged[] = [];
  const endTunnels = (is: (tunnel: TunnelSeen) => boolean): void => {
    const ended = new Set(tunnels.filter(is).map(({ localId }) => localId));
    tunnels = tunnels.filter(({ localId }) => !ended.has(localId));
    sessions = sessions.filter(({ localTunnelId }) => !ended.has(localTunnelId));
  };
  for (const line of log.split("\n")) {
    const up = named(TUNNEL_UP, line);
    if (up !== undefined) tunnels.push({ ...tunnelOf(up), sessions: 0, remoteName: "" });
    const down = named(ENDED_HERE, line) ?? named(ENDED_THERE, line);
    if (down !== undefined) {
      const { remoteAddress, remotePort, remoteId, localId } = tunnelOf(down);
      const same = (t: TunnelSeen): boolean => t.remoteAddress === remoteAddress && t.remotePort === remotePort;
      endTunnels((t) => same(t) && t.remoteId === remoteId && (down.local === undefined || t.localId === localId));
    }
    const call = named(CALL_UP, line);
    const tunnel = tunnels.findLast(({ remoteAddress }) => remoteAddress === call?.address);
    if (call !== undefined && tunnel !== undefined)
      sessions.push({
        localId: Number(call.local),
        remoteId: Number(call.remote),
        localTunnelId: tunnel.localId,
        remoteAddress: tunnel.remoteAddress,
        serial: Number(call.serial),
      });
    const ended = named(CALL_ENDED_THERE, line) ?? named(CALL_ENDED_HERE, line);
    if (ended !== undefined)
      sessions = sessions.filter(
        (s) =>
          s.remoteAddress !== ended.address ||
          (ended.serial === undefined ? s.localId !== Number(ended.local) : s.serial !== Number(ended.serial)),
      );
  }
  const within = (t: TunnelSeen): number => sessions.filter(({ localTunnelId }) => localTunnelId === t.localId).length;
  return {
    tunnels: tunnels.map((t) => ({ ...t, sessions: within(t) })),
    sessions: sessions.map(({ localId, remoteId, localTunnelId }) => ({ localId, remoteId, localTunnelId })),
  };
}

const ADDRESS = /(?<address>[\d.]+)/.source;
const IDS = /Local: (?<local>\d+), Remote: (?<remote>\d+)/.source;
const TUNNEL_UP = new RegExp(`Connection established to ${ADDRESS}, (?<port>\\d+)\\. +${IDS}`);
const ENDED_HERE = new RegExp(`Connection (?<remote>\\d+) closed to ${ADDRESS}, port (?<port>\\d+)`);
const ENDED_THERE = new RegExp(`Connection closed to ${ADDRESS}, port (?<port>\\d+) .*${IDS}`);
/** Where it is the LNS it tells the number of its pppd as well. */
const CALL_UP = new RegExp(`Call established with ${ADDRESS}, (?:PID: \\d+, )?${IDS}, Serial: (?<serial>\\d+)`);
const CALL_ENDED_THERE = new RegExp(`Connection closed to ${ADDRESS}, serial (?<serial>\\d+)`);
const CALL_ENDED_HERE = new RegExp(`Call (?<local>\\d+) to ${ADDRESS} disconnected`);

type Named = Readonly<Partial<Record<string, string>>>;

function named(pattern: RegExp, line: string): Named | undefined {
  return pattern.exec(line)?.groups;
}

function tunnelOf({ local, remote, address, port }: Named): Omit<TunnelSeen, "sessions" | "remoteName"> {
  return { localId: Number(local), remoteId: Number(remote), remoteAddress: address!, remotePort: Number(port) };
}
