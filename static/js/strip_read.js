// What is read moves the playhead: the chosen row, else the row at the top of the page; and the strip tells its height.
(() => {
  const flight = window.flight;
  if (!flight) return;
  const bar = flight.root.closest(".strip");
  const seqOf = (row) => Number(row?.closest?.("[data-seq]")?.dataset.seq ?? NaN);
  const chosen = () => {
    const row = document.querySelector("ol[data-rows] .step[aria-current]");
    const shown = document.querySelector("[data-panel]")?.dataset.panel;
    const own = row && window.pageKeys?.rowOf(shown) === row ? Number(shown) : seqOf(row); // a turn of the tree has none
    return Number.isNaN(own) ? Number(shown || new URLSearchParams(location.search).get("step") || NaN) : own;
  };
  const read = (seq) => {
    if (!Number.isNaN(seq)) flight.set(flight.find(seq));
  };
  let asked = 0;
  // A chosen row that can be seen is where one reads.
  const reading = () => {
    const edge = bar.getBoundingClientRect().bottom;
    const row = document.querySelector("ol[data-rows] .step[aria-current]")?.getBoundingClientRect();
    if (row?.height && row.bottom > edge && row.top < innerHeight) return chosen();
    const cards = [...document.querySelectorAll(".is-changes .change[data-step]")];
    const card = cards.find((each) => each.matches(".is-here")) ?? cards.findLast((each) => each.getBoundingClientRect().top < edge + 24);
    if (card) return Number(card.dataset.step);
    const list = document.querySelector("ol[data-rows]")?.getBoundingClientRect();
    return list && list.top < edge ? seqOf(document.elementFromPoint(list.left + 60, edge + 24)) : NaN;
  };
  addEventListener("scroll", () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      read(reading());
    });
  }, { passive: true });
  document.addEventListener("row:marked", ({ detail }) => read(detail.seq));
  document.addEventListener("htmx:afterSwap", ({ target }) => { if (target.id === "panel") read(chosen()); });
  document.addEventListener("click", ({ target }) => { if (target.closest?.("ol[data-rows] .step")) read(seqOf(target)); });
  flight.root.addEventListener("strip:data", () => {
    flight.said.clear();
    read(chosen());
  });
  // What sticks below the strip, or scrolls under it, keeps clear of it.
  new ResizeObserver(() => document.documentElement.style.setProperty("--strip", `${bar.offsetHeight}px`)).observe(bar);
})();
