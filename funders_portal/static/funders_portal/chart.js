// Draws the figures of a page where the window is wide enough; everywhere else the table alone says it.
function fits(place) {
  return window.matchMedia(`(min-width: ${place.dataset.from || 700}px)`).matches;
}

function library(source) {
  if (window.Plotly) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = resolve;
    script.onerror = () => reject(new Error("The chart could not be fetched."));
    document.head.append(script);
  });
}

function sheet(address) {
  // By this id and class Plotly knows that its rules are there and leaves off writing them into the page.
  const id = "plotly.js-style-global";
  if (document.getElementById(id)) return;
  const link = document.createElement("link");
  Object.assign(link, { id, className: "no-inline-styles", rel: "stylesheet", href: address });
  document.head.append(link);
}

// So many pixels a column keep its words apart; a narrower window scrolls the chart within its frame.
const COLUMN = 62;
const LABELS = 180;
const PAPER = 1000;

function fitted(place, columns) {
  return Math.max(place.clientWidth, LABELS + COLUMN * columns);
}

function plot(place, data, layout) {
  return window.Plotly.newPlot(place, data, layout, {
    displaylogo: false,
    displayModeBar: "hover",
    modeBarButtons: [["toImage"]],
    showTips: false,
    toImageButtonOptions: { filename: place.dataset.name, scale: 2 },
  });
}

async function draw(place) {
  if (place.dataset.drawn) return;
  place.dataset.drawn = "yes";
  try {
    sheet(place.dataset.styles);
    const [answer] = await Promise.all([fetch(place.dataset.figure, { credentials: "same-origin" }), library(place.dataset.library)]);
    if (!answer.ok) throw new Error(`The figure answered ${answer.status}.`);
    const figure = await answer.json();
    place.textContent = "";
    await document.fonts.ready;
    place.columns = figure.layout.xaxis ? figure.layout.xaxis.tickvals.length : 0;
    figure.layout.width = fitted(place, place.columns);
    await plot(place, figure.data, figure.layout);
    place.dataset.drawn = "done";
  } catch (problem) {
    // The table beneath says the same, so a chart that cannot be drawn takes nothing away.
    place.textContent = place.dataset.failed;
    place.dataset.drawn = "failed";
  }
}

function drawAll() {
  document.querySelectorAll("[data-figure]").forEach((place) => { if (fits(place)) draw(place); });
}
function resizeAll(width) {
  document.querySelectorAll('[data-drawn="done"]').forEach((place) => {
    const wanted = width || fitted(place, place.columns);
    if (place.layout.width === wanted) return;
    if (place.columns) window.Plotly.relayout(place, { width: wanted });
    // Bands would glide to their new places, out of step with what they join; drawn anew they stand at once.
    else plot(place, place.data, { ...place.layout, width: wanted });
  });
}

window.addEventListener("resize", () => {
  if (window.matchMedia("print").matches) return;
  drawAll();
  resizeAll();
});
window.addEventListener("beforeprint", () => resizeAll(PAPER));
window.addEventListener("afterprint", () => resizeAll());
document.addEventListener("htmx:after:swap", drawAll);
drawAll();
