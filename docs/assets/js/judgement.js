// Lets a reader leave the curators' judgement out. The choice is kept in the address and on
// the reader's machine; the address wins, so that a link shows what its sender saw.

const KEY = "judgement";
const root = document.documentElement;

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage may be refused; the address still works
  }
}

function remember(choice) {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // as above
  }
}

function asked() {
  const wanted = new URLSearchParams(location.search).get(KEY) ?? remembered();
  return wanted === "stated" ? "stated" : "all";
}

function apply(choice) {
  root.dataset.judgement = choice;
  const control = document.getElementById("bw-judgement");
  if (control) {
    control.hidden = false;
    control.querySelector("button").setAttribute("aria-pressed", String(choice === "stated"));
  }
  document.dispatchEvent(new CustomEvent("bw:judgement", { detail: choice }));
}

function choose(choice) {
  const address = new URL(location.href);
  if (choice === "stated") address.searchParams.set(KEY, choice);
  else address.searchParams.delete(KEY);
  history.replaceState(history.state, "", address);
  remember(choice);
  apply(choice);
}

root.dataset.judgement = asked();
apply(asked());
document
  .querySelector("#bw-judgement button")
  ?.addEventListener("click", () => choose(root.dataset.judgement === "stated" ? "all" : "stated"));
