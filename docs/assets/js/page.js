// What every page does: shows what a link leads to even where it is folded away, and prints what is folded.

function unfold() {
  let id = "";
  try {
    id = decodeURIComponent(location.hash.slice(1));
  } catch {
    return; // not an address of ours
  }
  const target = id && document.getElementById(id);
  if (!target) return;
  let folded = target.closest("details:not([open])");
  if (!folded) return;
  for (; folded; folded = folded.parentElement?.closest("details:not([open])")) folded.open = true;
  target.scrollIntoView();
}

let opened = [];

addEventListener("hashchange", unfold);
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
  opened = [];
});
unfold();
