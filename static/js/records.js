// Records of the log open below their rows: by { }, by o or Space on the chosen row; the address keeps which are open.
(() => {
  const list = document.querySelector("[data-log] ol[data-rows]");
  const { keys, current } = window.pageKeys;
  const MOST = 10;
  const keep = (seq, open) => {
    const rest = window.pageState.get("open").split(".").filter((name) => name && name !== seq);
    window.pageState.set("open", (open ? [...rest, seq] : rest).slice(-MOST).join("."));
  };
  const toggle = (li) => {
    const control = li.querySelector(":scope > .e-record");
    const old = li.querySelector(":scope > .record");
    old?.remove();
    control.setAttribute("aria-expanded", String(!old));
    keep(li.dataset.seq, !old);
    if (old) return;
    const record = document.createElement("div");
    record.className = "record";
    for (const [name, value] of [["hx-boost", "false"], ["hx-replace-url", "false"], ["hx-sync", "this:replace"]]) record.setAttribute(name, value);
    record.textContent = "…";
    li.append(record);
    htmx.ajax("GET", `../steps/${li.dataset.seq}/record/`, { source: record, target: record, swap: "innerHTML" });
  };
  list.addEventListener("click", (event) => {
    const control = event.target.closest(".e-record");
    if (!control || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    toggle(control.closest("li"));
  });
  const toggleCurrent = () => current() && toggle(current().closest("li"));
  keys.o = toggleCurrent;
  list.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !event.target.matches(".step")) return;
    event.preventDefault();
    toggle(event.target.closest("li"));
  });
})();
