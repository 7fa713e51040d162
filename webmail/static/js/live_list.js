// The list of a folder, also beside an open letter: when the page was kept by the browser (Back), it looks again.
import { soon } from "./live.js";

export function mount() {
  const back = (event) => { if (event.persisted) soon(); };
  addEventListener("pageshow", back);
  return () => removeEventListener("pageshow", back);
}
