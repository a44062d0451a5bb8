import type { FieldValue } from "#wire/fields";
import { CHAP_CODES } from "#wire/ppp/chap";
import { LCP_CODES } from "#wire/ppp/lcp";
import { PAP_CODES } from "#wire/ppp/pap";
import type { TsharkField } from "./pdml.ts";

/** A value of ours that can be laid beside one of tshark's. */
export interface Pair {
  /**
   * Our path in `fieldsOf`, without the `#2` of a repetition and with `*` for the name of an AVP or an option. `{layer}`
   * stands for the protocol that the value was found in.
   */
  readonly path: string;
  /** Ours, in the form of theirs; undefined where tshark shows no such value. */
  readonly ours: (value: FieldValue) => FieldValue | undefined;
  readonly theirs: (field: TsharkField) => FieldValue;
}

const same = (value: FieldValue): FieldValue => value;
const flag = ({ show }: TsharkField): boolean => show === "1" || show === "True";
const numeric = ({ show }: TsharkField): number => Number(show);
// `show` spells octets that cannot be printed as \x..., so a text is read from its octets.
const textual = ({ value }: TsharkField): string => new TextDecoder().decode(Buffer.from(value, "hex"));
const shown = ({ show }: TsharkField): string => show;

const number = (path: string): Pair => ({ path, ours: same, theirs: numeric });
const boolean = (path: string): Pair => ({ path, ours: same, theirs: flag });
const text = (path: string): Pair => ({ path, ours: same, theirs: textual });
const octets = (path: string): Pair => ({ path, ours: same, theirs: ({ value }) => value });
const address = (path: string): Pair => ({ path, ours: same, theirs: shown });
/** tshark shows the bits of a mask one by one. */
const bit = (path: string, mask: number): Pair => ({
  path,
  ours: (value) => (Number(value) & mask) !== 0,
  theirs: flag,
});
const code = (path: string, codes: Readonly<Record<string, number>>): Pair => ({
  path,
  ours: (value) => (typeof value === "string" ? codes[value] : value),
  theirs: numeric,
});

/** RFC 1962 §3 adds two to the codes of LCP for CCP. */
const CONTROL_CODES = { ...LCP_CODES, "Reset-Request": 14, "Reset-Ack": 15 };

/** tshark's name of a value, and where we have it. */
const PAIRS: Readonly<Record<string, readonly Pair[]>> = {
  "l2tp.flags": [number("l2tp.flags")],
  "l2tp.type": [boolean("l2tp.t")],
  "l2tp.length_bit": [boolean("l2tp.l")],
  "l2tp.seq_bit": [boolean("l2tp.s")],
  "l2tp.offset_bit": [boolean("l2tp.o")],
  "l2tp.priority": [boolean("l2tp.p")],
  "l2tp.version": [number("l2tp.version")],
  "l2tp.length": [number("l2tp.length")],
  "l2tp.tunnel": [number("l2tp.tunnelId")],
  "l2tp.session": [number("l2tp.sessionId")],
  "l2tp.Ns": [number("l2tp.ns")],
  "l2tp.Nr": [number("l2tp.nr")],
  "l2tp.offset": [number("l2tp.offsetSize")],

  "l2tp.avp.mandatory": [
    boolean("avp.*.m"),
    // tshark has no field for the reserved bits, but gives the sixteen bits that M is one of (RFC 2661 §4.1).
    { path: "avp.*.reserved", ours: same, theirs: ({ unmasked }) => (Number.parseInt(unmasked ?? "", 16) >> 10) & 0xf },
  ],
  "l2tp.avp.hidden": [boolean("avp.*.h")],
  "l2tp.avp.length": [number("avp.*.length")],
  "l2tp.avp.vendor_id": [number("avp.*.vendor")],
  "l2tp.avp.type": [number("avp.*.type")],
  "l2tp.avp.ciscotype": [number("avp.*.type")],
  "l2tp.avp.ericssontype": [number("avp.*.type")],
  "l2tp.avp.broadbandtype": [number("avp.*.type")],
  "l2tp.avp.cablelabstype": [number("avp.*.type")],

  "l2tp.avp.message_type": [number("avp.messageType")],
  "l2tp.avp.random_vector": [octets("avp.randomVector")],
  "l2tp.result_code": [number("avp.resultCode.result")],
  "l2tp.avp.error_code": [number("avp.resultCode.error")],
  "l2tp.avp.error_message": [text("avp.resultCode.message")],
  "l2tp.avp.protocol_version": [{ path: "avp.protocolVersion", ours: (v) => Number(v) >> 8, theirs: numeric }],
  "l2tp.avp.protocol_revision": [{ path: "avp.protocolVersion", ours: (v) => Number(v) & 0xff, theirs: numeric }],
  "l2tp.avp.async_framing_supported": [bit("avp.framingCapabilities", 2)],
  "l2tp.avp.sync_framing_supported": [bit("avp.framingCapabilities", 1)],
  "l2tp.avp.analog_access_supported": [bit("avp.bearerCapabilities", 2)],
  "l2tp.avp.digital_access_supported": [bit("avp.bearerCapabilities", 1)],
  "l2tp.tie_breaker": [octets("avp.tieBreaker")],
  "l2tp.avp.firmware_revision": [number("avp.firmwareRevision")],
  "l2tp.avp.host_name": [text("avp.hostName")],
  "l2tp.avp.vendor_name": [text("avp.vendorName")],
  "l2tp.avp.assigned_tunnel_id": [number("avp.assignedTunnelId")],
  "l2tp.avp.receive_window_size": [number("avp.receiveWindowSize")],
  "l2tp.avp.chap_challenge": [octets("avp.challenge")],
  "l2tp.avp.chap_challenge_response": [octets("avp.challengeResponse")],
  "l2tp.avp.cause_code": [number("avp.q931CauseCode.cause")],
  "l2tp.avp.cause_msg": [number("avp.q931CauseCode.msg")],
  "l2tp.avp.advisory_msg": [text("avp.q931CauseCode.advisory")],
  "l2tp.avp.assigned_session_id": [number("avp.assignedSessionId")],
  "l2tp.avp.call_serial_number": [number("avp.callSerialNumber")],
  "l2tp.avp.minimum_bps": [number("avp.minimumBps")],
  "l2tp.avp.maximum_bps": [number("avp.maximumBps")],
  "l2tp.avp.analog_bearer_type": [bit("avp.bearerType", 2)],
  "l2tp.avp.digital_bearer_type": [bit("avp.bearerType", 1)],
  "l2tp.avp.async_framing_type": [bit("avp.framingType", 2)],
  "l2tp.avp.sync_framing_type": [bit("avp.framingType", 1)],
  "l2tp.avp.called_number": [text("avp.calledNumber")],
  "l2tp.avp.calling_number": [text("avp.callingNumber")],
  "l2tp.avp.sub_address": [text("avp.subAddress")],
  "l2tp.avp.connect_speed": [number("avp.txConnectSpeed")],
  "l2tp.avp.rx_connect_speed": [number("avp.rxConnectSpeed")],
  "l2tp.avp.physical_channel": [number("avp.physicalChannelId")],
  "l2tp.avp.private_group_id": [octets("avp.privateGroupId")],
  "l2tp.avp.initial_received_lcp_confreq": [octets("avp.initialReceivedLcpConfReq")],
  "l2tp.avp.last_sent_lcp_confreq": [octets("avp.lastSentLcpConfReq")],
  "l2tp.avp.last_received_lcp_confreq": [octets("avp.lastReceivedLcpConfReq")],
  "l2tp.avp.proxy_authen_type": [number("avp.proxyAuthenType")],
  "l2tp.avp.proxy_authen_name": [text("avp.proxyAuthenName")],
  "l2tp.avp.proxy_authen_challenge": [octets("avp.proxyAuthenChallenge")],
  "l2tp.avp.proxy_authen_id": [number("avp.proxyAuthenId")],
  "l2tp.avp.proxy_authen_response": [octets("avp.proxyAuthenResponse")],
  "l2tp.avp.crc_errors": [number("avp.callErrors.crcErrors")],
  "l2tp.avp.framing_errors": [number("avp.callErrors.framingErrors")],
  "l2tp.avp.hardware_overruns": [number("avp.callErrors.hardwareOverruns")],
  "l2tp.avp.buffer_overruns": [number("avp.callErrors.bufferOverruns")],
  "l2tp.avp.time_out_errors": [number("avp.callErrors.timeoutErrors")],
  "l2tp.avp.alignment_errors": [number("avp.callErrors.alignmentErrors")],
  "l2tp.avp.send_accm": [number("avp.accm.send")],
  "l2tp.avp.receive_accm": [number("avp.accm.receive")],
  "l2tp.avp.disconnect_code": [number("avp.pppDisconnectCause.code")],
  "l2tp.avp.control_protocol_number": [number("avp.pppDisconnectCause.protocol")],
  "l2tp.avp.cause_code_direction": [number("avp.pppDisconnectCause.direction")],
  "l2tp.avp.cause_code_message": [text("avp.pppDisconnectCause.message")],

  "ppp.address": [
    { path: "ppp.addressControl", ours: (there) => (there === true ? 0xff : undefined), theirs: numeric },
  ],
  "ppp.protocol": [number("ppp.protocol")],
  "ppp.code": [code("{layer}.code", CONTROL_CODES)],
  "ppp.identifier": [number("{layer}.id")],
  "ppp.length": [number("{layer}.length")],
  "lcp.opt.length": [number("lcp.option.*.length")],
  "lcp.opt.mru": [number("lcp.option.mru")],
  "lcp.opt.asyncmap": [number("lcp.option.accm")],
  "lcp.opt.auth_protocol": [number("lcp.option.auth.protocol")],
  "lcp.opt.algorithm": [number("lcp.option.auth.algorithm")],
  "lcp.opt.magic_number": [number("lcp.option.magic")],
  "lcp.opt.mrru": [number("lcp.option.mrru")],
  "lcp.magic_number": [number("lcp.magic")],
  "lcp.rej_proto": [number("lcp.rejectedProtocol")],
  "ipcp.opt.length": [number("ipcp.option.*.length")],
  "ipcp.opt.ip_address": [address("ipcp.option.address")],
  "ipcp.opt.pri_dns_address": [address("ipcp.option.primaryDns")],
  "ipcp.opt.sec_dns_address": [address("ipcp.option.secondaryDns")],
  "ipcp.opt.pri_nbns_address": [address("ipcp.option.primaryNbns")],
  "ipcp.opt.sec_nbns_address": [address("ipcp.option.secondaryNbns")],
  "ipcp.opt.compress_proto": [number("ipcp.option.compression.protocol")],
  "pap.code": [code("pap.code", PAP_CODES)],
  "pap.identifier": [number("pap.id")],
  "pap.length": [number("pap.length")],
  "pap.peer_id": [text("pap.peerId")],
  "pap.password": [text("pap.password")],
  "pap.message": [text("pap.message")],
  "chap.code": [code("chap.code", CHAP_CODES)],
  "chap.identifier": [number("chap.id")],
  "chap.length": [number("chap.length")],
  "chap.value": [octets("chap.value")],
  "chap.name": [text("chap.name")],
  "chap.message": [text("chap.message")],
};

/** The layers in which tshark gives Code, Identifier and Length the same three names. */
const CONTROL_LAYERS = ["lcp", "ipcp", "ccp", "ipv6cp"];

/** What of ours corresponds to a field that tshark found in a layer; nothing for one that we do not lay beside it. */
export function pairsOf(name: string, layer: string): readonly Pair[] {
  const owner = name.slice(0, name.indexOf("."));
  // A field of another protocol than the layer's is a second look at octets that the layer carries: LCP options in an AVP.
  if (owner !== layer && owner !== "ppp") return [];
  const pairs = PAIRS[name] ?? [];
  return pairs.map((pair) =>
    pair.path.startsWith("{") ? { ...pair, path: pair.path.replace("{layer}", layer) } : pair,
  );
}

/** Our paths that tshark has too, wherever it finds the octets sound. */
const COMPARED: ReadonlySet<string> = new Set(
  Object.values(PAIRS)
    .flat()
    .flatMap(({ path }) => (path.startsWith("{") ? CONTROL_LAYERS.map((l) => path.replace("{layer}", l)) : [path])),
);

/** Our path in the form of the table, or undefined for one that is not compared. */
export function comparable(path: string): string | undefined {
  const plain = path.replace(/#\d+/, "");
  if (COMPARED.has(plain)) return plain;
  const general = plain.replace(/^(avp|lcp\.option|ipcp\.option)\.[^.]+\.([a-z]+)$/, "$1.*.$2");
  return COMPARED.has(general) ? general : undefined;
}
