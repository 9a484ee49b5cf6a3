import { Link } from "@tanstack/react-router";
import { useTagger } from "./tagger";
import styles from "./TagsPanel.module.css";

/** Why an image has no tags, and the next thing to do. */
export function WhyNoTags() {
  const tagger = useTagger();
  return (
    <div className={styles.none}>
      <p>No tags yet. Add one with T.</p>
      {tagger && tagger.state !== "installed" && <MissingModel />}
    </div>
  );
}

/** "Tags come by themselves once the model is there", with the command and the way. */
export function MissingModel() {
  const tagger = useTagger();
  if (!tagger || tagger.state === "installed") return null;
  if (tagger.state === "pulling")
    return <p>The model {tagger.title} is being downloaded; tags come after it.</p>;
  return (
    <p>
      Tags come by themselves once the model {tagger.title} is installed: in the{" "}
      <Link to="/settings" hash="models">
        settings
      </Link>
      , or with <code>lumina models pull {tagger.name}</code>
    </p>
  );
}
