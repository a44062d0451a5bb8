import { namesOf } from "../names.ts";
import { concat, NO_OCTETS, ofU16, ofU32, ofU8, u16At, u32At } from "../octets.ts";
import {
  type ControlTweak,
  type ControlView,
  encodeControlPacket,
  type OptionView,
  type ProtocolValue,
  viewControl,
  withIssues,
} from "./control.ts";
import { PPP, pppName } from "./frame.ts";
import {
  encodeOption,
  flag,
  octetString,
  option,
  type OptionOf,
  optionOf,
  optionTable,
  type Shape,
  u16,
  u32,
  u8,
  viewOptions,
} from "./option.ts";

/** RFC 1661 §5. */
export const LCP_CODES = {
  "Configure-Request": 1,
  "Configure-Ack": 2,
  "Configure-Nak": 3,
  "Configure-Reject": 4,
  "Terminate-Request": 5,
  "Terminate-Ack": 6,
  "Code-Reject": 7,
  "Protocol-Reject": 8,
  "Echo-Request": 9,
  "Echo-Reply": 10,
  "Discard-Request": 11,
} as const;
export type LcpCodeName = keyof typeof LCP_CODES;
export type ConfigureCode = "Configure-Request" | "Configure-Ack" | "Configure-Nak" | "Configure-Reject";

const CODE_NAMES = namesOf(LCP_CODES);

/** Algorithm field of Authentication-Protocol with CHAP: RFC 1994 §3, RFC 2433 §3, RFC 2759 §3. */
export const CHAP_ALGORITHMS = { MD5: 5, "MS-CHAP": 0x80, "MS-CHAP-V2": 0x81 } as const;

const CHAP_NAMES = namesOf({ "CHAP-MD5": 5, "MS-CHAP": 0x80, "MS-CHAP-V2": 0x81 });

interface AuthFields {
  readonly protocol: number;
  readonly algorithm?: number;
  readonly data?: Uint8Array;
}

/** Protocol, and for CHAP the Algorithm (RFC 1994 §3); whatever follows is kept in `data`. */
const authentication: Shape<ProtocolValue, AuthFields> = {
  min: 2,
  max: 253,
  read(octets, at, end) {
    const protocol = u16At(octets, at);
    if (protocol !== PPP.CHAP || end - at < 3) return { protocol, data: octets.subarray(at + 2, end) };
    return { protocol, algorithm: octets[at + 2]!, data: octets.subarray(at + 3, end) };
  },
  fields: (value) => value,
  write: ({ protocol, algorithm, data = NO_OCTETS }) =>
    concat(ofU16(protocol), algorithm === undefined ? NO_OCTETS : ofU8(algorithm), data),
};

function authenticationFault({ protocol, algorithm, data }: ProtocolValue): string | undefined {
  if (protocol === PPP.CHAP && (algorithm === undefined || data.length > 0))
    return "CHAP takes one octet, the Algorithm (RFC 1994 §3)";
  if (protocol === PPP.PAP && data.length > 0) return "PAP takes no data (RFC 1334 §2.1)";
  return undefined;
}

const quality: Shape<ProtocolValue, { readonly protocol: number; readonly data?: Uint8Array }> = {
  min: 2,
  max: 253,
  read: (octets, at, end) => ({ protocol: u16At(octets, at), data: octets.subarray(at + 2, end) }),
  fields: (value) => value,
  write: ({ protocol, data = NO_OCTETS }) => concat(ofU16(protocol), data),
};

// RFC 1661 §6.4: zero stands for "none" in Echo packets, so it cannot be asked for.
const magicFault = (value: number): string | undefined => (value === 0 ? "zero is no Magic-Number" : undefined);

/** One row an option. Those of RFC 1570 and RFC 1990 are here for their names and lengths: other implementations ask them. */
export const LCP_OPTIONS = {
  mru: option(1, u16, "RFC 1661 §6.1"),
  accm: option(2, u32, "RFC 1662 §7.1"),
  auth: option(3, authentication, "RFC 1661 §6.2", authenticationFault),
  quality: option(4, quality, "RFC 1661 §6.3"),
  magic: option(5, u32, "RFC 1661 §6.4", magicFault),
  pfc: option(7, flag, "RFC 1661 §6.5"),
  acfc: option(8, flag, "RFC 1661 §6.6"),
  fcsAlternatives: option(9, u8, "RFC 1570 §2.1"),
  selfDescribingPad: option(10, u8, "RFC 1570 §2.2"),
  callback: option(13, octetString(1), "RFC 1570 §2.3"),
  compoundFrames: option(15, flag, "RFC 1570 §2.4"),
  mrru: option(17, u16, "RFC 1990 §5.1.1"),
  ssnhf: option(18, flag, "RFC 1990 §5.1.2"),
  endpointDiscriminator: option(19, octetString(1), "RFC 1990 §5.1.3"),
} as const;

const TABLE = optionTable(LCP_OPTIONS);

/** `{ type: "mru", value: 1500 }`, `{ type: "auth", protocol: PPP.CHAP, algorithm: 5 }`, `{ type: "pfc" }`, `{ type: 200, octets }`. */
export type LcpOption = OptionOf<typeof LCP_OPTIONS>;

export type LcpPacket =
  | { readonly code: ConfigureCode; readonly id: number; readonly options: readonly LcpOption[] }
  | { readonly code: "Terminate-Request" | "Terminate-Ack"; readonly id: number; readonly data: Uint8Array }
  | { readonly code: "Code-Reject"; readonly id: number; readonly packet: Uint8Array }
  | { readonly code: "Protocol-Reject"; readonly id: number; readonly protocol: number; readonly data: Uint8Array }
  | {
      readonly code: "Echo-Request" | "Echo-Reply" | "Discard-Request";
      readonly id: number;
      readonly magic: number;
      readonly data: Uint8Array;
    }
  | { readonly code: number; readonly id: number; readonly data: Uint8Array };

export interface LcpView extends ControlView {
  readonly codeName: LcpCodeName | undefined;
  /** Of the four Configure packets; empty in all others. */
  readonly options: readonly OptionView[];
  /** Of an Echo-Request, Echo-Reply or Discard-Request. */
  readonly magic: number | undefined;
  readonly rejectedProtocol: number | undefined;
  /** Where the free data begin: after Magic-Number or Rejected-Protocol, else right after Length. They end at `end`. */
  readonly bodyAt: number;
}

/** Never throws; bad octets become issues. */
export function viewLcp(octets: Uint8Array, at = 0, end = octets.length): LcpView {
  const header = viewControl(PPP.LCP, octets, at, end);
  const codeName = CODE_NAMES.get(header.code);
  const { dataAt } = header;
  const plain = { codeName, options: [], magic: undefined, rejectedProtocol: undefined, bodyAt: dataAt };
  switch (codeName) {
    case "Configure-Request":
    case "Configure-Ack":
    case "Configure-Nak":
    case "Configure-Reject": {
      const rules = { asReceived: codeName === "Configure-Reject", once: codeName === "Configure-Request" };
      const { options, malformed, issues } = viewOptions(TABLE, octets, dataAt, header.end, rules);
      return { ...withIssues(header, issues, malformed), ...plain, options };
    }
    case "Protocol-Reject":
      if (header.end - dataAt < 2) return { ...tooShort(header, codeName, 6), ...plain };
      return { ...header, ...plain, rejectedProtocol: u16At(octets, dataAt), bodyAt: dataAt + 2 };
    case "Echo-Request":
    case "Echo-Reply":
    case "Discard-Request":
      if (header.end - dataAt < 4) return { ...tooShort(header, codeName, 8), ...plain };
      return { ...header, ...plain, magic: u32At(octets, dataAt), bodyAt: dataAt + 4 };
    case "Terminate-Request":
    case "Terminate-Ack":
    case "Code-Reject":
    case undefined:
      return { ...header, ...plain };
  }
}

/** A fixed field does not fit; where the header itself was wrong that has been said already. */
function tooShort(header: ControlView, codeName: LcpCodeName, least: number): ControlView {
  if (header.malformed) return header;
  const text = `${codeName}: Length is ${header.length}, its fields need ${least}`;
  return withIssues(header, [{ code: "control-length", at: header.at + 2, text }], true);
}

/** A chain of LCP options without a packet around it, as L2TP's AVPs 26 to 28 hold it (RFC 2661 §4.4.5). */
export function viewLcpOptions(octets: Uint8Array, at = 0, end = octets.length): readonly OptionView[] {
  return viewOptions(TABLE, octets, at, Math.min(end, octets.length)).options;
}

/** One option alone: several make the value of AVPs 26 to 28. */
export function encodeLcpOption(o: LcpOption): Uint8Array {
  return encodeOption(TABLE, o);
}

/** Throws a RangeError on a value that its field cannot hold. */
export function encodeLcp(packet: LcpPacket, tweak: ControlTweak = {}): Uint8Array {
  const code = typeof packet.code === "number" ? packet.code : LCP_CODES[packet.code];
  return encodeControlPacket(code, packet.id, dataOf(packet), tweak);
}

function dataOf(packet: LcpPacket): Uint8Array {
  switch (packet.code) {
    case "Configure-Request":
    case "Configure-Ack":
    case "Configure-Nak":
    case "Configure-Reject":
      return concat(...packet.options.map(encodeLcpOption));
    case "Code-Reject":
      return packet.packet;
    case "Protocol-Reject":
      return concat(ofU16(packet.protocol), packet.data);
    case "Echo-Request":
    case "Echo-Reply":
    case "Discard-Request":
      return concat(ofU32(packet.magic), packet.data);
    default:
      return packet.data;
  }
}

/** The value that encodes to the same octets, `view.at` to `view.end`; a malformed packet keeps its data as they are. */
export function lcpOf(view: LcpView, octets: Uint8Array): LcpPacket {
  const { codeName, id } = view;
  const data = octets.slice(view.bodyAt, view.end);
  if (view.malformed) return { code: view.code, id, data };
  switch (codeName) {
    case "Configure-Request":
    case "Configure-Ack":
    case "Configure-Nak":
    case "Configure-Reject":
      return { code: codeName, id, options: view.options.map((o) => lcpOptionOf(o, octets)) };
    case "Code-Reject":
      return { code: codeName, id, packet: data };
    case "Protocol-Reject":
      return { code: codeName, id, protocol: view.rejectedProtocol!, data };
    case "Echo-Request":
    case "Echo-Reply":
    case "Discard-Request":
      return { code: codeName, id, magic: view.magic!, data };
    case "Terminate-Request":
    case "Terminate-Ack":
      return { code: codeName, id, data };
    case undefined:
      return { code: view.code, id, data };
  }
}

/** The same for one option; one that does not fit its type stays octets. */
export function lcpOptionOf(view: OptionView, octets: Uint8Array): LcpOption {
  return optionOf(TABLE, view, octets);
}

/** "PAP", "CHAP-MD5", "MS-CHAP-V2", "EAP"; "CHAP-0x06" and "0xc999" for what has no name. */
export function authName({ protocol, algorithm }: Pick<ProtocolValue, "protocol" | "algorithm">): string {
  const name = pppName(protocol) ?? `0x${protocol.toString(16).padStart(4, "0")}`;
  if (algorithm === undefined) return name;
  return CHAP_NAMES.get(algorithm) ?? `${name}-0x${algorithm.toString(16).padStart(2, "0")}`;
}
