// The map and its table, in step. Reads one GeoJSON: the element #map-data, or the address in
// data-geojson. Until it has drawn, and wherever it cannot, the still picture stays.
(function () {
  "use strict";

  const CLOSE = 13; // zoom of one cell among its streets
  const PADDING = 30;
  const MARK = 22; // width of a rank's mark

  const panel = document.getElementById("map");
  const table = document.querySelector("#map-table table");
  if (!panel || !table) return;
  const live = panel.querySelector(".map-live");
  const still = panel.querySelector(".map-still");
  const status = panel.querySelector(".map-status");
  const controls = panel.querySelector(".map-controls");
  const rows = [...table.querySelectorAll("tbody tr[data-cell]")];
  const cellOf = (row) => Number(row.dataset.cell);
  const rowsOf = (cell) => rows.filter((row) => cellOf(row) === cell);

  let map = null;
  const values = new Map(); // by cell, as are these
  const boxes = new Map();
  const markers = new Map();
  const sharedMarks = new Map(); // by mark, the mark that shows its rank
  let lit = null;

  // ---- in step -------------------------------------------------------------------------
  function light(cell) {
    if (cell === lit) return;
    if (lit !== null) show(lit, false);
    lit = cell;
    if (cell !== null) show(cell, true);
    panel.dataset.lit = cell === null ? "" : String(cell);
    status.textContent = cell === null ? "" : sentence(cell);
  }

  function show(cell, on) {
    for (const row of rowsOf(cell)) row.classList.toggle("is-lit", on);
    const path = still.querySelector(`[data-cell="${cell}"]`);
    if (path) path.classList.toggle("is-lit", on);
    const marker = markers.get(cell);
    if (marker) {
      marker.classList.toggle("is-lit", on);
      if (on) {
        sharedMarks.get(marker).style.visibility = "hidden"; // its own number stands out alone
        marker.textContent = marker.dataset.rank;
        marker.style.visibility = "visible";
      } else group();
    }
    if (map) map.setFeatureState({ source: "map", id: cell }, { lit: on });
  }

  function sentence(cell) {
    const heads = rowsOf(cell).map((row) => row.cells[0]);
    const name = heads.map((head) => `${head.dataset.label} ${head.textContent}`).join(", ") || "Not listed";
    const value = values.get(cell);
    return value ? `${name}: ${value} ${panel.dataset.unit}`.trim() : name;
  }

  function wireRows() {
    for (const row of rows) {
      const cell = cellOf(row);
      const head = row.cells[0];
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.setAttribute("aria-label", `${head.dataset.label} ${head.textContent}: show on the map`);
      head.replaceChildren(button);
      row.addEventListener("mouseenter", () => light(cell));
      row.addEventListener("mouseleave", () => light(null));
      row.addEventListener("focusin", () => light(cell));
      row.addEventListener("focusout", () => light(null));
      button.addEventListener("click", () => {
        if (map) fly(cell);
      });
    }
  }

  // ---- sorting -------------------------------------------------------------------------
  function wireHeaders() {
    const body = table.tBodies[0];
    [...table.tHead.rows[0].cells].forEach((header, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = header.firstChild.textContent.trim();
      header.firstChild.replaceWith(button); // the unit stays outside
      button.addEventListener("click", () => {
        const up = header.getAttribute("aria-sort") !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        header.setAttribute("aria-sort", up ? "ascending" : "descending");
        const compare = comparison(index, header.classList.contains("number"));
        body.append(...[...rows].sort((a, b) => compare(a, b, up ? 1 : -1)));
      });
    });
  }

  function comparison(index, numeric) {
    return (a, b, sign) => {
      const [one, two] = [a.cells[index].textContent, b.cells[index].textContent];
      if (one === "" || two === "") return (one === "") - (two === ""); // missing goes last
      return sign * (numeric ? number(one) - number(two) : one.localeCompare(two, "en-GB"));
    };
  }

  function number(text) {
    return parseFloat(text.replace(/[<,]/g, ""));
  }

  // ---- the map -------------------------------------------------------------------------
  function hatching() {
    const size = 10;
    const data = new Uint8Array(4 * size * size);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const stripe = (x + y) % size;
        const colour = stripe < 2 ? [255, 255, 255, 255] : stripe < 3 ? [11, 12, 12, 255] : [0, 0, 0, 0];
        data.set(colour, 4 * (y * size + x));
      }
    }
    return { width: size, height: size, data };
  }

  function style(data) {
    const kind = (name) => ["==", ["get", "kind"], name];
    const flagged = ["all", kind("cell"), ["get", "flagged"]];
    const drawn = ["all", kind("cell"), ["!=", ["get", "colour"], "none"]];
    const isLit = ["boolean", ["feature-state", "lit"], false];
    const layer = (id, type, filter, paint) => ({ id, type, source: "map", filter, paint });
    return {
      version: 8,
      sources: {
        map: { type: "geojson", data, tolerance: 0 },
        boxes: { type: "geojson", data: { type: "FeatureCollection", features: boxesOf(data) } },
        dots: { type: "geojson", data: { type: "FeatureCollection", features: dots(data) } },
      },
      layers: [
        { id: "sea", type: "background", paint: { "background-color": "#ffffff" } },
        layer("area", "fill", kind("study-area"), { "fill-color": "#f3f2f1" }),
        layer("land", "fill", kind("district"), { "fill-color": "#f3f2f1" }),
        layer("cells", "fill", drawn, { "fill-color": ["get", "colour"], "fill-antialias": false }),
        layer("hatched", "fill", ["all", kind("cell"), ["get", "hatched"]], { "fill-pattern": "hatch" }),
        layer("districts", "line", kind("district"), { "line-color": "#6f777b", "line-width": 1 }),
        layer("study-area", "line", kind("study-area"), { "line-color": "#0b0c0c", "line-width": 1.5 }),
        layer("flagged", "line", flagged, {
          "line-color": "#0b0c0c",
          "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.8, 13, 2.5],
        }),
        {
          id: "dots",
          type: "symbol",
          source: "dots",
          maxzoom: data.dots_below_zoom,
          layout: {
            "icon-image": ["concat", "dot-", ["get", "colour"], ["case", ["get", "hatched"], "-hatched", ""]],
            "icon-allow-overlap": true,
            "icon-ignore-placement": true,
          },
        },
        ...boxLayers(),
        layer("routes-under", "line", kind("route"), { "line-color": "#ffffff", "line-width": 5 }),
        layer("routes", "line", kind("route"), { "line-color": "#4c2c92", "line-width": 2.5 }),
        layer("lit-under", "line", kind("cell"), { "line-color": "#0b0c0c", "line-width": ["case", isLit, 8, 0] }),
        layer("lit", "line", kind("cell"), { "line-color": "#ffdd00", "line-width": ["case", isLit, 5, 0] }),
      ],
    };
  }

  // Boxes that people drew have a source of their own, so that a page can show others.
  function boxesOf(data) {
    return data.features.filter(({ properties }) => properties.kind === "box");
  }

  function boxLayers() {
    const layer = (id, type, sends, paint) => ({
      id, type, source: "boxes", filter: ["==", ["get", "sends"], sends], paint,
    });
    return [
      layer("left-out", "fill", false, { "fill-color": "#ffffff", "fill-opacity": 0.5 }),
      layer("left-out-line", "line", false, { "line-color": "#0b0c0c", "line-width": 2.5, "line-dasharray": [2, 1.2] }),
      layer("boxes-under", "line", true, { "line-color": "#ffffff", "line-width": 6 }),
      layer("boxes", "line", true, { "line-color": "#00703c", "line-width": 3.5 }),
    ];
  }

  // A flagged cell too small to see becomes a dot of fixed size, in the order they are given.
  function dots(data) {
    return data.features
      .filter((feature) => feature.properties.flagged)
      .map(({ properties }) => ({
        type: "Feature",
        properties,
        geometry: { type: "Point", coordinates: middle(boxes.get(properties.cell)) },
      }));
  }

  function dotImage(colour, hatched) {
    const size = 24; // twice what is shown, for sharp screens
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    const pen = canvas.getContext("2d");
    pen.beginPath();
    pen.arc(size / 2, size / 2, size / 2 - 2, 0, 2 * Math.PI);
    pen.fillStyle = colour;
    pen.fill();
    pen.save();
    pen.clip();
    pen.lineWidth = 3;
    pen.strokeStyle = "#ffffff";
    for (let x = -size; hatched && x < size; x += 8) {
      pen.beginPath();
      pen.moveTo(x, size);
      pen.lineTo(x + size, 0);
      pen.stroke();
    }
    pen.restore();
    pen.beginPath();
    pen.arc(size / 2, size / 2, size / 2 - 2, 0, 2 * Math.PI);
    pen.lineWidth = 3;
    pen.strokeStyle = "#0b0c0c";
    pen.stroke();
    return pen.getImageData(0, 0, size, size);
  }

  function bounds([west, south, east, north]) {
    return [[west, south], [east, north]];
  }

  function boxOf(ring) {
    const [xs, ys] = [ring.map((p) => p[0]), ring.map((p) => p[1])];
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  }

  function outer(geometry) {
    return geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.coordinates[0][0];
  }

  function label(text, className, place, anchor = "center") {
    const element = document.createElement("div");
    element.className = className;
    element.textContent = text;
    new maplibregl.Marker({ element, anchor }).setLngLat(place).addTo(map);
    element.removeAttribute("role"); // a name, not a button; the table says it to all
    element.removeAttribute("tabindex");
    element.removeAttribute("aria-label");
    element.setAttribute("aria-hidden", "true");
    return element;
  }

  function middle([west, south, east, north]) {
    return [(west + east) / 2, (south + north) / 2];
  }

  function fly(cell) {
    if (!boxes.has(cell)) return;
    map.easeTo({ center: middle(boxes.get(cell)), zoom: Math.max(map.getZoom(), CLOSE) });
    live.scrollIntoView({ block: "nearest" });
  }

  // A district's name moves up or down where it would cover another or a rank's mark; where
  // there is no room it waits for a closer zoom.
  function spread(names) {
    const kept = [...markers.values()]
      .filter((mark) => mark.style.visibility !== "hidden")
      .map((mark) => mark.getBoundingClientRect());
    const covers = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    for (const name of names) {
      name.style.visibility = "hidden";
      for (const shift of [0, 16, -16, 30, -30, 44, -44]) {
        name.style.marginTop = `${shift}px`;
        const box = name.getBoundingClientRect();
        if (kept.some((other) => covers(box, other))) continue;
        name.style.visibility = "visible";
        kept.push(box);
        break;
      }
    }
  }

  // Ranks whose marks would cover each other share one, the best first: "2, 4, 6".
  function group() {
    const kept = [];
    for (const mark of markers.values()) {
      mark.textContent = mark.dataset.rank;
      mark.style.visibility = "visible";
      const box = mark.getBoundingClientRect();
      const near = kept.find(
        (other) => Math.abs(other.left - box.left) < MARK && Math.abs(other.bottom - box.bottom) < MARK,
      );
      sharedMarks.set(mark, near ? near.mark : mark);
      if (near) {
        near.mark.textContent += `, ${mark.dataset.rank}`;
        mark.style.visibility = "hidden";
      } else {
        kept.push({ mark, left: box.left, bottom: box.bottom });
      }
    }
  }

  function draw(data) {
    for (const feature of data.features) {
      if (feature.properties.kind !== "cell") continue;
      values.set(feature.properties.cell, feature.properties.value);
      boxes.set(feature.properties.cell, boxOf(outer(feature.geometry)));
    }
    live.hidden = false;
    map = new maplibregl.Map({
      container: live,
      style: style(data),
      bounds: bounds(data.bounds.flagged),
      fitBoundsOptions: { padding: PADDING, maxZoom: CLOSE },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      cooperativeGestures: true,
      fadeDuration: 0,
      maxZoom: 17,
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addImage("hatch", hatching());
    for (const { properties } of dots(data)) {
      const id = `dot-${properties.colour}${properties.hatched ? "-hatched" : ""}`;
      if (!map.hasImage(id)) map.addImage(id, dotImage(properties.colour, properties.hatched), { pixelRatio: 2 });
    }
    map.getCanvas().setAttribute("aria-label", "Interactive map: arrow keys move it, plus and minus zoom");

    const names = data.features
      .filter(({ properties }) => properties.kind === "district")
      .map(({ properties }) => label(properties.name, "map-name", properties.label));
    for (const { properties } of data.features) {
      if (properties.kind === "route") label(properties.name, "map-team", properties.label);
    }
    for (const row of rows) {
      const box = boxes.get(cellOf(row));
      if (!box || !row.dataset.rank || markers.has(cellOf(row))) continue;
      const mark = label(row.dataset.rank, "map-rank", [middle(box)[0], box[3]], "bottom");
      mark.dataset.rank = row.dataset.rank;
      markers.set(cellOf(row), mark);
      sharedMarks.set(mark, mark);
    }

    const arrange = () => {
      group();
      spread(names);
    };
    map.on("moveend", arrange);
    map.once("idle", arrange);

    map.on("mousemove", "cells", (event) => light(event.features[0].properties.cell));
    map.on("mouseleave", "cells", () => light(null));
    map.on("click", "cells", (event) => {
      if (panel.dataset.drawing) return; // the click sets a corner
      const [row] = rowsOf(event.features[0].properties.cell);
      if (row) row.cells[0].querySelector("button").focus();
    });
    const actions = {
      flagged: () => map.fitBounds(bounds(data.bounds.flagged), { padding: PADDING, maxZoom: CLOSE }),
      all: () => map.fitBounds(bounds(data.bounds.all), { padding: PADDING / 2 }),
      in: () => map.zoomIn(),
      out: () => map.zoomOut(),
    };
    for (const button of controls.querySelectorAll("button")) {
      button.addEventListener("click", actions[button.dataset.map]);
    }
    controls.hidden = false;
    still.hidden = true;
    map.once("idle", () => {
      panel.dataset.ready = "true";
    });
    panel.dispatchEvent(new CustomEvent("peelian-map", { detail: { map } }));
  }

  function fallBack(reason) {
    if (map) map.remove();
    map = null;
    live.hidden = true;
    controls.hidden = true;
    still.hidden = false;
    panel.dataset.ready = "still";
    status.textContent = `${reason} A still map is shown; the table is complete.`;
  }

  async function read() {
    const address = panel.dataset.geojson;
    if (!address) return JSON.parse(document.getElementById("map-data").textContent);
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`the map data did not load (${answer.status}).`);
    return answer.json();
  }

  wireRows();
  wireHeaders();
  if (!document.createElement("canvas").getContext("webgl2")) {
    fallBack("This browser cannot draw the interactive map (no WebGL).");
    return;
  }
  read().then(draw).catch((error) => fallBack(`The interactive map did not open: ${error.message}`));
})();
