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

const HIDDEN_YET_PX = 100; // below the part of the page that is in sight

/**
 * Wait until an element is on screen, or nearly, once the page is laid out and the browser has nothing more urgent to do.
 * @param {Element} element
 * @param {AbortSignal} signal ends the wait
 * @returns {Promise<void>}
 */
export const shown = (element, signal) =>
  new Promise((resolve) => {
    const sight = new IntersectionObserver(
      async (entries) => {
        if (!entries.at(-1)?.isIntersecting) return;
        await idle();
        const { top, bottom } = element.getBoundingClientRect();
        if (bottom >= -HIDDEN_YET_PX && top <= window.innerHeight + HIDDEN_YET_PX) end();
      },
      { rootMargin: `${HIDDEN_YET_PX}px` },
    );
    const end = () => {
      sight.disconnect();
      resolve();
    };
    sight.observe(element);
    signal.addEventListener("abort", end);
  });

/** @returns {Promise<void>} */
const idle = () =>
  new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve);
  });
