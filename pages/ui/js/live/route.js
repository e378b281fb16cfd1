// @ts-check
// Tries a connection to the server like that of the live video, but without a camera and without sending anything, and
// reports the route it found.

const GATHER_MS = 6000;
const CONNECT_MS = 15000;
const STEP_MS = 100;
/** @type {Record<string, string>} */
const KINDS = {
  host: "Own address (host)",
  srflx: "Public address (server reflexive, from STUN)",
  relay: "Relay address (relay, from TURN)",
};
/** @type {Record<string, string>} */
const FOUND = {
  host: "Connected directly (host), which is the shortest route.",
  srflx: "Connected through a router (server reflexive): a direct route.",
  prflx: "Connected through a router (peer reflexive): a direct route.",
  relay: "Connected through a relay (relay): a TURN server forwards the stream.",
};

/** @type {WeakMap<HTMLElement, Check>} */
const checks = new WeakMap();

class Check {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.address = "";
    /** @type {Set<string>} */
    this.errors = new Set();
    this.button = /** @type {HTMLButtonElement} */ (root.querySelector("button"));
    this.button.addEventListener("click", () => this.run());
    this.button.disabled = false; // a click before this would be lost
  }

  async run() {
    this.button.disabled = true;
    this.errors.clear();
    this.show([], []);
    let peer = null;
    try {
      const configuration = await this.ask();
      peer = new RTCPeerConnection(configuration);
      await this.connect(peer, configuration);
    } catch (error) {
      this.say(`The check failed: ${/** @type {Error} */ (error).message}`);
    } finally {
      peer?.close();
      this.button.disabled = false;
    }
  }

  /**
   * @param {RTCPeerConnection} peer
   * @param {RTCConfiguration} configuration
   */
  async connect(peer, { iceServers = [], iceTransportPolicy }) {
    peer.addEventListener("icecandidateerror", ({ url, errorCode, errorText }) => {
      this.errors.add(`No address from ${url}: ${errorCode === 401 ? "user name or password refused" : errorText || "no answer"} (${errorCode})`);
    });
    this.say("Looking for addresses that the server can reach …");
    peer.createDataChannel("check");
    await peer.setLocalDescription(await peer.createOffer());
    await until(() => peer.iceGatheringState === "complete", GATHER_MS);
    const offer = /** @type {RTCSessionDescription} */ (peer.localDescription);
    const own = kindsIn(offer.sdp);
    this.say("Trying to connect …");
    const answer = await this.ask(offer);
    await peer.setRemoteDescription(answer);
    await until(() => ["connected", "failed"].includes(peer.connectionState), CONNECT_MS);
    const route = peer.connectionState === "connected" ? await routeOf(peer) : null;
    this.say(route ? FOUND[route] : noRoute(iceServers, iceTransportPolicy));
    this.show(own, kindsIn(answer.sdp));
  }

  /**
   * @param {RTCSessionDescription} [offer] without one, the configuration is requested
   * @returns {Promise<any>} a configuration, or the answer to the offer
   */
  async ask(offer) {
    const sent = offer && { method: "POST", body: JSON.stringify(offer) };
    const response = await fetch(this.address, { ...sent, signal: AbortSignal.timeout(CONNECT_MS) });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  /** @param {string} text */
  say(text) {
    this.part(".rc-said").textContent = text;
  }

  /**
   * @param {string[]} own kinds of addresses that the browser has
   * @param {string[]} servers kinds of addresses that the server has
   */
  show(own, servers) {
    const table = /** @type {HTMLTableElement} */ (this.part("table"));
    table.hidden = !own.length && !servers.length;
    table.tBodies[0].replaceChildren(
      ...Object.entries(KINDS).map(([kind, words]) => {
        const row = document.createElement("tr");
        const head = Object.assign(document.createElement("th"), { scope: "row", textContent: words });
        row.append(head, ...[own, servers].map((kinds) => mark(kinds.includes(kind))));
        return row;
      }),
    );
    const list = this.part(".rc-errors");
    list.hidden = !this.errors.size;
    list.replaceChildren(
      ...[...this.errors].map((textContent) => Object.assign(document.createElement("li"), { textContent })),
    );
  }

  /**
   * @param {string} selector
   * @returns {HTMLElement}
   */
  part(selector) {
    return /** @type {HTMLElement} */ (this.root.querySelector(selector));
  }
}

/** @param {boolean} found */
const mark = (found) => Object.assign(document.createElement("td"), { textContent: found ? "✓ found" : "– none" });

/** @param {string} sdp */
const kindsIn = (sdp) => [...new Set([...sdp.matchAll(/ typ (host|srflx|relay)/g)].map(([, kind]) => kind))];

/**
 * @param {RTCIceServer[]} iceServers
 * @param {RTCIceTransportPolicy} [policy]
 */
function noRoute(iceServers, policy) {
  const turn = iceServers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
  const only = policy === "relay" ? " The host allows streams only through its TURN server." : "";
  return turn
    ? `No route was found, although a TURN server is set up: it does not answer, or refuses the connection.${only}`
    : "No route was found: a network in between blocks the stream. The host of this page can set up a TURN server.";
}

/**
 * @param {RTCPeerConnection} peer connected
 * @returns {Promise<string>} the kind of address in use
 */
async function routeOf(peer) {
  const stats = new Map([.../** @type {any} */ (await peer.getStats())]);
  const pair = [...stats.values()].find((one) => one.type === "candidate-pair" && one.nominated);
  return stats.get(pair?.localCandidateId)?.candidateType ?? "host";
}

/**
 * @param {() => boolean} holds
 * @param {number} ms longest wait
 */
async function until(holds, ms) {
  const end = performance.now() + ms;
  while (!holds() && performance.now() < end) await new Promise((done) => setTimeout(done, STEP_MS));
}

/** @param {{data: {address: string}, parentElement: HTMLElement}} component */
export default function ({ data, parentElement }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".rc"));
  const check = checks.get(root) ?? new Check(root);
  checks.set(root, check);
  check.address = data.address;
}
