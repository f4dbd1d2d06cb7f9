import { language } from "../language/_words";
import { behaviour } from "./_behaviour";

// It takes long to make, and most pages show no time.
let made: Intl.DateTimeFormat | undefined;
const withTime = () => (made ??= new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "medium", timeStyle: "short" }));

// Shows a moment in the reader's own zone.
behaviour<HTMLTimeElement>("local-time", (element) => {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  element.title = element.textContent ?? "";
  element.textContent = withTime().format(moment);
});
