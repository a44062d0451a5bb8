import { namesOf } from "../names.ts";
import { concat, NO_OCTETS, ofU16, ofU8, u16At } from "../octets.ts";
import {
  type ControlTweak,
  type ControlView,
  encodeControlPacket,
  type OptionView,
  type ProtocolValue,
  viewControl,
  withIssues,
} from "./control.ts";
import { PPP } from "./frame.ts";
import type { ConfigureCode } from "./lcp.ts";
import {
  address,
  addressPair,
  encodeOption,
  option,
  type OptionOf,
  optionOf,
  optionTable,
  type Shape,
  viewOptions,
} from "./option.ts";

/** RFC 1332 §2: the first seven codes of LCP, no others. */
export const IPCP_CODES = {
  "Configure-Request": 1,
  "Configure-Ack": 2,
  "Configure-Nak": 3,
  "Configure-Reject": 4,
  "Terminate-Request": 5,
  "Terminate-Ack": 6,
  "Code-Reject": 7,
} as const;
export type IpcpCodeName = keyof typeof IPCP_CODES;

const CODE_NAMES = namesOf(IPCP_CODES);

interface CompressionFields {
  readonly protocol: number;
  readonly maxSlotId?: number;
  readonly compSlotId?: number;
  readonly data?: Uint8Array;
}

/** Protocol, and for Van Jacobson the two octets of RFC 1332 §4.1; whatever follows is kept in `data`. */
const compression: Shape<ProtocolValue, CompressionFields> = {
  min: 2,
  max: 253,
  read(octets, at, end) {
    const protocol = u16At(octets, at);
    if (protocol !== PPP.VJ_COMPRESSED || end - at < 4) return { protocol, data: octets.subarray(at + 2, end) };
    return { protocol, maxSlotId: octets[at + 2]!, compSlotId: octets[at + 3]!, data: octets.subarray(at + 4, end) };
  },
  fields: (value) => value,
  write({ protocol, maxSlotId, compSlotId, data = NO_OCTETS }) {
    const slots = [maxSlotId, compSlotId].filter((octet) => octet !== undefined);
    return concat(ofU16(protocol), ofU8(...slots), data);
  },
};

function compressionFault({ protocol, compSlotId, data }: ProtocolValue): string | undefined {
  if (protocol !== PPP.VJ_COMPRESSED) return undefined;
  if (compSlotId === undefined || data.length > 0)
    return "Van Jacobson takes Max-Slot-Id and Comp-Slot-Id, Length 6 (RFC 1332 §4.1)";
  return compSlotId > 1 ? `Comp-Slot-Id is ${compSlotId}, neither 0 nor 1 (RFC 1332 §4.1)` : undefined;
}

/** One row an option; mobileIpv4 is here for its name and length only. */
export const IPCP_OPTIONS = {
  addresses: option(1, addressPair, "RFC 1332 §3.1"),
  compression: option(2, compression, "RFC 1332 §3.2", compressionFault),
  address: option(3, address, "RFC 1332 §3.3"),
  mobileIpv4: option(4, address, "RFC 2290"),
  primaryDns: option(129, address, "RFC 1877 §1.1"),
  primaryNbns: option(130, address, "RFC 1877 §1.2"),
  secondaryDns: option(131, address, "RFC 1877 §1.3"),
  secondaryNbns: option(132, address, "RFC 1877 §1.4"),
} as const;

const TABLE = optionTable(IPCP_OPTIONS);

/** `{ type: "address", value: "0.0.0.0" }`; `{ type: 200, octets }`. */
export type IpcpOption = OptionOf<typeof IPCP_OPTIONS>;

export type IpcpPacket =
  | { readonly code: ConfigureCode; readonly id: number; readonly options: readonly IpcpOption[] }
  | { readonly code: "Terminate-Request" | "Terminate-Ack"; readonly id: number; readonly data: Uint8Array }
  | { readonly code: "Code-Reject"; readonly id: number; readonly packet: Uint8Array }
  | { readonly code: number; readonly id: number; readonly data: Uint8Array };

export interface IpcpView extends ControlView {
  readonly codeName: IpcpCodeName | undefined;
  /** Of the four Configure packets; empty in all others. */
  readonly options: readonly OptionView[];
  /** Where the data of any other packet begin. They end at `end`. */
  readonly bodyAt: number;
}

/** Never throws; bad octets become issues. */
export function viewIpcp(octets: Uint8Array, at = 0, end = octets.length): IpcpView {
  const header = viewControl(PPP.IPCP, octets, at, end);
  const codeName = CODE_NAMES.get(header.code);
  const bodyAt = header.dataAt;
  if (codeName === undefined || header.code > IPCP_CODES["Configure-Reject"])
    return { ...header, codeName, options: [], bodyAt };
  const rules = { asReceived: codeName === "Configure-Reject", once: codeName === "Configure-Request" };
  const { options, malformed, issues } = viewOptions(TABLE, octets, bodyAt, header.end, rules);
  return { ...withIssues(header, issues, malformed), codeName, options, bodyAt };
}

export function encodeIpcpOption(o: IpcpOption): Uint8Array {
  return encodeOption(TABLE, o);
}

/** Throws a RangeError on a value that its field cannot hold. */
export function encodeIpcp(packet: IpcpPacket, tweak: ControlTweak = {}): Uint8Array {
  const code = typeof packet.code === "number" ? packet.code : IPCP_CODES[packet.code];
  return encodeControlPacket(code, packet.id, dataOf(packet), tweak);
}

function dataOf(packet: IpcpPacket): Uint8Array {
  if ("options" in packet) return concat(...packet.options.map(encodeIpcpOption));
  return "packet" in packet ? packet.packet : packet.data;
}

/** The value that encodes to the same octets, `view.at` to `view.end`; a malformed packet keeps its data as they are. */
export function ipcpOf(view: IpcpView, octets: Uint8Array): IpcpPacket {
  const { codeName, id } = view;
  const data = octets.slice(view.bodyAt, view.end);
  if (codeName === undefined || view.malformed) return { code: view.code, id, data };
  switch (codeName) {
    case "Terminate-Request":
    case "Terminate-Ack":
      return { code: codeName, id, data };
    case "Code-Reject":
      return { code: codeName, id, packet: data };
    default:
      return { code: codeName, id, options: view.options.map((o) => ipcpOptionOf(o, octets)) };
  }
}

/** The same for one option; one that does not fit its type stays octets. */
export function ipcpOptionOf(view: OptionView, octets: Uint8Array): IpcpOption {
  return optionOf(TABLE, view, octets);
}
