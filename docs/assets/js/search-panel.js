// What opens below the box in the header as a reader types: the best of each kind, as links.

import { address, counted, el, explained, item, nothing, open } from "./search.js";

const KINDS = 4;
const OF_EACH_KIND = 2;
const OF_ONE_KIND = 6;
const SHORTEST = 2;
const PAUSE = 200;

export function attach(form) {
  const input = form.elements.q;
  const panel = form.querySelector("[data-find-panel]");
  const status = form.querySelector("[data-find-status]");
  let asked = "";
  let timer;

  const close = () => {
    panel.hidden = true;
    asked = "";
  };
  const fill = (said, ...content) => {
    panel.replaceChildren(...content);
    panel.hidden = false;
    panel.scrollTop = 0;
    status.textContent = said;
  };

  async function ask() {
    const query = input.value.trim();
    if (query.length < SHORTEST) return close();
    if (query === asked && !panel.hidden) return;
    asked = query;
    try {
      const slow = setTimeout(() => query === asked && panel.hidden && fill("Searching", el("p", { class: "bw-find__note" }, "Searching …")), 300);
      const search = await open();
      const found = await search.find(query);
      const content = found.length ? await results(search, query, found) : [await nothing(search, query), all(query, "Search page and sections")];
      clearTimeout(slow);
      if (query === asked) fill(found.length ? `${counted(found.length)}. Arrow down to go through them.` : `Nothing found for ${query}.`, ...content);
    } catch (error) {
      console.error(error);
      if (query === asked) fill("The search could not be loaded.", el("p", { class: "bw-find__note" }, "The search could not be loaded. "), all(query, "Look through the sections"));
    }
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };

  input.addEventListener("input", later);
  input.addEventListener("focus", () => input.value && later());
  document.addEventListener("bw:judgement", () => panel.hidden || ((asked = ""), ask()));

  form.addEventListener("keydown", (event) => {
    const stops = [input, ...panel.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    const go = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      close();
      input.focus();
      clearTimeout(timer);
    } else if (go !== undefined && at >= 0 && !panel.hidden) {
      event.preventDefault();
      stops[Math.max(0, Math.min(go, stops.length - 1))].focus();
    }
  });

  form.addEventListener("focusout", (event) => event.relatedTarget && !form.contains(event.relatedTarget) && close());
  document.addEventListener("pointerdown", (event) => form.contains(event.target) || close());
  panel.addEventListener("click", (event) => {
    const again = event.target.closest("[data-query]");
    if (!again || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    input.value = again.dataset.query;
    input.focus();
    ask();
  });

  if (input.value) later();
}

const all = (query, text, chosen) => el("p", { class: "bw-find__all" }, el("a", { class: "bw-more", href: address(query, chosen) }, text));

async function results(search, query, found) {
  const groups = search.byKind(found);
  const most = groups.length > 1 ? OF_EACH_KIND : OF_ONE_KIND;
  const shown = await Promise.all(
    groups.slice(0, KINDS).map(async ({ kind, label, results: of }, nth) => {
      const id = `bw-find-kind-${nth}`;
      return el(
        "div",
        { class: "bw-find__group" },
        el("p", { class: "bw-find__kind", id }, `${label} `, el("span", { class: "bw-find__count" }, of.length.toLocaleString("en-GB"))),
        el("ul", { "aria-labelledby": id }, ...(await Promise.all(of.slice(0, most).map(item)))),
        of.length > most ? all(query, `All ${of.length.toLocaleString("en-GB")}: ${label}`, { kind: [kind] }) : "",
      );
    }),
  );
  const rest = groups.slice(KINDS).flatMap(({ kind, label, results: of }) => [el("li", {}, el("a", { href: address(query, { kind: [kind] }) }, label), ` ${of.length.toLocaleString("en-GB")}`)]);
  const also = rest.length ? [el("div", { class: "bw-find__group" }, el("p", { class: "bw-find__kind", id: "bw-find-also" }, "Also in"), el("ul", { class: "bw-find__also", "aria-labelledby": "bw-find-also" }, ...rest))] : [];
  return [...explained(search, query), ...shown, ...also, all(query, `${counted(found.length)}: see and filter them all`)];
}
