import { thumbHashToDataURL } from "thumbhash";
import { bytesOf } from "~/lib/base64";
import { justify } from "./layout";
import type { Reply, Request } from "./work";

function picture(hash: string): string {
  try {
    return thumbHashToDataURL(bytesOf(hash));
  } catch {
    return "";
  }
}

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  if (data.kind === "layout") {
    const layout = justify(data.input, data.options);
    const reply: Reply = { id: data.id, layout };
    const buffers = [layout.x, layout.y, layout.w, layout.h, layout.days].map(
      (array) => array.buffer as ArrayBuffer,
    );
    postMessage(reply, { transfer: buffers });
  } else {
    const reply: Reply = { id: data.id, pictures: data.hashes.map(picture) };
    postMessage(reply);
  }
});
