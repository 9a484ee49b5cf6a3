import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconApi, IconCheck, IconCopy, IconTerminal2 } from "@tabler/icons-react";
import { useState } from "react";
import { useActions } from "~/lib/actions";
import { curl, pageCommand } from "~/lib/commands";
import { useStore } from "~/lib/store";
import styles from "./CopyMenu.module.css";

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or no HTTPS: the text is on the menu to be copied by hand
  }
}

/** The present view as a command line or an API call, on the clipboard. */
export function CopyMenu() {
  const command = useStore(pageCommand);
  const [said, setSaid] = useState("");
  const take = (text: string, what: string) => async () => {
    setSaid((await copy(text)) ? `${what} copied` : `Copying isn’t allowed here: ${text}`);
    setTimeout(() => setSaid(""), 4000);
  };
  const line = command?.command ?? "";
  const call = command ? (command.call ?? curl(command.path)) : "";
  useActions("Copy", [
    { label: "Copy as command", run: () => void take(line, "Command")() },
    { label: "Copy as API call", run: () => void take(call, "API call")() },
  ]);
  if (!command) return null;
  return (
    <>
      <Menu position="bottom-end" width={380} withinPortal={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Tooltip label="Copy this view">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              className={styles.button}
              aria-label="Copy this view"
            >
              {said ? <IconCheck size={20} stroke={1.6} /> : <IconCopy size={20} stroke={1.6} />}
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            data-autofocus
            leftSection={<IconTerminal2 size={18} aria-hidden />}
            onClick={() => void take(line, "Command")()}
          >
            Copy as command
            <code className={styles.code}>{line}</code>
          </Menu.Item>
          <Menu.Item
            leftSection={<IconApi size={18} aria-hidden />}
            onClick={() => void take(call, "API call")()}
          >
            Copy as API call
            <code className={styles.code}>{call}</code>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <div className={styles.said} role="status">
        {said}
      </div>
    </>
  );
}
