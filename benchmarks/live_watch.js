// Records when each numbered video frame leaves the camera and when it appears on screen. Runs in every frame (iframe)
// of the page.
(() => {
  const CELLS = 16;
  const notes = { sent: [], shown: [], unread: 0 };
  window.liveNotes = notes;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 2 * CELLS, height: 2 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });

  // The strip along the top: white, black, 12 bits, their parity, black.
  function number(picture, width, height) {
    pen.drawImage(picture, 0, 0.01 * height, width, 0.045 * height, 0, 0, 2 * CELLS, 2);
    const { data } = pen.getImageData(0, 0, 2 * CELLS, 2);
    const light = Array.from({ length: CELLS }, (_, cell) => {
      const at = 8 * cell;
      return data[at] + data[at + 1] + data[at + 2] + data[at + 4] + data[at + 5] + data[at + 6];
    });
    if (light[15] - light[14] >= 300) light.reverse(); // mirrored
    if (light[0] - light[1] < 300) return null; // not one of our frames
    const middle = (light[0] + light[1]) / 2;
    const bits = light.slice(2, 14).map((value) => value > middle);
    const odd = bits.filter(Boolean).length % 2 === 1;
    if (odd !== light[14] > middle) return null;
    return bits.reduce((sum, bit) => 2 * sum + bit, 0);
  }

  function note(list, picture, width, height, at) {
    const value = number(picture, width, height);
    if (value === null) notes.unread++;
    else list.push([value, at]);
  }

  async function watchSent(track) {
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    for (;;) {
      const { done, value: frame } = await reader.read();
      if (done) return;
      const at = performance.timeOrigin + performance.now();
      note(notes.sent, frame, frame.displayWidth, frame.displayHeight, at);
      frame.close();
    }
  }

  function watchShown(video) {
    const next = () => {
      video.requestVideoFrameCallback(next);
      note(notes.shown, video, video.videoWidth, video.videoHeight, performance.timeOrigin + performance.now());
    };
    video.requestVideoFrameCallback(next);
  }

  // What is drawn on a canvas is on screen with the next redraw of the page.
  const redrawn = new WeakSet();
  const { drawImage } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    redrawn.add(this.canvas);
    return drawImage.apply(this, given);
  };

  function watchDrawn(drawn) {
    requestAnimationFrame(() => watchDrawn(drawn));
    if (drawn.offsetParent === null || !redrawn.delete(drawn)) return;
    note(notes.shown, drawn, drawn.width, drawn.height, performance.timeOrigin + performance.now());
  }

  const devices = navigator.mediaDevices;
  if (!devices) return;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await ask(wanted);
    if (wanted.video) watchSent(stream.getVideoTracks()[0].clone());
    return stream;
  };
  const seen = new WeakSet();
  setInterval(() => {
    for (const video of document.querySelectorAll("video")) {
      if (!seen.has(video)) watchShown(video);
      seen.add(video);
    }
    for (const drawn of document.querySelectorAll("canvas[aria-label='Live picture']")) {
      if (!seen.has(drawn)) watchDrawn(drawn);
      seen.add(drawn);
    }
  }, 100);
})();
