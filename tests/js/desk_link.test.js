// @ts-check
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { DeskLink } from "../../pages/ui/js/scores/desk_link.js";

const realFetch = globalThis.fetch;
const realTimeout = globalThis.setTimeout;
afterEach(() => Object.assign(globalThis, { fetch: realFetch, setTimeout: realTimeout }));

/**
 * A link to a server that answers in turn with a status, or not at all, and then with 200.
 * @param {(number | "nothing")[]} answers
 */
function linkTo(...answers) {
  const link = new DeskLink("there");
  /** @type {any[]} */
  const sent = [];
  /** @type {string[]} */
  const told = [];
  // Nobody waits in a test.
  globalThis.setTimeout = /** @type {any} */ ((/** @type {() => void} */ then) => realTimeout(then, 0));
  globalThis.fetch = /** @type {any} */ (async (/** @type {string} */ _, /** @type {any} */ how) => {
    sent.push(JSON.parse(how.body));
    const answer = answers.shift() ?? 200;
    if (answer === "nothing") throw new TypeError("Failed to fetch");
    return new Response("why", { status: answer });
  });
  const saved = new Promise((resolve) => {
    link.onSaved = () => resolve(told.push("saved"));
    link.onUnsaved = (name, problem, isRefused) => told.push(`${name}: ${problem.message} ${isRefused}`);
  });
  return { link, sent, told, saved };
}

test("labels are sent until the server has them, photo by photo", async () => {
  const { link, sent, told, saved } = linkTo("nothing", "nothing");
  link.save({ photo: "a", done: true, people: [], domain: "" });
  link.save({ photo: "b", done: false });
  await saved;
  assert.deepEqual(sent.map(({ photo }) => photo), ["a", "a", "a", "b"]);
  assert.deepEqual(told, [...Array(2).fill("a: The server does not answer. false"), "saved"]);
});

test("of one photo the last labels are saved, also those made meanwhile", async () => {
  const { link, sent, saved } = linkTo();
  link.save({ photo: "a", done: true, domain: "first" });
  link.save({ photo: "a", done: true, domain: "second" });
  await saved;
  assert.deepEqual(sent.map(({ domain }) => domain), ["first", "second"]);
});

test("refused labels are told of and given up, and the others are saved", async () => {
  const { link, sent, told, saved } = linkTo(422);
  link.save({ photo: "a", done: true });
  link.save({ photo: "b", done: true });
  await saved;
  assert.deepEqual(sent.map(({ photo }) => photo), ["a", "b"]);
  assert.deepEqual(told, ["a: why true", "saved"]);
});
