// @ts-check
// The labelling tool: photo by photo, people's joints are put right and confirmed.

import { find, make, write } from "../shared/dom.js";
import { pause } from "../shared/timing.js";
import { Desk } from "./desk.js";
import { DeskProblem, NoAnswer } from "./desk_link.js";
import { holds, isAmong } from "./found_person.js";
import { Hand } from "./hand.js";
import { JointList } from "./joint_list.js";
import { JOINTS, limbsOf } from "./joints.js";
import { browserStorage, forget, keep, read } from "./kept_labels.js";
import { KEYS, actionOf } from "./label_keys.js";
import { ABSENT, HIDDEN, Labels, STATES, VISIBLE, personOf } from "./labels.js";
import { nextOpen } from "./pace.js";
import { PhotoScreen } from "./photo_screen.js";
import { Strip } from "./strip.js";

/** @typedef {import("../types.d.ts").LabellerData} LabellerData */
/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {import("../types.d.ts").Component<LabellerData>} LabellerComponent */
/** @typedef {import("./desk_link.js").LoadedPhoto} LoadedPhoto */
/** @typedef {import("./label_keys.js").Action} Action */
/** @typedef {import("./hand.js").Kind} Kind */

const ZOOM_STEP = 1.5;
const SAVE_AFTER_MS = 600;
const AHEAD = 2; // photos that are loaded meanwhile
const LEAST_BOX_PX = 12;
const PATIENCE_MS = 4000; // for a person whom the model looks for
/** @type {Action[]} */
const REPEATED = ["move", "joint", "zoom", "undo", "redo"];
const COARSE = ["touch", "pen"];

/** That of the visit. @type {Desk | null} */
let lastDesk = null;

class Labeller {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.screen = new PhotoScreen(root, () => this.drawn);
    this.domainField = /** @type {HTMLInputElement} */ (find(root, ".lb-domain input"));
    this.help = /** @type {HTMLDialogElement} */ (find(root, ".lb-help"));
    this.storage = browserStorage();
    /** @type {LabellerData | null} */
    this.data = null;
    /** @type {Desk | null} */
    this.desk = null;
    /** @type {Labels | null} */
    this.labels = null;
    /** @type {{person: number, joint: number} | null} */
    this.hovered = null;
    /** @type {{person: number, joint: number} | null} */
    this.gripped = null;
    /** @type {[number, number, number, number] | null} */
    this.box = null;
    this.isDragging = false;
    this.isAdding = false;
    this.opening = 0;
    this.isOpening = false;
    this.saving = 0;
    this.strip = new Strip(find(root, ".lb-strip"), (place) => this.open(place));
    this.list = new JointList(find(root, ".lb-joints"), (joint) => this.chooseJoint(joint));
    this.listen();
    this.listKeys();
  }

  listen() {
    const { frame, view } = this.screen;
    new Hand(frame, {
      grip: (at, reach) => this.grip(at, reach),
      isDrawing: () => this.isAdding,
      isZoomed: () => view.isZoomed,
      begin: () => this.beginDrag(),
      drag: (at, kind) => this.drag(at, kind),
      drop: () => this.drop(),
      tap: (at) => this.tap(at),
      box: (from, to, over) => this.drawBox(from, to, over),
      pan: (right, down) => this.screen.look(() => view.pan(right, down)),
      zoom: (at, factor) => this.screen.look(() => view.zoom(at, factor)),
      hover: (at) => this.hover(at),
    });
    frame.addEventListener("contextmenu", (event) => this.onMenu(event));
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("click", (event) => this.onClick(event));
    this.domainField.addEventListener("change", () => this.changeDomain());
    this.domainField.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.screen.focus();
    });
  }

  /** What is drawn on the photo; null: nothing. */
  get drawn() {
    const { labels, data, hovered, isDragging, box } = this;
    return labels && data ? { labels, look: { colors: data.colors, hovered, dragged: isDragging, box } } : null;
  }

  listKeys() {
    const rows = KEYS.flatMap(([keys, what]) => [make("dt", {}, keys), make("dd", {}, what)]);
    find(this.help, "dl").replaceChildren(...rows);
  }

  /** @param {LabellerData} data */
  show(data) {
    this.data = data;
    const { colors } = data;
    this.root.style.setProperty("--lb-left", colors.left);
    this.root.style.setProperty("--lb-right", colors.right);
    if (!data.address) {
      this.over("This server cannot show the tool: start the app with run.py.");
      return;
    }
    const isNew = lastDesk?.key !== data.key;
    const desk = isNew || !lastDesk ? new Desk(data, data.address) : lastDesk;
    const count = desk.photos.length;
    lastDesk = desk;
    desk.take(data);
    desk.link.onSaved = () => this.onSaved();
    desk.link.onUnsaved = (...what) => this.onUnsaved(desk, ...what);
    if (count !== desk.photos.length) void this.findKept(desk);
    if (data.asked !== desk.asked && data.first.length) {
      // Another tab wants them to be labelled, or corrected.
      this.leavePhoto();
      desk.current = data.first.find((place) => desk.photos[place].state !== "done") ?? data.first[0];
      this.desk = null;
    }
    desk.asked = data.asked;
    if (desk === this.desk && desk.current >= 0) {
      this.update();
      return;
    }
    this.desk = desk;
    const options = [...new Set(data.domains)].map((value) => make("option", { value }));
    find(this.root, "#lb-domains").replaceChildren(...options);
    void this.open(desk.current >= 0 ? desk.current : (nextOpen(-1, desk.photos, data.first) ?? 0));
    // The tool is as high as the window: otherwise the lower part of each photo would be below it.
    this.root.scrollIntoView({ block: "start" });
  }

  // Photos

  /** @param {number} place */
  async open(place) {
    const { desk } = this;
    const listed = desk?.photos[place];
    if (!desk || !listed) return;
    this.leavePhoto();
    const opening = ++this.opening;
    desk.current = place;
    // Until the next one is there, no key may change the labels of the last.
    this.labels = null;
    this.screen.close();
    this.isOpening = true;
    this.stopAdding();
    this.strip.show(desk.photos, place);
    // Most are there already: the words would only flicker.
    const late = window.setTimeout(() => this.over("Opening the photo"), 150);
    try {
      const photo = await desk.link.photo(listed.name);
      if (opening !== this.opening) return;
      this.isOpening = false;
      this.showPhoto(desk, photo);
      for (let step = 1, next = place; step <= AHEAD; step++) {
        const after = nextOpen(next, desk.photos, this.data?.first ?? []);
        if (after === null || after === place) break;
        desk.link.photo(desk.photos[after].name, true).catch(() => {});
        next = after;
      }
    } catch (error) {
      if (opening !== this.opening) return;
      this.isOpening = false;
      const isKnown = error instanceof DeskProblem || error instanceof NoAnswer;
      const words = isKnown ? error.message : "The browser cannot show this photo.";
      if (!(error instanceof NoAnswer)) listed.state = "unusable";
      this.screen.clear();
      this.over(words);
      this.say(words);
      this.update();
    } finally {
      clearTimeout(late);
    }
  }

  /** @param {Desk} desk @param {LoadedPhoto} photo */
  showPhoto(desk, photo) {
    const { listed } = desk;
    if (!listed) return;
    this.over("");
    let work = desk.work.get(listed.name);
    if (!work) {
      const labels = new Labels(photo.people, photo.size);
      work = { labels, domain: photo.done ? photo.domain : (desk.domain ?? photo.domain), shown: 0 };
      desk.work.set(listed.name, work);
      listed.state = photo.done ? "done" : photo.people.length ? "suggestion" : "empty";
    }
    this.labels = work.labels;
    this.labels.release();
    work.shown = this.labels.changes;
    this.domainField.value = work.domain;
    this.screen.open(photo);
    this.hovered = null;
    desk.pace.begin(performance.now());
    const count = this.labels.people.length;
    const people = count === 1 ? "1 person" : `${count || "no"} people`;
    const todo = count ? "Drag the joints that are wrong, then confirm." : "Add people, or confirm that nobody is here.";
    const [what, hint] = listed.state === "done" ? ["labelled", ""] : [listed.state === "changed" ? "changed" : "suggested", todo];
    const told = `Photo ${desk.current + 1} of ${desk.photos.length}, ${listed.name}: ${people}, ${what}.`;
    this.say([told, photo.note, hint].filter(Boolean).join(" "));
    this.update();
  }

  /** Save what was changed in a labelled photo that is left. */
  leavePhoto() {
    if (!this.saving) return;
    clearTimeout(this.saving);
    this.saving = 0;
    if (this.listed?.state === "done") this.save(true);
  }

  get listed() {
    return this.desk?.listed ?? null;
  }

  get work() {
    return this.desk?.work.get(this.listed?.name ?? "") ?? null;
  }

  confirm() {
    const { desk, labels, listed } = this;
    if (this.isOpening) return;
    if (!desk || !labels || !listed) {
      this.next();
      return;
    }
    clearTimeout(this.saving);
    this.saving = 0;
    const isNew = listed.state !== "done";
    listed.state = "done";
    if (isNew) desk.pace.end(performance.now());
    desk.domain = this.domainField.value.trim();
    if (this.work) this.work.domain = desk.domain;
    if (isNew || labels.changes !== this.work?.shown) this.save(true);
    this.next();
  }

  next() {
    const { desk } = this;
    if (!desk) return;
    const place = nextOpen(desk.current, desk.photos, this.data?.first ?? []);
    if (place !== null) {
      void this.open(place);
      return;
    }
    const open = desk.photos.filter(({ state }) => state === "unusable").length;
    this.say(`All photos are labelled${open ? `, but ${open} that cannot be used` : ""}. Download the labels or score them.`);
    this.update();
  }

  previous() {
    const { desk } = this;
    if (!desk || desk.current <= 0) return;
    void this.open(desk.current - 1);
  }

  takeBack() {
    const { desk, listed, labels } = this;
    if (!desk || !listed || !labels) return;
    listed.state = "changed";
    this.save(false);
    const hash = desk.hashes[listed.name];
    if (hash && this.storage) forget(this.storage, hash);
    this.say("This photo counts as not labelled.");
    this.update();
  }

  /** Save the photo's labels on the server and in this browser. @param {boolean} done */
  save(done) {
    const { desk, labels, listed } = this;
    if (!desk || !labels || !listed) return;
    const domain = this.work?.domain ?? "";
    desk.link.save({ photo: listed.name, done, ...(done && { people: labels.flat, domain }) });
    if (this.work) this.work.shown = labels.changes;
    if (done) this.keep(desk, listed.name);
  }

  /** @param {Desk} desk @param {string} name */
  keep(desk, name) {
    const work = desk.work.get(name);
    const hash = desk.hashes[name];
    if (!work || !hash || !this.storage) return;
    const { labels, domain } = work;
    keep(this.storage, hash, { at: Date.now(), size: labels.size, domain, people: labels.flat });
  }

  onSaved() {
    if (find(this.root, ".lb-said").textContent?.startsWith("Not saved yet")) this.say("Everything is saved.");
    this.update();
  }

  /** @param {Desk} desk @param {string} name @param {Error} problem @param {boolean} isRefused */
  onUnsaved(desk, name, problem, isRefused) {
    const listed = desk.photos.find((photo) => photo.name === name);
    if (listed && isRefused) listed.state = "changed";
    const then = isRefused ? "These labels are only in this browser." : "It is tried again until it works.";
    this.say(`${isRefused ? "Not saved" : "Not saved yet"}: ${name}. ${problem.message} ${then}`);
    this.update();
  }

  // Labels that this browser keeps

  /** @param {Desk} desk */
  async findKept(desk) {
    const { storage } = this;
    if (!storage) return;
    try {
      desk.hashes = await desk.link.hashes();
    } catch {
      return; // then nothing is offered
    }
    for (const { name, state } of desk.photos) {
      const hash = desk.hashes[name];
      if (state === "done") this.keep(desk, name); // if it was labelled before the hashes were there
      else if (hash && read(storage, hash)) desk.kept.add(name);
    }
    this.update();
  }

  useKept() {
    const { desk, storage } = this;
    if (!desk || !storage) return;
    const wanted = desk.photos.filter(({ name, state }) => desk.kept.has(name) && state !== "done");
    desk.kept.clear();
    for (const listed of wanted) {
      const kept = read(storage, desk.hashes[listed.name] ?? "");
      if (!kept) continue;
      const { people, size, domain } = kept;
      desk.link.save({ photo: listed.name, done: true, people, size, domain });
      desk.work.set(listed.name, { labels: new Labels(people, size), domain, shown: 0 });
      listed.state = "done";
    }
    const next = this.listed?.state === "done" ? nextOpen(desk.current, desk.photos, this.data?.first ?? []) : null;
    void this.open(next ?? desk.current);
  }

  forgetKept() {
    const { desk, storage } = this;
    if (!desk || !storage) return;
    for (const name of desk.kept) forget(storage, desk.hashes[name] ?? "");
    desk.kept.clear();
    this.say("This browser keeps labels of these photos no longer.");
    this.update();
  }

  // The hand

  /** @param {Place} at @param {number} reach @returns {Place | null} */
  grip(at, reach) {
    const { labels } = this;
    const { view } = this.screen;
    if (!labels) return null;
    this.gripped = labels.near(view.toPhoto(at), reach / view.scale);
    if (!this.gripped) return null;
    const { at: place } = labels.people[this.gripped.person][this.gripped.joint];
    return place && view.toFrame(place);
  }

  beginDrag() {
    if (!this.labels || !this.gripped) return;
    this.labels.grab(this.gripped.person, this.gripped.joint);
    this.isDragging = true;
    this.screen.frame.classList.add("lb-dragging");
  }

  /** @param {Place} at @param {Kind} kind */
  drag(at, kind) {
    if (!this.labels) return;
    this.labels.drag(this.screen.view.toPhoto(at));
    if (COARSE.includes(kind)) this.screen.showLens(this.chosenPlace);
    this.screen.draw();
  }

  drop() {
    this.isDragging = false;
    this.screen.hideLens();
    this.screen.frame.classList.remove("lb-dragging");
    this.changed(this.saidJoint());
  }

  /** @param {Place} at */
  tap(at) {
    const { labels } = this;
    if (!labels) return;
    const place = this.screen.view.toPhoto(at);
    if (this.isAdding) {
      void this.addAt(place);
    } else if (this.gripped) {
      labels.choose(this.gripped.person, this.gripped.joint);
      this.say(this.saidJoint());
      this.update();
    } else if (labels.chosen?.state === ABSENT) {
      labels.put(place);
      this.changed(this.saidJoint());
    } else {
      labels.release();
      this.update();
    }
  }

  /** @param {MouseEvent} event */
  onMenu(event) {
    event.preventDefault();
    if (/** @type {PointerEvent} */ (event).pointerType === "touch" || !this.labels) return;
    const { left, top } = this.screen.frame.getBoundingClientRect();
    if (!this.grip([event.clientX - left, event.clientY - top], 14) || !this.gripped) return;
    this.labels.choose(this.gripped.person, this.gripped.joint);
    this.labels.mark(HIDDEN);
    this.changed(this.saidJoint());
  }

  /** @param {Place | null} at */
  hover(at) {
    const { labels } = this;
    const { view } = this.screen;
    const hovered = at && labels && !this.isAdding ? labels.near(view.toPhoto(at), 14 / view.scale) : null;
    if (hovered?.person === this.hovered?.person && hovered?.joint === this.hovered?.joint) return;
    this.hovered = hovered;
    this.screen.frame.classList.toggle("lb-near", Boolean(hovered));
    this.screen.draw();
  }

  /** @param {Place} from @param {Place} to @param {boolean} over */
  drawBox(from, to, over) {
    const [one, other] = [this.screen.view.toPhoto(from), this.screen.view.toPhoto(to)];
    const [left, top] = [Math.min(one[0], other[0]), Math.min(one[1], other[1])];
    const box = /** @type {[number, number, number, number]} */ (
      this.inPhoto([left, top, Math.abs(one[0] - other[0]), Math.abs(one[1] - other[1])])
    );
    this.box = over ? null : box;
    this.screen.draw();
    if (!over) return;
    const isSmall = Math.max(box[2], box[3]) * this.screen.view.scale < LEAST_BOX_PX;
    if (isSmall) void this.addAt(one);
    else void this.addIn(box);
  }

  /** The part of a box that is in the photo. @param {number[]} box */
  inPhoto([left, top, width, height]) {
    const [wide, high] = this.screen.view.photo;
    const [x, y] = [Math.max(left, 0), Math.max(top, 0)];
    return [x, y, Math.max(Math.min(left + width, wide) - x, 0), Math.max(Math.min(top + height, high) - y, 0)];
  }

  // People

  startAdding() {
    if (!this.labels) return;
    this.isAdding = !this.isAdding;
    this.screen.frame.classList.toggle("lb-adding", this.isAdding);
    this.over(this.isAdding ? "Click on the person, or drag a box around them" : "");
    if (this.isAdding) this.say("Add a person: click on the photo, or drag a box. Escape gives up.");
    this.update();
  }

  stopAdding() {
    this.isAdding = false;
    this.box = null;
    this.screen.frame.classList.remove("lb-adding");
    this.over("");
  }

  /** @param {Place} place */
  async addAt(place) {
    const [width, height] = this.screen.view.photo;
    const side = Math.min(width, height) * 0.8;
    await this.addPerson(this.inPhoto([place[0] - side / 2, place[1] - side / 2, side, side]), { at: place });
  }

  /** @param {[number, number, number, number]} box */
  async addIn(box) {
    await this.addPerson(box, { box });
  }

  /**
   * Ask the model for a person there; if it finds nobody, somebody stands there to be moved.
   * @param {number[]} box
   * @param {{at: Place} | {box: [number, number, number, number]}} where
   */
  async addPerson(box, where) {
    const { desk, labels } = this;
    this.stopAdding();
    if (!desk || !labels) return;
    this.over("Looking for the person");
    /** @type {number[] | null} */
    let found = null;
    try {
      const asked = desk.link.personIn(desk.listed?.name ?? "", box);
      found = await Promise.race([asked, pause(PATIENCE_MS).then(() => null)]);
    } catch {
      // somebody stands there instead
    }
    this.over("");
    const person = found && personOf(found);
    const isNew = person && ("box" in where || holds(person, where.at)) && !isAmong(labels.people, person);
    if (isNew) labels.addPerson(person);
    else labels.add(where);
    if (labels !== this.labels) return; // another photo is open by now
    const number = labels.people.length;
    this.changed(isNew ? `Person ${number} was found.` : `Person ${number}: drag the joints to where they are.`);
  }

  drawPeople() {
    const { labels } = this;
    const row = find(this.root, ".lb-people");
    const count = labels?.people.length ?? 0;
    if (row.childElementCount !== count + 1) {
      const buttons = Array.from({ length: count }, (_, number) => {
        const button = make("button", { type: "button", ariaLabel: `Person ${number + 1}` }, `${number + 1}`);
        button.addEventListener("click", () => {
          this.labels?.choose(number, this.labels.joint);
          this.update();
        });
        return button;
      });
      const add = make("button", { type: "button", title: "A" }, "+ Add person");
      add.dataset.do = "add";
      row.replaceChildren(...buttons, add);
    }
    for (let number = 0; number < count; number++) {
      row.children[number].setAttribute("aria-pressed", `${number === labels?.person}`);
    }
    row.children[count].setAttribute("aria-pressed", `${this.isAdding}`);
  }

  // Joints

  /** @param {number} joint */
  chooseJoint(joint) {
    const { labels } = this;
    if (!labels || labels.person === null) return;
    labels.choose(labels.person, joint);
    const place = this.chosenPlace;
    if (place) this.screen.look(() => this.screen.view.reveal(place));
    this.say(place ? this.saidJoint() : `${this.saidJoint()} Click on the photo to place it.`);
    this.update();
  }

  saidJoint() {
    const { labels } = this;
    const joint = labels?.chosen;
    if (!labels || !joint || labels.joint === null) return "";
    const name = JOINTS[labels.joint];
    const of = labels.people.length > 1 ? `Person ${Number(labels.person) + 1}, ${name}` : `${name[0].toUpperCase()}${name.slice(1)}`;
    const where = joint.state && joint.at ? `, at ${joint.at.map(Math.round).join(", ")}` : "";
    return `${of}: ${STATES[joint.state]}${where}.`;
  }

  // Keys and buttons

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const target = /** @type {Element} */ (event.target);
    if (this.help.open) return; // the browser closes it
    const where = target.closest("input, dialog")
      ? "field"
      : target === this.screen.frame
        ? "photo"
        : target.closest(".lb-joints")
          ? "joint"
          : "button";
    const asked = actionOf(event, where);
    if (!asked) return;
    // A key that is held down must not confirm photo after photo.
    const isHeld = event.repeat && !REPEATED.includes(asked.action);
    if (!isHeld && !this.act(asked.action, asked.by ?? 0, asked.step)) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    const what = button?.dataset.do;
    if (!button) return;
    const closes = what === "closeHelp";
    /** @type {Record<string, () => unknown>} */
    const actions = {
      useKept: () => this.useKept(),
      forgetKept: () => this.forgetKept(),
      zoomIn: () => this.act("zoom", 1),
      zoomOut: () => this.act("zoom", -1),
      takeBack: () => this.takeBack(),
      closeHelp: () => this.help.close(),
    };
    if (what) (actions[what] ?? (() => this.act(/** @type {Action} */ (what))))();
    // Keys go to the photo after a click; a button that a key pressed stays where the key is.
    if (event.detail > 0 && !this.help.open && !closes) this.screen.focus();
  }

  /**
   * @param {Action} action
   * @param {number} by
   * @param {[number, number]} [step]
   * @returns {boolean} false if the browser is to do what it does with the key
   */
  act(action, by = 0, step = [0, 0]) {
    const { labels, screen, chosenPlace } = this;
    switch (action) {
      case "next":
        this.confirm();
        return true;
      case "previous":
        this.previous();
        return true;
      case "help":
        this.help.showModal();
        return true;
      case "full":
        this.turnFull();
        return true;
      case "leave":
        return this.leave();
      case "fit":
        this.screen.look(() => this.screen.view.fit());
        return true;
      case "zoom":
        screen.look(() => screen.view.zoom(chosenPlace ? screen.view.toFrame(chosenPlace) : screen.middle, ZOOM_STEP ** by));
        return true;
      case "zoomPerson": {
        const box = labels?.box(true) ?? labels?.box();
        if (box) this.screen.look(() => this.screen.view.showBox(box));
        return true;
      }
    }
    if (!labels) return false;
    switch (action) {
      case "joint":
        if (!labels.stepJoint(by > 0 ? 1 : -1)) {
          labels.release();
          this.update();
          return false;
        }
        this.chooseJoint(/** @type {number} */ (labels.joint));
        return true;
      case "move":
        if (!labels.nudge(...step)) return false;
        if (labels.chosen?.at) this.screen.view.reveal(labels.chosen.at);
        this.changed(this.saidJoint());
        if (screen.isSmall) screen.showLens(this.chosenPlace);
        return true;
      case "hidden":
        return this.changeIf(labels.mark(HIDDEN), "Choose a joint first.");
      case "absent":
        return this.changeIf(labels.mark(ABSENT), "Choose a joint first.");
      case "visible":
        return this.changeIf(labels.mark(VISIBLE), "Choose a joint first.");
      case "allVisible":
        return this.changeIf(labels.flipVisible(), "There is nobody.", "Visible and hidden are flipped.");
      case "swap":
        return this.changeIf(labels.swap(), "There is nobody.", "Left and right are swapped.");
      case "swapLimbs":
        return this.changeIf(
          labels.joint !== null && labels.swap(limbsOf(labels.joint)),
          "Choose a joint of the arms, legs or face first.",
          "Left and right of these limbs are swapped.",
        );
      case "undo":
        return this.changeIf(labels.undo(), "There is nothing to undo.", "Undone.");
      case "redo":
        return this.changeIf(labels.redo(), "There is nothing to redo.", "Done again.");
      case "add":
        this.startAdding();
        return true;
      case "remove":
        return this.changeIf(labels.remove(), "There is nobody.", "The person is removed. Undo brings them back.");
      case "nobody":
        return this.changeIf(labels.clear(), "There is nobody.", "Nobody is in this photo.");
      case "person":
        if (labels.stepPerson(by > 0 ? 1 : -1)) this.say(`Person ${Number(labels.person) + 1} of ${labels.people.length}.`);
        this.update();
        return true;
    }
    return false;
  }

  /** @param {boolean} isChanged @param {string} otherwise @param {string} [said] @returns {true} */
  changeIf(isChanged, otherwise, said) {
    if (isChanged) this.changed(said ?? this.saidJoint());
    else this.say(otherwise);
    return true;
  }

  /** @returns {boolean} false if there is nothing to leave */
  leave() {
    if (this.isAdding) {
      this.stopAdding();
      this.update();
    } else if (this.root.classList.contains("lb-full")) {
      this.turnFull();
    } else {
      /** @type {HTMLElement} */ (find(this.root, ".lb-next")).focus();
    }
    return true;
  }

  turnFull() {
    const full = this.root.classList.toggle("lb-full");
    find(this.root, '[data-do="full"]').setAttribute("aria-pressed", `${full}`);
    this.screen.focus();
  }

  changeDomain() {
    const { work, desk } = this;
    if (!work || !desk) return;
    work.domain = desk.domain = this.domainField.value.trim();
    const list = find(this.root, "#lb-domains");
    const isKnown = [...list.children].some((option) => /** @type {HTMLOptionElement} */ (option).value === work.domain);
    if (work.domain && !isKnown) list.append(make("option", { value: work.domain }));
    this.saveSoon();
  }

  // What is seen

  /** Something of the labels has changed. @param {string} said */
  changed(said) {
    const { listed, labels } = this;
    if (!labels) return; // a drag that ended after its photo was left
    if (listed && listed.state !== "done") listed.state = "changed";
    this.say(said);
    this.saveSoon();
    this.update();
  }

  /** Changes of a labelled photo are saved at once. */
  saveSoon() {
    if (this.listed?.state !== "done") return;
    clearTimeout(this.saving);
    this.saving = window.setTimeout(() => {
      this.saving = 0;
      this.save(true);
    }, SAVE_AFTER_MS);
  }

  /** @param {string} words */
  say(words) {
    write(find(this.root, ".lb-said"), words);
  }

  /** @param {string} words on the photo */
  over(words) {
    const note = find(this.root, ".lb-over");
    write(note, words);
    note.hidden = !words;
  }

  update() {
    const { desk, labels, listed, root } = this;
    if (!desk) return;
    const done = desk.photos.filter(({ state }) => state === "done").length;
    const unsaved = desk.link.unsaved.size; // a download would be without them
    const saving = unsaved > 1 ? `, saving ${unsaved}` : unsaved ? ", saving" : "";
    write(find(root, ".lb-progress"), desk.pace.said(done, desk.photos.length) + saving);
    this.strip.show(desk.photos, desk.current);
    this.list.show(labels?.chosenPerson ?? null, labels?.joint ?? null);
    this.drawPeople();
    const kept = find(root, ".lb-kept");
    const offered = desk.photos.filter(({ name, state }) => state !== "done" && desk.kept.has(name)).length;
    kept.hidden = !offered;
    write(find(kept, ".lb-kept-words"), `Labels of ${offered} of these photos are kept in this browser.`);
    const chosen = labels?.chosen ?? null;
    for (const [state, what] of STATES.entries()) {
      const button = this.button(what);
      button.disabled = !chosen;
      button.setAttribute("aria-pressed", `${chosen?.state === state}`);
    }
    this.button("undo").disabled = !labels?.before.length;
    this.button("redo").disabled = !labels?.after.length;
    for (const what of ["swap", "allVisible", "remove"]) this.button(what).disabled = !labels?.chosenPerson;
    this.button("nobody").disabled = !labels?.people.length;
    this.button("previous").disabled = desk.current <= 0;
    const isDone = listed?.state === "done";
    this.button("takeBack").hidden = !isDone;
    const words = !labels || isDone ? "Next" : labels.people.length ? "Confirm, next" : "Nobody here, next";
    write(this.button("next"), words);
    this.screen.draw();
  }

  /** @param {string} what @returns {HTMLButtonElement} */
  button(what) {
    return find(this.root, `[data-do="${what}"]`);
  }

  /** Where the chosen joint is in the photo; null if none is chosen, or it is absent. @returns {Place | null} */
  get chosenPlace() {
    const chosen = this.labels?.chosen;
    return chosen?.at && chosen.state !== ABSENT ? chosen.at : null;
  }

}

/** @type {Map<HTMLElement, Labeller>} */
const labellers = new Map();

/** @param {LabellerComponent} component */
export default function ({ data, parentElement }) {
  const root = find(parentElement, ".lb");
  for (const known of labellers.keys()) if (!known.isConnected) labellers.delete(known);
  const labeller = labellers.get(root) ?? new Labeller(root);
  labellers.set(root, labeller);
  labeller.show(data);
}
