// @ts-check
// Promises to wait for.

/**
 * @param {number} ms
 * @returns {Promise<void>}
 */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Wait until the last drawing is on screen.
 * @returns {Promise<void>}
 */
export const painted = () =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

/**
 * Wait until an element is on screen, or nearly, and the browser has nothing more urgent to do.
 * @param {Element} element
 * @param {AbortSignal} signal ends the wait
 * @returns {Promise<void>}
 */
export const shown = (element, signal) =>
  new Promise((resolve) => {
    const sight = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        sight.disconnect();
        if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: 500 });
        else setTimeout(resolve);
      },
      { rootMargin: "200px" },
    );
    sight.observe(element);
    signal.addEventListener("abort", () => {
      sight.disconnect();
      resolve();
    });
  });
