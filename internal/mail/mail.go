// Package mail sends mail through a mail server (SMTP).
package mail

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	smtp "github.com/wneessen/go-mail"
)

// sendTime is how long sending a mail may take, connecting included.
const sendTime = time.Minute

// Sender sends mail through one mail server. It is safe for concurrent use.
type Sender struct {
	host    string
	options []smtp.Option
	from    mail.Address
}

// New makes a sender of an address such as
//
//	smtp://user:password@mail.example.org:587
//	smtps://user:password@mail.example.org
//
// The first begins in the clear and goes on encrypted (STARTTLS): a server
// that cannot do that is refused, unless the address ends with ?starttls=off,
// for one on this machine. From is an address such as "Onrecord
// <onrecord@example.org>". What is wrong with either is said without the
// password.
func New(address, from string) (*Sender, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the mail server's address is not of the form smtp://user:password@mail.example.org:587")
	}
	s := &Sender{host: u.Hostname()}
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("read the sender's address %q: %w", from, err)
	}
	s.from = *sender
	port, starttls := 587, u.Query().Get("starttls")
	switch {
	case s.host == "" || u.Path != "" && u.Path != "/":
		return nil, errors.New("the mail server's address is not of the form smtp://user:password@mail.example.org:587")
	case u.Scheme == "smtps" && starttls == "":
		port = 465
		s.options = append(s.options, smtp.WithSSL())
	case u.Scheme == "smtp" && starttls == "":
		s.options = append(s.options, smtp.WithTLSPolicy(smtp.TLSMandatory))
	case u.Scheme == "smtp" && starttls == "off":
		s.options = append(s.options, smtp.WithTLSPolicy(smtp.NoTLS))
	default:
		return nil, errors.New("the mail server's address begins with smtp:// or smtps://, and may end with ?starttls=off after smtp://")
	}
	if given := u.Port(); given != "" {
		if port, err = strconv.Atoi(given); err != nil {
			return nil, fmt.Errorf("the mail server's port %q is no number", given)
		}
	}
	s.options = append(s.options, smtp.WithPort(port), smtp.WithTimeout(sendTime))
	if name := u.User.Username(); name != "" {
		password, _ := u.User.Password()
		s.options = append(s.options, smtp.WithSMTPAuth(smtp.SMTPAuthAutoDiscover), smtp.WithUsername(name), smtp.WithPassword(password))
	}
	return s, nil
}

// Message is a mail of plain text.
type Message struct {
	// ID is the same each time the mail is sent, should that be more than once,
	// so that mail programs show it once.
	ID      string
	To      mail.Address
	Subject string
	Text    string
	// Language is that of the text, as a BCP 47 tag.
	Language string
	At       time.Time
}

// Send hands m to the mail server. An error does not say that it was not
// taken: the connection may have ended before the server's answer came.
func (s *Sender) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	client, err := smtp.NewClient(s.host, s.options...)
	if err != nil {
		return fmt.Errorf("set up mail: %w", err)
	}
	msg := smtp.NewMsg()
	if err := errors.Join(msg.FromFormat(s.from.Name, s.from.Address), msg.AddToFormat(m.To.Name, m.To.Address)); err != nil {
		return fmt.Errorf("address mail: %w", err)
	}
	_, domain, _ := strings.Cut(s.from.Address, "@")
	msg.SetMessageIDWithValue(m.ID + "@" + domain)
	msg.SetDateWithValue(m.At)
	msg.Subject(m.Subject)
	msg.SetGenHeader("Content-Language", m.Language)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // no answers from people on holiday
	msg.SetBodyString(smtp.TypeTextPlain, m.Text)
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return nil
}

// Refused reports whether err says that the address will never take mail, so
// that there is no use in trying again.
func Refused(err error) bool {
	sent, ok := errors.AsType[*smtp.SendError](err)
	return ok && sent.Reason == smtp.ErrSMTPRcptTo && !sent.IsTemp()
}
