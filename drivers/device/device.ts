/**
 * What a device can be asked to do besides running. A case that needs an ability which the lab's driver lacks is not run,
 * which is never the same as not applicable.
 */
export type Ability = "dial" | "hang-up" | "admin-close" | "restart" | "log" | "ping";

/** Whom a call or a closing is about, as far as a driver has to know: it fills these into its commands. */
export interface Target {
  /** The bench's address, which the device is to call or which has called it. */
  readonly tester: string;
  /** The user that the device dials with. */
  readonly user?: string;
  readonly password?: string;
}

/** A call that the device was told to make. Disposing of it ends whatever the driver started for it. */
export interface Call extends AsyncDisposable {
  /** Tells the device to end the call. Present if the device can "hang-up". */
  hangUp?(signal: AbortSignal): Promise<void>;
  /** The signal by which the program of the call crashed, if it did; that it ended is no crash. */
  crashed?(): string | undefined;
}

/**
 * A device under test as its vendor's driver shows it: intent in, observation out. It knows no protocol. Whatever goes wrong
 * is a {@link DeviceError}, which says nothing about conformance.
 */
export interface Device extends AsyncDisposable {
  readonly id: string;
  readonly can: ReadonlySet<Ability>;
  /** Starts the device and resolves once it is ready. */
  start(signal: AbortSignal): Promise<void>;
  /** Ends what `start` started and resolves once it is gone. Harmless when nothing runs. */
  stop(): Promise<void>;
  /** Whether the device still runs. A device that died is a finding of its own. */
  alive(): Promise<boolean>;
  /** How what `start` started ended by itself: `SIGSEGV`, `exit 3`; undefined while it runs, or where nobody can tell. */
  howItDied?(): string | undefined;
  dial?(target: Target, signal: AbortSignal): Promise<Call>;
  /** Takes the tester's sessions and tunnel down from the device's side, as its operator would. */
  adminClose?(target: Target, signal: AbortSignal): Promise<void>;
  /** As after a power cut: it forgets its tunnels and is ready again. */
  restart?(signal: AbortSignal): Promise<void>;
  /** What the device logged since then; `sinceMs` is a time as `Date.now()` gives it. */
  log(sinceMs: number): Promise<string>;
}

/** The step of a driver that failed, and what the device said. */
export interface DeviceFailure {
  readonly step: string;
  /** In our words alone: text of a device in an error's message can change how a report files it. */
  readonly text: string;
  /** The device's own words, for an attachment. */
  readonly output: string;
  /** Of those, what a person wants to read first: the line that refuses, and the one that points at the word. */
  readonly said?: string;
}

/** The bench could not make the device do something. Never a non-conformance. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
  readonly code = "DEVICE";
  readonly step: string;
  readonly output: string;
  /** The device's own words in short; undefined where it said nothing of the kind. */
  readonly said: string | undefined;

  constructor({ step, text, output, said }: DeviceFailure, options?: ErrorOptions) {
    super(`device: ${step}: ${text}`, options);
    this.step = step;
    this.output = output;
    this.said = said;
  }
}

/**
 * A name that the device gave, fit for an error's message: on one line, and without the word by which a report files an error
 * as a non-conformance (a host or a view may be named so).
 */
export function nameOf(said: string): string {
  return said
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .replace(/(as)(sert)/gi, "$1-$2");
}
