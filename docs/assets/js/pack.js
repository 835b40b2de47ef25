// The evidence pack: what a reader collects, kept on their machine and nowhere else.

const KEY = "pack";
export const MOST = 50;
const NAME = /^[a-z-]+:[a-z0-9-]+(\/[a-z0-9-]+)?$/;

export function named(list) {
  return Array.isArray(list) ? [...new Set(list)].filter((name) => NAME.test(name)).slice(0, MOST) : [];
}

/** The names collected; null where the browser keeps nothing. */
export function read() {
  try {
    return named(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
  } catch {
    return null;
  }
}

export function write(names) {
  try {
    localStorage.setItem(KEY, JSON.stringify(names));
  } catch {
    return; // refused, or full: what is shown stays in the page's address
  }
  show();
}

const link = document.querySelector("[data-pack-link]");
const button = document.querySelector("[data-pack]");

function show() {
  const names = read() ?? [];
  if (link) {
    link.hidden = !names.length;
    link.querySelector("[data-pack-count]").textContent = names.length;
  }
  if (!button) return;
  const there = names.includes(button.dataset.pack);
  button.textContent = there ? "Remove from pack" : "Add to pack";
  button.toggleAttribute("data-in", there);
}

function toggle() {
  const names = read() ?? [];
  const { pack } = button.dataset;
  const there = names.includes(pack);
  const status = button.nextElementSibling;
  if (!there && names.length >= MOST) {
    status.className = "bw-take__status";
    status.textContent = `A pack holds at most ${MOST} records.`;
    return;
  }
  write(there ? names.filter((name) => name !== pack) : [...names, pack]);
  const count = read()?.length ?? 0;
  status.textContent = `${there ? "Removed." : "Added."} ${count} ${count === 1 ? "record" : "records"} in your pack.`;
}

if (button && read()) {
  button.parentElement.hidden = false;
  button.addEventListener("click", toggle);
}
addEventListener("storage", ({ key }) => key === KEY && show());
addEventListener("pageshow", show); // a page that comes back from the browser's memory
show();
