import tseslint from "typescript-eslint";

/** Below link/ nothing reads a clock, sets a timer or awaits: time is an argument, randomness is handed in. */
const pure = {
  "no-restricted-globals": [
    "error",
    ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "Date", "performance", "process"].map(
      (name) => ({
        name,
        message: "This room is pure: time and randomness are arguments.",
      }),
    ),
  ],
  "no-restricted-properties": [
    "error",
    { object: "Math", property: "random", message: "This room is pure: randomness is an argument." },
  ],
};

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "reports/out/**", "coverage/**"] },
  ...tseslint.configs.strictTypeChecked,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "max-lines": ["warn", { max: 300, skipBlankLines: true, skipComments: true }],
      "no-restricted-imports": ["error", { patterns: [{ group: ["../../*"], message: "Use the alias of the room." }] }],
    },
  },
  {
    files: ["drivers/wire/**/*.ts", "drivers/proto/**/*.ts", "fixtures/expect/**/*.ts"],
    ignores: ["**/*.test.ts", "**/*.bench.ts"],
    rules: {
      ...pure,
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["../../*"], message: "Use the alias of the room." },
            { group: ["node:*", "!node:crypto"], message: "This room does no I/O." },
          ],
        },
      ],
    },
  },
  {
    files: ["suites/**/*.ts"],
    rules: {
      ...pure,
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["node:*"], message: "A suite only claims: no I/O, no clock." }] },
      ],
    },
  },
  {
    files: ["**/*.test.ts", "fixtures/clauses/rfc*.ts"],
    rules: { "max-lines": "off" },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
