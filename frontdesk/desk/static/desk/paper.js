/* <button data-print hidden>: shown where script runs, and opens the browser's own print dialog. */
(function () {
  "use strict";
  document.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
