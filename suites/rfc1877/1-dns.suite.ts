/** RFC 1877 §1: the addresses of name servers in IPCP, options 129 to 132. */
import { conformance } from "#conformance";
import { type ClauseId, CLAUSES } from "#clauses";
import { given, must, never, type Step } from "#expect/ladder";
import {
  absent,
  anyOf,
  authentication,
  ipcp,
  ipcpNegotiation,
  lcpNegotiation,
  not,
  oneOf,
  otherNcps,
} from "#expect/matchers";
import { ipcp as ipcpPacket } from "#peer/script";

const LINK = [lcpNegotiation, authentication, otherNcps, ipcp("Configure-Request")] as const;
const IPCP_BY_HAND = { byHand: ["IPCP"] } as const;
const ZERO = "0.0.0.0";

/**
 * The reply to a request of that Identifier for 0.0.0.0: an address by Nak, or Reject where there is none. RFC 1877 is
 * informational and has no word on one that grants 0.0.0.0; and the address that is missing may be naked before the server is.
 */
const answered = (id: number, option: string, clause: ClauseId): Step => {
  const path = `ipcp.option.${option}`;
  const named = ipcp("Configure-Nak", { "ipcp.id": id, [path]: not(ZERO), [`${path}.length`]: 6 });
  const rejected = ipcp("Configure-Reject", { "ipcp.id": id, "ipcp.options": option });
  const granted = ipcp("Configure-Ack", { "ipcp.id": id });
  const other = ipcp("Configure-Nak", { "ipcp.id": id, [path]: absent });
  return must(anyOf(named, rejected), clause)
    .or(granted, "acknowledges 0.0.0.0")
    .or(other, "naks something else first");
};

conformance(
  {
    id: "rfc1877-0001",
    version: 2,
    clause: CLAUSES["RFC1877-1.1-02"],
    needs: ["lns"],
    story: "asked for the primary DNS server by 0.0.0.0, the device names one in Configure-Nak, or rejects the option",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [{ type: "primaryDns", value: ZERO }]));
    await climb(answered(21, "primaryDns", "RFC1877-1.1-02"));
  },
);

conformance(
  {
    id: "rfc1877-0002",
    version: 2,
    clause: CLAUSES["RFC1877-1.3-02"],
    needs: ["lns"],
    story:
      "asked for the secondary DNS server by 0.0.0.0, the device names one in Configure-Nak, or rejects the option",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [{ type: "secondaryDns", value: ZERO }]));
    await climb(answered(21, "secondaryDns", "RFC1877-1.3-02"));
  },
);

conformance(
  {
    id: "rfc1877-0003",
    version: 2,
    clause: CLAUSES["RFC1877-1.2-02"],
    clauses: [CLAUSES["RFC1877-1.4-02"]],
    needs: ["lns"],
    story: "asked for NBNS servers, the device names them or rejects just those options",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [{ type: "primaryNbns", value: ZERO }]));
    await climb(answered(21, "primaryNbns", "RFC1877-1.2-02"));
    call.send(ipcpPacket.configureRequest(22, [{ type: "secondaryNbns", value: ZERO }]));
    await climb(answered(22, "secondaryNbns", "RFC1877-1.4-02"));
  },
);

conformance(
  {
    id: "rfc1877-0004",
    clause: CLAUSES["RFC1877-1.1-03"],
    needs: ["lns", "dns"],
    story:
      "with the lab's DNS servers configured: 0.0.0.0 gets them by Configure-Nak, and asking for those gets Configure-Ack",
  },
  async ({ bench, climb, allow, caller, gateway, dns }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    const ask = (address: string, primary: string, secondary: string) =>
      [
        { type: "address", value: address },
        { type: "primaryDns", value: primary },
        { type: "secondaryDns", value: secondary },
      ] as const;
    call.send(ipcpPacket.configureRequest(21, ask(ZERO, ZERO, ZERO)));
    const servers = {
      "ipcp.option.primaryDns": String(dns.primary),
      "ipcp.option.secondaryDns": String(dns.secondary),
    };
    const nak = await climb(
      given(ipcp("Configure-Nak", { "ipcp.id": 21, ...servers, "ipcp.option.address": not(ZERO) })),
    );
    const all = ask(nak.text("ipcp.option.address"), String(dns.primary), String(dns.secondary));
    call.send(ipcpPacket.configureRequest(22, all));
    await climb(must(ipcp("Configure-Ack", { "ipcp.id": 22, ...servers }), "RFC1877-1.1-03"));
  },
);

conformance(
  {
    id: "rfc1877-0005",
    clause: CLAUSES["RFC1877-1-02"],
    needs: ["lns"],
    story:
      "all four servers in one request with the address: what is rejected is left out, and what is named is acknowledged",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    const types = ["primaryDns", "primaryNbns", "secondaryDns", "secondaryNbns"] as const;
    call.send(
      ipcpPacket.configureRequest(
        21,
        types.map((type) => ({ type, value: ZERO })),
      ),
    );
    const some = oneOf(...subsets(types).map((set) => set.join(",")));
    const rejected = ipcp("Configure-Reject", { "ipcp.id": 21, "ipcp.options": some });
    const naked = ipcp("Configure-Nak", { "ipcp.id": 21, "ipcp.options": not("") });
    await climb(must(anyOf(rejected, naked), "RFC1877-1-02"));
  },
);

conformance(
  {
    id: "rfc1877-0006",
    clause: CLAUSES["RFC1877-1.1-01"],
    needs: ["lns"],
    story: "a DNS option of a wrong Length is not acknowledged",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Nak", { "ipcp.id": 21 }), ipcp("Configure-Reject", { "ipcp.id": 21 }));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [{ type: 129, octets: new Uint8Array(3) }]));
    await silence(never(ipcp("Configure-Ack", { "ipcp.id": 21 }), "RFC1877-1.1-01").within(2000));
  },
);

conformance(
  {
    id: "rfc1877-0007",
    clause: CLAUSES["RFC1877-1-06"],
    needs: ["lac"],
    story: "a device whose DNS options are rejected, or that asks for none, opens IPCP all the same",
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, authentication, otherNcps, ipcpNegotiation);
    // A bench without servers of its own rejects them.
    call.begin(user, gateway);
    const without = { "ipcp.options": oneOf("address", "") };
    await climb(must(ipcp("Configure-Request", without), "RFC1877-1-06"));
    await call.ipOpened();
  },
);

/** All subsets but the empty one, each in the order of the whole. */
function subsets<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: 2 ** all.length - 1 }, (_, n) => all.filter((_one, i) => (((n + 1) >> i) & 1) === 1));
}
