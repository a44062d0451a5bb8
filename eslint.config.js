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
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // `return refuse(...)` ends a branch in one line.
      "@typescript-eslint/no-confusing-void-expression": "off",
      // An abort's reason is handed on as it is, whatever it is.
      "@typescript-eslint/prefer-promise-reject-errors": "off",
      "@typescript-eslint/no-unused-expressions": ["error", { allowTernary: true, allowShortCircuit: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "max-lines": ["warn", { max: 300, skipBlankLines: true, skipComments: true }],
      "no-restricted-imports": ["error", { patterns: [{ group: ["../../*"], message: "Use the alias of the room." }] }],
    },
  },
  {
    files: ["drivers/wire/**/*.ts", "drivers/proto/**/*.ts", "fixtures/expect/**/*.ts"],
    ignores: ["**/*.test.ts", "**/*.bench.ts", "**/*.fixture.ts"],
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
    // Matchers of the runner (`expect.any`, `expect.stringContaining`) are typed as any.
    files: ["**/*.test.ts"],
    rules: {
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
