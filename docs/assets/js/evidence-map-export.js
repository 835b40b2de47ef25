// The evidence map as a file: SVG and PNG drawn from what is shown, and the same numbers as CSV.

import { save as hand, table } from "./download.js";

const SVG = "http://www.w3.org/2000/svg";
const INK = "#17222c";
const QUIET = "#45515b";
const LINE = "#85898a";
const ACCENT = "#0d5c63";
const FONT = "Segoe UI, Roboto, Noto Sans, Liberation Sans, Arial, sans-serif";
const [FIRST, WIDTH, HEIGHT, EDGE] = [220, 104, 52, 24];
const FILLED = { high: 1, moderate: 0.66, low: 0.36 };

const pen = document.createElement("canvas").getContext("2d");

function width(text, size, weight = 400) {
  pen.font = `${weight} ${size}px ${FONT}`;
  return pen.measureText(text).width;
}

/** Break a text into lines that are no wider than `room`. */
function lines(text, room, size, weight) {
  const found = [""];
  for (const word of text.split(/\s+/)) {
    const longer = found.at(-1) ? `${found.at(-1)} ${word}` : word;
    if (width(longer, size, weight) > room && found.at(-1)) found.push(word);
    else found[found.length - 1] = longer;
  }
  return found;
}

function node(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function text(x, y, words, { size = 12, weight = 400, anchor = "start", fill = INK } = {}) {
  return node("text", { x, y, "font-size": size, "font-weight": weight, "text-anchor": anchor, fill }, words);
}

function shape(x, y, size, level) {
  const r = 3 + 2.4 * size;
  const parts = [];
  const full = FILLED[level.id] ?? 0;
  const dashes = level.assessed ? {} : { "stroke-dasharray": "2 2" };
  if (full === 1) parts.push(node("circle", { cx: x, cy: y, r, fill: ACCENT }));
  else if (full) {
    const h = r - 2 * r * full; // height of the chord above (-) or below (+) the middle, measured downwards
    const half = Math.sqrt(r * r - h * h);
    parts.push(node("path", { d: `M${x - half} ${y + h}A${r} ${r} 0 ${full > 0.5 ? 1 : 0} 0 ${x + half} ${y + h}Z`, fill: ACCENT }));
  }
  parts.push(node("circle", { cx: x, cy: y, r, fill: "none", stroke: ACCENT, "stroke-width": 1.5, ...dashes }));
  return parts;
}

export function picture(shown, levels) {
  const { rows, columns, cell, words, title, stated } = shown;
  const heads = columns.map(({ label }) => lines(label, WIDTH - 12, 12, 600));
  const names = rows.map(({ label, depth }) => lines(label, FIRST - 16 - 10 * depth, 12, 600));
  const wide = Math.max(EDGE * 2 + FIRST + WIDTH * columns.length, 560);
  const heading = lines(title, wide - 2 * EDGE, 18, 600);
  const top = EDGE + heading.length * 22 + 6 + Math.max(1, ...heads.map((found) => found.length)) * 15 + 10;
  const heights = names.map((found) => Math.max(HEIGHT, found.length * 15 + 14));
  const notes = [
    "Number of records; a larger shape is more. Under it, how many independent sources they come from.",
    stated
      ? "Our judgement is left out: only what the sources themselves state is counted."
      : `Filling: the lowest confidence among the findings that they bear on (full: ${levels[0].label.toLowerCase()}; dashed: ${levels.at(-1).label.toLowerCase()}).`,
    ...Object.values(words).slice(0, 3).map(([sign, meaning]) => `${sign}  ${meaning}`),
    `${document.title}, ${new Date().toISOString().slice(0, 10)}, ${location.href}`,
  ].flatMap((note) => lines(note, wide - 2 * EDGE, 11));
  const bottom = top + heights.reduce((sum, height) => sum + height, 0);
  const tall = bottom + 22 + notes.length * 16 + EDGE - 8;
  const svg = node("svg", { xmlns: SVG, width: wide, height: tall, viewBox: `0 0 ${wide} ${tall}`, "font-family": FONT, role: "img" },
    node("title", {}, title), node("rect", { width: wide, height: tall, fill: "#fff" }));
  heading.forEach((line, n) => svg.append(text(EDGE, EDGE + 16 + n * 22, line, { size: 18, weight: 600 })));
  heads.forEach((found, n) => found.forEach((line, m) =>
    svg.append(text(EDGE + FIRST + WIDTH * (n + 0.5), top - 10 - (found.length - 1 - m) * 15, line, { weight: 600, anchor: "middle", fill: QUIET }))));
  let y = top;
  rows.forEach((row, n) => {
    const middle = y + heights[n] / 2;
    names[n].forEach((line, m) =>
      svg.append(text(EDGE + 10 * row.depth, middle + 4 + (m - (names[n].length - 1) / 2) * 15, line, { weight: 600 })));
    columns.forEach((column, m) => {
      const found = cell(row, column);
      const left = EDGE + FIRST + WIDTH * m;
      svg.append(node("rect", { x: left, y, width: WIDTH, height: heights[n], fill: found.empty ? "#f3f1e9" : "#fff", stroke: LINE, "stroke-width": 0.5 }));
      if (found.empty) {
        svg.append(text(left + WIDTH / 2, middle + 4, words[found.empty][0], { anchor: "middle", fill: QUIET }));
        return;
      }
      svg.append(text(left + WIDTH / 2 - 8, middle, String(found.n), { size: 14, weight: 600, anchor: "end" }),
        ...shape(left + WIDTH / 2 + 14, middle - 5, found.size, found.level),
        text(left + WIDTH / 2, middle + 20, `${found.independent} independent`, { size: 10, anchor: "middle", fill: QUIET }));
    });
    y += heights[n];
  });
  notes.forEach((note, n) => svg.append(text(EDGE, bottom + 22 + n * 16, note, { size: 11, fill: QUIET })));
  return svg;
}

export function csv({ wanted, rows, columns, cell, words, stated }) {
  const head = [wanted.rows, `${wanted.rows}-label`, wanted.columns, `${wanted.columns}-label`, "state", "records", "by-our-judgement", "independent-sources", "confidence"];
  const body = rows.flatMap((row) => columns.map((column) => {
    const found = cell(row, column);
    const state = found.empty ? words[found.empty][1] : "evidence";
    return [row.id, row.label, column.id, column.label, state, found.n, stated ? 0 : found.judged, found.independent, stated || found.empty ? "" : found.level.id];
  }));
  return table([head, ...body]);
}

async function png(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  const scale = Math.min(2, 8000 / Math.max(image.width, image.height));
  [canvas.width, canvas.height] = [image.width * scale, image.height * scale];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Hand the reader what is shown as `svg`, `png` or `csv`. */
export async function save(shown, form, levels) {
  const { of, rows, columns } = shown.wanted;
  const name = `${of}-by-${rows}-and-${columns}.${form}`;
  if (form === "csv") return hand(name, "text/csv", csv(shown));
  const svg = new XMLSerializer().serializeToString(picture(shown, levels));
  return form === "svg" ? hand(name, "image/svg+xml", svg) : hand(name, "image/png", await png(svg));
}
