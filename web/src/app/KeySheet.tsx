import { Modal } from "@mantine/core";
import { actionGroups, inOrder, keyCaps } from "~/lib/actions";
import { useStore } from "~/lib/store";
import styles from "./KeySheet.module.css";

/** Keys as they are printed on the keyboard. */
export function Caps({ keys }: { keys: string }) {
  return (
    <span className={styles.caps}>
      {keyCaps(keys).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}

/** The keys of the present page. */
export default function KeySheet({ onClose }: { onClose: () => void }) {
  const groups = inOrder(useStore(actionGroups));
  const shown = groups
    .map(({ title, actions }) => ({ title, actions: actions.filter(({ keys }) => keys?.length) }))
    .filter(({ actions }) => actions.length > 0);
  return (
    <Modal opened onClose={onClose} title="Keys of this page" size={640}>
      <div className={styles.sheet}>
        {shown.map(({ title, actions }) => (
          <section key={title}>
            <h3 className={styles.group}>{title}</h3>
            <dl className={styles.keys}>
              {actions.map(({ label, keys }) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>
                    <Caps keys={keys?.[0] ?? ""} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
