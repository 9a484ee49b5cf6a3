import { useState } from "react";
import { originalUrl, pictureUrl } from "~/api/client";
import type { ImageFacts } from "~/api/types";
import styles from "./ImagePage.module.css";

/** The video itself; where the browser lacks its codec, its poster and a way to the file. */
export function VideoStage({ facts }: { facts: ImageFacts }) {
  const [refused, setRefused] = useState(false);
  const poster = facts.proxy
    ? pictureUrl(facts.id, "proxy", facts.proxy)
    : facts.thumbnail
      ? pictureUrl(facts.id, "thumbnail", facts.thumbnail)
      : undefined;
  if (refused)
    return (
      <div className={styles.video}>
        {poster && <img src={poster} alt={facts.name} style={{ maxHeight: "70%", maxWidth: "90%" }} />}
        <p className={styles.videoNote}>
          This browser can’t play {facts.format ?? "this format"}.{" "}
          <a href={originalUrl(facts.id)} download>
            Download the original
          </a>
        </p>
      </div>
    );
  return (
    <div className={styles.video}>
      {/* Home videos come without captions. */}
      {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
      <video
        controls
        playsInline
        preload="metadata"
        src={originalUrl(facts.id)}
        poster={poster}
        aria-label={facts.name}
        onError={() => setRefused(true)}
      />
    </div>
  );
}
