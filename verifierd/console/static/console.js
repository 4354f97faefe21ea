// Keys, and what a page that renews itself owes its reader. Every page works without this file.
"use strict";

const leader = { waits: false };
const key = (name) => document.querySelector(`[data-key="${name}"]`);
const link = (kind) => document.querySelector(`main a[rel="${kind}"]`);
const open = (anchor) => { if (anchor) anchor.click(); };

function step(by) {
  const rows = [...document.querySelectorAll("[data-row] [data-open]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const actions = {
  "j": () => step(1),
  "k": () => step(-1),
  "]": () => open(link("next")),
  "[": () => open(link("prev")),
  "u": () => open(link("up")),
  "?": () => document.getElementById("keys").showModal(),
  "/": () => { key("/").focus(); key("/").select(); },
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio]), select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || typing || document.querySelector("dialog[open]")) return;
  if (leader.waits) {
    leader.waits = false;
    open(key(`g${event.key}`));
  } else if (event.key === "g") {
    leader.waits = true;
  } else if (Object.hasOwn(actions, event.key)) {
    event.preventDefault();
    actions[event.key]();
  }
});

const button = document.getElementById("keys-button");
button.hidden = false;
button.addEventListener("click", actions["?"]);

// A page that renews itself: not while it is paused, nobody looks or somebody selects in it; and it says when
// it cannot.
const renews = () => document.querySelector("#live[hx-trigger]");
const pause = document.getElementById("pause");
const paused = () => pause.dataset.paused === "yes";
pause.hidden = !renews();
pause.addEventListener("click", () => {
  pause.dataset.paused = paused() ? "no" : "yes";
  pause.textContent = paused() ? "Resume updates" : "Pause updates";
});

const stale = document.getElementById("stale");
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const selection = document.getSelection();
  if (paused() || document.hidden || (selection && !selection.isCollapsed)) event.preventDefault();
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  stale.hidden = event.detail.successful;
  stale.textContent = event.detail.successful
    ? ""
    : "This page is not up to date: the console does not answer, or cannot read the store.";
});
document.body.addEventListener("htmx:afterSwap", () => { pause.hidden = !renews(); });
