/* Several assessments beside each other: the same table in the list and on the page of its own. */
"use strict";
const besideOf = (ids) => `/api/side_by_side?${new URLSearchParams({ ids: ids.join(","), language: settings.language })}`;

function showBeside(table) {
  const texts = JSON.parse(element("beside-words").textContent);
  const marks = { more: "▲", less: "▼", unclear: "≈" };
  const heads = table.columns.map((one, i) => {
    const head = make("th", one.name, { scope: "col" });
    head.append(make("div", [one.athlete, one.day].filter(Boolean).join(" · "), { "class": "note" }));
    if (i === 0) head.append(make("div", texts.first, { "class": "note" }));
    return head;
  });
  const cellOf = (one) => {
    const cell = make("td", one.value || "-");
    if (one.range) cell.append(make("div", one.range, { "class": "note" }));
    const found = one.beside_first;
    if (marks[found]) cell.append(make("div", `${marks[found]} ${texts[found]}`, { "class": `verdict ${found}` }));
    return cell;
  };
  element("beside-heads").replaceChildren(make("td", texts.what), ...heads);
  element("beside-rows").replaceChildren(...table.rows.map((line) => {
    const row = make("tr");
    row.append(make("th", line.name, { scope: "row" }), ...line.cells.map(cellOf));
    return row;
  }));
}
