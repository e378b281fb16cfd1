// @ts-check
// The landmarks of one frame as a table: filters, headings that sort, and the rows shown as CSV.

import { make } from "./dom.js";
import { filtered, sorted, toCsv } from "./landmark_rows.js";
import { fixed } from "./numbers.js";
import { Table } from "./table.js";

/** @typedef {import("../types.d.ts").Row} Row */
/** @typedef {import("../types.d.ts").Column} Column */
/** @typedef {import("../types.d.ts").TableText} TableText */

const TEXTS = ["name", "hand", "landmark"];
const SHARES = ["visibility", "presence", "score"];

export class LandmarkTable {
  /**
   * @param {HTMLElement} element
   * @param {string} kept storage key of the filters, which are kept for the visit
   */
  constructor(element, kept) {
    this.kept = `posecore-table-${kept}`;
    /** @type {import("./landmark_rows.js").Filter} */
    this.filter = { parts: [], least: 0, search: "", ...this.recall() };
    /** @type {{name: string, falls: boolean} | null} */
    this.order = null;
    /** @type {Row[]} */
    this.rows = [];
    /** @type {Row[]} */
    this.shown = [];
    /** @type {TableText} */
    this.text = { columns: [], parts: {}, least: { name: "", label: "" } };
    /** @type {Column[]} */
    this.columns = [];
    this.title = make("p", { className: "lt-title" });
    this.bar = make("div", { className: "lt-bar" });
    const scroll = make("div", { className: "lt-rows" });
    this.caption = make("p", { className: "lt-caption" });
    element.classList.add("lt");
    element.append(this.title, this.bar, scroll, this.caption);
    this.table = new Table(scroll, { label: "Landmarks", onSort: (place) => this.sortBy(this.columns[place].name) });
  }

  /**
   * @param {TableText} text
   * @param {string} fileName of the CSV
   */
  begin(text, fileName) {
    this.text = text;
    this.fileName = fileName;
    this.filter.parts = this.filter.parts.filter((part) => part in text.parts);
    this.bar.replaceChildren(this.partButtons(), this.leastSlider(), this.searchField(), ...this.copies());
  }

  /**
   * @param {Row[]} rows
   * @param {{title: string, people: boolean, names: boolean}} about people, names: whether these columns are shown
   */
  show(rows, { title, people, names }) {
    this.rows = rows;
    if (this.title.textContent !== title) this.title.textContent = title;
    this.columns = this.text.columns.filter(({ name }) => (name !== "person" || people) && (name !== "name" || names));
    this.draw();
  }

  draw() {
    this.shown = sorted(filtered(this.rows, this.filter, this.text.parts, this.text.least.name), this.order);
    const columns = this.columns.map(({ name, heading, help, digits }) => ({
      heading,
      help,
      isText: TEXTS.includes(name),
      text: (/** @type {number} */ index) => {
        const value = this.shown[index][name];
        return digits === null ? `${value}` : fixed(Number(value), digits);
      },
      ...(SHARES.includes(name) ? { share: (/** @type {number} */ index) => Number(this.shown[index][name]) } : {}),
    }));
    const place = this.columns.findIndex(({ name }) => name === this.order?.name);
    this.table.show(columns, this.shown.length, this.order && { column: place, falls: this.order.falls });
    const words = `${this.shown.length} of ${this.rows.length} landmarks. Click a heading to sort by it.`;
    if (this.caption.textContent !== words) this.caption.textContent = words;
  }

  /**
   * Cycle through ascending, descending and the original order.
   * @param {string} name of a column
   */
  sortBy(name) {
    if (this.order?.name !== name) this.order = { name, falls: false };
    else this.order = this.order.falls ? null : { name, falls: true };
    this.draw();
  }

  /** @param {Partial<LandmarkTable["filter"]>} change */
  narrow(change) {
    Object.assign(this.filter, change);
    const { parts, least } = this.filter;
    try {
      sessionStorage.setItem(this.kept, JSON.stringify({ parts, least }));
    } catch {
      // A page that came by a link has no storage: it forgets them.
    }
    this.draw();
  }

  recall() {
    try {
      return JSON.parse(sessionStorage.getItem(this.kept) ?? "{}");
    } catch {
      return {};
    }
  }

  partButtons() {
    const group = make("span", { className: "lt-parts", role: "group", title: "If none is chosen, all are shown." });
    group.setAttribute("aria-label", "Body parts");
    for (const part of Object.keys(this.text.parts)) {
      const button = make("button", { type: "button" }, part[0].toUpperCase() + part.slice(1));
      const press = () => button.setAttribute("aria-pressed", `${this.filter.parts.includes(part)}`);
      button.addEventListener("click", () => {
        const { parts } = this.filter;
        this.narrow({ parts: parts.includes(part) ? parts.filter((one) => one !== part) : [...parts, part] });
        press();
      });
      press();
      group.append(button);
    }
    return group;
  }

  leastSlider() {
    const output = make("output", {}, this.filter.least.toFixed(2));
    const slider = make("input", { type: "range", min: 0, max: 1, step: 0.05, value: this.filter.least });
    slider.addEventListener("input", () => {
      output.textContent = slider.valueAsNumber.toFixed(2);
      this.narrow({ least: slider.valueAsNumber });
    });
    return make("label", {}, `${this.text.least.label} `, slider, output);
  }

  searchField() {
    const field = make("input", { type: "search", placeholder: "Find a landmark" });
    field.setAttribute("aria-label", "Find a landmark");
    field.addEventListener("input", () => this.narrow({ search: field.value }));
    return field;
  }

  copies() {
    const copy = make("button", { type: "button", title: "Copy the rows shown as CSV" }, "Copy");
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.csv());
      copy.textContent = "Copied";
      setTimeout(() => (copy.textContent = "Copy"), 2000);
    });
    const save = make("button", { type: "button", title: "Download the rows shown" }, "CSV");
    save.addEventListener("click", () => {
      const href = URL.createObjectURL(new Blob([this.csv()], { type: "text/csv" }));
      make("a", { href, download: this.fileName }).click();
      URL.revokeObjectURL(href);
    });
    // Browsers give the clipboard only to pages over https or on the same machine.
    return navigator.clipboard ? [copy, save] : [save];
  }

  csv() {
    return toCsv(this.shown, this.columns.map(({ name }) => name));
  }

  end() {
    this.table.end();
  }
}
