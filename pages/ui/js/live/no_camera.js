// @ts-check
// Why there is no camera, and what to do about it in this browser.

/** @typedef {"insecure" | "refused" | "by_system" | "absent" | "busy" | "unknown"} Reason */

/**
 * @param {{name: string, message: string}} error of getUserMedia
 * @returns {Reason}
 */
export function reasonOf({ name, message }) {
  if (name === "NotAllowedError" || name === "SecurityError") return /system/i.test(message) ? "by_system" : "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "absent";
  if (name === "NotReadableError" || name === "AbortError" || name === "TrackStartError") return "busy";
  return "unknown";
}

/** In the order in which they are looked for, as most browsers also name others. @type {[RegExp, string][]} */
const ALLOW = [
  [/iPhone|iPad/, "Tap the icon left of the address, then Website Settings (or Settings › Apps › your browser), and set Camera to Allow."],
  [/Android.*Firefox/, "Tap the shield or lock left of the address and remove the block of the camera."],
  [/Firefox/, "Click the crossed-out camera left of the address and remove the block."],
  [/Android/, "Tap the icon left of the address, then Permissions, and allow the camera."],
  [/Edg\//, "Click the lock left of the address and set Camera to Allow."],
  [/Chrome/, "Click the icon left of the address and switch Camera on."],
  [/Safari/, "Choose Safari › Settings for This Website and set Camera to Allow."],
];

/**
 * @param {Reason} reason
 * @param {string} agent the browser, as it names itself
 */
export function noCameraText(reason, agent) {
  const allow = ALLOW.find(([names]) => names.test(agent))?.[1] ?? "Allow it in the settings of your browser.";
  switch (reason) {
    case "insecure":
      return (
        "This page was opened over http, but browsers allow the camera only over https. " +
        "Ask for the https address, or use the sample video, a photo or a video instead."
      );
    case "refused":
      return `Camera access was blocked. ${allow} Then press Start again.`;
    case "by_system":
      return (
        "Your computer does not let this browser use the camera. Allow it in the system's settings, under Privacy and " +
        "Camera. Then press Start again."
      );
    case "absent":
      return "No camera was found. Connect one and press Start again, or use the sample video, a photo or a video instead.";
    case "busy":
      return (
        "The camera is busy: another program uses it, or it has been unplugged. " +
        "Close programs such as video calls, and press Start again."
      );
    case "unknown":
      return "The camera could not be started. Reload the page and press Start again.";
  }
}

/**
 * Ask for the camera.
 * @param {MediaStreamConstraints} wanted
 * @param {string} device its id; empty: the browser's choice
 * @returns {Promise<MediaStream>}
 * @throws {NoCamera}
 */
export async function openCamera(wanted, device) {
  if (!window.isSecureContext || !navigator.mediaDevices) throw new NoCamera("insecure");
  const video = { .../** @type {MediaTrackConstraints} */ (wanted.video), ...(device && { deviceId: { exact: device } }) };
  try {
    return await navigator.mediaDevices.getUserMedia({ ...wanted, video });
  } catch (error) {
    const isDenied = (await permission()) === "denied";
    const named = reasonOf(/** @type {DOMException} */ (error));
    const reason = isDenied && named === "unknown" ? "refused" : named;
    if (device && reason === "absent") return openCamera(wanted, ""); // that one was unplugged
    throw new NoCamera(reason);
  }
}

async function permission() {
  try {
    return (await navigator.permissions.query({ name: /** @type {PermissionName} */ ("camera") })).state;
  } catch {
    return "unknown"; // this browser does not say
  }
}

export class NoCamera extends Error {
  /** @param {Reason} reason */
  constructor(reason) {
    super(noCameraText(reason, navigator.userAgent));
  }
}
