// Brings the form for contributors to life: groups that repeat, a draft on this device, checks while typing, the page
// as it will look, and ways to send the file. What is asked stands in the page; the rules in a file beside it.
//
//   [data-step][data-part]   questions asked together, and the part of the contribution that they fill
//   [data-field=NAME]        one question; dots in the name lead into groups of fields; [data-in] its controls
//   [data-list=NAME]         a group that repeats: a template, and [data-item] for each copy
//   [data-when="NAME=VALUE & …"]  asked only where another question of the same group has that answer

import { check } from "./form-check.js";
import { assemble, clean, countryName, slug, yaml } from "./form-file.js";

const root = document.querySelector("[data-form]");
const form = root.querySelector("form");
const rules = await (await fetch(root.dataset.rules)).json();
const draft = `both-ways:draft:${location.pathname}`;
const LONGEST = 8000;

const $ = (selector, within = form) => within.querySelector(selector);
const $$ = (selector, within = form) => [...within.querySelectorAll(selector)];
const make = (tag, text = "", attributes = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), { textContent: text });
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const say = (where, text) => void ($(where).textContent = text);
const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
const owner = (element) => element.parentElement.closest("[data-item], [data-step]");
const parts = (scope) => $$("[data-field], [data-list]", scope).filter((element) => owner(element) === scope);
const items = (list) => [...$("[data-items]", list).children];
const inputs = (field) => $$("[data-in]", field);
const error = (element) => $(".bw-field__error", element);
const label = (field) => field.dataset.label ?? field.dataset.word;

// Answers ---------------------------------------------------------------------------------------

function value(field) {
  if ($("[data-silent]", field)?.checked) return rules.silent;
  const [first] = inputs(field);
  if (/radio|checkbox/.test(first.type)) {
    const chosen = inputs(field).filter((input) => input.checked).map((input) => input.value);
    return "many" in field.dataset ? chosen : chosen[0] ?? "";
  }
  const text = clean(first.value);
  if ("lines" in field.dataset) return text.split("\n").map((line) => line.trim()).filter(Boolean);
  return "many" in first.dataset ? (text ? [text] : []) : text;
}

function read(scope, data = {}) {
  for (const element of parts(scope)) {
    const { list, field } = element.dataset;
    if (list) {
      const found = items(element).map((item) => ("plain" in element.dataset ? value($("[data-field]", item)) : read(item)));
      const kept = "plain" in element.dataset ? found.filter(Boolean) : found;
      if (kept.length || Number(element.dataset.least)) data[list] = kept;
    } else if (!element.hidden) {
      const answer = value(element);
      const names = field.split(".");
      const last = names.pop();
      const inner = names.reduce((group, name) => (group[name] ??= {}), data);
      if (answer.length) inner[last] = answer;
    }
  }
  return data;
}

function answers() {
  const all = {};
  for (const step of $$("[data-step]")) read(step, (all[step.dataset.part] ??= {}));
  return { ...all, passages: all.passages.passages ?? [] };
}

function write(scope, data) {
  for (const element of parts(scope)) {
    const { list, field } = element.dataset;
    const given = (list ?? field).split(".").reduce((inner, name) => inner?.[name], data);
    if (given === undefined) continue;
    if (list) {
      while (items(element).length < given.length) add(element);
      given.forEach((each, index) => write(items(element)[index], "plain" in element.dataset ? { "": each } : each));
      continue;
    }
    const silent = $("[data-silent]", element);
    if (silent && given === rules.silent) silent.checked = true;
    else
      for (const input of inputs(element)) {
        if (/radio|checkbox/.test(input.type)) input.checked = [given].flat().includes(input.value);
        else input.value = "lines" in element.dataset ? given.join("\n") : [given].flat()[0] ?? "";
      }
  }
}

// Groups that repeat ----------------------------------------------------------------------------

let made = 0;

function add(list) {
  const item = $("template", list).content.firstElementChild.cloneNode(true);
  const number = String((made += 1));
  for (const element of $$("*", item))
    for (const name of ["id", "for", "name", "aria-describedby"])
      if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replaceAll("__", number));
  $("[data-items]", list).append(item);
  settle(item);
  renumber(list);
  return item;
}

function renumber(list) {
  items(list).forEach((item, index) => {
    $("legend", item).textContent = `${list.dataset.word} ${index + 1}`;
    $(":scope > [data-do=remove]", item).textContent = `Take out ${list.dataset.word.toLowerCase()} ${index + 1}`;
  });
}

/** Make ready what has just been put in: the groups inside it, and the countries that no record names yet. */
function settle(scope) {
  for (const list of parts(scope).filter((element) => element.dataset.list))
    while (items(list).length < Number(list.dataset.least)) add(list);
  for (const group of $$("optgroup[data-others]", scope)) {
    const known = new Set($$("[data-code]", group.parentElement).map((option) => option.dataset.code));
    group.replaceChildren(...COUNTRIES.filter(([code]) => !known.has(code)).map(([code, name]) => make("option", name, { value: `+${code}` })));
  }
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const COUNTRIES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
  // Neither codes that have been replaced nor those of what is no country.
  .filter((code) => !/^(AC|C[PQ]|DG|E[AUZ]|IC|QO|TA|UN|X[AB]|ZZ)$/.test(code) && new Intl.Locale(`und-${code}`).region === code)
  .map((code) => [code, countryName(code)])
  .filter(([, name]) => name)
  .sort(([, one], [, other]) => one.localeCompare(other));

function remove(item) {
  const list = item.closest("[data-list]");
  const index = items(list).indexOf(item);
  if (list.dataset.list === "passages")
    for (const select of $$("select[data-passages]")) {
      const chosen = Number(select.value);
      if (select.value !== "" && chosen >= index) select.dataset.kept = chosen === index ? "" : chosen - 1;
    }
  item.remove();
  renumber(list);
  update();
  (items(list)[Math.min(index, items(list).length - 1)] ?? $(":scope > [data-do=add]", list)).focus();
  say("[data-told]", `${list.dataset.word} ${index + 1} was taken out.`);
}

// What depends on other answers -----------------------------------------------------------------

function update() {
  for (const field of $$("[data-when]")) {
    const near = parts(owner(field));
    field.hidden = !field.dataset.when.split(" & ").every((condition) => {
      const [name, wanted] = condition.split("=");
      const other = near.find((element) => element.dataset.field === name);
      const given = other && !other.hidden ? value(other) : "";
      return given === wanted || (name === "basis" && rules.roles["link-bases"][given] === wanted);
    });
  }
  for (const box of $$("[data-silent]")) for (const input of inputs(box.closest("[data-field]"))) input.disabled = box.checked;
  const passages = items($("[data-list=passages]")).map((item) => clean($("[data-field=statement] [data-in]", item).value));
  for (const select of $$("select[data-passages]")) {
    const chosen = select.dataset.kept ?? select.value;
    delete select.dataset.kept;
    const options = passages.map((text, index) => make("option", `${index + 1}: ${text.slice(0, 60) || "(still empty)"}`, { value: index }));
    select.replaceChildren(select.options[0], ...options);
    select.value = chosen;
  }
  // The address follows the title until somebody gives it another name.
  const [id, now] = [$("#send-id"), slug($("[data-part=account] [data-field=title] [data-in]").value)];
  if (id.value === (id.dataset.made ?? "")) id.value = now;
  id.dataset.made = now;
}

// Checks ----------------------------------------------------------------------------------------

const touched = new Set();

/** Return the place in the form where a problem shows: a question, or the group that it is in. */
function place({ path, at }) {
  const [part, ...rest] = [...path, ...at];
  const own = { passages: "passages", reference: "document", document: "document", send: "send" }[part] ?? "account";
  let scopes = $$(`[data-part=${own}]`);
  let names = [];
  let nearest = null;
  for (const step of part === "passages" ? ["passages", ...rest] : rest) {
    if (typeof step === "number") {
      const list = scopes.flatMap(parts).find((element) => element.dataset.list === names.join("."));
      const item = list && items(list)[step];
      if (!item) break;
      [scopes, names, nearest] = [[item], [], list];
    } else names.push(step);
  }
  const wanted = [names.join("."), ...(names[0] === "value" ? ["printed"] : [])];
  return scopes.flatMap(parts).find((element) => wanted.includes(element.dataset.field ?? element.dataset.list)) ?? nearest ?? $("[data-field=id]");
}

const ADVICE = {
  E410: " Add it under “Number” below the passage where it stands, and it is quoted from there; or leave the figure out.",
  E510: " It starts with https://, as in the bar of the browser.",
  E411: " Add it below under “Number”, or leave the figure out.",
};

function problems() {
  const { id, contribution, work } = assemble(answers(), rules, today());
  let found = check(contribution, rules, work, today()).filter(({ path }) => path[0] !== "passages" || path[2] !== "id");
  const tell = (code, path, message) => found.push({ code, path, at: [], message });
  const which = $("[data-field=source]");
  if (which && !value(which)) {
    found = found.filter(({ path }) => path[0] !== "document" && path[0] !== "reference");
    tell("E201", ["document", "source"], "");
  }
  if (contribution[rules.account].title && !new RegExp(`^${rules.patterns.slug}$`).test(id)) tell("E116", ["send", "id"], "Use small letters, digits and single hyphens.");
  if (rules.ids.account.includes(id))
    tell("E121", ["send", "id"], `There is “${id}” already. If it is the same account, send a correction instead; else give another name.`);
  const placed = new Map();
  for (const problem of found) {
    const field = place(problem);
    const silent = $("[data-silent]", field) ? ", or tick that the document does not say" : "";
    const text = /E20[15]/.test(problem.code) ? `Answer this question${silent}.` : problem.message + (ADVICE[problem.code] ?? "");
    if (!field.hidden && !placed.has(field)) placed.set(field, { field, text });
  }
  const order = ({ field }, other) => (field.compareDocumentPosition(other.field) & 2 ? 1 : -1);
  return { id, contribution, found: [...placed.values()].sort(order) };
}

function show(found, all = false) {
  const wrong = new Map(found.map((each) => [each.field, each]));
  for (const element of $$("[data-field], [data-list]")) {
    const told = all || touched.has(element) ? wrong.get(element) : undefined;
    const where = error(element);
    if (!where) continue;
    where.hidden = !told;
    const text = told ? `Error: ${told.text}` : "";
    if (where.textContent !== text) where.textContent = text;
    element.classList.toggle("bw-field--wrong", Boolean(told));
    for (const input of element.dataset.list ? [] : inputs(element)) told ? (input.ariaInvalid = "true") : (input.ariaInvalid = null);
    if (all && told) touched.add(element);
  }
  for (const state of $$("[data-state]")) {
    const step = $(`[data-step=${state.dataset.state}]`);
    const left = found.filter(({ field }) => step.contains(field)).length;
    const begun = parts(step).some((element) => (element.dataset.list ? items(element) : value(element)).length);
    state.textContent = left ? `${left} left` : begun ? "done" : "optional";
    state.toggleAttribute("data-done", begun && !left);
  }
}

const context = (field) => {
  const around = field.closest("[data-item]")?.querySelector("legend").textContent;
  return [around, label(field)].filter(Boolean).join(", ").replace(/(?<!\?)$/, ":");
};

function checkAll() {
  const { id, contribution, found } = problems();
  show(found, true);
  const summary = $("[data-summary]");
  summary.hidden = !found.length;
  $("ul", summary).replaceChildren(
    ...found.map(({ field, text }) => {
      const link = make("a", `${context(field)} ${text}`, { href: `#${(inputs(field)[0] ?? field).id || "step-send"}` });
      link.addEventListener("click", (event) => {
        event.preventDefault();
        (inputs(field).find((input) => !input.disabled) ?? $("button", field)).focus();
        field.scrollIntoView({ block: "center" });
      });
      return make("li", "", {}, link);
    }),
  );
  if (found.length) {
    $("[data-ready]").hidden = true;
    say("[data-said]", "");
    summary.scrollIntoView();
    return summary.focus();
  }
  ready(id, contribution);
}

// Sending ---------------------------------------------------------------------------------------

let text = "";

function ready(id, contribution) {
  const filename = `${rules.folder}/${id}.yaml`;
  const { title } = contribution[rules.account];
  text = `# Sent with the form.\n${yaml(contribution)}`;
  say("[data-text]", text);
  for (const path of $$("[data-path]")) path.textContent = filename;
  const body = (inner) => `For ${filename}:\n\n${inner}\n`;
  for (const [link, base, short, whole] of [
    [$("[data-do=file]"), root.dataset.newFile, { filename }, { value: text }],
    [$("[data-do=issue]"), root.dataset.newIssue, { title, body: body("(paste here)") }, { body: body(`\`\`\`yaml\n${text}\`\`\``) }],
  ]) {
    if (!link) continue;
    const [address, long] = [{ ...short, ...whole }, short].map((query) => `${base}?${new URLSearchParams(query)}`);
    const fits = address.length <= LONGEST;
    link.href = fits ? address : long;
    link.toggleAttribute("data-copy", !fits);
    $("[data-long]").hidden = fits;
  }
  const download = $("[data-do=download]");
  URL.revokeObjectURL(download.href);
  download.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  download.download = `${id}.yaml`;
  preview();
  $("[data-ready]").hidden = false;
  say("[data-said]", "All is answered, and nothing is wrong. Look at the page below, then send it.");
  $("#form-send").focus();
}

const copy = async () => {
  try {
    await navigator.clipboard.writeText(text);
    say("[data-said]", "The text was copied.");
  } catch {
    say("[data-said]", "This browser does not let the page copy. Open “What is in the file” and copy it by hand.");
  }
};

// The page as it will look; everything in it is text ----------------------------------------------

function rows(scope) {
  return parts(scope).filter((element) => !element.hidden).flatMap((element) => {
    if (element.dataset.list) return scope.dataset.step ? [] : items(element).flatMap(rows);
    const given = [value(element)].flat();
    const shown = given.map((each) => {
      if (each === rules.silent) return "Not stated in the source";
      const box = $$("input[value]", element).find((input) => input.value === each);
      return box ? $("[data-word]", box.parentElement).textContent : $$("option", element).find((one) => one.value === each)?.textContent ?? each;
    });
    return given[0] && !/^(title|summary)$/.test(element.dataset.field) ? [[label(element), shown.join("; ")]] : [];
  });
}

const facts = (scope) => make("dl", "", { class: "bw-facts" }, ...rows(scope).map(([name, given]) => make("div", "", {}, make("dt", name), make("dd", given))));

function preview() {
  const account = $$("[data-part=account]");
  const typed = (name) => $(`[data-part=account] [data-field=${name}] [data-in]`).value;
  $("[data-preview]").replaceChildren(
    make("p", typed("title"), { class: "bw-form__title" }),
    make("div", "", { class: "bw-lede" }, make("p", typed("summary"))),
    make("aside", "", { class: "bw-note bw-note--draft" }, make("p", "Draft", { class: "bw-note__title" })),
    ...[...account, $("[data-part=passages]"), $("[data-part=document]")].flatMap((step) => {
      const groups = parts(step).filter((element) => element.dataset.list).flatMap(items);
      const title = make("h4", $("h2", step).textContent.replace(/^\d+\. /, ""));
      const sides = groups.map((item) => make("section", "", { class: "bw-side" }, make("h5", $("legend", item).textContent), facts(item)));
      const own = parts(step).some((element) => element.dataset.field && value(element).length) ? [facts(step)] : [];
      return own.length || groups.length ? [title, ...own, make("div", "", { class: "bw-sides" }, ...sides)] : [];
    }),
  );
}

// Draft -----------------------------------------------------------------------------------------

function keep() {
  try {
    localStorage.setItem(draft, JSON.stringify({ saved: today(), answers: answers() }));
  } catch {
    say("[data-draft]", "This browser keeps no draft: what you write is lost when you leave the page.");
  }
  $("[data-do=clear]").hidden = false;
}

function restore() {
  let held = null;
  try {
    held = JSON.parse(localStorage.getItem(draft));
  } catch {
    return;
  }
  if (!held) return;
  const { passages, ...given } = held.answers;
  // Twice, because a passage can be chosen only when it is there.
  for (let time = 0; time < 2; time += 1) {
    for (const step of $$("[data-step]")) write(step, { ...given, passages: { passages } }[step.dataset.part]);
    update();
  }
  $("[data-do=clear]").hidden = false;
  say("[data-draft]", `Your draft of ${held.saved} is back. It is kept in this browser, on this device, and nowhere else, until you send it.`);
}

// Events ----------------------------------------------------------------------------------------

let wait = 0;
const later = () => {
  clearTimeout(wait);
  wait = setTimeout(() => {
    keep();
    show(problems().found);
  }, 300);
};
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", (event) => {
  $("[data-ready]").hidden = true;
  say("[data-said]", "");
  update();
  later();
});
form.addEventListener("focusout", (event) => {
  const field = event.target.closest("[data-field]");
  // A question is not called unanswered while its answers are still being gone through.
  if (!field || field.contains(event.relatedTarget)) return;
  if (value(field).length) touched.add(field);
  later();
});
form.addEventListener("click", (event) => {
  const what = event.target.closest("[data-do]");
  switch (what?.dataset.do) {
    case "add": {
      const list = what.closest("[data-list]");
      const item = add(list);
      update();
      item.focus();
      say("[data-told]", `${$("legend", item).textContent.trim()} was added.`);
      later();
      break;
    }
    case "remove":
      remove(what.closest("[data-item]"));
      later();
      break;
    case "check":
      checkAll();
      break;
    case "copy":
      copy();
      break;
    case "file":
    case "issue":
      if ("copy" in what.dataset) copy();
      break;
    case "clear":
      if (!confirm("Clear everything that you have written here?")) break;
      localStorage.removeItem(draft);
      location.reload();
  }
});

for (const step of $$("[data-step]")) settle(step);
restore();
update();
show(problems().found);
root.dataset.live = "";
