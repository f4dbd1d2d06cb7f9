package page

import (
	"fmt"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// roleName is how a role is called.
func roleName(r annotate.Role) string {
	switch r {
	case annotate.Viewer:
		return "Viewer"
	case annotate.Analyst:
		return "Analyst"
	case annotate.Reviewer:
		return "Reviewer"
	case annotate.Manager:
		return "Manager"
	}
	return string(r)
}

// roleDuty is what whoever has a role may do.
func roleDuty(r annotate.Role) string {
	switch r {
	case annotate.Viewer:
		return "read everything"
	case annotate.Analyst:
		return "read, bring in articles and tag them"
	case annotate.Reviewer:
		return "read, bring in and tag articles, and decide on claims"
	case annotate.Manager:
		return "read, bring in and tag articles, decide on claims, and manage members and the codebook"
	}
	return ""
}

func roleOptions() []ui.Option {
	options := make([]ui.Option, len(annotate.Roles))
	for i, r := range annotate.Roles {
		options[i] = ui.Option{Value: string(r), Label: roleName(r)}
	}
	return options
}

// colorClass makes an element's --wash, --mark and --on-wash the colour that
// a codebook names.
func colorClass(color string) string { return "color-" + color }

// count is n things in words, such as 1 article or 2 articles.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
