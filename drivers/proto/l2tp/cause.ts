import type { ResultCode } from "#wire/l2tp/avp";

/** Why a tunnel or a session ends: what the Result Code AVP says (RFC 2661 §4.4.2). */
export type Cause = ResultCode;

/** Result Codes of StopCCN. */
export const STOPCCN_RESULT = {
  generalRequest: 1,
  generalError: 2,
  alreadyExists: 3,
  notAuthorized: 4,
  version: 5,
  shuttingDown: 6,
  stateMachine: 7,
} as const;

/** Result Codes of CDN. */
export const CDN_RESULT = {
  lossOfCarrier: 1,
  generalError: 2,
  administrative: 3,
  noFacilitiesNow: 4,
  noFacilities: 5,
  invalidDestination: 6,
  noCarrier: 7,
  busy: 8,
  noDialTone: 9,
  notInTime: 10,
  noFraming: 11,
} as const;

/** Error Codes, for Result Code 2 of either message. */
export const ERROR = {
  none: 0,
  noControlConnection: 1,
  wrongLength: 2,
  outOfRange: 3,
  insufficientResources: 4,
  invalidSessionId: 5,
  vendorSpecific: 6,
  tryAnother: 7,
  unknownMandatoryAvp: 8,
} as const;

/** Result Code 2, which StopCCN and CDN share: a general error. The text goes to the peer, in English. */
export function generalError(error: number, message: string): Cause {
  return { result: STOPCCN_RESULT.generalError, error, message };
}

/** How a tunnel or a session came to its end. */
export interface EndReason extends Partial<Cause> {
  /** `timeout`: the peer acknowledged nothing any more (§5.8). */
  readonly by: "us" | "peer" | "timeout";
}

/** What to tell the peer about it. */
export function causeOf({ result, error, message }: EndReason, otherwise: number): Cause {
  return {
    result: result ?? otherwise,
    ...(error !== undefined && { error }),
    ...(message !== undefined && { message }),
  };
}
