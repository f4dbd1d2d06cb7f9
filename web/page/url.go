package page

import (
	"net/url"
	"strconv"

	"onrecord.dev/internal/annotate"
)

// The addresses of pages. Every link and redirect is made by one of these.

// URLs outside any project.
const (
	HomeURL       = "/"
	SignInURL     = "/sign-in"
	SignOutURL    = "/sign-out"
	ThemeURL      = "/theme"
	LanguageURL   = "/language"
	ReadingURL    = "/reading"
	AccountURL    = "/account"
	NewProjectURL = "/new-project"
	UsersURL      = "/admin/users"
)

// SignInNextURL is the sign-in page that leads on to next.
func SignInNextURL(next string) string {
	if next == "" || next == HomeURL {
		return SignInURL
	}
	return SignInURL + "?next=" + url.QueryEscape(next)
}

// ProjectURL is the page of a project.
func ProjectURL(slug string) string { return "/projects/" + url.PathEscape(slug) }

// ArticlesURL lists a project's articles.
func ArticlesURL(slug string) string { return ProjectURL(slug) + "/articles" }

// NewArticleURL is the page on which an article is brought in.
func NewArticleURL(slug string) string { return ProjectURL(slug) + "/new-article" }

// ArticleURL is an article's page, the workbench.
func ArticleURL(slug string, article annotate.ID) string {
	return ArticlesURL(slug) + "/" + string(article)
}

// HistoryURL is an article as it is, with all its changes.
func HistoryURL(slug string, article annotate.ID) string {
	return ArticleURL(slug, article) + "/history"
}

// PastURL is an article as it was after the change of that number.
func PastURL(slug string, article annotate.ID, seq int64) string {
	return HistoryURL(slug, article) + "?seq=" + strconv.FormatInt(seq, 10)
}

// RestoreURL shows what it would take to bring an article, or one claim of it
// unless that is empty, back to what it was after a change.
func RestoreURL(slug string, article, claim annotate.ID, seq int64) string {
	address := ArticleURL(slug, article) + "/restore?seq=" + strconv.FormatInt(seq, 10)
	if claim != "" {
		address += "&claim=" + string(claim)
	}
	return address
}

// PrintURL is an article with notes, made to be printed.
func PrintURL(slug string, article annotate.ID) string { return ArticleURL(slug, article) + "/print" }

// ClaimHistoryURL lists the changes of a claim before that of a number, or the
// newest if that is 0.
func ClaimHistoryURL(slug string, claim annotate.ID, before int64) string {
	address := ClaimURL(slug, claim) + "/history"
	if before > 0 {
		address += "?before=" + strconv.FormatInt(before, 10)
	}
	return address
}

// ClaimsURL is a project's review queue.
func ClaimsURL(slug string) string { return ProjectURL(slug) + "/claims" }

// ClaimURL is a claim in its context, with its reviews.
func ClaimURL(slug string, claim annotate.ID) string {
	return ClaimsURL(slug) + "/" + string(claim)
}

// EntitiesURL lists the people, organisations and other entities of a project.
func EntitiesURL(slug string) string { return ProjectURL(slug) + "/entities" }

// EntityURL is the page of an entity.
func EntityURL(slug string, entity annotate.ID) string {
	return EntitiesURL(slug) + "/" + string(entity)
}

// CodebookURL shows a project's codebook.
func CodebookURL(slug string) string { return ProjectURL(slug) + "/codebook" }

// GuidelinesURL is where the guidelines of a project are written.
func GuidelinesURL(slug string) string { return CodebookURL(slug) + "/guidelines" }

// KindURL is where a kind is changed, or a new one made when name is empty.
func KindURL(slug, name string) string {
	if name == "" {
		return CodebookURL(slug) + "/new-kind"
	}
	return CodebookURL(slug) + "/kinds/" + url.PathEscape(name)
}

// AttributeURL is where an attribute is changed, or a new one made when name
// is empty.
func AttributeURL(slug, name string) string {
	if name == "" {
		return CodebookURL(slug) + "/new-attribute"
	}
	return CodebookURL(slug) + "/attributes/" + url.PathEscape(name)
}

// CodebookVersionsURL lists the versions of a project's codebook.
func CodebookVersionsURL(slug string) string { return CodebookURL(slug) + "/versions" }

// CodebookVersionURL shows one of them.
func CodebookVersionURL(slug string, version int) string {
	return CodebookVersionsURL(slug) + "/" + strconv.Itoa(version)
}

// CodebookDiffURL shows what differs between two of them.
func CodebookDiffURL(slug string, from, to int) string {
	return CodebookURL(slug) + "/diff?from=" + strconv.Itoa(from) + "&to=" + strconv.Itoa(to)
}

// ExportURL is the page from which a project is exported.
func ExportURL(slug string) string { return ProjectURL(slug) + "/export" }

// ExportFileURL is the export itself.
func ExportFileURL(slug string) string { return ExportURL(slug) + "/file" }

// ImportURL is where a file is imported into a project.
func ImportURL(slug string) string { return ProjectURL(slug) + "/import" }

// SchemaURL is the JSON Schema of exports.
const SchemaURL = "/schemas/export-1.json"

// SettingsURL is the page of a project's name, members and invitations.
func SettingsURL(slug string) string { return ProjectURL(slug) + "/settings" }

// CausesURL is where a project says why its analysts may disagree.
func CausesURL(slug string) string { return SettingsURL(slug) + "/causes" }

// MemberURL is where a member's role is changed.
func MemberURL(slug string, user annotate.ID) string {
	return ProjectURL(slug) + "/members/" + string(user)
}

// InvitationsURL is where invitations to a project are made.
func InvitationsURL(slug string) string { return ProjectURL(slug) + "/invitations" }

// RevokeInvitationURL is where an invitation is taken back.
func RevokeInvitationURL(slug string, invitation annotate.ID) string {
	return InvitationsURL(slug) + "/" + string(invitation) + "/revoke"
}

// InvitationURL is where the holder of an invitation accepts it.
func InvitationURL(token string) string { return "/invitations/" + url.PathEscape(token) }

// SetupURL is where the first admin comes in.
func SetupURL(token string) string { return "/setup/" + url.PathEscape(token) }

// SessionURL is where a session is ended.
func SessionURL(session annotate.ID) string {
	return AccountURL + "/sessions/" + string(session) + "/end"
}

// TokenURL is where an API token is revoked.
func TokenURL(token annotate.ID) string {
	return AccountURL + "/tokens/" + string(token) + "/revoke"
}

// UserURL is where an admin changes an account.
func UserURL(user annotate.ID) string { return UsersURL + "/" + string(user) }
