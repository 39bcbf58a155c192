// Marks on the strip, under the bars of the steps in which find-in-run found something.
(() => {
  const flight = window.flight;
  if (!flight) return;
  let steps = new Set();
  flight.layers.push(() => {
    if (!steps.size) return;
    for (const bar of [flight.main, ...flight.lanes.map((lane) => lane.bars)].flat()) {
      if (!steps.has(bar.seq)) continue;
      const x = flight.px(bar.x), wide = Math.max(2, bar.w * flight.scale - 1);
      if (x + wide >= 0 && x <= flight.width) flight.fill("ink", x, flight.TOP + flight.TALL + 2, wide, 3, { alpha: 0.75 });
    }
  });
  document.addEventListener("find:hits", ({ detail }) => {
    steps = new Set(detail.steps);
    flight.draw();
  });
})();
