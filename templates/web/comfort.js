// Comfort alone: without it every page reads and every form works.
"use strict";
document.addEventListener("submit", (event) => {
  // a second click does not send a form twice
  const button = event.target.querySelector("button[type=submit]:not([name])");
  if (button && !event.target.dataset.sent) {
    event.target.dataset.sent = "1";
    setTimeout(() => { button.disabled = true; }, 0);
    setTimeout(() => { button.disabled = false; delete event.target.dataset.sent; }, 4000);
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  }
});
// on a phone the menu is wider than its screen: where one is, is seen
document.querySelector(".menu [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
  });
}
