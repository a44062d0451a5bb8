/** RFC 1877 §1: each of the four server options by itself, as IP-Address is treated: asked for, named, refused. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { anyOf, authentication, ipcp, lcpNegotiation, not, otherNcps, present } from "#expect/matchers";
import { ipcp as ipcpPacket, type IpcpOption } from "#peer/script";

const LINK = [lcpNegotiation, authentication, otherNcps, ipcp("Configure-Request")] as const;
const IPCP_BY_HAND = { byHand: ["IPCP"] } as const;
const ZERO = "0.0.0.0";
const SERVERS = ["primaryDns", "primaryNbns", "secondaryDns", "secondaryNbns"] as const;
type Server = (typeof SERVERS)[number];
const option = (type: Server | "address", value: string): IpcpOption => ({ type, value });
const replies = (id: number) =>
  [
    ipcp("Configure-Ack", { "ipcp.id": id }),
    ipcp("Configure-Nak", { "ipcp.id": id }),
    ipcp("Configure-Reject", { "ipcp.id": id }),
  ] as const;
const EACH = [
  { server: "primaryDns" },
  { server: "primaryNbns" },
  { server: "secondaryDns" },
  { server: "secondaryNbns" },
] as const;

conformance(
  {
    id: "rfc1877-0100",
    clause: CLAUSES["RFC1332-RFC1877-01"],
    story: "whoever asks for a server by 0.0.0.0 is named one by Nak, or gets Reject, from either end of the call",
    params: EACH,
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [option(params.server, ZERO)]));
    const named = ipcp("Configure-Nak", { "ipcp.id": 21, [`ipcp.option.${params.server}`]: not(ZERO) });
    const rejected = ipcp("Configure-Reject", { "ipcp.id": 21, "ipcp.options": params.server });
    const granted = ipcp("Configure-Ack", { "ipcp.id": 21 });
    const step = must(anyOf(named, rejected), "RFC1332-RFC1877-01");
    // A Nak about something else, such as the address that is missing, is an answer too.
    await climb(step.or(granted, "acknowledges 0.0.0.0").or(replies(21)[1], "naks something else first"));
  },
);

/** Rounds in which a negotiation must have come to its end: Reject, Nak, Ack, and one to spare. */
const ROUNDS = 4;

conformance(
  {
    id: "rfc1877-0101",
    clause: CLAUSES["RFC1877-1-03"],
    clauses: [CLAUSES["RFC1877-1-04"]],
    needs: ["lns"],
    story:
      "all four servers and the address by 0.0.0.0: who leaves out what is rejected and takes what is named gets Configure-Ack within four rounds",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    let asked = new Map<Server | "address", string>((["address", ...SERVERS] as const).map((type) => [type, ZERO]));
    for (let round = 1; round <= ROUNDS; round++) {
      const options = [...asked].map(([type, value]) => option(type, value));
      call.send(ipcpPacket.configureRequest(20 + round, options));
      const [ack, nak, reject] = replies(20 + round);
      const due = round === ROUNDS ? ack : anyOf(ack, nak, reject);
      const reply = await climb(must(due, round === 1 ? "RFC1877-1-04" : "RFC1877-1-03"));
      if (reply.text("ipcp.code") === "Configure-Ack") return;
      const about = (type: string) => reply.text("ipcp.options").split(",").includes(type);
      asked = new Map(
        [...asked]
          .filter(([type]) => reply.text("ipcp.code") !== "Configure-Reject" || !about(type))
          .map(([type, value]) => [type, about(type) ? reply.text(`ipcp.option.${type}`) : value]),
      );
    }
  },
);

conformance(
  {
    id: "rfc1877-0102",
    clause: CLAUSES["RFC1877-1.1-04"],
    needs: ["lns"],
    story:
      "who does not ask for servers need not hear of them: asked for the address alone, the device comes to Configure-Ack",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [option("address", ZERO)]));
    let reply = await climb(given(ipcp("Configure-Nak", { "ipcp.id": 21, "ipcp.option.address": not(ZERO) })));
    const ours = reply.text("ipcp.option.address");
    // A Nak may append them, for as often as Max-Failure (RFC 1661 §4.6) has it.
    for (let id = 22; id <= 27; id++) {
      call.send(ipcpPacket.configureRequest(id, [option("address", ours)]));
      const [ack, nak] = replies(id);
      reply = await climb(must(id === 27 ? ack : anyOf(ack, nak), "RFC1877-1.1-04"));
      if (reply.text("ipcp.code") === "Configure-Ack") return;
    }
  },
);

/** The clauses by which a server that was named is granted. */
const NAMED = {
  primaryDns: "RFC1877-1.1-03",
  primaryNbns: "RFC1877-1.2-03",
  secondaryDns: "RFC1877-1.3-03",
  secondaryNbns: "RFC1877-1.4-03",
} as const;

conformance(
  {
    id: "rfc1877-0103",
    clause: CLAUSES["RFC1877-1.2-03"],
    clauses: [CLAUSES["RFC1877-1.4-03"], CLAUSES["RFC1877-1.1-03"], CLAUSES["RFC1877-1.3-03"]],
    needs: ["lns"],
    story: "a server whose address the device names is granted when just that one is asked for",
    params: EACH,
  },
  async ({ bench, climb, note, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, replies(21)[2]);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    const { server } = params;
    const address = `ipcp.option.${server}`;
    call.send(ipcpPacket.configureRequest(21, [option("address", ZERO), option(server, ZERO)]));
    const named = ipcp("Configure-Nak", { "ipcp.id": 21, [address]: present, "ipcp.option.address": present });
    // One that has no such server rejects the option, and nothing was named.
    const nak = await note(may(named, NAMED[server]).within(2_000));
    if (nak === undefined) return;
    const options = [option("address", nak.text("ipcp.option.address")), option(server, nak.text(address))];
    call.send(ipcpPacket.configureRequest(22, options));
    await climb(must(ipcp("Configure-Ack", { "ipcp.id": 22, [address]: nak.text(address) }), NAMED[server]));
  },
);

/** The clauses by which an option has four octets of address. */
const SIZES = {
  primaryDns: "RFC1877-1.1-01",
  primaryNbns: "RFC1877-1.2-01",
  secondaryDns: "RFC1877-1.3-01",
  secondaryNbns: "RFC1877-1.4-01",
} as const;
const TYPES = { primaryDns: 129, primaryNbns: 130, secondaryDns: 131, secondaryNbns: 132 } as const;

conformance(
  {
    id: "rfc1877-0104",
    clause: CLAUSES["RFC1877-1.2-01"],
    clauses: [CLAUSES["RFC1877-1.3-01"], CLAUSES["RFC1877-1.4-01"], CLAUSES["RFC1877-1.1-01"]],
    story: "a server option of three octets, or of five, is not acknowledged",
    params: EACH.flatMap(({ server }) => [
      { server, octets: 3 },
      { server, octets: 5 },
    ]),
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    const [ack, nak, reject] = replies(21);
    allow(...LINK, nak, reject);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    const wrong = { type: TYPES[params.server], octets: new Uint8Array(params.octets) };
    call.send(ipcpPacket.configureRequest(21, [wrong]));
    await silence(never(ack, SIZES[params.server]).within(1_000));
  },
);

conformance(
  {
    id: "rfc1877-0105",
    clause: CLAUSES["RFC1877-1-04"],
    needs: ["lns"],
    story: "a server that the caller has made up is naked, rejected, or granted, but not left without a reply",
    params: EACH,
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [option(params.server, "203.0.113.53")]));
    await climb(must(anyOf(...replies(21)), "RFC1877-1-04"));
  },
);

conformance(
  {
    id: "rfc1877-0106",
    version: 2,
    clause: CLAUSES["RFC1877-1-03"],
    clauses: [CLAUSES["RFC1877-1-05"]],
    needs: ["lac"],
    story: "if the device asks for DNS servers, and the bench names some, it asks for those",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    const asks = ipcp("Configure-Request", { "ipcp.option.primaryDns": present });
    const asked = await note(may(asks, "RFC1877-1-05").within(2_000));
    if (asked === undefined) return;
    const servers = (["primaryDns", "secondaryDns"] as const).filter(
      (s) => asked.field(`ipcp.option.${s}`) !== undefined,
    );
    const named = servers.map((server, i) => option(server, `203.0.113.${53 + i}`));
    call.send(ipcpPacket.configureNak(asked.number("ipcp.id"), named));
    const taken = Object.fromEntries(servers.map((server, i) => [`ipcp.option.${server}`, `203.0.113.${53 + i}`]));
    // What a Nak names may be taken (RFC 1661 §5.3), and need not.
    const next = must(ipcp("Configure-Request", taken), "RFC1877-1-03");
    await climb(next.or(ipcp("Configure-Request"), "does not take the servers that were named"));
  },
);
