// @ts-check
// The frames of a video element, each as soon as it is there.

/** @typedef {VideoFrame | ImageBitmap} Picture is to be closed by whoever gets it */

export class Frames {
  /**
   * @param {HTMLVideoElement} video
   * @param {(picture: Picture, takenMs: number) => void} onFrame with when it left the camera, on the page's clock
   */
  constructor(video, onFrame) {
    this.video = video;
    this.onFrame = onFrame;
    this.ended = false;
    this.wait();
  }

  wait() {
    if (!this.ended) this.video.requestVideoFrameCallback((now, frame) => this.take(now, frame));
  }

  /**
   * @param {number} now
   * @param {VideoFrameCallbackMetadata} frame
   */
  async take(now, { captureTime }) {
    this.wait();
    // Of a video that is no camera, there is no such time; and that of some cameras is on another clock.
    const taken = captureTime && captureTime <= now && captureTime > now - 1000 ? captureTime : now;
    try {
      const picture = await pictureOf(this.video);
      if (this.ended) picture.close();
      else this.onFrame(picture, taken);
    } catch {
      // The camera was changed in between: the next frame is soon there.
    }
  }

  end() {
    this.ended = true;
  }
}

/** The frames of a camera while the page is hidden, when video elements stand still; only some browsers give them. */
export class UnseenFrames {
  /**
   * @param {MediaStreamTrack} track
   * @param {(picture: Picture, takenMs: number) => void} onFrame
   */
  constructor(track, onFrame) {
    this.track = track.clone(); // can be stopped without stopping the camera
    this.onFrame = onFrame;
    this.read().catch(() => {}); // the camera has ended, which its own track reports
  }

  async read() {
    const Processor = window.MediaStreamTrackProcessor;
    const reader = Processor && new Processor({ track: this.track }).readable.getReader();
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      this.onFrame(next.value, performance.now());
    }
  }

  end() {
    this.track.stop();
  }
}

/** @param {HTMLVideoElement} video */
async function pictureOf(video) {
  return "VideoFrame" in window ? new VideoFrame(video) : createImageBitmap(video);
}

/**
 * A second copy of a picture, as a worker keeps what it is given.
 * @param {Picture} picture
 * @returns {Promise<Picture> | Picture}
 */
export const copyOf = (picture) => ("clone" in picture ? picture.clone() : createImageBitmap(picture));

/**
 * @param {Picture} picture
 * @returns {[number, number]} pixels
 */
export function sizeOf(picture) {
  return "displayWidth" in picture ? [picture.displayWidth, picture.displayHeight] : [picture.width, picture.height];
}
