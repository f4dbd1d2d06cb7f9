package browsertest

import "testing"

func TestSomebodySignsInAndOut(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.project("harbour", "Harbour inquiry")
	p := a.visitor("Ada Admin")
	p.open("/projects/harbour/codebook")
	p.at("/sign-in")
	p.signIn("admin@example.org")
	p.at("/projects/harbour/codebook")
	p.click("summary", "Account of Ada Admin")
	p.click("button", "Sign out")
	p.at("/sign-in")
	p.says("You are signed out.")
}

// signIn fills in the form of the sign-in page.
func (p *person) signIn(email string) {
	p.tb.Helper()
	p.fill("#email", email)
	p.fill("#password", password)
	p.press("Enter")
}
