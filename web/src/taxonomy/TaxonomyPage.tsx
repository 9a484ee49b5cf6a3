import { ActionIcon, Button, Checkbox, Menu, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { IconDots, IconDownload, IconPlus, IconSearch, IconUpload } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { exportUrl, type NodeEdited, type TaxonomyNode } from "~/api/taxonomy";
import { useActions } from "~/lib/actions";
import { quote, usePageCommand } from "~/lib/commands";
import { count } from "~/lib/format";
import { useTitle } from "~/lib/title";
import { useDraft } from "~/search/useDraft";
import { say } from "~/ui/messages";
import { PageHeader } from "~/ui/PageHeader";
import { ProblemNote } from "~/ui/States";
import { MissingModel } from "~/tags/WhyNoTags";
import { EditDialogs, type Wish } from "./dialogs";
import { ImportDialog } from "./ImportDialog";
import { NodeDetail } from "./NodeDetail";
import { useNodes } from "./nodes";
import { TreeView } from "./TreeView";
import { find, rowsOf, shownIds, type Tree, withAbove } from "./tree";
import type { TaxonomyView } from "./view";
import styles from "./Taxonomy.module.css";

/** The tree of what images show, and the node that is looked at. */
export function TaxonomyPage() {
  const view = useSearch({ from: "/taxonomy" });
  const { tree, error, refetch } = useNodes();
  const open = tree?.byId.has(Number(view.node)) ?? false; // a node that is gone is looked at no longer
  useTitle("Taxonomy");
  usePageCommand(
    commandOf(view),
    view.q ? `/api/taxonomy?q=${encodeURIComponent(view.q)}` : "/api/taxonomy?all=true",
  );
  return (
    <main id="main" className={styles.page} data-open={open || undefined}>
      {open && <h1 className={`visually-hidden ${styles.narrow}`}>Taxonomy</h1>}
      {(!tree || error) && (
        <div className={styles.top}>
          {!tree && <PageHeader title="Taxonomy" />}
          {error && <ProblemNote error={error} doing="read the taxonomy" onRetry={() => void refetch()} />}
        </div>
      )}
      {tree ? <Known tree={tree} view={view} /> : !error && <Waiting />}
    </main>
  );
}

function commandOf({ node, empty }: TaxonomyView): string {
  return ["lumina taxonomy list", node && quote(node), empty && "--all"].filter(Boolean).join(" ");
}

function Known({ tree, view }: { tree: Tree; view: TaxonomyView }) {
  const it = useTree(tree, view);
  const { node } = it;
  const used = [...tree.byId.values()].filter(({ own }) => own > 0).length;
  return (
    <>
      <div className={styles.top}>
        <PageHeader
          title="Taxonomy"
          lead={`${count(tree.byId.size)} nodes, ${count(used)} of them on images`}
        >
          <Button
            leftSection={<IconPlus size={17} aria-hidden />}
            onClick={() => it.ask({ kind: "add", parent: node })}
          >
            Add
          </Button>
          <Exchange onImport={() => it.setImporting(true)} />
        </PageHeader>
        <div className={styles.bar}>
          <Find
            q={view.q ?? ""}
            onFind={(q) => it.change({ q: q.trim() ? q : undefined })}
            onEnter={it.intoTree}
          />
          <Checkbox
            label="Nodes without images"
            checked={view.empty === "true"}
            onChange={(event) => it.change({ empty: event.currentTarget.checked ? "true" : undefined })}
          />
        </div>
      </div>
      <div className={styles.body}>
        <div className={styles.left}>
          {it.rows.length > 0 ? (
            <TreeView
              tree={tree}
              rows={it.rows}
              current={node?.id ?? null}
              cut={it.cut?.id ?? null}
              onCurrent={it.look}
              onOpen={it.setOpen}
              onMove={it.move}
              onEnter={it.intoDetail}
            />
          ) : (
            <NothingHere view={view} onAll={() => it.change({ empty: "true", q: undefined })} />
          )}
        </div>
        {node ? (
          <NodeDetail key={node.id} node={node} tree={tree} acts={it.acts} onLook={it.look} />
        ) : (
          <p className={styles.hint}>Choose a node to see its images and names.</p>
        )}
      </div>
      {it.wish && <EditDialogs wish={it.wish} tree={tree} onClose={() => it.ask(null)} onDone={it.done} />}
      {it.importing && <ImportDialog onClose={() => it.setImporting(false)} />}
    </>
  );
}

interface FindProps {
  q: string;
  onFind: (q: string) => void;
  onEnter: () => void;
}

/** What is typed stands there at once; the address, and with it the tree, follows at a little distance. */
function Find({ q, onFind, onEnter }: FindProps) {
  const draft = useDraft(q, onFind);
  return (
    <TextInput
      id="find"
      aria-label="Find a node"
      placeholder="Find by any name"
      leftSection={<IconSearch size={16} aria-hidden />}
      value={draft.text}
      maxLength={200}
      onChange={(event) => draft.type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        draft.flush();
        onEnter();
      }}
      className={styles.find}
    />
  );
}

function NothingHere({ view, onAll }: { view: TaxonomyView; onAll: () => void }) {
  return (
    <div className={styles.nothing}>
      <h2>{view.q ? "No node has this name" : "No image has a tag yet"}</h2>
      {!view.q && <MissingModel />}
      {!view.empty && (
        <Button variant="default" onClick={onAll}>
          Show all nodes
        </Button>
      )}
    </div>
  );
}

/** The tree as a text, out and in. */
function Exchange({ onImport }: { onImport: () => void }) {
  return (
    <Menu position="bottom-end" width={260} withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label="Import and export">
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item data-autofocus leftSection={<IconUpload size={17} aria-hidden />} onClick={onImport}>
          Import…
        </Menu.Item>
        {(["keywords", "json"] as const).map((form) => (
          <Menu.Item
            key={form}
            component="a"
            href={exportUrl(form)}
            download
            leftSection={<IconDownload size={17} aria-hidden />}
          >
            {form === "json" ? "Export as JSON" : "Export as keywords"}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What is open, looked at and asked for; the keys of the page. */
function useTree(tree: Tree, view: TaxonomyView) {
  const navigate = useNavigate({ from: "/taxonomy" });
  const [wish, ask] = useState<Wish | null>(null);
  const [importing, setImporting] = useState(false);
  const [cut, setCut] = useState<TaxonomyNode | null>(null);
  const node = (view.node && tree.byId.get(Number(view.node))) || null;
  const [opened, setOpened] = useState<ReadonlySet<number>>(() => new Set(node?.path.slice(0, -1)));
  const found = useMemo(() => (view.q ? withAbove(find(tree, view.q)) : null), [tree, view.q]);
  const shown = useMemo(() => found ?? shownIds(tree, view.empty === "true"), [tree, found, view.empty]);
  const rows = useMemo(() => rowsOf(tree, shown, found ?? opened), [tree, shown, found, opened]);
  const change = (next: Partial<TaxonomyView>) =>
    void navigate({
      search: (now: TaxonomyView) => ({ ...now, ...next }),
      replace: !("node" in next) || view.node !== undefined,
    });
  const reveal = (id: number) => {
    const path = tree.byId.get(id)?.path.slice(0, -1) ?? [];
    setOpened((now) => (path.every((step) => now.has(step)) ? now : new Set([...now, ...path])));
  };
  const look = (id: number) => {
    reveal(id);
    change({ node: String(id) });
  };
  const setOpen = (id: number, open: boolean) =>
    setOpened((now) => new Set(open ? [...now, id] : [...now].filter((one) => one !== id)));
  const done = ({ node: made }: NodeEdited) => {
    ask(null);
    setCut(null);
    if (made) {
      setOpened((now) => new Set([...now, ...made.path.slice(0, -1)]));
      change({ node: String(made.id), q: undefined });
    } else change({ node: node?.parent ? String(node.parent) : undefined });
    setTimeout(intoTree); // after the dialog has given the focus back
  };
  const move = (id: number, to: number) => {
    const moved = tree.byId.get(id);
    if (moved) ask({ kind: "move", node: moved, to });
  };
  const paste = () => cut && ask({ kind: "move", node: cut, to: node?.id ?? null });
  const of = (kind: "rename" | "merge" | "remove" | "move") => () => node && ask({ kind, node });
  const cutIt = () => {
    if (!node) return;
    setCut(node);
    say({ text: `Cut ${node.name}`, note: "Go to the node it belongs below, then paste with Ctrl+V." });
  };
  useActions("Taxonomy", [
    { label: "Find a node", keys: ["/"], run: () => document.getElementById("find")?.focus() },
    { label: "Add a node below this one", keys: ["Insert"], run: () => ask({ kind: "add", parent: node }) },
    { label: "Add a node at the top", run: () => ask({ kind: "add", parent: null }) },
    { label: "Rename", keys: ["F2"], run: of("rename") },
    { label: "Move to…", keys: ["Shift+F2"], run: of("move") },
    { label: "Cut, to paste it below another", keys: ["$mod+X"], run: cutIt },
    { label: "Paste below this node", keys: ["$mod+V"], run: () => void paste() },
    { label: "Merge into…", keys: ["$mod+M"], run: of("merge") },
    { label: "Remove", keys: ["Delete"], run: of("remove") },
    { label: "Import nodes", run: () => setImporting(true) },
  ]);
  const acts = {
    add: () => ask({ kind: "add", parent: node }),
    rename: of("rename"),
    move: of("move"),
    merge: of("merge"),
    remove: of("remove"),
    back: () => change({ node: undefined }),
  };
  return {
    node,
    rows,
    wish,
    ask,
    importing,
    setImporting,
    cut,
    change,
    look,
    setOpen,
    done,
    move,
    acts,
    intoTree,
    intoDetail,
  };
}

export type NodeActs = ReturnType<typeof useTree>["acts"];

function intoTree(): void {
  document.querySelector<HTMLElement>("[role=tree]")?.focus();
}

function intoDetail(): void {
  document.getElementById("node-detail")?.focus();
}

function Waiting() {
  return (
    <div className={styles.body} role="status" aria-label="Loading the taxonomy">
      <div className={styles.sketch}>
        {[40, 62, 55, 70, 48, 58, 66, 44, 60].map((width, i) => (
          <span key={i} style={{ width: `${width}%` }} />
        ))}
      </div>
    </div>
  );
}
