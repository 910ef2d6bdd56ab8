/* What somebody is asked stands in front of the tab's title, so that it is seen from another tab too. The fragment that
   the poll brings says it in [data-title]; without one the title is the page's own again. */
(function () {
  "use strict";
  const place = document.getElementById("alert");
  if (!place) return;
  const own = document.title;

  function show() {
    const asked = place.querySelector("[data-title]");
    const title = asked ? asked.dataset.title + " – " + own : own;
    if (document.title !== title) document.title = title;
  }

  show();
  new MutationObserver(show).observe(place, { childList: true, subtree: true });
})();
