// @ts-check
// Mends what Streamlit's own elements leave out. A script of the page itself, not a module: see pages/ui/shared/style.py.

{
  const MOST_KINDS = 8;

  // The named, clickable area of an uploader has the role "presentation", which says that it has no meaning.
  const nameUploaders = () => {
    for (const area of document.querySelectorAll('section[role="presentation"][aria-label]')) area.role = "group";
  };

  // The section of a menu, with items of its own, stands directly in a list.
  const nestLists = () => {
    for (const section of document.querySelectorAll("ul > div")) {
      section.role = "listitem";
      for (const item of section.querySelectorAll(":scope > li")) item.role = "none";
    }
  };

  // Why a file was refused is only in a tooltip, in words such as "application/pdf files are not allowed".
  const sayWhyRefused = () => {
    const refused = '[data-testid="stFileChip"][aria-invalid="true"]:not([data-reason])';
    for (const chip of document.querySelectorAll(refused)) {
      if (!(chip instanceof HTMLElement)) continue;
      const reason = chip.querySelector('[role="alert"]')?.textContent ?? "";
      const kinds = chip.closest("section")?.querySelector("input")?.accept.match(/\.\w+/g) ?? [];
      const named = kinds.slice(0, MOST_KINDS).map((kind) => kind.slice(1).toUpperCase());
      const expected = named.join(", ") + (kinds.length > MOST_KINDS ? " or the like" : "");
      chip.dataset.reason = reason.includes("not allowed")
        ? `This kind of file cannot be used here. Expected ${expected}.`
        : reason.replace("Error: ", "");
    }
  };

  const mend = () => {
    nameUploaders();
    nestLists();
    sayWhyRefused();
  };

  const page = /** @type {Window & { posecoreMending?: MutationObserver }} */ (window);
  if (!page.posecoreMending) {
    page.posecoreMending = new MutationObserver(mend);
    page.posecoreMending.observe(document.body, { childList: true, subtree: true });
    mend();
  }
}
