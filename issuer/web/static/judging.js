// While a rubric is filled in: counts the criteria that are judged, and marks them and the one in
// view in their list. Without this, the page says both as it was when it was loaded.
"use strict";
const criteria = document.querySelector(".criteria");
if (criteria) {
  const form = criteria.closest("form"), counted = form.querySelector("[data-counted]");
  const link = (criterion) => form.querySelector(`nav a[href="#${CSS.escape(criterion.id)}"]`);

  const isJudged = (criterion) => {
    const chosen = criterion.querySelector("input:checked");
    return Boolean(chosen) && (!chosen.closest(".below") || criterion.querySelector("textarea").value.trim() !== "");
  };
  const mark = () => {
    const all = [...criteria.children];
    for (const criterion of all) link(criterion).parentElement.querySelector("[data-judged]").hidden = !isJudged(criterion);
    counted.textContent = counted.dataset.counted.replace("#", all.filter(isJudged).length);
  };
  form.addEventListener("input", mark);
  addEventListener("pageshow", mark);

  const inView = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) link(target).setAttribute("aria-current", "true");
      else link(target).removeAttribute("aria-current");
    }
  }, { root: criteria, threshold: 0.6 });
  for (const criterion of criteria.children) inView.observe(criterion);
}
