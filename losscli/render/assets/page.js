"use strict";
(() => {
  // Tables: sorted by a head, filtered by a text. Rows are moved and hidden, nothing is written anew.
  const figure = (text) => {
    const found = /[-\u2212+]?(\d[\d,]*\.?\d*|\.\d+)(e[-+]?\d+)?/i.exec(text);
    return found ? parseFloat(found[0].replace(/,/g, "").replace("\u2212", "-")) : NaN;
  };

  const compared = (a, b) => {
    if (a.text === "" || b.text === "") return (a.text === "") - (b.text === "");
    if (!Number.isNaN(a.number) && !Number.isNaN(b.number)) return a.number - b.number;
    return a.text.localeCompare(b.text);
  };

  const sort = (table, column, head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const figures = head.classList.contains("right");
    const rows = [...body.rows].map((row) => {
      const text = row.cells[column].textContent.trim();
      return { row, text, number: figures ? figure(text) : NaN };
    });
    rows.sort((a, b) => (down && a.text !== "" && b.text !== "" ? compared(b, a) : compared(a, b)));
    body.append(...rows.map((one) => one.row));
  };

  const sortable = (table) => {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (!head.textContent) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, column, head));
      head.append(button);
    });
  };

  const filterable = (region, table) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.className = "filter";
    input.type = "search";
    label.append(`Filter ${region.getAttribute("aria-label")}:`, input);
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase();
      for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
    region.before(label);
  };

  for (const region of document.querySelectorAll(".scroll")) {
    const table = region.querySelector("table");
    if (!table || !table.tHead || table.tBodies[0].rows.length < 2) continue;
    sortable(table);
    if (table.tBodies[0].rows.length > 7 && !region.closest("details")) filterable(region, table);
  }

  // Charts: drawn one after the other, each as wide as its place. Their colours follow the page's.
  const held = document.getElementById("charts");
  if (!held || !window.vegaEmbed) return;
  const { specs, config } = JSON.parse(held.textContent);
  const options = {
    actions: false, ast: true, defaultStyle: false, logLevel: 1, mode: "vega-lite", renderer: "svg", config,
    tooltip: { disableDefaultStyle: true },
  };
  const views = [];

  const fit = async ({ place, view }) => {
    const signal = view.getState().signals.child_width === undefined ? "width" : "child_width";
    const drawn = place.querySelector("svg").viewBox.baseVal.width;
    view.signal(signal, Math.max(view.signal(signal) + place.clientWidth - drawn, 80));
    await view.resize().runAsync();
  };

  const draw = async () => {
    for (const place of document.querySelectorAll("[data-chart]")) {
      const { view } = await window.vegaEmbed(place, specs[place.dataset.chart], options);
      place.querySelector("svg").setAttribute("aria-hidden", "true"); // its place says what it is
      const one = { place, view };
      views.push(one);
      await fit(one);
    }
    document.documentElement.dataset.charts = "drawn";
  };

  let waiting = 0;
  let across = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === across) return;
    across = window.innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(async () => { for (const one of views) await fit(one); }, 150);
  });
  draw();
})();
