/**
 * The page's own script, as text: it runs in the reader's browser, where nothing of this program exists but uPlot and
 * the data beside it. Colours come from the page's style, so that dark, light and print need no second set here.
 */
export const CHART_SCRIPT = String.raw`
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const clock = (s) => Math.floor(s / 60) + ":" + String(Math.round(s) % 60).padStart(2, "0");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const stepped = uPlot.paths.stepped({ align: 1 });
  const sync = uPlot.sync("load");
  const shown = (unit, digits) => (_, v) => (v == null ? "–" : v.toFixed(digits) + unit);

  const marks = (u) => {
    const { ctx, bbox } = u;
    const size = 9 * devicePixelRatio;
    ctx.save();
    ctx.font = size + "px system-ui, sans-serif";
    ctx.textAlign = "center";
    ctx.strokeStyle = ctx.fillStyle = colour("faint");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    let free = -Infinity;
    for (const { at, step } of data.marks) {
      const x = Math.round(u.valToPos(at, "x", true));
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      // A number that would cover its neighbour is left out; its line stays.
      if (x < free) continue;
      ctx.fillText(String(step), x, bbox.top - 4 * devicePixelRatio);
      free = x + size * 1.6;
    }
    ctx.restore();
  };

  const axis = (extra) => ({
    stroke: () => colour("soft"),
    grid: { stroke: () => colour("grid"), width: 1 },
    ticks: { stroke: () => colour("grid"), width: 1 },
    font: "12px system-ui, sans-serif",
    ...extra,
  });
  const line = (label, name, extra) => ({ label, stroke: () => colour(name), width: 1.5, points: { show: false }, ...extra });

  const chart = (id, height, y, series, extra) => {
    const host = document.getElementById(id);
    const options = {
      width: host.clientWidth,
      height,
      padding: [16, 12, 0, 0],
      legend: { markers: { width: 0, fill: (u, i) => u.series[i].stroke() } },
      cursor: { sync: { key: sync.key }, drag: { x: true, y: false }, points: { size: 7 } },
      scales: { x: { time: false }, y },
      axes: [axis({ values: (_, vs) => vs.map(clock), incrs: [1, 5, 10, 15, 30, 60, 120, 300, 600, 1800] }), axis({ size: 56, ...extra.axis })],
      series: [{ label: "Time", value: (_, v) => (v == null ? "–" : clock(v)) }, ...series.map((s) => s.options)],
      bands: extra.bands,
      hooks: { drawAxes: [marks] },
    };
    const plot = new uPlot(options, [data.seconds, ...series.map((s) => s.values)], host);
    sync.sub(plot);
    new ResizeObserver(() => {
      if (host.clientWidth !== plot.width) plot.setSize({ width: host.clientWidth, height });
    }).observe(host);
    return plot;
  };

  const percentShown = { value: shown(" %", 1) };
  const plots = [
    chart(
      "share",
      320,
      { range: [-2, 102] },
      [
        { values: data.high, options: line("At most", "none", { ...percentShown, width: 0, paths: stepped }) },
        { values: data.low, options: line("At least", "none", { ...percentShown, width: 0, paths: stepped }) },
        { values: data.weight, options: line("Weight", "ink", { value: shown(" %", 0), width: 2, paths: stepped }) },
        { values: data.share, options: line("Observed share", "first", percentShown) },
      ],
      { axis: { values: (_, vs) => vs.map((v) => v + " %"), splits: [0, 25, 50, 75, 100] }, bands: [{ series: [1, 2], fill: () => colour("band") }] },
    ),
    chart(
      "latency",
      200,
      { range: (_, __, max) => [0, Math.max(1, (max || 1) * 1.08)] },
      [
        { values: data.p99, options: line("99 of 100 within", "second", { value: shown(" ms", 1) }) },
        { values: data.p50, options: line("Half within", "first", { value: shown(" ms", 1) }) },
      ],
      { axis: { values: (_, vs) => vs.map((v) => v + " ms") } },
    ),
    chart(
      "errors",
      160,
      { range: (_, __, max) => [0, Math.max(1, (max || 1) * 1.15)] },
      [
        { values: data.requests, options: line("Sent per second", "soft", { value: shown("", 0), paths: stepped }) },
        { values: data.lost, options: line("Lost per second", "bad", { value: shown("", 0), width: 2, paths: stepped }) },
      ],
      {},
    ),
  ];

  const redraw = () => plots.forEach((plot) => plot.redraw(false, true));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => { document.documentElement.dataset.theme = "light"; redraw(); });
  addEventListener("afterprint", () => { delete document.documentElement.dataset.theme; redraw(); });
})();
`;
