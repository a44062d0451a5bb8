/** One value that tshark read. Offsets count from the start of the captured octets, as ours do. */
export interface TsharkField {
  /** Its name in a display filter, such as `l2tp.avp.host_name`. */
  readonly name: string;
  readonly at: number;
  readonly length: number;
  /** The value as tshark writes it: decimal or 0x, dotted address, text with unprintable octets as \x... */
  readonly show: string;
  /** The octets in hex; of a field smaller than an octet, the number in hex. */
  readonly value: string;
  /** Of a field smaller than its octets: the whole octets in hex. */
  readonly unmasked: string | undefined;
}

/** One protocol of a frame and its fields, those of its subtrees included, in tshark's order. */
export interface TsharkLayer {
  readonly protocol: string;
  readonly at: number;
  readonly length: number;
  readonly fields: readonly TsharkField[];
}

export interface TsharkFrame {
  /** Number in the capture file, from 1. */
  readonly no: number;
  /** Outermost first. What is dissected within a field (a rejected packet) is not here. */
  readonly layers: readonly TsharkLayer[];
  /** Why the dissection of the frame ended early, in tshark's words; empty for a well-formed frame. */
  readonly malformed: readonly string[];
  /** Remarks on contents, in tshark's words. */
  readonly expert: readonly string[];
}

type Attributes = ReadonlyMap<string, string>;
type OpenLayer = TsharkLayer & { readonly fields: TsharkField[] };

/** PDML is XML, but tshark writes one element a line, so that a line is all that has to be held and understood. */
export class PdmlParser {
  #no = 0;
  #general = false;
  #layers: OpenLayer[] = [];
  #malformed: string[] = [];
  #expert: string[] = [];
  #depth = 0;

  /** Takes the next line; gives a frame when the line ends one. */
  push(line: string): TsharkFrame | undefined {
    const text = line.trimStart();
    if (text.startsWith("<field ")) this.#field(attributesOf(text));
    else if (text.startsWith("<proto ")) this.#openProtocol(attributesOf(text), text.endsWith("/>"));
    else if (text.startsWith("</proto>")) this.#depth -= 1;
    else if (text.startsWith("<packet>")) this.#begin();
    else if (text.startsWith("</packet>")) return this.#end();
    return undefined;
  }

  #begin(): void {
    this.#no = 0;
    this.#layers = [];
    this.#malformed = [];
    this.#expert = [];
    this.#depth = 0;
  }

  #end(): TsharkFrame {
    return { no: this.#no, layers: this.#layers, malformed: this.#malformed, expert: this.#expert };
  }

  #openProtocol(attributes: Attributes, closed: boolean): void {
    const protocol = attributes.get("name") ?? "";
    if (protocol === "_ws.malformed" || protocol === "_ws.short") {
      this.#malformed.push(attributes.get("showname") ?? protocol);
    } else if (this.#depth === 0) {
      // Not a layer: number, length and time of the frame.
      this.#general = protocol === "geninfo";
      if (!this.#general)
        this.#layers.push({
          protocol,
          at: integer(attributes, "pos"),
          length: integer(attributes, "size"),
          fields: [],
        });
    }
    if (!closed) this.#depth += 1;
  }

  #field(attributes: Attributes): void {
    const name = attributes.get("name") ?? "";
    if (name === "_ws.expert.message") this.#expert.push(attributes.get("show") ?? "");
    if (name === "" || name.startsWith("_ws.") || this.#depth !== 1) return;
    if (this.#general) {
      if (name === "num") this.#no = integer(attributes, "show");
      return;
    }
    this.#layers.at(-1)?.fields.push({
      name,
      at: integer(attributes, "pos"),
      length: integer(attributes, "size"),
      show: attributes.get("show") ?? "",
      value: attributes.get("value") ?? "",
      unmasked: attributes.get("unmaskedvalue"),
    });
  }
}

function integer(attributes: Attributes, name: string): number {
  return Number(attributes.get(name) ?? 0);
}

const ATTRIBUTE = /([a-z]+)="([^"]*)"/g;

function attributesOf(element: string): Attributes {
  const attributes = new Map<string, string>();
  for (const [, name, value] of element.matchAll(ATTRIBUTE)) attributes.set(name!, unescape(value!));
  return attributes;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescape(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([0-9a-f]+)|([a-z]+));/gi, (entity, code: string | undefined, name: string | undefined) =>
    code !== undefined ? String.fromCodePoint(Number.parseInt(code, 16)) : (ENTITIES[name ?? ""] ?? entity),
  );
}
