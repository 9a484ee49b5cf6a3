import { type DragEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { IconChevronRight, IconUser } from "@tabler/icons-react";
import { count } from "~/lib/format";
import { isWithin, type Row, type Tree, typeAhead } from "./tree";
import styles from "./Taxonomy.module.css";

const HEIGHT = 34;
const OVER = 10;
const TYPING_MS = 700;

interface TreeProps {
  tree: Tree;
  rows: Row[];
  current: number | null;
  /** Node that was cut and waits for being pasted. */
  cut: number | null;
  onCurrent: (id: number) => void;
  onOpen: (id: number, open: boolean) => void;
  /** Dropped on a node. */
  onMove: (id: number, to: number) => void;
  onEnter: () => void;
}

/** The tree by keyboard and pointer; only rows in view are drawn. */
export function TreeView({ tree, rows, current, cut, onCurrent, onOpen, onMove, onEnter }: TreeProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [first, end] = useRange(scroller);
  const at = rows.findIndex(({ node }) => node.id === current);
  const go = (to: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (row) onCurrent(row.node.id);
  };
  const type = useTyping();
  /** Opens, closes, or leads in or out; true where the key was one of these. */
  const sideways = (key: string, row: Row | undefined): boolean => {
    if (key !== "ArrowRight" && key !== "ArrowLeft") return false;
    const right = key === "ArrowRight";
    if (row && row.open === !right) onOpen(row.node.id, right);
    else if (right && row?.open) go(at + 1);
    else if (!right && row?.node.parent) onCurrent(row.node.parent);
    return true;
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !handled(event.key)) return;
    event.preventDefault();
    if (sideways(event.key, rows[at])) return;
    if (event.key === "Enter") return onEnter();
    const to = goal(event.key, at, rows, Math.floor((scroller.current?.clientHeight ?? 0) / HEIGHT));
    if (to !== null) return go(to);
    const found = typeAhead(rows, Math.max(at, 0), type(event.key));
    if (found >= 0) go(found);
  };
  useEffect(() => {
    const box = scroller.current;
    if (!box || at < 0) return;
    const [top, bottom] = [at * HEIGHT, (at + 1) * HEIGHT];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  }, [at]);
  const drawn = rows.slice(first, end).map((row, i) => ({ row, i: first + i }));
  const inView = at >= first && at < end;
  return (
    <div
      ref={scroller}
      className={styles.tree}
      role="tree"
      aria-label="Taxonomy"
      tabIndex={0}
      data-own-arrows
      data-page-keys
      aria-activedescendant={inView ? `node-${current}` : undefined}
      onKeyDown={onKey}
    >
      <div role="presentation" style={{ height: rows.length * HEIGHT }} className={styles.ground}>
        {drawn.map(({ row, i }) => (
          <TreeRow
            key={row.node.id}
            tree={tree}
            row={row}
            top={i * HEIGHT}
            current={row.node.id === current}
            cut={row.node.id === cut}
            onCurrent={onCurrent}
            onOpen={onOpen}
            onMove={onMove}
          />
        ))}
      </div>
    </div>
  );
}

const LETTER = /^[\p{L}\p{N}]$/u;

function handled(key: string): boolean {
  return /^(Arrow|Home|End|Page|Enter)/.test(key) || LETTER.test(key);
}

/** Row that a key leads to; null where it is none of those. */
function goal(key: string, at: number, rows: Row[], page: number): number | null {
  const goals: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: rows.length - 1,
    PageDown: at + page,
    PageUp: at - page,
  };
  return goals[key] ?? null;
}

/** Letters typed one soon after the other, as one word. */
function useTyping(): (letter: string) => string {
  const typed = useRef({ text: "", time: 0 });
  return (letter) => {
    const now = Date.now();
    const text = now - typed.current.time < TYPING_MS ? typed.current.text + letter : letter;
    typed.current = { text, time: now };
    return text;
  };
}

/** Rows in view, or nearly so. */
function useRange(scroller: React.RefObject<HTMLDivElement | null>): [number, number] {
  const [range, setRange] = useState<[number, number]>([0, 60]);
  useEffect(() => {
    const box = scroller.current!;
    const measure = () => {
      const from = Math.max(0, Math.floor(box.scrollTop / HEIGHT) - OVER);
      const to = Math.ceil((box.scrollTop + box.clientHeight) / HEIGHT) + OVER;
      setRange((now) => (now[0] === from && now[1] === to ? now : [from, to]));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    box.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", measure);
    };
  }, [scroller]);
  return range;
}

interface RowProps extends Pick<TreeProps, "tree" | "onCurrent" | "onOpen" | "onMove"> {
  row: Row;
  top: number;
  current: boolean;
  cut: boolean;
}

const KIND = "application/x-lumina-node";

function TreeRow({ tree, row, top, current, cut, onCurrent, onOpen, onMove }: RowProps) {
  const { node, depth, open } = row;
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const id = Number(event.dataTransfer.getData(KIND));
    if (id && !isWithin(tree, node.id, id) && node.id !== tree.byId.get(id)?.parent) onMove(id, node.id);
  };
  return (
    // the tree has the focus and hears the keys
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={`node-${node.id}`}
      role="treeitem"
      tabIndex={-1}
      aria-level={depth + 1}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-expanded={open ?? undefined}
      aria-selected={current}
      className={styles.row}
      data-over={over || undefined}
      data-cut={cut || undefined}
      style={{ top, height: HEIGHT, paddingLeft: 10 + Math.min(depth, 12) * 18 }}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(KIND, String(node.id))}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      onMouseDown={(event) => event.currentTarget.closest<HTMLElement>("[role=tree]")?.focus()}
      onClick={() => onCurrent(node.id)}
      onDoubleClick={() => open !== null && onOpen(node.id, !open)}
    >
      <span
        className={styles.twist}
        data-open={open || undefined}
        data-none={open === null || undefined}
        aria-hidden
        onClick={(event) => {
          event.stopPropagation();
          if (open !== null) onOpen(node.id, !open);
        }}
      >
        <IconChevronRight size={16} stroke={2} />
      </span>
      <span className={styles.label}>{node.name}</span>
      {node.kind === "entity" && (
        <IconUser size={14} stroke={1.8} className={styles.entity} aria-label="one thing" />
      )}
      <span className={styles.held} data-none={node.images === 0 || undefined}>
        {count(node.images)}
        <span className="visually-hidden"> images</span>
      </span>
    </div>
  );
}
