import { describe, expect, test } from "vitest";
import type { Field, FieldValue } from "#wire/fields";
import { parseFilter } from "./filter.ts";

const fields = (values: Record<string, FieldValue>): readonly Field[] =>
  Object.entries(values).map(([path, value]) => ({ path, value, at: 0, length: 1 }));

const sccrq = fields({
  "ip.src": "10.0.0.2",
  "l2tp.type": "SCCRQ",
  "l2tp.t": true,
  "l2tp.ns": 0,
  "avp.hostName": "lac one",
  "avp.9/77": "0a0b",
  "avp.9/77#2": "ff",
  "avp.9/77#2.m": true,
  "ppp.protocol": 0xc021,
});

describe("what holds for a packet", () => {
  test.each([
    ["l2tp.type", true],
    ["l2tp.nr", false],
    ["l2tp.type == SCCRQ", true],
    ["l2tp.type==SCCRP", false],
    ["l2tp.type != SCCRP", true],
    ["l2tp.nr != 3", false],
    ["ip.src == 10.0.0.2", true],
    ["l2tp.t == true", true],
    ["l2tp.t == false", false],
    ["ppp.protocol == 0xc021", true],
    ["ppp.protocol >= 49185 && ppp.protocol < 0xC022", true],
    ["l2tp.ns > 0", false],
    ["l2tp.type > 0", false],
    ['avp.hostName == "lac one"', true],
    ["avp.hostName == 'lac one'", true],
    ['avp.hostName ~ "^lac"', true],
    ["avp.hostName ~ ^lns", false],
    ["avp.9/77 == ff", true],
    ["avp.9/77 == ee", false],
    ["avp.9/77.m == true", true],
    ["avp.9/77#2 == 0a0b", false],
    ["l2tp.nr || l2tp.ns", true],
    ["l2tp.nr or l2tp.ns and l2tp.t", true],
    ["(l2tp.nr or l2tp.ns) and l2tp.nr", false],
    ["l2tp.ns or l2tp.nr and l2tp.nr", true],
    ["!l2tp.nr", true],
    ["not (l2tp.type == SCCRQ)", false],
    ["!!l2tp.ns", true],
  ])("%s: %s", (expression, holds) => {
    expect(parseFilter(expression)(sccrq)).toBe(holds);
  });
});

describe("what cannot be read says where", () => {
  test.each([
    ["", "column 1: expected a field such as l2tp.type, found the end"],
    ["l2tp.type ==", "column 13: expected a value, found the end"],
    ["l2tp.type SCCRQ", "column 11: expected &&, || or the end, found SCCRQ"],
    ["(l2tp.type", "column 11: expected ), found the end"],
    ["l2tp.type = SCCRQ", "column 11: expected a path, a value or an operator, found ="],
    ["avp.hostName ~ '('", 'column 16: expected a regular expression, found "("'],
    ["l2tp.typ == SCCRQ", "column 1: expected a field such as l2tp.type, found l2tp.typ"],
    ["l2tp.type && && l2tp.ns", "column 14: expected a field such as l2tp.type, found &&"],
  ])("%j", (expression, message) => {
    expect(() => parseFilter(expression)).toThrow(message);
  });
});
