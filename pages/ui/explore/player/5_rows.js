// The values frame by frame, as a table of which only the rows in sight are made.

const ROW_PX = 28;

class Rows {
  constructor(element, { onSeek }) {
    this.element = element;
    this.inner = element.querySelector(".pp-height");
    this.table = element.querySelector("table");
    this.onSeek = onSeek;
    this.columns = [];
    this.current = 0;
    element.addEventListener("scroll", () => this.draw());
    this.table.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-frame]");
      if (row) this.onSeek(Number(row.dataset.frame));
    });
  }

  // columns: [{heading, text(index)}]
  show(columns, count) {
    this.columns = columns;
    this.count = count;
    this.inner.style.height = `${(count + 1) * ROW_PX}px`;
    const head = document.createElement("tr");
    head.append(...columns.map(({ heading }) => cell("th", heading)));
    this.table.tHead.replaceChildren(head);
    this.draw();
  }

  go(index) {
    this.current = index;
    const [top, height] = [index * ROW_PX, this.element.clientHeight - 2 * ROW_PX];
    if (top < this.element.scrollTop || top > this.element.scrollTop + height) {
      this.element.scrollTop = top - height / 2;
      this.draw();
    }
    this.mark();
  }

  // Only the mark moves while the rows in sight are the same.
  mark() {
    for (const row of this.table.tBodies[0].rows) {
      const current = Number(row.dataset.frame) === this.current;
      if (current) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  draw() {
    if (!this.columns.length) return;
    const first = Math.min(Math.floor(this.element.scrollTop / ROW_PX), Math.max(0, this.count - 1));
    const last = Math.min(this.count, first + Math.ceil(this.element.clientHeight / ROW_PX));
    this.table.style.top = `${this.element.scrollTop}px`;
    const rows = [];
    for (let index = first; index < last; index++) rows.push(this.row(index));
    this.table.tBodies[0].replaceChildren(...rows);
    this.mark();
  }

  row(index) {
    const row = document.createElement("tr");
    row.dataset.frame = index;
    row.append(...this.columns.map(({ text }) => cell("td", text(index))));
    return row;
  }
}

function cell(kind, text) {
  const element = document.createElement(kind);
  element.textContent = text;
  return element;
}
