// @ts-check
// Speech by the browser's own synthesis.

/**
 * @typedef {object} Manner
 * @property {string} [lang] such as "en"; the voice's own if a voice is given
 * @property {SpeechSynthesisVoice | null} [voice] null: the browser's choice
 * @property {number} [rate] 1 is usual
 * @property {boolean} [waits] until what was said before is over, instead of ending it
 */

/** Whether this browser can speak at all; it may still have no voices. */
export function canSpeak() {
  return "speechSynthesis" in window;
}

/**
 * Say something aloud, and nothing if there is no speech in this browser.
 * @param {string} words
 * @param {Manner} [manner]
 */
export function say(words, { lang = "en", voice = null, rate = 1, waits = false } = {}) {
  if (!canSpeak()) return;
  const speech = new SpeechSynthesisUtterance(words);
  speech.lang = voice?.lang ?? lang;
  speech.voice = voice;
  speech.rate = rate;
  if (!waits) window.speechSynthesis.cancel();
  window.speechSynthesis.speak(speech);
}
