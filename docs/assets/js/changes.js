// Filters the list of what changed by type of event and kind of record; the choice stays in the address.

const NAMES = ["event", "kind"];
const count = new Intl.NumberFormat(document.documentElement.lang || "en");

function enliven(box) {
  const form = box.querySelector("form");
  const sizeOf = (part) =>
    [part, ...part.querySelectorAll("[data-n]")].reduce((sum, { dataset }) => sum + Number(dataset.n ?? 0), 0);

  function show() {
    const [event, kind] = NAMES.map((name) => form.elements[name].value);
    let shown = 0;
    let all = 0;
    for (const group of box.querySelectorAll("[data-event]")) {
      let fitting = 0;
      for (const part of group.querySelectorAll("[data-kind]")) {
        part.hidden = Boolean(kind) && part.dataset.kind !== kind;
        all += sizeOf(part);
        if (!part.hidden) fitting += sizeOf(part);
      }
      group.hidden = !fitting || (Boolean(event) && group.dataset.event !== event);
      if (!group.hidden) shown += fitting;
      const details = group.querySelector("details");
      if (details) details.open = Boolean(kind) && !group.hidden;
    }
    for (const day of box.querySelectorAll(".bw-changes__day")) day.hidden = !day.querySelector("[data-event]:not([hidden])");
    for (const line of box.querySelectorAll(".bw-changes__kinds")) line.hidden = Boolean(kind);
    form.querySelector("output").value = `${shown < all ? `${count.format(shown)} of ` : ""}${count.format(all)} changes`;
  }

  function restore() {
    const asked = new URLSearchParams(location.search);
    for (const name of NAMES) {
      const wanted = asked.get(name) ?? "";
      const field = form.elements[name];
      field.value = [...field.options].some(({ value }) => value === wanted) ? wanted : "";
    }
    show();
  }

  form.addEventListener("change", () => {
    const address = new URL(location.href);
    for (const name of NAMES) {
      if (form.elements[name].value) address.searchParams.set(name, form.elements[name].value);
      else address.searchParams.delete(name);
    }
    history.replaceState(history.state, "", address);
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("popstate", restore);
  form.hidden = false;
  restore();
}

for (const box of document.querySelectorAll(".bw-changes")) enliven(box);
