// @ts-check
// Shows why the page has no access to a camera; shows nothing if it has.

/** @type {Record<string, string>} */
const REASONS = {
  insecure:
    "This page was opened over http, but browsers allow the camera only over https. " +
    "Ask for the https address, or use a photo or video instead.",
  refused:
    "Camera access was blocked. Allow it with the icon beside the address and press Start again, " +
    "or use a photo or video instead.",
  absent: "No camera was found. Connect one, or use the sample video, a photo or a video instead.",
};

/** @param {{parentElement: HTMLElement}} component */
export default function ({ parentElement }) {
  const notice = /** @type {HTMLElement} */ (parentElement.querySelector(".posecore-camera"));
  const look = async () => {
    const reason = await missing();
    notice.textContent = reason ? REASONS[reason] : "";
    notice.hidden = !reason;
  };
  look();
  // Permission and devices can change while the page is open, and not every browser has an event for that.
  const timer = setInterval(look, 1000);
  return () => clearInterval(timer);
}

/** @returns {Promise<keyof typeof REASONS | null>} the reason; null if there is a camera */
async function missing() {
  if (!window.isSecureContext || !navigator.mediaDevices) return "insecure";
  if ((await permission()) === "denied") return "refused";
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some((device) => device.kind === "videoinput") ? null : "absent";
}

async function permission() {
  try {
    return (await navigator.permissions.query({ name: /** @type {PermissionName} */ ("camera") })).state;
  } catch {
    return "unknown"; // this browser does not say
  }
}
