// Gives every citation a button that copies it. Without this the texts can be selected.

import { copy } from "./copy.js";

const status = document.querySelector("[data-cite-status]");

for (const text of document.querySelectorAll("[data-cite]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "bw-cite__copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${text.dataset.cite}`);
  button.addEventListener("click", async () => {
    const done = await copy(text);
    // Emptied first, so that the same words are said again when the same text is copied again.
    status.textContent = "";
    const words = done ? `Copied: ${text.dataset.cite}` : "Not copied; the text is selected";
    setTimeout(() => (status.textContent = words), 50);
    button.textContent = done ? "Copied" : "Copy";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  text.before(button);
}
