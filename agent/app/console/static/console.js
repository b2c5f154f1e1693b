// Cards of citations, single keys, and moving through the queue. Everything works without it too.
(() => {
  "use strict";
  const card = document.getElementById("card");
  const help = document.getElementById("help");
  let owner = null, wait = 0, stay = 0;

  function place(link) {
    const at = link.getBoundingClientRect(), size = card.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
    const below = at.bottom + 6;
    const top = below + size.height > innerHeight - 8 ? Math.max(8, at.top - size.height - 6) : below;
    card.style.left = `${left}px`;
    card.style.top = `${top}px`;
  }
  async function show(link) {
    clearTimeout(stay);
    if (owner === link && card.matches(":popover-open")) return;
    owner = link;
    const answer = await fetch(link.href, { headers: { "X-Card": "1" } });
    if (!answer.ok || owner !== link) return;
    card.innerHTML = await answer.text(); // made and escaped by the server
    if (!card.matches(":popover-open")) card.showPopover();
    place(link);
  }
  function hide() {
    if (card.matches(":popover-open")) card.hidePopover();
    owner = null;
  }
  const leave = () => { clearTimeout(wait); stay = setTimeout(hide, 250); };
  document.addEventListener("mouseover", (e) => {
    const link = e.target.closest("[data-card]");
    if (link) { clearTimeout(wait); clearTimeout(stay); wait = setTimeout(() => show(link), 180); }
    else if (e.target.closest("#card")) clearTimeout(stay);
  });
  document.addEventListener("mouseout", (e) => { if (e.target.closest("[data-card], #card")) leave(); });
  document.addEventListener("focusin", (e) => {
    const link = e.target.closest("[data-card]");
    if (link && link.matches(":focus-visible")) show(link);
    else if (!e.target.closest("#card")) leave();
  });
  addEventListener("scroll", () => { if (owner && card.matches(":popover-open")) place(owner); }, { passive: true });

  // Single keys: never in a field, never with a modifier, never the only way.
  const on = document.documentElement.dataset.keys !== "off";
  const links = () => [...document.querySelectorAll("[data-open]")];
  let go = 0;
  function step(by) {
    const all = links();
    if (!all.length) return document.querySelector(`.crumbs [data-key=${by > 0 ? "j" : "k"}]`)?.click();
    const at = all.indexOf(document.activeElement);
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
  function reach(id) {
    const target = document.getElementById(id);
    target?.scrollIntoView({ block: "start" });
    target?.focus({ preventScroll: true });
  }
  function press(key) {
    const target = document.querySelector(`.decide [data-key="${key}"]`);
    if (!target) return false;
    target.scrollIntoView({ block: "nearest" });
    if (target.disabled) {
      const why = document.getElementById(target.getAttribute("aria-describedby"));
      document.getElementById("told").textContent = why ? why.textContent.trim() : "not possible here";
      reach("decide");
    } else target.focus();
    return true;
  }
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") return hide();
    if (!on || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.target.closest("input, select, textarea, dialog, [contenteditable]")) return;
    const key = e.key.toLowerCase();
    if (Date.now() - go < 1500) {
      go = 0;
      const page = document.querySelector(`[data-go="${key}"]`);
      if (page) { e.preventDefault(); page.click(); return; }
    }
    const act = {
      j: () => step(1), k: () => step(-1), g: () => { go = Date.now(); },
      m: () => reach("note"), e: () => reach("evidence"), "?": () => help?.showModal(),
      "/": () => document.querySelector("[data-search]")?.focus(),
    }[key];
    if (act) { act(); e.preventDefault(); }
    else if (/^[123hai]$/.test(key) && press(key)) e.preventDefault();
  });
  // A decision is sent once, however often the button is pressed.
  document.addEventListener("submit", (e) => {
    if (e.target.method !== "post") return;
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    e.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));
})();
