/** What may be certified: which role of a device, which clauses of which documents, and what of it nobody may lack. */
import type { Actor, ClauseId } from "#clauses";
import type { Role } from "#expect/verdict";
import { Misuse } from "#fixtures/misuse";

export interface Profile {
  readonly name: string;
  /** One line for the first page. */
  readonly title: string;
  readonly role: Role;
  /** By RFC (0 is the scenario Call-LNS); with sections only these. */
  readonly documents: readonly { readonly rfc: number; readonly sections?: readonly string[] }[];
  /** Whose clauses bind such a device. */
  readonly actors: readonly Actor[];
  /** Folders of suites whose cases count; without them all cases do. Rules always count. */
  readonly suites?: readonly string[];
  /** What a device of that kind cannot be without: shown, and neither `not applicable` nor `not exercised`. */
  readonly core: readonly ClauseId[];
}

/** An LNS takes the call and asks for the proof; a LAC, which is the caller itself in the scenario, gives it. */
const ACTORS = { lns: ["LNS", "both", "authenticator"], lac: ["LAC", "both", "peer"] } as const;

const HEADER = ["RFC2661-3.0-02", "RFC2661-3.1-01", "RFC2661-3.1-05", "RFC2661-3.1-10", "RFC2661-3.1-13"] as const;
const NUMBERS = ["RFC2661-3.1-14", "RFC2661-3.1-15", "RFC2661-3.1-16", "RFC2661-3.1-17"] as const;
const AVPS = [
  "RFC2661-4.1-07",
  "RFC2661-4.4.1-01",
  "RFC2661-4.4.1-04",
  "RFC2661-4.4.3-13",
  "RFC2661-4.4.3-16",
] as const;
const DELIVERY = ["RFC2661-5.8-02", "RFC2661-5.8-06", "RFC2661-5.8-09", "RFC2661-5.8-11"] as const;
const END = ["RFC2661-5.7-01", "RFC2661-5.7-02"] as const;
/** What each end has to say in opening a tunnel and a call. */
const ANSWERS = [
  ...["RFC2661-6.2-01", "RFC2661-6.2-02", "RFC2661-6.2-03", "RFC2661-6.2-04", "RFC2661-6.2-05"],
  ...[
    "RFC2661-6.7-01",
    "RFC2661-6.7-02",
    "RFC2661-7.2.1-06",
    "RFC2661-7.2.1-20",
    "RFC2661-7.4.2-01",
    "RFC2661-7.4.2-05",
  ],
] as const satisfies readonly ClauseId[];
const CALLS = [
  ...["RFC2661-6.1-01", "RFC2661-6.1-02", "RFC2661-6.1-03", "RFC2661-6.1-04", "RFC2661-6.1-05"],
  ...["RFC2661-6.6-01", "RFC2661-6.6-02", "RFC2661-6.6-03", "RFC2661-6.8-01", "RFC2661-6.8-02", "RFC2661-6.8-03"],
  ...["RFC2661-7.2.1-10", "RFC2661-7.4.1-04", "RFC2661-7.4.1-05"],
] as const satisfies readonly ClauseId[];
const L2TP = [...HEADER, ...NUMBERS, ...AVPS] as const;
const LINK = [
  "RFC1661-5.1-01",
  "RFC1661-5.2-01",
  "RFC1661-5.2-05",
  "RFC1661-5-06",
  "RFC1332-2-06",
  "RFC1332-3.3-04",
] as const;

/** Each kind for both ends. */
const PAIRS: readonly {
  readonly name: string;
  readonly title: string;
  readonly documents: Profile["documents"];
  readonly suites?: readonly string[];
  readonly core: Readonly<Record<Role, readonly ClauseId[]>>;
}[] = [
  {
    name: "call",
    title: "Call-LNS: one call, from the tunnel over login and address to its end",
    documents: [2661, 1661, 1662, 1334, 1994, 1332].map((rfc) => ({ rfc })),
    suites: ["call-lns"],
    core: { lns: [...L2TP, ...END, ...ANSWERS, ...LINK], lac: [...L2TP, ...END, ...CALLS, ...LINK] },
  },
  {
    name: "rfc2661",
    title: "RFC 2661, Layer Two Tunneling Protocol",
    documents: [{ rfc: 2661 }],
    core: {
      lns: [...L2TP, ...DELIVERY, ...END, ...ANSWERS],
      lac: [...L2TP, ...DELIVERY, ...END, ...CALLS],
    },
  },
  {
    name: "ppp",
    title: "PPP in the tunnel: RFC 1661 (LCP), RFC 1662 (framing), RFC 1332 (IPCP), RFC 1877 (name servers)",
    documents: [1661, 1662, 1332, 1877].map((rfc) => ({ rfc })),
    core: { lns: [...LINK, "RFC1661-5.5-03", "RFC1661-5.8-01"], lac: [...LINK, "RFC1661-5.5-03", "RFC1661-5.8-01"] },
  },
  {
    name: "login",
    title: "Login of the caller: RFC 1334 (PAP) and RFC 1994 (CHAP)",
    documents: [{ rfc: 1334 }, { rfc: 1994 }],
    core: {
      lns: ["RFC1994-1-02", "RFC1994-4.1-01", "RFC1994-4.2-01", "RFC1994-4.2-02", "RFC1994-4.2-04"],
      lac: ["RFC1994-4.1-05", "RFC1994-4.1-11", "RFC1994-4.1-16"],
    },
  },
  {
    name: "firewall",
    title: "Scenario Call-LNS: path, zones and address translation around the tunnel",
    documents: [{ rfc: 0 }],
    core: {
      lns: ["CALL-LNS-C11-02", "CALL-LNS-C11-03", "CALL-LNS-C11-04", "CALL-LNS-C13-01", "CALL-LNS-C13-02"],
      lac: ["CALL-LNS-C11-01", "CALL-LNS-C11-03", "CALL-LNS-C11-04", "CALL-LNS-C12-01", "CALL-LNS-C12-02"],
    },
  },
];

/** The scenario is named after the LNS that is called, so its profile needs no second word. */
const nameOf = (name: string, role: Role): string =>
  name === "call" ? (role === "lns" ? "call-lns" : "call-lac") : `${name}-${role}`;

export const PROFILES: readonly Profile[] = PAIRS.flatMap(({ name, core, ...rest }) =>
  (["lns", "lac"] as const).map((role): Profile => {
    return { ...rest, name: nameOf(name, role), role, actors: ACTORS[role], core: core[role] };
  }),
);

/** The profile of that name; Misuse that lists the known ones. */
export function profileOf(name: string, known: readonly Profile[] = PROFILES): Profile {
  const profile = known.find((p) => p.name === name);
  if (profile !== undefined) return profile;
  throw new Misuse({ field: "--profile", expected: known.map((p) => p.name).join(", "), found: name });
}
