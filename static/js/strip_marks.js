// What lies over and under the strip's bars: the context's size, waits, prompts, compactions, hidden changes, their words.
(() => {
  const flight = window.flight;
  if (!flight) return;
  const { pen, paint, TOP, TALL, px } = flight;
  const FEW = 8;
  const short = (count) => (count < 1e3 ? `${count}` : count < 1e6 ? `${Math.round(count / 1e3)}k` : `${(count / 1e6).toFixed(1)}M`);
  const type = (weight = 500) => { pen.font = `${weight} 10.5px ${getComputedStyle(flight.root).fontFamily}`; };

  // Stairs: the context stays as it was sent until the next call; the lighter part was not read from the cache.
  const curve = () => {
    if (!flight.curveHeight) return () => {};
    const foot = flight.curveY + flight.curveHeight;
    const most = flight.calls.reduce((peak, { sent }) => Math.max(peak, sent), 1);
    const high = (sent) => foot - (sent / most) * (flight.curveHeight - 1);
    const end = px(flight.length);
    for (const [size, alpha] of [[(call) => call.sent, 0.16], [(call) => call.sent - call.fresh, 0.2]]) {
      pen.globalAlpha = alpha;
      pen.fillStyle = paint.llm;
      pen.beginPath();
      let y = foot;
      for (const call of flight.calls) {
        const x = px(flight.main[call.at].x);
        pen.lineTo(x, y);
        pen.lineTo(x, (y = high(size(call))));
      }
      pen.lineTo(end, y);
      pen.lineTo(end, foot);
      pen.fill();
    }
    pen.globalAlpha = 1;
    return () => {
      type();
      pen.textBaseline = "top";
      const words = `context, at most ${short(most)}`;
      pen.strokeStyle = paint.paper;
      pen.lineWidth = 3;
      pen.strokeText(words, 2, flight.curveY);
      pen.lineWidth = 1;
      pen.fillStyle = paint["ink-2"];
      pen.fillText(words, 2, flight.curveY);
    };
  };

  const signs = () => {
    const told = [];
    for (const bar of flight.main) {
      const x = px(bar.x), w = bar.w * flight.scale, middle = Math.max(4, Math.min(flight.width - 4, x + Math.min(w, 14) / 2));
      if (x + w < 0) continue;
      if (x > flight.width) break;
      if (bar.colour === "prompt" || bar.colour === "final") {
        pen.fillStyle = paint.ink;
        pen.beginPath();
        if (bar.colour === "prompt") [[-4, -8], [4, -8], [0, -2]].forEach(([dx, dy]) => pen.lineTo(middle + dx, TOP + dy));
        else pen.arc(middle, TOP - 5, 3, 0, 7);
        pen.fill();
      } else if (bar.colour === "compact") {
        pen.strokeStyle = paint["warn-fill"];
        pen.setLineDash([3, 2]);
        pen.strokeRect(Math.round(x) + 0.5, TOP - 4, 0.01, flight.height - TOP + 2);
        pen.setLineDash([]);
        told.push({ x, words: "compacted", tone: "warn", rank: 2 });
      }
      if (bar.mark === 2) told.push({ x, words: "◆ hidden change", brief: "◆", tone: "fail", rank: 4 });
    }
    return told.filter(({ rank }) => rank > 2 || told.length <= FEW);
  };
  const waits = () => flight.marks.map(({ x, w, kind, words }) => {
    const left = px(x), wide = w * flight.scale;
    pen.strokeStyle = paint["ink-3"];
    pen.setLineDash([2, 3]);
    pen.strokeRect(left + 1, TOP + TALL / 2, Math.max(0.01, wide - 3), 0.01);
    pen.setLineDash([]);
    return { x: left, w: wide, words, tone: "ink-2", rank: kind === "human" ? 3 : 1 };
  }).filter(({ x, w }) => x + w > 0 && x < flight.width);

  // Words stand above what they speak of, the weightiest first; where there is no room they are left to the pointer.
  const words = (told) => {
    const taken = [];
    pen.textBaseline = "alphabetic";
    type(600);
    for (const each of told.sort((one, other) => other.rank - one.rank)) {
      for (const text of [each.words, each.brief].filter(Boolean)) {
        const wide = pen.measureText(text).width;
        const centred = each.x + (each.w ?? 0) / 2 - wide / 2;
        const left = Math.max(0, Math.min(flight.width - wide, each.w ? centred : each.x));
        if (taken.some(([from, to]) => left < to + 6 && from < left + wide + 6)) continue;
        taken.push([left, left + wide]);
        pen.fillStyle = paint[each.tone];
        pen.fillText(text, left, 9);
        break;
      }
    }
  };
  let name = null;
  flight.layers.unshift(() => { name = curve(); });
  flight.layers.push(() => { words([...(flight.moment?.() ?? []), ...waits(), ...signs()]); name(); });
})();
