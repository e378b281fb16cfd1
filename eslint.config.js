import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { ignores: ["**/.*/", "build/"] },
  {
    files: ["pages/ui/js/**/*.js", "benchmarks/*.js"],
    languageOptions: { globals: { ...globals.browser, MediaStreamTrackProcessor: "readonly" } },
  },
  {
    files: ["tests/js/**/*.js"],
    languageOptions: { globals: globals.node },
  },
  {
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-shadow": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
];
