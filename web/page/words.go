package page

import (
	"strings"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/language"
	"onrecord.dev/web/ui"
)

// roleName is how a role is called.
func roleName(f Frame, r annotate.Role) string {
	switch r {
	case annotate.Viewer:
		return f.T("Viewer")
	case annotate.Analyst:
		return f.T("Analyst")
	case annotate.Reviewer:
		return f.T("Reviewer")
	case annotate.Manager:
		return f.T("Manager")
	}
	return string(r)
}

// roleDuty is what whoever has a role may do.
func roleDuty(f Frame, r annotate.Role) string {
	switch r {
	case annotate.Viewer:
		return f.T("read everything")
	case annotate.Analyst:
		return f.T("read, bring in articles and tag them")
	case annotate.Reviewer:
		return f.T("read, bring in and tag articles, and decide on claims")
	case annotate.Manager:
		return f.T("read, bring in and tag articles, decide on claims, and manage members and the codebook")
	}
	return ""
}

// NowHasRole says that somebody's role has changed.
func NowHasRole(l *language.Language, m annotate.Member) string {
	return l.T("%s now has the role %s.", m.Name, roleName(Frame{Language: l}, m.Role))
}

// roleInWords is a role within a sentence that invites somebody to it.
func roleInWords(f Frame, r annotate.Role) string {
	switch r {
	case annotate.Viewer:
		return f.T("a viewer")
	case annotate.Analyst:
		return f.T("an analyst")
	case annotate.Reviewer:
		return f.T("a reviewer")
	case annotate.Manager:
		return f.T("a manager")
	}
	return string(r)
}

func roleOptions(f Frame) []ui.Option {
	options := make([]ui.Option, len(annotate.Roles))
	for i, r := range annotate.Roles {
		options[i] = ui.Option{Value: string(r), Label: roleName(f, r)}
	}
	return options
}

// kindWithin is a kind's label within a sentence. English takes the capital
// away; other languages may need it.
func kindWithin(f Frame, k annotate.Kind) string {
	if f.Tag() == "en" {
		return strings.ToLower(k.Label)
	}
	return k.Label
}

// roleOfLink is how the role of a link is called.
func roleOfLink(f Frame, r annotate.LinkRole) string {
	switch r {
	case annotate.RoleSpeaker:
		return f.T("speaker")
	case annotate.RoleSource:
		return f.T("source")
	case annotate.RoleCue:
		return f.T("cue")
	case annotate.RoleAddressee:
		return f.T("addressee")
	case annotate.RoleWithin:
		return f.T("within")
	case annotate.RoleVia:
		return f.T("via")
	}
	return string(r)
}

// colorClass makes an element's --wash, --mark and --on-wash the colour that
// a codebook names.
func colorClass(color string) string { return "color-" + color }
