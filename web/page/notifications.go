package page

import (
	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/language"
)

// NotificationsURL lists what somebody was notified of.
const NotificationsURL = "/notifications"

// OnlyUnread stands in an address for what has not been read.
const OnlyUnread = "unread"

// NotificationsPageURL is a page of the list, from cursor on.
func NotificationsPageURL(unread bool, cursor string) string {
	show := ""
	if unread {
		show = OnlyUnread
	}
	return addressWith(NotificationsURL, "show", show, "cursor", cursor)
}

// NotificationURL is where one is opened.
func NotificationURL(id annotate.ID) string { return NotificationsURL + "/" + string(id) }

// NotificationTarget is what a notification is about: the claim is there in
// every state. Of one that has been deleted there is the history.
func NotificationTarget(n annotate.ListedNotification) string {
	switch {
	case n.Norming != "":
		return NormingURL(n.Slug, n.Norming)
	case n.Comment != "":
		return ClaimQueryURL(n.Slug, n.Claim, ClaimQuery{}) + "#comment-" + string(n.Comment)
	case n.Review != "":
		return ClaimQueryURL(n.Slug, n.Claim, ClaimQuery{}) + "#decisions"
	}
	return ClaimURL(n.Slug, n.Claim)
}

// NotificationsView is what the list shows.
type NotificationsView struct {
	Items  []annotate.ListedNotification
	Unread bool // only those
	First  string
	Next   string
}

// happened says what somebody did, with a place for their name, as a text for
// [Frame.HTML].
func happened(n annotate.ListedNotification) string {
	switch n.What {
	case annotate.WasMentioned:
		return language.Key("<strong>%s</strong> mentioned you")
	case annotate.WasReplied:
		return language.Key("<strong>%s</strong> replied in a thread of yours")
	case annotate.WasCommented:
		return language.Key("<strong>%s</strong> commented on your claim")
	case annotate.WasAskedToVote:
		return language.Key("<strong>%s</strong> asks for your vote")
	case annotate.WasRevealed:
		return language.Key("<strong>%s</strong> revealed the votes")
	case annotate.WasSettled:
		return language.Key("<strong>%s</strong> settled a vote")
	case annotate.WasDecided:
	}
	switch n.Decision {
	case annotate.Approve:
		return language.Key("<strong>%s</strong> approved your claim")
	case annotate.Dispute:
		return language.Key("<strong>%s</strong> disputed your claim")
	case annotate.Reject:
		return language.Key("<strong>%s</strong> rejected your claim")
	case annotate.RequestChanges:
	}
	return language.Key("<strong>%s</strong> asked for changes to your claim")
}

func happenedIcon(n annotate.ListedNotification) string {
	switch n.What {
	case annotate.WasMentioned, annotate.WasReplied, annotate.WasCommented:
		return "comment"
	case annotate.WasAskedToVote, annotate.WasRevealed, annotate.WasSettled:
		return "users"
	case annotate.WasDecided:
	}
	switch n.Decision {
	case annotate.Approve:
		return "check"
	case annotate.Dispute:
		return "split"
	case annotate.Reject:
		return "cross"
	case annotate.RequestChanges:
	}
	return "redo"
}

// NotificationLine is a notification as mail tells it: who did what in which
// project, and nothing that was written or tagged there.
func NotificationLine(l *language.Language, n annotate.ListedNotification) string {
	switch n.What {
	case annotate.WasMentioned:
		return l.T("%s mentioned you in %s.", n.By, n.Project)
	case annotate.WasReplied:
		return l.T("%s replied in a thread of yours in %s.", n.By, n.Project)
	case annotate.WasCommented:
		return l.T("%s commented on a claim of yours in %s.", n.By, n.Project)
	case annotate.WasAskedToVote:
		return l.T("%s asks for your vote on a claim in %s.", n.By, n.Project)
	case annotate.WasRevealed:
		return l.T("%s revealed the votes on a claim in %s.", n.By, n.Project)
	case annotate.WasSettled:
		return l.T("%s settled a vote on a claim in %s.", n.By, n.Project)
	case annotate.WasDecided:
	}
	return l.T("%s decided on a claim of yours in %s.", n.By, n.Project)
}

// unread is the number on the bell.
func (f Frame) unread() string {
	if f.Unread > 99 {
		return "99+"
	}
	return f.Number(f.Unread)
}

// MailChoiceName is how a choice of when to get mail is called.
func MailChoiceName(f Frame, c annotate.MailChoice) string {
	switch c {
	case annotate.MailEach:
		return f.T("At once")
	case annotate.MailDaily:
		return f.T("Once a day, at 06:00 UTC")
	case annotate.MailOff:
	}
	return f.T("Never")
}
