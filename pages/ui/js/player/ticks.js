// @ts-check
// Round numbers along an axis.

const ROUND = [1, 2, 5, 10];

/**
 * Round numbers from low to high.
 * @param {number} low
 * @param {number} high
 * @param {number} about how many are wanted
 */
export function ticksOf(low, high, about) {
  const rough = (high - low) / about;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (ROUND.find((times) => times * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length: count }, (_, place) => Number(((first + place) * step).toPrecision(12)));
}
