/** Takes the secrets out of what a VRP prints of its configuration, in clear or enciphered: both open the door. */

const BLANK = String.raw`[^\S\n]+`;
const KIND = "password|cipher|irreversible-cipher|simple|plain";
const ANNOUNCED = `${KIND}|secret|(?:pre-shared|shared|authentication|private)-key|community`;
/** Words behind which a secret stands, with those that may come between. A line that ends with such a word holds none. */
const BEHIND = new RegExp(
  String.raw`\b((?:${ANNOUNCED})${BLANK}(?:(?:${KIND}|key|read|write)${BLANK})*)("[^"\n]*"|\S+)`,
  "gi",
);
/** What VRP enciphers stands between marks of its own, wherever it stands. */
const ENCIPHERED = /(%\^%#|%\$%\$|%@%@|@%@%|%\+%##|\?\$\?\$).*?\1|\$1[a-z]\$\S+?\$(?=\s|$)/g;

const MASK = "***";

/** A name or password that short stands in too many lines that have nothing to do with it. */
const SHORTEST = 4;

/** Text with every secret masked that its line announces, and those that are known besides. */
export function maskSecrets(text: string, known: Iterable<string> = []): string {
  let masked = text.replace(ENCIPHERED, MASK).replace(BEHIND, `$1${MASK}`);
  for (const secret of known) if (secret.length >= SHORTEST) masked = masked.replaceAll(secret, MASK);
  return masked;
}
