package mail_test

import (
	"strings"
	"testing"

	"onrecord.dev/internal/mail"
)

func TestAddressesOfMailServers(t *testing.T) {
	t.Parallel()
	const from = "Onrecord <onrecord@example.org>"
	for address, want := range map[string]string{
		"smtp://mail.example.org":                        "",
		"smtp://ana:secret@mail.example.org:2525":        "",
		"smtps://ana:secret@mail.example.org":            "",
		"smtp://127.0.0.1:25?starttls=off":               "",
		"smtps://mail.example.org?starttls=off":          "begins with smtp:// or smtps://",
		"smtp://mail.example.org?starttls=perhaps":       "begins with smtp:// or smtps://",
		"https://mail.example.org":                       "begins with smtp:// or smtps://",
		"mail.example.org:587":                           "not of the form",
		"smtp://ana:secret@/":                            "not of the form",
		"smtp://ana:secret@mail.example.org:587/mailbox": "not of the form",
		"smtp://ana:sec%zzret@mail.example.org":          "not of the form",
	} {
		_, err := mail.New(address, from)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s gives %v, want %q", address, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "sec") {
			t.Errorf("%s: the complaint has the password: %v", address, err)
		}
	}
	for _, bad := range []string{"", "onrecord", "a@b c@d"} {
		if _, err := mail.New("smtp://mail.example.org", bad); err == nil {
			t.Errorf("mail comes from %q", bad)
		}
	}
}
