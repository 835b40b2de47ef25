// Copies the text of the element that a button with data-copy names by its id, and says whether it worked.
// Without this the text can be selected. Other modules may use `copy`.

/** Copies an element's text; selects it and says no where the browser does not let us. */
export async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    // Sites that are not served over https may still copy what is selected.
    getSelection().selectAllChildren(element);
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const status = document.createElement("span");
  status.className = "bw-copied";
  status.setAttribute("role", "status");
  button.after(status);
  button.addEventListener("click", async () => {
    const done = await copy(document.getElementById(button.dataset.copy));
    // Emptied first, so that the same words are said again.
    status.textContent = "";
    setTimeout(() => (status.textContent = done ? "Copied" : "Not copied; the text is selected"), 50);
  });
  button.hidden = false;
}
