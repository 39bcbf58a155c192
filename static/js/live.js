// The live connection of a page: a socket that resumes, else polling. Frames go to the page as "live:frame" events.
(() => {
  const root = document.querySelector("[data-live]");
  if (!root) return;
  const word = document.querySelector("[data-live-word]");
  const isRun = root.dataset.live === "run";
  const FIRST_WAIT = 500, LONGEST_WAIT = 15_000, POLL = 2_000, SILENCE = 45_000, TRIES_BEFORE_POLLING = 2;
  let socket = null, tries = 0, poller = 0, silence = 0, lost = false;

  const say = (text, away) => {
    word.hidden = false;
    word.textContent = text;
    word.classList.toggle("is-away", away);
  };
  const url = () => {
    const target = new URL(root.dataset.socket, location.href);
    target.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (isRun) {
      target.searchParams.set("after", root.dataset.revision);
      target.searchParams.set("judged", root.dataset.judged);
    }
    else if (root.dataset.stamp) target.searchParams.set("stamp", root.dataset.stamp);
    return target;
  };
  const take = (frame) => {
    if (frame.reload) return setTimeout(() => location.reload(), Math.random() * 1_000 * (frame.within ?? 0));
    if (frame.again) return root.dispatchEvent(new CustomEvent("live:again", { bubbles: true }));
    if (frame.story !== undefined) root.dispatchEvent(new CustomEvent("live:story", { detail: frame }));
    if (frame.story !== undefined && !frame.rows) return;
    root.dispatchEvent(new CustomEvent("live:frame", { detail: frame, bubbles: true }));
    if (frame.revision > Number(root.dataset.revision || 0)) root.dataset.revision = frame.revision;
  };
  const watch = () => {
    clearTimeout(silence);
    silence = setTimeout(() => socket?.close(), SILENCE);
  };
  const connect = () => {
    socket = new WebSocket(url());
    socket.onopen = () => {
      tries = 0;
      stopPolling();
      say("Live", false);
      watch();
      delete root.dataset.stamp;
      if (lost) root.dispatchEvent(new CustomEvent("live:again", { bubbles: true }));
      lost = false;
    };
    socket.onmessage = (event) => {
      watch();
      const frame = JSON.parse(event.data);
      if (!frame.ping) take(frame);
    };
    socket.onclose = (event) => {
      clearTimeout(silence);
      socket = null;
      if (event.code === 4404) return say("Not live", true);
      lost = true;
      tries += 1;
      if (!poller) say("Reconnecting…", true);
      if (tries >= TRIES_BEFORE_POLLING) startPolling();
      setTimeout(connect, Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)) * (0.75 + Math.random() / 2));
    };
  };
  const poll = async () => {
    try {
      if (!isRun) return root.dispatchEvent(new CustomEvent("live:again", { bubbles: true }));
      const target = new URL(root.dataset.poll, location.href);
      target.searchParams.set("revision", root.dataset.revision);
      target.searchParams.set("judged", root.dataset.judged);
      const answer = await fetch(target, { headers: { "X-Requested-With": "live" } });
      if (!answer.ok) throw new Error(answer.status);
      take(await answer.json());
      say("Polling", true);
    } catch {
      say("Reconnecting…", true);
    }
  };
  const startPolling = () => {
    if (!poller) {
      poller = setInterval(poll, POLL);
      poll();
    }
  };
  const stopPolling = () => {
    clearInterval(poller);
    poller = 0;
  };
  addEventListener("online", () => socket || connect());
  connect();
})();
