// @ts-check
// What becomes of a recording that this device made: saved to its disk, or sent to the server and opened there. It stays
// here until the next one, also while the visitor is on other pages of the app.

import { upload } from "../device/upload.js";
import { find, write } from "../shared/dom.js";
import { save } from "../shared/saving.js";

/** @typedef {import("../device/recording.js").KeptRecording} KeptRecording */

/** @type {KeptRecording | null} */
let kept = null;
let isSafe = true; // saved or sent

window.addEventListener("beforeunload", (event) => {
  if (!isSafe) event.preventDefault();
});

export class OwnRecording {
  /**
   * @param {HTMLElement} root
   * @param {{address: () => string | null, onSent: () => void}} page where recordings can be sent, and what follows
   */
  constructor(root, { address, onSent }) {
    this.root = root;
    this.address = address;
    this.onSent = onSent;
    /** @type {AbortController | null} */
    this.sending = null;
    this.on("film", ({ film, filmName }) => save(film, film.type, filmName));
    this.on("result", ({ result, resultName }) => save(result, result.type, resultName));
    this.on("send", (recording) => this.send(recording));
    this.show();
  }

  /**
   * @param {string} name
   * @param {(recording: KeptRecording) => void} act
   */
  on(name, act) {
    find(this.root, `[data-recorded="${name}"]`).addEventListener("click", () => {
      if (!kept) return;
      if (name !== "send") isSafe = true;
      act(kept);
    });
  }

  /** @param {KeptRecording} recording */
  keep(recording) {
    this.sending?.abort();
    kept = recording;
    isSafe = false;
    this.show();
  }

  show() {
    this.root.hidden = !kept;
    if (!kept) return;
    const size = `${((kept.film.size + kept.result.size) / 1e6).toFixed(1)} MB`;
    this.say(`Recorded on this device: ${kept.seconds.toFixed(0)} s, ${size}. ${kept.problem || "Nothing of it has been sent."}`);
    find(this.root, '[data-recorded="send"]').hidden = !this.address();
  }

  /** @param {string} text */
  say(text) {
    write(find(this.root, "span"), text);
  }

  /** @param {KeptRecording} recording */
  async send(recording) {
    const button = /** @type {HTMLButtonElement} */ (find(this.root, '[data-recorded="send"]'));
    const bar = /** @type {HTMLProgressElement} */ (find(this.root, "progress"));
    if (this.sending) return this.sending.abort();
    const address = this.address();
    if (!address) return;
    this.sending = new AbortController();
    write(button, "Stop sending");
    bar.hidden = false;
    try {
      await upload(address, recording, (share) => (bar.value = share), this.sending.signal);
      isSafe = true;
      this.onSent();
    } catch (error) {
      const { name, message } = /** @type {Error} */ (error);
      this.say(name === "AbortError" ? "Stopped; what was sent is not kept." : message);
    }
    this.sending = null;
    bar.hidden = true;
    write(button, "Open on Video");
  }
}
