// Marks under the strip's bars for tests, builds and linters: a dot for green, a square for red. The story brings them.
(() => {
  const flight = window.flight;
  if (!flight) return;
  const SIZE = 5, APART = 7;
  let told = "", marks = [];
  const read = () => {
    const text = document.querySelector("[data-checks]")?.dataset.checks ?? "";
    if (text === told) return;
    told = text;
    marks = text.split(" ").filter(Boolean).map((mark) => ({ seq: parseInt(mark, 10), red: mark.endsWith("r") }));
  };
  // Where they would lie on each other one stands for its neighbours, a red one if there is any.
  const placed = () => {
    const bars = new Map([flight.main, ...flight.lanes.map((lane) => lane.bars)].flat().map((bar) => [bar.seq, bar]));
    const spots = new Map();
    for (const { seq, red } of marks) {
      const bar = bars.get(seq);
      if (!bar) continue;
      const x = flight.px(bar.x) + Math.max(0, bar.w * flight.scale - 1.5) / 2;
      if (x < -SIZE || x > flight.width + SIZE) continue;
      const at = Math.floor(x / APART);
      if (red || !spots.has(at)) spots.set(at, { x, red });
    }
    return spots.values();
  };
  flight.layers.push(() => {
    read();
    if (!marks.length) return;
    const y = flight.TOP + flight.TALL + 4;
    for (const { x, red } of placed()) {
      flight.fill(red ? "fail" : "ok", x - SIZE / 2, y, SIZE, SIZE, { round: red ? 0 : SIZE / 2, alpha: 1 });
    }
  });
})();
