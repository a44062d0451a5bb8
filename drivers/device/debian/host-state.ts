/** What a Linux host is like before it is changed: what the changes are reckoned from, and what it is compared with later. */
import type { Difference } from "../configurable.ts";
import { FOLDER } from "./steps.ts";

export interface HostState {
  /** Whoever is logged in, as the host sees him; `via` is his way where it leads over a router. */
  readonly login: { readonly address: string; readonly port: number; readonly via: string | undefined };
  /** The host's own xl2tpd, started by its init. */
  readonly serviceRuns: boolean;
  readonly forwards: boolean;
  /** Interfaces that are up. */
  readonly up: ReadonlySet<string>;
  /** With prefix length, by interface. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** By destination, as `ip route` prints the line. */
  readonly routes: ReadonlyMap<string, string>;
}

const MARK = "==";

/** Prints all that a {@link HostState} is made of, in sections. Changes nothing. */
export const LOOK = [
  `echo "${MARK} login"`,
  'set -- ${SSH_CONNECTION:-$(cat /proc/$PPID/environ 2>/dev/null | tr "\\0" "\\n" | sed -n "s/^SSH_CONNECTION=//p")}',
  'echo "$1 $4"',
  'ip -4 route get "$1" | head -n 1',
  `echo "${MARK} service"`,
  "systemctl is-active xl2tpd 2>/dev/null || true",
  `echo "${MARK} forwarding"`,
  "cat /proc/sys/net/ipv4/ip_forward",
  `echo "${MARK} links"`,
  "ip -o link show up | sed 's/^[0-9]*: \\([^:@]*\\).*/\\1/'",
  `echo "${MARK} addresses"`,
  "ip -4 -o address show | awk '{ print $2, $4 }'",
  `echo "${MARK} routes"`,
  "ip -4 route show",
  `echo "${MARK} tables"`,
  "nft list tables",
  `echo "${MARK} folder"`,
  `ls -d ${FOLDER} 2>/dev/null || true`,
  `echo "${MARK} end"`,
].join("\n");

/** Reads what {@link LOOK} prints; undefined where it was cut off. */
export function hostStateIn(text: string): HostState | undefined {
  const sections = sectionsOf(text);
  const lines = (name: string): readonly string[] => sections.get(name) ?? [];
  if (!sections.has("end")) return undefined;
  const [login = "", way = ""] = lines("login");
  const [address = "", port = "22"] = login.split(" ");
  const via = /\bvia \S+(?: dev \S+)?/.exec(way)?.[0];
  const addresses = new Map<string, string[]>();
  for (const line of lines("addresses")) {
    const [name = "", own = ""] = line.split(" ");
    addresses.set(name, [...(addresses.get(name) ?? []), own]);
  }
  return {
    login: { address, port: Number(port), via },
    serviceRuns: lines("service")[0] === "active",
    forwards: lines("forwarding")[0] === "1",
    up: new Set(lines("links")),
    addresses,
    routes: new Map(lines("routes").map((line) => [line.split(" ")[0]!, line.trim()])),
  };
}

/** Lines that one print has and the other lacks, by section; of the PPP links, which come and go with calls, none. */
export function differencesOf(before: string, now: string): readonly Difference[] {
  const [was, is] = [sectionsOf(before), sectionsOf(now)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((section) => {
    if (section === "login") return [];
    const of = (all: typeof was): readonly string[] => (all.get(section) ?? []).filter((line) => !/\bppp\d/.test(line));
    const lacking = of(was).filter((line) => !of(is).includes(line));
    const added = of(is).filter((line) => !of(was).includes(line));
    return [
      ...lacking.map((line): Difference => ({ sign: "-", section, line })),
      ...added.map((line): Difference => ({ sign: "+", section, line })),
    ];
  });
}

function sectionsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  let lines: string[] | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith(`${MARK} `)) sections.set(line.slice(MARK.length + 1), (lines = []));
    else if (line.trim() !== "") lines?.push(line.trim());
  }
  return sections;
}
