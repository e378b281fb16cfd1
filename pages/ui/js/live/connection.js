// @ts-check
// The browser's end of the stream, which runs in the iframe of streamlit-webrtc (same origin). The connection is kept
// through short network losses, restarted after long ones, and paused while the page is hidden.

const RETRY_MS = 2000;
const HIDDEN_MS = 2000;
const CONNECTING_MS = 15000;
const MOST_TRIES = 30;
const FIGURES_MS = 1000;

/** @typedef {Window & typeof globalThis & {posecoreConnection?: Connection}} Inner the window of the iframe */

/**
 * The page's connection; null if there is no iframe. It is kept on the iframe's window, since panels come and go.
 * Until the iframe has loaded, it has an empty document, which fires `visibilitychange` when it is replaced.
 */
export function connectionOf() {
  const frame = /** @type {HTMLIFrameElement | null} */ (document.querySelector("iframe[title*='webrtc']"));
  const inner = /** @type {Inner | null | undefined} */ (frame?.contentWindow);
  if (!inner?.RTCPeerConnection || !inner.document.body || inner.location.protocol === "about:") return null;
  return (inner.posecoreConnection ??= new Connection(inner));
}

export class Connection {
  /** @param {Inner} inner */
  constructor(inner) {
    this.inner = inner;
    this.patienceMs = 8000; // a connection that recovers within this time continues as before
    /** @type {RTCPeerConnection | null} */
    this.peer = null;
    this.wasThere = false; // this peer has been connected
    this.shown = 0; // frames per second on screen
    /** @type {string | null} */
    this.route = null;
    this.lost = false; // was connected, and is being retried
    this.failed = false; // could not be established
    this.goesOnUnseen = false;
    this.resting = false;
    /** @type {Map<RTCRtpSender, MediaStreamTrack>} */
    this.rested = new Map();
    /** @type {number | null} */
    this.hiddenAt = null;
    /** @type {{at: number, decoded: number | null} | null} */
    this.before = null;
    this.waiting = 0;
    this.trying = 0;
    this.watch();
    if (this.button("Stop")) this.judgeUnknown();
    // A viewer who presses a button has decided: nothing may restart the stream against that.
    inner.document.addEventListener("click", ({ isTrusted }) => isTrusted && this.reset(), true);
    inner.document.addEventListener("visibilitychange", () => this.restWhileHidden());
  }

  /** Remember the peer connection that the iframe opens, since only it has the statistics. */
  watch() {
    const opened = (/** @type {RTCPeerConnection} */ peer) => {
      this.peer = peer;
      this.wasThere = this.failed = false;
      peer.addEventListener("connectionstatechange", (event) => this.changed(peer, event));
      // With no address to try, a browser never reports a failure.
      this.inner.setTimeout(() => {
        if (peer === this.peer && !this.lost && !this.wasThere && peer.connectionState !== "closed") this.failed = true;
      }, CONNECTING_MS);
    };
    const Real = this.inner.RTCPeerConnection;
    this.inner.RTCPeerConnection = class extends Real {
      /** @param {ConstructorParameters<typeof RTCPeerConnection>} given */
      constructor(...given) {
        super(...given);
        opened(this);
      }
    };
  }

  /** Notice if a connection fails that began before this script came, of which only the picture is known. */
  judgeUnknown() {
    this.inner.setTimeout(() => {
      if (!this.peer && !this.inner.document.querySelector("video")?.videoWidth) this.failed = true;
    }, CONNECTING_MS);
  }

  // ---- recovery of a lost connection

  /**
   * @param {RTCPeerConnection} peer
   * @param {Event} event
   */
  changed(peer, event) {
    if (peer !== this.peer) return;
    if (peer.connectionState === "connected") {
      this.giveUp();
      this.wasThere = true;
    } else if (peer.connectionState === "disconnected") {
      event.stopImmediatePropagation(); // streamlit-webrtc would end the stream at once
      this.lost = true;
      this.inner.clearTimeout(this.waiting);
      this.waiting = this.inner.setTimeout(() => this.press("Stop"), this.patienceMs);
      this.startAgain();
    } else if (peer.connectionState === "failed") {
      this.failed = !this.lost && !this.wasThere;
      this.lost = !this.failed;
      if (this.lost) this.startAgain();
    }
  }

  startAgain() {
    if (this.trying) return;
    let tries = 0;
    let startedAt = Infinity;
    this.trying = this.inner.setInterval(() => {
      if (++tries > MOST_TRIES) {
        this.giveUp();
        this.failed = true;
      } else if (this.press("Start")) startedAt = performance.now();
      else if (performance.now() - startedAt > CONNECTING_MS) {
        startedAt = Infinity;
        this.press("Stop");
      }
    }, RETRY_MS);
  }

  reset() {
    this.giveUp();
    this.failed = false;
  }

  giveUp() {
    this.lost = false;
    this.inner.clearTimeout(this.waiting);
    this.inner.clearInterval(this.trying);
    this.trying = 0;
  }

  /**
   * Press a button in the iframe.
   * @param {string} name
   * @returns {boolean} whether it was there
   */
  press(name) {
    const button = this.button(name);
    if (!button || button.disabled) return false;
    button.click();
    return true;
  }

  /** @param {string} name */
  button(name) {
    const buttons = [...this.inner.document.querySelectorAll("button")];
    return buttons.find(({ textContent }) => textContent?.trim().toLowerCase() === name.toLowerCase());
  }

  // ---- no video from a hidden page

  /** Wait before pausing: whether the server needs the frames anyway is only known from its last answer. */
  restWhileHidden() {
    if (!this.inner.document.hidden) {
      this.hiddenAt = null;
      if (this.resting) this.resume();
      return;
    }
    this.hiddenAt ??= performance.now();
    const long = performance.now() - this.hiddenAt > HIDDEN_MS;
    if (long && !this.resting && !this.goesOnUnseen) this.rest();
  }

  rest() {
    this.resting = true;
    for (const sender of this.peer?.getSenders() ?? []) {
      if (sender.track?.kind !== "video") continue;
      this.rested.set(sender, sender.track);
      sender.replaceTrack(null);
    }
  }

  resume() {
    this.resting = false;
    for (const [sender, track] of this.rested) if (track.readyState === "live") sender.replaceTrack(track);
    this.rested.clear();
  }

  // ---- statistics

  async readFigures() {
    const peer = this.peer;
    if (!peer || peer.connectionState !== "connected") return;
    const at = performance.now();
    if (this.before && at - this.before.at < FIGURES_MS) return;
    /** @type {Map<string, any>} */
    const stats = new Map();
    (await peer.getStats()).forEach((one, id) => stats.set(id, one));
    const all = [...stats.values()];
    const pair = all.find(({ type, nominated }) => type === "candidate-pair" && nominated);
    const decoded = all.find(({ type, kind }) => type === "inbound-rtp" && kind === "video")?.framesDecoded ?? null;
    this.route = stats.get(pair?.localCandidateId)?.candidateType ?? null;
    if (this.before && this.before.decoded !== null && decoded !== null) {
      this.shown = (1000 * (decoded - this.before.decoded)) / (at - this.before.at);
    }
    this.before = { at, decoded };
  }
}
