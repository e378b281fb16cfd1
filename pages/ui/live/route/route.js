// Tries a connection to the server as the live picture would have it, with no camera and nothing sent, and says which
// route was found.

const GATHER_MS = 6000;
const CONNECT_MS = 15000;
const STEP_MS = 100;
const KINDS = {
  host: "its own (host)",
  srflx: "as seen from outside (server reflexive, by STUN)",
  relay: "of a relay (relay, by TURN)",
};
const FOUND = {
  host: "Connected directly (host): the shortest route there is.",
  srflx: "Connected through a router (server reflexive): a direct route.",
  prflx: "Connected through a router (peer reflexive): a direct route.",
  relay: "Connected by a relay (relay): a TURN server passes the stream on.",
};
const checks = new WeakMap();

class Check {
  constructor(root) {
    this.root = root;
    this.button = root.querySelector("button");
    this.button.addEventListener("click", () => this.run());
  }

  async run() {
    this.button.disabled = true;
    this.show(null, [], []);
    this.errors = new Set();
    let peer = null;
    try {
      const configuration = await this.ask();
      peer = new RTCPeerConnection(configuration);
      await this.connect(peer, configuration);
    } catch (error) {
      this.say(`The check could not be finished: ${error.message}`);
    } finally {
      peer?.close();
      this.button.disabled = false;
    }
  }

  async connect(peer, { iceServers, iceTransportPolicy }) {
    peer.addEventListener("icecandidateerror", ({ url, errorCode, errorText }) => {
      this.errors.add(`No address from ${url}: ${errorCode === 401 ? "user name or password refused" : errorText || "no answer"} (${errorCode})`);
    });
    this.say("Looking for addresses that the other side could reach …");
    peer.createDataChannel("check");
    await peer.setLocalDescription(await peer.createOffer());
    await until(() => peer.iceGatheringState === "complete", GATHER_MS);
    const own = kindsIn(peer.localDescription.sdp);
    this.say("Trying to connect …");
    const answer = await this.ask({ type: "offer", sdp: peer.localDescription.sdp });
    await peer.setRemoteDescription(answer);
    await until(() => ["connected", "failed"].includes(peer.connectionState), CONNECT_MS);
    const route = peer.connectionState === "connected" ? await routeOf(peer) : null;
    this.say(route ? FOUND[route] : noRoute(iceServers, iceTransportPolicy));
    this.show(route, own, kindsIn(answer.sdp));
  }

  async ask(offer) {
    const sent = offer && { method: "POST", body: JSON.stringify(offer) };
    const response = await fetch(this.address, { ...sent, signal: AbortSignal.timeout(CONNECT_MS) });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  say(text) {
    this.root.querySelector(".rc-said").textContent = text;
  }

  show(route, own, servers) {
    const table = this.root.querySelector("table");
    table.hidden = !own.length && !servers.length;
    table.tBodies[0].replaceChildren(
      ...Object.entries(KINDS).map(([kind, words]) => {
        const row = document.createElement("tr");
        const head = Object.assign(document.createElement("th"), { scope: "row", textContent: words });
        row.append(head, ...[own, servers].map((kinds) => mark(kinds.includes(kind))));
        return row;
      }),
    );
    const errors = [...(this.errors ?? [])];
    const list = this.root.querySelector(".rc-errors");
    list.hidden = !errors.length;
    list.replaceChildren(...errors.map((textContent) => Object.assign(document.createElement("li"), { textContent })));
  }
}

const mark = (found) => Object.assign(document.createElement("td"), { textContent: found ? "✓ found" : "– none" });

const kindsIn = (sdp) => [...new Set([...sdp.matchAll(/ typ (host|srflx|relay)/g)].map(([, kind]) => kind))];

function noRoute(iceServers, policy) {
  const turn = iceServers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
  const only = policy === "relay" ? " This host lets streams go by its TURN server alone." : "";
  return turn
    ? `No route was found, although a TURN server is set up: it does not answer, or refuses.${only}`
    : "No route was found: the network between blocks the stream. Whoever hosts this page can set up a TURN server.";
}

async function routeOf(peer) {
  const stats = new Map([...(await peer.getStats())]);
  const pair = [...stats.values()].find((one) => one.type === "candidate-pair" && one.nominated);
  return stats.get(pair?.localCandidateId)?.candidateType ?? "host";
}

async function until(holds, ms) {
  const end = performance.now() + ms;
  while (!holds() && performance.now() < end) await new Promise((done) => setTimeout(done, STEP_MS));
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".rc");
  const check = checks.get(root) ?? new Check(root);
  checks.set(root, check);
  check.address = data.address;
}
