// The packed strip of a run (runs/packing.py), unpacked into window.flight and kept fresh. Tells "strip:data".
(() => {
  const root = document.querySelector("[data-strip]");
  if (!root) return;
  const live = document.querySelector("[data-live=run]");
  const FIRST = 35, PAUSE = 1_000, LONG_PAUSE = 3_000, LOST_PAUSE = 30_000, LONG = 5_000;
  const flight = { root, view: root.querySelector("[data-strip-view]"), main: [], spans: [], lanes: [], marks: [], calls: [], rows: 0, length: 1, layers: [] };
  window.flight = flight;
  let revision = null, timer = 0, busy = false, again = false, lost = 0;

  const numbers = (text) => Array.from(text, (sign) => sign.charCodeAt(0) - FIRST);
  const spread = (runs) => {
    const seqs = [];
    for (let at = 0; at < runs.length; at += 2) for (let n = 0; n < runs[at + 1]; n += 1) seqs.push(runs[at] + n);
    return seqs;
  };
  const summed = (deltas, sum = 0) => deltas.map((delta) => (sum += delta));
  const bar = (seq, code, colours, x, w, row) => ({ seq, x, w, row, colour: colours[Math.floor(code / 6)], mark: (code % 6) >> 1, open: code % 2 === 1 });
  const checksum = (bars) => bars.reduce((sum, { seq, x, w, row }) => sum + 1_009 * seq + x + (row < 0 ? 0 : w), 0);

  const mainOf = (told, kept) => {
    const codes = numbers(told.main.codes), widths = numbers(told.main.widths), gaps = numbers(told.main.gaps);
    const last = kept[kept.length - 1];
    let x = last ? last.x + last.w : 0;
    const fresh = spread(told.main.seqs).map((seq, n) => {
      x += told.table[gaps[n]];
      const made = bar(seq, codes[n], told.colours, x, told.table[widths[n]], -1);
      x += made.w;
      return made;
    });
    return [...kept, ...fresh];
  };
  const laneOf = (told, lane, kept, row) => {
    const codes = numbers(lane.codes), xs = summed(lane.xs);
    return [...kept, ...spread(lane.seqs).map((seq, n) => bar(seq, codes[n], told.colours, xs[n], lane.widths[n], row))];
  };
  const callsOf = ({ unit, main: { keep, calls } }) => {
    const at = summed(calls.at), sent = summed(calls.sent);
    const kept = flight.calls.filter((call) => call.at < keep);
    return [...kept, ...at.map((place, n) => ({ at: place, sent: sent[n] * unit, fresh: calls.fresh[n] * unit }))];
  };
  // Take an answer; false when it does not continue what is here.
  const take = (told) => {
    const kept = flight.main.slice(0, told.main.keep);
    const lanes = told.lanes.map((lane, n) => ({ lane, kept: lane.keep ? (flight.lanes[n]?.bars ?? []).slice(0, lane.keep) : [] }));
    const known = lanes.every(({ lane }, n) => !lane.keep || flight.lanes[n]?.name === lane.name);
    const sum = lanes.reduce((so, each) => so + checksum(each.kept), checksum(kept));
    if (!known || kept.length !== told.main.keep || sum !== told.kept) return false;
    flight.calls = callsOf(told);
    flight.main = mainOf(told, kept);
    flight.spans = laneOf(told, told.spans, [], -2);
    flight.lanes = lanes.map(({ lane, kept: bars }) => ({ name: lane.name, row: lane.row, bars: laneOf(told, lane, bars, lane.row) }));
    flight.marks = told.marks.map(([x, w, kind, words]) => ({ x, w, kind, words }));
    Object.assign(flight, { rows: told.rows, length: Math.max(1, told.tail) });
    revision = told.revision;
    return true;
  };
  const show = (told) => {
    root.querySelector("[data-strip-words]").textContent = told.words;
    const split = document.querySelector("[data-split]");
    if (split) split.outerHTML = told.split;
    const cut = root.querySelector("[data-strip-cut]");
    cut.hidden = !told.cut;
    cut.textContent = told.cut;
    flight.view.hidden = !flight.main.length && !flight.lanes.length;
    root.dispatchEvent(new CustomEvent("strip:data"));
  };
  const load = async () => {
    if (busy) return void (again = true);
    busy = true;
    try {
      const url = new URL(root.dataset.stripUrl, location.href);
      if (revision !== null) url.searchParams.set("after", revision);
      const answer = await fetch(url, { headers: { "X-Requested-With": "strip" } });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      if (take(told)) show(told);
      else revision = null;
      again = again || Number(live.dataset.revision) > (revision ?? -1); // another viewer's strip, a moment old
      lost = 0;
    } catch {
      again = true;
      lost += 1;
    }
    flight.view.classList.toggle("is-lost", lost > 0 && !flight.main.length);
    busy = false;
    if (again) later();
  };
  const later = () => {
    again = false;
    const pause = (flight.main.length > LONG ? LONG_PAUSE : PAUSE) * 2 ** Math.min(lost, 5);
    timer ||= setTimeout(() => { timer = 0; load(); }, Math.min(pause, LOST_PAUSE));
  };
  document.addEventListener("live:frame", later);
  addEventListener("DOMContentLoaded", load);
})();
