// The stream as the browser has it. It runs in a frame of streamlit-webrtc, which is of this same server: there it is
// kept through short losses of the network, started again after long ones, and rests while nobody looks.

const ROUTES = { host: "direct", srflx: "direct, through a router", prflx: "direct, through a router", relay: "relayed" };
const PATIENCE_MS = 8000; // a network that is back within this goes on where it was
const AGAIN_MS = 2000;
const HIDDEN_MS = 2000;
const CONNECTING_MS = 15000;
const MOST_TRIES = 30;

// The connection of the page; null: the frame is not there. It belongs to the frame, since panels come and go.
// Until a frame is loaded it has an empty document, which a slow one keeps for long and which hides when it goes.
function connectionOf() {
  const inner = document.querySelector("iframe[title*='webrtc']")?.contentWindow;
  if (!inner?.RTCPeerConnection || !inner.document.body || inner.location.protocol === "about:") return null;
  return (inner.posecoreConnection ??= new Connection(inner));
}

class Connection {
  constructor(inner) {
    this.inner = inner;
    this.peer = null;
    this.shown = 0;
    this.route = null;
    this.lost = false; // was there, and is tried again
    this.failed = false; // could not be made
    this.goesOnUnseen = false;
    this.before = null;
    this.trying = null;
    this.resting = false;
    this.hiddenAt = null;
    this.watch();
    // Whoever presses a button has decided; nothing is started in spite of that.
    inner.document.addEventListener("click", ({ isTrusted }) => isTrusted && this.reset(), true);
    inner.document.addEventListener("visibilitychange", () => this.restWhileHidden());
  }

  // Remembers the connection that the frame opens, since only that has the figures.
  watch() {
    const opened = (peer) => {
      this.peer = peer;
      this.failed = false;
      peer.addEventListener("connectionstatechange", (event) => this.changed(peer, event));
      // With no address that could be tried, a browser never says that it has failed.
      this.inner.setTimeout(() => {
        if (peer === this.peer && !this.lost && !peer.wasThere && peer.connectionState !== "closed") this.failed = true;
      }, CONNECTING_MS);
    };
    const Real = this.inner.RTCPeerConnection;
    this.inner.RTCPeerConnection = class extends Real {
      constructor(...given) {
        super(...given);
        opened(this);
      }
    };
  }

  // ---- what is lost comes back

  changed(peer, event) {
    if (peer !== this.peer) return;
    if (peer.connectionState === "connected") {
      this.giveUp();
      peer.wasThere = true;
    } else if (peer.connectionState === "disconnected") {
      event.stopImmediatePropagation(); // streamlit-webrtc would end the stream at once
      this.lost = true;
      this.inner.clearTimeout(this.waiting);
      this.waiting = this.inner.setTimeout(() => this.press("Stop"), PATIENCE_MS);
      this.startAgain();
    } else if (peer.connectionState === "failed") {
      this.failed = !this.lost && !peer.wasThere;
      this.lost = !this.failed;
      if (this.lost) this.startAgain();
    }
  }

  startAgain() {
    if (this.trying) return;
    this.tries = 0;
    this.trying = this.inner.setInterval(() => {
      if (++this.tries > MOST_TRIES) {
        this.giveUp();
        this.failed = true;
      } else if (this.press("Start")) this.startedAt = performance.now();
      else if (performance.now() - (this.startedAt ?? Infinity) > CONNECTING_MS) {
        this.startedAt = undefined;
        this.press("Stop");
      }
    }, AGAIN_MS);
  }

  reset() {
    this.giveUp();
    this.failed = false;
  }

  giveUp() {
    this.lost = false;
    this.startedAt = undefined;
    this.inner.clearTimeout(this.waiting);
    this.inner.clearInterval(this.trying);
    this.trying = null;
  }

  // Presses a button of the frame; false where it is not there.
  press(name) {
    const buttons = [...this.inner.document.querySelectorAll("button:not(:disabled)")];
    const button = buttons.find(({ textContent }) => textContent.trim().toLowerCase() === name.toLowerCase());
    button?.click();
    return Boolean(button);
  }

  // ---- a hidden page sends nothing

  // Not at once: whether the server needs the frames all the same is as old as its last answer.
  restWhileHidden() {
    if (!this.inner.document.hidden) {
      this.hiddenAt = null;
      if (this.resting) this.rest(false);
      return;
    }
    this.hiddenAt ??= performance.now();
    const long = performance.now() - this.hiddenAt > HIDDEN_MS;
    if (long && !this.resting && !this.goesOnUnseen) this.rest(true);
  }

  rest(hidden) {
    this.resting = hidden;
    for (const sender of this.peer?.getSenders() ?? []) {
      if (hidden && sender.track?.kind === "video") {
        sender.posecoreTrack = sender.track;
        sender.replaceTrack(null);
      } else if (!hidden && sender.posecoreTrack) {
        if (sender.posecoreTrack.readyState === "live") sender.replaceTrack(sender.posecoreTrack);
        sender.posecoreTrack = null;
      }
    }
  }

  // ---- what is known of it

  async figures() {
    const peer = this.peer;
    if (!peer || peer.connectionState !== "connected") return;
    if (this.before && performance.now() - this.before.at < 1000) return;
    const now = { at: performance.now() };
    const stats = new Map([...(await peer.getStats())]);
    for (const one of stats.values()) {
      if (one.type === "inbound-rtp" && one.kind === "video") now.in = one;
      if (one.type === "candidate-pair" && one.nominated) now.pair = one;
    }
    this.route = stats.get(now.pair?.localCandidateId)?.candidateType ?? null;
    if (this.before?.in && now.in) {
      this.shown = (1000 * (now.in.framesDecoded - this.before.in.framesDecoded)) / (now.at - this.before.at);
    }
    this.before = now;
  }
}
