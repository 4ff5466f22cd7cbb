// The set-up page: offer the time zone of the person's own clock.
document.addEventListener("DOMContentLoaded", () => {
  const zones = document.querySelector("form[data-set-up] select[name=time_zone]");
  if (!zones || zones.value !== "UTC") return;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zones.options].some((option) => option.value === here)) zones.value = here;
});
