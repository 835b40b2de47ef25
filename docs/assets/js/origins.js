// Keeps in the address whether the origins of examples are hidden. The hiding itself is the style sheet's.

const KEY = "origins";
const HIDDEN = "hidden";
const boxes = [...document.querySelectorAll("[data-paths-hide]")];

function restore() {
  const hidden = new URLSearchParams(location.search).get(KEY) === HIDDEN;
  for (const box of boxes) box.checked = hidden;
}

for (const box of boxes) {
  box.addEventListener("change", () => {
    const address = new URL(location.href);
    if (box.checked) address.searchParams.set(KEY, HIDDEN);
    else address.searchParams.delete(KEY);
    history.replaceState(history.state, "", address);
    for (const other of boxes) other.checked = box.checked;
    for (const shown of document.querySelectorAll("[data-paths] .bw-origin__show input")) shown.checked = false;
  });
}

addEventListener("popstate", restore);
restore();
