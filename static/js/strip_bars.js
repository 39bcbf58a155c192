// The strip's bars: one a step, lanes of sub-agents below. Where steps are thinner than a bar they share columns, each
// filled as its steps took their time; a failure always shows.
(() => {
  const flight = window.flight;
  if (!flight) return;
  const { TOP, TALL } = flight;
  const COLUMN = 2, THIN = 3.5;
  const WORST = ["event", "llm", "tool", "wait", "agent", "edit", "final", "prompt", "compact", "retry", "fail"];
  flight.worse = (bar) => WORST.indexOf(bar.colour);

  const thick = (bar, x, w) => {
    const up = bar.colour === "fail" ? 6 : 0, down = bar.colour === "retry" ? 6 : 0;
    const alpha = bar.open ? 0.3 : undefined, wide = Math.max(1.5, w - 1.5);
    // Who waits does not work: an outline.
    if (bar.colour === "wait" && wide > 4) {
      flight.pen.strokeStyle = flight.paint["ink-3"];
      flight.pen.strokeRect(x + 0.75, TOP + 0.75, wide - 1.5, TALL - 1.5);
    } else flight.fill(bar.colour, x, TOP - up, wide, TALL + up + down, { round: w > 7 ? 2 : 0, alpha });
    if (bar.mark) flight.fill("edit", x, TOP + TALL + 2, wide, 2);
  };
  const column = (x, shares, whole, bad) => {
    let y = TOP + TALL;
    for (const colour of WORST) {
      if (!shares[colour]) continue;
      const part = (TALL * shares[colour]) / whole;
      const h = colour === "fail" ? Math.max(2, part) : part;
      flight.fill(colour, x, y - h, COLUMN, h);
      y -= h;
    }
    if (bad.fail) flight.fill("fail", x, TOP - 6, COLUMN, 7);
    if (bad.retry) flight.fill("retry", x, TOP + TALL - 1, COLUMN, 6);
  };
  const drawMain = () => {
    const columns = new Map();
    for (const bar of flight.main) {
      const x = flight.px(bar.x), w = bar.w * flight.scale;
      if (x + w < 0) continue;
      if (x > flight.width) break;
      if (w > THIN) { thick(bar, x, w); continue; }
      const at = Math.floor(x / COLUMN) * COLUMN;
      const heap = columns.get(at) ?? { shares: {}, whole: 0, bad: {} };
      heap.shares[bar.colour] = (heap.shares[bar.colour] ?? 0) + w;
      heap.whole += w;
      heap.bad[bar.colour] = true;
      columns.set(at, heap);
    }
    for (const [x, heap] of columns) column(x, heap.shares, heap.whole, heap.bad);
    for (const bar of flight.spans) flight.fill(bar.colour, flight.px(bar.x), TOP, Math.max(2, bar.w * flight.scale - 1), 8);
  };
  const drawLanes = () => {
    for (const { row, bars } of flight.lanes) {
      const y = flight.laneY(row), h = flight.rowHeight;
      const first = flight.px(bars[0].x), end = flight.px(bars.reduce((most, { x, w }) => Math.max(most, x + w), 0));
      flight.fill("agent", first, y, Math.max(1, end - first), h, { alpha: 0.22 });
      let seen = -1, worst = -1;
      for (const bar of bars) {
        const x = flight.px(bar.x), w = bar.w * flight.scale, at = Math.floor(x), bad = flight.worse(bar);
        if (x + w < 0 || x > flight.width || (w < 1 && at === seen && bad <= worst)) continue;
        [seen, worst] = [at, bad];
        const wide = Math.max(bar.colour === "fail" ? 2 : 1, w - (w > 4 ? 1 : 0));
        flight.fill(bar.colour, x, y, wide, h, { alpha: bar.colour === "fail" ? 1 : 0.7 });
      }
    }
  };
  flight.layers.push(drawMain, drawLanes);
})();
