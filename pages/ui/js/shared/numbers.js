// @ts-check
// Numbers as text.

export const MISSING = "–";

/**
 * @param {number | null | undefined} value
 * @param {number} digits after the decimal point
 */
export function fixed(value, digits) {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  return value.toFixed(digits).replace(/^-(?=[0.]+$)/, ""); // never -0.00
}

/**
 * About three significant digits.
 * @param {number | undefined} value
 */
export function short(value) {
  const size = Math.abs(value ?? 0);
  return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
