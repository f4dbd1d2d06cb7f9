package server

import (
	"bufio"
	"fmt"
	"mime"
	"net"
	"net/http"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/mail"
)

// postOffice is a mail server. It refuses an address for good with nobody in
// it, and for now while it is closed.
type postOffice struct {
	tb       testing.TB
	address  string
	mu       sync.Mutex
	closed   bool
	messages []*netmail.Message
	bodies   []string
}

func newPostOffice(tb testing.TB) *postOffice {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &postOffice{tb: tb, address: listener.Addr().String()}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(conn) })
		}
	})
	tb.Cleanup(func() {
		_ = listener.Close()
		serving.Wait()
	})
	return p
}

func (p *postOffice) serve(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewScanner(conn)
	say := func(line string) { _, _ = fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 post office")
	for r.Scan() {
		verb, _, _ := strings.Cut(strings.ToUpper(r.Text()), " ")
		switch {
		case verb == "QUIT":
			say("221 bye")
			return
		case verb == "RCPT" && strings.Contains(r.Text(), "nobody"):
			say("550 5.1.1 no such person")
		case verb == "RCPT" && p.isClosed():
			say("451 4.3.0 come back later")
		case verb == "DATA":
			say("354 go on")
			var b strings.Builder
			for r.Scan() && r.Text() != "." {
				b.WriteString(r.Text() + "\r\n")
			}
			p.take(b.String())
			say("250 taken")
		default:
			say("250 fine")
		}
	}
}

func (p *postOffice) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

func (p *postOffice) close(closed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = closed
}

func (p *postOffice) take(raw string) {
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		p.tb.Errorf("a mail cannot be read: %v", err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages, p.bodies = append(p.messages, m), append(p.bodies, strings.ReplaceAll(raw, "=\r\n", ""))
}

// taken is how many mails there are, and the last of them.
func (p *postOffice) taken() (n int, last *netmail.Message, raw string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n = len(p.messages); n == 0 {
		return 0, nil, ""
	}
	return n, p.messages[n-1], p.bodies[n-1]
}

// newMailRoom is a review room whose server sends mail through p.
func newMailRoom(tb testing.TB, p *postOffice) *reviewRoom {
	tb.Helper()
	sender, err := mail.New("smtp://"+p.address+"?starttls=off", "Onrecord <onrecord@example.org>")
	if err != nil {
		tb.Fatal(err)
	}
	return newReviewRoom(tb, func(c *Config) { c.Mail, c.BaseURL = sender, "http://onrecord.example.org" })
}

func TestMailSaysWhoDidWhatAndNoMore(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	r := newMailRoom(t, p)
	r.analyst.get("/account").is(http.StatusOK).says("Send mail")
	r.analyst.post("/account/mail", "mail", "hourly").is(http.StatusUnprocessableEntity)
	r.analyst.post("/account/mail", "mail", "each").leadsTo("/account")
	r.analyst.get("/account").says(`<option value="each" selected`)
	var choice mailChoiceJSON
	if r.analyst.api("GET", "/me/mail", nil).is(http.StatusOK).into(&choice); choice.Mail != annotate.MailEach {
		t.Errorf("mail comes %s", choice.Mail)
	}
	r.reviewer.post(r.path(0, "/comments"), "body", "Who says so? Täuschung!")
	r.reviewer.post(r.path(0, "/reviews"), "decision", "dispute", "reason", "Unheard of.", "version", r.version(0))
	r.sendDueMail(t.Context())
	n, m, raw := p.taken()
	if n != 1 {
		t.Fatalf("%d mails were sent, want one of both things", n)
	}
	subject, err := (&mime.WordDecoder{}).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "Onrecord: 2 new notifications" || m.Header.Get("Auto-Submitted") != "auto-generated" || !strings.HasSuffix(m.Header.Get("Message-ID"), "@example.org>") {
		t.Errorf("its header is %v", m.Header)
	}
	for _, want := range []string{
		"Vera reviewer commented on a claim of yours in Harbour inquiry.", "Vera reviewer decided on a claim of yours in Harbour inquiry.",
		"http://onrecord.example.org/projects/harbour/claims/" + string(r.claims[0]), "http://onrecord.example.org/account",
	} {
		if !strings.Contains(raw, want) {
			t.Errorf("the mail does not say %q: %s", want, raw)
		}
	}
	for _, secret := range []string{"wall", "winter", "Brandt", "Unheard", "Who says", "uschung", "ispute"} {
		if strings.Contains(raw, secret) {
			t.Errorf("the mail says %q: %s", secret, raw)
		}
	}
	r.sendDueMail(t.Context())
	if n, _, _ := p.taken(); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
}

func TestMailInTheLanguageOfWhoGetsIt(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	r := newMailRoom(t, p)
	r.exec(`UPDATE users SET language = 'de', mail = 'each' WHERE id = $1`, r.analyst.user)
	r.approve(r.reviewer, 0).is(http.StatusCreated)
	r.sendDueMail(t.Context())
	if _, m, _ := p.taken(); m == nil || m.Header.Get("Subject") != "Onrecord: 1 neue Mitteilung" || m.Header.Get("Content-Language") != "de" {
		t.Errorf("the mail is %+v", m)
	}
}

// TestMailIsTriedUntilItIsTaken has the post office closed, and then somebody
// nobody knows.
func TestMailIsTriedUntilItIsTaken(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	r := newMailRoom(t, p)
	r.exec(`UPDATE users SET mail = 'each' WHERE id = $1`, r.analyst.user)
	p.close(true)
	r.approve(r.reviewer, 0).is(http.StatusCreated)
	r.sendDueMail(t.Context())
	if n, _, _ := p.taken(); n != 0 || !strings.Contains(r.logged.String(), "a mail was not taken") {
		t.Fatalf("%d mails were taken; the log: %s", n, r.logged)
	}
	p.close(false)
	r.sendDueMail(t.Context())
	if n, _, _ := p.taken(); n != 0 {
		t.Error("it was tried again at once")
	}
	r.clock = r.clock.Add(time.Minute)
	r.sendDueMail(t.Context())
	if n, _, _ := p.taken(); n != 1 {
		t.Errorf("after a minute there are %d", n)
	}

	r.exec(`UPDATE users SET email = 'nobody@example.org' WHERE id = $1`, r.analyst.user)
	r.approve(r.reviewer, 1).is(http.StatusCreated)
	r.sendDueMail(t.Context())
	if !strings.Contains(r.logged.String(), "given_up=true") {
		t.Errorf("the log: %s", r.logged)
	}
	r.clock = r.clock.Add(100 * time.Hour)
	r.sendDueMail(t.Context())
	if n, _, _ := p.taken(); n != 1 {
		t.Errorf("there are %d", n)
	}
}

func TestMailNeedsAnAddressForItsLinks(t *testing.T) {
	t.Parallel()
	r := newServer(t)
	sender, err := mail.New("smtp://127.0.0.1:1", "onrecord@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Store: r.store, Assets: testAssets, Mail: sender}); err == nil || !strings.Contains(err.Error(), "ONRECORD_BASE_URL") {
		t.Errorf("without one it is %v", err)
	}
	r.as(annotate.Viewer).get("/account").is(http.StatusOK).keepsQuietAbout("Send mail")
}
