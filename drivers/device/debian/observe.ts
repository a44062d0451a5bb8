/** What a Linux router says of itself, read by pure functions from the words of its programs. */
import type { FlowSeen, PolicySeen, PppLinkSeen, SessionSeen, VersionSeen } from "../observation.ts";

/** Sessions of the kernel's own data path, as `ip l2tp show session` lists them. */
export function sessionsIn(text: string): readonly SessionSeen[] {
  const rows = [...text.matchAll(/Session (\d+) in tunnel (\d+)\s+Peer session (\d+), tunnel \d+/g)];
  return (
    rows
      .map(([, local, tunnel, remote]) => ({
        localId: Number(local),
        remoteId: Number(remote),
        localTunnelId: Number(tunnel),
      }))
      // xl2tpd's own handle on a tunnel is listed as a session 0.
      .filter(({ localId }) => localId !== 0)
  );
}

interface AddressRow {
  readonly ifname?: string;
  readonly flags?: readonly string[];
  readonly mtu?: number;
  readonly addr_info?: readonly { readonly family?: string; readonly local?: string }[];
}

/** The first PPP interface that has an address, as `ip -json address` lists them: it has one once IPCP is Opened. */
export function pppLinkIn(json: string): PppLinkSeen {
  const rows = (JSON.parse(json === "" ? "[]" : json) as readonly AddressRow[]).filter(({ ifname }) =>
    /^ppp\d/.test(ifname ?? ""),
  );
  const row = rows.find(({ addr_info: addresses = [] }) => addresses.length > 0) ?? rows[0];
  const address = row?.addr_info?.find(({ family }) => family === "inet")?.local;
  const up = row?.flags?.includes("UP") === true;
  return { up, lcpOpened: up, ipcpOpened: up && address !== undefined, address, mtu: row?.mtu };
}

interface RuleRow {
  readonly rule?: {
    readonly chain: string;
    readonly comment?: string;
    readonly expr: readonly Readonly<Record<string, unknown>>[];
  };
}

/** Rows of one table of nftables, as `nft --json list table` prints it; rules of one name are one row. */
export function policiesIn(json: string, which: "policy" | "nat"): readonly PolicySeen[] {
  const rows = new Map<string, PolicySeen>();
  for (const { rule } of (JSON.parse(json) as { nftables: readonly RuleRow[] }).nftables) {
    if (rule?.comment === undefined || (rule.chain === "postrouting") !== (which === "nat")) continue;
    const counter = rule.expr.map((e) => e.counter as { packets: number } | undefined).find((c) => c !== undefined);
    const before = rows.get(rule.comment)?.hits ?? 0;
    const action = which === "nat" ? "src-nat" : rule.expr.some((e) => "accept" in e) ? "permit" : "deny";
    rows.set(rule.comment, { name: rule.comment, enabled: true, action, hits: before + (counter?.packets ?? 0) });
  }
  return [...rows.values()];
}

/** Lines of `conntrack -L`: a flow as it began, and as its answers come; where the two do not mirror, there is NAT between. */
export function flowsIn(text: string): readonly FlowSeen[] {
  return text.split("\n").flatMap((line) => {
    const protocol = /^(\w+) +\d+/.exec(line)?.[1];
    const words = [...line.matchAll(/\b(src|dst|sport|dport|id)=(\S+)/g)].map(([, key, value]) => ({ key, value }));
    const half = words.findIndex(({ key }, i) => i > 0 && key === "src");
    if (protocol === undefined || half < 0) return [];
    const read = (part: typeof words): ((key: string) => string) => {
      const found = new Map(part.map(({ key, value }) => [key!, value!]));
      return (key) => found.get(key) ?? found.get("id") ?? "0";
    };
    const [there, back] = [read(words.slice(0, half)), read(words.slice(half))];
    const source = { address: there("src"), port: Number(there("sport")) };
    const answered = { address: back("dst"), port: Number(back("dport")) };
    const same = source.address === answered.address && source.port === answered.port;
    return [
      {
        protocol,
        source,
        translated: same ? undefined : answered,
        destination: { address: there("dst"), port: Number(there("dport")) },
      },
    ];
  });
}

/** Of `/etc/os-release`, and what dpkg says of xl2tpd. */
export function versionIn(release: string, xl2tpd: string, kernel: string): VersionSeen {
  const field = (name: string): string | undefined => new RegExp(`^${name}="?([^"\n]*)`, "m").exec(release)?.[1];
  return {
    vendor: field("NAME") ?? "Linux",
    model: field("VERSION_ID"),
    software: `xl2tpd ${xl2tpd.trim()}`,
    vrpVersion: kernel.trim(),
  };
}
