// A chosen range of the strip: kept in the address, zoomed to, summed up below, told to the page as "strip:range".
(() => {
  const flight = window.flight;
  if (!flight) return;
  const box = flight.root.querySelector("[data-strip-range]");
  let range = null, first = true;

  const tell = () => document.dispatchEvent(new CustomEvent("strip:range", { detail: range && { ...range } }));
  const keep = () => {
    window.pageState.set("from", range ? String(range.from) : "");
    window.pageState.set("to", range ? String(range.to) : "");
  };
  const sum = async () => {
    const asked = range;
    if (!range) return void (box.innerHTML = "");
    const answer = await fetch(`${box.dataset.url}?from=${range.from}&to=${range.to}`).catch(() => null);
    if (answer?.ok && asked === range) box.innerHTML = await answer.text();
  };
  const ends = () => range && [flight.find(range.from), flight.find(range.to)];
  const zoom = () => {
    const [from, to] = ends() ?? [];
    if (!from || !to) return flight.look(0, flight.length);
    const margin = (to.x + to.w - from.x) / 12 + 20;
    flight.look(from.x - margin, to.x + to.w + margin);
  };
  const choose = (from, to) => {
    range = from === null ? null : { from, to };
    keep();
    sum();
    zoom();
    tell();
  };
  flight.root.addEventListener("strip:select", ({ detail }) => choose(detail.first.seq, detail.last.seq));
  box.addEventListener("click", (event) => {
    if (!event.target.closest("[data-strip-clear]")) return;
    event.preventDefault();
    choose(null);
  });
  // Shift and the arrows grow a range from the playhead.
  flight.root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && range) { event.stopPropagation(); return choose(null); }
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!event.shiftKey || !by) return;
    event.preventDefault();
    const [from, to] = ends() ?? [flight.head() ?? flight.main[0], flight.head() ?? flight.main[0]];
    const end = flight.main[flight.main.indexOf(to) + by];
    if (from && end && end.x >= from.x) choose(from.seq, end.seq);
  });
  // What lies outside is dimmed; so is what lies outside of a range being drawn.
  flight.layers.push(() => {
    const [from, to] = ends() ?? [];
    const edges = flight.drag ?? (from && to ? [from.x, to.x + to.w] : null);
    if (!edges) return;
    const [left, right] = edges.map(flight.px);
    flight.fill("paper", 0, 0, Math.max(0, left), flight.height, { alpha: 0.7 });
    flight.fill("paper", right, 0, Math.max(0, flight.width - right), flight.height, { alpha: 0.7 });
    for (const x of [left, right]) flight.fill("ink-2", Math.round(x), flight.TOP - 8, 1, flight.height - flight.TOP + 8, { alpha: 1 });
  });
  flight.root.addEventListener("strip:data", () => {
    if (first) {
      first = false;
      const shown = box.querySelector("[data-first]")?.dataset;
      if (shown) range = { from: Number(shown.first), to: Number(shown.last) };
      if (range) { keep(); zoom(); tell(); } // an address with its ends the wrong way round is put right
    } else if (range) sum();
  });
})();
