/** What the server answers, by the names the pages use; generated from its OpenAPI document (`npm run types`). */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type BucketColumns = Schemas["TimelineBucket"];
export type BucketList = Schemas["TimelineBuckets"];
export type Catalog = Schemas["Catalog"];
export type CatalogCoverage = Schemas["CatalogCoverage"];
export type Check = Schemas["Check"];
export type Facets = Schemas["Facets"];
export type FacetValue = Schemas["Facet"];
export type Fact = Schemas["Fact"];
export type FailureGroup = Schemas["FailureGroup"];
export type FolderList = Schemas["Folders"];
export type ImageFacts = Schemas["ImageFacts"];
export type ImageFile = Schemas["ImageFile"];
export type Job = Schemas["Job"];
export type JobList = Schemas["Jobs"];
export type JobState = Job["state"];
export type NodeInfo = Schemas["Node"];
export type SettingValue = Schemas["Setting"];
export type Source = Schemas["Source"];
export type StageCoverage = Schemas["StageCoverage"];
export type StageState = Schemas["StageOfImage"];
export type StageStateName = StageState["state"];
export type ThumbnailState = ImageFacts["state"];
export type Flag = NonNullable<Schemas["ImageCard"]["flag"]>;
export type Label = NonNullable<Schemas["ImageCard"]["label"]>;
export type TierName = Schemas["CopyGroup"]["tier"];
export type RelationName = Schemas["Member"]["relation"];
export type ImageCard = Schemas["ImageCard"];
export type Action = Schemas["Action"];
export type Changes = Partial<Schemas["Changes"]>;
export type Curated = Schemas["Curated"];
export type Undone = Schemas["Undone"];
export type Album = Schemas["Album"];
export type ScoreParts = Schemas["ScoreParts"];
export type GroupMember = Schemas["Member"];
export type DuplicateGroup = Schemas["CopyGroup"];
export type RunOfGroups = Schemas["RunOfCopies"];
export type JobGlance = Schemas["JobGlance"];
export type DuplicateList = Schemas["CopyGroups"];
export type DuplicateSettings = Schemas["DuplicateSettings"];
export type Burst = Schemas["Burst"];
export type BurstMember = Schemas["BurstMember"];
export type BurstList = Schemas["Bursts"];
export type SequenceKind = Burst["kind"];
export type Plan = Schemas["Plan"];
export type PlannedAction = Schemas["PlannedAction"];
/** What is to be resolved, and how; what is left out is as the policy says. */
export type PlanWish = Partial<Omit<Schemas["PlanWanted"], "catalog">> &
  Pick<Schemas["PlanWanted"], "catalog">;
export type SearchAnswer = Schemas["SearchAnswer"];
export type SearchResult = Schemas["SearchResult"];
export type SearchReason = Schemas["Reason"];
export type SearchWay = Schemas["Way"];
export type Understood = Schemas["Understood"];
export type Suggestion = Schemas["Suggestion"];
