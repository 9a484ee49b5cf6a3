import { Button, Modal, SegmentedControl } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { announce } from "~/api/events";
import { asProblem } from "~/api/problem";
import { learning, type Named, type Targets } from "~/api/taxonomy";
import { queryClient } from "~/app/client";
import { images as sayImages } from "~/lib/format";
import { NodePicker } from "~/taxonomy/NodePicker";
import { reread } from "~/taxonomy/nodes";
import { MissingModel } from "./WhyNoTags";
import styles from "./Dialogs.module.css";

/** "These are Zoey": examples for one thing or a sort of things; what is learnt is shown before it counts. */
export default function TeachDialog({ targets, onClose }: { targets: Targets; onClose: () => void }) {
  const navigate = useNavigate();
  const [named, setNamed] = useState<Named | null>(null);
  const [kind, setKind] = useState<"entity" | "concept">("entity");
  const [shows, setShows] = useState("yes");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const images = "images" in targets ? targets.images : [];
  const fresh = named !== null && "name" in named;
  const teach = async () => {
    if (!named || busy) return;
    setBusy(true);
    setError("");
    try {
      const whom = "node" in named ? { node: named.node } : { name: named.name, kind };
      const lesson = await learning.teach({ ...whom, [shows === "yes" ? "images" : "refused"]: images });
      queryClient.setQueryData(["lesson", lesson.node.id], lesson);
      announce();
      reread();
      onClose();
      void navigate({ to: "/corrections", search: { lesson: String(lesson.node.id) } });
    } catch (problem) {
      setError(asProblem(problem).message);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Teach" size={480}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void teach();
        }}
      >
        {images.length === 0 ? (
          <p>Choose single images as examples; a few dozen are enough to begin with.</p>
        ) : (
          <p>
            {sayImages(images.length)} as examples. What is learnt is shown first: nothing is tagged before
            you apply it.
          </p>
        )}
        <NodePicker
          label="These are"
          placeholder="Zoey, or a name that is there"
          focus
          keep
          create={(name) => `Something new: “${name}”`}
          onPick={setNamed}
          onUnpick={() => setNamed(null)}
        />
        {fresh && (
          <SegmentedControl
            aria-label="What it is"
            value={kind}
            onChange={(value) => setKind(value as typeof kind)}
            data={[
              { value: "entity", label: "One certain thing" },
              { value: "concept", label: "A sort of things" },
            ]}
          />
        )}
        {named && !fresh && (
          <SegmentedControl
            aria-label="What the images are"
            value={shows}
            onChange={setShows}
            data={[
              { value: "yes", label: "They show it" },
              { value: "no", label: "They don’t" },
            ]}
          />
        )}
        {error && (
          <p className={styles.wrong} role="alert">
            {error}
          </p>
        )}
        {error && <MissingModel />}
        <div className={styles.foot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!named || images.length === 0}>
            Teach
          </Button>
        </div>
      </form>
    </Modal>
  );
}
