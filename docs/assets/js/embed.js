// Lets the page that frames this one choose its colours, by ?scheme=light or ?scheme=dark in the frame's
// address. Otherwise they follow the device. Runs before the page is painted, so that nothing flashes.

{
  const scheme = new URLSearchParams(location.search).get("scheme");
  if (scheme === "light" || scheme === "dark") document.documentElement.dataset.scheme = scheme;
}
