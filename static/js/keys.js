// Keys that hold on every page of runs: j k Enter on rows, / search, g l list, ? help. steps.js adds the run page's own.
(() => {
  // Rows in a closed group count: going to one opens the group.
  const groupOf = (row) => row.closest("li.group > details");
  const rows = () => [...document.querySelectorAll("tbody[data-rows] tr[data-run], ol[data-rows] .step")]
    .filter((row) => (groupOf(row) ?? row).checkVisibility());
  const current = () => document.querySelector("tbody[data-rows] tr[aria-current], ol[data-rows] .step[aria-current]");
  // The row that shows a step; a sub-agent's span may be told by its call, whose row then has its lane.
  const rowOf = (seq) => {
    const find = (mark) => document.querySelector(`ol[data-rows] [${mark}="${seq}"]`)?.closest("li[data-seq]");
    return (find("data-seq") ?? find("data-lane"))?.querySelector(":scope > .step") ?? null;
  };
  const mark = (row, seq = Number(row.closest("[data-seq]")?.dataset.seq)) => {
    current()?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    if (groupOf(row)) groupOf(row).open = true;
    row.scrollIntoView({ block: "nearest" });
    (row.matches("tr") ? row.querySelector("a.title") : row).focus({ preventScroll: true });
    row.dispatchEvent(new CustomEvent("row:marked", { bubbles: true, detail: { seq } }));
  };
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    if (all[next]) mark(all[next]);
  };
  const open = () => {
    const row = current();
    if (row?.matches("tr")) row.querySelector("a.title").click();
    else if (row) window.pageState?.leap(), row.click();
  };
  const find = () => {
    const field = document.querySelector("[data-search]");
    field?.focus();
    field?.select();
  };
  const help = () => document.querySelector("[data-help]")?.showModal();
  const list = () => document.querySelector("[data-to-list]")?.click();
  const keys = { j: () => move(1), k: () => move(-1), "/": find, "?": help, "g l": list };
  let before = "";
  const busy = (event) =>
    event.ctrlKey || event.metaKey || event.altKey || event.isComposing ||
    event.target.closest?.("input, textarea, select, dialog[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches?.("input")) event.target.blur();
    if (busy(event) || event.key === "Shift") return;
    const act = keys[`${before} ${event.key}`] || keys[event.key];
    before = before === "g" ? "" : event.key === "g" ? "g" : "";
    if (event.key === "Enter" && !event.target.closest?.("a, button, summary")) open();
    if (!act) return;
    event.preventDefault();
    act();
  });
  window.pageKeys = { keys, rows, rowOf, mark, current };
})();
