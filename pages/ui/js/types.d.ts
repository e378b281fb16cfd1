// What the server gives the pages' scripts, and what they hand to each other.

export interface Vector {
  x: number;
  y: number;
  z: number;
}

/** As Plotly takes it: places in a scene whose longest axis has the length 1 and whose middle is at 0. */
export interface Camera {
  eye: Vector;
  center: Vector;
  up: Vector;
}

/** Places on the axes of a 3D view, null where there is none. */
export interface Points {
  x: (number | null)[];
  y: (number | null)[];
  z: (number | null)[];
}

export interface Bone {
  from: number;
  to: number;
  thin: boolean;
  color: string;
}

export type Space = "world" | "picture";

export interface Column {
  /** As in every table of landmarks, see posecore/tables.py. */
  name: string;
  heading: string;
  help: string;
  /** After the decimal point; null: text. */
  digits: number | null;
}

/** One row of a table of landmarks, by the names of its columns. */
export type Row = Record<string, string | number>;

export interface TableText {
  columns: Column[];
  parts: Record<string, number[]>;
}

/** One curve as it is drawn. */
export interface Line {
  name: string;
  title: string;
  unit: string;
  times: Float64Array;
  values: Float32Array;
  /** 0 to 255, of the least visible landmark that it needs. */
  confidence: Uint8Array;
  color: string;
  dash: string;
  faint: boolean;
}

/** All people in one frame, one after the other; NaN where somebody is not there. */
export interface Frame {
  picture: Float32Array;
  world: Float32Array;
  visibility: Float32Array;
  presence: Float32Array;
}

/** How the file of a clip is to be read, see pages/ui/explore/player/moments.py. */
export interface Header {
  frames: number;
  /** Every n-th frame of the video is here. */
  step: number;
  people: number[];
  landmarks: number;
  size: [number, number];
  piece_frames: number;
  times_at: number;
  layers: Record<string, { landmarks_at: number; curves_at: number }>;
  confidence_at: number;
  curves: { name: string; title: string; group: string; unit: string }[];
}

export interface Person {
  id: number;
  name: string;
  /** It was given one. */
  named: boolean;
  color: string;
  shown: boolean;
}

export interface Landmark {
  name: string;
  color: string;
  page: string;
  small: boolean;
}

export interface PlayerData {
  key: string;
  film: string | null;
  moments: string;
  header: Header;
  stages: Record<Space, string>;
  skeleton: { landmarks: Landmark[]; bones: Bone[] };
  people: Person[];
  table: TableText;
  defaults: { index: number; curves: string[]; space: Space };
}

/** What the viewer has chosen. */
export interface View {
  layer: string;
  space: Space;
  overlay: boolean;
  labels: boolean;
  threshold: number;
  /** A landmark; -1: no trail. */
  trail: number;
  joints: "visibility" | "own";
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

/** What the server answers about a live picture, see pages/ui/live/numbers.py. */
export interface Answer {
  figures: { frames_in: number; frames_out: number; estimate_ms: number };
  problem: string | null;
  advice: string | null;
  loading: boolean;
  over: string | null;
  goes_on_unseen: boolean;
  recording: { begins_in_s: number; seconds: number; longest_s: number; over: boolean } | null;
  number: number;
  time_s: number;
  size: [number, number];
  people?: LivePerson[];
  angles: { times: number[]; values: Record<string, (number | null)[]> };
}

export interface PanelData {
  address: string | null;
  idle: string;
  camera: boolean;
  people: number;
  space: Space;
  stages: Record<Space, string>;
  size: [number, number];
  threshold: number;
  bones: Omit<Bone, "color">[];
  landmarks: string[];
  table: TableText;
  angles: { name: string; title: string }[];
  usual: string[];
}

/** What Streamlit gives a component's script. */
export interface Component<Data> {
  data: Data;
  parentElement: HTMLElement;
  setTriggerValue: (name: string, value: unknown) => void;
}

/** As much of Plotly as is used. A figure's parts are Plotly's own JSON. */
export interface Plotly {
  react(element: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>;
  relayout(element: HTMLElement, change: object): Promise<unknown>;
  purge(element: HTMLElement): void;
}

declare global {
  interface Window {
    Plotly?: Plotly;
    /** Of Chromium. */
    MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack }) => { readable: ReadableStream<VideoFrame> };
  }
}
