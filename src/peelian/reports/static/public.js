/* Leaving quickly. The site holds one entry of the tab's history at most: each link replaces it,
   and leaving replaces it by a page about something else. Without this script all links work. */
(function () {
  "use strict";

  var leaving = "";

  document.documentElement.className = "scripted";

  function leave() {
    var exit = document.querySelector("a[data-exit]");
    if (!exit) { return; }  /* the page has only begun to load; the next press finds it */
    leaving = exit.href;
    document.documentElement.className = "left";  /* blank at once, however slow the network */
    document.title = exit.hostname;
    window.location.replace(leaving);
  }

  /* Capturing, so that nothing on the page can keep the key to itself. The browser's own use of
     Escape is to stop loading, which would stop the way out: hence preventDefault. */
  window.addEventListener("keydown", function (event) {
    if (event.key === "Escape" || event.key === "Esc") {
      event.preventDefault();
      leave();
    }
  }, true);

  document.addEventListener("click", function (event) {
    if (event.defaultPrevented || event.button !== 0) { return; }
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) { return; }
    var link = event.target.closest ? event.target.closest("a[href]") : null;
    if (!link || link.target || link.hasAttribute("download")) { return; }
    if (!/^(https?|file):$/.test(link.protocol)) { return; }
    event.preventDefault();
    if (link.hasAttribute("data-exit")) { leave(); } else { window.location.replace(link.href); }
  });

  /* A page that comes back from the browser's cache after someone has left stays left. */
  window.addEventListener("pageshow", function () {
    if (leaving) { window.location.replace(leaving); }
  });
}());
