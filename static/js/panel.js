// The step panel: r raw and back, y copies the link of the step, Y the step as Markdown. Without this file the
// three are plain links. So is any link [data-copy-answer], which copies what it leads to.
(() => {
  const tool = (name) => document.querySelector(`#panel [data-${name}]`);
  const say = (link, word) => {
    const before = link.dataset.before ?? link.innerHTML;
    link.dataset.before = before;
    link.textContent = word;
    clearTimeout(Number(link.dataset.timer));
    link.dataset.timer = setTimeout(() => { link.innerHTML = before; }, 1600);
  };
  const copyOldWay = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("aria-hidden", "true");
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  };
  const copy = async (link, text) => {
    try {
      await navigator.clipboard.writeText(text);
      say(link, "Copied");
    } catch {
      say(link, copyOldWay(text) ? "Copied" : "The browser forbids it"); // no clipboard over plain http
    }
  };
  const copyLink = (link) => copy(link, link.href);
  const copyAnswer = async (link) => {
    const answer = await fetch(link.href, { headers: { Accept: "text/plain" } }).catch(() => null);
    if (answer?.ok) await copy(link, await answer.text());
    else say(link, "Not reached");
  };
  const acts = { "copy-link": copyLink, "copy-markdown": copyAnswer, "copy-answer": copyAnswer };
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    for (const [name, act] of Object.entries(acts)) {
      const link = event.target.closest?.(`[data-${name}]`);
      if (!link) continue;
      event.preventDefault();
      act(link);
    }
  });
  // Who reads raw goes on reading raw from row to row.
  document.addEventListener("htmx:configRequest", (event) => {
    const fromRow = event.target.matches?.("ol[data-rows] .step");
    if (fromRow && document.querySelector("#panel .is-raw")) event.detail.parameters.raw = "1";
  });
  const press = (name) => () => tool(name)?.click();
  Object.assign(window.pageKeys.keys, { r: press("raw"), y: press("copy-link"), Y: press("copy-markdown") });
})();
