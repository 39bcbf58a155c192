// The Connect page: says live what has come, keeps a key while clients are looked at, and fills it into the lines.
(() => {
  const page = document.querySelector("[data-connect]");
  if (!page) return;
  let key = "";
  const input = () => page.querySelector("[data-key-input]");
  const fill = () => {
    const placeholder = input().dataset.keyPlaceholder;
    for (const code of page.querySelectorAll(".stage [data-copy-text]")) {
      if (code.closest(".once")) continue;
      code.dataset.text ??= code.textContent.replaceAll(input().defaultValue || placeholder, placeholder);
      code.textContent = code.dataset.text.replaceAll(placeholder, key || placeholder);
    }
  };
  const dress = () => {
    page.querySelector("[data-key-own]").hidden = false;
    for (const button of page.querySelectorAll("[data-copy-button]")) button.hidden = false;
    key ||= input().value;
    input().value = key;
    if (key) fill();
  };
  page.addEventListener("input", (event) => {
    if (event.target !== input()) return;
    key = event.target.value.trim();
    fill();
  });
  // What has come is fetched for the client that the address names now.
  page.addEventListener("live:again", async ({ target }) => {
    const state = page.querySelector("[data-live]") ?? target;
    const answer = await fetch(state.dataset.poll, { headers: { "X-Requested-With": "live" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) state.innerHTML = await answer.text();
  });
  const show = async (url, push) => {
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok || answer.redirected) return location.assign(url);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const state = page.querySelector("[data-live]"), next = fresh.querySelector("[data-live]");
    state.dataset.poll = next.dataset.poll;
    state.replaceChildren(...next.childNodes);
    next.replaceWith(state); // the one that the socket speaks to stays
    page.querySelector("[data-how]").replaceWith(fresh.querySelector("[data-how]"));
    page.querySelector("[data-clients]").replaceWith(fresh.querySelector("[data-clients]"));
    page.querySelector("[data-client-pick]").value = new URL(url, location.href).searchParams.get("client");
    document.title = fresh.title;
    if (push) history.pushState(null, "", url);
    page.querySelector("[data-clients] [aria-current]")?.focus({ preventScroll: true });
    dress();
  };
  page.addEventListener("click", (event) => {
    const link = event.target.closest("[data-clients] a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link.href, true);
  });
  page.addEventListener("change", ({ target }) => target.matches("[data-client-pick]") && show(`${target.form.action}?client=${target.value}`, true));
  addEventListener("popstate", () => show(location.href, false));
  dress();
})();
