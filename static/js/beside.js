// Keys of two runs beside each other: n and N (or p) go to the next and previous difference; the list of runs
// has its own keys. A difference is a block of neighbouring rows that differ.
(() => {
  const list = document.querySelector("[data-beside]");
  if (!list || !window.pageKeys) return;
  const { keys, mark } = window.pageKeys;
  const rows = () => [...list.querySelectorAll(":scope > .beside-row")];
  const begins = (row) => row.matches(".is-apart") && !row.previousElementSibling?.matches(".is-apart");
  const blocks = () => rows().filter(begins);
  const here = () => list.querySelector(".step[aria-current]")?.closest(".beside-row") ?? null;
  const isAfter = (row, other) => Boolean(other.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING);
  const show = (row) => {
    mark(row.querySelector(".step"), NaN);
    row.scrollIntoView({ block: "center" });
  };
  const go = (by) => {
    const now = here(), all = blocks();
    const next = by > 0 ? all.find((row) => !now || isAfter(row, now)) : all.findLast((row) => now && isAfter(now, row));
    if (next) show(next);
    else if (by > 0) list.querySelector("[data-more]")?.click();
  };
  Object.assign(keys, { n: () => go(1), N: () => go(-1), p: () => go(-1) });
})();
