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
