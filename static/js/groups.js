// Small reads that follow one another lie in a group, also those that came live or with the next window.
// Which rows are small reads the server says (data-reads: the file); it groups the first rows by the same rule.
(() => {
  const list = document.querySelector("ol[data-rows]");
  const blank = document.querySelector("template[data-group]");
  if (!list || !blank) return;
  const fewest = Number(blank.dataset.fewest);
  const rowsOf = (ol) => [...ol.querySelectorAll(":scope > li[data-seq], :scope > .group > details > ol > li[data-seq]")];
  const groupOf = (row) => row.closest("li.group");

  // Longest runs of reads are one part; every other row is a part of its own.
  const partsOf = (rows) => {
    const parts = [];
    let run = [];
    const end = () => {
      if (run.length >= fewest) parts.push(run);
      else parts.push(...run.map((row) => [row]));
      run = [];
    };
    for (const row of rows) {
      if (row.dataset.reads) run.push(row);
      else {
        end();
        parts.push([row]);
      }
    }
    end();
    return parts;
  };
  const fill = (group, rows) => {
    const ol = group.querySelector("ol");
    if (ol.children.length === rows.length && rows.every((row, n) => ol.children[n] === row)) return;
    const files = [...new Set(rows.map((row) => row.dataset.reads))];
    group.querySelector("[data-files]").textContent = `${files.length} file${files.length === 1 ? "" : "s"}`;
    group.querySelector("[data-names]").textContent = files.map((path) => path.split("/").pop()).join(", ");
    ol.replaceChildren(...rows);
    if (rows.some((row) => row.querySelector(":scope > .step[aria-current], :scope > .opened"))) group.querySelector("details").open = true;
  };
  const regroup = (ol) => {
    const focused = document.activeElement;
    const used = new Set();
    let place = ol.firstElementChild;
    while (place?.matches("[data-earlier]")) place = place.nextElementSibling;
    for (const part of partsOf(rowsOf(ol))) {
      let node = part[0];
      if (part.length > 1) {
        node = part.map(groupOf).find((group) => group && !used.has(group)) ?? blank.content.firstElementChild.cloneNode(true);
        used.add(node);
        if (node === place) place = place.nextElementSibling;
        else ol.insertBefore(node, place);
        while (place && part.includes(place)) place = place.nextElementSibling;
        fill(node, part);
      } else if (node === place) place = place.nextElementSibling;
      else ol.insertBefore(node, place);
    }
    for (const group of ol.querySelectorAll(":scope > .group")) if (!group.querySelector("li")) group.remove();
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  };
  const regroupAll = () => {
    for (const ol of [list, ...list.querySelectorAll(".lane > ol")]) regroup(ol);
  };
  document.addEventListener("live:rows", regroupAll);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "panel" && !event.target.closest?.(".opened, #panel")) regroupAll();
  });
})();
