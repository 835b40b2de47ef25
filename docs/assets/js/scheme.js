// Light, dark or as the device has it: kept on the reader's machine. Runs before the page is painted,
// so that nothing flashes. It also tells the style sheet that scripts run; where an instrument's own
// script cannot be fetched the page is shown as it is without scripts.

(() => {
  const KEY = "scheme";
  const ORDER = ["", "light", "dark"];
  const NAMES = {
    "": "Colours follow your device. Switch to light",
    light: "Light colours. Switch to dark",
    dark: "Dark colours. Switch to your device's setting",
  };
  const root = document.documentElement;
  root.classList.replace("no-js", "js");
  addEventListener(
    "error",
    ({ target }) => {
      if (target instanceof HTMLScriptElement && target.closest("#content")) root.classList.replace("js", "no-js");
    },
    true, // a script's failure to load does not bubble
  );

  function apply(scheme) {
    if (scheme) root.dataset.scheme = scheme;
    else delete root.dataset.scheme;
  }

  try {
    const kept = localStorage.getItem(KEY) ?? "";
    if (ORDER.includes(kept)) apply(kept);
  } catch {
    // storage may be refused; the device's setting holds
  }

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector(".bw-scheme");
    if (!button) return;
    const tell = () => {
      button.ariaLabel = button.title = NAMES[root.dataset.scheme ?? ""];
    };
    button.hidden = false;
    tell();
    button.addEventListener("click", () => {
      const next = ORDER[(ORDER.indexOf(root.dataset.scheme ?? "") + 1) % ORDER.length];
      apply(next);
      tell();
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // as above
      }
    });
  });
})();
