/** RFC 2661 §3.2. 0, 5 and 13 are reserved and have no name here. */
export const MESSAGES = {
  SCCRQ: 1,
  SCCRP: 2,
  SCCCN: 3,
  StopCCN: 4,
  HELLO: 6,
  OCRQ: 7,
  OCRP: 8,
  OCCN: 9,
  ICRQ: 10,
  ICRP: 11,
  ICCN: 12,
  CDN: 14,
  WEN: 15,
  SLI: 16,
} as const;

export type MessageName = keyof typeof MESSAGES;

export const MESSAGE_NAMES = Object.keys(MESSAGES) as readonly MessageName[];

const BY_NUMBER: ReadonlyMap<number, MessageName> = new Map(MESSAGE_NAMES.map((name) => [MESSAGES[name], name]));

/** The name of a Message Type value, or undefined for one that RFC 2661 does not define. */
export function messageName(type: number): MessageName | undefined {
  return BY_NUMBER.get(type);
}
