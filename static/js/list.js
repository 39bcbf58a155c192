// Live rows of the run list: changed rows in place, new ones at their place; after a gap the first page is fetched anew.
(() => {
  const root = document.querySelector("[data-live=list]");
  const body = root?.querySelector("tbody[data-rows]");
  if (!body) return;
  const isFirst = "first" in root.dataset;
  const make = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    return holder.content.firstElementChild;
  };
  const isBefore = (tr, at, run) => Number(tr.dataset.at) < at || (Number(tr.dataset.at) === at && tr.dataset.run < run);
  const take = (tr) => {
    const { at, run, revision } = tr.dataset;
    const old = body.querySelector(`tr[data-run="${run}"]`);
    if (old && Number(old.dataset.revision) > Number(revision)) return;
    if (old && old.hasAttribute("aria-current")) tr.setAttribute("aria-current", "true");
    if (old && old.dataset.at === at) return old.replaceWith(tr);
    if (!old && !isFirst) return;
    old?.remove();
    const next = [...body.querySelectorAll("tr[data-run]")].find((other) => isBefore(other, Number(at), run));
    if (next) next.before(tr);
    else if (!body.querySelector("tr.more")) body.append(tr);
    if (!old) for (const cell of tr.cells) cell.classList.add("is-new");
  };
  const show = () => {
    root.querySelector("table").hidden = false;
    document.querySelector("[data-first-run]")?.remove();
    document.dispatchEvent(new Event("live:rows"));
  };
  root.addEventListener("live:frame", ({ detail: frame }) => {
    for (const row of frame.rows ?? []) take(make(row.html));
    for (const run of frame.gone ?? []) body.querySelector(`tr[data-run="${run}"]`)?.remove();
    const sums = document.querySelector("[data-summary]");
    if (frame.summary && sums) sums.innerHTML = frame.summary;
    if (frame.rows?.length) show();
  });
  root.addEventListener("live:again", async () => {
    const answer = await fetch(root.dataset.poll).catch(() => null);
    if (!answer?.ok || !isFirst) return;
    const holder = document.createElement("template");
    holder.innerHTML = `<table><tbody>${await answer.text()}</tbody></table>`;
    const rows = [...holder.content.querySelectorAll("tr[data-run]")];
    const there = new Set(rows.map((tr) => tr.dataset.run));
    const last = holder.content.querySelector("tr.more") ? rows.at(-1) : null;
    for (const tr of body.querySelectorAll("tr[data-run]")) {
      const isOlder = last && !isBefore(last, Number(tr.dataset.at), tr.dataset.run);
      if (!there.has(tr.dataset.run) && !isOlder) tr.remove();
    }
    for (const tr of rows) take(tr);
    if (rows.length) show();
  });
})();
