// @ts-check
// A long table that creates only the rows in sight.

import { make, write } from "./dom.js";

export const ROW_PX = 28;

/**
 * @typedef {object} TableColumn
 * @property {string} heading
 * @property {string} [help]
 * @property {boolean} [isText] aligned to the left
 * @property {(index: number) => string} text
 * @property {(index: number) => number} [share] 0 to 1: drawn as a bar behind the number
 */

export class Table {
  /**
   * @param {HTMLElement} element the scrolling container, to be filled
   * @param {{label: string, onPick?: (index: number) => void, onSort?: (column: number) => void}} choices
   */
  constructor(element, { label, onPick, onSort }) {
    this.element = element;
    this.onSort = onSort;
    this.head = make("tr");
    this.body = make("tbody");
    this.table = make("table", {}, make("thead", {}, this.head), this.body);
    this.inner = make("div", { className: "tb-height" }, this.table);
    element.classList.add("tb");
    element.tabIndex = 0;
    element.setAttribute("role", "region");
    element.setAttribute("aria-label", label);
    element.replaceChildren(this.inner);
    /** @type {TableColumn[]} */
    this.columns = [];
    this.count = 0;
    /** @type {number | null} */
    this.current = null;
    element.addEventListener("scroll", () => this.draw());
    this.sizes = new ResizeObserver(() => {
      this.draw();
      if (this.current !== null) this.go(this.current); // it was out of sight, as behind a tab
    });
    this.sizes.observe(element);
    if (onPick) {
      this.body.addEventListener("click", ({ target }) => {
        const row = /** @type {HTMLElement} */ (target).closest("tr");
        if (row) onPick(Number(row.dataset.index));
      });
    }
  }

  /**
   * @param {TableColumn[]} columns
   * @param {number} count number of rows
   * @param {{column: number, falls: boolean} | null} sorted
   */
  show(columns, count, sorted = null) {
    const same = columns.length === this.columns.length && columns.every(({ heading }, k) => heading === this.columns[k].heading);
    this.columns = columns;
    this.count = count;
    if (!same) {
      this.head.replaceChildren(...columns.map((column, place) => this.heading(column, place)));
      this.body.replaceChildren();
    }
    [...this.head.cells].forEach((cell, place) => {
      if (sorted?.column !== place) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", sorted.falls ? "descending" : "ascending");
    });
    this.inner.style.height = `${(count + 1) * ROW_PX}px`;
    this.table.setAttribute("aria-rowcount", `${count + 1}`);
    this.draw();
  }

  /**
   * @param {TableColumn} column
   * @param {number} place
   */
  heading({ heading, help = "", isText }, place) {
    const cell = make("th", { scope: "col", className: isText ? "tb-text" : "", title: help });
    if (!this.onSort) {
      cell.append(heading);
      return cell;
    }
    const button = make("button", { type: "button" }, heading);
    button.addEventListener("click", () => this.onSort?.(place));
    cell.append(button);
    return cell;
  }

  /**
   * Mark a row and scroll it into view.
   * @param {number} index
   */
  go(index) {
    this.current = index;
    const [top, height] = [index * ROW_PX, this.element.clientHeight - 2 * ROW_PX];
    if (top < this.element.scrollTop || top > this.element.scrollTop + height) {
      this.element.scrollTop = top - height / 2;
      this.draw();
    }
    for (const row of this.body.rows) this.markRow(row);
  }

  /** Existing rows are reused, so that hover and text selection are kept. */
  draw() {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.min(Math.floor(scrollTop / ROW_PX), this.count - 1));
    const last = Math.min(this.count, first + Math.ceil(clientHeight / ROW_PX));
    this.table.style.top = `${scrollTop}px`;
    while (this.body.rows.length > last - first) this.body.deleteRow(-1);
    while (this.body.rows.length < last - first) this.addRow();
    for (let place = 0; place < last - first; place++) this.writeRow(this.body.rows[place], first + place);
  }

  addRow() {
    const row = this.body.insertRow();
    for (const { isText } of this.columns) row.insertCell().className = isText ? "tb-text" : "";
  }

  /**
   * @param {HTMLTableRowElement} row
   * @param {number} index
   */
  writeRow(row, index) {
    row.dataset.index = `${index}`;
    row.setAttribute("aria-rowindex", `${index + 2}`);
    this.columns.forEach(({ text, share }, place) => {
      const cell = row.cells[place];
      write(cell, text(index));
      if (share) cell.style.setProperty("--share", `${share(index) || 0}`);
    });
    this.markRow(row);
  }

  /** @param {HTMLTableRowElement} row */
  markRow(row) {
    if (Number(row.dataset.index) === this.current) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }

  end() {
    this.sizes.disconnect();
  }
}
