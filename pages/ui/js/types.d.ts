// The data that the pages' scripts get from the server and exchange with each other.

export interface Vector {
  x: number;
  y: number;
  z: number;
}

/** In Plotly's form: positions in a scene whose longest axis has length 1 and whose centre is at 0. */
export interface Camera {
  eye: Vector;
  center: Vector;
  up: Vector;
}

/** Coordinates on the axes of a 3D view; null if missing. */
export interface Points {
  x: (number | null)[];
  y: (number | null)[];
  z: (number | null)[];
}

export interface Bone {
  from: number;
  to: number;
  thin: boolean;
  /** On the video and, if it differs, on the page. */
  color: string;
  page?: string;
}

export type Space = "world" | "picture";

export interface Column {
  /** A column of posecore/tables.py. */
  name: string;
  heading: string;
  help: string;
  /** Digits after the decimal point; null: text. */
  digits: number | null;
}

/** One row of a landmark table, by column name. */
export type Row = Record<string, string | number>;

export interface TableText {
  columns: Column[];
  parts: Record<string, number[]>;
  /** The column whose least value the viewer chooses. */
  least: { name: string; label: string };
}

/** An angle that can be drawn at its joint, see posecore/motion/angles.py. */
export interface Angle {
  name: string;
  kind: "joint" | "lean" | "tilt";
  /** Landmarks; each point is their middle. */
  points: number[][];
}

/** One curve to draw. */
export interface Line {
  name: string;
  /** With the person's name, if the video has several people. */
  title: string;
  unit: string;
  times: Float64Array;
  values: Float32Array;
  /** Visibility of the least visible landmark that it needs, 0 to 255. */
  confidence: Uint8Array;
  /** Its usual error in each frame, in its unit; null or missing if that is not known. */
  errors?: Float32Array | null;
  color: string;
  dash: string;
  faint: boolean;
}

/** A curve of the player. */
export interface PersonLine extends Line {
  /** Null if it is no angle. */
  angle: Angle | null;
  /** The person's place among the people of the video, and their name if there are several. */
  slot: number;
  person: string | null;
}

/** All people in one frame, one after the other; NaN if a person is absent. */
export interface Frame {
  picture: Float32Array;
  world: Float32Array;
  visibility: Float32Array;
  presence: Float32Array;
}

/** All hands in one frame, one after the other; NaN if a hand is absent. */
export interface FrameOfHands {
  picture: Float32Array;
  world: Float32Array;
  score: Float32Array;
  /** Places of what they show among the header's words. */
  shows: Float32Array;
}

export type Side = "left" | "right";

/** Layout of the player's file, see pages/ui/explore/player/moments.py. */
export interface Header {
  frames: number;
  /** The file has every nth frame of the video. */
  step: number;
  people: number[];
  /** The frames of the file at which a new shot begins. */
  cuts: number[];
  landmarks: number;
  size: [number, number];
  piece_frames: number;
  times_at: number;
  layers: Record<string, { landmarks_at: number; curves_at: number; kinds_at: number }>;
  confidence_at: number;
  /** errors: usual ones, by kind, see posecore/motion/usual_error.py; null if none are known. */
  curves: { name: string; title: string; group: string; unit: string; angle: Angle | null; errors: number[] | null }[];
  /** Null if hands were not looked for. */
  hands: { at: number; landmarks: number; slots: { person: number; side: Side }[]; words: string[] } | null;
  /** Of a page that stands alone: its parts by name, in order, see pages/ui/explore/share/packed.py. */
  packed?: Record<string, PackedPart>;
}

/** Numbers of each frame in the page itself: how many there are, and the steps in which they are counted, in turn. */
export interface PackedPart {
  channels: number;
  steps: number[];
}

export interface Person {
  id: number;
  name: string;
  /** Whether the name was given by the visitor. */
  named: boolean;
  color: string;
  shown: boolean;
  /** Metres, if it was given: then the person's world landmarks are in true scale; otherwise null. */
  height: number | null;
  /** Place among the people by size and time in view, from 0: curves begin with the largest. */
  rank: number;
}

export interface Landmark {
  name: string;
  color: string;
  page: string;
  small: boolean;
}

/** How hands look, see pages/ui/shared/script_parts.py. */
export interface HandLook {
  landmarks: Landmark[];
  bones: Bone[];
  /** Landmarks of the body that are not drawn where there is a hand of that side. */
  coarse: Record<Side, number[]>;
  /** Landmark of the body. */
  wrists: Record<Side, number>;
  /** Colours of their tags. */
  tags: Record<Side, string>;
  table: TableText;
}

export interface PlayerData {
  key: string;
  film: string | null;
  /** Name of the visitor's file that a link needs. */
  file: string | null;
  /** Start of the names of saved frames; null: a usual one. */
  stem: string | null;
  /** What a link asks for, on a page whose own address says nothing of it; null: what the page's address does. */
  link: string | null;
  moments: string;
  header: Header;
  stages: Record<Space, string>;
  skeleton: { landmarks: Landmark[]; bones: Bone[] };
  people: Person[];
  table: TableText;
  /** Null without hands. */
  hands: HandLook | null;
  defaults: { index: number; curves: string[]; space: Space };
}

/** Layout of a file with two aligned movements, see pages/ui/compare/side_by_side/pair.py. */
export interface PairHeader {
  landmarks: number;
  /** The box is left, top, width and height of the part of the image in which the person moves. */
  sides: { frames: number; at: number; size: [number, number]; box: number[] }[];
  moments: { count: number; at: number };
  /** Whether both are people of one video, so that equal times are the same moment. */
  same_video: boolean;
  /** Of both, and the place of the one that is shown first. The titles are those of the first and of the second. */
  curves: { name: string; titles: [string, string]; group: string; unit: string; errors: number[] | null }[];
  usual: number;
  limbs: string[];
  /** By side, for each bone the place of its limb; -1 if it is not compared. */
  limb_of_bone: number[][];
}

export interface PairData {
  /** Address of the file. */
  pair: string;
  header: PairHeader;
  films: (string | null)[];
  names: string[];
  bones: Omit<Bone, "color">[];
  /** The scale goes from unlike to alike. */
  colors: { scale: string[]; unknown: string };
}

/** The viewer's choices. */
export interface View {
  layer: string;
  space: Space;
  overlay: boolean;
  labels: boolean;
  /** Whether angles whose curves are chosen are drawn on the video. */
  angles: boolean;
  threshold: number;
  /** A landmark; -1: no trail. */
  trail: number;
  /** What joints are coloured by. */
  joints: "person" | "side" | "visibility";
  speed: number;
  curves: string[];
}

export interface LivePerson {
  id: number;
  color: string;
  xy: (number | null)[][];
  z: (number | null)[];
  world: (number | null)[][];
  visibility: (number | null)[];
  presence: (number | null)[];
}

export interface LiveHand {
  person: number;
  side: Side;
  score: number;
  xy: (number | null)[][];
  z: (number | null)[];
  world: (number | null)[][];
}

/** What a coach did with the visitor, see pages/ui/live/finished.py. Times are seconds, from the start of each set. */
export interface CoachResult {
  exercise: string;
  /** Either repetitions or seconds. */
  target: { repetitions?: number; seconds?: number; sets: number; rest_s: number };
  sets: {
    set: number;
    count: number;
    finished: boolean;
    length_s: number;
    tempo_s?: Record<string, number>;
    repetitions?: { start_s: number; end_s: number; side: string; tempo_s: Record<string, number> }[];
    /** Of an exercise that is held: seconds of all times together, and each time. */
    held_s?: number;
    held?: { start_s: number; end_s: number; held_s: number }[];
  }[];
}

/** The state of the live coach. */
export interface Coaching {
  exercise: string;
  /** Whether it is held, so that count, target and total are seconds. */
  held: boolean;
  phase: "wait" | "countdown" | "work" | "rest" | "done";
  count: number;
  target: number;
  set: number;
  sets: number;
  /** From rest to the extreme of the person's own movement, or of the seconds to hold, in percent. */
  progress: number | null;
  cue: string;
  /** Left of a countdown or a rest. */
  seconds: number | null;
  /** Repetitions or seconds of all sets, and sets done to the end. */
  total: number;
  finished: number;
  /** Only in the answer to the wish for it. */
  result: CoachResult | null;
  /** If it is the device's own count: whether the server is away, or has forgotten the session. */
  own?: "away" | "alone";
}

/** How a measure is worked out of the middles of landmarks, see pages/ui/live/own_exercise.py. */
export interface OwnMeasure {
  kind: "joint" | "lean" | "tilt" | "rise" | "height" | "across";
  points: number[][];
  inPicture: boolean;
  /** 180 degrees minus the angle. */
  flexed: boolean;
}

/** What a measure must be; null: it has no such bound. */
export interface OwnCondition {
  measure: string;
  when: "rest" | "extreme" | "range";
  least: number | null;
  most: number | null;
}

/** How repetitions are counted, as in posecore/motion/exercises/declaration.py. */
export interface OwnWay {
  signals: { measure: string; full: number; weight: number }[];
  /** Measures that both sides have. */
  paired: string[];
  must: OwnCondition[];
  sides: "together" | "each" | "front";
  shortestS: number;
  longestS: number;
  inPlace: boolean;
  fromExtreme: boolean;
}

/** What the visitor's own device needs to count an exercise by itself, see pages/ui/live/own_exercise.py. */
export interface OwnExercise {
  title: string;
  held: boolean;
  /** Repetitions or seconds of each set. */
  target: number;
  sets: number;
  restS: number;
  /** Directions in which it may be counted; none if it is held. */
  ways: OwnWay[];
  /** What holds while it is held. */
  within: OwnCondition[];
  measures: Record<string, OwnMeasure>;
  /** What must be in view: of the landmarks of a part, one is enough. */
  parts: { name: string; landmarks: number[] }[];
}

/** Gestures that press buttons, see pages/ui/live/gesture_buttons.py. */
export interface GestureState {
  /** What is held, and what it does; empty for nothing. */
  gesture: string;
  does: string;
  /** 0 to 1 of the time for which it must be held. */
  progress: number;
  /** How many were confirmed, and the button of the last. */
  pressed: number;
  selector: string;
}

/** The server's answer about a live stream, see pages/ui/live/numbers.py. */
export interface Answer {
  figures: { frames_in: number; frames_out: number; estimate_ms: number };
  problem: string | null;
  advice: string | null;
  loading: boolean;
  over: string | null;
  goes_on_unseen: boolean;
  recording: { begins_in_s: number; seconds: number; longest_s: number; over: boolean } | null;
  coach: Coaching | null;
  gestures: GestureState | null;
  /** Which of the visit's streams it is of. */
  stream: number;
  number: number;
  time_s: number;
  size: [number, number];
  people?: LivePerson[];
  /** With what they show in words; null if hands are not looked for. */
  hands?: { words: string; found: LiveHand[] } | null;
  angles?: { times: number[]; people: PersonAngles[] };
}

/** The angles of one person over some moments; null: not measured. */
export interface PersonAngles {
  id: number;
  color: string;
  values: Record<string, (number | null)[]>;
}

/** How people are drawn on the visitor's own device, see pages/ui/live/device_data.py. Fineness: of lines and dots, 0 to 1. */
export interface DeviceLook {
  bones: { from: number; to: number; color: string; fineness: number }[];
  joints: { color: string; fineness: number }[];
  /** Colours of people, in turn, and of text on them. */
  people: { color: string; ink: string }[];
  /** Whether bones have the colours of people, who then have tags with their numbers. */
  byPerson: boolean;
  skeletons: boolean;
  /** With the colours of text on their tags. */
  hands: Omit<HandLook, "table"> & { inks: Record<Side, string> };
}

/** What the visitor's own device needs to find people itself. */
export interface DeviceData {
  files: DeviceFiles;
  options: DeviceOptions;
  look: DeviceLook;
  mirror: boolean;
  angles: Angle[];
  /** Address of a video that plays in place of a camera. */
  film: string | null;
  /** Address that takes landmarks; null: nothing on the server needs them. */
  link: string | null;
  /** What the coach counts; null: there is no coach. */
  coach: OwnExercise | null;
  /** Names of landmarks, of bodies and of hands. */
  landmarks: string[];
  handLandmarks: string[];
  /** Address that takes recordings; null: there is none. */
  uploads: string | null;
}

/** Where people are looked for. */
export type Where = "device" | "server";

/** What is known of both ways, see pages/ui/js/device/place.js. */
export interface PlaceData {
  /** Why this server offers no files for devices; null: it does. */
  missing: string | null;
  /** Why only the server will do now; null: either will. */
  needs: string | null;
  /** What a device would do, and the models that it can get; null: that is not known here. */
  wanted?: (Pick<DeviceOptions, "model" | "people" | "hands"> & { models: string[] }) | null;
}

/** What the panel asks of the source of its numbers. */
export interface Wanted {
  /** Number of the last frame whose angles are known; -1: none. */
  since: number;
  /** Names of angles. */
  angles: string[];
  /** 1: hold the newest frame; 0: resume; null: as before. */
  hold: 0 | 1 | null;
  /** Of the coach. */
  coach: string | null;
}

/** A snapshot that the visitor's own device keeps. */
export interface OwnSnapshot {
  /** As it was shown, and as it came. */
  drawn: Blob;
  plain: Blob;
}

/** Where the live picture and its numbers come from. */
export interface LiveSource {
  data: CameraData;
  state: "idle" | "asking" | "connecting" | "live" | "lost";
  /** Why it is not live. */
  problem: string;
  /** Whether the other way may do what this one could not. */
  readonly failed: boolean;
  /** Identifies the stream that numbers are of; null if there is none. */
  readonly stream: string | null;
  /** Picture and numbers are frozen. */
  hold: boolean;
  /** Paused while the page is hidden. */
  readonly resting: boolean;
  recording: Answer["recording"];
  /** Id of the camera. */
  device: string;
  /** What the board of signs says of it: that it is loading, or why nothing comes; empty: all is well. */
  readonly news: string;
  /** Once the server knows of the last end. */
  readonly gone: Promise<unknown>;
  /** Frames per second on screen, ms from camera to screen (undefined: not measured; null: not yet), kind of route. */
  readonly measured: { displayed: number; delay: number | null | undefined; route: string | null };
  start(): Promise<void>;
  stop(): Promise<void>;
  end(problem: string): void;
  choose(device: string): Promise<void>;
  restWhileHidden(): void;
  record(wanted: CameraData["recording"]): Promise<void>;
  /** Whether recordings can be made here. */
  readonly records: boolean;
  /** Numbers of the visit's snapshots, the oldest first, or a new one that the page keeps; null if there was none. */
  snapshot(): Promise<number[] | OwnSnapshot | null>;
  /** Null if there are no numbers now. */
  ask(wanted: Wanted): Promise<Answer | null>;
  /** Act on what was answered. */
  follow(answer: Answer): Promise<void>;
}

/** The live picture and its bar, see pages/ui/live/camera. */
export interface CameraData {
  address: string;
  connection: RTCConfiguration;
  /** Null: a video plays in place of a camera. */
  wanted: MediaStreamConstraints | null;
  invitation: string;
  /** Null: no recordings, snapshots or freezing. */
  recording: { longest_s: number; begin_in_s: number } | null;
  snapshots: number[];
  /** Null: only the server can be used here. */
  place: PlaceData | null;
  /** Null: it cannot be the device now. */
  device: DeviceData | null;
}

export interface PanelData {
  idle: string;
  people: number;
  space: Space;
  stages: Record<Space, string>;
  size: [number, number];
  threshold: number;
  bones: Omit<Bone, "color">[];
  landmarks: string[];
  table: TableText;
  /** Null if hands are not looked for. */
  hands: HandLook | null;
  angles: LiveAngle[];
  views: ViewLook;
  /** Names of angles, by the title of their set; the first is shown at first. */
  sets: Record<string, string[]>;
}

/** An angle, and its usual error in degrees for each view of a person. */
export interface LiveAngle {
  name: string;
  title: string;
  errors: number[];
}

/** How the view of a person is read off the landmarks. */
export interface ViewLook {
  /** Of left and right. */
  shoulders: number[];
  hips: number[];
  /** Where each view ends, in degrees between where a person faces and the camera. */
  ends_deg: number[];
  /** Place of the view that counts if it is not known. */
  unknown: number;
  /** The median over this time counts. */
  steady_s: number;
}

/** A line of text, see pages/ui/signs/text_line/__init__.py. */
export interface LineData {
  /** Another line has another key, and starts with its text. */
  key: string;
  text: string;
  /** Name of its files, without the ending. */
  stem: string;
  /** Address that suggests words and makes subtitles; null: there is none. */
  help: string | null;
  /** Whether its words have times, so that it has subtitles. */
  timed: boolean;
}

/** A practice of letters, see pages/ui/signs/live_spelling.py. */
export interface Practice {
  asked: string;
  /** Address of the picture of its hand. */
  picture: string;
  wrong: string;
  /** Of the last answer; null: none yet. */
  right: boolean | null;
  done: number;
  at_once: number;
  skipped: number;
  mean_s: number | null;
  missed: string[];
}

/** What a camera sees of signs, see pages/ui/signs/live_spelling.py and live_words.py. */
export interface SignAnswer {
  /** The letter or gesture that is shown; empty for none. */
  letter: string;
  score: number;
  /** Address of the picture of its hand, if the browser did not name it among those that it has. */
  picture?: string;
  /** In place of the letter in words; empty if there is a letter. */
  state?: string;
  /** 0 to 1, how long it has been held. */
  progress: number;
  gesture: string;
  hint: string;
  /** Of the last that was taken, and what was taken since the request's number. */
  number: number;
  taken: string[];
  practice: Practice | null;
  /** How many recordings of examples are over. */
  over: number;
  /** Where the recording of an example is; absent if there is none to record. */
  lesson?: "waiting" | "ready" | "recording";
}

/** What Streamlit passes to a component's script. */
export interface Component<Data> {
  data: Data;
  parentElement: HTMLElement;
  setTriggerValue: (name: string, value: unknown) => void;
  setStateValue: (name: string, value: unknown) => void;
}

/** A place in a photo, pixels from its upper left corner. */
export type Place = [number, number];

/** A thing whose corners are picked, see pages/ui/rigid/corner_picker. */
export interface PickedThing {
  id: string;
  name: string;
  color: string;
  /** What each corner is called, in their order. */
  names: string[];
  /** Where each was picked when the page was last run. */
  at: (Place | null)[];
  /** Edges of the solved thing. */
  lines: Place[][];
  /** A little drawing, 1 x 1. */
  sketch: { points: Place[]; edges: [number, number][]; behind: [number, number][] };
}

export interface PickerData {
  /** Identifies the photo. */
  key: string;
  /** The photo's address. */
  picture: string | null;
  size: [number, number];
  chosen: string | null;
  things: PickedThing[];
}

/** A joint of a labelled person, see pages/ui/js/scores/labels.js. */
export interface Joint {
  /** Null if it never was anywhere; an absent joint remembers where it was. */
  at: Place | null;
  /** As COCO has it: 0 absent, 1 hidden, 2 visible. */
  state: number;
}

/** One photo as the labelling tool lists it. */
export interface ListedPhoto {
  name: string;
  state: "unknown" | "suggestion" | "empty" | "changed" | "done" | "unusable";
}

/** What the labelling tool gets, see pages/ui/scores/labeller. */
export interface LabellerData {
  /** Identifies the set of photos. */
  key: string;
  /** Where photos and suggestions come from and labels go; null: this server has no such address. */
  address: string | null;
  photos: ListedPhoto[];
  /** Photos to be labelled first, and how often any were asked for. */
  first: number[];
  asked: number;
  domains: string[];
  /** By side, and of the middle. */
  colors: { left: string; right: string; middle: string };
}

/** What the server says of one photo, see pages/ui/scores/labeller/desk.py. */
export interface DeskPhoto {
  size: [number, number];
  domain: string;
  done: boolean;
  /** 51 numbers each, as COCO has them. */
  people: number[][];
  note: string;
}

/** Labels of a photo that this browser keeps. */
export interface KeptLabels {
  /** ms since 1970. */
  at: number;
  size: [number, number];
  domain: string;
  people: number[][];
}

/** The part of Plotly that is used. Parts of a figure are Plotly's own JSON. */
export interface Plotly {
  react(element: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>;
  relayout(element: HTMLElement, change: object): Promise<unknown>;
  purge(element: HTMLElement): void;
}

/** An element that Plotly has drawn in. */
export interface PlotlyElement extends HTMLElement {
  on(name: "plotly_click", listener: (click: { points: { x: unknown; customdata?: unknown[] }[] }) => void): void;
}

declare global {
  interface Window {
    Plotly?: Plotly;
    /** Chromium only. */
    MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack }) => { readable: ReadableStream<VideoFrame> };
  }
}

/** One end of a line, or one point of an angle, see js/measuring. */
export interface Handle {
  /** Pixels of the picture. */
  at: Place;
  /** The landmark that it follows from frame to frame; null: it stays where it was put. */
  follows: { person: number; landmark: number } | null;
}

/** A line with two handles; or an angle with three, of which the second is the corner. */
export interface Measure {
  id: number;
  kind: "line" | "angle";
  handles: Handle[];
  /** The length that a line is known to have; null: not known. */
  metres: number | null;
}

/** A person in the frame that is measured. */
export interface MeasuredPerson {
  id: number;
  name: string;
  /** Metres, if it was given; then ``world`` is in true scale. */
  height: number | null;
  /** (landmarks x 2) pixels of the picture; NaN where not shown. */
  points: Float32Array;
  /** (landmarks x 3) metres. */
  world: Float32Array;
}

export interface MeasuredFrame {
  /** Number and time in the video; null: a photo. */
  number: number | null;
  time: number | null;
  people: MeasuredPerson[];
  /** Names of the landmarks. */
  landmarks: string[];
}

/** Pixels per metre, and what they follow from: a line of known length, or a person's height. */
export interface Scale {
  pxPerMetre: number;
  line?: number;
  person?: number;
}

/** A measure in one frame; null: not in view, or not of this kind. */
export interface Measured {
  places: (Place | null)[];
  px: number | null;
  metres: number | null;
  degrees: number | null;
  scale: Scale | null;
}

/** What the page of a photo gives to js/image/measured_photo.js. */
export interface MeasuredPhotoData {
  /** Identifies the photo. */
  key: string;
  /** Address; null: nowhere. */
  picture: string | null;
  size: Place;
  /** Start of the names of files. */
  stem: string;
  people: {
    id: number;
    name: string;
    height: number | null;
    points: (number | null)[];
    world: (number | null)[];
  }[];
  landmarks: string[];
}

/** A file for the runtime on the visitor's own device, see pages/ui/live/device_files.py. */
export interface DeviceFile {
  address: string;
  /** Bytes. */
  size: number;
  /** 64 hexadecimal digits. */
  sha256: string;
}

export interface DeviceFiles {
  /** Addresses of scripts: ours, and MediaPipe's two. */
  worker: string;
  runtime: string;
  loader: string;
  wasm: DeviceFile;
  /** By model: lite, full, heavy; those that the server has. */
  bundles: Record<string, DeviceFile>;
  /** The bundle for hands; null: the server does not have it. */
  hand: DeviceFile | null;
}

export interface DeviceOptions {
  /** One of the bundles. */
  model: string;
  /** Maximum number of people. */
  people: number;
  /** Whether people are found; without, hands are found by themselves. */
  bodies: boolean;
  /** Maximum number of hands; 0: they are not looked for. */
  hands: number;
  /** Whether several people are smoothed over time; the runtime always smooths one. */
  smoothing: boolean;
}

/** A person found on the visitor's own device, as in posecore/poses.py; 33 landmarks, one after the other. */
export interface DevicePerson {
  id: number;
  /** Pixels. */
  xy: Float32Array;
  z: Float32Array;
  /** Metres. */
  world: Float32Array;
  visibility: Float32Array;
  /** NaN if the runtime does not give it. */
  presence: Float32Array;
}

/** A hand found on the visitor's own device, as in posecore/hands.py; 21 landmarks, one after the other. */
export interface DeviceHand {
  /** Whose: an id, and which of both hands. */
  person: number;
  side: Side;
  /** Pixels. */
  xy: Float32Array;
  z: Float32Array;
  /** Metres from its own centre. */
  world: Float32Array;
  score: number;
  /** How much its shape is that of a right hand, 0 to 1. */
  right: number;
}

/** What was found in one frame on the visitor's own device. */
export interface DeviceFrame {
  /** Counts the frames handed over. */
  number: number;
  timeS: number;
  /** Width and height, pixels. */
  size: [number, number];
  people: DevicePerson[];
  /** In order of their people, left before right; null: they are not looked for. */
  hands: DeviceHand[] | null;
  /** How long it took. */
  ms: number;
  model: string;
  /** What ran the networks: the processor or the graphics card. */
  delegate: "CPU" | "GPU";
}
