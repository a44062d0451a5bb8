/**
 * Who may import whom (CONTRIBUTING.md, "Rooms"). Tests may look where they must: the layers bind the product.
 */
const rooms = {
  wire: "^drivers/wire/",
  proto: "^drivers/proto/",
  capture: "^drivers/capture/",
  witness: "^drivers/witness/",
  link: "^drivers/link/",
  peer: "^drivers/peer/",
  device: "^drivers/device/",
  cli: "^drivers/cli/",
  expect: "^fixtures/expect/",
  clauses: "^fixtures/clauses/",
  lab: "^fixtures/lab/",
  devices: "^fixtures/devices/",
  mutants: "^fixtures/mutants/",
  suites: "^suites/",
  reports: "^reports/",
};
const NOT_TESTS = "\\.(test|bench|fixture)\\.ts$";
/** A room may import itself and what is named; anything else of ours is forbidden. */
const room = (name, allowed, comment) => ({
  name: `${name}-imports`,
  comment,
  severity: "error",
  from: { path: rooms[name], pathNot: NOT_TESTS },
  to: {
    path: "^(drivers|fixtures|suites|reports)/",
    pathNot: [rooms[name], ...allowed],
  },
});

module.exports = {
  forbidden: [
    room("wire", [], "Octets know nothing of machines, links or judges."),
    room("proto", [rooms.wire], "Sans-IO: a machine knows octets and the time it is told, nothing else."),
    room("capture", [rooms.wire], "A capture is octets in order."),
    room("witness", [rooms.capture, rooms.wire], "Someone else's eyes see frames, not peers."),
    room("link", [rooms.capture, rooms.wire], "A datagram path carries octets and records them; it knows no tunnel."),
    room("peer", [rooms.proto, rooms.link, rooms.wire, rooms.capture], "A peer is a machine on a link."),
    room("device", [], "A device driver configures and observes; it knows no protocol."),
    room(
      "expect",
      [rooms.capture, rooms.wire, rooms.clauses],
      "The judge must not share the mistakes of the machines it judges, and does no I/O.",
    ),
    room(
      "clauses",
      [],
      "The requirements are data: they are compared with the codec in a test, never derived from it.",
    ),
    room(
      "suites",
      [
        "^fixtures/(conformance|combinations)\\.ts$",
        "^fixtures/expect/(matchers|ladder|flow)\\.ts$",
        rooms.clauses,
        "^drivers/peer/script\\.ts$",
      ],
      "A suite claims, it does nothing by itself.",
    ),
    room(
      "mutants",
      [rooms.peer, rooms.proto, rooms.wire, rooms.clauses, rooms.link],
      "A mutant is a reference peer with one fault.",
    ),
    room(
      "devices",
      [rooms.peer, rooms.link, rooms.proto, rooms.wire],
      "An emulated device runs the reference peers and shares nothing with the driver that is tried on it.",
    ),
    {
      name: "ssh-is-for-devices",
      comment: "A command line over SSH is the business of drivers, and of the devices that emulate one.",
      severity: "error",
      from: { pathNot: [rooms.device, rooms.devices, NOT_TESTS] },
      to: { path: "node_modules/ssh2" },
    },
    room(
      "reports",
      [rooms.expect, rooms.clauses, rooms.capture, rooms.wire, "^fixtures/(root|misuse)\\.ts$"],
      "A report shows what was judged.",
    ),
    {
      name: "nothing-imports-cli",
      comment: "The command is the outermost ring.",
      severity: "error",
      from: { pathNot: [rooms.cli, NOT_TESTS] },
      to: { path: rooms.cli },
    },
    {
      name: "cli-imports-no-suite",
      comment: "Suites are loaded by the catalogue, selected by name.",
      severity: "error",
      from: { path: rooms.cli },
      to: { path: rooms.suites },
    },
    {
      name: "only-reports-knows-allure",
      comment: "The report's format is one room's business.",
      severity: "error",
      from: { pathNot: [rooms.reports] },
      to: { path: "node_modules/allure" },
    },
    {
      name: "no-circular",
      comment: "A cycle is one file in two halves.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|reports/out)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { conditionNames: ["source", "import", "node", "default"], exportsFields: ["exports"] },
  },
};
