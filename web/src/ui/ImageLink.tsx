import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Filters } from "~/lib/filters";
import { useOrigin } from "~/lib/origin";

interface LinkProps {
  id: number;
  /** What the present page is called: the image's way back leads here. */
  from: string;
  /** Images that the arrows walk through; all where left out. */
  filters?: Filters;
  className?: string;
  "aria-label"?: string;
  children: ReactNode;
}

/** To an image, and from there back to this page as it is. */
export function ImageLink({ id, from, filters = {}, ...rest }: LinkProps) {
  const origin = useOrigin(from);
  return <Link to="/image/$id" params={{ id: String(id) }} search={filters} state={{ origin }} {...rest} />;
}
