/** The taxonomy as a tree in the browser: rows that are open, nodes by any of their names. */
import type { TaxonomyNode } from "~/api/taxonomy";

export interface Tree {
  byId: ReadonlyMap<number, TaxonomyNode>;
  /** Nodes right below one, by name; null: at the top. */
  below: ReadonlyMap<number | null, readonly TaxonomyNode[]>;
}

export interface Row {
  node: TaxonomyNode;
  /** 0 at the top. */
  depth: number;
  /** Place among its siblings, from 1, and how many these are. */
  place: number;
  siblings: number;
  /** Null where nothing is below it. */
  open: boolean | null;
}

const order = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

export function treeOf(nodes: readonly TaxonomyNode[]): Tree {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const below = new Map<number | null, TaxonomyNode[]>();
  for (const node of nodes) {
    const others = below.get(node.parent);
    if (others) others.push(node);
    else below.set(node.parent, [node]);
  }
  for (const some of below.values()) some.sort((a, b) => order.compare(a.name, b.name));
  return { byId, below };
}

/** Ids of the nodes worth showing: all, or those that images or people have, with what is above them. */
export function shownIds(tree: Tree, empty: boolean): ReadonlySet<number> {
  if (empty) return new Set(tree.byId.keys());
  const used = [...tree.byId.values()].filter(({ images, origin }) => images > 0 || origin !== "lumina");
  return withAbove(used);
}

/** The nodes' ids and those of all above them. */
export function withAbove(nodes: Iterable<TaxonomyNode>): Set<number> {
  const ids = new Set<number>();
  for (const { path } of nodes) for (const id of path) ids.add(id);
  return ids;
}

/** Rows from top to bottom: what is below closed nodes is left out. */
export function rowsOf(tree: Tree, shown: ReadonlySet<number>, open: ReadonlySet<number>): Row[] {
  const rows: Row[] = [];
  const visit = (parent: number | null, depth: number) => {
    const some = (tree.below.get(parent) ?? []).filter(({ id }) => shown.has(id));
    some.forEach((node, i) => {
      const parental = tree.below.get(node.id)?.some(({ id }) => shown.has(id)) ?? false;
      const isOpen = parental ? open.has(node.id) : null;
      rows.push({ node, depth, place: i + 1, siblings: some.length, open: isOpen });
      if (isOpen) visit(node.id, depth + 1);
    });
  };
  visit(null, 0);
  return rows;
}

/** Lower case, without accents. */
export function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

const spoken = new WeakMap<TaxonomyNode, string[]>();

function namesOf(node: TaxonomyNode): string[] {
  let names = spoken.get(node);
  if (!names) spoken.set(node, (names = [node.name, ...node.names.map(({ name }) => name)].map(folded)));
  return names;
}

/** 0: the name itself; 1: it begins so; 2: a word in it does; 3: it is in it; none: 4. The node's first name comes first. */
function fit(node: TaxonomyNode, words: string): number {
  const ranks = namesOf(node).map((name, i) => {
    const later = i === 0 ? 0 : 0.5;
    if (name === words) return later;
    if (name.startsWith(words)) return 1 + later;
    if (name.includes(` ${words}`)) return 2 + later;
    return name.includes(words) ? 3 + later : 4;
  });
  return Math.min(...ranks);
}

/** Nodes that have this in any name, in any language; the best first, of equal ones those with more images. */
export function find(tree: Tree, words: string, limit = Infinity): TaxonomyNode[] {
  const wanted = folded(words);
  if (!wanted) return [];
  return [...tree.byId.values()]
    .map((node) => ({ node, rank: fit(node, wanted) }))
    .filter(({ rank }) => rank < 4)
    .sort(
      (a, b) => a.rank - b.rank || b.node.images - a.node.images || order.compare(a.node.name, b.node.name),
    )
    .slice(0, limit)
    .map(({ node }) => node);
}

/** Names from the top to the node. */
export function namesTo(tree: Tree, id: number): string[] {
  const path = tree.byId.get(id)?.path ?? [];
  return path.map((step) => tree.byId.get(step)?.name ?? "?");
}

/** "Animal / Dog"; of what is above a node where `above`. */
export function pathText(tree: Tree, id: number, above = false): string {
  const names = namesTo(tree, id);
  return (above ? names.slice(0, -1) : names).join(" / ");
}

/** How many nodes are below one. */
export function countBelow(tree: Tree, id: number): number {
  return (tree.below.get(id) ?? []).reduce((sum, node) => sum + 1 + countBelow(tree, node.id), 0);
}

/** True where `id` is `other` or below it. */
export function isWithin(tree: Tree, id: number, other: number): boolean {
  return tree.byId.get(id)?.path.includes(other) ?? false;
}

/** The next row, after `from` and around the end, whose name begins so; -1 where there is none. */
export function typeAhead(rows: readonly Row[], from: number, letters: string): number {
  const wanted = folded(letters);
  const start = letters.length > 1 ? 0 : 1; // more letters may still mean the same row
  for (let step = start; step < rows.length + start; step++) {
    const at = (from + step + rows.length) % rows.length;
    if (folded(rows[at]!.node.name).startsWith(wanted)) return at;
  }
  return -1;
}
