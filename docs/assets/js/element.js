// Elements made by scripts.

/** Makes an element; text is text, never markup. Children that are empty or null are left out. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element && key !== "list") element[key] = value; // an input's list can only be set as an attribute
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== "" && child != null));
  return element;
}
