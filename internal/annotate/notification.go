package annotate

import "time"

// Happening is what somebody is notified of.
type Happening string

// What there is to be notified of.
const (
	WasMentioned   Happening = "mentioned"
	WasReplied     Happening = "replied"   // in a thread one has a part in
	WasCommented   Happening = "commented" // on one's own claim
	WasDecided     Happening = "decided"   // about one's own claim
	WasAskedToVote Happening = "asked_to_vote"
	WasRevealed    Happening = "revealed" // a vote one was asked for
	WasSettled     Happening = "settled"
)

// Notification tells somebody of something that concerns them.
type Notification struct {
	ID      ID
	What    Happening
	Claim   ID
	Comment ID // or none, as the rest
	Review  ID
	Norming ID
	// Actor is who did it.
	Actor     ID
	CreatedAt time.Time
	Read      bool
}

// ListedNotification is a notification as lists show it.
type ListedNotification struct {
	Notification
	By      string // the actor's name
	Slug    string
	Project string // its name
	// Quote are the words of the claim, Headline is that of its article. There
	// are none once the claim has been deleted.
	Quote    string
	Headline string
	Deleted  bool
	// Decision is what was decided, if that is what happened.
	Decision Decision
}

// MailChoice says when mail tells somebody of their notifications.
type MailChoice string

// The choices.
const (
	MailOff   MailChoice = "off"
	MailEach  MailChoice = "each"  // at once
	MailDaily MailChoice = "daily" // once a day
)

// MailChoices lists the choices in the order they are offered in.
var MailChoices = []MailChoice{MailOff, MailEach, MailDaily}

// dailyAt is the hour, in UTC, at which daily mail is sent.
const dailyAt = 6

// Due is when mail about something that happened at a time is to be sent.
func (c MailChoice) Due(at time.Time) time.Time {
	if c != MailDaily {
		return at
	}
	at = at.UTC()
	due := time.Date(at.Year(), at.Month(), at.Day(), dailyAt, 0, 0, 0, time.UTC)
	if !due.After(at) {
		due = due.AddDate(0, 0, 1)
	}
	return due
}

// MailRetry is when a mail that could not be sent at a time is tried again,
// after so many attempts: in 1 minute, 2, 4 and so on up to 4 hours. ok is
// false once it has been tried for five days.
func MailRetry(created, at time.Time, attempts int) (again time.Time, ok bool) {
	pause := min(time.Minute<<min(max(attempts-1, 0), 8), 4*time.Hour)
	return at.Add(pause), at.Sub(created) < 5*24*time.Hour
}
