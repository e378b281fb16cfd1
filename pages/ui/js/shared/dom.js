// @ts-check
// Find, make and change elements of the page.

/**
 * The first descendant that matches a selector, which must exist.
 * @template {Element} [E=HTMLElement]
 * @param {Element} root
 * @param {string} selector
 * @returns {E}
 */
export function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`Expected an element "${selector}".`);
  return /** @type {E} */ (/** @type {unknown} */ (found));
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} kind
 * @param {Record<string, unknown>} [properties]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(kind, properties = {}, ...children) {
  const element = Object.assign(document.createElement(kind), properties);
  element.append(...children);
  return element;
}

/**
 * Set an element's text if it has changed.
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Record the last drawn frame and the number of redraws, for tests and benchmarks.
 * @param {HTMLElement} element
 * @param {number} frame
 */
export function mark(element, frame) {
  element.dataset.frame = `${frame}`;
  element.dataset.drawn = `${Number(element.dataset.drawn ?? 0) + 1}`;
}
