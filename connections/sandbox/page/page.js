// Keeps the page up to date while somebody looks at it: what changed on either side appears by itself.
"use strict";

const EVERY_MS = 1000;

function take(fresh) {
  for (const now of document.querySelectorAll("[data-live]")) {
    const then = fresh.getElementById(now.id);
    const focused = now.contains(document.activeElement) ? document.activeElement : null;
    // Nobody's typing is thrown away.
    if (!then || now.querySelector("form :focus") || then.innerHTML === now.innerHTML) continue;
    now.innerHTML = then.innerHTML;
    if (focused && focused !== now && focused.id) document.getElementById(focused.id)?.focus({ preventScroll: true });
  }
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The stand-in isn't there at the moment; it may come back.
    }
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
