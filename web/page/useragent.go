package page

import "strings"

// browserName is what a User-Agent header most likely tells of, for somebody
// who looks through where they are signed in.
func browserName(f Frame, userAgent string) string {
	browser := firstIn(userAgent, "", [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	})
	system := firstIn(userAgent, "", [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	switch {
	case browser == "" && system == "":
		return f.T("Unknown browser")
	case browser == "":
		return f.T("a browser on %s", system)
	case system == "":
		return browser
	default:
		return f.T("%s on %s", browser, system)
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
