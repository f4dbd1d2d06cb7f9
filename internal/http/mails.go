package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/mail"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/language"
	"onrecord.dev/web/page"
)

// mailEvery is how often a server looks for mail that is due.
const mailEvery = 10 * time.Second

// SendMail sends the mail that is due, until ctx ends. Any number of servers
// may do so at once. Without a mail server it does nothing.
func (s *Server) SendMail(ctx context.Context) {
	if s.mail == nil {
		return
	}
	for ticker := time.NewTicker(mailEvery); ; {
		s.sendDueMail(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			ticker.Stop()
			return
		}
	}
}

// sendDueMail sends mail for as long as any is due.
func (s *Server) sendDueMail(ctx context.Context) {
	for ctx.Err() == nil {
		m, err := s.store.LeaseMail(ctx, s.now())
		if errors.Is(err, annotate.ErrNotFound) {
			return
		}
		if err == nil {
			err = s.sendMail(ctx, m)
		}
		if err != nil {
			if ctx.Err() == nil {
				s.log.LogAttrs(ctx, slog.LevelError, "mail was not sent", slog.Any("error", err))
			}
			return
		}
	}
}

// sendMail sends m and notes what came of it. That a mail was taken is noted
// even if the server is told to stop meanwhile.
func (s *Server) sendMail(ctx context.Context, m store.Mail) error {
	failure := s.mail.Send(ctx, s.message(m))
	noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), mailEvery)
	defer cancel()
	if failure == nil {
		return s.store.MailSent(noting, m.ID, s.now())
	}
	givenUp, err := s.store.MailFailed(noting, m, failure.Error(), mail.Refused(failure), s.now())
	s.log.LogAttrs(ctx, slog.LevelWarn, "a mail was not taken", slog.String("mail", string(m.ID)),
		slog.Int("attempt", m.Attempts), slog.Bool("given_up", givenUp), slog.Any("error", failure))
	return err
}

// mostInMail is how many things a mail tells of.
const mostInMail = 30

// message puts m in the words of who gets it. It has a line and a link for
// each thing, and nothing of what was written or tagged: mail is read by
// others on its way.
func (s *Server) message(m store.Mail) mail.Message {
	l := s.spoken.Accepted(m.To.Language)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", l.T("Hello %s,", m.To.Name))
	for _, n := range m.Items[:min(len(m.Items), mostInMail)] {
		fmt.Fprintf(&b, "\n%s\n%s\n", page.NotificationLine(l, n), s.base.String()+page.NotificationTarget(n))
	}
	if more := len(m.Items) - mostInMail; more > 0 {
		fmt.Fprintf(&b, "\n%s\n%s\n", l.N(more, "And %d thing more.", "And %d things more."), s.base.String()+page.NotificationsURL)
	}
	fmt.Fprintf(&b, "\n-- \n%s\n%s\n", l.T("You get this mail because you asked Onrecord for it. Say when you want it, or that you do not, here:"), s.base.String()+page.AccountURL)
	return mail.Message{
		ID: string(m.ID), To: netmail.Address{Name: m.To.Name, Address: m.To.Email}, Subject: mailSubject(l, m),
		Text: b.String(), Language: l.Tag(), At: s.now(),
	}
}

func mailSubject(l *language.Language, m store.Mail) string {
	return "Onrecord: " + l.N(len(m.Items), "%d new notification", "%d new notifications")
}
