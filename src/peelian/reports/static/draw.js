// Drawing a box on the map that map.js has drawn: by pointer, or by keyboard with the map's
// middle as the pen. What is drawn stands as GeoJSON in the form below, which works without this.
(function () {
  "use strict";

  const STEP = 8; // pixels that an arrow key moves a corner
  const EARTH = 6371008.8; // mean radius [m]

  const panel = document.getElementById("map");
  const section = document.querySelector("[data-layer]");
  const form = document.getElementById("box-form");
  if (!panel || !section || !form) return;
  const field = form.elements.polygon;
  const status = panel.querySelector(".map-status");

  let map = null;
  let corners = []; // of the box being drawn, [longitude, latitude], not closed
  let closed = false;
  let marks = [];
  let chosen = null; // the row whose cell may be left out or redrawn
  const buttons = {};

  panel.addEventListener("peelian-map", (event) => start(event.detail.map), { once: true });

  function start(drawn) {
    map = drawn;
    const ready = () => {
      map.addSource("drawing", { type: "geojson", data: shape() });
      map.addLayer({ id: "drawing-area", type: "fill", source: "drawing", filter: ["==", "$type", "Polygon"], paint: { "fill-color": "#1d70b8", "fill-opacity": 0.2 } });
      map.addLayer({ id: "drawing-line", type: "line", source: "drawing", paint: { "line-color": "#1d70b8", "line-width": 3 } });
      showBoxes();
      takeFromField();
    };
    if (map.isStyleLoaded()) ready();
    else map.once("load", ready);
    toolbar();
    map.on("click", (event) => panel.dataset.drawing && add([event.lngLat.lng, event.lngLat.lat]));
    map.on("dblclick", (event) => {
      if (!panel.dataset.drawing) return;
      event.preventDefault();
      finish();
    });
    form.querySelector(".peelian-draw-hint").hidden = false;
    field.addEventListener("change", takeFromField);
  }

  async function showBoxes() {
    const answer = await fetch(section.dataset.layer);
    if (!answer.ok) return;
    const data = await answer.json();
    map.getSource("boxes").setData(data);
    panel.dataset.boxes = String(data.features.length);
  }

  // ---- the tools above the map ---------------------------------------------------------
  function toolbar() {
    const tools = document.createElement("div");
    tools.className = "map-controls map-draw";
    tools.setAttribute("role", "group");
    tools.setAttribute("aria-label", "Draw a box");
    const all = [
      ["draw", "Draw a box", begin],
      ["corner", "Corner at the cross", () => add(map.getCenter().toArray())],
      ["undo", "Undo corner", undo],
      ["done", "Done", finish],
      ["cancel", "Cancel", cancel],
      ["leave", "Leave out cell", () => takeCell(false)],
      ["redraw", "Redraw cell", () => takeCell(true)],
    ];
    for (const [name, text, act] of all) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.dataset.draw = name;
      button.addEventListener("click", act);
      buttons[name] = button;
      tools.append(button);
    }
    panel.querySelector(".map-controls").after(tools);
    const cross = document.createElement("div");
    cross.className = "map-cross";
    cross.setAttribute("aria-hidden", "true");
    panel.querySelector(".map-live").append(cross);
    for (const row of document.querySelectorAll("#map-table tbody tr[data-cell]")) {
      row.addEventListener("focusin", () => choose(row));
    }
    refresh();
  }

  function refresh() {
    const drawing = Boolean(panel.dataset.drawing);
    buttons.draw.hidden = drawing;
    buttons.draw.textContent = corners.length ? "Draw it anew" : "Draw a box";
    buttons.corner.hidden = buttons.undo.hidden = buttons.done.hidden = !drawing;
    buttons.cancel.hidden = !drawing && !corners.length;
    buttons.undo.disabled = !corners.length;
    buttons.done.disabled = corners.length < 3;
    const rank = drawing ? "" : rankOf(chosen);
    const edits = Boolean(form.elements.box);
    buttons.leave.hidden = buttons.redraw.hidden = !rank || edits;
    buttons.leave.textContent = `Leave out cell ${rank}`;
    buttons.redraw.textContent = `Redraw cell ${rank}`;
  }

  function tell(text) {
    status.textContent = text;
  }

  // ---- drawing -------------------------------------------------------------------------
  function begin() {
    clear();
    panel.dataset.drawing = "true";
    map.doubleClickZoom.disable();
    map.getCanvas().focus();
    tell("Click each corner in turn, or move the map with the arrow keys and use Corner at the cross.");
    refresh();
  }

  function add(corner) {
    const last = corners[corners.length - 1];
    const near = last && Math.hypot(...["x", "y"].map((k) => map.project(last)[k] - map.project(corner)[k])) < 3;
    if (near) return; // the second click of a double one
    corners.push(corner);
    redraw();
    tell(`${corners.length} ${corners.length === 1 ? "corner" : "corners"}.`);
  }

  function undo() {
    corners.pop();
    redraw();
    tell(`${corners.length} corners.`);
    if (!corners.length) map.getCanvas().focus();
  }

  function finish() {
    if (corners.length < 3) return;
    stop();
    closed = true;
    redraw();
    save();
    open();
    form.elements.reason.focus();
  }

  function cancel() {
    stop();
    clear();
    if (form.elements.ranks) form.elements.ranks.value = "";
    field.value = "";
    tell("Nothing is drawn.");
    buttons.draw.focus();
  }

  function stop() {
    delete panel.dataset.drawing;
    map.doubleClickZoom.enable();
    refresh();
  }

  function clear() {
    corners = [];
    closed = false;
    redraw();
  }

  // ---- what stands on the map ----------------------------------------------------------
  function shape() {
    const ring = closed ? [...corners, corners[0]] : corners;
    const geometry = closed ? { type: "Polygon", coordinates: [ring] } : { type: "LineString", coordinates: ring };
    const some = corners.length > 1;
    return { type: "FeatureCollection", features: some ? [{ type: "Feature", properties: {}, geometry }] : [] };
  }

  function redraw(focus = -1) {
    if (map.getSource("drawing")) map.getSource("drawing").setData(shape());
    for (const mark of marks) mark.remove();
    marks = corners.map((corner, n) => handle(corner, n));
    if (closed) corners.forEach((corner, n) => marks.push(between(n)));
    if (focus >= 0 && marks[focus]) marks[focus].getElement().focus();
    refresh();
  }

  function handle(corner, n) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "map-corner";
    const mark = new maplibregl.Marker({ element, draggable: closed }).setLngLat(corner).addTo(map);
    element.setAttribute("aria-label", `Corner ${n + 1} of ${corners.length}: arrow keys move it, Delete removes it`);
    element.tabIndex = closed ? 0 : -1;
    element.addEventListener("click", (event) => event.stopPropagation());
    element.addEventListener("keydown", (event) => key(event, n));
    mark.on("drag", () => {
      corners[n] = mark.getLngLat().toArray();
      map.getSource("drawing").setData(shape());
    });
    mark.on("dragend", () => {
      redraw();
      save();
    });
    return mark;
  }

  // A small handle half way along each side becomes a corner when it is pressed.
  function between(n) {
    const next = corners[(n + 1) % corners.length];
    const middle = corners[n].map((value, k) => (value + next[k]) / 2);
    const element = document.createElement("button");
    element.type = "button";
    element.className = "map-midpoint";
    const mark = new maplibregl.Marker({ element }).setLngLat(middle).addTo(map);
    element.setAttribute("aria-label", `Add a corner after corner ${n + 1}`);
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      corners.splice(n + 1, 0, middle);
      redraw(n + 1);
      save();
    });
    return mark;
  }

  function key(event, n) {
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const move = moves[event.key];
    if (move) {
      const at = map.project(corners[n]);
      corners[n] = map.unproject([at.x + move[0], at.y + move[1]]).toArray();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      if (corners.length <= 3) {
        tell("A box needs three corners.");
        return;
      }
      corners.splice(n, 1);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    redraw(Math.min(n, corners.length - 1));
    save();
  }

  // ---- the form ------------------------------------------------------------------------
  function save() {
    const rounded = [...corners, corners[0]].map((corner) => corner.map((value) => Number(value.toFixed(6))));
    field.value = JSON.stringify({ type: "Polygon", coordinates: [rounded] });
    for (const name of ["centre", "width"]) form.elements[name].value = "";
    tell(`A box of ${corners.length} corners and ${Math.round(area()).toLocaleString("en-GB")} square metres. Give a reason and keep it.`);
  }

  function area() {
    const radians = Math.PI / 180;
    const scale = EARTH * radians;
    const across = Math.cos(corners[0][1] * radians);
    const plane = corners.map(([x, y]) => [(x - corners[0][0]) * scale * across, (y - corners[0][1]) * scale]);
    return Math.abs(plane.reduce((sum, [x, y], n) => {
      const [u, v] = plane[(n + 1) % plane.length];
      return sum + x * v - u * y;
    }, 0)) / 2;
  }

  // What the form held when the page came (a box to redraw, or one that was not kept), or what
  // was put into it by hand.
  function takeFromField() {
    let read;
    try {
      read = JSON.parse(field.value);
    } catch {
      return;
    }
    const geometry = read.geometry || (read.features && read.features[0] && read.features[0].geometry) || read;
    if (geometry.type !== "Polygon" || !geometry.coordinates || geometry.coordinates.length !== 1) return;
    take(geometry.coordinates[0]);
  }

  function take(ring) {
    corners = ring.slice(0, -1).map((corner) => corner.slice(0, 2));
    closed = true;
    redraw();
    const [xs, ys] = [0, 1].map((k) => corners.map((corner) => corner[k]));
    map.fitBounds([[Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]], { padding: 80, maxZoom: 16, animate: false });
  }

  function open() {
    document.getElementById("box-details").open = true;
  }

  // ---- a cell of the table -------------------------------------------------------------
  function choose(row) {
    if (panel.dataset.drawing) return;
    chosen = row;
    refresh();
  }

  function rankOf(row) {
    const head = row && row.querySelector("[data-label='Rank']");
    return head ? head.textContent.trim() : "";
  }

  async function takeCell(redrawn) {
    const rank = rankOf(chosen);
    cancel();
    form.elements.ranks.value = rank;
    for (const choice of form.elements.kind) choice.checked = choice.value === (redrawn ? "drawn" : "left-out");
    open();
    if (redrawn) {
      const data = await (await fetch(panel.dataset.geojson)).json();
      const cell = data.features.find((one) => one.properties.kind === "cell" && one.properties.cell === Number(chosen.dataset.cell));
      if (cell && cell.geometry.type === "Polygon") take(cell.geometry.coordinates[0]);
      save();
      tell(`Move the corners of cell ${rank}, give a reason and keep it.`);
    } else tell(`Give the reason why nobody shall be sent to cell ${rank}.`);
    form.elements.reason.focus();
  }
})();
