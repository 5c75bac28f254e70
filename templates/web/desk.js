// Airflow's own switch of light and dark is followed; without this file the desk follows the system's.
"use strict";
const follow = () => {
  let chosen = null;
  try { chosen = window.localStorage.getItem("theme"); } catch { /* a browser that keeps nothing */ }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
};
follow();
window.addEventListener("storage", follow);
