// The box in the header: waits, at next to no cost, until a reader touches it.

const form = document.querySelector("[data-find]");
const page = document.querySelector("#bw-search-q");
const header = form.closest("header");
const input = form.elements.q;

let started;
const start = () => (started ??= import("./search-panel.js").then((panel) => panel.attach(form)));

function show() {
  if (page) return page.focus();
  header.classList.add("bw-header--finding");
  input.focus();
  input.select();
}

form.addEventListener("focusin", start, { once: true });

header.querySelector("[data-find-open]").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show();
});

form.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !form.contains(event.relatedTarget)) header.classList.remove("bw-header--finding");
});

// Single keys get in the way of those who speak to their computer, so the search page can turn this one off.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  try {
    if (localStorage.getItem("bw-search-key") === "off") return;
  } catch {
    // Nothing can be kept on this machine, so nothing was turned off.
  }
  event.preventDefault();
  show();
});
