(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const figures = read("figures");
  const darker = read("darker");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 640px)");
  const drawn = new Set();

  const coloured = (value) => {
    if (typeof value === "string") return dark.matches ? darker[value] ?? value : value;
    if (Array.isArray(value)) return value.map(coloured);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, coloured(v)]));
    return value;
  };
  const merged = (base, patch) => {
    const result = { ...base };
    for (const [key, value] of Object.entries(patch)) {
      const both = value && result[key] && typeof value === "object" && typeof result[key] === "object";
      result[key] = both && !Array.isArray(value) ? merged(result[key], value) : value;
    }
    return result;
  };
  const layoutOf = (figure) => merged(figure.layout, narrow.matches ? figure.narrow : {});

  const tracesOf = (figure) => (narrow.matches ? figure.data.map((trace) => merged(trace, figure.narrowTraces)) : figure.data);

  const draw = (place) => {
    const figure = figures[place.dataset.figure];
    drawn.add(place);
    return Plotly.react(place, coloured(tracesOf(figure)), coloured(layoutOf(figure)), { displayModeBar: false, responsive: true });
  };
  const reserve = (place) => { place.style.minHeight = `${layoutOf(figures[place.dataset.figure]).height}px`; };
  const places = [...document.querySelectorAll(".plot")];
  places.forEach(reserve);

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting && !drawn.has(entry.target)) draw(entry.target);
  }, { rootMargin: "800px" });
  places.forEach((place) => seen.observe(place));

  const again = () => { places.forEach(reserve); drawn.forEach(draw); };
  dark.addEventListener("change", again);
  narrow.addEventListener("change", again);
  const all = () => Promise.all(places.filter((place) => place.offsetParent !== null).map(draw));
  addEventListener("beforeprint", all);
  window.plantwright = { drawAll: all };
})();
