package ui

import (
	"strings"
	"testing"
)

func TestProse(t *testing.T) {
	tests := map[string]struct{ markdown, want string }{
		"paragraphs":       {"One\ntwo.\n\nThree.", "<p>One two.</p><p>Three.</p>"},
		"list with a lead": {"**Tag**\n- what *she* said;\n  and more\n- the rest", "<p><strong>Tag</strong></p><ul><li>what <em>she</em> said; and more</li><li>the rest</li></ul>"},
		"emphasis within":  {"**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"},
		"code":             {"`x`", "<p><code>x</code></p>"},
		"markup":           {`<script>alert("x")</script> & <b>`, "<p>&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt; &amp; &lt;b&gt;</p>"},
		"nothing":          {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := `<div class="prose">` + test.want + `</div>`
			if got := proseHTML(test.markdown); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Ana Petrović": "AP", "Ana": "A", "  María José  de la Cruz": "MC", "Łukasz": "Ł", "": "", "李明": "李", "Jean-Luc Picard": "JP",
	} {
		if got := initials(name); got != want {
			t.Errorf("initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestAFieldNamesWhatDescribesIt(t *testing.T) {
	var b strings.Builder
	f := Field{Name: "email", Label: "E-mail", Hint: "Yours.", Complaint: "Not an address.", Value: `"><b>`, Required: true}
	if err := Input(f).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<label for="email">E-mail</label>`, `aria-describedby="email-hint email-complaint"`, `aria-invalid="true"`,
		`id="email-hint"`, `id="email-complaint"`, ` required`, `value="&#34;&gt;&lt;b&gt;"`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in %s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "placeholder") {
		t.Errorf("a placeholder nobody asked for in %s", b.String())
	}
}
