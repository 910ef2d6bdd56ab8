/* A text that is shown once, with a button that copies it. Without this script the text can be marked and copied by hand. */
(function () {
  "use strict";
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const field = document.getElementById(button.dataset.copy);
    if (!field) return;
    button.hidden = false;
    field.addEventListener("focus", () => field.select());
    if (document.activeElement === field) field.select();
    button.addEventListener("click", async () => {
      field.select();
      let done = false;
      try {
        if (navigator.clipboard) {
          await navigator.clipboard.writeText(field.value);
          done = true;
        }
      } catch (refused) {
        done = false;
      }
      if (!done) done = document.execCommand("copy"); /* where the page is not served by https */
      button.textContent = done ? "Copied" : "Press Ctrl+C";
    });
  });
})();
