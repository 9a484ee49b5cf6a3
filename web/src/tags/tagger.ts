/** How the model that tags stands: what is to be done where there are no tags. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, server } from "~/api/client";

export interface Tagger {
  name: string;
  title: string;
  state: "installed" | "missing" | "broken" | "pulling";
  /** What is missing, in a sentence. */
  detail: string;
  /** Images that have its vector. */
  embedded: number;
}

/** The model of the setting `tag_model`; undefined while it is not known. */
export function useTagger(): Tagger | undefined {
  const { data: settings } = useQuery({ queryKey: ["settings"], queryFn: api.settings });
  const { data: models } = useQuery({ queryKey: ["models"], queryFn: () => ask(server.GET("/api/models")) });
  const name = settings?.find((setting) => setting.name === "tag_model")?.value;
  return models?.items.find((model) => model.name === String(name));
}
