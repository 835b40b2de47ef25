// What a page shows, as files.

/** One cell of CSV; what a spreadsheet would run as a formula is made text. */
function cell(value) {
  const text = String(value);
  const tame = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

/** Lines of cells as CSV that spreadsheets open as what it is. */
export const table = (lines) => `\ufeff${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;

export function csv(records, facets, words) {
  const names = Object.keys(words.columns);
  const head = [...names.map((name) => words.columns[name]), ...facets.map(({ title }) => title)];
  const lines = records.map((record) => [
    ...names.map((name) => record[name]),
    ...facets.map(({ id }) =>
      (record.labels[id] ?? []).map(({ label, judged }) => (judged ? `${label} (${words.judged})` : label)).join("; "),
    ),
  ]);
  return table([head, ...lines]);
}

export function save(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
