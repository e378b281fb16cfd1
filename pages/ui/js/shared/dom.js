// @ts-check
// Elements of the page.

/**
 * The element below another that a selector names.
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
 * Write a text, if it is another than before.
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Note which frame was drawn last, and how often something was: for tests and benchmarks.
 * @param {HTMLElement} element
 * @param {number} frame
 */
export function mark(element, frame) {
  element.dataset.frame = `${frame}`;
  element.dataset.drawn = `${Number(element.dataset.drawn ?? 0) + 1}`;
}
