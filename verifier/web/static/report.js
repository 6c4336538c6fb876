// A browser prints without this script too; with it, a button says so.
"use strict";
for (const button of document.querySelectorAll(".print")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
