/** What the server answers, by the names the pages use. */

export interface Source {
  id: number;
  kind: string;
  path: string;
  state: "online" | "offline";
  state_reason: string | null;
  scanned_at: string | null;
  scan_counts: Record<string, number>;
  ignore_patterns: string[];
  images: number;
}
export interface Catalog {
  id: string;
  name: string;
  images: number;
  files: number;
  sources: Source[];
  destination_path: string | null;
  import_mode: string;
  created_at: string;
}
export interface FolderList {
  path: string;
  parent: string | null;
  folders: { name: string; path: string }[];
}
export interface BucketList {
  total: number;
  undated: number;
  buckets: { key: string[]; start: string[]; end: string[]; count: number[] };
  undated_buckets: { key: string[]; count: number[] };
}
export type MediaKind = "photo" | "video";
export type ThumbnailState = "done" | "missing" | "failed";
export interface BucketColumns {
  id: number[];
  taken_at: (string | null)[];
  ratio: (number | null)[];
  placeholder: (string | null)[];
  thumbnail: (string | null)[];
  kind: MediaKind[];
  duration: (number | null)[];
  state: ThumbnailState[];
  name: string[];
}
export interface ImageFile {
  id: number;
  path: string;
  name: string;
  role: string;
  format: string;
  size: number;
  modified_at: string | null;
  checksum: string | null;
  content: string | null;
  missing_since: string | null;
}
export interface Fact {
  group: string;
  name: string;
  label: string;
  value: unknown;
  text: string;
  origin: string | null;
}
export type StageStateName = "missing" | "done" | "failed" | "stale" | "waiting";
export interface StageState {
  stage: string;
  state: StageStateName;
  version: number | null;
  current_version: number;
  code: string | null;
  note: string | null;
}
export interface ImageFacts {
  id: number;
  catalog_id: string;
  name: string;
  kind: MediaKind;
  taken_at: string | null;
  utc_offset: number | null;
  width: number | null;
  height: number | null;
  placeholder: string | null;
  thumbnail: string | null;
  proxy: string | null;
  camera: string | null;
  format: string | null;
  missing_since: string | null;
  state: ThumbnailState;
  catalog: { id: string; name: string };
  source: { id: number; path: string; state: string };
  folder: string;
  files: ImageFile[];
  facts: Fact[];
  raw: Record<string, unknown>;
  notes: string[];
  fingerprint: Record<string, unknown> | null;
  measures: Record<string, number> | null;
  stages: StageState[];
  previous: number | null;
  next: number | null;
}
export interface FacetValue {
  value: string;
  count: number;
}
export interface Facets {
  cameras: FacetValue[];
  formats: FacetValue[];
  kinds: FacetValue[];
  years: FacetValue[];
}
export type JobState = "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "CANCELLED";
export interface Job {
  id: string;
  kind: string;
  catalog_id: string | null;
  catalog_name: string | null;
  state: JobState;
  parameters: Record<string, unknown>;
  priority: number;
  total: number;
  done: number;
  failed: number;
  progress: number;
  rate: number | null;
  eta_seconds: number | null;
  paused: boolean;
  cancel_requested: boolean;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  message: string | null;
  result: Record<string, unknown>;
}
export interface FailureGroup {
  stage: string;
  code: string;
  reason: string;
  count: number;
  examples: { image_id: number; path: string; reason: string }[];
}
export interface StageCoverage {
  stage: string;
  description: string;
  done: number;
  missing: number;
  failed: number;
  stale: number;
  waiting: number;
  waiting_reason: string | null;
  unit: string;
}
export interface CatalogCoverage {
  id: string;
  name: string;
  images: number;
  files: number;
  ignored: Record<string, number>;
  stages: StageCoverage[];
}
export interface Check {
  name: string;
  title: string;
  state: "ok" | "warning" | "failed";
  sentence: string;
  remedy: string | null;
}
export interface SettingValue {
  name: string;
  value: unknown;
  origin: string;
  description: string;
}
export interface NodeInfo {
  name: string;
  version: string;
  lanes: string[];
  slots: number;
  seen_at: string;
}
