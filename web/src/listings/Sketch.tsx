import styles from "./Listings.module.css";

const CARDS = 20;

/** The shape of what comes. */
export function Sketch() {
  return (
    <div className={styles.grid} role="status" aria-label="Loading the listings">
      {Array.from({ length: CARDS }, (_, i) => (
        <span key={i} className={styles.sketch} style={{ animationDelay: `${i * 70}ms` }} aria-hidden>
          <i />
          <i />
          <i />
        </span>
      ))}
    </div>
  );
}
