"use strict";
// The tables work without this; it adds search and sorting.
const byValue = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const sortKey = (row, at) => row.cells[at].dataset.sortKey ?? row.cells[at].textContent.trim();

function sort(table, heading, at) {
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const body = table.tBodies[0];
  const number = heading.classList.contains("number");
  const order = (a, b) => {
    const [one, two] = [sortKey(a, at), sortKey(b, at)];
    if (!one || !two) return !one - !two;  // empty cells stay last
    const compared = number ? Number(one) - Number(two) : byValue.compare(one, two);
    return down ? -compared : compared;
  };
  body.append(...Array.from(body.rows).sort(order));
}

for (const table of document.querySelectorAll("table.sortable")) {
  Array.from(table.tHead.rows[0].cells).forEach((heading, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent.trim();
    button.addEventListener("click", () => sort(table, heading, at));
    heading.replaceChildren(button);
  });
}
for (const field of document.querySelectorAll("input[type=search]")) {
  const section = field.closest("section");
  const rows = Array.from(section.querySelectorAll("tbody tr"), row => [row, row.textContent.toLowerCase()]);
  const count = section.querySelector(".count");
  const all = count.textContent;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every(word => text.includes(word));
      shown += !row.hidden;
    }
    count.textContent = words.length ? `${shown} of ${all}` : all;
  });
}
