// A range of steps: the transcript shows only those, and counts what comes live outside of it.
(() => {
  const root = document.querySelector("[data-live=run]");
  const list = root?.querySelector("ol[data-rows]");
  const box = root?.querySelector("[data-strip-range]");
  const told = root?.querySelector("[data-outside]");
  const none = root?.querySelector("[data-none-in-range]");
  if (!list || !box) return;
  const outside = new Set();

  // Rows lie in the order of their times, then of their numbers.
  const ends = () => {
    const shown = box.querySelector("[data-first]")?.dataset;
    return shown ? [[shown.firstAt, shown.first], [shown.lastAt, shown.last]].map((end) => end.map(Number)) : null;
  };
  const isBefore = ([at, seq], [otherAt, other]) => at < otherAt || (at === otherAt && seq < other);
  const say = () => {
    told.hidden = !outside.size;
    told.textContent = `${outside.size} new step${outside.size === 1 ? "" : "s"} outside of it`;
  };
  const leavesOut = (row) => {
    const [first, last] = (row.parent === null && ends()) || [];
    const place = [row.at, row.seq];
    if (!first || (!isBefore(place, first) && !isBefore(last, place))) return false;
    if (row.seq >= Number(list.dataset.steps)) outside.add(row.seq);
    say();
    return true;
  };
  const within = (bars) => {
    const [from, to] = ["from", "to"].map((name) => bars.findIndex(({ seq }) => seq === Number(list.dataset[name] || NaN)));
    return from < 0 || to < 0 ? bars : bars.slice(from, to + 1);
  };

  document.addEventListener("strip:range", async ({ detail: range }) => {
    const [from, to] = [String(range?.from ?? ""), String(range?.to ?? "")];
    if (from === (list.dataset.from ?? "") && to === (list.dataset.to ?? "")) return;
    Object.assign(list.dataset, { from, to });
    outside.clear();
    say();
    const step = window.pageState.get("step");
    await window.pageKeys.load(step ? { around: step } : {});
    none.hidden = !range || Boolean(list.querySelector("[data-seq]"));
    if (list.getBoundingClientRect().top < 0) list.scrollIntoView({ block: "start" });
  });
  window.stepRange = { leavesOut, within };
})();
