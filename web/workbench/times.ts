import { language, t } from "../language/_words";

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3600], ["minute", 60]];
// They take long to make: no page waits for them before it shows.
let made: { relative: Intl.RelativeTimeFormat; day: Intl.DateTimeFormat; minute: Intl.DateTimeFormat } | undefined;

function formats(): NonNullable<typeof made> {
  const dates = language === "en" ? "en-GB" : language;
  return (made ??= {
    relative: new Intl.RelativeTimeFormat(language, { numeric: "auto" }),
    day: new Intl.DateTimeFormat(dates, { dateStyle: "medium" }), minute: new Intl.DateTimeFormat(dates, { dateStyle: "medium", timeStyle: "short" }),
  });
}

/** How long ago a moment was, in words; the date once that is a week. */
export function ago(moment: string, now: number = Date.now()): string {
  const { relative, day } = formats();
  const seconds = (now - new Date(moment).getTime()) / 1000;
  if (seconds > 7 * 86_400) return day.format(new Date(moment));
  for (const [unit, length] of units) {
    if (seconds >= length) return relative.format(-Math.floor(seconds / length), unit);
  }
  return t("just now");
}

/** A moment to the minute, as people write it. */
export function moment(at: string): string {
  return formats().minute.format(new Date(at));
}
