// Drag and drop, folders and upload progress for <form data-upload>. Without it the form posts by itself.
(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const error = form.querySelector("[data-upload-error]");
  const progress = form.querySelector("[data-upload-progress]");
  const state = form.querySelector("[data-upload-state]");
  const bar = progress.querySelector("progress");
  form.querySelector("[data-upload-folder]").hidden = false;

  const say = (sentence) => {
    error.textContent = sentence;
    error.hidden = !sentence;
    if (sentence) progress.hidden = true;
  };

  const send = (files) => {
    if (!files.length) return say("Choose at least one file.");
    const size = files.reduce((sum, { file }) => sum + file.size, 0);
    if (size > Number(form.dataset.mostBytes)) return say("The files are too large together; upload fewer at a time.");
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const { path } of files) data.append("paths", path);
    for (const { file } of files) data.append("files", file);
    say("");
    progress.hidden = false;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      bar.value = event.total ? (100 * event.loaded) / event.total : 0;
      state.textContent = `Uploading ${files.length} ${files.length === 1 ? "file" : "files"}, ${Math.round(bar.value)} %`;
    };
    request.onerror = () => say("The connection was lost; nothing was imported.");
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* an error page */ }
      if (request.status === 200 && answer.url) location.assign(answer.url);
      else say(answer.error || `The server answered ${request.status}.`);
    };
    request.send(data);
  };

  const chosen = () => [...form.querySelectorAll("input[type=file]")].flatMap((input) =>
    [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));

  // Folders that are dropped come as entries, which are read level by level (100 names at a time).
  const walk = async (entry) => {
    const path = entry.fullPath.replace(/^\//, "");
    if (entry.isFile) return [{ file: await new Promise((yes, no) => entry.file(yes, no)), path }];
    const reader = entry.createReader(), found = [];
    for (;;) {
      const some = await new Promise((yes, no) => reader.readEntries(yes, no));
      if (!some.length) return found;
      for (const child of some) found.push(...await walk(child));
    }
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); send(chosen()); });
  form.addEventListener("change", () => send(chosen()));
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", async (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const plain = [...event.dataTransfer.files].map((file) => ({ file, path: file.name })); // mail programs drop no entries
    try { send(entries.length ? (await Promise.all(entries.map(walk))).flat() : plain); } catch { say("The files could not be read."); }
  });
})();
