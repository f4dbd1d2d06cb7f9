package page

import "strings"

// browserName is what a User-Agent header most likely tells of, for somebody
// who looks through where they are signed in.
func browserName(userAgent string) string {
	browser := firstIn(userAgent, "a browser", [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	})
	system := firstIn(userAgent, "", [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	switch {
	case system != "":
		return browser + " on " + system
	case browser == "a browser":
		return "Unknown browser"
	default:
		return browser
	}
}

// firstIn is the name of the first mark that is in s. The order matters: most
// browsers also name those they descend from.
func firstIn(s, otherwise string, marks [][2]string) string {
	for _, m := range marks {
		if strings.Contains(s, m[0]) {
			return m[1]
		}
	}
	return otherwise
}
