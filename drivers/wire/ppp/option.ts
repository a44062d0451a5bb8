import { addressOctets, dotted } from "../ip/address.ts";
import { type Issue, NO_ISSUES } from "../issue.ts";
import { concat, NO_OCTETS, ofU16, ofU32, ofU8, u16At, u32At } from "../octets.ts";
import type { AddressPair, OptionTweak, OptionValue, OptionView } from "./control.ts";

/** How the data of an option are read and written. `Fields` is what stands beside `type` in the value of an option. */
export interface Shape<Value extends OptionValue, Fields extends object> {
  /** Octets of data that are allowed, Type and Length not counted. */
  readonly min: number;
  readonly max: number;
  /** The data have an allowed length. */
  read(octets: Uint8Array, at: number, end: number): Value;
  fields(value: Value): Fields;
  write(fields: Fields): Uint8Array;
}

/** One option of a protocol. */
export interface OptionRow<Value extends OptionValue = OptionValue, Fields extends object = object> {
  readonly type: number;
  readonly shape: Shape<Value, Fields>;
  /** Where the option is defined, and with it the Length that is asked for. */
  readonly clause: string;
  /** Says what is wrong with a value whose length is right. */
  fault?(value: Value): string | undefined;
}

export function option<Value extends OptionValue, Fields extends object>(
  type: number,
  shape: Shape<Value, Fields>,
  clause: string,
  fault?: (value: Value) => string | undefined,
): OptionRow<Value, Fields> {
  return fault === undefined ? { type, shape, clause } : { type, shape, clause, fault };
}

export type OptionRows = Readonly<Record<string, OptionRow>>;

/** An option that has no row, or whose octets do not fit its row. */
export interface RawOption {
  readonly type: number;
  readonly octets: Uint8Array;
  readonly tweak?: OptionTweak;
}

type FieldsOf<Row> = Row extends { readonly shape: { fields(value: never): infer Fields } } ? Fields : never;
/** What `encodeOption` takes for a table of rows: `{ type: "mru", value: 1500 }`. */
export type OptionOf<Rows> =
  | RawOption
  | { [Name in keyof Rows]: { readonly type: Name; readonly tweak?: OptionTweak } & FieldsOf<Rows[Name]> }[keyof Rows];

/** Data are a number of one, two or four octets. */
const numeric = (
  size: number,
  read: (octets: Uint8Array, at: number) => number,
  write: (value: number) => Uint8Array,
) =>
  ({
    min: size,
    max: size,
    read,
    fields: (value) => ({ value }),
    write: ({ value }) => write(value),
  }) satisfies Shape<number, { readonly value: number }>;

export const u8 = numeric(1, (octets, at) => octets[at]!, ofU8);
export const u16 = numeric(2, u16At, ofU16);
export const u32 = numeric(4, u32At, ofU32);

/** No data: that the option is there is all that it says. */
export const flag: Shape<true, object> = {
  min: 0,
  max: 0,
  read: () => true,
  fields: () => ({}),
  write: () => NO_OCTETS,
};

/** Any octets, `min` of them or more. */
export const octetString = (min: number): Shape<Uint8Array, { readonly value: Uint8Array }> => ({
  min,
  max: 253,
  read: (octets, at, end) => octets.subarray(at, end),
  fields: (value) => ({ value }),
  write: ({ value }) => value,
});

/** A dotted quad. */
export const address: Shape<string, { readonly value: string }> = {
  min: 4,
  max: 4,
  read: dotted,
  fields: (value) => ({ value }),
  write: ({ value }) => addressOctets(value),
};

export const addressPair: Shape<AddressPair, AddressPair> = {
  min: 8,
  max: 8,
  read: (octets, at) => ({ source: dotted(octets, at), destination: dotted(octets, at + 4) }),
  fields: (value) => value,
  write: ({ source, destination }) => concat(addressOctets(source), addressOctets(destination)),
};

/** Rows by type number, with their names. */
export interface OptionTable<Rows extends OptionRows> {
  readonly rows: Rows;
  readonly byType: ReadonlyMap<number, { readonly name: string; readonly row: OptionRow }>;
}

export function optionTable<Rows extends OptionRows>(rows: Rows): OptionTable<Rows> {
  return { rows, byType: new Map(Object.entries(rows).map(([name, row]) => [row.type, { name, row }])) };
}

/** Throws a RangeError on a value that its field cannot hold. */
export function encodeOption<Rows extends OptionRows>({ rows }: OptionTable<Rows>, o: OptionOf<Rows>): Uint8Array {
  const { type, tweak } = o;
  // A row's `write` takes the fields of the option that bears its name; the compiler cannot follow that correlation.
  const row = typeof type === "number" ? undefined : rows[type];
  const data = row === undefined ? (o as RawOption).octets : row.shape.write(o);
  return concat(ofU8(row?.type ?? (type as number), tweak?.length ?? 2 + data.length), data);
}

/** The value of an option that was seen. What does not fit its row stays octets, so that encoding gives them back. */
export function optionOf<Rows extends OptionRows>(
  table: OptionTable<Rows>,
  view: OptionView,
  octets: Uint8Array,
): OptionOf<Rows> {
  const known = table.byType.get(view.type);
  if (known !== undefined && view.value !== undefined)
    return { type: known.name, ...known.row.shape.fields(view.value) } as OptionOf<Rows>;
  const raw: RawOption = { type: view.type, octets: octets.slice(view.dataAt, view.end) };
  return view.length === 2 + raw.octets.length ? raw : { ...raw, tweak: { length: Math.max(view.length, 0) } };
}

export interface OptionsView {
  readonly options: readonly OptionView[];
  /** The chain breaks: an option without or with an impossible Length, or one that runs past the end. */
  readonly malformed: boolean;
  /** Those of all options. */
  readonly issues: readonly Issue[];
}

export interface OptionRules {
  /** A Configure-Reject returns options as they came (RFC 1661 §5.4), so their faults are not its sender's. */
  readonly asReceived?: boolean;
  /** RFC 1661 §6: no option is listed twice unless its own clause says so, and none here does. */
  readonly once?: boolean;
}

/** The chain of options in `octets[at, end)`. Never throws. */
export function viewOptions(
  { byType }: OptionTable<OptionRows>,
  octets: Uint8Array,
  at: number,
  end: number,
  { asReceived = false, once = false }: OptionRules = {},
): OptionsView {
  const options: OptionView[] = [];
  const issues: Issue[] = [];
  const seen = new Set<number>();
  while (at < end) {
    const type = octets[at]!;
    const known = byType.get(type);
    const name = known?.name;
    const length = at + 1 < end ? octets[at + 1]! : -1;
    if (length < 2 || at + length > end) {
      const broken = [brokenChain(at, end, name ?? type, length)];
      const dataAt = Math.min(at + 2, end);
      options.push({
        at,
        type,
        length,
        dataAt,
        end: length < 2 ? dataAt : end,
        name,
        value: undefined,
        issues: broken,
      });
      return { options, malformed: true, issues: [...issues, ...broken] };
    }
    const found: Issue[] = [];
    const value =
      known === undefined ? octets.subarray(at + 2, at + length) : read(known, octets, at, length, asReceived, found);
    if (once && known !== undefined && seen.has(type))
      found.push({ code: "option-twice", at, text: `${name} is listed a second time (RFC 1661 §6)` });
    seen.add(type);
    options.push({
      at,
      type,
      length,
      dataAt: at + 2,
      end: at + length,
      name,
      value,
      issues: found.length === 0 ? NO_ISSUES : found,
    });
    issues.push(...found);
    at += length;
  }
  return { options, malformed: false, issues };
}

function read(
  { name, row }: { readonly name: string; readonly row: OptionRow },
  octets: Uint8Array,
  at: number,
  length: number,
  asReceived: boolean,
  issues: Issue[],
): OptionValue | undefined {
  const { min, max } = row.shape;
  if (length - 2 < min || length - 2 > max) {
    const asked = min === max ? `${min + 2}` : `${min + 2} or more`;
    if (!asReceived)
      issues.push({
        code: "option-length",
        at: at + 1,
        text: `${name}: Length is ${length}, not ${asked} (${row.clause})`,
      });
    return undefined;
  }
  const value = row.shape.read(octets, at + 2, at + length);
  const fault = asReceived ? undefined : row.fault?.(value);
  if (fault !== undefined) issues.push({ code: "option-value", at: at + 2, text: `${name}: ${fault} (${row.clause})` });
  return value;
}

function brokenChain(at: number, end: number, name: string | number, length: number): Issue {
  if (length === -1) return { code: "option-truncated", at, text: `option ${name} has no Length: the packet ends` };
  if (length < 2)
    return {
      code: "option-length",
      at: at + 1,
      text: `option ${name} has Length ${length}, less than its own header of 2`,
    };
  return {
    code: "option-overrun",
    at: at + 1,
    text: `option ${name} has Length ${length}, ${end - at} octets are left in the packet`,
  };
}
