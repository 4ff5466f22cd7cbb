// The set-up page: offer the time zone of the person's own clock, and the language of their browser.
document.addEventListener("DOMContentLoaded", () => {
  const language = document.querySelector("form[data-set-up] select[name=language]");
  const spoken = navigator.languages.map((code) => code.split("-")[0]);
  const first = spoken.find((code) => language?.querySelector(`[value="${code}"]`));
  if (first && !document.querySelector("[aria-invalid=true]")) language.value = first;
  const zones = document.querySelector("form[data-set-up] select[name=time_zone]");
  if (!zones || zones.value !== "UTC") return;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zones.options].some((option) => option.value === here)) zones.value = here;
});
