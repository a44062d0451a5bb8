/** For tests: junit.xml against its published XSD, read by as much of XML Schema as that file uses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "#fixtures/root";
import { parseXml, type XmlElement } from "./parse-xml.ts";

const XSD = parseXml(readFileSync(join(PACKAGE_ROOT, "reports", "schemas", "junit.v1.xsd"), "utf8"));
const childrenOf = (node: XmlElement | undefined, name: string): readonly XmlElement[] =>
  (node?.children ?? []).filter((c) => c.name === `xs:${name}`);
const named = (kind: string, name: string | undefined): XmlElement | undefined =>
  childrenOf(XSD, kind).find((c) => c.attributes["name"] === name);

const VALUES: Readonly<Record<string, RegExp>> = {
  "xs:string": /^/,
  "xs:nonNegativeInteger": /^\d+$/,
  "xs:decimal": /^-?\d+(\.\d+)?$/,
  "xs:dateTime": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/,
};

/** Everything that an element breaks, by place; nothing where it keeps to the contract. */
export function breaches(element: XmlElement, at = element.name): readonly string[] {
  const declared = named("element", element.name);
  if (declared === undefined) return [`${at}: no such element`];
  const type = named("complexType", declared.attributes["type"]) ?? childrenOf(declared, "complexType")[0];
  const simple = childrenOf(childrenOf(type, "simpleContent")[0], "extension")[0];
  const holder = simple ?? type;
  const attributes = [
    ...childrenOf(holder, "attribute"),
    ...childrenOf(holder, "attributeGroup").flatMap((g) =>
      childrenOf(named("attributeGroup", g.attributes["ref"]), "attribute"),
    ),
  ];
  const hasText = simple !== undefined || declared.attributes["type"] === "xs:string";
  return [
    ...attributes.flatMap((a) => {
      const { name = "", type: kind = "", use } = a.attributes;
      const value = element.attributes[name];
      if (value === undefined) return use === "required" ? [`${at}: no ${name}`] : [];
      return VALUES[kind]!.test(value) ? [] : [`${at}: ${name} is ${value}`];
    }),
    ...Object.keys(element.attributes)
      .filter((name) => !attributes.some((a) => a.attributes["name"] === name))
      .map((name) => `${at}: ${name} is nowhere declared`),
    ...orderOf(type, element, at),
    ...(!hasText && element.children.length === 0 && element.text.trim() !== "" ? [`${at}: text`] : []),
    ...element.children.flatMap((child, i) => breaches(child, `${at}/${child.name}[${i}]`)),
  ];
}

/** Children by a sequence, or at most one of a choice. */
function orderOf(type: XmlElement | undefined, { children }: XmlElement, at: string): readonly string[] {
  const [sequence] = childrenOf(type, "sequence");
  const [choice] = childrenOf(type, "choice");
  const refs = childrenOf(sequence ?? choice, "element");
  const one = (ref: XmlElement): string => {
    const { ref: name = "", minOccurs, maxOccurs } = ref.attributes;
    return `(${name} )${maxOccurs === "unbounded" ? "*" : minOccurs === "0" ? "?" : ""}`;
  };
  const pattern = choice === undefined ? refs.map(one).join("") : `(${refs.map(one).join("|")})?`;
  const names = children.map((c) => `${c.name} `).join("");
  return new RegExp(`^${pattern}$`).test(names) ? [] : [`${at}: holds ${names.trim()}`];
}

/** Names of the elements that the contract has. */
export const ELEMENTS: readonly string[] = childrenOf(XSD, "element").map((e) => e.attributes["name"] ?? "");
