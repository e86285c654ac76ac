// The colours: those of the system until somebody chooses others. Runs before the page is drawn.
(() => {
  "use strict";
  const root = document.documentElement;
  const names = ["auto", "light", "dark"];
  const read = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const write = (name) => { try { localStorage.setItem("theme", name); } catch { /* A page from disk may keep nothing. */ } };
  let theme = names.includes(read()) ? read() : "auto";
  const apply = () => { if (theme === "auto") delete root.dataset.theme; else root.dataset.theme = theme; };
  apply();
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const label = () => {
      button.textContent = { auto: "◐ auto", light: "☀ light", dark: "☾ dark" }[theme];
      button.setAttribute("aria-label", `Colours: ${theme}`);
    };
    label();
    button.addEventListener("click", () => {
      theme = names[(names.indexOf(theme) + 1) % names.length];
      write(theme);
      apply();
      label();
    });
    // A link into the evidence opens it.
    const open = () => {
      const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (target && target.tagName === "DETAILS") target.open = true;
    };
    open();
    window.addEventListener("hashchange", open);
  });
})();
