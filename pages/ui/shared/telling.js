// What a component of the page tells Streamlit, so that nothing else is lost by it.
//
// Streamlit sends what changes as one message, by a timer of 0 ms. Where a component of a fragment was the first to
// change, only its fragment is run: what was pressed elsewhere before the timer would do nothing, and on a busy
// machine that is long enough to be met. So a click that comes in between is made once the message has been sent.

class Telling {
  constructor(root) {
    this.root = root;
    this.setStateValue = null; // Streamlit gives it with each update
    this.held = null; // the clicks, while a message is on its way
    this.ended = new AbortController();
    window.addEventListener("click", (event) => this.hold(event), { capture: true, signal: this.ended.signal });
  }

  tell(name, value) {
    this.held ??= [];
    this.setStateValue(name, value);
    clearTimeout(this.sent);
    this.sent = setTimeout(() => this.goOn()); // after that of Streamlit: timers of equal length keep their order
  }

  hold(event) {
    if (this.held === null || this.root.contains(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.held.push(event);
  }

  goOn() {
    const held = this.held;
    this.held = null;
    for (const event of held) event.target.dispatchEvent(new MouseEvent("click", event));
  }

  end() {
    this.ended.abort();
  }
}
