// Whether a letter can go to what was typed: the server is asked once for each recipient, many together.
const TOGETHER = 200;

export function checker(form) {
  const known = new Map();

  // Resolves once all are known, or as much as can be known now: sending looks at them again.
  async function ask(pieces) {
    const open = [...new Set(pieces)].filter((one) => !known.has(one));
    for (let at = 0; at < open.length; at += TOGETHER) await look(open.slice(at, at + TOGETHER));
    return open.length > 0;
  }

  async function look(pieces) {
    const data = new FormData();
    data.set("ma", form.elements.ma.value);
    for (const one of pieces) data.append("den", one);
    try {
      const answer = await fetch("/thu/soan/nguoi-nhan", { method: "POST", body: new URLSearchParams(data), headers: { Accept: "application/json" }, redirect: "error" });
      if (answer.ok) (await answer.json()).forEach((reason, number) => known.set(pieces[number], reason));
    } catch { /* without network nothing is known, and writing goes on */ }
  }

  return { ask, reason: (piece) => known.get(piece) ?? "" };
}
