// @ts-check
// Fetches modules that a result will need, while the visitor still chooses what to look at.

/** @param {{ data: { modules: string[] } }} component addresses of modules, relative to the page */
export default function fetchAhead({ data }) {
  const fetchAll = () => {
    for (const module of data.modules) {
      const link = document.createElement("link");
      link.rel = "modulepreload";
      link.href = module;
      document.head.append(link);
    }
  };
  if ("requestIdleCallback" in window) requestIdleCallback(fetchAll);
  else setTimeout(fetchAll);
}
